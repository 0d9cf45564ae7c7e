"""Notices owed, as statements over an open transaction. One an incident, on whichever network: the key sees to it."""

from datetime import datetime

from sqlalchemy import Connection, Row, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.model import Language, Notice, OwedNotice
from bot.store.tables import from_micros, notice, storable, to_micros


def insert_notice(connection: Connection, one: Notice) -> bool:
    """Insert it, unless its incident has one; say whether it is new."""
    values = {
        "incident": one.incident_id,
        "network": one.network,
        "platform": one.platform_key,
        "account": one.account,
        "text": storable(one.text),
        "language": one.language.value,
        "due_at": to_micros(one.due_at),
        "state": "owed",
        "attempts": 0,
        "not_before": to_micros(one.due_at),
    }
    return connection.execute(insert(notice).values(values).on_conflict_do_nothing()).rowcount > 0


def select_owed_notices(connection: Connection, network: str, now: datetime, limit: int) -> tuple[OwedNotice, ...]:
    """Those that may be tried now, oldest first."""
    rows = connection.execute(
        select(notice)
        .where(notice.c.state == "owed", notice.c.network == network, notice.c.not_before <= to_micros(now))
        .order_by(notice.c.due_at, notice.c.incident)
        .limit(limit)
    )
    return tuple(OwedNotice(_notice_of(row), row.attempts) for row in rows)


def count_notice_attempt(connection: Connection, one: Notice, at: datetime, not_before: datetime) -> None:
    """One more. Raises LookupError for what is not owed."""
    tried = {"attempts": notice.c.attempts + 1, "tried_at": to_micros(at), "not_before": to_micros(not_before)}
    if not _change(connection, one, **tried):
        raise LookupError("a notice was begun that is not owed")


def close_notice(connection: Connection, one: Notice, outcome: str, at: datetime) -> None:
    """Settle it; the row stays, so that there is no second one."""
    _change(connection, one, state="settled", outcome=outcome, settled_at=to_micros(at))


def put_off_notice(connection: Connection, one: Notice, reason: str, not_before: datetime) -> None:
    """Keep it owed until later."""
    _change(connection, one, reason=storable(reason), not_before=to_micros(not_before))


def delete_notices(connection: Connection, before: datetime) -> None:
    """Forget those that were settled before an instant: longer ago than an incident can last."""
    connection.execute(delete(notice).where(notice.c.settled_at < to_micros(before)))


def _change(connection: Connection, one: Notice, **values: object) -> int:
    this = (notice.c.incident == one.incident_id) & (notice.c.state == "owed")
    return connection.execute(update(notice).where(this).values(**values)).rowcount


def _notice_of(row: Row[tuple[object, ...]]) -> Notice:
    return Notice(
        network=row.network,
        incident_id=row.incident,
        platform_key=row.platform,
        account=row.account,
        text=row.text,
        language=Language(row.language),
        due_at=from_micros(row.due_at),
    )
