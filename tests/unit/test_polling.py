from datetime import timedelta

import pytest

from bot.app.polling import Account, take_mentions
from tests.fakes.network import NOON, FakeNetwork, mention
from tests.fakes.store import FakeStore


def account(network: FakeNetwork, *, backlog: timedelta | None = timedelta(0)) -> Account:
    return Account(network, timedelta(seconds=15), backlog)


async def owed_ids(store: FakeStore) -> list[str]:
    return [owed.mention.id for owed in await store.owed(now=NOON + timedelta(hours=9), limit=100)]


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
    network.listed.append(mention(id="first", at=NOON - timedelta(hours=1)))  # its server's clock is late
    await take_mentions(account(network), store, lambda: NOON)
    assert await owed_ids(store) == ["first"]


async def test_a_walk_that_breaks_off_is_made_again_from_where_the_last_whole_one_ended() -> None:
    network, store = FakeNetwork(), FakeStore()
    await take_mentions(account(network), store, lambda: NOON)
    network.listed = [mention(id=str(n), at=NOON + timedelta(hours=n)) for n in range(1, 60)]
    network.break_off_after = 45
    with pytest.raises(ConnectionError):
        await take_mentions(account(network), store, lambda: NOON)
    network.break_off_after = None
    await take_mentions(account(network), store, lambda: NOON)
    assert sorted(map(int, await owed_ids(store))) == list(range(1, 60))


async def test_what_was_written_down_holds_no_token() -> None:
    text = "c'est moi ou https://www.solide.example/a?ticket=ST-42-secret#x est couché ?"
    store = FakeStore()
    await take_mentions(account(FakeNetwork(listed=[mention(text)]), backlog=None), store, lambda: NOON)
    (owed,) = await store.owed(now=NOON, limit=1)
    assert "solide.example" in owed.mention.text
    assert "secret" not in owed.mention.text
