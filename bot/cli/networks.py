"""`cestmoiou networks check [NAME…]`: what each account can and cannot do, in words or as JSON."""

import asyncio
import json
import sys
from collections.abc import Sequence

import click
from rich.console import Console

from bot.app.clock import now
from bot.app.logs import set_up_logs
from bot.cli.errors import UserError
from bot.cli.networks_words import lines_of
from bot.settings import BlueskyAccount, MastodonAccount, Settings, load_settings
from bot.social.account_facts import AccountFacts

Account = MastodonAccount | BlueskyAccount


@click.group()
def networks() -> None:
    """The bot's accounts on the networks."""


@networks.command()
@click.argument("names", metavar="[NAME…]", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, in the order of the settings.")
def check(names: tuple[str, ...], *, as_json: bool) -> None:
    """Say what each account can and cannot do; exit 0 if all can do their work, 1 if not.

    Nothing is changed on the networks, and nothing is posted.
    """
    settings = load_settings()
    set_up_logs(level="critical", log_format="console")
    accounts = _chosen(names, settings)
    facts = asyncio.run(_look(accounts, settings, quiet=as_json))
    for (name, account), found in zip(accounts, facts, strict=True):
        if as_json:
            click.echo(json.dumps(_as_json(name, account, found), ensure_ascii=False))
        else:
            click.echo("\n".join(lines_of(name, account.server, found, settings.language)))
    sys.exit(0 if all(found.works for found in facts) else 1)


def _chosen(names: Sequence[str], settings: Settings) -> list[tuple[str, Account]]:
    if not settings.accounts:
        raise UserError("no account is configured; “cestmoiou login mastodon” or “login bluesky” adds one")
    known = ", ".join(settings.accounts)
    if unknown := [name for name in names if name not in settings.accounts]:
        raise UserError(*(f"{name}: there is no such account; write one of: {known}" for name in unknown))
    return [(name, account) for name, account in settings.accounts.items() if not names or name in names]


async def _look(accounts: Sequence[tuple[str, Account]], settings: Settings, *, quiet: bool) -> list[AccountFacts]:
    looks = asyncio.gather(*(_facts_of(name, account, settings) for name, account in accounts))
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        return await looks
    with console.status("…"):
        return await looks


async def _facts_of(name: str, account: Account, settings: Settings) -> AccountFacts:
    match account:
        case MastodonAccount():
            from bot.social.mastodon_account import inspect_mastodon
            from bot.social.mastodon_client import MastodonClient

            client = MastodonClient(server=account.server, token=account.token.get_secret_value(), clock=now)
            try:
                return await inspect_mastodon(client, now)
            finally:
                client.close()
        case BlueskyAccount():
            from bot.social.bluesky_account import BlueskyAccount as Examined
            from bot.social.bluesky_session import session_file

            examined = Examined(
                server=account.server,
                identifier=account.login,
                password=account.app_password.get_secret_value(),
                session_file=session_file(settings.data_dir, name),
                clock=now,
            )
            try:
                return await examined.inspect()
            finally:
                await examined.close()


def _as_json(name: str, account: Account, facts: AccountFacts) -> dict[str, object]:
    return {
        "account": name,
        "kind": account.kind,
        "server": account.server,
        "works": facts.works,
        "handle": facts.handle,
        "trouble": str(facts.trouble) if facts.trouble else None,
        "can": {right: can.value for right, can in facts.can.items()},
        "says_it_is_a_bot": facts.says_it_is_a_bot,
        "text_limit": facts.text_limit,
        "private_mentions": facts.private_mentions.value,
        "rate_limit": {"limit": facts.rate.limit, "remaining": facts.rate.remaining} if facts.rate else None,
        "clock_ahead_s": round(facts.clock_ahead.total_seconds(), 1) if facts.clock_ahead is not None else None,
        "rules": list(facts.rules),
    }
