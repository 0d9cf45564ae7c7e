"""Which platforms are meant: an Intent goes in, platforms come out, or the name that we do not know."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import idna

from bot.catalogue.beside import without_bystanders
from bot.catalogue.institutions import Institution, institution_of
from bot.catalogue.matching import Match, NameIndex
from bot.catalogue.names import Token, plain_form, words
from bot.catalogue.proxied import Rewritten, french_proxies, proxy_platform, readings
from bot.catalogue.spelt import spelt_with_accents
from bot.catalogue.weak import keep_plausible
from bot.model import Act, Between, Gateway, Intent, Kind, Named, Platform, Target, Way

_ABOUT_A_PLATFORM = frozenset({Act.ASK, Act.REPORT_DOWN, Act.REPORT_UP, Act.RECHECK})
# Full-width and small forms call people as well, on servers that fold them; a bare "x.example" becomes a link on some.
_NOT_IN_A_NAME = re.compile(r"https?:\S*|\S+://\S*|[@#\uff20\uff03\ufe6b\ufe5f<>\[\]()\"«»“”`:/\\]|\.(?=\w)")
_STACKED = re.compile(r"([\u0300-\u036f\u20d0-\u20ff]{2})[\u0300-\u036f\u20d0-\u20ff]+")
LONGEST_UNKNOWN_NAME = 40
_MOST_CLOSEST = 3
# Read through proxies more than others: there, a rewritten host is believed whatever the proxy is called.
_LIBRARIES_READ = frozenset({Kind.DOCELEC, Kind.LIBRARY_SERVICE})


@dataclass(frozen=True, slots=True)
class Found:
    """What an intent is about.

    `platforms` in the order of the post, those that the operator switched off (`enabled`) as well. `candidates` are
    names to choose from, when the one that was written exists many times. `unknown` is a name that no entry has, as
    written but defanged: no handle, no link, at most 40 characters. `act` is the intent's, or NONE when only a known
    platform would have made a question of it. `gateways` are what stands between the asker and these platforms, as the
    addresses in the post say. `closest` are names of the catalogue that look like `unknown`.
    """

    platforms: tuple[Platform, ...] = ()
    candidates: tuple[str, ...] = ()
    unknown: str | None = None
    act: Act = Act.NONE
    gateways: tuple[Gateway, ...] = ()
    closest: tuple[str, ...] = ()


class Catalogue:
    """Every platform we know, and how to find those that people mean."""

    def __init__(
        self,
        platforms: Iterable[Platform],
        *,
        institutions: Sequence[Institution] = (),
        proxies: Mapping[str, str] | None = None,
        vantage: str | None = None,
    ) -> None:
        self.vantage = vantage  # the place of the probe that is the askers' own
        self.institutions = tuple(institutions)
        self._platforms = {platform.key: platform for platform in platforms}
        self._names = NameIndex(self._platforms.values())
        self._by_host = {host: platform for platform in self._platforms.values() for host in platform.hosts}
        self._customers = {host for platform in self._platforms.values() for host in platform.customer_hosts}
        own = (platform for institution in self.institutions for platform in institution.platforms)
        self._own_names = NameIndex(own)
        self._views: dict[str, Catalogue] = {}
        self._proxies = proxies if proxies is not None else {**french_proxies(), **_own_proxies(self.institutions)}
        self._spelt = spelt_with_accents(self._platforms.values())

    @property
    def platforms(self) -> Mapping[str, Platform]:
        """Every entry by its key, switched-off ones as well."""
        return self._platforms

    def of_host(self, host: str) -> Platform | None:
        """The platform that a host belongs to, by the longest suffix on a label boundary; proxied hosts are read back.

        Below `customer_hosts` the sub-domain is somebody's own site: the platform that comes back is that site.
        """
        host = host.lower().rstrip(".")
        # The proxy's own host may be in the catalogue as well, so what is behind it comes first.
        behind = self._behind(host)
        return self._of_plain_host(behind.host if behind else host) or self._spelt_like(host)

    def by_key_or_name(self, text: str) -> Platform | None:
        """What somebody typed at the command line: a key, a name or an alias. None: unknown, perhaps a host."""
        key = text.strip().lower()
        own = (platform for one in self.institutions for platform in one.platforms if platform.key == key)
        return self._platforms.get(key) or next(own, None) or self._names.exactly(text)

    def of_key(self, key: str) -> Platform | None:
        """The platform that a key of ours is of, also after a restart: of the catalogue, or "url:" and a bare host."""
        if key.startswith("url:"):
            return self._at_host(key.removeprefix("url:"))
        return self.by_key_or_name(key)

    def seen_by(self, asker: str | None) -> "Catalogue":
        """The catalogue with the names and platforms of the asker's institution; itself, for people of none."""
        institution = institution_of(asker, self.institutions)
        if institution is None:
            return self
        if institution.key not in self._views:
            own = institution.platforms_for_its_people(self._platforms.values())
            self._views[institution.key] = Catalogue(own, proxies=self._proxies, vantage=institution.vantage)
        return self._views[institution.key]

    def names_in(self, text: str) -> tuple[Named, ...]:
        """Where the names of platforms stand in a text, whatever is said of them, from left to right."""
        return tuple(
            Named(
                match.text[match.first].start,
                _end(match.text[match.last - 1]),
                sure=not match.name.weak,
                spelt=match.is_spelt,
            )
            for match in self._names.matches(text)
        )

    def find(self, intent: Intent, asker: str | None = None) -> Found:
        """What the intent is about: hosts beat names, the longest name wins, ambiguous names need their cue.

        `asker` is the address of whoever asks (`SocialNetwork.address_of`): « l'ENT » is that of their institution.
        """
        if asker is not None and self.institutions:
            return self.seen_by(asker).find(intent)
        if intent.act not in _ABOUT_A_PLATFORM:
            return Found(act=intent.act)
        platforms = self._named(intent)
        if not platforms and intent.thread in self._platforms and intent.act is not Act.ASK:
            platforms = (self._platforms[intent.thread],)
        if not platforms and intent.context is not None:
            return replace(self.find(replace(intent.context, act=intent.act)), act=intent.act)
        if platforms:
            return Found(platforms, act=intent.act, gateways=tuple(self._gateways(intent, platforms)))
        if intent.needs_name:
            return Found()
        unknown = defang(intent.unknown_name)
        closest = self._names.closest(unknown, most=_MOST_CLOSEST) if unknown else ()
        return Found(candidates=self._candidates(intent), unknown=unknown, act=intent.act, closest=closest)

    def _named(self, intent: Intent) -> tuple[Platform, ...]:
        by_host = [self._at_host(host) for host in intent.hosts]
        thread = self._platforms.get(intent.thread or "")
        named = self._names.matches(intent.text)
        plausible = keep_plausible(named, intent, hosts_given=bool(by_host), thread=thread)
        matches = without_bystanders(plausible, intent.thread, hosts_given=bool(by_host))
        found = {platform.key: platform for platform in (*by_host, *(match.platform for match in matches))}
        behind = {platform.behind for platform in found.values()} - _named_for_themselves(matches)
        return tuple(platform for platform in found.values() if platform.key not in behind)

    def _candidates(self, intent: Intent) -> tuple[str, ...]:
        many = [match.platform.name for match in self._names.matches(intent.text) if match.platform.self_hostable]
        # « L'ENT » of somebody's institution, asked by others: which one? They are not told of it, their words are.
        of_others = [match.written for match in self._own_names.matches(intent.text)]
        return tuple(dict.fromkeys((*many, *of_others)))

    def _at_host(self, host: str) -> Platform:
        host = host.lower().rstrip(".")
        behind = self._behind(host)
        plain = behind.host if behind else host
        typed = Target(plain, typed=True)
        return self.of_host(host) or Platform(key=f"url:{plain}", name=plain, hosts=(plain,), targets=(typed,))

    def _behind(self, host: str) -> Rewritten | None:
        """What a proxy's rewriting stands for: a platform that we know, or any name behind a proxy that we know."""
        every = list(readings(host, self._proxies))
        known = (reading for reading in every if self._is_believed(reading))
        return next(known, None) or next((reading for reading in every if reading.sure), None)

    def _is_believed(self, reading: Rewritten) -> bool:
        platform = self._of_plain_host(reading.host)
        if platform is None or reading.sure:
            return platform is not None
        elsewhere = self._of_plain_host(reading.proxy) is None
        # Else github.com.evil.example would be GitHub.
        return elsewhere and (reading.named or (platform.kind in _LIBRARIES_READ and reading.proxy.count(".") >= 1))

    def _spelt_like(self, host: str) -> Platform | None:
        if "xn--" not in host or not self._spelt:
            return None
        try:
            return self._spelt.get(idna.decode(host).removeprefix("www."))
        except (idna.IDNAError, UnicodeError):
            return None

    def _gateways(self, intent: Intent, platforms: Sequence[Platform]) -> Iterable[Gateway]:
        """The proxies and sign-in services on the way to these platforms, each once."""
        keys, seen = {platform.key for platform in platforms}, set[str]()
        for way in (*intent.ways, *(Way(host) for host in intent.hosts)):
            behind, to = self._behind(way.host), self._at_host(way.host).key
            proxy = way.proxy or (behind.proxy if behind else None)
            for between, host in ((Between.PROXY, proxy), (Between.LOGIN, way.login)):
                if host is None or to not in keys:
                    continue
                gateway = self._gateway(between, host)
                if gateway.key not in seen | keys:
                    seen.add(gateway.key)
                    yield Gateway(between, gateway, to)

    def _gateway(self, between: Between, host: str) -> Platform:
        for own_page in ("login.", "www."):
            if host.removeprefix(own_page) in self._proxies:
                host = host.removeprefix(own_page)
        known = None if host in self._proxies else self._of_plain_host(host)
        if known is not None and known.probe:
            return known
        if between is Between.LOGIN:
            return Platform(f"url:{host}", host, hosts=(host,), targets=(Target(host, typed=True),))
        return proxy_platform(host, self._proxies)

    def _of_plain_host(self, host: str) -> Platform | None:
        for suffix in _suffixes(host):
            if platform := self._by_host.get(suffix):
                own = any(target.host in (host, f"www.{host}") for target in platform.targets)
                return platform if own else self._customer_site(platform, host)
        return None

    def _customer_site(self, platform: Platform, host: str) -> Platform:
        above = next((suffix for suffix in _suffixes(host) if suffix in self._customers), None)
        if above is None or host in (above, f"www.{above}"):
            return platform
        return Platform(
            key=f"url:{host}",
            name=host,
            kind=platform.kind,
            hosts=(host,),
            targets=(Target(host, typed=True),),
            bot_wall=platform.bot_wall,
            min_interval=platform.min_interval,
        )


