"""One file of config/local/: its tables go in, an Institution and everything that is wrong with it come out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, cast

from bot.catalogue import sentences
from bot.catalogue.accounts import as_table
from bot.catalogue.addresses import read_url, trouble_with_host
from bot.catalogue.entry import Complaint, read_entry
from bot.catalogue.institutions import EzProxy, Institution
from bot.catalogue.parsing import Parsed, Table
from bot.catalogue.sentences import Said
from bot.model import Platform, Role

HEADER = "institution"
_FIELDS = frozenset({"name", "instances", "handles", "vantage", "ezproxy"})
_EXTENDS_FIELDS = frozenset({"extends", "aliases", "weak", "hosts", "urls", "accounts", "notify", "note", "source"})
_EZPROXY_FIELDS = frozenset({"suffix", "login", "form"})
_FORMS = ("hyphens", "dots")
_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
EVERYBODY = frozenset({"bsky.social", "mastodon.social", "mstdn.social", "mas.to", "mastodon.online", "bsky.app"})
_HANDLE = re.compile(r"[\w.-]+@[\w-]+(?:\.[\w-]+)+|[\w-]+(?:\.[\w-]+)+", re.ASCII)


@dataclass(slots=True)
class OwnFile:
    """What a file of an institution comes to: `extensions` add hosts and urls to the shared entries of their keys."""

    institution: Institution
    extensions: dict[str, Platform] = field(default_factory=dict[str, Platform])
    complaints: list[tuple[Table, Complaint]] = field(default_factory=list[tuple[Table, Complaint]])


def read_own_file(key: str, parsed: Parsed, shared: Mapping[str, Platform], *, allow_local: bool) -> OwnFile:
    """Read the tables of one file. `key` is the file's name without .toml; entries get the key "KEY.ID"."""
    own, tables = OwnFile(Institution(key, key)), parsed.tables
    if not _KEY.fullmatch(key):
        own.complaints.append((tables[0] if tables else Table("", {}), Complaint("", _odd_file_name(key))))
    header = next((table for table in tables if table.key == HEADER), None)
    if header is None and parsed.faults:
        pass  # perhaps it is what could not be read
    elif header is None:
        where = tables[0] if tables else Table("", {})
        own.complaints.append((where, Complaint("", _NO_HEADER)))
    else:
        own.institution = _institution(key, header, own)
    for table in tables:
        if table is header:
            continue
        if "extends" in table.fields:
            _extend(own, table, shared, allow_local=allow_local)
        else:
            _add(own, table, allow_local=allow_local)
    return own


def _add(own: OwnFile, table: Table, *, allow_local: bool) -> None:
    platform, complaints = read_entry(table.key, table.value, allow_local=allow_local)
    own.complaints += [(table, complaint) for complaint in complaints]
    scoped = replace(platform, key=f"{own.institution.key}.{table.key}", scope=own.institution.key)
    own.institution = replace(own.institution, platforms=(*own.institution.platforms, scoped))


def _extend(own: OwnFile, table: Table, shared: Mapping[str, Platform], *, allow_local: bool) -> None:
    value = table.fields

    def complain(field: str, sentence: Said) -> None:
        own.complaints.append((table, Complaint(field, sentence)))

    key = value["extends"]
    if not isinstance(key, str):
        complain("extends", sentences.no_text("extends"))
        return
    if key not in shared:
        complain("extends", sentences.no_entry("extends", key, shared.keys()))
    for name in sorted(value.keys() - _EXTENDS_FIELDS):
        complain(name, sentences.unknown_field(name, _EXTENDS_FIELDS))
    known = {name: value[name] for name in _EXTENDS_FIELDS - {"extends"} if name in value}
    if key in shared and shared[key].accounts.are_known:
        known.setdefault("accounts", as_table(shared[key].accounts))
    # The rules of an entry hold; what it needs and an addition does not is filled in.
    more, complaints = read_entry(table.key, {"name": key, "kind": "other", **known}, allow_local=allow_local)
    own.complaints += [(table, complaint) for complaint in complaints]
    for host in (target.host for target in more.targets):
        # What is added to a shared entry is looked at for everybody who asks.
        if not allow_local and (trouble := trouble_with_host(host)):
            own.complaints.append((table, Complaint("urls", trouble, host)))
    names = dict(own.institution.more_names)
    before = names.get(key, ((), ()))
    names[key] = ((*before[0], *more.aliases), (*before[1], *more.weak))
    own.institution = replace(own.institution, more_names=names)
    known_before = own.extensions.get(key, Platform(key, key))
    own.extensions[key] = replace(
        known_before,
        hosts=(*known_before.hosts, *more.hosts),
        targets=(*known_before.targets, *more.targets),
        accounts=more.accounts if "accounts" in value else known_before.accounts,
        notify=known_before.notify or more.notify,
    )


