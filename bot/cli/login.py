"""`cestmoiou login mastodon|bluesky|globalping`: wizards that obtain what the bot needs, and keep it well."""

import asyncio
from pathlib import Path

import click

from bot.app.logs import set_up_logs
from bot.catalogue.sentences import Said
from bot.cli.login_asking import Wizard
from bot.cli.login_keeping import Keeper
from bot.settings import Settings, load_settings

_NAME = click.option("--name", metavar="NAME", help="What the account is to be called in the settings.")
_SERVER = click.option("--server", metavar="ADDRESS", help="The server, as in https://mamot.fr.")
_SECRET_FILE = click.option(
    "--secret-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the secret alone there, mode 600, and say which variables to set.",
)


@click.group()
def login() -> None:
    """Give the bot an account, or the world as vantage points; in a terminal."""


@login.command()
@_SERVER
@_NAME
@_SECRET_FILE
def mastodon(server: str | None, name: str | None, secret_file: Path | None) -> None:
    """Mastodon and its kin: consent in the browser, paste the code back."""
    from bot.cli.login_mastodon import log_in_to_mastodon

    asyncio.run(log_in_to_mastodon(_keeper("TOKEN", secret_file), server, name))


@login.command()
@_SERVER
@_NAME
@_SECRET_FILE
def bluesky(server: str | None, name: str | None, secret_file: Path | None) -> None:
    """Bluesky: an app password, tried once."""
    from bot.cli.login_bluesky import log_in_to_bluesky

    asyncio.run(log_in_to_bluesky(_keeper("APP_PASSWORD", secret_file), server, name))


@login.command()
@_SECRET_FILE
def globalping(secret_file: Path | None) -> None:
    """Globalping: says what would be sent, asks, and takes a token if you have one."""
    from bot.cli.login_globalping import switch_on_globalping

    asyncio.run(switch_on_globalping(_keeper("", secret_file)))


def _keeper(secret: str, secret_file: Path | None) -> Keeper:
    settings: Settings = load_settings()
    set_up_logs(level="critical", log_format="console")
    variables = f"CESTMOIOU_ACCOUNTS__…__{secret}_FILE" if secret else "CESTMOIOU_GLOBALPING__ENABLED=true"
    instead = Said(
        f"lancez cette commande dans un terminal, ou réglez {variables} (docs/configuration.md)",
        f"run this command in a terminal, or set {variables} (docs/configuration.md)",
    )
    keeper = Keeper(Wizard(settings.language, instead), settings, secret_file)
    keeper.check()
    return keeper
