"""An institution's own EZproxy configuration goes in, a draft of its file for config/local/ comes out.

Only names and hosts are taken: paths and queries of the addresses may hold what identifies the customer. What follows
was read in OCLC's documentation of the directives: Title (T), URL (U), Host (H), HostJavaScript (HJ), Domain (D),
DomainJavaScript (DJ), Name, IncludeFile; options stand between the directive and its value, as in "Title -hide Name".
"""

import re
from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlsplit

from bot.catalogue.addresses import trouble_with_host
from bot.catalogue.drafting import entry_text, id_for
from bot.catalogue.finding import Catalogue
from bot.catalogue.institutions import is_under
from bot.catalogue.names import words
from bot.catalogue.own_file import EVERYBODY
from bot.catalogue.sentences import Said
from bot.model import Language, Platform

LONGEST_LINE = 2000
_DIRECTIVES = {
    **dict.fromkeys(("title", "t"), "title"),
    **dict.fromkeys(("url", "u"), "url"),
    **dict.fromkeys(("host", "h", "hostjavascript", "hj"), "host"),
    **dict.fromkeys(("domain", "d", "domainjavascript", "dj"), "host"),
    **dict.fromkeys(("name", "n"), "name"),
    "includefile": "include",
}
_OPTION = re.compile(r"-[A-Za-z][\w-]*(?:=\S*)?\s+")
# Directives that only help others: what they serve is no platform.
_NO_PLATFORM = re.compile(
    r"(?:^|\.)(?:google-?analytics|googletagmanager|googleapis|gstatic|doubleclick|cloudfront|akamai\w*|jsdelivr|jquery"
    r"|cloudflare|fontawesome|typekit|crossref|doi|addthis|recaptcha|newrelic|nr-data|hotjar|amazonaws)\.[a-z.]+$"
)


@dataclass(slots=True)
class Stanza:
    """One database: its title, the host of its address, the hosts and domains that the proxy rewrites for it."""

    title: str
    line: int
    home: str | None = None
    hosts: list[str] = field(default_factory=list[str])


@dataclass(slots=True)
class Config:
    """What a configuration says: the proxy's own name, the databases, the files that it includes (not followed)."""

    name: str | None = None
    stanzas: list[Stanza] = field(default_factory=list[Stanza])
    includes: list[str] = field(default_factory=list[str])


