"""What the facts mean: votes of the places, and the verdict over them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.model.crowd import NOBODY, CommonCause, Tally
from bot.model.observations import Control, History, Observation, OfficialWord, VantagePoint
from bot.model.platforms import Platform, Role


class Word(StrEnum):
    """The five verdicts. Never two: a wall is no outage, and our own outage is nobody's."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    INCONCLUSIVE = "inconclusive"
    UNKNOWN = "unknown"

    @property
    def is_bad(self) -> bool:
        """Whether it fails: for everybody, or in part."""
        return self in {Word.DOWN, Word.DEGRADED}


class CauseId(StrEnum):
    """Why. The values are public: `probe --json` prints them, docs/probing.md explains them."""

    ANSWERS_NORMALLY = "answers-normally"
    ANSWERS_ASKS_FOR_SIGN_IN = "answers-asks-for-sign-in"
    ANSWERS_AS_USUAL = "answers-as-usual"
    ANSWERS_REFUSES_REQUEST = "answers-refuses-request"
    ANSWERS_WITH_ANOTHER_PAGE = "answers-with-another-page"
    ANSWERS_VERY_SLOWLY = "answers-very-slowly"
    ANSWER_CUT_SHORT = "answer-cut-short"
    ANSWER_UNDECODABLE = "answer-undecodable"
    EMPTY_PAGE = "empty-page"
    ODD_STATUS = "odd-status"
    ODD_HEADERS = "odd-headers"
    HEADERS_TOO_BIG = "headers-too-big"
    SOME_ADDRESSES_DEAD = "some-addresses-dead"
    DNS_HALF_BROKEN = "dns-half-broken"
    PRIVATE_ADDRESS_PUBLISHED = "private-address-published"
    FLAPPING = "flapping"
    WAITING_ROOM = "waiting-room"
    DIFFERS_BY_PLACE = "differs-by-place"
    ONLY_IPV4_ANSWERS = "only-ipv4-answers"
    ONLY_IPV6_ANSWERS = "only-ipv6-answers"
    SECURE_SITE_UNREACHABLE = "secure-site-unreachable"
    PORT_CLOSED = "port-closed"
    NO_ANSWER_TO_CONNECTIONS = "no-answer-to-connections"
    HOST_UNREACHABLE = "host-unreachable"
    ACCEPTS_CONNECTIONS_NEVER_ANSWERS = "accepts-connections-never-answers"
    CLOSES_WITHOUT_ANSWERING = "closes-without-answering"
    NOT_HTTP = "not-http"
    STARTS_ANSWERING_THEN_STOPS = "starts-answering-then-stops"
    SERVER_ERROR = "server-error"
    OVERLOADED_OR_MAINTENANCE = "overloaded-or-maintenance"
    EDGE_CANNOT_REACH_ITS_SERVER = "edge-cannot-reach-its-server"
    MAINTENANCE_ANNOUNCED = "maintenance-announced"
    ERROR_PAGE_WITH_SUCCESS_STATUS = "error-page-with-success-status"
    PARKED_DOMAIN = "parked-domain"
    DEFAULT_PAGE = "default-page"
    FRONT_PAGE_MISSING = "front-page-missing"
    REDIRECT_LOOP = "redirect-loop"
    REDIRECT_BROKEN = "redirect-broken"
    TOO_MANY_REDIRECTS = "too-many-redirects"
    REDIRECTS_SOMEWHERE_UNSAFE = "redirects-somewhere-unsafe"
    CERTIFICATE_EXPIRED = "certificate-expired"
    CERTIFICATE_WRONG = "certificate-wrong"
    CERTIFICATE_CHAIN_NOT_VERIFIABLE = "certificate-chain-not-verifiable"
    TLS_NO_ANSWER = "tls-no-answer"
    TLS_FAILING = "tls-failing"
    TLS_TOO_OLD = "tls-too-old"
    DNS_NAME_GONE = "dns-name-gone"
    DNS_NO_ADDRESS = "dns-no-address"
    DNS_SERVERS_FAILING = "dns-servers-failing"
    DNS_DNSSEC_BROKEN = "dns-dnssec-broken"
    DNS_NO_ANSWER = "dns-no-answer"
    DNS_REFUSED = "dns-refused"
    DNS_DIFFERS_BETWEEN_RESOLVERS = "dns-differs-between-resolvers"
    BOT_WALL = "bot-wall"
    BOT_WALL_AS_USUAL = "bot-wall-as-usual"
    BOT_WALL_SUSPECTED = "bot-wall-suspected"
    REFUSED_FOR_THIS_COUNTRY = "refused-for-this-country"
    OWN_NETWORK = "own-network"
    OWN_RESOLVER = "own-resolver"
    OWN_NO_IPV6 = "own-no-ipv6"
    OWN_FAULT = "own-fault"
    NO_SUCH_NAME = "no-such-name"
    REFUSED_BY_POLICY = "refused-by-policy"
    CANNOT_BE_PROBED = "cannot-be-probed"
    NOTHING_MEASURED = "nothing-measured"


