"""Google's `incidents.json` (Cloud, Workspace, Search) in, what it says out: an incident is open while it has no end.

Words: Google's documented schema of the Cloud status dashboard. The file lists the newest first, and is longer than we
read; so what was read of it counts, as long as it is in that order.
"""

from datetime import datetime

from bot.model import OfficialLevel
from bot.official.said import UNKNOWN, Said, worst
from bot.official.untrusted import at, instant, items, leading_items, title, word

_STATUSES = {
    "available": OfficialLevel.OK,
    "service_disruption": OfficialLevel.DEGRADED,
    "service_outage": OfficialLevel.DOWN,
}


def read(text: str, component: str | None) -> Said:
    """Read the incidents of one product, or of all. An outage of one product among many is no outage of the whole."""
    incidents, whole = leading_items(text)
    if not whole and not _newest_first(incidents):
        return UNKNOWN
    still_open = [each for each in incidents if at(each, "begin") is not None and at(each, "end") is None]
    ours = [each for each in still_open if component is None or _touches(each, component)]
    if not ours:
        return Said(OfficialLevel.OK)
    level = worst(_level(each) for each in ours)
    telling = next(each for each in ours if _level(each) is level)
    if component is None and level is OfficialLevel.DOWN:
        level = OfficialLevel.DEGRADED
    if level in (OfficialLevel.OK, OfficialLevel.UNKNOWN):
        return Said(level)
    return Said(level, title(telling, "external_desc"), instant(telling, "begin"))


def _level(incident: object) -> OfficialLevel:
    latest = word(incident, "most_recent_update", "status") or word(incident, "status_impact")
    return _STATUSES.get(latest, OfficialLevel.UNKNOWN)


def _touches(incident: object, component: str) -> bool:
    names = [title(product, "title") for product in items(incident, "affected_products")]
    return any(component.casefold() in (name or "").casefold() for name in (*names, title(incident, "service_name")))


def _newest_first(incidents: list[object]) -> bool:
    begun = [instant(each, "begin") for each in incidents]
    known: list[datetime] = [moment for moment in begun if moment is not None]
    return bool(known) and len(known) == len(begun) and known == sorted(known, reverse=True)
