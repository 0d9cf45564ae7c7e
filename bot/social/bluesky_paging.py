"""Where to go on in a list of notifications, and when to stop. A cursor is an instant; the list is ordered by it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.social.bluesky_wire import NotificationShape

OVERLAP = timedelta(minutes=10)  # a post may say that it was written earlier, and is then listed that much deeper


def is_enough(notifications: Sequence[NotificationShape], since: datetime | None) -> bool:
    """A page may be empty before the end: the server picks the reasons out after cutting it."""
    if not notifications:
        return False
    return since is None or notifications[-1].indexed_at < since - OVERLAP


def a_little_later(cursor: str, sent: str | None) -> str:
    """Have the cursor's own millisecond read again, or mentions of that same one are lost at the page's edge.

    Not twice: a whole page of one millisecond would come back for ever.
    """
    at = instant_or_none(cursor)
    if at is None:
        return cursor
    try:
        later = (at + timedelta(milliseconds=1)).astimezone(UTC).isoformat(timespec="milliseconds")
    except OverflowError:  # the last millisecond of the year 9999
        return cursor
    return cursor if later.replace("+00:00", "Z") == sent else later.replace("+00:00", "Z")


def instant_or_none(text: str) -> datetime | None:
    """Read an instant of whoever wrote it, in UTC if it says no zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
