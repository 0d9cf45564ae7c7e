"""The bot in a terminal: on the console network, with the operator's settings or in the demonstration's small world."""

import asyncio
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from rich.console import Console

from bot.app.clock import now
from bot.app.logs import set_up_logs
from bot.app.polling import Account
from bot.app.service import Service
from bot.app.wiring import Bot, build_bot, stop_signal
from bot.catalogue import read_catalogue
from bot.cli.demo import DemoWorld, demo_world
from bot.cli.speaking import address_for
from bot.cli.words import WORDS, Words
from bot.model import CauseId, Reply
from bot.ports import StoreError
from bot.settings import BrokerSettings, ControlReference, GlobalpingSettings, Settings
from bot.social.console import ConsoleNetwork

POLL_EVERY = timedelta(milliseconds=100)
OWN_TROUBLE = {CauseId.OWN_NETWORK, CauseId.OWN_RESOLVER}


async def converse(settings: Settings, *, speaks_as: str | None = None) -> None:
    """Answer what is typed, until the input ends or somebody stops it. Raises StoreError and UserError.

    `speaks_as` is the institution, or the account of one of its people, that whoever types stands for.
    """
    words = WORDS[settings.language]

    def hint(reply: Reply) -> str | None:
        is_offline = any(verdict.cause.id in OWN_TROUBLE for verdict in reply.verdicts)
        return words.offline if is_offline else None

    async with build_bot(settings) as bot:
        address = address_for(speaks_as, bot.catalogue)
        await _talk(bot, settings, words, welcome=words.welcome, hint=hint, speaks_as=address)


async def demonstrate(settings: Settings) -> None:
    """The same, in a small world on loopback; nothing is kept."""
    words = WORDS[settings.language]

    def hint(reply: Reply) -> str | None:
        knows = any(verdict.cause.id is not CauseId.NO_SUCH_NAME for verdict in reply.verdicts)
        return None if knows else words.only_demo

    with tempfile.TemporaryDirectory(prefix="cestmoiou-demo-") as folder:
        async with demo_world() as world:
            small = _settings_for(world, settings, Path(folder))
            catalogue = read_catalogue({"demo.toml": world.platforms_toml})
            async with build_bot(small, catalogue=catalogue) as bot:
                await _talk(bot, small, words, welcome=words.demo, hint=hint)


def _settings_for(world: DemoWorld, settings: Settings, data_dir: Path) -> Settings:
    controls = tuple(ControlReference(url=url, status=200, body=world.control_body) for url in world.controls)
    probe = settings.probe.model_copy(
        update={"dns_servers": (world.dns_server,), "allow_nets": ("127.0.0.0/8",), "controls": controls}
    )
    # Nobody elsewhere is asked about the demonstration's platforms.
    alone = {"broker": BrokerSettings(), "globalping": GlobalpingSettings()}
    return settings.model_copy(update={"data_dir": data_dir, "probe": probe, **alone})


async def _talk(
    bot: Bot,
    settings: Settings,
    words: Words,
    *,
    welcome: str,
    hint: Callable[[Reply], str | None],
    speaks_as: str | None = None,
) -> None:
    set_up_logs(level="critical", log_format="console")
    console = Console(highlight=False)
    console.print(welcome, style="dim", soft_wrap=not console.is_terminal)
    network = ConsoleNetwork(sys.stdin, console, now, silence=words.silence, hint=hint, speaks_as=speaks_as)
    broken = asyncio.get_running_loop().create_future()

    def give_up(error: StoreError) -> None:
        # Somebody is waiting: better a sentence than an answer that comes once the disk has room again.
        if not broken.done():
            broken.set_exception(error)

    service = Service(
        accounts=[Account(network, poll_every=POLL_EVERY, answer_backlog=None)],
        answering=bot.answering,
        store=bot.store,
        clock=now,
        heartbeat=settings.heartbeat_path,
        on_store_trouble=give_up,
    )
    await service.run(until=_the_end(network, broken, lambda: console.print(f"\n{words.stopping}", style="dim")))


async def _the_end(network: ConsoleNetwork, broken: asyncio.Future[None], say: Callable[[], None]) -> None:
    ended = asyncio.create_task(network.ended.wait())
    stopped = asyncio.create_task(stop_signal())
    await asyncio.wait([ended, stopped, broken], return_when=asyncio.FIRST_COMPLETED)
    if stopped.done() and not network.is_quiet:
        say()
    for task in (ended, stopped):
        task.cancel()
    if broken.done():
        broken.result()  # raises
