"""Slack's own `current` in, what it says out. Words: Slack's documentation of its status API."""

from bot.model import OfficialLevel
from bot.official.said import UNKNOWN, Said, worst
from bot.official.untrusted import instant, items, parsed, title, word

_TYPES = {
    "incident": OfficialLevel.DEGRADED,
    "outage": OfficialLevel.DOWN,
    "maintenance": OfficialLevel.MAINTENANCE,
}


def read(text: str, component: str | None) -> Said:
    """Read the page, or one of the services that its incidents name. A notice alone is no level of service."""
    page = parsed(text)
    overall = word(page, "status")
    if overall not in ("ok", "active"):
        return UNKNOWN
    incidents = [one for one in items(page, "active_incidents") if component is None or _touches(one, component)]
    if overall == "ok" or (component is not None and not incidents):
        return Said(OfficialLevel.OK)
    if not incidents:
        return UNKNOWN
    level = worst(_TYPES.get(word(one, "type"), OfficialLevel.UNKNOWN) for one in incidents)
    telling = next((one for one in incidents if _TYPES.get(word(one, "type")) is level), None)
    return Said(level, title(telling, "title"), instant(telling, "date_created"))


def _touches(incident: object, component: str) -> bool:
    return any(title(service) == component for service in items(incident, "services"))
