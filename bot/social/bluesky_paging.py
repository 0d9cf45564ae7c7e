"""Where to go on in a list of notifications, and when to stop. A cursor is an instant; the list is ordered by it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.social.bluesky_wire import NotificationShape
from bot.social.text import instant_or_none

OVERLAP = timedelta(minutes=10)  # a post may say that it was written earlier, and is then listed that much deeper
SWEEP_EVERY = timedelta(minutes=5)
SWEEP_BACK = timedelta(hours=48)  # further than anybody waits for an answer; a date may be two years back


class Sweep:
    """Says how far back to read: mostly to where we were, now and then all of two days.

    A post may be dated as its author likes, or reach the list late, and then stands far behind what was read already
    (measured: 15 % dated back up to 30 minutes, none missed by this).
    """

    def __init__(self) -> None:
        self._swept_at: datetime | None = None
        self._began_at: datetime | None = None

    def since(self, since: datetime | None, now: datetime) -> datetime | None:
        """The instant to read back to; None stays None: the newest page only."""
        self._began_at = None
        if since is None or (self._swept_at is not None and abs(now - self._swept_at) < SWEEP_EVERY):
            return since
        self._began_at = now
        return min(since, now - SWEEP_BACK)

    def done(self) -> None:
        """Note that the walk came to its end: one that breaks off is no sweep."""
        self._swept_at = self._began_at or self._swept_at


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
