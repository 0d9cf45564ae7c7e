"""People who said « stop », and what people report, as statements over an open transaction."""

from datetime import datetime

from sqlalchemy import Connection, Row, and_, delete, select
from sqlalchemy.dialects.sqlite import insert

from bot.model import Mention, Report
from bot.ports import MOST_REPORTS
from bot.store.tables import from_micros, report, stopped, storable, to_micros


def insert_stop(connection: Connection, which: Mention) -> bool:
    """Write down who said « stop », and by which mention; say whether it was this one."""
    values = {
        "network": which.network,
        "author_id": which.author.id,
        "mention_id": which.id,
        "stopped_at": to_micros(which.listed_at),
    }
    connection.execute(insert(stopped).values(values).on_conflict_do_nothing())
    theirs = and_(stopped.c.network == which.network, stopped.c.author_id == which.author.id)
    return connection.scalar(select(stopped.c.mention_id).where(theirs)) == which.id


def is_stopped(connection: Connection, network: str, author_id: str) -> bool:
    """Whether somebody said « stop »."""
    theirs = and_(stopped.c.network == network, stopped.c.author_id == author_id)
    return connection.scalar(select(stopped.c.author_id).where(theirs)) is not None


def delete_stop(connection: Connection, which: Mention) -> None:
    """They asked again."""
    theirs = and_(stopped.c.network == which.network, stopped.c.author_id == which.author.id)
    connection.execute(delete(stopped).where(theirs))


def upsert_report(connection: Connection, one: Report) -> None:
    """Keep it, unless a later one of the same person on the same platform is there."""
    values = {
        "network": one.network,
        "author_id": one.author_id,
        "platform": one.platform_key,
        "works": one.works,
        "place": storable(one.place),
        "reported_at": to_micros(one.reported_at),
        "mention_id": one.mention_id,
        "server": storable(one.server),
        "is_new_account": one.is_new_account,
    }
    new = insert(report).values(values)
    earlier = report.c.reported_at <= new.excluded.reported_at
    connection.execute(
        new.on_conflict_do_update(index_elements=["network", "author_id", "platform"], set_=values, where=earlier)
    )


def select_reports(connection: Connection, platform_key: str, since: datetime) -> tuple[Report, ...]:
    """What people said of a platform since an instant, oldest first; of each word the newest thousand."""
    found = [
        *_newest(connection, platform_key, since, works=True),
        *_newest(connection, platform_key, since, works=False),
    ]
    return tuple(sorted(found, key=lambda one: (one.reported_at, one.network, one.author_id)))


def _newest(connection: Connection, platform_key: str, since: datetime, *, works: bool) -> list[Report]:
    # One index has all three, so that a hundred thousand who say one thing hide nobody who says the other.
    said = and_(report.c.platform == platform_key, report.c.works == works, report.c.reported_at >= to_micros(since))
    statement = select(report).where(said).order_by(report.c.reported_at.desc()).limit(MOST_REPORTS)
    return [_report_of(row) for row in connection.execute(statement)]


def delete_reports(connection: Connection, before: datetime) -> None:
    """Forget those of before an instant."""
    connection.execute(delete(report).where(report.c.reported_at < to_micros(before)))


def _report_of(row: Row[tuple[object, ...]]) -> Report:
    return Report(
        network=row.network,
        author_id=row.author_id,
        platform_key=row.platform,
        works=row.works,
        place=row.place,
        reported_at=from_micros(row.reported_at),
        mention_id=row.mention_id,
        server=row.server,
        is_new_account=row.is_new_account,
    )
