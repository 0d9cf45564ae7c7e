"""The `accounts` of an entry: its table goes in, the provider's Accounts and everything wrong with them come out."""

import re
from collections.abc import Mapping

from bot.catalogue import sentences
from bot.catalogue.sentences import Said
from bot.model import Accounts, Language

FIELDS = frozenset({"mastodon", "bluesky", "language"})
# They are written into public posts as they stand: whole addresses, and nothing else, get in.
_HOST = r"[a-z0-9-]+(?:\.[a-z0-9-]+)+"
_FORMS = {
    "mastodon": (re.compile(rf"@[a-z0-9_][a-z0-9_.-]{{0,59}}@{_HOST}", re.IGNORECASE), "@name@server.example"),
    "bluesky": (re.compile(rf"@{_HOST}", re.IGNORECASE), "@name.bsky.social"),
}
_LONGEST = 90  # with its mention, a post must have room for what there is to say
_LANGUAGES = {language.value: language for language in Language}


def read_accounts(table: Mapping[str, object]) -> tuple[Accounts, list[tuple[str, Said]]]:
    """Read the table. Beside the accounts, each fault with the piece of the file's text that it is about."""
    faults = [(name, sentences.unknown_field(name, FIELDS)) for name in sorted(table.keys() - FIELDS)]
    read = {network: _account(table, network, faults) for network in _FORMS}
    return Accounts(**read, language=_language(table, faults)), faults


def as_table(accounts: Accounts) -> dict[str, object]:
    """The table that says this."""
    said = {"mastodon": accounts.mastodon, "bluesky": accounts.bluesky, "language": accounts.language}
    return {name: value for name, value in said.items() if value is not None}


def _account(table: Mapping[str, object], network: str, faults: list[tuple[str, Said]]) -> str | None:
    account = table.get(network)
    pattern, form = _FORMS[network]
    if account is None:
        return None
    if isinstance(account, str) and len(account) <= _LONGEST and pattern.fullmatch(account):
        return account
    faults.append((str(account), sentences.no_account(network, str(account), form)))
    return None


def _language(table: Mapping[str, object], faults: list[tuple[str, Said]]) -> Language | None:
    value = table.get("language")
    if value is None:
        return None
    if not isinstance(value, str) or value not in _LANGUAGES:
        what = ("la langue", "the language")
        faults.append((str(value), sentences.unknown_value(what, str(value), _LANGUAGES)))
        return None
    return _LANGUAGES[value]
