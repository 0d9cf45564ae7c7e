"""What was seen: facts without judgement. One fetch is one `Observation`, from one `VantagePoint`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.model.crowd import NOBODY, Tally
from bot.model.platforms import Platform, Target


@dataclass(frozen=True, slots=True)
class VantagePoint:
    """Where a probe is made from. `place` is a town or None if the operator did not say; `network` names the provider.

    `asn` is the network's number (RFC 6793), if it is known. Two vantage points on one network count as less than two
    witnesses; the number tells which networks are one, else the name does.
    """

    id: str
    place: str | None = None
    network: str | None = None
    asn: int | None = None


class Phase(StrEnum):
    """The steps of one fetch, in order. POLICY is our own gate, before anything leaves the machine."""

    POLICY = "policy"
    DNS = "dns"
    TCP = "tcp"
    TLS = "tls"
    HTTP = "http"
    CONTENT = "content"
    DONE = "done"


class FailureKind(StrEnum):
    """How a phase failed. Names and meanings: docs/probing.md."""

    # policy
    ADDRESS_REFUSED = "address_refused"
    REDIRECT_REFUSED = "redirect_refused"
    INPUT_REFUSED = "input_refused"
    # dns
    NXDOMAIN = "nxdomain"
    NODATA = "nodata"
    SERVFAIL = "servfail"
    BOGUS = "bogus"
    DNS_REFUSED = "dns_refused"
    DNS_TIMEOUT = "dns_timeout"
    DNS_ERROR = "dns_error"
    # tcp
    REFUSED = "refused"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    NO_ROUTE = "no_route"
    RESET = "reset"
    RESOURCES = "resources"
    FIREWALL = "firewall"
    # tls
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    NAME_MISMATCH = "name_mismatch"
    SELF_SIGNED = "self_signed"
    UNKNOWN_ISSUER = "unknown_issuer"
    INCOMPLETE_CHAIN = "incomplete_chain"
    REVOKED = "revoked"
    EOF = "eof"
    ALERT = "alert"
    VERSION = "version"
    SNI = "sni"
    CLIENT_CERT = "client_cert"
    NOT_TLS = "not_tls"
    # http
    NO_ANSWER = "no_answer"
    EMPTY = "empty"
    GARBAGE = "garbage"
    ODD_HEADERS = "odd_headers"
    HEADERS_TOO_BIG = "headers_too_big"
    HTTP2_ONLY = "http2_only"
    REDIRECT_LOOP = "redirect_loop"
    REDIRECT_TOO_MANY = "redirect_too_many"
    REDIRECT_INVALID = "redirect_invalid"
    OUT_OF_TIME = "out_of_time"
    # content
    BODY_STALLED = "body_stalled"
    BODY_CUT = "body_cut"
    # any
    INTERNAL = "internal"


class Blame(StrEnum):
    """Whose trouble a failure is: theirs, the resolver's, or our own vantage point's."""

    TARGET = "target"
    RESOLVER = "resolver"
    VANTAGE_POINT = "vantage_point"


class Family(StrEnum):
    """What a fingerprint recognises."""

    WALL = "wall"
    GEO = "geo"
    QUEUE = "queue"
    ORIGIN = "origin"
    MAINTENANCE = "maintenance"
    BROKEN = "broken"
    PARKED = "parked"
    DEFAULT = "default"
    LOGIN = "login"


@dataclass(frozen=True, slots=True)
class Mark:
    """A fingerprint that matched: its id in config/fingerprints.toml and its family."""

    id: str
    family: Family


@dataclass(frozen=True, slots=True)
class Phases:
    """How long each phase of a fetch took; None for a phase that was not reached. Redirect hops are added up."""

    dns: timedelta | None = None
    tcp: timedelta | None = None
    tls: timedelta | None = None
    first_byte: timedelta | None = None
    body: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Addresses:
    """What became of a host's addresses, as text: `used` answered; `dead` did not, tried by TCP beside it.

    `refused` were never tried, because our gate does not go there (a public name with a private address among them).
    `half_resolved` tells that one record type (A or AAAA) failed while the other answered.
    """

    used: str | None = None
    alive: tuple[str, ...] = ()
    dead: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    half_resolved: bool = False


UNENCRYPTED = frozenset({"plain_http", "unencrypted"})
"""Notes of a target with https that was answered over http: a box on the way could have done that."""


@dataclass(frozen=True, slots=True)
class Response:
    """A final HTTP answer, after redirects.

    `url_host` is the host that gave it. `headers` are the few that judging needs, names in lower case. `title` is the
    page's title, at most 200 characters. `size` counts body bytes read (inflated), at most the probe's cap. `notes` are
    oddities that browsers forgive: body_slow, body_capped, body_bomb, body_bad_gzip, body_undecodable (packed in a way
    that we did not ask for), body_empty, body_cut, plain_http (port 443 does not answer), unencrypted (of a
    target with https the answer came over http), redirect_not_followed (by a probe network that follows none).
    """

    status: int
    url_host: str
    headers: tuple[tuple[str, str], ...] = ()
    title: str | None = None
    size: int = 0
    redirects: int = 0
    marks: tuple[Mark, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A fetch that got no final answer. `detail` is for logs and the operator, never for a reply.

    `behind` tells, for a certificate that cannot be verified, that a page answers behind it. `other_resolver` tells,
    for a DNS failure, that a second resolver answered. `redirects` counts those followed before it failed.
    """

    phase: Phase
    kind: FailureKind
    blame: Blame
    detail: str = ""
    behind: bool = False
    other_resolver: bool = False
    redirects: int = 0


