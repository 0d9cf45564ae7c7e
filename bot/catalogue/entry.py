"""One entry of a platform file: its table goes in, a Platform and everything that is wrong with it come out."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from bot.catalogue.addresses import read_url, trouble_with_host
from bot.catalogue.names import words
from bot.model import Kind, Platform, Role, StatusPage, Target

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_FIELDS = frozenset(
    {"name", "kind", "aliases", "weak", "weak_needs", "weak_not", "weak_case", "weak_note", "behind", "hosts"}
    | {"customer_hosts", "urls", "status", "bot_wall", "accounts", "self_hostable", "enabled", "probe"}
    | {"min_interval_s", "note", "source", "confidence", "hosts_sourced"}
)
_STATUS_FIELDS = frozenset({"kind", "url", "api_url", "confidence", "component", "note"})
_KINDS = {kind.value: kind for kind in Kind}
_ROLES = {role.value: role for role in Role}
_CONFIDENCE = ("sourced", "known", "unconfirmed")
_URL_FIELDS = frozenset({"role", "url", "expect"})


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong in an entry: the field ("" for the whole entry), and a sentence with what to write instead."""

    field: str
    sentence: str


def read_entry(key: str, value: object, *, allow_local: bool) -> tuple[Platform, list[Complaint]]:
    """Read one table. The Platform is whole only if there is no complaint."""
    if not isinstance(value, dict):
        return Platform(key, key), [Complaint("", f"{key!r} stands outside any entry; write [{key}] above its fields")]
    entry = _Entry(key, cast("dict[str, object]", value), [], allow_local)
    return entry.platform(), entry.complaints


