"""Incidents and their looks, as statements over an open transaction. What was seen is kept whole, as JSON."""

from datetime import datetime
from functools import cache

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, Row, delete, select
from sqlalchemy.dialects.sqlite import insert

from bot.model import Cause, Incident, LookTaken, Word
from bot.store.tables import from_micros, incident, look_taken, to_micros

MOST_LOOKS = 500  # of one incident: a day of quarters of an hour, and then hours of a month; the newest are kept


def upsert_incident(connection: Connection, one: Incident, look: LookTaken) -> None:
    """Write an incident as it is now, and the look that made it so."""
    values = {
        "platform": one.platform_key,
        "word": one.word.value,
        "cause": _causes().dump_json(one.cause).decode(),
        "worst": one.worst.value,
        "confidence": one.confidence,
        "opened_at": to_micros(one.opened_at),
        "first_down_at": to_micros(one.first_down_at),
        "last_up_at": _micros(one.last_up_at),
        "last_down_at": to_micros(one.last_down_at),
        "last_look_at": to_micros(one.last_look_at),
        "next_look_at": to_micros(one.next_look_at),
        "good_since": _micros(one.good_since),
        "turns": one.turns,
        "closed_at": _micros(one.closed_at),
    }
    new = insert(incident).values(id=one.id, **values)
    connection.execute(new.on_conflict_do_update(index_elements=["id"], set_=values))
    text = _looks().dump_json(look).decode("utf-8", "replace")
    row = insert(look_taken).values(incident=one.id, at=to_micros(look.at), look=text)
    connection.execute(row.on_conflict_do_nothing())
    _forget_looks_beyond(connection, one.id)


def select_latest(connection: Connection, platform_key: str) -> Incident | None:
    """The newest incident of a platform, open or closed."""
    newest = incident.c.opened_at.desc()
    found = _select(connection, incident.c.platform == platform_key, order=newest, limit=1)
    return found[0] if found else None


def select_open(connection: Connection) -> tuple[Incident, ...]:
    """All that are open, the one that is due first first."""
    return _select(connection, incident.c.closed_at.is_(None), order=incident.c.next_look_at.asc())


def select_since(connection: Connection, since: datetime) -> tuple[Incident, ...]:
    """All that are open, or were opened or closed since an instant, the newest first."""
    recent = (
        incident.c.closed_at.is_(None)
        | (incident.c.opened_at >= to_micros(since))
        | (incident.c.closed_at >= to_micros(since))
    )
    return _select(connection, recent, order=incident.c.opened_at.desc())


def select_one(connection: Connection, incident_id: str) -> Incident | None:
    """One by its id."""
    found = _select(connection, incident.c.id == incident_id, order=incident.c.opened_at.desc())
    return found[0] if found else None


def select_looks(connection: Connection, incident_id: str) -> tuple[LookTaken, ...]:
    """The looks of an incident, oldest first."""
    rows = connection.execute(
        select(look_taken.c.look).where(look_taken.c.incident == incident_id).order_by(look_taken.c.at)
    )
    return tuple(_looks().validate_json(row.look) for row in rows)


def delete_closed(connection: Connection, before: datetime) -> int:
    """Forget those that were closed before an instant, with their looks; say how many."""
    old = select(incident.c.id).where(incident.c.closed_at < to_micros(before))
    connection.execute(delete(look_taken).where(look_taken.c.incident.in_(old)))
    return connection.execute(delete(incident).where(incident.c.closed_at < to_micros(before))).rowcount


def _forget_looks_beyond(connection: Connection, incident_id: str) -> None:
    newest = (
        select(look_taken.c.at)
        .where(look_taken.c.incident == incident_id)
        .order_by(look_taken.c.at.desc())
        .limit(MOST_LOOKS)
    )
    first = select(look_taken.c.at).where(look_taken.c.incident == incident_id).order_by(look_taken.c.at).limit(1)
    # The look that opened it stays, whatever happens afterwards.
    gone = (look_taken.c.incident == incident_id) & look_taken.c.at.not_in(newest) & look_taken.c.at.not_in(first)
    connection.execute(delete(look_taken).where(gone))


def _select(
    connection: Connection, *where: ColumnElement[bool], order: ColumnElement[object], limit: int | None = None
) -> tuple[Incident, ...]:
    statement = select(incident).where(*where).order_by(order).limit(limit)
    return tuple(_incident_of(row) for row in connection.execute(statement))


def _incident_of(row: Row[tuple[object, ...]]) -> Incident:
    return Incident(
        id=row.id,
        platform_key=row.platform,
        word=Word(row.word),
        cause=_causes().validate_json(row.cause),
        worst=Word(row.worst),
        confidence=row.confidence,
        opened_at=from_micros(row.opened_at),
        first_down_at=from_micros(row.first_down_at),
        last_up_at=_instant(row.last_up_at),
        last_down_at=from_micros(row.last_down_at),
        last_look_at=from_micros(row.last_look_at),
        next_look_at=from_micros(row.next_look_at),
        good_since=_instant(row.good_since),
        turns=row.turns,
        closed_at=_instant(row.closed_at),
    )


@cache
def _causes() -> TypeAdapter[Cause]:
    return TypeAdapter(Cause)


@cache
def _looks() -> TypeAdapter[LookTaken]:
    return TypeAdapter(LookTaken)


def _instant(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)


def _micros(instant: datetime | None) -> int | None:
    return None if instant is None else to_micros(instant)
