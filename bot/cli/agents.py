"""`cestmoiou agents`: who looks for us, and their keys: a list, `add`, `revoke`, `restore`, `stop`."""

import asyncio
import contextlib
import json
import os
from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.app.clock import now
from bot.app.logs import set_up_logs
from bot.app.roll_call import called, remembered
from bot.app.wiring import build_link
from bot.broker.keys import has_user, new_key_pair, public_half, user_line, with_user, without_user
from bot.broker.subjects import stop_of
from bot.cli.errors import UserError
from bot.ports import OutsideError
from bot.settings import Settings, load_settings
from bot.settings.values import AGENT_NAME
from bot.vantage.agents_file import REVOKED, Revoked
from bot.vantage.roster import CLOCK_IS_OFF, Agent

BOT = "bot"  # no site may have this name: `add bot` makes the bot's own key
_COLUMNS = ("name", "place", "network", "version", "last seen", "clock", "state")


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_context
def agents(context: click.Context, *, as_json: bool) -> None:
    """List the agents; give one a key, stop or revoke one."""
    if context.invoked_subcommand is not None:
        return
    settings = _settings_with_broker()
    revoked = Revoked(settings.data_dir, settings.broker.revoked)()
    everybody, trouble = _everybody(settings)
    at = now()
    rows: list[Mapping[str, object]] = [_row(agent, at, agent.state(at, revoked).value) for agent in everybody]
    rows.extend({"name": name, "state": "revoked"} for name in sorted(revoked - {agent.name for agent in everybody}))
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
    elif not rows and trouble is None:
        click.echo("no agent has been heard of; `cestmoiou agents add NAME` makes a key for one (docs/agents.md)")
    elif rows:
        Console(highlight=False).print(_table(rows))
    if trouble is not None:
        raise trouble


@agents.command()
@click.argument("name")
@click.option(
    "--users", type=click.Path(path_type=Path), help="The server's file of users, to be made or written anew."
)
@click.option("--seed", type=click.Path(path_type=Path), help="Where the key's secret half goes (default: NAME.seed).")
def add(name: str, users: Path | None, seed: Path | None) -> None:
    """Make a key for a site, or with the name "bot" for the bot; tell the server's line for it."""
    site, path = _site(name), seed or Path(f"{name}.seed")
    text = _text_of(users)
    if users is not None and has_user(text, site):
        raise UserError(f"{users} has a key for {name} already; `cestmoiou agents revoke {name} --users {users}` first")
    pair = new_key_pair()
    _write_secret(path, pair.seed)
    if users is None:
        click.echo(f"The server's line, for the list of users:\n{user_line(site, pair.public)}")
    else:
        try:
            _write_users(users, lambda: with_user(text, site, pair.public))
        except UserError:
            path.unlink(missing_ok=True)  # a key that no server knows would only be in the way of the next try
            raise
        click.echo(f"{users} has the new key; have the server read it: nats-server --signal reload")
    click.echo(f"{path} is the secret half: it goes to {'the bot' if site is None else 'the site'} and nowhere else.")


