"""What is remembered of a platform, as statements over an open transaction."""

import json
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Connection, delete, func, or_, select
from sqlalchemy.dialects.sqlite import insert

from bot.model import History
from bot.store.memory import Memory, usual_first_byte
from bot.store.tables import from_micros, platform, storable, to_micros

_MICROSECOND = timedelta(microseconds=1)


def select_memory(connection: Connection, key: str) -> Memory:
    """What is known of a platform; an empty Memory if nothing is."""
    row = connection.execute(select(platform).where(platform.c.key == key)).one_or_none()
    if row is None:
        return Memory()
    first_bytes = tuple(each * _MICROSECOND for each in cast(list[int], json.loads(row.first_bytes)))
    return Memory(
        History(
            last_up_at=_instant(row.last_up_at),
            first_down_at=_instant(row.first_down_at),
            usual_status=row.usual_status,
            usual_first_byte=usual_first_byte(first_bytes),
            usual_title=row.usual_title,
            usual_host=row.usual_host,
            walled_as_usual=row.walled_as_usual,
        ),
        first_bytes=first_bytes,
    )


def upsert_memory(connection: Connection, key: str, memory: Memory) -> None:
    """Write all of it, over what was there."""
    history = memory.history
    values = {
        "last_up_at": _micros(history.last_up_at),
        "first_down_at": _micros(history.first_down_at),
        "usual_status": history.usual_status,
        "usual_title": storable(history.usual_title),
        "usual_host": history.usual_host,
        "first_bytes": json.dumps([each // _MICROSECOND for each in memory.first_bytes]),
        "walled_as_usual": history.walled_as_usual,
    }
    new = insert(platform).values(key=key, **values)
    connection.execute(new.on_conflict_do_update(index_elements=["key"], set_=values))


def select_answered(connection: Connection, since: datetime, until: datetime) -> tuple[str, ...]:
    """Keys of the platforms whose newest good look lies between two instants, sorted."""
    between = platform.c.last_up_at.between(to_micros(since), to_micros(until))
    return tuple(connection.scalars(select(platform.c.key).where(between).order_by(platform.c.key)))


def delete_typed(connection: Connection, before: datetime) -> None:
    """Forget hosts that somebody typed, unless they were seen to work, or to begin to fail, since an instant."""
    lately = or_(platform.c.last_up_at >= to_micros(before), platform.c.first_down_at >= to_micros(before))
    is_old = func.coalesce(lately, False).is_(False)
    connection.execute(delete(platform).where(platform.c.key.startswith("url:"), is_old))


def _instant(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)


def _micros(instant: datetime | None) -> int | None:
    return None if instant is None else to_micros(instant)