class Difference(StrEnum):
    """What tells the places where a platform fails from those where it answers, when the facts show it."""

    ONLY_DNS = "only-dns"
    ONLY_IPV6 = "only-ipv6"
    ONLY_ONE_NETWORK = "only-one-network"
    OTHER_ADDRESSES = "other-addresses"
    ON_THE_WAY = "on-the-way"


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause and what its sentence may need: an HTTP status, a wait that the server announced.

    `difference` comes with DIFFERS_BY_PLACE alone.
    """

    id: CauseId
    status: int | None = None
    retry_after: timedelta | None = None
    difference: Difference | None = None


class Leaning(StrEnum):
    """What one place votes. ABSTAIN: it cannot judge (own trouble, a wall); UNSURE: it saw something, too little."""

    DOWN = "down"
    UP = "up"
    UNSURE = "unsure"
    ABSTAIN = "abstain"


@dataclass(frozen=True, slots=True)
class Vote:
    """What one vantage point's observations mean. `rule` is the stable id of the rule that matched first.

    `p_down` and `p_up` are in 0..1 and need not add up to 1: the rest is "cannot tell". `flags` turn an "up" into
    "degraded". `observation` is the one that decided, None if nothing was measured.
    """

    vantage_point: VantagePoint
    leaning: Leaning
    rule: str
    cause: Cause
    p_down: float = 0.0
    p_up: float = 0.0
    flags: tuple[CauseId, ...] = ()
    observation: Observation | None = None


@dataclass(frozen=True, slots=True)
class Outage:
    """How long a platform has been in trouble, as an interval, since nobody looks all the time.

    It began between `last_up_at` (None: no good look before) and `first_down_at`; it ended at `back_at`, None: not yet.
    """

    first_down_at: datetime
    last_up_at: datetime | None = None
    back_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What we say about a platform, and everything the words need. `confidence` is in 0..1; `rule` the quorum's id.

    `step` is set when the platform answers and one step of it does not: the role of the target in trouble. The votes
    on the target that decided come first; each names its target through `Vote.observation`.
    `stale`: it is told again, because the budgets allow no new look; the words then say when it was judged.

    `official` is what the provider says of itself, None if it has no page or did not answer in time. `observations` are
    all that were made, those that a second look replaced too; `history` is what was known before: both explain.

    `tally` is what people report. `incident` is the id of the incident that it belongs to, `common` what that one
    shares with others that are open: both are added once the verdict is made.
    """

    word: Word
    platform: Platform
    cause: Cause
    rule: str
    judged_at: datetime
    confidence: float = 0.0
    votes: tuple[Vote, ...] = ()
    controls: tuple[Control, ...] = ()
    outage: Outage | None = None
    usual_first_byte: timedelta | None = None
    step: Role | None = None
    stale: bool = False
    official: OfficialWord | None = None
    observations: tuple[Observation, ...] = ()
    history: History | None = None
    tally: Tally = NOBODY
    incident: str | None = None
    common: CommonCause | None = None