@dataclass(frozen=True, slots=True)
class Observation:
    """What one probe saw, once. `observed_at` is its start (aware UTC), `took` its whole length, `attempt` from 1.

    `other_family` is what the host answered over the other of IPv4 and IPv6, at the same address of the site, right
    after: asked only where both connect.

    `link` is where people can read the measurement itself, if it was made by a network that publishes them.
    """

    vantage_point: VantagePoint
    target: Target
    observed_at: datetime
    took: timedelta
    result: Response | Failure
    phases: Phases = Phases()
    addresses: Addresses = Addresses()
    attempt: int = 1
    link: str | None = None
    other_family: Response | Failure | None = None


@dataclass(frozen=True, slots=True)
class Control:
    """A well-known reference, probed to know whether we ourselves are online.

    `works`: it gave the answer that is known of it (a captive portal's does not count). `resolved`: it got past DNS.
    `captive`: something answered, but not what the reference answers. `ipv6`: it was reached, or tried, over IPv6 only.
    """

    vantage_point: VantagePoint
    host: str
    checked_at: datetime
    works: bool
    resolved: bool
    captive: bool = False
    ipv6: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """What we remember of a platform from earlier looks; every field None or empty when we never looked.

    `last_up_at` and `first_down_at` bound the present trouble: the last good look, and the first bad one after it.
    """

    last_up_at: datetime | None = None
    first_down_at: datetime | None = None
    usual_status: int | None = None
    usual_first_byte: timedelta | None = None
    usual_title: str | None = None
    usual_host: str | None = None
    walled_as_usual: bool = False


class OfficialLevel(StrEnum):
    """What a provider says of itself. UNKNOWN: its page could not be read, or in words that we do not know."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class OfficialWord:
    """What the provider's own status page said at `read_at`. It is told beside a verdict and never changes one.

    `title` names what is announced, in the provider's words: for logs and programs, never in a reply. `since` is when
    that began, by their clock. `url` is where people read the page, as the catalogue knows it.
    """

    level: OfficialLevel
    url: str
    read_at: datetime
    title: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything a verdict is judged from. `observations` and `controls` may come from several vantage points.

    `tally` is what people report: it makes a verdict more or less sure, and never decides one.
    """

    platform: Platform
    observations: tuple[Observation, ...]
    controls: tuple[Control, ...] = ()
    history: History = History()
    tally: Tally = NOBODY
