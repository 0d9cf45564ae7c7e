"""What one place's observation means, for each server behaviour whose outcome is decided by judging.

Not here, because only the probe can tell them apart: spellings and addresses that the gate refuses, rebinding, cookie
jars, drips and deadlines, inflating bombs, walls told from ordinary pages, budgets and single flight.
"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model import (
    Addresses,
    Blame,
    CauseId,
    Evidence,
    Failure,
    FailureKind,
    Family,
    History,
    Leaning,
    Phase,
    Response,
    Word,
)
from bot.verdict import RULES, judge
from tests.unit.verdict_scenes import (
    HERE,
    HOME,
    NOW,
    STRANGER,
    TYPED,
    answer,
    controls,
    evidence,
    failure,
    ipv6_control,
    look,
)

K, P, F, C, W = FailureKind, Phase, Family, CauseId, Word
UP, DOWN, DEGRADED, INCONCLUSIVE, UNKNOWN = W.UP, W.DOWN, W.DEGRADED, W.INCONCLUSIVE, W.UNKNOWN
OURS = Blame.VANTAGE_POINT
CLOUDFLARE = (("server", "cloudflare"),)
BOTH = Addresses(used="192.0.2.1", alive=("192.0.2.1",), dead=("2001:db8::1",))
SEEN_UP = History(
    last_up_at=NOW - timedelta(days=1), usual_title="Cairn", usual_host="www.cairn.info", usual_status=200
)

FAILURES = {
    "dns-nxdomain-known": (failure(P.DNS, K.NXDOMAIN), DOWN, C.DNS_NAME_GONE),
    "dns-nxdomain-second-ok": (
        failure(P.DNS, K.NXDOMAIN, other_resolver=True),
        INCONCLUSIVE,
        C.DNS_DIFFERS_BETWEEN_RESOLVERS,
    ),
    "dns-servfail": (failure(P.DNS, K.SERVFAIL), DOWN, C.DNS_SERVERS_FAILING),
    "dns-bogus-ede": (failure(P.DNS, K.BOGUS), DOWN, C.DNS_DNSSEC_BROKEN),
    "dns-timeout-site": (failure(P.DNS, K.DNS_TIMEOUT), DOWN, C.DNS_NO_ANSWER),
    "dns-nodata": (failure(P.DNS, K.NODATA), DOWN, C.DNS_NO_ADDRESS),
    "dns-refused": (failure(P.DNS, K.DNS_REFUSED, Blame.RESOLVER), INCONCLUSIVE, C.DNS_REFUSED),
    "dns-only-loopback": (failure(P.POLICY, K.ADDRESS_REFUSED), UNKNOWN, C.REFUSED_BY_POLICY),
    "input-refused": (failure(P.POLICY, K.INPUT_REFUSED), UNKNOWN, C.REFUSED_BY_POLICY),
    "tcp-refused": (failure(P.TCP, K.REFUSED), DOWN, C.PORT_CLOSED),
    "tcp-blackhole": (failure(P.TCP, K.TIMEOUT), DOWN, C.NO_ANSWER_TO_CONNECTIONS),
    "tcp-unreachable": (failure(P.TCP, K.UNREACHABLE), DOWN, C.HOST_UNREACHABLE),
    "tcp-reset-on-accept": (failure(P.TCP, K.RESET), DOWN, C.CLOSES_WITHOUT_ANSWERING),
    "tcp-eperm": (failure(P.TCP, K.FIREWALL, OURS), UNKNOWN, C.OWN_FAULT),
    "tcp-emfile": (failure(P.TCP, K.RESOURCES, OURS), UNKNOWN, C.OWN_FAULT),
    "tls-expired": (failure(P.TLS, K.EXPIRED), DOWN, C.CERTIFICATE_EXPIRED),
    "tls-wrong-name": (failure(P.TLS, K.NAME_MISMATCH), DOWN, C.CERTIFICATE_WRONG),
    "tls-self-signed": (failure(P.TLS, K.SELF_SIGNED), DOWN, C.CERTIFICATE_WRONG),
    "tls-missing-intermediate": (
        failure(P.TLS, K.INCOMPLETE_CHAIN, behind=True),
        INCONCLUSIVE,
        C.CERTIFICATE_CHAIN_NOT_VERIFIABLE,
    ),
    "tls-missing-intermediate-dead": (
        failure(P.TLS, K.INCOMPLETE_CHAIN),
        DOWN,
        C.CERTIFICATE_CHAIN_NOT_VERIFIABLE,
    ),
    "tls-plain-http-on-443": (failure(P.TLS, K.NOT_TLS), DOWN, C.TLS_FAILING),
    "tls-hangs": (failure(P.TLS, K.TIMEOUT), DOWN, C.TLS_NO_ANSWER),
    "tls-reset": (failure(P.TLS, K.RESET), DOWN, C.TLS_FAILING),
    "tls-eof": (failure(P.TLS, K.EOF), DOWN, C.TLS_FAILING),
    "tls-unrecognized-name": (failure(P.TLS, K.SNI), DOWN, C.TLS_FAILING),
    "tls-old-version": (failure(P.TLS, K.VERSION), DOWN, C.TLS_TOO_OLD),
    "tls-client-certificate": (failure(P.TLS, K.CLIENT_CERT), INCONCLUSIVE, C.ANSWERS_REFUSES_REQUEST),
    "http-never-answers": (failure(P.HTTP, K.NO_ANSWER), DOWN, C.ACCEPTS_CONNECTIONS_NEVER_ANSWERS),
    "http-slow-headers": (failure(P.HTTP, K.OUT_OF_TIME), DOWN, C.ACCEPTS_CONNECTIONS_NEVER_ANSWERS),
    "http-reset-after-request": (failure(P.HTTP, K.RESET), DOWN, C.CLOSES_WITHOUT_ANSWERING),
    "http-09-oneline": (failure(P.HTTP, K.EMPTY), DOWN, C.CLOSES_WITHOUT_ANSWERING),
    "http-binary-garbage": (failure(P.HTTP, K.GARBAGE), DOWN, C.NOT_HTTP),
    "http-cl-negative": (failure(P.HTTP, K.ODD_HEADERS), INCONCLUSIVE, C.ODD_HEADERS),
    "http-header-1mb": (failure(P.HTTP, K.HEADERS_TOO_BIG), INCONCLUSIVE, C.HEADERS_TOO_BIG),
    "http-slow-body": (failure(P.CONTENT, K.BODY_STALLED), DOWN, C.STARTS_ANSWERING_THEN_STOPS),
    "http-bad-chunk": (failure(P.CONTENT, K.BODY_CUT), INCONCLUSIVE, C.ANSWER_CUT_SHORT),
    "redir-loop": (failure(P.HTTP, K.REDIRECT_LOOP), DOWN, C.REDIRECT_LOOP),
    "redir-20": (failure(P.HTTP, K.REDIRECT_TOO_MANY), INCONCLUSIVE, C.TOO_MANY_REDIRECTS),
    "redir-no-location": (failure(P.HTTP, K.REDIRECT_INVALID), INCONCLUSIVE, C.REDIRECT_BROKEN),
    "redir-unsafe": (failure(P.POLICY, K.REDIRECT_REFUSED), INCONCLUSIVE, C.REDIRECTS_SOMEWHERE_UNSAFE),
}

ANSWERS = {
    "ok": (answer(), UP, C.ANSWERS_NORMALLY),
    "status-401": (answer(401), UP, C.ANSWERS_ASKS_FOR_SIGN_IN),
    "sign-in-page": (answer(200, F.LOGIN), UP, C.ANSWERS_ASKS_FOR_SIGN_IN),
    "status-403": (answer(403), INCONCLUSIVE, C.BOT_WALL_SUSPECTED),
    "status-404": (answer(404), INCONCLUSIVE, C.FRONT_PAGE_MISSING),
    "status-418": (answer(418), INCONCLUSIVE, C.ANSWERS_REFUSES_REQUEST),
    "status-429": (answer(429), INCONCLUSIVE, C.BOT_WALL),
    "status-451": (answer(451), INCONCLUSIVE, C.REFUSED_FOR_THIS_COUNTRY),
    "status-500": (answer(500), DOWN, C.SERVER_ERROR),
    "status-501": (answer(501), INCONCLUSIVE, C.SERVER_ERROR),
    "status-502": (answer(502), DOWN, C.SERVER_ERROR),
    "status-503": (answer(503), DOWN, C.SERVER_ERROR),
    "status-599": (answer(599), DOWN, C.SERVER_ERROR),
    "status-999": (answer(999), INCONCLUSIVE, C.ODD_STATUS),
    "status-511-is-ours": (answer(511), UNKNOWN, C.OWN_NETWORK),
    "status-503-retry-after": (answer(503, headers=[("retry-after", "3600")]), DOWN, C.OVERLOADED_OR_MAINTENANCE),
    "status-cf-521": (answer(521, headers=CLOUDFLARE), DOWN, C.EDGE_CANNOT_REACH_ITS_SERVER),
    "status-cf-530": (answer(530, headers=CLOUDFLARE), DOWN, C.EDGE_CANNOT_REACH_ITS_SERVER),
    "status-varnish-503": (answer(503, F.ORIGIN), DOWN, C.EDGE_CANNOT_REACH_ITS_SERVER),
    "wall-403": (answer(403, F.WALL), INCONCLUSIVE, C.BOT_WALL),
    "wall-200": (answer(200, F.WALL), INCONCLUSIVE, C.BOT_WALL),
    "wall-503": (answer(503, F.WALL), INCONCLUSIVE, C.BOT_WALL),
    "geo-page": (answer(200, F.GEO), INCONCLUSIVE, C.REFUSED_FOR_THIS_COUNTRY),
    "redir-queue": (answer(200, F.QUEUE), DEGRADED, C.WAITING_ROOM),
    "redir-parked": (answer(200, F.PARKED), DOWN, C.PARKED_DOMAIN),
    "content-maint": (answer(200, F.MAINTENANCE), DOWN, C.MAINTENANCE_ANNOUNCED),
    "content-maint-503": (answer(503, F.MAINTENANCE), DOWN, C.MAINTENANCE_ANNOUNCED),
    "content-db-error": (answer(200, F.BROKEN), DOWN, C.ERROR_PAGE_WITH_SUCCESS_STATUS),
    "content-nginx-default": (answer(200, F.DEFAULT), DOWN, C.DEFAULT_PAGE),
    "http-empty-200": (answer(200, notes=["body_empty"], size=0), INCONCLUSIVE, C.EMPTY_PAGE),
    "status-204": (answer(204, size=0), INCONCLUSIVE, C.EMPTY_PAGE),
    "http-gzip-corrupt": (answer(200, notes=["body_bad_gzip"]), DOWN, C.ANSWER_UNDECODABLE),
    "http-gzip-bomb": (answer(200, notes=["body_bomb", "body_capped"]), UP, C.ANSWERS_NORMALLY),
    "http-cl-too-large": (answer(200, notes=["body_cut"], size=2048), DEGRADED, C.ANSWER_CUT_SHORT),
    "http-rst-mid-body": (answer(200, notes=["body_cut"], size=300), INCONCLUSIVE, C.ANSWER_CUT_SHORT),
    "https-closed-http-open": (answer(200, notes=["plain_http"]), DEGRADED, C.SECURE_SITE_UNREACHABLE),
    "redirect-without-location": (answer(302), INCONCLUSIVE, C.REDIRECT_BROKEN),
}

CONTEXTS = {
    "dns-nxdomain-unknown": (
        evidence(look(failure(P.DNS, K.NXDOMAIN), target=TYPED), platform=STRANGER),
        *(UNKNOWN, C.NO_SUCH_NAME),
    ),
    "a typed name that was up before and is gone is down": (
        evidence(look(failure(P.DNS, K.NXDOMAIN), target=TYPED), platform=STRANGER, history=SEEN_UP),
        *(DOWN, C.DNS_NAME_GONE),
    ),
    "a redirect to no name is the site's fault, not a typo": (
        evidence(look(failure(P.DNS, K.NXDOMAIN, redirects=1), target=TYPED), platform=STRANGER),
        *(DOWN, C.REDIRECT_BROKEN),
    ),
    "dns-timeout-all": (
        evidence(look(failure(P.DNS, K.DNS_TIMEOUT)), checks=controls(0, resolved=False)),
        *(UNKNOWN, C.OWN_RESOLVER),
    ),
    "dns-v6only-bot-without-v6": (
        evidence(look(failure(P.TCP, K.NO_ROUTE, OURS)), checks=(*controls(3), ipv6_control(works=False))),
        *(UNKNOWN, C.OWN_NO_IPV6),
    ),
    "no way out, not even to a resolver": (
        evidence(look(failure(P.DNS, K.NO_ROUTE, OURS)), checks=controls(0)),
        *(UNKNOWN, C.OWN_NETWORK),
    ),
    "own-offline": (evidence(look(failure(P.TCP, K.TIMEOUT)), checks=controls(0)), UNKNOWN, C.OWN_NETWORK),
    "own-doubtful": (
        evidence(
            look(failure(P.TCP, K.TIMEOUT)),
            look(failure(P.TCP, K.TIMEOUT), attempt=2, after=4),
            checks=controls(1),
        ),
        *(INCONCLUSIVE, C.NO_ANSWER_TO_CONNECTIONS),
    ),
    "own-captive": (
        evidence(look(failure(P.TLS, K.SELF_SIGNED)), checks=controls(0, captive=True)),
        *(UNKNOWN, C.OWN_NETWORK),
    ),
    "one reference that changed its answer is no captive portal": (
        evidence(look(failure(P.TCP, K.REFUSED)), checks=(*controls(2, of=2), *controls(0, of=1, captive=True))),
        *(DOWN, C.PORT_CLOSED),
    ),
    "a portal may let one reference of three through": (
        evidence(look(failure(P.TCP, K.REFUSED)), checks=(*controls(1, of=1), *controls(0, of=2, captive=True))),
        *(UNKNOWN, C.OWN_NETWORK),
    ),
    "a portal may let one reference of two through": (
        evidence(look(failure(P.TCP, K.REFUSED)), checks=(*controls(1, of=1), *controls(0, of=1, captive=True))),
        *(UNKNOWN, C.OWN_NETWORK),
    ),
    "two of three controls are enough": (
        evidence(look(failure(P.TCP, K.REFUSED)), checks=controls(2)),
        *(DOWN, C.PORT_CLOSED),
    ),
    "a silence without any control proves nothing": (
        evidence(look(failure(P.TCP, K.TIMEOUT)), checks=()),
        *(INCONCLUSIVE, C.NO_ANSWER_TO_CONNECTIONS),
    ),
    "an error page needs no control": (evidence(look(answer(503)), checks=()), DOWN, C.SERVER_ERROR),
    "a 503 while all controls fail is nobody's": (
        evidence(look(answer(503)), checks=controls(0)),
        *(UNKNOWN, C.OWN_NETWORK),
    ),
    "a verified 200 is theirs even if the controls fail": (
        evidence(look(answer()), checks=controls(0)),
        *(UP, C.ANSWERS_NORMALLY),
    ),
    "controls without a look: we were offline": (Evidence(STRANGER, (), controls(0)), UNKNOWN, C.OWN_NETWORK),
    "controls without a look, online": (Evidence(STRANGER, (), controls(3)), UNKNOWN, C.NOTHING_MEASURED),
    "wall-as-usual": (
        evidence(look(answer(403, F.WALL)), history=History(walled_as_usual=True)),
        *(INCONCLUSIVE, C.BOT_WALL_AS_USUAL),
    ),
    "403 as on any good day": (
        evidence(look(answer(403)), history=History(usual_status=403)),
        *(UP, C.ANSWERS_AS_USUAL),
    ),
    "a 503 is never as usual": (
        evidence(look(answer(503)), history=History(usual_status=503)),
        *(DOWN, C.SERVER_ERROR),
    ),
    "content-other-title": (
        evidence(look(answer(title="À vendre", host="autre.example")), history=SEEN_UP),
        *(INCONCLUSIVE, C.ANSWERS_WITH_ANOTHER_PAGE),
    ),
    "another title on the same site is only news": (
        evidence(look(answer(title="Noël", host="cairn.info")), history=SEEN_UP),
        *(UP, C.ANSWERS_NORMALLY),
    ),
    "a status that the catalogue expects": (
        evidence(look(answer(404), target=replace(HOME, expect=(404,)))),
        *(UP, C.ANSWERS_NORMALLY),
    ),
    "http-slow-ttfb": (evidence(look(answer(), first_byte=5.4)), DEGRADED, C.ANSWERS_VERY_SLOWLY),
    "tcp-v6-dead-v4-ok": (evidence(look(answer(), addresses=BOTH)), DEGRADED, C.SOME_ADDRESSES_DEAD),
    "dead IPv6 while our own IPv6 is dead too": (
        evidence(look(answer(), addresses=BOTH), checks=(ipv6_control(works=False),)),
        *(UP, C.ANSWERS_NORMALLY),
    ),
    "dns-half-broken": (
        evidence(look(answer(), addresses=Addresses(half_resolved=True))),
        *(DEGRADED, C.DNS_HALF_BROKEN),
    ),
    "private-address-published": (
        evidence(look(answer(), addresses=Addresses(refused=("10.0.0.5",)))),
        *(DEGRADED, C.PRIVATE_ADDRESS_PUBLISHED),
    ),
}


@pytest.mark.parametrize(("result", "verdict", "cause"), FAILURES.values(), ids=FAILURES)
def test_a_failure_seen_from_one_place_online(result: Response | Failure, verdict: Word, cause: CauseId) -> None:
    judged = judge(evidence(look(result)), at=NOW)
    assert (judged.word, judged.cause.id) == (verdict, cause)


@pytest.mark.parametrize(("result", "verdict", "cause"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_seen_from_one_place(result: Response | Failure, verdict: Word, cause: CauseId) -> None:
    judged = judge(evidence(look(result)), at=NOW)
    assert (judged.word, judged.cause.id) == (verdict, cause)


@pytest.mark.parametrize(("seen", "verdict", "cause"), CONTEXTS.values(), ids=CONTEXTS)
def test_what_surrounds_an_observation_changes_its_meaning(seen: Evidence, verdict: Word, cause: CauseId) -> None:
    judged = judge(seen, at=NOW)
    assert (judged.word, judged.cause.id) == (verdict, cause)


def test_rule_ids_are_unique_and_the_last_rule_matches_everything() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(0 <= rule.down <= 1 and 0 <= rule.up <= 1 and rule.down + rule.up <= 1 for rule in RULES)
    assert RULES[-1].id == "status.2xx"


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("kind", FailureKind)
def test_no_failure_at_all_is_ever_called_up(phase: Phase, kind: FailureKind) -> None:
    judged = judge(evidence(look(failure(phase, kind))), at=NOW)
    assert judged.word in (DOWN, INCONCLUSIVE, UNKNOWN)


@pytest.mark.parametrize("kind", FailureKind)
def test_a_failure_of_our_own_vantage_point_is_never_theirs(kind: FailureKind) -> None:
    judged = judge(evidence(look(failure(Phase.TCP, kind, OURS))), at=NOW)
    assert judged.word is UNKNOWN
    assert judged.votes[0].leaning is Leaning.ABSTAIN


def test_a_vote_names_its_rule_its_place_and_what_was_seen() -> None:
    vote = judge(evidence(look(answer(503))), at=NOW).votes[0]
    assert (vote.rule, vote.vantage_point, vote.cause.status) == ("status.5xx", HERE, 503)
    assert vote.observation is not None


@pytest.mark.parametrize("header", ["", "soon", "-5", "99999999", "Mon, 23 Nov 2026 10:00:00 GMT", "١٢"])
def test_a_wait_that_makes_no_sense_is_not_told(header: str) -> None:
    judged = judge(evidence(look(answer(503, headers=[("retry-after", header)]))), at=NOW)
    assert judged.cause.retry_after is None


def test_every_rule_and_every_cause_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "probing.md").read_text(encoding="utf-8")
    missing = [id_ for id_ in (*(rule.id for rule in RULES), *CauseId) if f"| `{id_}` |" not in text]
    assert missing == []
    stated = [
        f"| `{rule.id}` | {rule.down:g} | {rule.up:g} | {'' if rule.judges else 'yes'} | `{rule.cause}` |" in text
        for rule in RULES
    ]
    assert all(stated)
