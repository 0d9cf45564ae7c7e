"""`cestmoiou agent`: a vantage point at a colleague's site."""

import asyncio

import click

from bot.app.logs import set_up_logs
from bot.app.wiring import build_agent, stop_signal
from bot.cli.errors import UserError
from bot.settings import Settings, load_settings


@click.command()
def agent() -> None:
    """Look from here for a colleague's bot, over its broker."""
    settings = load_settings()
    name = _name(settings)
    set_up_logs(level=settings.log_level, log_format=settings.log_format)
    asyncio.run(_run(settings, name))


async def _run(settings: Settings, name: str) -> None:
    await build_agent(settings, name=name).run(until=stop_signal())


def _name(settings: Settings) -> str:
    where = settings.config_dir / "bot.toml"
    if not settings.broker.urls:
        raise UserError(f"{where}: broker.urls: write the broker's address that the bot's operator gave you")
    if settings.agent.name is None:
        raise UserError(f"{where}: agent.name: write the name that the bot's operator gave you with the key")
    return settings.agent.name
