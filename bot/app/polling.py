"""Mentions in: walk a network, write down what is new as owed, and only then remember how far we read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.model import Mention
from bot.ports import SocialError, SocialNetwork, Store
from bot.understanding import without_secrets

OVERLAP = timedelta(minutes=10)  # networks list late ones behind newer ones; the store knows what it has
TOO_OLD = timedelta(hours=48)  # an outage of the day before yesterday needs no answer
CLOCKS_DIFFER = timedelta(minutes=1)  # by how much the network's clock may be behind ours at the first start
CHUNK = 40
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)  # older than any network


@dataclass(frozen=True, slots=True)
class Account:
    """A network that is polled, how often, and how far back its first poll ever answers (None: everything)."""

    network: SocialNetwork
    poll_every: timedelta
    answer_backlog: timedelta | None = timedelta(0)


async def take_mentions(account: Account, store: Store, clock: Callable[[], datetime]) -> int:
    """Take what is new as owed, what is older than the bot or than two days as seen. Says how many are newly owed.

    A walk that breaks off keeps what it took and is made again from the same place: mentions come newest first, so the
    missing ones are the older ones. Raises SocialError, StoreError.
    """
    name, now = account.network.name, clock()
    reading = await store.reading(name, answer_since=_answer_since(account, now))
    oldest_owed = max(reading.answer_since, now - TOO_OLD)
    newest, new, chunk = reading.read_until, 0, list[Mention]()
    try:
        async for mention in account.network.mentions(since=reading.read_until - OVERLAP):
            newest = max(newest, mention.listed_at)
            chunk.append(_without_secrets(mention))
            if len(chunk) >= CHUNK:
                new += await _take(chunk, store, oldest_owed)
                chunk = []
    except SocialError:
        await _take(chunk, store, oldest_owed)
        raise
    new += await _take(chunk, store, oldest_owed)
    if newest > reading.read_until:
        await store.set_read_until(name, newest)
    return new


def _answer_since(account: Account, now: datetime) -> datetime:
    return BEGINNING if account.answer_backlog is None else now - account.answer_backlog - CLOCKS_DIFFER


async def _take(chunk: Sequence[Mention], store: Store, oldest_owed: datetime) -> int:
    seen = [mention for mention in chunk if mention.listed_at < oldest_owed]
    owed = [mention for mention in chunk if mention.listed_at >= oldest_owed]
    if seen:
        await store.take(seen, owed=False)
    return await store.take(owed, owed=True) if owed else 0


def _without_secrets(mention: Mention) -> Mention:
    return replace(
        mention,
        text=without_secrets(mention.text),
        parent_text=_cleaned(mention.parent_text),
        content_warning=_cleaned(mention.content_warning),
    )


def _cleaned(text: str | None) -> str | None:
    return None if text is None else without_secrets(text)