@agents.command()
@click.argument("seed", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def public(seed: Path) -> None:
    """Tell the public half of a seed."""
    try:
        click.echo(public_half(seed.read_text("utf-8")))
    except ValueError as error:
        raise UserError(f"{seed} is not the seed of a key") from error


@agents.command()
@click.argument("name")
@click.option("--users", type=click.Path(path_type=Path), help="The server's file of users: take the key out as well.")
def revoke(name: str, users: Path | None) -> None:
    """Hear an agent no more, from this moment on; with --users the server lets it in no more either."""
    settings = load_settings()
    site = _site(name)
    if site is not None:
        with _said_if_not_written(settings):
            _revoked(settings).revoke(name)
        click.echo(f"{name} is not heard any more.")
    if users is None:
        click.echo("Its key still opens the server's door: take its line out of the list of users, and reload it.")
    else:
        text = _text_of(users)
        _write_users(users, lambda: without_user(text, site))
        click.echo(f"{users} has its key no more; have the server read it: nats-server --signal reload")


@agents.command()
@click.argument("name")
def restore(name: str) -> None:
    """Hear a revoked agent again."""
    settings = load_settings()
    _site(name)
    with _said_if_not_written(settings):
        is_heard = _revoked(settings).restore(name)
    if not is_heard:
        raise UserError(f"{name} stands in broker.revoked of the settings; take it out there")
    click.echo(f"{name} is heard again, if the server has a key for it.")


@agents.command()
@click.argument("name")
def stop(name: str) -> None:
    """Ask an agent to end; its operator starts it again."""
    settings = _settings_with_broker()
    _site(name)
    asyncio.run(_stop(settings, name))
    click.echo(f"{name} was asked to stop; `cestmoiou agents` shows whether it did.")


def _everybody(settings: Settings) -> tuple[Sequence[Agent], UserError | None]:
    """Who is there now; if the broker does not answer, who was, and a sentence about it."""
    try:
        return asyncio.run(called(settings)), None
    except OutsideError as error:
        known = remembered(settings)
        then = "; these agents are known from earlier" if known else ""
        return known, UserError(f"{error}{then}")


async def _stop(settings: Settings, name: str) -> None:
    link = build_link(settings, label="cestmoiou agents")
    try:
        await link.connect_once()
        await link.publish(stop_of(name), b"{}")
        await link.flush()
    finally:
        await link.close()


def _settings_with_broker() -> Settings:
    settings = load_settings()
    set_up_logs(level="error", log_format="console")
    if not settings.broker.urls:
        raise UserError(f"{settings.config_dir / 'bot.toml'}: broker.urls: no broker is configured (docs/agents.md)")
    return settings


def _revoked(settings: Settings) -> Revoked:
    return Revoked(settings.data_dir, settings.broker.revoked)


@contextlib.contextmanager
def _said_if_not_written(settings: Settings) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(f"{settings.data_dir / REVOKED} cannot be written ({error.strerror})") from error


def _site(name: str) -> str | None:
    """None for the bot. Raises UserError."""
    if not AGENT_NAME.fullmatch(name):
        raise UserError("an agent's name is 1 to 32 small letters, digits and hyphens, as in “rennes”")
    return None if name == BOT else name


def _text_of(users: Path | None) -> str:
    try:
        return "" if users is None else users.read_text("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{users} cannot be read") from error


def _write_users(users: Path, text: Callable[[], str]) -> None:
    try:
        new, told = users.with_name(f"{users.name}.new"), text()
        users.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(told, "utf-8")
        new.replace(users)
    except ValueError as error:
        raise UserError(f"{users} is {error}; it is left as it is") from error
    except OSError as error:
        raise UserError(f"{users} cannot be written ({error.strerror})") from error


def _write_secret(path: Path, seed: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise UserError(f"{path} exists already; it may hold a key, and is left as it is") from error
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror})") from error
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{seed}\n")


def _row(agent: Agent, at: datetime, state: str) -> dict[str, object]:
    offset = agent.clock_offset
    return {
        "name": agent.name,
        "place": agent.where.place,
        "network": agent.where.network,
        "asn": agent.where.asn,
        "version": agent.version,
        "last_seen": agent.seen_at.isoformat(),
        "last_seen_s": round((at - agent.seen_at).total_seconds()),
        "clock_offset_s": None if offset is None else round(offset.total_seconds(), 1),
        "takes_typed": agent.takes_typed,
        "state": state,
        "trouble": agent.trouble,
    }


def _table(rows: Sequence[Mapping[str, object]]) -> Table:
    table = Table(*_COLUMNS, box=None, pad_edge=False)
    for row in rows:
        asn = f" (AS{row['asn']})" if row.get("asn") else ""
        trouble = f": {row['trouble']}" if row.get("trouble") else ""
        cells = (
            str(row["name"]),
            str(row.get("place") or "–"),
            f"{row.get('network') or '–'}{asn}",
            str(row.get("version") or "–"),
            _ago(row.get("last_seen_s")),
            _clock(row.get("clock_offset_s")),
            f"{row['state']}{trouble}",
        )
        table.add_row(*map(Text, cells))  # as it is: brackets in a version are no markup
    return table


def _ago(seconds: object) -> str:
    if not isinstance(seconds, int):
        return "–"
    if seconds < 120:
        return f"{max(0, seconds)} s ago"
    return f"{seconds // 60} min ago" if seconds < 7200 else f"{seconds // 3600} h ago"


def _clock(offset_s: object) -> str:
    if not isinstance(offset_s, float | int):
        return "–"
    if abs(offset_s) <= CLOCK_IS_OFF.total_seconds():
        return "right"
    side = "ahead" if offset_s > 0 else "behind"
    return f"{timedelta(seconds=abs(round(offset_s)))} {side}"
