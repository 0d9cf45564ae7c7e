"""A post is there, and nobody told us: what follows from that for the question, for the thread and for the news."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.model import FollowUp, PostKind, Response, Target, Word
from bot.ports import SocialError
from tests.fakes.network import NOON, FakeNetwork, mention
from tests.fakes.probes import saw
from tests.unit.test_answering import Desk

LOST = SocialError("no answer", may_be_done=True)


async def owed_after(desk: Desk, seconds: float) -> Sequence[str]:
    owed = await desk.store.owed("fake", now=NOON + timedelta(seconds=seconds), limit=10)
    return [each.mention.id for each in owed]


async def test_what_a_frozen_server_may_still_post_is_not_asked_for_again_while_it_may() -> None:
    desk = Desk(FakeNetwork(lose_answer_once=LOST))
    await desk.ask(mention())
    assert (await owed_after(desk, 44), await owed_after(desk, 45)) == ([], ["1"])


async def test_a_network_that_posts_once_by_itself_is_asked_again_soon() -> None:
    desk = Desk(FakeNetwork(lose_answer_once=LOST, posts_once=True))
    await desk.ask(mention())
    assert (await owed_after(desk, 14), await owed_after(desk, 15)) == ([], ["1"])


async def test_after_a_kill_a_server_has_the_same_time_to_come_forward_with_the_post() -> None:
    desk = Desk(FakeNetwork(hangs=True))
    answer = asyncio.create_task(desk.ask(mention()))
    await asyncio.sleep(0.05)
    answer.cancel()
    assert (await owed_after(desk, 44), await owed_after(desk, 45)) == ([], ["1"])


async def test_a_word_under_an_answer_that_we_do_not_know_of_waits_until_we_do() -> None:
    desk = Desk(FakeNetwork(lose_answer_once=LOST))
    assert await desk.ask(mention("Fragile est couché ?")) == "put-off"
    below = mention("et maintenant ?", id="2", at=NOON + timedelta(seconds=9), answers="reply-to-1")
    await desk.store.take([below], owed=True)
    assert await settle(desk, "2") == "put-off"
    assert await settle(desk, "1") == "answered"
    assert await settle(desk, "2") == "answered"
    assert "Fragile" in desk.words


async def test_a_word_that_makes_no_sense_under_a_strangers_post_waits_for_nothing() -> None:
    desk = Desk()
    await desk.ask(mention("Fragile est couché ?"))
    await desk.store.take([mention("merci", id="2", answers="somebody's")], owed=True)
    assert await settle(desk, "2") == "nothing-to-say"


async def test_a_question_that_names_its_platform_waits_for_no_receipt() -> None:
    desk = Desk(FakeNetwork(lose_answer_once=LOST))
    await desk.ask(mention("Fragile est couché ?"))
    await desk.store.take([mention("et Solide, en panne ?", id="2", answers="somebody's", by="a2")], owed=True)
    assert await settle(desk, "2") == "answered"


async def test_what_was_told_is_remembered_as_it_was_told_though_it_has_changed_since() -> None:
    clock = Clock()
    desk = Desk(FakeNetwork(lose_answer_once=LOST), clock)
    await desk.ask(mention("Fragile est couché ?"))
    recover(desk, clock)
    assert await settle(desk, "1") == "answered"
    (post,) = await desk.store.own_posts("fake", since=NOON)
    assert post.told == (Word.DOWN,)


async def test_what_was_never_posted_was_never_told() -> None:
    clock = Clock()
    desk = Desk(FakeNetwork(fails=[SocialError("too many requests")]), clock)
    await desk.ask(mention("Fragile est couché ?"))
    recover(desk, clock)
    desk.network.lose_answer_once = LOST
    assert await settle(desk, "1") == "put-off"
    assert await settle(desk, "1") == "answered"
    (post,) = await desk.store.own_posts("fake", since=NOON)
    assert post.told == (Word.UP,)


async def test_news_of_the_return_reaches_whom_we_did_not_know_to_have_told() -> None:
    desk = Desk(FakeNetwork(lose_answer_once=LOST))
    await desk.ask(mention("Fragile est couché ?"))
    await is_over(desk)
    assert await settle(desk, "1") == "answered"
    assert [each.kind for each in await news(desk)] == [PostKind.BACK]


async def test_somebody_who_knows_of_the_return_is_not_told_again_for_another_answer() -> None:
    desk = Desk(FakeNetwork(lose_answer_once=LOST))
    await desk.ask(mention("Fragile est couché ?"))
    await desk.store.take([mention("Fragile est tombé ?", id="2")], owed=True)
    assert await settle(desk, "2") == "answered"
    await is_over(desk)
    assert await settle(desk, "1") == "answered"
    assert await news(desk) == []


async def settle(desk: Desk, id: str) -> str:
    for owed in await desk.store.owed("fake", now=NOON + timedelta(hours=1), limit=10):
        if owed.mention.id == id:
            return await desk.answering.settle(owed, desk.network)
    raise AssertionError(id)


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


def recover(desk: Desk, clock: Clock) -> None:
    """Two minutes later Fragile works."""

    def see(target: Target) -> list[object]:
        return [saw(target, Response(200, target.host))]

    desk.probes.answer = see  # pyright: ignore[reportAttributeAccessIssue] -- facts of both kinds
    clock.now += timedelta(minutes=2)


async def is_over(desk: Desk) -> None:
    (incident,) = await desk.store.open_incidents()
    (look,) = await desk.store.looks(incident.id)
    await desk.store.save_incident(replace(incident, good_since=NOON, closed_at=NOON), look, [])


async def news(desk: Desk) -> Sequence[FollowUp]:
    owed = await desk.store.owed_follow_ups("fake", now=NOON + timedelta(hours=1), limit=10)
    return [each.follow_up for each in owed]
