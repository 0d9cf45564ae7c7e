"""What one observation means, as data: the first rule that matches gives its weights and its cause.

The table is read from top to bottom: our own trouble, then the phases in the order of a fetch, then the answers. The
weights and their sources are told in docs/probing.md; the ids are public (`probe --json`) and never change meaning.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.model import Blame, CauseId, FailureKind, Family, Phase, Role
from bot.verdict.facts import Facts, Footing

Predicate = Callable[[Facts], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """`down` and `up` are probabilities that need not add up to 1: the rest is "cannot tell".

    `judges` is false where the place must abstain, whatever its weights: its own trouble, a wall, a refusal of ours.
    """

    id: str
    when: Predicate
    down: float
    up: float
    cause: CauseId
    judges: bool = True


def kind(phase: Phase, *kinds: FailureKind) -> Predicate:
    """Match a failure of one of these kinds in this phase."""
    return lambda facts: facts.phase is phase and facts.kind in kinds


def marked(family: Family, *, least: int = 0, below: int = 1000) -> Predicate:
    """Match an answer with a fingerprint of this family, its status in `least` ≤ status < `below`."""
    return lambda facts: family in facts.families and _between(facts, least, below)


def status(*statuses: int) -> Predicate:
    """Match an answer with one of these statuses."""
    return lambda facts: facts.status in statuses


def statuses(least: int, below: int) -> Predicate:
    """Match an answer whose status is in `least` ≤ status < `below`."""
    return lambda facts: _between(facts, least, below)


def noted(note: str) -> Predicate:
    """Match an answer that carries this note."""
    return lambda facts: note in facts.notes


def both(*predicates: Predicate) -> Predicate:
    """Match if all of these do."""
    return lambda facts: all(predicate(facts) for predicate in predicates)


def _between(facts: Facts, least: int, below: int) -> bool:
    return facts.status is not None and least <= facts.status < below


def _own_fault(facts: Facts) -> bool:
    if facts.kind in (FailureKind.RESOURCES, FailureKind.FIREWALL, FailureKind.INTERNAL):
        return True
    return facts.blame is Blame.VANTAGE_POINT and facts.kind is not FailureKind.NO_ROUTE


def _own_resolver(facts: Facts) -> bool:
    return facts.phase is Phase.DNS and not facts.resolver_works


def _own_network(facts: Facts) -> bool:
    # Behind a captive portal, an answer over verified TLS is still the site's own; anything else may be the portal's.
    if facts.status == 511:  # RFC 6585: "the client needs to authenticate to gain network access"
        return True
    if facts.footing is Footing.CAPTIVE:
        return not facts.encrypted
    return facts.footing is Footing.OFFLINE and not (facts.encrypted and _between(facts, 200, 400))


def _redirected_to_no_name(facts: Facts) -> bool:
    return facts.kind is FailureKind.NXDOMAIN and _was_redirected(facts)


def _gone_for_strangers(facts: Facts) -> bool:
    return facts.kind is FailureKind.NXDOMAIN and facts.never_seen


def _other_resolver(facts: Facts) -> bool:
    return facts.phase is Phase.DNS and facts.failure is not None and facts.failure.other_resolver


def _too_slow_to_arrive(facts: Facts) -> bool:
    # Every place on the way answered, the last one had no time left: that is slow, and not "never answers".
    return facts.phase is Phase.HTTP and facts.kind is FailureKind.OUT_OF_TIME and _was_redirected(facts)


def _was_redirected(facts: Facts) -> bool:
    return facts.failure is not None and facts.failure.redirects > 0


def _behind(facts: Facts) -> bool:
    return facts.failure is not None and facts.failure.behind


def _walled(facts: Facts) -> bool:
    return Family.WALL in facts.families or facts.status == 429


def _walled_as_usual(facts: Facts) -> bool:
    return _walled(facts) and facts.evidence.history.walled_as_usual


def _edge(facts: Facts) -> bool:
    # Cloudflare gives 520-527 and 530 only when its origin fails (its error-code pages).
    response = facts.response
    if response is None or facts.status not in (*range(520, 528), 530):
        return False
    return dict(response.headers).get("server", "").lower() == "cloudflare"


def _retry_after(facts: Facts) -> bool:
    return facts.response is not None and "retry-after" in dict(facts.response.headers)


def _empty(facts: Facts) -> bool:
    if not _between(facts, 200, 300) or facts.observation.target.role is Role.API:
        return False  # an API may well have nothing to say
    return facts.status in (204, 205) or "body_empty" in facts.notes


def _cut_early(facts: Facts) -> bool:
    return "body_cut" in facts.notes and facts.response is not None and facts.response.size < 1024


_K, _C = FailureKind, CauseId
_WRONG = (_K.NAME_MISMATCH, _K.SELF_SIGNED, _K.NOT_YET_VALID, _K.REVOKED)
_CHAIN = (_K.UNKNOWN_ISSUER, _K.INCOMPLETE_CHAIN)

RULES: tuple[Rule, ...] = (
    # ours: nothing of it says anything about the platform
    Rule("policy.refused", kind(Phase.POLICY, _K.ADDRESS_REFUSED, _K.INPUT_REFUSED), 0, 0, _C.REFUSED_BY_POLICY, False),
    Rule("own.fault", _own_fault, 0, 0, _C.OWN_FAULT, False),
    Rule("own.resolver", _own_resolver, 0, 0, _C.OWN_RESOLVER, False),
    Rule("own.network", _own_network, 0, 0, _C.OWN_NETWORK, False),
    Rule(
        "own.no-ipv6",
        both(kind(Phase.TCP, _K.NO_ROUTE), lambda f: f.only_ipv6 or f.footing in (Footing.ONLINE, Footing.DOUBTFUL)),
        *(0, 0, _C.OWN_NO_IPV6, False),
    ),
    Rule("own.no-route", lambda f: f.kind is _K.NO_ROUTE, 0, 0, _C.OWN_NETWORK, False),
    Rule(
        "own.ipv6-broken",
        lambda f: f.phase is Phase.TCP and f.only_ipv6 and not f.ipv6_works,
        *(0, 0, _C.OWN_NO_IPV6, False),
    ),
    # redirects that we do not follow
    Rule("redirect.unsafe", kind(Phase.POLICY, _K.REDIRECT_REFUSED), 0.3, 0, _C.REDIRECTS_SOMEWHERE_UNSAFE),
    Rule("redirect.unsafe-later", lambda f: f.kind is _K.REDIRECT_REFUSED, 0.3, 0, _C.REDIRECTS_SOMEWHERE_UNSAFE),
    # names
    Rule("dns.differs", _other_resolver, 0.25, 0.35, _C.DNS_DIFFERS_BETWEEN_RESOLVERS),
    Rule("redirect.no-such-name", _redirected_to_no_name, 0.7, 0, _C.REDIRECT_BROKEN),
    Rule("dns.no-such-name", _gone_for_strangers, 0, 0, _C.NO_SUCH_NAME, False),
    Rule("dns.name-gone", lambda f: f.kind is _K.NXDOMAIN, 0.9, 0, _C.DNS_NAME_GONE),
    Rule("dns.no-address", lambda f: f.kind is _K.NODATA, 0.6, 0, _C.DNS_NO_ADDRESS),
    Rule("dns.bogus", lambda f: f.kind is _K.BOGUS, 0.8, 0, _C.DNS_DNSSEC_BROKEN),
    Rule("dns.servfail", lambda f: f.kind is _K.SERVFAIL, 0.8, 0, _C.DNS_SERVERS_FAILING),
    Rule("dns.refused", lambda f: f.kind is _K.DNS_REFUSED, 0.4, 0, _C.DNS_REFUSED),
    Rule("dns.timeout", kind(Phase.DNS, _K.DNS_TIMEOUT, _K.TIMEOUT, _K.OUT_OF_TIME), 0.6, 0, _C.DNS_NO_ANSWER),
    Rule("dns.error", lambda f: f.phase is Phase.DNS, 0.4, 0, _C.DNS_NO_ANSWER),
    # connections
    Rule("tcp.refused", kind(Phase.TCP, _K.REFUSED), 0.95, 0, _C.PORT_CLOSED),
    Rule("tcp.timeout", kind(Phase.TCP, _K.TIMEOUT, _K.OUT_OF_TIME), 0.8, 0, _C.NO_ANSWER_TO_CONNECTIONS),
    Rule("tcp.unreachable", kind(Phase.TCP, _K.UNREACHABLE), 0.8, 0, _C.HOST_UNREACHABLE),
    Rule("tcp.reset", kind(Phase.TCP, _K.RESET, _K.EOF), 0.75, 0, _C.CLOSES_WITHOUT_ANSWERING),
    Rule("tcp.other", lambda f: f.phase is Phase.TCP, 0.5, 0, _C.HOST_UNREACHABLE),
    # certificates and encryption
    Rule("tls.expired", kind(Phase.TLS, _K.EXPIRED), 0.85, 0, _C.CERTIFICATE_EXPIRED),
    Rule("tls.wrong", kind(Phase.TLS, *_WRONG), 0.75, 0.05, _C.CERTIFICATE_WRONG),
    Rule(
        "tls.chain-page-behind", both(kind(Phase.TLS, *_CHAIN), _behind), 0.2, 0.4, _C.CERTIFICATE_CHAIN_NOT_VERIFIABLE
    ),
    Rule("tls.chain-nothing-behind", kind(Phase.TLS, *_CHAIN), 0.6, 0, _C.CERTIFICATE_CHAIN_NOT_VERIFIABLE),
    Rule("tls.timeout", kind(Phase.TLS, _K.TIMEOUT, _K.OUT_OF_TIME, _K.NO_ANSWER), 0.8, 0, _C.TLS_NO_ANSWER),
    Rule("tls.too-old", kind(Phase.TLS, _K.VERSION), 0.7, 0, _C.TLS_TOO_OLD),
    Rule("tls.client-certificate", kind(Phase.TLS, _K.CLIENT_CERT), 0.1, 0.4, _C.ANSWERS_REFUSES_REQUEST),
    Rule("tls.failing", lambda f: f.phase is Phase.TLS, 0.8, 0, _C.TLS_FAILING),
    # the HTTP exchange
    Rule("redirect.loop", lambda f: f.kind is _K.REDIRECT_LOOP, 0.8, 0, _C.REDIRECT_LOOP),
    Rule("redirect.too-many", lambda f: f.kind is _K.REDIRECT_TOO_MANY, 0.4, 0.2, _C.TOO_MANY_REDIRECTS),
    Rule("redirect.invalid", lambda f: f.kind is _K.REDIRECT_INVALID, 0.5, 0.1, _C.REDIRECT_BROKEN),
    Rule("http.headers-too-big", lambda f: f.kind is _K.HEADERS_TOO_BIG, 0.5, 0.2, _C.HEADERS_TOO_BIG),
    Rule("http.odd-headers", lambda f: f.kind is _K.ODD_HEADERS, 0.3, 0.3, _C.ODD_HEADERS),
    Rule("redirect.slow", _too_slow_to_arrive, 0.4, 0.3, _C.ANSWERS_VERY_SLOWLY),
    Rule(
        "http.no-answer",
        kind(Phase.HTTP, _K.NO_ANSWER, _K.TIMEOUT, _K.OUT_OF_TIME),
        *(0.8, 0, _C.ACCEPTS_CONNECTIONS_NEVER_ANSWERS),
    ),
    Rule("http.http2-only", kind(Phase.HTTP, _K.HTTP2_ONLY), 0, 0.4, _C.NOT_HTTP),
    Rule("http.garbage", kind(Phase.HTTP, _K.GARBAGE), 0.75, 0, _C.NOT_HTTP),
    Rule("http.closed", lambda f: f.phase is Phase.HTTP, 0.75, 0, _C.CLOSES_WITHOUT_ANSWERING),
    Rule("content.cut", kind(Phase.CONTENT, _K.BODY_CUT, _K.RESET, _K.EOF, _K.GARBAGE), 0.4, 0.3, _C.ANSWER_CUT_SHORT),
    Rule("content.stalled", lambda f: f.phase is Phase.CONTENT, 0.75, 0, _C.STARTS_ANSWERING_THEN_STOPS),
    Rule("failure.other", lambda f: f.failure is not None, 0.3, 0, _C.OWN_FAULT, False),
    # an edge that speaks of its server, whatever else its page is made of
    Rule("edge.status", _edge, 0.95, 0, _C.EDGE_CANNOT_REACH_ITS_SERVER),
    Rule(
        "edge.gateway",
        both(status(502, 504), marked(Family.ORIGIN)),
        *(0.95, 0, _C.EDGE_CANNOT_REACH_ITS_SERVER),
    ),
    # walls: any status, no outage and no "up"
    Rule("wall.as-usual", _walled_as_usual, 0.05, 0.35, _C.BOT_WALL_AS_USUAL, False),
    Rule("wall.marked", _walled, 0.05, 0.35, _C.BOT_WALL, False),
    Rule("geo.marked", marked(Family.GEO), 0.05, 0.35, _C.REFUSED_FOR_THIS_COUNTRY, False),
    Rule("geo.451", status(451), 0.05, 0.35, _C.REFUSED_FOR_THIS_COUNTRY, False),
    Rule("queue.marked", marked(Family.QUEUE), 0.2, 0.65, _C.WAITING_ROOM),
    # what stands in for the page
    Rule("edge.marked", marked(Family.ORIGIN), 0.95, 0, _C.EDGE_CANNOT_REACH_ITS_SERVER),
    Rule("maintenance.with-5xx", marked(Family.MAINTENANCE, least=500), 0.97, 0, _C.MAINTENANCE_ANNOUNCED),
    Rule("maintenance.page", marked(Family.MAINTENANCE), 0.85, 0.05, _C.MAINTENANCE_ANNOUNCED),
    Rule("page.error", marked(Family.BROKEN, below=500), 0.85, 0.05, _C.ERROR_PAGE_WITH_SUCCESS_STATUS),
    Rule("page.parked", marked(Family.PARKED), 0.85, 0.05, _C.PARKED_DOMAIN),
    Rule("page.default", marked(Family.DEFAULT, below=500), 0.7, 0.05, _C.DEFAULT_PAGE),
    # statuses
    Rule("status.expected", lambda f: f.expected, 0, 0.97, _C.ANSWERS_NORMALLY),
    Rule("status.503-retry-after", both(status(503), _retry_after), 0.95, 0, _C.OVERLOADED_OR_MAINTENANCE),
    Rule("status.5xx-of-the-request", status(501, 505, 506, 510), 0.4, 0.2, _C.SERVER_ERROR),
    Rule("status.5xx", statuses(500, 600), 0.9, 0.02, _C.SERVER_ERROR),
    Rule("sign-in.page", marked(Family.LOGIN), 0, 0.85, _C.ANSWERS_ASKS_FOR_SIGN_IN),
    Rule("sign-in.status", status(401, 402, 407), 0, 0.8, _C.ANSWERS_ASKS_FOR_SIGN_IN),
    Rule("status.as-usual", both(statuses(400, 500), lambda f: f.usual_status), 0.02, 0.7, _C.ANSWERS_AS_USUAL),
    Rule("status.403", status(403), 0.15, 0.35, _C.BOT_WALL_SUSPECTED, False),
    Rule("status.404", status(404, 410), 0.5, 0.2, _C.FRONT_PAGE_MISSING),
    Rule("status.4xx", statuses(400, 500), 0.2, 0.35, _C.ANSWERS_REFUSES_REQUEST),
    Rule("redirect.not-followed", noted("redirect_not_followed"), 0, 0.7, _C.ANSWERS_NORMALLY),
    Rule("status.3xx", statuses(300, 400), 0.5, 0.1, _C.REDIRECT_BROKEN),
    Rule("status.odd", lambda f: not _between(f, 200, 300), 0.2, 0.2, _C.ODD_STATUS),
    # 2xx, but what came with it?
    Rule("body.undecodable", noted("body_bad_gzip"), 0.7, 0.1, _C.ANSWER_UNDECODABLE),
    Rule("body.empty", _empty, 0.35, 0.35, _C.EMPTY_PAGE),
    Rule("body.cut-early", _cut_early, 0.4, 0.3, _C.ANSWER_CUT_SHORT),
    Rule("body.unread", noted("body_undecodable"), 0.02, 0.7, _C.ANSWERS_NORMALLY),
    Rule("page.another", lambda f: f.another_page, 0.3, 0.4, _C.ANSWERS_WITH_ANOTHER_PAGE),
    Rule("status.2xx", lambda _: True, 0, 0.97, _C.ANSWERS_NORMALLY),
)


def first_match(facts: Facts) -> Rule:
    """Return the first rule that matches; the last one matches everything."""
    return next(rule for rule in RULES if rule.when(facts))
