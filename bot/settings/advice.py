"""pydantic's errors, as sentences about a key and what to write there."""

import difflib
import json
import re
from collections.abc import Mapping
from typing import cast, get_args

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from bot.settings.faults import Fault
from bot.settings.model import (
    AgentSettings,
    BlueskyAccount,
    BrokerSettings,
    BudgetSettings,
    ControlReference,
    GlobalpingSettings,
    IncidentSettings,
    MastodonAccount,
    ProbeSettings,
    Settings,
    VantageSettings,
)
from bot.settings.sources import NOT_SETTINGS, PREFIX, Entry, Key

_KINDS: Mapping[str, type[BaseModel]] = {"mastodon": MastodonAccount, "bluesky": BlueskyAccount}
_TABLES: Mapping[str, type[BaseModel]] = {
    "vantage": VantageSettings,
    "probe": ProbeSettings,
    "budgets": BudgetSettings,
    "incidents": IncidentSettings,
    "globalping": GlobalpingSettings,
    "broker": BrokerSettings,
    "agent": AgentSettings,
}
_OWN = "Value error, write "  # a validator that says itself what to write
_ACCOUNT_NAME = 'write an account\'s name of 1 to 32 small letters, digits and hyphens, other than "console"'


def faults_of(error: ValidationError, written: Mapping[Key, Entry], file: str) -> list[Fault]:
    """One fault an error, where the value is written; `file` for what is written nowhere."""
    return [_fault(detail, written, file) for detail in error.errors(include_url=False)]


def _fault(detail: ErrorDetails, written: Mapping[Key, Entry], file: str) -> Fault:
    location = detail["loc"]
    if location[-1] == "[key]":
        key = _key(location[:-1])
        return Fault(_where(key, written, file), _dotted(key), _ACCOUNT_NAME)
    kind = str(location[2]) if location[0] == "accounts" and len(location) > 2 else None
    if (kind is not None and detail["type"] != "extra_forbidden") or kind is not None:
        location = (*location[:2], *location[3:])
    key = _key(location)
    where = _where(key, written, file)
    return Fault(where, _dotted(key), _advice(detail, key, _model_at(key, kind), where))


def _key(location: tuple[int | str, ...]) -> Key:
    """Indices are joined to their list: probe.controls[0].url."""
    key: list[str] = []
    for part in location:
        if isinstance(part, int):
            key[-1] += f"[{part}]"
        else:
            key.append(part)
    return tuple(key)


def _dotted(key: Key) -> str:
    return ".".join(key)


def _where(key: Key, written: Mapping[Key, Entry], file: str) -> str:
    """The source of the key, or of a list or table that holds it, or of something below it."""
    bare = tuple(part.partition("[")[0] for part in key)
    for length in range(len(bare), 0, -1):
        if bare[:length] in written:
            return written[bare[:length]].where
    below = (entry.where for other, entry in written.items() if other[: len(bare)] == bare)
    return next(below, _variable(bare, written) or file)


def _variable(key: Key, written: Mapping[Key, Entry]) -> str | None:
    """The variable for a key that is missing from an account of which all the rest stands in variables."""
    beside = [entry.where for other, entry in written.items() if other[:2] == key[:2]]
    if key[0] != "accounts" or len(key) < 3 or not all(where.startswith(PREFIX) for where in beside) or not beside:
        return None
    return PREFIX + "__".join(key).upper().replace("-", "_")


def _advice(detail: ErrorDetails, key: Key, model: type[BaseModel], where: str) -> str:
    match detail["type"]:
        case "extra_forbidden":
            return _unknown(key, model, where)
        case "missing":
            return f"is missing; write {_wanted(key, model)}"
        case "union_tag_not_found":
            return 'has no kind; write kind = "mastodon" or kind = "bluesky"'
        case "union_tag_invalid":
            return 'has an unknown kind; write kind = "mastodon" or kind = "bluesky"'
        case "value_error" if detail["msg"].startswith(_OWN):
            return detail["msg"].removeprefix("Value error, ")
        case _:
            return f"write {_wanted(key, model)}{_instead_of(detail, key, model)}"


def _unknown(key: Key, model: type[BaseModel], where: str) -> str:
    known = [name for name in model.model_fields if name != "config_dir"]
    close = difflib.get_close_matches(key[-1], known, n=1)
    if where.startswith(PREFIX):
        above = "__".join(key[:-1]).replace("-", "_")
        names = [(f"{above}__{name}" if above else name).upper() for name in known]
        names += [name.removeprefix(PREFIX) for name in sorted(NOT_SETTINGS)]
        written = where.removeprefix(PREFIX).removesuffix("_FILE")
        close = [PREFIX + name for name in difflib.get_close_matches(written, names, n=1, cutoff=0.7)]
    if close:
        return f"is not a setting; did you mean {close[0]}?"
    return f"is not a setting; remove it, or choose among {', '.join(known)}"


def _wanted(key: Key, model: type[BaseModel]) -> str:
    field = model.model_fields.get(key[-1].partition("[")[0])
    return (field.description if field else None) or "another value"


def _instead_of(detail: ErrorDetails, key: Key, model: type[BaseModel]) -> str:
    value = cast(object, detail.get("input"))
    field = model.model_fields.get(key[-1].partition("[")[0])
    secret = field is not None and SecretStr in (field.annotation, *get_args(field.annotation))
    secret = secret or bool(re.search(r"://[^/]*@", str(value)))  # an address with a password in it
    if secret or not isinstance(value, str | int | float) or len(str(value)) > 60:
        return ""
    return f", not {json.dumps(value, ensure_ascii=False)}"


def _model_at(key: Key, kind: str | None) -> type[BaseModel]:
    """The model that the key's last part belongs to, or should."""
    match key:
        case ("probe", listed, _) if listed.startswith("controls["):
            return ControlReference
        case ("accounts", _, _):
            return _KINDS.get(kind or "", Settings)
        case (table, _, *_):
            return _TABLES.get(table, Settings)
        case _:
            return Settings
