"""Mentions in: walk a network, write down what is new as owed, and only then remember how far we read."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.model import Mention
from bot.ports import SocialNetwork, Store
from bot.understanding import without_secrets

OVERLAP = timedelta(minutes=10)  # networks list late ones behind newer ones; the store knows what it has
CHUNK = 40
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)  # before any network: "read, and there was nothing"


@dataclass(frozen=True, slots=True)
class Account:
    """A network that is polled, how often, and how far back its first poll ever answers (None: everything)."""

    network: SocialNetwork
    poll_every: timedelta
    answer_backlog: timedelta | None = timedelta(0)


async def take_mentions(account: Account, store: Store, clock: Callable[[], datetime]) -> int:
    """Take what is new as owed; on the first walk ever, what is older than the backlog as seen. Says how many were new.

    A walk that breaks off keeps what it took, but is made again: mentions come newest first, so the missing ones are
    the older ones. Raises SocialError, StoreError.
    """
    name = account.network.name
    read_until = await store.read_until(name)
    since = None if read_until is None else read_until - OVERLAP
    oldest_owed = None if read_until is not None or account.answer_backlog is None else clock() - account.answer_backlog
    newest, new, chunk = read_until or BEGINNING, 0, list[Mention]()
    async for mention in account.network.mentions(since=since):
        newest = max(newest, mention.listed_at)
        chunk.append(_without_secrets(mention))
        if len(chunk) >= CHUNK:
            new += await _take(chunk, store, oldest_owed)
            chunk = []
    new += await _take(chunk, store, oldest_owed)
    if newest != read_until:
        await store.set_read_until(name, newest)
    return new


async def _take(chunk: list[Mention], store: Store, oldest_owed: datetime | None) -> int:
    owed = [mention for mention in chunk if oldest_owed is None or mention.listed_at >= oldest_owed]
    seen = [mention for mention in chunk if mention not in owed]
    if seen:
        await store.take(seen, owed=False)
    return await store.take(owed, owed=True) if owed else 0


def _without_secrets(mention: Mention) -> Mention:
    parent = None if mention.parent_text is None else without_secrets(mention.parent_text)
    return replace(mention, text=without_secrets(mention.text), parent_text=parent)
