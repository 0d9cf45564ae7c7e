"""An institution's own platforms: who asks goes in, the names that are valid for them come out.

« L'ENT » is another site for everybody. So what config/local/*.toml says is valid for the institution's own people
only: those whose server, handle or handle's domain it lists.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.catalogue.names import plain_form, words
from bot.model import Platform


@dataclass(frozen=True, slots=True)
class EzProxy:
    """The institution's EZproxy: below `suffix` are the rewritten hosts; `login` is what a link begins with.

    `form` is "hyphens" (www-cairn-info.SUFFIX) or "dots" (www.cairn.info.SUFFIX).
    """

    suffix: str
    login: str | None = None
    form: str = "hyphens"


@dataclass(frozen=True, slots=True)
class Institution:
    """Who may say "our", and what they mean by it.

    `key` is its file's name. `instances` are domains: everybody whose server or handle is there, or below, belongs to
    it. `handles` are single people elsewhere, "marie@piaille.fr" or "bu.bsky.social", lower case. `vantage` is the
    place of the probe that is theirs. `platforms` are its own; `more_names` are names of shared entries, by their key,
    each as (aliases, weak).
    """

    key: str
    name: str
    instances: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    vantage: str | None = None
    ezproxy: EzProxy | None = None
    platforms: tuple[Platform, ...] = ()
    more_names: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = field(
        default_factory=dict[str, tuple[tuple[str, ...], tuple[str, ...]]]
    )

    def platforms_for_its_people(self, shared: Iterable[Platform]) -> list[Platform]:
        """Every platform as its people name it: their own first, and a name that they use is no other's."""
        own = {words(name) for platform in self.platforms for name in every_name(platform)}
        return [*self.platforms, *(self._as_named_here(platform, own) for platform in shared)]

    def _as_named_here(self, platform: Platform, own: set[tuple[str, ...]]) -> Platform:
        aliases, weak = self.more_names.get(platform.key, ((), ()))
        if not (aliases or weak or any(words(name) in own for name in every_name(platform))):
            return platform
        return replace(
            platform,
            aliases=tuple(name for name in (*platform.aliases, *aliases) if words(name) not in own),
            weak=tuple(name for name in (*platform.weak, *weak) if words(name) not in own),
        )


def every_name(platform: Platform) -> tuple[str, ...]:
    """Its name, the plain form of it, its aliases and its ambiguous names."""
    return (platform.name, plain_form(platform.name), *platform.aliases, *platform.weak)


def institution_of(asker: str | None, institutions: Sequence[Institution]) -> Institution | None:
    """The one that an asker belongs to: "marie@social.univ-x.fr" (Mastodon), "marie.univ-x.fr" (Bluesky).

    A handle that is listed counts before a server that is. None: of no institution here.
    """
    if not asker:
        return None
    handle = asker.strip().removeprefix("@").lower()
    by_handle = (institution for institution in institutions if handle in institution.handles)
    domain = handle.rpartition("@")[2]
    by_domain = (one for one in institutions if any(is_under(domain, instance) for instance in one.instances))
    return next(by_handle, None) or next(by_domain, None)


def is_under(host: str, suffix: str) -> bool:
    """Whether a host is that one, or below it."""
    return host == suffix or host.endswith(f".{suffix}")
