"""Whom an incident is told to, and how often: the verdict, one correction, one "it is back"."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.incidents.following import after_look, followed, opened
from bot.incidents.telling import is_worth_an_edit, to_correct, to_edit, to_tell_back
from bot.model import Incident, Language, OwnPost, PostKind, PostRef, Verdict, Visibility, Word
from tests.unit.test_incidents_following import DOWN, MINUTE, NOW, UP, lived, seen

OVER = lived((0, DOWN), (30, UP), (31, UP))
LATER = NOW + 31 * MINUTE


def post(
    minutes: float,
    told: Word,
    who: str = "anne",
    *,
    network: str = "mamot",
    key: str = "cairn",
    also: str | None = None,
) -> OwnPost:
    keys = (key,) if also is None else (key, also)
    return OwnPost(
        network=network,
        ref=PostRef(f"{network}-{who}-{minutes}"),
        mention_id=f"{who}-{minutes}",
        author_id=who,
        kind=PostKind.VERDICT,
        language=Language.FRENCH,
        visibility=Visibility.UNLISTED,
        posted_at=NOW + minutes * MINUTE,
        platforms=keys,
        told=(told,) * len(keys),
    )


def ids(posts: list[OwnPost]) -> list[str]:
    return [each.mention_id for each in posts]


def test_everybody_who_was_told_that_it_is_bad_is_told_that_it_is_back_in_the_order_in_which_they_asked() -> None:
    posts = [post(5, Word.DEGRADED, "brice", network="bsky"), post(1, Word.DOWN)]
    assert ids(to_tell_back(OVER, posts, now=LATER)) == ["anne-1", "brice-5"]


def test_who_asked_three_times_is_told_once() -> None:
    posts = [post(minutes, Word.DOWN) for minutes in (1, 5, 20)]
    assert ids(to_tell_back(OVER, posts, now=LATER)) == ["anne-20"]


def test_the_same_id_on_two_networks_is_two_people() -> None:
    posts = [post(1, Word.DOWN), post(2, Word.DOWN, network="bsky")]
    assert len(to_tell_back(OVER, posts, now=LATER)) == 2


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(post(10, Word.UP), id="told that it works"),
        pytest.param(post(10, Word.UNKNOWN), id="told that we cannot tell"),
        pytest.param(post(10, Word.DOWN, key="persee"), id="asked about another one"),
        pytest.param(post(-20, Word.UP), id="asked long before"),
        pytest.param(post(60, Word.DOWN), id="from the future"),
    ],
)
def test_others_hear_nothing(asked: OwnPost) -> None:
    assert to_tell_back(OVER, [asked], now=LATER) == []


def test_nobody_is_told_after_a_day() -> None:
    day = timedelta(hours=24)
    long_one: Incident = replace(OVER, closed_at=NOW + day + 5 * MINUTE, good_since=NOW + day + 4 * MINUTE)
    posts = [post(1, Word.DOWN), post(10, Word.DOWN, "brice")]
    assert ids(to_tell_back(long_one, posts, now=NOW + day + 5 * MINUTE)) == ["brice-10"]


@pytest.mark.parametrize("incident", [lived((0, DOWN)), lived((0, DOWN), (5, UP))], ids=["bad", "one good look"])
def test_while_it_is_open_nothing_is_told_back(incident: Incident) -> None:
    assert to_tell_back(incident, [post(1, Word.DOWN)], now=NOW + 6 * MINUTE) == []


def test_one_that_was_given_up_is_not_told_back() -> None:
    lost = lived((0, DOWN), (60 * 49, None))
    assert to_tell_back(lost, [post(60 * 48, Word.DOWN)], now=NOW + 49 * 60 * MINUTE) == []


def test_who_was_told_otherwise_a_few_minutes_ago_is_corrected() -> None:
    incident = opened(seen(DOWN))
    posts = [
        post(-3, Word.UP),
        post(-2, Word.UNKNOWN, "brice"),
        post(-20, Word.UP, "chloe"),
        post(-1, Word.DOWN, "dan"),
    ]
    assert ids(to_correct(incident, None, posts, now=NOW)) == ["anne--3", "brice--2"]


def test_who_was_corrected_is_told_that_it_is_back_as_well() -> None:
    assert ids(to_tell_back(OVER, [post(-3, Word.UP)], now=LATER)) == ["anne--3"]


def test_good_news_is_no_correction() -> None:
    incident = lived((0, DOWN), (5, UP))
    assert to_correct(incident, lived((0, DOWN)), [post(1, Word.DOWN)], now=NOW + 5 * MINUTE) == []


def test_worse_than_told_is_a_correction() -> None:
    before = opened(replace(seen(DOWN), word=Word.DEGRADED))
    worse = after_look(before, seen(DOWN, NOW + 5 * MINUTE))
    assert worse is not None
    assert ids(to_correct(worse, before, [post(1, Word.DEGRADED)], now=NOW + 5 * MINUTE)) == ["anne-1"]


def test_better_than_told_but_not_good_is_a_correction_once_two_looks_in_a_row_say_so() -> None:
    """The first half-good look is mostly the beginning of its return, which is told as such."""
    told, down = [post(0, Word.DOWN)], lived((0, DOWN))
    half = followed(down, half_good(1))
    assert to_correct(half, down, told, now=NOW + MINUTE) == []
    still_half = followed(half, half_good(5))
    assert ids(to_correct(still_half, half, told, now=NOW + 5 * MINUTE)) == ["anne-0"]


@pytest.mark.parametrize("between", [seen(UP, NOW + 2 * MINUTE), seen(DOWN, NOW + 2 * MINUTE)], ids=["good", "down"])
def test_two_half_good_looks_with_another_between_them_correct_nobody(between: Verdict) -> None:
    before = followed(followed(lived((0, DOWN)), half_good(1)), between)
    assert to_correct(followed(before, half_good(3)), before, [post(0, Word.DOWN)], now=NOW + 3 * MINUTE) == []


def test_a_change_is_told_if_it_came_in_time_though_it_was_made_sure_of_later() -> None:
    half = followed(lived((0, DOWN)), half_good(5))
    still_half = followed(half, half_good(15.1))
    assert ids(to_correct(still_half, half, [post(0, Word.DOWN)], now=NOW + 15.1 * MINUTE)) == ["anne-0"]
    longer = followed(still_half, half_good(30))
    assert to_correct(longer, still_half, [post(0, Word.DOWN)], now=NOW + 30 * MINUTE) == []


def half_good(minutes: float) -> Verdict:
    """A look of which one attempt failed and the next was answered."""
    return replace(seen(DOWN, NOW + minutes * MINUTE), word=Word.DEGRADED)


def test_while_a_good_look_waits_for_the_second_one_no_answer_is_edited() -> None:
    assert to_edit(lived((0, DOWN), (5, UP)), [post(1, Word.DOWN)], now=NOW + 5 * MINUTE) == []


def test_a_tally_is_edited_into_bad_verdicts_on_this_platform_alone() -> None:
    posts = [post(1, Word.DOWN), post(2, Word.DOWN, "brice", also="persee"), post(3, Word.UP, "chloe")]
    assert ids(to_edit(lived((0, DOWN)), posts, now=NOW + 5 * MINUTE)) == ["anne-1"]
    assert to_edit(OVER, posts, now=LATER) == []


def test_edits_become_rarer_as_people_become_many() -> None:
    edits = [after for after in range(1, 101) if is_worth_an_edit(_last_edit(after - 1), after)]
    assert edits[:7] == [1, 2, 3, 4, 5, 6, 8]
    assert len(edits) < 20


def _last_edit(reports: int) -> int:
    last = 0
    for after in range(1, reports + 1):
        last = after if is_worth_an_edit(last, after) else last
    return last