def decode(raw: bytes) -> str:
    """The text of a file in whichever of the usual encodings: UTF-8, UTF-16 with its mark, else Windows-1252."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def read_config(text: str) -> Config:
    """Read a config.txt. Never raises: what is no directive of ours is passed over."""
    config = Config()
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        directive, value = _directive(line)
        match directive:
            case "title" if value:
                config.stanzas.append(Stanza(_title(value), number))
            case "name" if config.name is None and (host := _host(value)):
                config.name = host
            case "include" if value:
                config.includes.append(value)
            case "url" if config.stanzas and config.stanzas[-1].home is None:
                config.stanzas[-1].home = _host(value)
            case "host" if config.stanzas and (host := _host(value)):
                config.stanzas[-1].hosts.append(host)
            case _:
                pass
    return config


def _directive(line: str) -> tuple[str | None, str]:
    line = line.strip()
    if not line or line.startswith("#") or len(line) > LONGEST_LINE:
        return None, ""
    word, _, value = line.replace("\t", " ").partition(" ")
    value = value.strip()
    while option := _OPTION.match(value):
        value = value[option.end() :]
    return _DIRECTIVES.get(word.lower()), value


def _title(value: str) -> str:
    """A title without marks and entities of HTML ("&amp;"), and without what cannot be seen."""
    plain = unescape(re.sub(r"<[^<>]{0,200}>", "", value))
    return " ".join("".join(letter if letter.isprintable() else " " for letter in plain).split())[:80]


def _host(value: str) -> str | None:
    """The host of an address or of a bare host, in the form of the catalogue; None if it has none that is public."""
    # "URL -form=post NAME https://…": the address is the last word.
    word = value.split(" ")[-1] if value else ""
    try:
        host = urlsplit(word if "://" in word else f"//{word}").hostname or ""
        host = host.strip(".").removeprefix("*.").encode("idna").decode("ascii").lower()
    except (ValueError, UnicodeError):
        return None
    return host if host and trouble_with_host(host) is None else None


def draft(config: Config, catalogue: Catalogue, *, key: str, language: Language) -> str:
    """The text of a file for config/local/: an [institution] to complete, additions to known entries, new entries."""
    drafts = _Drafts(catalogue)
    for stanza in config.stanzas:
        drafts.add(stanza)
    proxy = config.name
    domain = _domain_of(proxy) if proxy else "univ-exemple.fr"
    if domain in EVERYBODY:
        domain = "univ-exemple.fr"
    top = [*_comment(_TOP.told(language)), "", "[institution]", f'name = "{key}"', f'instances = ["{domain}"]']
    if proxy:
        top.append(f'ezproxy = {{ suffix = "{proxy}", login = "https://{proxy}/login?url=", form = "hyphens" }}')
    for include in config.includes:
        said = Said(f"Non suivi : IncludeFile {include}", f"Not followed: IncludeFile {include}")
        top += _comment(said.told(language))
    return "\n".join(top) + "\n\n" + drafts.text(language)


@dataclass(slots=True)
class _Drafts:
    catalogue: Catalogue
    titles: dict[str, list[str]] = field(default_factory=dict[str, list[str]])  # of known platforms, by their key
    new: dict[tuple[str, ...], Stanza] = field(default_factory=dict[tuple[str, ...], Stanza])
    without: list[Stanza] = field(default_factory=list[Stanza])
    names: set[tuple[str, ...]] = field(default_factory=set[tuple[str, ...]])
    hosts: set[str] = field(default_factory=set[str])

    def __post_init__(self) -> None:
        for platform in self.catalogue.platforms.values():
            self.names |= {words(name) for name in (platform.name, *platform.aliases, *platform.weak)}

    def add(self, stanza: Stanza) -> None:
        if not words(stanza.title):
            return
        known = self._known(stanza)
        if known is not None:
            self.titles.setdefault(known.key, []).append(stanza.title)
        elif stanza.home is None and not stanza.hosts:
            self.without.append(stanza)
        elif same := self.new.get(words(stanza.title)):
            same.hosts += [host for host in (stanza.home, *stanza.hosts) if host]
        else:
            self.new[words(stanza.title)] = stanza

    def _known(self, stanza: Stanza) -> Platform | None:
        """The shared entry that its address belongs to; without an address, the one that most of its hosts do."""
        if stanza.home is not None:
            return self._owner(stanza.home)
        owners = [owner for host in stanza.hosts if not _NO_PLATFORM.search(host) and (owner := self._owner(host))]
        most = Counter(owner.key for owner in owners).most_common(1)
        return self.catalogue.platforms[most[0][0]] if most else None

    def _owner(self, host: str) -> Platform | None:
        owner = self.catalogue.of_host(host)
        return owner if owner is not None and owner.key in self.catalogue.platforms else None

    def text(self, language: Language) -> str:
        entries = dict(self._additions())
        known_ids = {*self.catalogue.platforms, *entries}
        for stanza in self.new.values():
            key = id_for(stanza.title, {*entries, *known_ids, "institution"})
            if entry := self._entry(key, stanza):
                entries[key] = entry
        known = sorted(key for key in self.titles if key not in entries)
        lines = [entry for _, entry in sorted(entries.items())]
        if known:
            said = Said(
                f"Déjà connus, rien à ajouter : {', '.join(known)}", f"Known, nothing to add: {', '.join(known)}"
            )
            lines.append("\n".join(_comment(said.told(language))) + "\n")
        for stanza in self.without:
            said = Said(
                f"Sans adresse, ligne {stanza.line} : {stanza.title}", f"No address, line {stanza.line}: {stanza.title}"
            )
            lines.append("\n".join(_comment(said.told(language))) + "\n")
        return "\n".join(lines)

    def _additions(self) -> Iterator[tuple[str, str]]:
        """Names under which the institution lists a known platform, and which the catalogue does not have."""
        for key, titles in self.titles.items():
            fresh = [title for title in dict.fromkeys(titles) if words(title) not in self.names]
            unique = {words(title): title for title in reversed(fresh)}
            self.names |= unique.keys()
            if unique:
                yield key, entry_text(key, {"extends": key, "aliases": list(reversed(unique.values()))})

    def _entry(self, key: str, stanza: Stanza) -> str | None:
        if words(stanza.title) in self.names:
            stanza.title = f"{stanza.title} ({stanza.home or stanza.hosts[0]})"
        candidates = dict.fromkeys(host for host in (stanza.home, *stanza.hosts) if host)
        free = [
            host
            for host in candidates
            if host not in self.hosts and not _NO_PLATFORM.search(host) and self._owner(host) is None
        ]
        every = frozenset(free)
        hosts = [host for host in free if not _below(host, every)]
        if not hosts or words(stanza.title) in self.names:
            self.without.append(stanza)
            return None
        self.hosts |= set(hosts)
        self.names.add(words(stanza.title))
        home = stanza.home if stanza.home and any(is_under(stanza.home, host) for host in hosts) else hosts[0]
        fields = {"name": stanza.title, "kind": "docelec", "hosts": hosts}
        return entry_text(key, fields, [("home", f"https://{home}/")])


def _below(host: str, suffixes: Container[str]) -> bool:
    labels = host.split(".")
    return any(".".join(labels[start:]) in suffixes for start in range(1, len(labels)))


def _domain_of(proxy: str) -> str:
    """The institution's domain, likely: the proxy's without its first label."""
    return proxy.partition(".")[2] if proxy.count(".") >= 2 else proxy


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in text.split("\n")]


_TOP = Said(
    "Brouillon tiré d'une configuration EZproxy. Relisez-le : complétez [institution], enlevez ce qui n'est pas une\n"
    "plateforme, mettez dans weak les noms qui sont aussi des mots. Puis : cestmoiou catalogue check CE-FICHIER",
    "Draft made of an EZproxy configuration. Read it over: complete [institution], take out what is no platform, put\n"
    "names that are words as well into weak. Then: cestmoiou catalogue check THIS-FILE",
)
