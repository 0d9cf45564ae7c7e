"""One entry of a platform file: its table goes in, a Platform and everything that is wrong with it come out."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from bot.catalogue import sentences
from bot.catalogue.accounts import read_accounts
from bot.catalogue.addresses import read_url, trouble_with_host
from bot.catalogue.names import words
from bot.catalogue.sentences import Said
from bot.model import Accounts, Kind, Platform, Role, StatusPage, Target

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# It is pasted into mails and pages as it stands: nothing but a plain mail address or https:// page gets in.
_CONTACT = re.compile(
    r"[a-z0-9._+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+|https://[a-z0-9.-]+(?:/[a-z0-9._~/?=&%+-]*)?", re.IGNORECASE
)
FIELDS = frozenset(
    {"name", "kind", "aliases", "weak", "weak_needs", "weak_not", "weak_case", "weak_alone", "weak_languages"}
    | {"weak_note", "behind", "hosts"}
    | {"customer_hosts", "urls", "status", "bot_wall", "accounts", "self_hostable", "enabled", "probe"}
    | {"min_interval_s", "contact", "notify", "note", "source", "confidence", "hosts_sourced"}
)
_STATUS_FIELDS = frozenset({"kind", "url", "api_url", "confidence", "component", "note"})
_KINDS = {kind.value: kind for kind in Kind}
_ROLES = {role.value: role for role in Role}
# Those that the bot reads by machine (bot/official/formats.py), and those that it only links to.
STATUS_KINDS = (
    *("statuspage", "incident.io", "rootly", "betterstack", "instatus", "cachet", "cstate", "google", "slack"),
    *("status.io", "uptime-kuma", "uptimerobot", "boolean", "rss", "atom"),
    *("html", "custom", "servicenow", "apple", "onlineornot"),
)
_CONFIDENCE = ("sourced", "known", "unconfirmed")
_URL_FIELDS = frozenset({"role", "url", "expect"})
_URL_FORM = '{ role = "home", url = "https://…/" }'


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong in an entry: the field ("" for the whole entry), a sentence with what to write instead.

    `near` is a piece of the file's text beside which the trouble is, to find the line of a long list.
    """

    field: str
    sentence: Said
    near: str = ""


