"""Cachet's list of components in, what it says out. The number counts: `status_name` is translated.

Numbers: Cachet's documentation. Cachet has no overall word in this list, and a list of components is no outage: without
a named component, only "all of them work" is told.
"""

from bot.model import OfficialLevel
from bot.official.said import UNKNOWN, Said, worst
from bot.official.untrusted import items, named, parsed, whole_number

_STATUSES = {
    1: OfficialLevel.OK,
    2: OfficialLevel.DEGRADED,
    3: OfficialLevel.DEGRADED,
    4: OfficialLevel.DOWN,
}


def read(text: str, component: str | None) -> Said:
    """Read one component, or whether all work."""
    page = parsed(text)
    components = items(page, "data")
    if component is not None:
        return Said(worst(_level(each) for each in named(components, component, "name")))
    further_pages = whole_number(page, "meta", "pagination", "total_pages") or 1
    if components and further_pages == 1 and all(_level(each) is OfficialLevel.OK for each in components):
        return Said(OfficialLevel.OK)
    return UNKNOWN


def _level(component: object) -> OfficialLevel:
    return _STATUSES.get(whole_number(component, "status") or 0, OfficialLevel.UNKNOWN)