@dataclass(frozen=True, slots=True)
class _Entry:
    key: str
    table: dict[str, object]
    complaints: list[Complaint]
    allow_local: bool

    def platform(self) -> Platform:
        self._check_id_and_fields()
        platform = Platform(
            key=self.key,
            name=self._text("name") or self._missing("name"),
            kind=self._kind(),
            aliases=self._texts("aliases"),
            weak=self._texts("weak"),
            weak_note=self._text("weak_note"),
            weak_needs=self._texts("weak_needs"),
            weak_not=self._texts("weak_not"),
            weak_case=self._flag("weak_case", usual=False),
            behind=self._text("behind"),
            hosts=self._hosts("hosts"),
            customer_hosts=self._hosts("customer_hosts"),
            targets=self._targets(),
            status_page=self._status(),
            bot_wall=self._bot_wall(),
            self_hostable=self._flag("self_hostable", usual=False),
            enabled=self._flag("enabled", usual=True),
            probe=self._flag("probe", usual=True),
            min_interval=self._interval(),
            note=self._text("note"),
            sources=self._sources(),
        )
        self._check_names(platform)
        return platform

    def _complain(self, field: str, sentence: str) -> None:
        self.complaints.append(Complaint(field, sentence))

    def _check_id_and_fields(self) -> None:
        if not _ID.fullmatch(self.key):
            self._complain("", f"the id {self.key!r} has odd characters; write a-z, 0-9 and single hyphens only")
        for field in self.table.keys() - _FIELDS:
            self._complain(field, f"the field {field!r} is unknown; write one of: {', '.join(sorted(_FIELDS))}")

    def _check_names(self, platform: Platform) -> None:
        weak = {words(name) for name in platform.weak}
        for alias in platform.aliases:
            if words(alias) in weak:
                self._complain("weak", f"{alias!r} is in aliases and in weak; keep it in weak if it is ambiguous")
        for name in (*platform.aliases, *platform.weak):
            if not words(name):
                self._complain("aliases", f"{name!r} has no letter or figure; take it out")

    def _text(self, field: str) -> str | None:
        value = self.table.get(field)
        if value is None or (isinstance(value, str) and value.strip()):
            return value
        self._complain(field, f"{field} must be a text between quotes, and not empty")
        return None

    def _missing(self, field: str) -> str:
        if field not in self.table:
            self._complain("", f"the entry has no {field}; write {field} = …")
        return self.key

    def _texts(self, field: str) -> tuple[str, ...]:
        value = self.table.get(field, [])
        if isinstance(value, list):
            texts = [text for text in cast("list[object]", value) if isinstance(text, str) and text.strip()]
            if len(texts) == len(cast("list[object]", value)):
                return tuple(texts)
        self._complain(field, f'{field} must be a list of texts; write {field} = ["…", "…"]')
        return ()

    def _flag(self, field: str, *, usual: bool) -> bool:
        value = self.table.get(field, usual)
        if isinstance(value, bool):
            return value
        self._complain(field, f"{field} must be true or false, without quotes")
        return usual

    def _kind(self) -> Kind:
        value = self._text("kind") or self._missing("kind")
        if value not in _KINDS and "kind" in self.table:
            self._complain("kind", f"the kind {value!r} is unknown; write one of: {', '.join(_KINDS)}")
        return _KINDS.get(value, Kind.OTHER)

    def _hosts(self, field: str) -> tuple[str, ...]:
        hosts = self._texts(field)
        local = self.allow_local or any(target.port for target in self._read_urls(quiet=True))
        for host in hosts:
            if trouble := trouble_with_host(host, local=local):
                self._complain(field, trouble)
        return hosts

    def _targets(self) -> tuple[Target, ...]:
        targets = self._read_urls(quiet=False)
        return tuple(sorted(targets, key=lambda target: target.role is not Role.HOME))

    def _read_urls(self, *, quiet: bool) -> list[Target]:
        value = self.table.get("urls", [])
        if not isinstance(value, list):
            if not quiet:
                self._complain("urls", 'urls must be a list; write urls = [{ role = "home", url = "https://…/" }]')
            return []
        read = [self._read_url(item) for item in cast("list[object]", value)]
        if not quiet:
            for sentence in (target for target in read if isinstance(target, str)):
                self._complain("urls", sentence)
        return [target for target in read if isinstance(target, Target)]

    def _read_url(self, item: object) -> Target | str:
        if not isinstance(item, dict):
            return 'each url is a table; write { role = "home", url = "https://…/" }'
        table = cast("dict[str, object]", item)
        url, role, expect = table.get("url"), table.get("role"), table.get("expect", [])
        if unknown := table.keys() - _URL_FIELDS:
            return f"the field {min(unknown)!r} of a url is unknown; write role, url, expect"
        if not isinstance(url, str) or not isinstance(role, str) or role not in _ROLES:
            return f"a url needs a url and a role; the role is one of: {', '.join(_ROLES)}"
        statuses = cast("list[object]", expect) if isinstance(expect, list) else [None]
        figures = tuple(status for status in statuses if isinstance(status, int) and 100 <= status <= 599)
        if len(figures) != len(statuses):
            return "expect is a list of HTTP statuses; write expect = [401]"
        return read_url(url, _ROLES[role], figures, allow_local=self.allow_local)

    def _status(self) -> StatusPage | None:
        table = self._table("status")
        if not table:
            return None
        kind, url, confidence = table.get("kind"), table.get("url"), table.get("confidence", "known")
        api_url, unknown = table.get("api_url"), table.keys() - _STATUS_FIELDS
        component = table.get("component")
        if unknown or not isinstance(kind, str) or not isinstance(url, str) or confidence not in _CONFIDENCE:
            fields = 'kind = "…", url = "https://…", confidence = "sourced|known|unconfirmed"'
            self._complain("status", f"the official page is incomplete; write status = {{ {fields} }}")
            return None
        return StatusPage(
            kind,
            url,
            api_url if isinstance(api_url, str) else None,
            str(confidence),
            component if isinstance(component, str) else None,
        )

    def _bot_wall(self) -> str | None:
        table = self._table("bot_wall")
        what = table.get("what")
        if table and not isinstance(what, str):
            self._complain("bot_wall", 'write bot_wall = { what = "…", source = "…" }')
        return what if isinstance(what, str) else None

    def _table(self, field: str) -> dict[str, object]:
        value = self.table.get(field, {})
        if isinstance(value, dict):
            return cast("dict[str, object]", value)
        self._complain(field, f"{field} must be a table; write {field} = {{ … }}")
        return {}

    def _interval(self) -> timedelta:
        value = self.table.get("min_interval_s", 60)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
            return timedelta(seconds=value)
        self._complain("min_interval_s", "min_interval_s must be a number of seconds, 1 or more, without quotes")
        return timedelta(seconds=60)

    def _sources(self) -> tuple[str, ...]:
        sources = self._table("source").get("hosts", [])
        return tuple(map(str, cast("list[object]", sources))) if isinstance(sources, list) else ()
