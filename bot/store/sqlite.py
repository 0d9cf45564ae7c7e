"""The Store over one SQLite file. Synchronous SQLAlchemy Core in one thread of its own; every method a transaction."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from bot.model import (
    Conversation,
    Debt,
    FollowUp,
    History,
    Incident,
    LookTaken,
    Mention,
    Notice,
    Owed,
    OwedFollowUp,
    OwedNotice,
    OwnPost,
    Reading,
    Report,
    Saying,
    Verdict,
)
from bot.store import follow_ups as follow_up_rows
from bot.store import incidents, notices, people, platforms, posts
from bot.store import mentions as mention_rows
from bot.store.faults import as_store_error
from bot.store.memory import after
from bot.store.opening import Opened, open_to_read, open_to_write

T = TypeVar("T")


async def open_store(data_dir: Path, *, read_only: bool = False) -> "SqliteStore":
    """Open the store in a folder, which is made if its parent is there; bring its tables up to date.

    `read_only`: beside a running bot, without its lock; nothing is made or brought up to date, and what would write
    raises StoreError.

    Raises StoreError, permanent if waiting cannot help: the folder cannot be made or written, another process uses it,
    the database is damaged, foreign or newer.
    """
    thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
    try:
        opened = await asyncio.get_running_loop().run_in_executor(
            thread, open_to_read if read_only else open_to_write, data_dir
        )
    except BaseException:
        thread.shutdown(wait=False)
        raise
    return SqliteStore(opened, thread)


class SqliteStore:
    """Implements `bot.ports.Store`; made by `open_store`."""

    def __init__(self, opened: Opened, thread: ThreadPoolExecutor) -> None:
        self._opened = opened
        self._thread = thread

    async def take(self, mentions: Sequence[Mention], *, owed: bool, late_at: datetime | None = None) -> int:
        """See Store.take."""
        return await self._transact(lambda tx: mention_rows.insert_new(tx, mentions, owed=owed, late_at=late_at))

    async def owed(self, network: str, *, now: datetime, limit: int) -> tuple[Owed, ...]:
        """See Store.owed."""
        return await self._transact(lambda tx: mention_rows.select_owed(tx, network, now, limit))

    async def begin(self, debt: Debt, *, at: datetime, not_before: datetime, saying: Saying | None = None) -> None:
        """See Store.begin."""
        match debt:
            case Mention():
                await self._transact(lambda tx: mention_rows.count_attempt(tx, debt, at, not_before, saying))
            case FollowUp():
                await self._transact(lambda tx: follow_up_rows.count_attempt(tx, debt, at, not_before))
            case Notice():
                await self._transact(lambda tx: notices.count_notice_attempt(tx, debt, at, not_before))

    async def settle(self, debt: Debt, *, outcome: str, at: datetime, post: OwnPost | None = None) -> None:
        """See Store.settle."""
        await self._transact(lambda tx: _settle(tx, debt, outcome, at, post))

    async def postpone(self, debt: Debt, *, reason: str, not_before: datetime, unsaid: bool = False) -> None:
        """See Store.postpone."""
        match debt:
            case Mention():
                await self._transact(lambda tx: mention_rows.put_off(tx, debt, reason, not_before, unsaid=unsaid))
            case FollowUp():
                await self._transact(lambda tx: follow_up_rows.put_off(tx, debt, reason, not_before))
            case Notice():
                await self._transact(lambda tx: notices.put_off_notice(tx, debt, reason, not_before))

    async def conversation(self, mention: Mention, *, since: datetime) -> Conversation:
        """See Store.conversation."""
        return await self._transact(lambda tx: _conversation(tx, mention, since))

    async def own_posts(self, network: str, *, since: datetime) -> tuple[OwnPost, ...]:
        """See Store.own_posts."""
        return await self._transact(lambda tx: posts.select_since(tx, network, since))

    async def stop(self, mention: Mention, *, at: datetime) -> bool:
        """See Store.stop."""
        return await self._transact(lambda tx: _stop(tx, mention, at))

    async def resume(self, mention: Mention) -> None:
        """See Store.resume."""
        await self._transact(lambda tx: people.delete_stop(tx, mention))

    async def mark_deleted(self, posts: Sequence[OwnPost], *, at: datetime) -> None:
        """See Store.mark_deleted."""
        await self._transact(lambda tx: _mark_deleted(tx, posts, at))

    async def owe(self, follow_ups: Sequence[FollowUp]) -> int:
        """See Store.owe."""
        return await self._transact(lambda tx: follow_up_rows.insert_new(tx, follow_ups))

    async def owed_follow_ups(self, network: str, *, now: datetime, limit: int) -> tuple[OwedFollowUp, ...]:
        """See Store.owed_follow_ups."""
        return await self._transact(lambda tx: follow_up_rows.select_owed(tx, network, now, limit))

    async def owe_notice(self, notice: Notice) -> bool:
        """See Store.owe_notice."""
        return await self._transact(lambda tx: notices.insert_notice(tx, notice))

    async def owed_notices(self, network: str, *, now: datetime, limit: int) -> tuple[OwedNotice, ...]:
        """See Store.owed_notices."""
        return await self._transact(lambda tx: notices.select_owed_notices(tx, network, now, limit))

    async def has_stopped(self, network: str, author_id: str) -> bool:
        """See Store.has_stopped."""
        return await self._transact(lambda tx: people.is_stopped(tx, network, author_id))

    async def add_report(self, report: Report) -> None:
        """See Store.add_report."""
        await self._transact(lambda tx: people.upsert_report(tx, report))

    async def reports(self, platform_key: str, *, since: datetime) -> tuple[Report, ...]:
        """See Store.reports."""
        return await self._transact(lambda tx: people.select_reports(tx, platform_key, since))

    async def posts_about(self, platform_key: str, *, since: datetime) -> tuple[OwnPost, ...]:
        """See Store.posts_about."""
        return await self._transact(lambda tx: posts.select_about(tx, platform_key, since))

    async def latest_incident(self, platform_key: str) -> Incident | None:
        """See Store.latest_incident."""
        return await self._transact(lambda tx: incidents.select_latest(tx, platform_key))

    async def open_incidents(self) -> tuple[Incident, ...]:
        """See Store.open_incidents."""
        return await self._transact(incidents.select_open)

    async def incidents(self, *, since: datetime) -> tuple[Incident, ...]:
        """See Store.incidents."""
        return await self._transact(lambda tx: incidents.select_since(tx, since))

    async def incident(self, incident_id: str) -> Incident | None:
        """See Store.incident."""
        return await self._transact(lambda tx: incidents.select_one(tx, incident_id))

    async def looks(self, incident_id: str) -> tuple[LookTaken, ...]:
        """See Store.looks."""
        return await self._transact(lambda tx: incidents.select_looks(tx, incident_id))

    async def save_incident(self, incident: Incident, look: LookTaken, follow_ups: Sequence[FollowUp]) -> int:
        """See Store.save_incident."""
        return await self._transact(lambda tx: _save_incident(tx, incident, look, follow_ups))

    async def prune_incidents(self, *, before: datetime) -> int:
        """See Store.prune_incidents."""
        return await self._transact(lambda tx: incidents.delete_closed(tx, before))

    async def reading(self, network: str, *, answer_since: datetime) -> Reading:
        """See Store.reading."""
        return await self._transact(lambda tx: mention_rows.select_reading(tx, network, answer_since))

    async def set_read_until(self, network: str, until: datetime, *, at: datetime) -> None:
        """See Store.set_read_until."""
        await self._transact(lambda tx: mention_rows.advance_read_until(tx, network, until, at))

    async def prune(self, *, before: datetime, reports_before: datetime) -> int:
        """See Store.prune."""
        return await self._transact(lambda tx: _prune(tx, before, reports_before))

    async def history(self, platform_key: str) -> History:
        """See Store.history."""
        return (await self._transact(lambda tx: platforms.select_memory(tx, platform_key))).history

    async def answered(self, *, since: datetime, until: datetime) -> tuple[str, ...]:
        """See Store.answered."""
        return await self._transact(lambda tx: platforms.select_answered(tx, since, until))

    async def remember(self, verdict: Verdict) -> None:
        """See Store.remember; what changes is decided by `bot.store.memory.after`."""
        await self._transact(lambda tx: _remember(tx, verdict))

    async def close(self) -> None:
        """See Store.close. Closing twice is closing once."""
        with contextlib.suppress(RuntimeError):  # the thread has ended: closed before
            giving_back = asyncio.get_running_loop().run_in_executor(self._thread, self._opened.give_back)
            self._thread.shutdown(wait=False)
            await giving_back

    async def _transact(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._in_transaction, work)

    def _in_transaction(self, work: Callable[[Connection], T]) -> T:
        with as_store_error(self._opened.folder), self._opened.engine.begin() as transaction:
            return work(transaction)


def _conversation(transaction: Connection, mention: Mention, since: datetime) -> Conversation:
    said = posts.select_conversation(transaction, mention, since)
    return replace(said, awaits_receipts=mention_rows.awaits_receipts(transaction, mention))


def _settle(transaction: Connection, debt: Debt, outcome: str, at: datetime, post: OwnPost | None) -> None:
    match debt:
        case Mention():
            mention_rows.close_mention(transaction, debt, outcome, at)
        case FollowUp():
            follow_up_rows.close_follow_up(transaction, debt, outcome, at)
        case Notice():
            notices.close_notice(transaction, debt, outcome, at)
    if post is not None:
        posts.insert_post(transaction, post)


def _stop(transaction: Connection, mention: Mention, at: datetime) -> bool:
    follow_up_rows.settle_of_author(transaction, mention.network, mention.author.id, "they-said-stop", at)
    return people.insert_stop(transaction, mention)


def _mark_deleted(transaction: Connection, deleted: Sequence[OwnPost], at: datetime) -> None:
    posts.mark_deleted(transaction, deleted, at)
    for network in {post.network for post in deleted}:
        answered = {post.mention_id for post in deleted if post.network == network}
        follow_up_rows.settle_of_mentions(transaction, network, answered, "deleted", at)


def _save_incident(transaction: Connection, incident: Incident, look: LookTaken, follow_ups: Sequence[FollowUp]) -> int:
    incidents.upsert_incident(transaction, incident, look)
    return follow_up_rows.insert_new(transaction, follow_ups)


def _prune(transaction: Connection, before: datetime, reports_before: datetime) -> int:
    pruned = mention_rows.delete_settled(transaction, before)
    posts.delete_posts(transaction, before)
    follow_up_rows.delete_settled(transaction, before)
    notices.delete_notices(transaction, before)
    people.delete_reports(transaction, reports_before)
    platforms.delete_typed(transaction, before)
    return pruned


def _remember(transaction: Connection, verdict: Verdict) -> None:
    known = platforms.select_memory(transaction, verdict.platform.key)
    if (new := after(known, verdict)) != known:
        platforms.upsert_memory(transaction, verdict.platform.key, new)
