"""Whether an incident is confirmed well enough to tell its provider in public. Pure."""

from datetime import datetime, timedelta

from bot.incidents.following import OPENS_FROM
from bot.model import Incident, Word

FRESH = timedelta(minutes=5)  # what was seen longer ago is looked at again before anybody is told
_BAD = (Word.DOWN, Word.DEGRADED)


def is_confirmed(incident: Incident, *, now: datetime, steady: timedelta) -> bool:
    """Say whether it is surely bad right now: two bad looks at least `steady` apart, no good one since the last.

    One look, however sure, opens an incident; for a public word to the provider it is not enough.
    """
    return (
        is_bad(incident)
        and incident.confidence >= OPENS_FROM
        and incident.last_down_at - incident.opened_at >= steady
        and now - incident.last_down_at <= FRESH
    )


def is_bad(incident: Incident) -> bool:
    """Say whether it is open, and its newest look that could judge was bad."""
    return incident.is_open and incident.good_since is None and incident.word in _BAD
