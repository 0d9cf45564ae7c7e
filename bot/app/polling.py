"""Mentions in: walk a network, write down what is new as owed, and only then remember how far we read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.model import Mention, Reading
from bot.ports import SocialError, SocialNetwork, Store
from bot.understanding import without_secrets

TOO_OLD = timedelta(hours=48)  # an outage of the day before yesterday needs no answer
CLOCKS_DIFFER = timedelta(minutes=1)  # by how much the network's clock may be behind ours at the first start
LATE = timedelta(minutes=60)  # an answer that comes later only surprises
STAYS_BUSY = timedelta(minutes=2)
NOTE_EVERY = timedelta(minutes=5)  # how often it is written down that a network was read, though nothing was new
CHUNK = 40
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)  # older than any network


@dataclass(frozen=True, slots=True)
class Account:
    """A network that is polled, how often, and how far back its first poll ever answers (None: everything).

    `poll_every` holds while people ask; `poll_quiet` is the longest between two polls when nobody does, and never less.
    """

    network: SocialNetwork
    poll_every: timedelta
    answer_backlog: timedelta | None = timedelta(0)
    poll_quiet: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a network is polled just now, and since when nobody asked."""

    every: timedelta
    quiet_since: datetime


def next_pace(account: Account, pace: Pace, *, new: int, now: datetime) -> Pace:
    """As often as can be while people ask and for 2 minutes after, then ever more rarely, down to `poll_quiet`."""
    if new:
        return Pace(account.poll_every, quiet_since=now)
    if now - pace.quiet_since < STAYS_BUSY:
        return pace
    slowest = max(account.poll_every, account.poll_quiet or account.poll_every)
    return Pace(min(pace.every * 1.25, slowest), pace.quiet_since)


async def take_mentions(account: Account, store: Store, clock: Callable[[], datetime]) -> int:
    """Take what is new as owed, what is older than the bot or than two days as seen. Says how many are newly owed.

    An answer is late an hour after its mention was taken; at once, if it was listed longer ago while we were away.

    A walk that breaks off keeps what it took and is made again from the same place: mentions come newest first, so the
    missing ones are the older ones. Raises SocialError, StoreError.
    """
    name, now = account.network.name, clock()
    try:
        # Mentions are listed by the network's clock: hours behind ours, all of them would look older than the bot.
        there = now - max(await account.network.clock_ahead() or timedelta(0), timedelta(0))
    except SocialError:
        await store.reading(name, answer_since=_answer_since(account, now))  # what is asked meanwhile counts
        raise
    reading = await store.reading(name, answer_since=_answer_since(account, there))
    desk = _Desk(store, max(reading.answer_since, there - TOO_OLD), now, _late_before(reading, now, there))
    newest, new, chunk = reading.read_until, 0, list[Mention]()
    try:
        async for mention in account.network.mentions(since=reading.read_until):
            newest = max(newest, mention.listed_at)
            chunk.append(_without_secrets(mention))
            if len(chunk) >= CHUNK:
                new += await desk.take(chunk)
                chunk = []
    except SocialError:
        await desk.take(chunk)
        raise
    new += await desk.take(chunk)
    if newest > reading.read_until or reading.read_at is None or not timedelta(0) <= now - reading.read_at < NOTE_EVERY:
        await store.set_read_until(name, newest, at=now)
    return new


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where mentions are written down: older than `oldest_owed` as seen; older than `late_before` as owed and late."""

    store: Store
    oldest_owed: datetime
    now: datetime
    late_before: datetime

    async def take(self, chunk: Sequence[Mention]) -> int:
        seen = [mention for mention in chunk if mention.listed_at < self.oldest_owed]
        late = [mention for mention in chunk if self.oldest_owed <= mention.listed_at < self.late_before]
        owed = [mention for mention in chunk if mention.listed_at >= max(self.oldest_owed, self.late_before)]
        if seen:
            await self.store.take(seen, owed=False)
        new = await self.store.take(late, owed=True, late_at=self.now) if late else 0
        return new + (await self.store.take(owed, owed=True, late_at=self.now + LATE) if owed else 0)


def _late_before(reading: Reading, now: datetime, there: datetime) -> datetime:
    """What was listed before is late already, because we were away.

    Else the network's clock is not asked: it may be hours beside ours, and then everything would look late.
    """
    were_away = reading.read_at is not None and now - reading.read_at > LATE
    return there - LATE if were_away else BEGINNING


def _answer_since(account: Account, now: datetime) -> datetime:
    return BEGINNING if account.answer_backlog is None else now - account.answer_backlog - CLOCKS_DIFFER


def _without_secrets(mention: Mention) -> Mention:
    return replace(
        mention,
        text=without_secrets(mention.text),
        parent_text=_cleaned(mention.parent_text),
        content_warning=_cleaned(mention.content_warning),
    )


def _cleaned(text: str | None) -> str | None:
    return None if text is None else without_secrets(text)
