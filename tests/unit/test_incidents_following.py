"""The life of an incident, look by look."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.incidents.following import Rhythm, after_look, followed, opened, opens
from bot.incidents.intervals import began, ended, length
from bot.model import Incident, Outage, Verdict, Word
from bot.verdict import judge
from tests.unit.verdict_scenes import CAIRN, NOW, answer, evidence, look, place

MINUTE = timedelta(minutes=1)
PLACES = [place("Paris"), place("Rennes")]
DOWN, UP = 503, 200


def seen(status: int, at: datetime = NOW, *, last_up_at: datetime | None = None) -> Verdict:
    verdict = judge(evidence(*(look(answer(status), where) for where in PLACES)), at=at)
    return replace(verdict, outage=Outage(at, last_up_at)) if verdict.outage else verdict


def unknown(at: datetime) -> Verdict:
    return judge(evidence(), at=at)


def lived(*looks: tuple[float, int | None]) -> Incident:
    """An incident after looks at so many minutes, each with a status, None for one that could see nothing."""
    incident: Incident | None = None
    for minutes, status in looks:
        at = NOW + minutes * MINUTE
        incident = after_look(incident, unknown(at) if status is None else seen(status, at))
    assert incident is not None
    return incident


@pytest.mark.parametrize(
    ("verdict", "does"),
    [
        pytest.param(seen(DOWN), True, id="down"),
        pytest.param(replace(seen(DOWN), word=Word.DEGRADED), True, id="degraded"),
        pytest.param(replace(seen(DOWN), confidence=0.74), False, id="perhaps down"),
        pytest.param(replace(seen(DOWN), stale=True), False, id="told again"),
        pytest.param(seen(UP), False, id="up"),
        pytest.param(unknown(NOW), False, id="not known"),
    ],
)
def test_what_opens_an_incident(verdict: Verdict, does: bool) -> None:
    assert opens(verdict) is does


def test_it_is_looked_at_again_after_one_five_and_fifteen_minutes_and_then_every_quarter_of_an_hour() -> None:
    incident, minutes = lived((0, DOWN)), [0.0]
    for _ in range(6):
        due = incident.next_look_at
        minutes.append((due - NOW) / MINUTE)
        incident = followed(incident, seen(DOWN, due))
    assert minutes == [0, 1, 5, 15, 30, 45, 60]


def test_after_a_day_every_hour_is_enough() -> None:
    incident = followed(lived((0, DOWN)), seen(DOWN, NOW + timedelta(hours=25)))
    assert incident.next_look_at == NOW + timedelta(hours=26)


def test_two_good_looks_a_minute_apart_end_it() -> None:
    one = lived((0, DOWN), (5, UP))
    assert (one.is_open, one.next_look_at) == (True, NOW + 6 * MINUTE)
    assert lived((0, DOWN), (5, UP), (5.5, UP)).is_open
    over = lived((0, DOWN), (5, UP), (6, UP))
    assert over.closed_at == NOW + 6 * MINUTE
    assert (began(over).until, ended(over)) == (NOW, ended(one))


def test_a_good_look_between_bad_ones_makes_it_unstable_and_one_incident() -> None:
    incident = lived((0, DOWN), (5, UP), (6, DOWN), (15, UP), (16, UP))
    assert (incident.turns, incident.is_unstable, incident.is_open) == (1, True, False)
    back = ended(incident)
    assert back is not None
    assert (back.after, back.until) == (NOW + 6 * MINUTE, NOW + 15 * MINUTE)


def test_bad_again_soon_after_it_was_over_is_the_same_incident() -> None:
    over = lived((0, DOWN), (5, UP), (6, UP))
    again = after_look(over, seen(DOWN, NOW + 30 * MINUTE))
    assert again is not None
    assert (again.id, again.is_open, again.is_unstable) == (over.id, True, True)


def test_bad_again_much_later_is_another_incident() -> None:
    over = lived((0, DOWN), (5, UP), (6, UP))
    again = after_look(over, seen(DOWN, NOW + 90 * MINUTE))
    assert again is not None
    assert again.id != over.id


def test_a_good_look_at_one_that_is_over_changes_nothing() -> None:
    over = lived((0, DOWN), (5, UP), (6, UP))
    assert after_look(over, seen(UP, NOW + 10 * MINUTE)) is None


def test_what_can_see_nothing_neither_ends_nor_turns_it() -> None:
    incident = lived((0, DOWN), (5, UP), (6, None), (7, UP))
    assert (incident.closed_at, incident.turns) == (NOW + 7 * MINUTE, 0)
    assert lived((0, DOWN), (5, None), (15, None)).is_open


def test_one_that_nobody_could_see_for_two_days_is_given_up_and_its_end_is_not_known() -> None:
    incident = lived((0, DOWN), (60 * 24, None), (60 * 49, None))
    assert not incident.is_open
    assert (ended(incident), length(incident)) == (None, None)


def test_the_worst_of_it_is_remembered() -> None:
    slow = replace(seen(DOWN, NOW + MINUTE), word=Word.DEGRADED)
    incident = followed(lived((0, DOWN)), slow)
    assert (incident.word, incident.worst) == (Word.DEGRADED, Word.DOWN)


def test_a_look_that_is_not_newer_changes_nothing() -> None:
    incident = lived((0, DOWN), (5, DOWN))
    assert followed(incident, seen(UP, NOW + 5 * MINUTE)) == incident
    assert followed(incident, seen(UP, NOW - MINUTE)) == incident


def test_since_when_and_how_long_are_intervals() -> None:
    incident = opened(seen(DOWN, last_up_at=NOW - 2 * MINUTE))
    for minutes, status in ((40, DOWN), (49, UP), (50, UP)):
        incident = followed(incident, seen(status, NOW + minutes * MINUTE))
    assert (began(incident).after, began(incident).until) == (NOW - 2 * MINUTE, NOW)
    lasted = length(incident)
    assert lasted is not None
    assert (lasted.least, lasted.most) == (40 * MINUTE, 51 * MINUTE)


def test_five_hundred_outages_are_told_by_intervals_that_are_true() -> None:
    dice, widths = random.Random(2009), list[float]()  # noqa: S311 -- no secret
    for _ in range(500):
        incident, start, end = _simulated(dice)
        since, back, lasted = began(incident), ended(incident), length(incident)
        assert since.after is not None
        assert back is not None
        assert back.after is not None
        assert lasted is not None
        assert lasted.most is not None
        assert since.after <= start <= since.until
        assert back.after <= end <= back.until
        assert lasted.least <= end - start <= lasted.most
        widths.append((since.until - since.after) / MINUTE)
    assert sorted(widths)[250] <= 5  # one question every five minutes while all is well


def _simulated(dice: random.Random) -> tuple[Incident, datetime, datetime]:
    """One outage with a random start and end, asked about every five minutes at first, then followed by ourselves."""
    start = NOW + timedelta(seconds=dice.uniform(600, 3600))
    end = start + timedelta(seconds=dice.uniform(360, 4 * 3600))
    good: datetime | None = None
    at = NOW + timedelta(seconds=dice.uniform(0, 300))
    while at < start:
        good, at = at, at + 5 * MINUTE
    incident = opened(seen(DOWN, at, last_up_at=good))
    while incident.is_open:
        at = incident.next_look_at + timedelta(seconds=dice.uniform(0, 5))
        incident = followed(incident, seen(DOWN if start <= at < end else UP, at))
    return incident, start, end


def test_an_incident_is_named_after_its_platform_and_when_it_was_opened() -> None:
    assert lived((0, DOWN)).id == f"{CAIRN.key}-20261123-094200"


def test_a_rhythm_of_ones_own_says_when_it_is_looked_at_again_and_when_it_is_back() -> None:
    rhythm = Rhythm(first=(MINUTE / 6,), every=MINUTE / 2, steady=MINUTE / 12)
    incident = after_look(None, seen(DOWN), rhythm)
    assert incident is not None
    seconds = [(incident.next_look_at - NOW).total_seconds()]
    for status in (DOWN, DOWN, UP, UP):
        incident = followed(incident, seen(status, incident.next_look_at), rhythm)
        seconds.append((incident.next_look_at - NOW).total_seconds())
    assert seconds[:4] == [10, 40, 70, 75]
    assert incident.closed_at == NOW + 75 * MINUTE / 60
