from datetime import datetime, timedelta

import pytest

from bot.app.polling import Account, Pace, next_pace, take_mentions
from bot.ports import SocialError
from tests.fakes.network import NOON, FakeNetwork, mention
from tests.fakes.store import FakeStore

MINUTE = timedelta(minutes=1)


def account(network: FakeNetwork, *, backlog: timedelta | None = timedelta(0)) -> Account:
    return Account(network, timedelta(seconds=15), backlog)


async def owed_ids(store: FakeStore) -> list[str]:
    return [owed.mention.id for owed in await store.owed("fake", now=NOON + timedelta(hours=99), limit=100)]


async def test_the_first_start_ever_leaves_old_mentions_alone() -> None:
    network, store = FakeNetwork(listed=[mention(id="old", at=NOON - timedelta(hours=3))]), FakeStore()
    await take_mentions(account(network), store, lambda: NOON)
    network.listed.append(mention(id="new", at=NOON + timedelta(seconds=10)))
    await take_mentions(account(network), store, lambda: NOON + timedelta(seconds=15))
    assert await owed_ids(store) == ["new"]


async def test_the_first_start_answers_as_far_back_as_the_operator_wants() -> None:
    listed = [mention(id="old", at=NOON - timedelta(hours=3)), mention(id="late", at=NOON - timedelta(minutes=5))]
    store = FakeStore()
    await take_mentions(account(FakeNetwork(listed=listed), backlog=timedelta(minutes=30)), store, lambda: NOON)
    assert await owed_ids(store) == ["late"]


async def test_a_bot_that_starts_without_any_mention_answers_the_first_one() -> None:
    network, store = FakeNetwork(), FakeStore()
    await take_mentions(account(network), store, lambda: NOON)
    network.listed.append(mention(id="first", at=NOON - timedelta(seconds=50)))  # its server's clock is late
    await take_mentions(account(network), store, lambda: NOON)
    assert await owed_ids(store) == ["first"]


@pytest.mark.parametrize("ahead", [timedelta(hours=3), timedelta(days=5)], ids=["3 h", "5 days"])
async def test_a_clock_that_is_ahead_at_the_first_start_loses_nobody(ahead: timedelta) -> None:
    old, asked = mention(id="old", at=NOON - timedelta(hours=1)), mention(id="asked", at=NOON + timedelta(seconds=10))
    network, store = FakeNetwork(listed=[old], ahead=ahead), FakeStore()
    await take_mentions(account(network), store, lambda: NOON + ahead)
    network.listed.append(asked)
    await take_mentions(account(network), store, lambda: NOON + ahead + timedelta(seconds=15))
    assert [owed.mention.id for owed in await store.owed("fake", now=NOON + ahead, limit=9)] == ["asked"]
    # Somebody sets the clock right: what is asked from then on is not older than the bot.
    network.ahead = timedelta(0)
    network.listed.append(mention(id="later", at=NOON + timedelta(minutes=30)))
    await take_mentions(account(network), store, lambda: NOON + timedelta(minutes=31))
    assert [owed.mention.id for owed in await store.owed("fake", now=NOON + timedelta(days=9), limit=9)] == [
        "asked",
        "later",
    ]
    assert store.cursors["fake"].answer_since < NOON


async def test_a_walk_that_breaks_off_is_made_again_from_where_the_last_whole_one_ended() -> None:
    network, store = FakeNetwork(), FakeStore()
    await take_mentions(account(network), store, lambda: NOON)
    network.listed = [mention(id=str(n), at=NOON + timedelta(minutes=n)) for n in range(1, 60)]
    network.break_off_after = 45
    with pytest.raises(SocialError):
        await take_mentions(account(network), store, lambda: NOON)
    kept = await owed_ids(store)
    assert len(kept) == 45
    network.break_off_after = None
    await take_mentions(account(network), store, lambda: NOON)
    assert sorted(map(int, await owed_ids(store))) == list(range(1, 60))


