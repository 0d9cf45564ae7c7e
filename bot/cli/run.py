"""`cestmoiou run`: the bot itself."""

import asyncio
import os
import stat
import sys
from typing import TextIO

import click

from bot.app.clock import now
from bot.app.logs import set_up_logs
from bot.app.service import Service
from bot.app.wiring import build_accounts, build_bot, stop_signal
from bot.cli.errors import UserError
from bot.settings import Settings, load_settings


@click.command()
@click.option("--demo", is_flag=True, help="Three platforms of its own on this machine; needs no internet.")
@click.option("--as", "speaks_as", metavar="WHO", help="In the terminal: as somebody of this institution, or account.")
def run(*, demo: bool, speaks_as: str | None) -> None:
    """Run the bot on its networks; with none configured, in this terminal."""
    settings = load_settings()
    if settings.accounts and not demo:
        set_up_logs(level=settings.log_level, log_format=settings.log_format)
        asyncio.run(_run_networks(settings))
        return
    if not demo:
        _refuse_if_nobody_is_there(settings)
    from bot.cli.conversation import converse, demonstrate

    asyncio.run(demonstrate(settings) if demo else converse(settings, speaks_as=speaks_as))


async def _run_networks(settings: Settings) -> None:
    async with build_bot(settings) as bot:
        service = Service(
            accounts=build_accounts(settings),
            answering=bot.answering,
            store=bot.store,
            clock=now,
            heartbeat=settings.heartbeat_path,
            incidents_kept=settings.incidents.keep,
            notifying=bot.notifying,
            degraded=bot.degraded,
        )
        await service.run(until=stop_signal())


def _refuse_if_nobody_is_there(settings: Settings) -> None:
    # A container or a service starts us with /dev/null for a terminal: a console there would end at once, unseen.
    if sys.stdin is None or (_is_device(sys.stdin) and not sys.stdin.isatty()):
        raise UserError(
            f"no account is configured in {settings.config_dir / 'bot.toml'} and there is no terminal to talk to: "
            "add an [accounts.…] table, or set CESTMOIOU_ACCOUNTS__…"
        )


def _is_device(stream: TextIO) -> bool:
    return stat.S_ISCHR(os.fstat(stream.fileno()).st_mode)