def read_entry(key: str, value: object, *, allow_local: bool) -> tuple[Platform, list[Complaint]]:
    """Read one table. The Platform is whole only if there is no complaint."""
    if not isinstance(value, dict):
        return Platform(key, key), [Complaint("", sentences.outside(key))]
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
        targets = self._targets()
        # Whoever writes a port into a file of their own means it: private hosts are let in.
        local = self.allow_local or any(target.port for target in targets)
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
            weak_alone=self._flag("weak_alone", usual=False),
            weak_languages=self._texts("weak_languages"),
            behind=self._text("behind"),
            hosts=self._hosts("hosts", local=local),
            customer_hosts=self._hosts("customer_hosts", local=local),
            targets=targets,
            status_page=self._status(),
            bot_wall=self._bot_wall(),
            self_hostable=self._flag("self_hostable", usual=False),
            enabled=self._flag("enabled", usual=True),
            probe=self._flag("probe", usual=True),
            min_interval=self._interval(),
            contact=self._contact(),
            accounts=self._accounts(),
            notify=self._flag("notify", usual=False),
            note=self._text("note"),
            sources=self._sources(),
        )
        self._check_names(platform)
        if platform.notify and not platform.accounts.are_known and "accounts" not in self.fields_at_fault:
            self._complain("notify", sentences.nobody_to_notify())
        return platform

    @property
    def fields_at_fault(self) -> set[str]:
        """The fields that there is a complaint about."""
        return {complaint.field for complaint in self.complaints}

    def _complain(self, field: str, sentence: Said, near: str = "") -> None:
        self.complaints.append(Complaint(field, sentence, near))

    def _check_id_and_fields(self) -> None:
        if not _ID.fullmatch(self.key):
            self._complain("", sentences.odd_id(self.key))
        for field in sorted(self.table.keys() - FIELDS):
            self._complain(field, sentences.unknown_field(field, FIELDS))

    def _check_names(self, platform: Platform) -> None:
        weak = {words(name) for name in platform.weak}
        for alias in platform.aliases:
            if words(alias) in weak:
                self._complain("weak", sentences.weak_and_strong(alias), alias)
        for field, name in (
            *(("aliases", name) for name in platform.aliases),
            *(("weak", name) for name in platform.weak),
        ):
            if not words(name):
                self._complain(field, sentences.no_letter(name), name)

    def _text(self, field: str) -> str | None:
        value = self.table.get(field)
        if value is None or (isinstance(value, str) and value.strip()):
            return value
        self._complain(field, sentences.no_text(field))
        return None

    def _missing(self, field: str) -> str:
        if field not in self.table:
            self._complain("", sentences.missing(field))
        return self.key

    def _texts(self, field: str) -> tuple[str, ...]:
        value = self.table.get(field, [])
        listed = cast("list[object]", value) if isinstance(value, list) else [None]
        texts = [text for text in listed if isinstance(text, str)]
        if len(texts) < len(listed):
            self._complain(field, sentences.no_texts(field))
        if not all(text.strip() for text in texts):
            self._complain(field, sentences.empty_text(field))
        return tuple(text for text in texts if text.strip())  # what is wrong with these is to be told as well

    def _flag(self, field: str, *, usual: bool) -> bool:
        value = self.table.get(field, usual)
        if isinstance(value, bool):
            return value
        self._complain(field, sentences.no_flag(field))
        return usual

    def _kind(self) -> Kind:
        value = self._text("kind")
        if "kind" not in self.table:
            self._missing("kind")
        elif value is not None and value not in _KINDS:
            self._complain("kind", sentences.unknown_value(("la famille", "the kind"), value, _KINDS))
        return _KINDS.get(value or "", Kind.OTHER)

    def _hosts(self, field: str, *, local: bool) -> tuple[str, ...]:
        hosts = self._texts(field)
        for host in hosts:
            if trouble := trouble_with_host(host, local=local):
                self._complain(field, trouble, host)
        return hosts

    def _targets(self) -> tuple[Target, ...]:
        value = self.table.get("urls", [])
        if not isinstance(value, list):
            french, english = "urls doit être une liste", "urls must be a list"
            self._complain("urls", sentences.instead(french, english, f"urls = [{_URL_FORM}]"))
            return ()
        targets: list[Target] = []
        for item in cast("list[object]", value):
            read = self._read_url(item)
            if isinstance(read, Said):
                self._complain("urls", read, _url_in(item))
            else:
                targets.append(read)
        return tuple(sorted(targets, key=lambda target: target.role is not Role.HOME))

    def _read_url(self, item: object) -> Target | Said:
        if not isinstance(item, dict):
            return sentences.instead("chaque url est une table", "each url is a table", _URL_FORM)
        table = cast("dict[str, object]", item)
        url, role, expect = table.get("url"), table.get("role"), table.get("expect", [])
        if unknown := table.keys() - _URL_FIELDS:
            return sentences.unknown_field(min(unknown), _URL_FIELDS)
        if not isinstance(url, str) or not isinstance(role, str):
            return sentences.instead("une url a url et role", "a url needs a url and a role", _URL_FORM)
        if role not in _ROLES:
            return sentences.unknown_value(("le rôle", "the role"), role, _ROLES)
        statuses = cast("list[object]", expect) if isinstance(expect, list) else [None]
        figures = tuple(status for status in statuses if isinstance(status, int) and 100 <= status <= 599)
        if len(figures) != len(statuses):
            return sentences.instead(
                "expect est une liste de codes HTTP", "expect is a list of HTTP statuses", "expect = [401]"
            )
        return read_url(url, _ROLES[role], figures, allow_local=self.allow_local)

    def _status(self) -> StatusPage | None:
        table = self._table("status")
        if not table:
            return None
        for field in sorted(table.keys() - _STATUS_FIELDS):
            self._complain("status", sentences.unknown_field(field, _STATUS_FIELDS), field)
        kind, url, confidence = table.get("kind"), table.get("url"), table.get("confidence", "known")
        api_url, component = table.get("api_url"), table.get("component")
        if not isinstance(kind, str) or not isinstance(url, str) or confidence not in _CONFIDENCE:
            fields = 'status = { kind = "…", url = "https://…", confidence = "sourced|known|unconfirmed" }'
            french, english = "la page officielle est incomplète", "the official page is incomplete"
            self._complain("status", sentences.instead(french, english, fields))
            return None
        if kind not in STATUS_KINDS:
            self._complain("status", sentences.unknown_value(("le format", "the format"), kind, STATUS_KINDS), kind)
        for address in (url, api_url):
            if isinstance(address, str):
                read = read_url(address, Role.API, (), allow_local=self.allow_local)
                if isinstance(read, Said):
                    self._complain("status", read, address)
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
            form = 'bot_wall = { what = "…", source = "…" }'
            self._complain("bot_wall", sentences.instead("bot_wall est incomplet", "bot_wall is incomplete", form))
        return what if isinstance(what, str) else None

    def _table(self, field: str) -> dict[str, object]:
        value = self.table.get(field, {})
        if isinstance(value, dict):
            return cast("dict[str, object]", value)
        self._complain(field, sentences.no_table(field))
        return {}

    def _interval(self) -> timedelta:
        value = self.table.get("min_interval_s", 60)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
            return timedelta(seconds=value)
        self._complain("min_interval_s", sentences.no_seconds("min_interval_s"))
        return timedelta(seconds=60)

    def _contact(self) -> str | None:
        contact = self._text("contact")
        if contact is not None and not _CONTACT.fullmatch(contact):
            self._complain("contact", sentences.no_contact(contact), contact)
            return None
        return contact

    def _accounts(self) -> Accounts:
        accounts, faults = read_accounts(self._table("accounts"))
        for near, sentence in faults:
            self._complain("accounts", sentence, near)
        return accounts

    def _sources(self) -> tuple[str, ...]:
        sources = self._table("source").get("hosts", [])
        return tuple(map(str, cast("list[object]", sources))) if isinstance(sources, list) else ()


def _url_in(item: object) -> str:
    url = cast("dict[str, object]", item).get("url") if isinstance(item, dict) else None
    return url if isinstance(url, str) else ""
