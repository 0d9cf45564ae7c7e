"""Several attempts, several places, several steps: what they say together."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import (
    CauseId,
    Evidence,
    Failure,
    FailureKind,
    Family,
    History,
    Observation,
    Outage,
    Phase,
    Response,
    Role,
    Target,
    Word,
)
from bot.verdict import judge
from tests.unit.verdict_scenes import CAIRN, HOME, NOW, SEARCH, answer, controls, evidence, failure, look, place

C, K, P, W = CauseId, FailureKind, Phase, Word
OK, BAD, WALL = answer(), answer(503), answer(403, Family.WALL)
GONE = failure(P.DNS, K.NXDOMAIN)
PARIS, RENNES, LIMOGES = place("Paris"), place("Rennes"), place("Limoges")

Results = list[Response | Failure]

VANTAGE: dict[str, tuple[Results, Word, CauseId]] = {
    "vantage-3of3-down": ([BAD, BAD, BAD], W.DOWN, C.SERVER_ERROR),
    "vantage-2of3-down": ([BAD, BAD, OK], W.DEGRADED, C.DIFFERS_BY_PLACE),
    "vantage-1of3-down": ([BAD, OK, OK], W.DEGRADED, C.DIFFERS_BY_PLACE),
    "vantage-4of5-down": ([BAD, BAD, BAD, BAD, OK], W.DOWN, C.SERVER_ERROR),
    "vantage-4of5-up": ([OK, OK, OK, OK, BAD], W.UP, C.ANSWERS_NORMALLY),
    "vantage-3of5-down": ([BAD, BAD, BAD, OK, OK], W.DEGRADED, C.DIFFERS_BY_PLACE),
    "vantage-3of4-down": ([BAD, BAD, BAD, OK], W.DEGRADED, C.DIFFERS_BY_PLACE),
    "vantage-walled-and-down": ([WALL, BAD], W.DOWN, C.SERVER_ERROR),
    "vantage-walled-and-up": ([WALL, OK], W.UP, C.ANSWERS_NORMALLY),
    "vantage-all-walled": ([WALL, WALL], W.INCONCLUSIVE, C.BOT_WALL),
    "vantage-dns-propagation": ([GONE, OK, OK], W.DEGRADED, C.DIFFERS_BY_PLACE),
    "vantage-nobody": ([], W.UNKNOWN, C.NOTHING_MEASURED),
}


def _from_places(results: Results) -> Evidence:
    looks = [look(result, place(f"Ville {n}")) for n, result in enumerate(results)]
    return evidence(*looks)


@pytest.mark.parametrize(("results", "verdict", "cause"), VANTAGE.values(), ids=VANTAGE)
def test_places_together(results: Results, verdict: Word, cause: CauseId) -> None:
    judged = judge(_from_places(results), at=NOW)
    assert (judged.word, judged.cause.id) == (verdict, cause)


def test_two_places_on_one_network_are_less_than_two_witnesses_whatever_they_call_it() -> None:
    one = [replace(place("Paris", "Renater"), asn=2200), replace(place("Rennes", "RENATER"), asn=2200)]
    two = [replace(place("Paris", "Renater"), asn=2200), replace(place("Rennes", "Renater"), asn=12322)]
    same, apart = (judge(evidence(*(look(BAD, where) for where in places)), at=NOW) for places in (one, two))
    assert same.confidence < apart.confidence


def test_places_that_are_all_offline_say_nothing_about_the_site() -> None:
    offline = (*controls(0, PARIS), *controls(0, RENNES))
    seen = evidence(look(failure(P.TCP, K.TIMEOUT), PARIS), look(failure(P.TCP, K.TIMEOUT), RENNES), checks=offline)
    assert judge(seen, at=NOW).cause.id is C.OWN_NETWORK


def test_one_place_offline_does_not_silence_the_others() -> None:
    seen = evidence(
        look(failure(P.TCP, K.TIMEOUT), PARIS),
        look(answer(), RENNES),
        checks=(*controls(0, PARIS), *controls(3, RENNES)),
    )
    assert judge(seen, at=NOW).word is W.UP


def test_a_second_witness_on_the_same_network_is_worth_less() -> None:
    one = judge(evidence(look(BAD, PARIS)), at=NOW).confidence
    same = judge(evidence(look(BAD, place("Paris", "R")), look(BAD, place("Rennes", "R"))), at=NOW).confidence
    other = judge(evidence(look(BAD, place("Paris", "R")), look(BAD, place("Rennes", "S"))), at=NOW).confidence
    assert one < same < other


def test_a_dissenter_lowers_the_confidence() -> None:
    assert judge(_from_places([BAD, BAD, BAD, BAD, OK]), at=NOW).confidence == pytest.approx(0.8, abs=0.01)


ATTEMPTS: dict[str, tuple[list[Observation], Word, CauseId]] = {
    "attempts-down-up": (
        [look(failure(P.TCP, K.RESET)), look(OK, attempt=2, after=1.5)],
        *(W.DEGRADED, C.FLAPPING),
    ),
    "attempts-down-down": (
        [look(failure(P.TCP, K.TIMEOUT)), look(BAD, attempt=2, after=4)],
        *(W.DOWN, C.SERVER_ERROR),
    ),
    "a late answer beats a hedged attempt that ran out of time": (
        [look(OK, first_byte=7.5), look(failure(P.HTTP, K.OUT_OF_TIME), attempt=2, after=3.5)],
        *(W.DEGRADED, C.ANSWERS_VERY_SLOWLY),
    ),
    "an answer in time beats a hedged attempt that ran out of time": (
        [look(OK, first_byte=4.5), look(failure(P.HTTP, K.OUT_OF_TIME), attempt=2, after=3.5)],
        *(W.UP, C.ANSWERS_NORMALLY),
    ),
    "a wall on the second attempt": ([look(BAD), look(WALL, attempt=2, after=1.5)], W.INCONCLUSIVE, C.BOT_WALL),
    "a 404 twice is no worse than once": (
        [look(answer(404)), look(answer(404), attempt=2, after=1.5)],
        *(W.INCONCLUSIVE, C.FRONT_PAGE_MISSING),
    ),
}


@pytest.mark.parametrize(("looks", "verdict", "cause"), ATTEMPTS.values(), ids=ATTEMPTS)
def test_attempts_of_one_place(looks: list[Observation], verdict: Word, cause: CauseId) -> None:
    judged = judge(evidence(*looks), at=NOW)
    assert (judged.word, judged.cause.id) == (verdict, cause)


def test_two_failures_are_surer_than_one() -> None:
    twice = evidence(look(failure(P.TCP, K.TIMEOUT)), look(failure(P.TCP, K.TIMEOUT), attempt=2, after=4))
    assert judge(evidence(look(failure(P.TCP, K.TIMEOUT))), at=NOW).confidence == pytest.approx(0.8)
    assert judge(twice, at=NOW).confidence == pytest.approx(0.896)


MIRROR = Target("stm.cairn.info")
LADDER: dict[str, tuple[list[Observation], Word, Role | None]] = {
    "home and search up": ([look(OK), look(OK, target=SEARCH)], W.UP, None),
    "home up, search down": ([look(OK), look(BAD, target=SEARCH)], W.DEGRADED, Role.SEARCH),
    "home down, search up": ([look(BAD), look(OK, target=SEARCH)], W.DOWN, None),
    "home and search down": ([look(BAD), look(BAD, target=SEARCH)], W.DOWN, None),
    "home up, search slow": ([look(OK), look(OK, target=SEARCH, first_byte=6)], W.DEGRADED, Role.SEARCH),
    "home up, search walled": ([look(OK), look(WALL, target=SEARCH)], W.UP, None),
    "home walled, search down": ([look(WALL), look(BAD, target=SEARCH)], W.INCONCLUSIVE, None),
    "one of two front pages down": ([look(OK), look(BAD, target=MIRROR)], W.DEGRADED, Role.HOME),
    "the first front page down, another up": ([look(BAD), look(OK, target=MIRROR)], W.DEGRADED, Role.HOME),
    "both front pages down": ([look(BAD), look(BAD, target=MIRROR)], W.DOWN, None),
    "only the search was looked at": ([look(BAD, target=SEARCH)], W.DOWN, None),
}


@pytest.mark.parametrize(("looks", "verdict", "step"), LADDER.values(), ids=LADDER)
def test_the_ladder_of_steps(looks: list[Observation], verdict: Word, step: Role | None) -> None:
    judged = judge(evidence(*looks), at=NOW)
    assert (judged.word, judged.step) == (verdict, step)
    assert len(judged.votes) == len(looks)


def test_the_votes_on_the_step_that_fails_come_first() -> None:
    first = judge(evidence(look(OK), look(BAD, target=SEARCH)), at=NOW).votes[0]
    assert first.observation is not None
    assert first.observation.target == SEARCH


def test_a_platform_that_cannot_be_probed_is_not_judged() -> None:
    judged = judge(Evidence(replace(CAIRN, probe=False), ()), at=NOW)
    assert (judged.word, judged.cause.id) == (W.INCONCLUSIVE, C.CANNOT_BE_PROBED)


GOOD, FIRST_BAD = NOW - timedelta(minutes=12), NOW - timedelta(minutes=10)
OUTAGES = {
    "both bounds known": (History(last_up_at=GOOD, first_down_at=FIRST_BAD), Outage(FIRST_BAD, GOOD)),
    "the first bad look is this one": (History(last_up_at=GOOD), Outage(NOW, GOOD)),
    "never looked before": (History(), Outage(NOW, None)),
    "it was up again since": (History(last_up_at=FIRST_BAD, first_down_at=GOOD), Outage(NOW, FIRST_BAD)),
}


@pytest.mark.parametrize(("history", "outage"), OUTAGES.values(), ids=OUTAGES)
def test_an_outage_is_an_interval(history: History, outage: Outage) -> None:
    assert judge(evidence(look(BAD), history=history), at=NOW).outage == outage


def test_what_is_up_has_no_outage() -> None:
    assert judge(evidence(look(OK), history=History(first_down_at=GOOD)), at=NOW).outage is None


def test_places_are_told_by_their_id_not_by_their_name() -> None:
    looks = [look(BAD, replace(PARIS, id=f"agent-{n}")) for n in range(3)]
    assert len(judge(evidence(*looks, history=History()), at=NOW).votes) == 3
    assert HOME in {vote.observation.target for vote in judge(evidence(*looks), at=NOW).votes if vote.observation}
