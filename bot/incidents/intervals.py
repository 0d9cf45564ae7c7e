"""When it began, when it ended, how long it was: always as an interval, because nobody looks all the time. Pure."""

from bot.model import Incident, Interval, Length


def began(incident: Incident) -> Interval:
    """When the trouble began: after the last good look, at the latest at the first bad one."""
    return Interval(incident.last_up_at, incident.first_down_at)


def ended(incident: Incident) -> Interval | None:
    """When it was over: after the last bad look, at the latest at the first good one after it.

    None: not yet, or nobody knows.
    """
    if incident.good_since is None:
        return None
    return Interval(incident.last_down_at, incident.good_since)


def length(incident: Incident) -> Length | None:
    """From the first bad look to the last one it surely was; from the last good look to the next one at most."""
    if incident.good_since is None:
        return None
    most = None if incident.last_up_at is None else incident.good_since - incident.last_up_at
    return Length(incident.last_down_at - incident.first_down_at, most)