async def test_a_page_without_any_mention_for_us_does_not_open_the_past() -> None:
    network, store = FakeNetwork(), FakeStore()
    await take_mentions(account(network), store, lambda: NOON)
    network.listed = [mention(id=str(n), at=NOON - timedelta(days=n)) for n in range(1, 100)]
    await take_mentions(account(network), store, lambda: NOON)
    assert await owed_ids(store) == []


async def test_a_network_that_was_down_at_the_first_start_loses_no_question() -> None:
    network, store = FakeNetwork(fails=[SocialError("it does not answer")]), FakeStore()
    with pytest.raises(SocialError):
        await take_mentions(account(network), store, lambda: NOON)
    network.listed = [mention(id="meanwhile", at=NOON + timedelta(minutes=3))]
    await take_mentions(account(network), store, lambda: NOON + timedelta(minutes=10))
    assert await owed_ids(store) == ["meanwhile"]


async def test_nobody_is_answered_about_the_day_before_yesterday() -> None:
    network, store = FakeNetwork(), FakeStore()
    await take_mentions(account(network), store, lambda: NOON)
    network.listed = [mention(id="old", at=NOON + timedelta(hours=1)), mention(id="new", at=NOON + timedelta(hours=40))]
    await take_mentions(account(network), store, lambda: NOON + timedelta(hours=60))
    assert await owed_ids(store) == ["new"]


async def test_what_was_written_down_holds_no_token() -> None:
    text = "c'est moi ou https://www.solide.example/a?ticket=ST-42-secret#x est couché ?"
    store = FakeStore()
    await take_mentions(account(FakeNetwork(listed=[mention(text)]), backlog=None), store, lambda: NOON)
    (owed,) = await store.owed("fake", now=NOON, limit=1)
    assert "solide.example" in owed.mention.text
    assert "secret" not in owed.mention.text


async def lateness(store: FakeStore, now: datetime) -> dict[str, bool]:
    owed = await store.owed("fake", now=now, limit=100)
    return {each.mention.id: each.late_at is not None and each.late_at <= now for each in owed}


async def test_what_was_asked_more_than_an_hour_ago_while_the_bot_was_away_is_late_at_once() -> None:
    network, store = FakeNetwork(), FakeStore()
    await take_mentions(account(network), store, lambda: NOON)
    back = NOON + timedelta(hours=5)
    network.listed = [
        mention(id="old", at=NOON + timedelta(hours=2)),
        mention(id="new", at=back - timedelta(minutes=9)),
    ]
    await take_mentions(account(network), store, lambda: back)
    assert await lateness(store, back) == {"old": True, "new": False}
    assert await lateness(store, back + timedelta(minutes=61)) == {"old": True, "new": True}


async def test_a_clock_that_is_hours_ahead_makes_nothing_late() -> None:
    network, store = FakeNetwork(), FakeStore()
    ahead = NOON + timedelta(hours=3)
    for minutes in range(0, 90, 10):
        await take_mentions(account(network, backlog=None), store, lambda minutes=minutes: ahead + minutes * MINUTE)
    network.listed = [mention(id="new", at=NOON + 90 * MINUTE)]
    await take_mentions(account(network, backlog=None), store, lambda: ahead + 90 * MINUTE)
    assert await lateness(store, ahead + 90 * MINUTE) == {"new": False}


def test_polls_come_often_while_people_ask_and_ever_more_rarely_when_nobody_does() -> None:
    asked = Account(FakeNetwork(), timedelta(seconds=5), poll_quiet=timedelta(seconds=30))
    pace, now, waits = Pace(asked.poll_every, quiet_since=NOON), NOON, list[float]()
    for _ in range(40):
        now += pace.every
        pace = next_pace(asked, pace, new=0, now=now)
        waits.append(pace.every.total_seconds())
    assert waits[:23] == [5.0] * 23  # for two minutes
    assert waits == sorted(waits)
    assert waits[-1] == 30
    assert next_pace(asked, pace, new=1, now=now).every == asked.poll_every


def test_an_operator_who_wants_one_pace_gets_one_pace() -> None:
    asked = Account(FakeNetwork(), timedelta(seconds=5))
    late = NOON + timedelta(hours=1)
    assert next_pace(asked, Pace(asked.poll_every, NOON), new=0, now=late).every == asked.poll_every
