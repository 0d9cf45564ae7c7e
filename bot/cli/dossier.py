"""`cestmoiou dossier ID|PLATFORM`: the evidence of an outage, to be pasted into a mail or read by a program."""

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from difflib import SequenceMatcher
from zoneinfo import ZoneInfo

import click

from bot.app.clock import now
from bot.app.files import build_catalogue
from bot.catalogue import Catalogue
from bot.cli.errors import UserError
from bot.gathering import gather
from bot.incidents.export import dossier_object
from bot.model import Dossier, Incident, Language
from bot.ports import Store
from bot.settings import Settings, load_settings
from bot.store import open_store
from bot.wording.dossier import dossier_markdown, dossier_text

_FORMATS = ("text", "markdown", "json")
_MOST_NEAREST = 3
_LONGEST_QUOTE = 60
_EVER = timedelta(days=3650)


@click.command()
@click.argument("what", metavar="ID|PLATFORM")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="text", show_default=True)
@click.option("--lang", type=click.Choice([each.value for each in Language]), help="Default: the operator's language.")
def dossier(what: str, *, form: str, lang: str | None) -> None:
    """Print the evidence of an outage: of an incident by its id, or of a platform's newest one."""
    settings = load_settings()
    made = asyncio.run(_made(what, settings))
    language, zone = Language(lang or settings.language), ZoneInfo(settings.timezone)
    match form:
        case "text":
            said = dossier_text(made, language=language, zone=zone)
        case "markdown":
            said = dossier_markdown(made, language=language, zone=zone)
        case _:
            said = json.dumps(dossier_object(made, local=settings.timezone), ensure_ascii=False, indent=2) + "\n"
    click.echo(said, nl=False)


async def _made(what: str, settings: Settings) -> Dossier:
    catalogue = build_catalogue(settings)
    store = await open_store(settings.data_dir, read_only=True)
    try:
        incident = await _incident(what.strip(), store, catalogue)
        return await gather(
            incident, store, catalogue, at=now(), user_agent=settings.user_agent, operator=settings.contact
        )
    finally:
        await store.close()


async def _incident(what: str, store: Store, catalogue: Catalogue) -> Incident:
    known = catalogue.by_key_or_name(what)
    platform = known or catalogue.of_key(f"url:{what}")
    newest = await store.latest_incident(platform.key) if platform is not None else None
    found = await store.incident(what) or newest
    if found is not None:
        return found
    quoted = what if len(what) <= _LONGEST_QUOTE else f"{what[:_LONGEST_QUOTE]}…"
    kept = [each.id for each in await store.incidents(since=now() - _EVER)]
    if not kept:
        raise UserError(f"“{quoted}” is no incident; none is remembered")
    nearest = ", ".join(_nearest(what, kept))
    if platform is not None and not platform.key.startswith("url:"):
        raise UserError(f"no incident of {platform.name} is remembered; the nearest ids: {nearest}")
    raise UserError(f"“{quoted}” is neither an incident nor a platform of the catalogue; the nearest ids: {nearest}")


def _nearest(what: str, ids: Sequence[str]) -> list[str]:
    """The ids that look most like it; of equals the newest, which come first."""
    wanted = what.lower()[:200]
    return sorted(ids, key=lambda each: -SequenceMatcher(None, wanted, each).ratio())[:_MOST_NEAREST]