def _own_proxies(institutions: Iterable[Institution]) -> dict[str, str]:
    own = (institution.ezproxy for institution in institutions if institution.ezproxy is not None)
    return {proxy.suffix: (proxy.login or f"https://{proxy.suffix}/login").partition("?")[0] for proxy in own}


def defang(name: str | None) -> str | None:
    """A name as somebody wrote it, made harmless to repeat: no handle, no hashtag, no link, at most 40 characters."""
    if name is None:
        return None
    visible = "".join(letter for letter in name if letter.isspace() or unicodedata.category(letter)[0] != "C")
    plain = " ".join(_NOT_IN_A_NAME.sub(" ", _STACKED.sub(r"\1", visible)).split())
    return plain[:LONGEST_UNKNOWN_NAME].rstrip() or None


def _named_for_themselves(matches: Sequence[Match]) -> set[str | None]:
    """The organisations of which a service was named ("HumanID"), not only the house ("Huma-Num")."""
    return {match.platform.key for match in matches if not match.name.weak and not _is_the_house(match)}


def _is_the_house(match: Match) -> bool:
    """Whether the name that was found is the platform's own, with or without an article."""
    own = (words(match.platform.name), words(plain_form(match.platform.name)))
    return match.name.words in own or match.name.words[1:] in own


def _end(token: Token) -> int:
    return token.start + len(token.written)


def _suffixes(host: str) -> Iterable[str]:
    labels = host.split(".")
    return (".".join(labels[start:]) for start in range(len(labels) - 1))
