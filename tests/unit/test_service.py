"""The running bot with fakes around it, and the real scheduler."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.app.heartbeat import what_is_missing, what_is_wrong
from bot.app.polling import Account
from bot.app.service import Service
from bot.model import FollowUp, Language, Mention, Owed, PostKind, PostRef, Reply, Visibility
from bot.ports import AccountRefusedError, SocialError, SocialNetwork, StoreError
from tests.fakes.network import FakeNetwork, mention
from tests.fakes.store import FakeStore
from tests.unit.test_answering import Desk

TICK = timedelta(milliseconds=20)


def clock() -> datetime:
    return datetime.now(UTC)


@dataclass
class Running:
    service: Service
    heartbeat: Path

    async def until(self, condition: Callable[[], bool], *, within_s: float = 5) -> None:
        async def wait() -> None:
            while not condition():
                await asyncio.sleep(0.01)

        await self.service.run(until=asyncio.wait_for(wait(), within_s))


def running(folder: Path, *networks: SocialNetwork, store: FakeStore | None = None, poll: timedelta = TICK) -> Running:
    desk = Desk(clock=clock, store=store)
    accounts = [Account(network, poll, None) for network in networks]
    heartbeat = folder / "heartbeat.json"
    return Running(Service(accounts, desk.answering, desk.store, clock, heartbeat, TICK, TICK), heartbeat)


async def test_a_mention_is_answered_and_the_bot_stops_when_told(tmp_path: Path) -> None:
    network = FakeNetwork(listed=[mention("Fragile est couché ?", at=clock())])
    await running(tmp_path, network).until(lambda: bool(network.posts))
    assert "Fragile" in network.posts[0][1].text


async def test_a_mention_listed_again_and_again_is_answered_once(tmp_path: Path) -> None:
    network = FakeNetwork(listed=[mention(at=clock())])
    await running(tmp_path, network).until(lambda: len(network.walks) > 10)
    assert len(network.posts) == 1


async def test_a_network_in_trouble_does_not_stop_the_other_one(tmp_path: Path) -> None:
    broken = FakeNetwork("broken", fails=[SocialError("it does not answer")] * 1000)
    good = FakeNetwork("good", listed=[mention(network="good", at=clock())])
    await running(tmp_path, broken, good).until(lambda: bool(good.posts))


async def test_a_network_whose_replies_hang_does_not_hold_back_the_other_one(tmp_path: Path) -> None:
    hanging = FakeNetwork("hanging", hangs=True)
    hanging.listed = [mention(id=str(n), network="hanging", at=clock()) for n in range(40)]
    good = FakeNetwork("good", listed=[mention(network="good", at=clock())])
    await running(tmp_path, hanging, good).until(lambda: bool(good.posts))


async def test_questions_of_an_account_that_is_gone_hold_back_nobody(tmp_path: Path) -> None:
    store = FakeStore()
    gone = [mention(id=str(n), network="gone", at=clock() - timedelta(hours=1)) for n in range(40)]
    await store.take(gone, owed=True)
    network = FakeNetwork(listed=[mention(at=clock())])
    await running(tmp_path, network, store=store).until(lambda: bool(network.posts))


async def test_a_stop_does_not_wait_for_what_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.app.paying.DRAIN", TICK)
    network = FakeNetwork(hangs=True, listed=[mention(at=clock())])
    bot = running(tmp_path, network)
    async with asyncio.timeout(3):
        await bot.until(lambda: len(network.walks) > 3)
    (owed,) = await bot.service.store.owed("fake", now=clock() + timedelta(minutes=1), limit=10)
    assert owed.attempts == 1


async def test_a_network_that_comes_back_is_read_again(tmp_path: Path) -> None:
    network = FakeNetwork(listed=[mention(at=clock())], fails=[SocialError("it does not answer")])
    await running(tmp_path, network).until(lambda: bool(network.posts))


async def test_a_refused_account_is_left_alone_and_shows_in_the_health_check(tmp_path: Path) -> None:
    network = FakeNetwork(fails=[AccountRefusedError("fake.example does not accept the token")] * 1000)
    other = FakeNetwork("other")
    bot = running(tmp_path, network, other)
    sentence = "fake: fake.example does not accept the token"
    await bot.until(lambda: what_is_wrong(bot.heartbeat, clock()) == sentence and len(other.walks) > 5)
    assert len(network.walks) == 1


async def test_what_the_bot_must_do_without_shows_in_the_sign_of_life(tmp_path: Path) -> None:
    bot = running(tmp_path, FakeNetwork())
    bot.service.degraded = lambda: "no broker for 20 s"
    await bot.until(lambda: what_is_missing(bot.heartbeat) == "no broker for 20 s")


class BuggyNetwork(FakeNetwork):
    bugs = 1

    async def reply(
        self,
        mention: Mention,
        reply: Reply,
        *,
        visibility: Visibility,
        tried_before: bool,
        besides: Collection[str] = (),
    ) -> PostRef:
        if self.bugs:
            self.bugs -= 1
            raise ZeroDivisionError("a bug")
        return await super().reply(mention, reply, visibility=visibility, tried_before=tried_before, besides=besides)


async def test_a_bug_in_one_answer_is_logged_and_the_others_go_on(tmp_path: Path) -> None:
    network = BuggyNetwork(listed=[mention(id="1", at=clock()), mention(id="2", at=clock())])
    await running(tmp_path, network).until(lambda: bool(network.posts))
    assert network.bugs == 0


class FullStore(FakeStore):
    full = 3

    async def take(self, mentions: Sequence[Mention], *, owed: bool, late_at: datetime | None = None) -> int:
        if self.full:
            self.full -= 1
            raise StoreError("the disk is full")
        return await super().take(mentions, owed=owed, late_at=late_at)


async def test_a_store_that_fails_for_a_while_loses_no_question(tmp_path: Path) -> None:
    network = FakeNetwork(listed=[mention(at=clock())])
    await running(tmp_path, network, store=FullStore()).until(lambda: bool(network.posts))


async def test_a_follow_up_that_is_due_is_posted_once(tmp_path: Path) -> None:
    network = FakeNetwork(listed=[mention("Fragile est couché ?", at=clock())])
    bot = running(tmp_path, network)

    async def owe() -> None:
        while not network.posts:
            await asyncio.sleep(0.01)
        back = FollowUp("fake", "1", PostKind.BACK, "Revenu.", Language.FRENCH, clock())
        while not await bot.service.store.owe([back]):
            await asyncio.sleep(0.01)

    owing = asyncio.create_task(owe())
    await bot.until(lambda: len(network.posts) > 1 and len(network.walks) > 40)
    await owing
    assert [reply.text for _, reply, _ in network.posts][1:] == ["Revenu."]


async def test_questions_that_waited_too_long_are_left_and_counted(tmp_path: Path) -> None:
    store = FakeStore()
    await store.take([mention(at=clock())], owed=True, late_at=clock())
    network = FakeNetwork()
    bot = running(tmp_path, network, store=store)
    await bot.until(lambda: bot.heartbeat.exists() and '"too_late": 1' in bot.heartbeat.read_text())
    assert network.posts == []


async def test_a_network_that_takes_no_posts_is_tried_by_one_now_and_then(tmp_path: Path) -> None:
    down = FakeNetwork(listed=[mention(id=str(n), by=f"a{n}", at=clock()) for n in range(30)])
    down.refuses = SocialError("it does not answer")
    good = FakeNetwork("good", listed=[mention(network="good", at=clock())])
    await running(tmp_path, down, good).until(lambda: bool(good.posts) and len(down.walks) > 60)
    assert 3 <= down.refused <= 8  # those that were under way together, and no more


async def test_what_is_put_off_is_not_logged_as_settled(tmp_path: Path) -> None:
    down = FakeNetwork(listed=[mention(at=clock())])
    down.refuses = SocialError("it does not answer")
    with capture_logs() as log:
        await running(tmp_path, down).until(lambda: down.refused > 0 and len(down.walks) > 10)
    events = [entry["event"] for entry in log]
    assert "cannot post" in events
    assert "mention settled" not in events


async def test_many_that_wait_are_answered_one_after_the_other_not_eight_a_second(tmp_path: Path) -> None:
    many = [mention(id=f"m{number}", by=f"a{number}", at=clock()) for number in range(200)]
    network = FakeNetwork(listed=many)
    await running(tmp_path, network, poll=timedelta(hours=1)).until(lambda: len(network.posts) == 200, within_s=15)


class SlowToRead(FakeStore):
    """Reads what is owed, and comes back with it later."""

    async def owed(self, network: str, *, now: datetime, limit: int) -> tuple[Owed, ...]:
        found = await super().owed(network, now=now, limit=limit)
        await asyncio.sleep(0.05)
        return found


async def test_an_answer_that_ends_while_the_ledger_is_read_is_not_begun_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    listed = [mention(id=f"m{number}", by=f"a{number}", at=clock()) for number in range(40)]
    network = FakeNetwork(listed=listed)
    store = SlowToRead()
    await running(tmp_path, network, store=store).until(
        lambda: len(store.kept) == 40 and all(each.outcome for each in store.kept.values())
    )
    assert "this is a bug" not in caplog.text
