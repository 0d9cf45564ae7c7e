"""People's reports: what they weigh, and that they never decide."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import Report, Tally, Word
from bot.verdict import judge
from bot.verdict.crowd import is_new, tally_of, weight_of
from tests.unit.verdict_scenes import NOW, answer, evidence, look, place

MINUTE = timedelta(minutes=1)


def report(
    who: str,
    *,
    works: bool = False,
    place: str | None = None,
    server: str = "mamot.fr",
    new: bool = False,
    ago: float = 1,
) -> Report:
    return Report("mamot", who, "cairn", works, place, NOW - ago * MINUTE, who, server=server, is_new_account=new)


def many(number: int, **values: object) -> list[Report]:
    return [replace(report(f"p{n}"), **values) for n in range(number)]  # type: ignore[arg-type]


def test_people_are_counted_with_their_places_in_the_order_in_which_they_spoke() -> None:
    reports = [
        report("b", place="Rennes", ago=1),
        report("a", place="Limoges", ago=3),
        report("c", works=True, place="Nice"),
    ]
    tally = tally_of(reports, now=NOW)
    assert (tally.down, tally.up, tally.down_places, tally.up_places) == (2, 1, ("Limoges", "Rennes"), ("Nice",))


def test_a_place_that_several_name_is_told_once() -> None:
    assert tally_of([report("a", place="Brest"), report("b", place="Brest")], now=NOW).down_places == ("Brest",)


def test_what_was_said_an_hour_ago_is_told_but_weighs_nothing() -> None:
    tally = tally_of([report("a", ago=60)], now=NOW)
    assert (tally.down, tally.weight) == (1, 0.0)


@pytest.mark.parametrize(
    ("reports", "weight"),
    [
        pytest.param(many(3), 3.0, id="three of one server count in full"),
        pytest.param(many(10), 3 + 7 * 0.3, id="further ones of that server count less"),
        pytest.param([report("a"), report("b", server="piaille.fr")], 2.0, id="two servers"),
        pytest.param(many(20, is_new_account=True), 0.5, id="twenty new accounts of one server are half a person"),
        pytest.param([report("a", new=True), report("b", server="piaille.fr", new=True)], 1.0, id="new ones of two"),
    ],
)
def test_what_people_weigh(reports: list[Report], weight: float) -> None:
    assert weight_of(reports) == pytest.approx(weight)


def test_an_account_is_new_for_a_week_and_old_if_nobody_knows() -> None:
    assert is_new(NOW - timedelta(days=6), now=NOW)
    assert not is_new(NOW - timedelta(days=8), now=NOW)
    assert not is_new(None, now=NOW)


def judged(status: int, tally: Tally) -> tuple[Word, float]:
    verdict = judge(replace(evidence(look(answer(status), place("Paris"))), tally=tally), at=NOW)
    return verdict.word, verdict.confidence


LOUD = tally_of(many(500), now=NOW)


def test_any_number_of_people_never_turns_an_up_into_anything_else_but_makes_it_less_sure() -> None:
    alone, told = judged(200, Tally()), judged(200, LOUD)
    assert alone[0] is told[0] is Word.UP
    assert told[1] < alone[1] * 0.6


def test_people_make_a_down_surer() -> None:
    alone, told = judged(503, Tally()), judged(503, tally_of(many(4), now=NOW))
    assert alone[0] is told[0] is Word.DOWN
    assert told[1] > alone[1]


def test_people_alone_decide_nothing() -> None:
    verdict = judge(replace(evidence(), tally=LOUD), at=NOW)
    assert (verdict.word, verdict.confidence) == (Word.UNKNOWN, 0.0)
