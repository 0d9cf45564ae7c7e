"""What people ask about."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.model.mentions import Language


class Kind(StrEnum):
    """The family a platform belongs to; one file of config/platforms/ each."""

    DOCELEC = "docelec"
    LIBRARY_SERVICE = "library-service"
    EDUCATION = "education"
    PUBLIC_SERVICE = "public-service"
    SOCIAL = "social"
    CLOUD = "cloud"
    DEV = "dev"
    MEDIA = "media"
    BANK = "bank"
    TELECOM = "telecom"
    SHOPPING = "shopping"
    GAME = "game"
    AI = "ai"
    OTHER = "other"


class Role(StrEnum):
    """Which step of a platform a target stands for."""

    HOME = "home"
    SEARCH = "search"
    ARTICLE = "article"
    API = "api"
    LOGIN = "login"


@dataclass(frozen=True, slots=True)
class Target:
    """One URL to look at. `host` is lower-case punycode, `path` begins with "/" and comes from the catalogue only.

    `port` is None for the scheme's own. `expect` are the statuses that mean "healthy" here, besides 2xx (an API that
    answers 401 to strangers). `typed` is true for a host that somebody typed and no catalogue entry knows.
    """

    host: str
    scheme: str = "https"
    port: int | None = None
    path: str = "/"
    role: Role = Role.HOME
    expect: tuple[int, ...] = ()
    typed: bool = False

    @property
    def url(self) -> str:
        """The address as a browser would show it."""
        port = "" if self.port is None else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}{self.path}"


@dataclass(frozen=True, slots=True)
class StatusPage:
    """The provider's own status page. `kind` names the format, `api_url` where a machine reads it, if known.

    `component` is the name, on that page, of the part that the platform is; None: the page as a whole is about it.
    """

    kind: str
    url: str
    api_url: str | None
    confidence: str
    component: str | None = None


@dataclass(frozen=True, slots=True)
class Accounts:
    """The provider's own accounts: "@user@server" on Mastodon, "@handle" on Bluesky; None: not known, or none.

    `language` is the one in which the provider wants to be written to; None: not known.
    """

    mastodon: str | None = None
    bluesky: str | None = None
    language: Language | None = None

    @property
    def are_known(self) -> bool:
        """Whether there is one at all."""
        return self.mastodon is not None or self.bluesky is not None


class Between(StrEnum):
    """What stands between an asker and a platform."""

    PROXY = "proxy"
    LOGIN = "login"


@dataclass(frozen=True, slots=True)
class Platform:
    """A service people ask about, as the catalogue knows it; or a bare host, with `key` "url:<host>".

    `aliases` are strong names, `weak` are ambiguous ones that need a cue: a word of outage, and what `weak_needs`
    (one of these words in the post), `weak_not` (none of these) and `weak_case` (written with its capitals) ask for;
    `weak_alone` lets one do without where it is itself what fails, and `weak_languages` are the only ones (BCP 47
    primary tags) in whose posts it counts. `behind` is the key of the organisation that runs it: named together, the
    service is meant, not the organisation. `hosts` are suffixes matched on a label boundary; below `customer_hosts`
    each sub-domain is somebody else's site. `bot_wall` says how the platform treats robots on an ordinary day. `probe`
    is false where HTTP says nothing about the service. `sources` name where the entry's facts come from. `scope` is
    the key of the institution whose people alone may ask about it; None: everybody. `contact` is where the provider
    takes reports of trouble, a mail address or a web page. `notify`: the provider wants to be mentioned, by one of its
    `accounts`, once in each of its outages.
    """

    key: str
    name: str
    kind: Kind = Kind.OTHER
    aliases: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    weak_note: str | None = None
    weak_needs: tuple[str, ...] = ()
    weak_not: tuple[str, ...] = ()
    weak_case: bool = False
    weak_alone: bool = False
    weak_languages: tuple[str, ...] = ()
    behind: str | None = None
    hosts: tuple[str, ...] = ()
    customer_hosts: tuple[str, ...] = ()
    targets: tuple[Target, ...] = ()
    status_page: StatusPage | None = None
    bot_wall: str | None = None
    self_hostable: bool = False
    enabled: bool = True
    probe: bool = True
    min_interval: timedelta = timedelta(seconds=60)
    note: str | None = None
    sources: tuple[str, ...] = ()
    scope: str | None = None
    contact: str | None = None
    accounts: Accounts = Accounts()
    notify: bool = False


@dataclass(frozen=True, slots=True)
class Gateway:
    """An institution's service through which an asker reaches a platform (`to`, its key), looked at apart from it."""

    between: Between
    platform: Platform
    to: str