def _institution(key: str, table: Table, own: OwnFile) -> Institution:
    value = table.fields

    def complain(field: str, sentence: Said, near: str = "") -> None:
        own.complaints.append((table, Complaint(field, sentence, near)))

    for name in sorted(value.keys() - _FIELDS):
        complain(name, sentences.unknown_field(name, _FIELDS))
    if "name" not in value:
        complain("", sentences.missing("name"))
    instances, handles = _people(value, complain)
    return Institution(
        key,
        _text(value, "name", complain) or key,
        instances=instances,
        handles=handles,
        vantage=_text(value, "vantage", complain),
        ezproxy=_ezproxy(value, complain),
    )


def _people(value: dict[str, object], complain: "_Complain") -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The domains and the handles of those who belong to it."""
    instances, handles = (_listed(value, name, complain) for name in ("instances", "handles"))
    for instance in instances:
        if trouble := trouble_with_host(instance, local=True):  # nothing is asked of it
            complain("instances", trouble, instance)
        elif instance in EVERYBODY:
            complain("instances", _everybody(instance), instance)
    for handle in handles:
        if not _HANDLE.fullmatch(handle.removeprefix("@")):
            form = 'handles = ["marie@piaille.fr", "bu.bsky.social"]'
            said = sentences.quoted(handle)
            complain("handles", sentences.instead(f"{said} n'est pas un compte", f"{said} is no account", form), handle)
    if not instances and not handles:
        complain("", _NOBODY)
    return instances, tuple(handle.removeprefix("@").lower() for handle in handles)


def _text(value: dict[str, object], name: str, complain: "_Complain") -> str | None:
    text = value.get(name)
    if text is None or (isinstance(text, str) and text.strip()):
        return text
    complain(name, sentences.no_text(name))
    return None


def _listed(value: dict[str, object], name: str, complain: "_Complain") -> tuple[str, ...]:
    texts = value.get(name, [])
    if isinstance(texts, list):
        fine = [text for text in cast("list[object]", texts) if isinstance(text, str) and text.strip()]
        if len(fine) == len(cast("list[object]", texts)):
            return tuple(fine)
    complain(name, sentences.no_texts(name))
    return ()


def _ezproxy(value: dict[str, object], complain: "_Complain") -> EzProxy | None:
    table = value.get("ezproxy")
    if table is None:
        return None
    form = (
        'ezproxy = { suffix = "ezproxy.univ-x.fr", login = "https://ezproxy.univ-x.fr/login?url=", form = "hyphens" }'
    )
    fields = cast("dict[str, object]", table) if isinstance(table, dict) else {}
    for name in sorted(fields.keys() - _EZPROXY_FIELDS):
        complain("ezproxy", sentences.unknown_field(name, _EZPROXY_FIELDS), name)
    suffix, login, shape = fields.get("suffix"), fields.get("login"), fields.get("form", "hyphens")
    if not isinstance(suffix, str) or not (login is None or isinstance(login, str)) or shape not in _FORMS:
        complain("ezproxy", sentences.instead("ezproxy est incomplet", "ezproxy is incomplete", form))
        return None
    if trouble := trouble_with_host(suffix):
        complain("ezproxy", trouble, suffix)
    read = read_url(login, Role.LOGIN, (), allow_local=False) if login else None
    if isinstance(read, Said):
        complain("ezproxy", read, login or "")
    return EzProxy(suffix, login, str(shape))


class _Complain(Protocol):
    """How a complaint on the [institution] table is made; a type only."""

    def __call__(self, field: str, sentence: Said, near: str = "") -> None: ...


def _everybody(instance: str) -> Said:
    return Said(
        f"tout le monde peut s'inscrire sur {instance} ; écrivez des comptes dans handles",
        f"everybody can sign up at {instance}; write accounts into handles",
    )


def _odd_file_name(key: str) -> Said:
    said = sentences.quoted(key)
    return Said(
        f"le nom de fichier {said} a des caractères interdits ; écrivez seulement a-z, 0-9 et des traits d'union",
        f"the file name {said} has odd characters; write a-z, 0-9 and single hyphens only",
    )


_NO_HEADER = Said(
    'il manque [institution] en tête du fichier ; écrivez [institution], puis name = "…" et instances = ["…"]',
    '[institution] is missing at the top; write [institution], then name = "…" and instances = ["…"]',
)
_NOBODY = Said(
    'personne n\'en fait partie ; écrivez instances = ["social.univ-x.fr"] ou handles = ["marie@piaille.fr"]',
    'nobody belongs to it; write instances = ["social.univ-x.fr"] or handles = ["marie@piaille.fr"]',
)
