"""Whether an incident is confirmed well enough to tell its provider in public. Pure."""

from datetime import datetime, timedelta

from bot.incidents.following import OPENS_FROM
from bot.model import Incident

FRESH = timedelta(minutes=5)  # what was seen longer ago is looked at again before anybody is told


def is_confirmed(incident: Incident, *, now: datetime, steady: timedelta) -> bool:
    """Say whether it is surely bad right now: two bad looks at least `steady` apart, no good one since the last.

    One look, however sure, opens an incident; for a public word to the provider it is not enough.
    """
    return (
        incident.is_bad
        and incident.confidence >= OPENS_FROM
        and incident.last_down_at - incident.opened_at >= steady
        and now - incident.last_down_at <= FRESH
    )
