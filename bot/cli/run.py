"""`cestmoiou run`: the bot itself."""

import asyncio
import os
import stat
import sys
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TextIO

import click
from rich.console import Console

from bot.app.clock import now
from bot.app.logs import set_up_logs
from bot.app.polling import Account
from bot.app.service import Service
from bot.app.wiring import build_accounts, build_bot, stop_signal
from bot.catalogue import Catalogue, read_catalogue
from bot.cli.demo import DemoWorld, demo_world
from bot.cli.errors import UserError
from bot.model import Language
from bot.settings import ControlReference, Settings, load_settings
from bot.social.console import ConsoleNetwork

CONSOLE_POLL = timedelta(milliseconds=100)


@dataclass(frozen=True, slots=True)
class _Words:
    """What the console says of itself. The bot's replies have catalogues of their own; this is one screen."""

    welcome: str
    demo: str
    offline: str


WORDS = {
    Language.FRENCH: _Words(
        welcome="Écrivez une question, par exemple « c'est moi ou Cairn est couché ? ». Ctrl-D pour finir.",
        demo="Démonstration, sans internet : « c'est moi ou Solide est couché ? », puis Fragile, puis Tortue.",
        offline="Sans internet, « scripts/run --demo » montre de vrais verdicts sur des plateformes de démonstration.",
    ),
    Language.ENGLISH: _Words(
        welcome="Write a question, for example “is it just me or is GitHub down?”. Ctrl-D to end.",
        demo="Demonstration, without internet: “is it just me or is Solide down?”, then Fragile, then Tortue.",
        offline="Without internet, “scripts/run --demo” shows real verdicts about demonstration platforms.",
    ),
}


@click.command()
@click.option("--demo", is_flag=True, help="Three platforms of its own on this machine; needs no internet.")
def run(*, demo: bool) -> None:
    """Run the bot on its networks; with none configured, in this terminal."""
    settings = load_settings()
    if demo:
        asyncio.run(_run_demo(settings))
    elif settings.accounts:
        set_up_logs(level=settings.log_level, log_format=settings.log_format)
        asyncio.run(_run_networks(settings))
    else:
        _refuse_if_nobody_is_there(settings)
        asyncio.run(_run_console(settings, demo=False))


async def _run_networks(settings: Settings) -> None:
    async with build_bot(settings) as bot:
        service = Service(
            accounts=build_accounts(settings),
            answering=bot.answering,
            store=bot.store,
            clock=now,
            heartbeat=settings.heartbeat_path,
        )
        await service.run(until=stop_signal())


async def _run_demo(settings: Settings) -> None:
    with tempfile.TemporaryDirectory(prefix="cestmoiou-demo-") as folder:
        async with demo_world() as world:
            await _run_console(
                _settings_for(world, settings, Path(folder)),
                demo=True,
                catalogue=read_catalogue({"demo.toml": world.platforms_toml}),
            )


def _settings_for(world: DemoWorld, settings: Settings, data_dir: Path) -> Settings:
    controls = tuple(ControlReference(url=url, status=200, body=world.control_body) for url in world.controls)
    probe = settings.probe.model_copy(
        update={"dns_servers": (world.dns_server,), "allow_nets": ("127.0.0.0/8",), "controls": controls}
    )
    return settings.model_copy(update={"data_dir": data_dir, "probe": probe})


async def _run_console(settings: Settings, *, demo: bool, catalogue: Catalogue | None = None) -> None:
    set_up_logs(level="error", log_format="console")
    words = WORDS[Language(settings.language)]
    console = Console(highlight=False)
    if console.is_terminal:
        console.print(words.demo if demo else words.welcome, style="dim")
    async with build_bot(settings, catalogue=catalogue) as bot:
        network = ConsoleNetwork(sys.stdin, console, now, offline_hint=None if demo else words.offline)
        service = Service(
            accounts=[Account(network, poll_every=CONSOLE_POLL, answer_backlog=None)],
            answering=bot.answering,
            store=bot.store,
            clock=now,
            heartbeat=settings.heartbeat_path,
        )
        await service.run(until=_first_of(network.ended.wait(), stop_signal()))


async def _first_of(*ends: Coroutine[None, None, object]) -> None:
    tasks = [asyncio.create_task(end) for end in ends]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


def _refuse_if_nobody_is_there(settings: Settings) -> None:
    # A container or a service starts us with /dev/null for a terminal: a console there would end at once, unseen.
    if sys.stdin is None or (_is_device(sys.stdin) and not sys.stdin.isatty()):
        raise UserError(
            f"no account is configured in {settings.config_dir / 'bot.toml'} and there is no terminal to talk to: "
            "add an [accounts.…] table, or set CESTMOIOU_ACCOUNTS__…"
        )


def _is_device(stream: TextIO) -> bool:
    return stat.S_ISCHR(os.fstat(stream.fileno()).st_mode)
