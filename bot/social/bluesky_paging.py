"""Where to go on in a list of notifications, and how far. A cursor is an instant; the list is ordered by it."""

from datetime import UTC, timedelta

from bot.social.depth import Rhythm
from bot.social.text import instant_or_none

# A post may be dated as its author likes, or reach the list late, and then stands far behind what was read already
# (measured: 15 % dated back up to 30 minutes, none missed by this). 3,000 requests are allowed in 5 minutes.
RHYTHM = Rhythm(
    overlap=timedelta(minutes=20),
    free_pages=3,
    page_every=timedelta(seconds=0.6),  # 500 in 5 minutes
    sweep_back=timedelta(hours=48),  # further than anybody waits for an answer; a date may be two years back
)


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
