"""Mentions and how far each network was read, as statements over an open transaction."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, and_, delete, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.model import Author, Mention, Owed, Reading, Saying, Visibility
from bot.store.posts import threads_of
from bot.store.tables import cursor, from_micros, mention, storable, to_micros

# Who asked stays as an opaque id, for budgets; what they wrote and how to reach them does not.
_FORGOTTEN = {
    "saying": None,
    "text": None,
    "content_warning": None,
    "parent_text": None,
    "author_handle": "",
    "reply_ref": "",
}


def insert_new(connection: Connection, mentions: Sequence[Mention], *, owed: bool, late_at: datetime | None) -> int:
    """Insert those whose (network, id) is not there yet; say how many. Not `owed`: settled as seen, without texts."""
    if not mentions:
        return 0
    threads = threads_of(connection, mentions)
    late = {"late_at": None if late_at is None else to_micros(late_at)}
    owing = late | {"state": "owed"} if owed else {"state": "settled", "outcome": "seen"} | _FORGOTTEN
    rows = [_row_of(each, threads[each.network, each.id]) | owing for each in mentions]
    return connection.execute(insert(mention).on_conflict_do_nothing(), rows).rowcount


def select_owed(connection: Connection, network: str, now: datetime, limit: int) -> tuple[Owed, ...]:
    """Those of a network that may be tried now, the one that was listed first coming first."""
    may_be_tried = or_(mention.c.not_before.is_(None), mention.c.not_before <= to_micros(now))
    statement = (
        select(mention)
        .where(mention.c.state == "owed", mention.c.network == network, may_be_tried)
        .order_by(mention.c.listed_at, mention.c.id)
        .limit(limit)
    )
    return tuple(
        Owed(
            mention_of(row),
            row.attempts,
            late_at=None if row.late_at is None else from_micros(row.late_at),
            saying=None if row.saying is None else _sayings().validate_json(row.saying),
        )
        for row in connection.execute(statement)
    )


def count_attempt(
    connection: Connection, which: Mention, at: datetime, not_before: datetime, saying: Saying | None
) -> None:
    """One more. A mention that is not owed is a bug in the caller: posting now might be posting twice."""
    tried = {"attempts": mention.c.attempts + 1, "tried_at": to_micros(at), "not_before": to_micros(not_before)}
    words = None if saying is None else _sayings().dump_json(saying).decode()
    changed = _change(connection, which, **tried, saying=func.coalesce(mention.c.saying, words))
    if not changed:
        raise LookupError("an answer was begun to a mention that is not owed")


def close_mention(connection: Connection, which: Mention, outcome: str, at: datetime) -> None:
    """Settle it and forget its texts; one that is settled already stays as it is."""
    _change(connection, which, state="settled", outcome=outcome, settled_at=to_micros(at), **_FORGOTTEN)


def put_off(connection: Connection, which: Mention, reason: str, not_before: datetime, *, unsaid: bool) -> None:
    """Keep it owed until later; `unsaid`: nothing was posted."""
    forgotten = {"saying": None} if unsaid else {}
    _change(connection, which, reason=storable(reason), not_before=to_micros(not_before), **forgotten)


def awaits_receipts(connection: Connection, which: Mention) -> bool:
    """Whether an answer to another mention of the network was begun, and is not known to be posted or not."""
    begun = and_(mention.c.network == which.network, mention.c.state == "owed", mention.c.saying.is_not(None))
    return bool(connection.scalar(select(select(mention.c.id).where(begun, mention.c.id != which.id).exists())))


def select_reading(connection: Connection, network: str, answer_since: datetime) -> Reading:
    """The network's cursor, made at the first call."""
    first = {"network": network, "answer_since": to_micros(answer_since), "read_until": to_micros(answer_since)}
    connection.execute(insert(cursor).values(**first).on_conflict_do_nothing())
    row = connection.execute(select(cursor).where(cursor.c.network == network)).one()
    read_at = None if row.read_at is None else from_micros(row.read_at)
    return Reading(from_micros(row.answer_since), from_micros(row.read_until), read_at)


def advance_read_until(connection: Connection, network: str, until: datetime, at: datetime) -> None:
    """Move the network's cursor, forwards only, and note when that was."""
    further = func.max(cursor.c.read_until, to_micros(until))
    this = cursor.c.network == network
    connection.execute(update(cursor).where(this).values(read_until=further, read_at=to_micros(at)))


def delete_settled(connection: Connection, before: datetime) -> int:
    """Delete what was settled, or taken as seen, before an instant."""
    settled = mention.c.settled_at < to_micros(before)
    seen = and_(mention.c.settled_at.is_(None), mention.c.listed_at < to_micros(before), mention.c.state == "settled")
    # One after the other: for an "or" of both, SQLite reads the whole table.
    return sum(connection.execute(delete(mention).where(old)).rowcount for old in (settled, seen))


@cache
def _sayings() -> TypeAdapter[Saying]:
    return TypeAdapter(Saying)


def _change(connection: Connection, which: Mention, **values: object) -> int:
    this = and_(mention.c.network == which.network, mention.c.id == which.id, mention.c.state == "owed")
    return connection.execute(update(mention).where(this).values(**values)).rowcount


def _row_of(one: Mention, thread: str) -> dict[str, object]:
    return {
        "network": one.network,
        "id": one.id,
        "author_id": one.author.id,
        "author_handle": storable(one.author.handle),
        "author_is_bot": one.author.is_bot,
        "text": storable(one.text),
        "language": storable(one.language),
        "posted_at": to_micros(one.posted_at),
        "listed_at": to_micros(one.listed_at),
        "visibility": one.visibility.value,
        "content_warning": storable(one.content_warning),
        "parent_text": storable(one.parent_text),
        "reply_ref": storable(one.reply_ref),
        "outcome": None,
        "attempts": 0,
        "author_wants_no_bots": one.author.wants_no_bots,
        "author_created_at": to_micros(one.author.created_at) if one.author.created_at else None,
        "answers": one.answers,
        "thread": thread,
    }


def mention_of(row: Row[tuple[object, ...]]) -> Mention:
    """A row as a mention; what was forgotten of a settled one is "" or None."""
    return Mention(
        network=row.network,
        id=row.id,
        author=Author(
            row.author_id,
            row.author_handle,
            row.author_is_bot,
            row.author_wants_no_bots,
            from_micros(row.author_created_at) if row.author_created_at is not None else None,
        ),
        text=row.text or "",
        language=row.language,
        posted_at=from_micros(row.posted_at),
        listed_at=from_micros(row.listed_at),
        visibility=Visibility(row.visibility),
        content_warning=row.content_warning,
        parent_text=row.parent_text,
        reply_ref=row.reply_ref,
        answers=row.answers,
        thread=row.thread,
    )
