from datetime import timedelta

from bot.app.circuit import AT_ONCE, Circuit
from bot.ports import SocialError
from tests.fakes.network import NOON

SECOND = timedelta(seconds=1)
TROUBLE = SocialError("it does not answer")


def failing(times: int) -> Circuit:
    circuit = Circuit()
    for _ in range(times):
        circuit.tell(TROUBLE, NOON)
    return circuit


def test_a_network_that_works_gets_eight_posts_at_once() -> None:
    assert Circuit().may_begin(0, NOON) == AT_ONCE
    assert Circuit().may_begin(5, NOON) == AT_ONCE - 5
    assert Circuit().may_begin(99, NOON) == 0


def test_one_trouble_is_no_reason_to_rest_and_three_in_a_row_are() -> None:
    assert failing(2).may_begin(0, NOON) == AT_ONCE
    assert failing(3).may_begin(0, NOON) == 0


def test_after_its_rest_one_post_finds_out_whether_it_works() -> None:
    circuit = failing(3)
    assert circuit.may_begin(0, NOON + 14 * SECOND) == 0
    assert circuit.may_begin(0, NOON + 15 * SECOND) == 1
    assert circuit.may_begin(1, NOON + 15 * SECOND) == 0
    circuit.tell(None, NOON + 15 * SECOND)
    assert circuit.may_begin(0, NOON + 15 * SECOND) == AT_ONCE


def test_posts_that_were_under_way_together_count_as_one_trouble() -> None:
    circuit = failing(8)
    assert circuit.may_begin(0, NOON + 15 * SECOND) == 1


def test_it_rests_ever_longer_but_never_longer_than_five_minutes() -> None:
    circuit, now, rests = failing(3), NOON, list[float]()
    for _ in range(8):
        rest = next(n for n in range(1000) if circuit.may_begin(0, now + n * SECOND))
        rests.append(rest)
        now += rest * SECOND
        circuit.tell(TROUBLE, now)
    assert rests == [15, 30, 60, 120, 240, 300, 300, 300]


def test_a_network_that_asks_for_rest_gets_it_at_once() -> None:
    circuit = Circuit()
    circuit.tell(SocialError("too many requests", retry_after=timedelta(minutes=7)), NOON)
    assert circuit.may_begin(0, NOON + timedelta(minutes=6)) == 0
    assert circuit.may_begin(0, NOON + timedelta(minutes=7)) == AT_ONCE


def test_a_clock_set_back_does_not_silence_the_bot() -> None:
    assert failing(3).may_begin(0, NOON - timedelta(days=1)) == 1
