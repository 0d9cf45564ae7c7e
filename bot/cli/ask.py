"""`cestmoiou ask TEXT`: one question, answered on the terminal."""

import asyncio
import sys
import tempfile
from pathlib import Path

import click

from bot.app.logs import set_up_logs
from bot.app.wiring import build_bot
from bot.cli.speaking import address_for
from bot.cli.words import WORDS
from bot.model import GiveVerdicts, Word
from bot.settings import Settings, load_settings
from bot.understanding import understand
from bot.wording import word

LIMIT = 2000
TROUBLE = {Word.DOWN, Word.DEGRADED}


@click.command()
@click.argument("text", nargs=-1, required=True)
@click.option("--as", "speaks_as", metavar="WHO", help="As somebody of this institution, or as this account.")
def ask(text: tuple[str, ...], *, speaks_as: str | None) -> None:
    """Ask one question here; exit 0 up, 1 down or degraded, 2 neither."""
    settings = load_settings()
    set_up_logs(level="error", log_format="console")
    sys.exit(asyncio.run(_ask(" ".join(text), settings, speaks_as)))


async def _ask(text: str, settings: Settings, speaks_as: str | None) -> int:
    # A store of its own: the running bot holds the lock of the real one, and one question needs no history.
    with tempfile.TemporaryDirectory(prefix="cestmoiou-ask-") as folder:
        async with build_bot(settings, store_dir=Path(folder)) as bot:
            intent = understand(text, tag=None, default=settings.language, names=bot.catalogue.names_in)
            answer = await bot.answering.answer(intent, asker=address_for(speaks_as, bot.catalogue))
    if answer is None:
        click.echo(WORDS[settings.language].silence, err=True)
        return 2
    click.echo(word(answer, language=intent.language, limit=LIMIT, zone=bot.answering.zone))
    words = {verdict.word for verdict in answer.verdicts} if isinstance(answer, GiveVerdicts) else {Word.UNKNOWN}
    if words & TROUBLE:
        return 1
    return 0 if words == {Word.UP} else 2
