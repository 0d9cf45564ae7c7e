"""Which platforms are meant: an Intent goes in, platforms come out, or the name that we do not know."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.catalogue.institutions import Institution, institution_of
from bot.catalogue.matching import Match, NameIndex
from bot.catalogue.names import plain_form, words
from bot.catalogue.proxied import hosts_behind
from bot.catalogue.weak import keep_plausible
from bot.model import Act, Intent, Platform, Target

_ABOUT_A_PLATFORM = frozenset({Act.ASK, Act.REPORT_DOWN, Act.REPORT_UP, Act.RECHECK})
_NOT_IN_A_NAME = re.compile(r"[@#<>\[\]()\"«»“”]|https?:\S*|\S+://\S*")
LONGEST_UNKNOWN_NAME = 40


@dataclass(frozen=True, slots=True)
class Found:
    """What an intent is about.

    `platforms` in the order of the post, those that the operator switched off (`enabled`) as well. `candidates` are
    names to choose from, when the one that was written exists many times. `unknown` is a name that no entry has, as
    written but defanged: no handle, no link, at most 40 characters. `act` is the intent's, or NONE when only a known
    platform would have made a question of it.
    """

    platforms: tuple[Platform, ...] = ()
    candidates: tuple[str, ...] = ()
    unknown: str | None = None
    act: Act = Act.NONE


class Catalogue:
    """Every platform we know, and how to find those that people mean."""

    def __init__(self, platforms: Iterable[Platform], *, institutions: Sequence[Institution] = ()) -> None:
        self.institutions = tuple(institutions)
        self._platforms = {platform.key: platform for platform in platforms}
        self._names = NameIndex(self._platforms.values())
        self._by_host = {host: platform for platform in self._platforms.values() for host in platform.hosts}
        self._customers = {host for platform in self._platforms.values() for host in platform.customer_hosts}
        own = (platform for institution in self.institutions for platform in institution.platforms)
        self._own_names = NameIndex(own)
        self._views: dict[str, Catalogue] = {}

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
        behind = (found for other in hosts_behind(host) if (found := self._of_plain_host(other)))
        return next(behind, None) or self._of_plain_host(host)

    def by_key_or_name(self, text: str) -> Platform | None:
        """What somebody typed at the command line: a key, a name or an alias. None: unknown, perhaps a host."""
        key = text.strip().lower()
        own = (platform for one in self.institutions for platform in one.platforms if platform.key == key)
        return self._platforms.get(key) or next(own, None) or self._names.exactly(text)

    def seen_by(self, asker: str | None) -> "Catalogue":
        """The catalogue with the names and platforms of the asker's institution; itself, for people of none."""
        institution = institution_of(asker, self.institutions)
        if institution is None:
            return self
        if institution.key not in self._views:
            own = institution.platforms_for_its_people(self._platforms.values())
            self._views[institution.key] = Catalogue(own)
        return self._views[institution.key]

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
            return Found(platforms, act=intent.act)
        if intent.needs_name:
            return Found()
        return Found(candidates=self._candidates(intent), unknown=defang(intent.unknown_name), act=intent.act)

    def _named(self, intent: Intent) -> tuple[Platform, ...]:
        by_host = [self._at_host(host) for host in intent.hosts]
        matches = keep_plausible(self._names.matches(intent.text), intent, hosts_given=bool(by_host))
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
        typed = Target(host, typed=True)
        return self.of_host(host) or Platform(key=f"url:{host}", name=host, hosts=(host,), targets=(typed,))

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


def defang(name: str | None) -> str | None:
    """A name as somebody wrote it, made harmless to repeat: no handle, no hashtag, no link, at most 40 characters."""
    if name is None:
        return None
    plain = " ".join(_NOT_IN_A_NAME.sub(" ", name).split())
    return plain[:LONGEST_UNKNOWN_NAME].rstrip() or None


def _named_for_themselves(matches: Sequence[Match]) -> set[str | None]:
    """The organisations of which a service was named ("HumanID"), not only the house ("Huma-Num")."""
    return {match.platform.key for match in matches if not match.name.weak and not _is_the_house(match)}


def _is_the_house(match: Match) -> bool:
    """Whether the name that was found is the platform's own, with or without an article."""
    own = (words(match.platform.name), words(plain_form(match.platform.name)))
    return match.name.words in own or match.name.words[1:] in own


def _suffixes(host: str) -> Iterable[str]:
    labels = host.split(".")
    return (".".join(labels[start:]) for start in range(len(labels) - 1))
