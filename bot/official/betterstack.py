"""Better Stack's `index.json` in, what it says out. Words: Better Stack's documentation of status pages."""

from bot.model import OfficialLevel
from bot.official.said import Said, announced, worst
from bot.official.untrusted import instant, items, named, parsed, title, word

_STATES = {
    "operational": OfficialLevel.OK,
    "degraded": OfficialLevel.DEGRADED,
    "downtime": OfficialLevel.DOWN,
    "maintenance": OfficialLevel.MAINTENANCE,
    "resolved": OfficialLevel.OK,
}


def read(text: str, component: str | None) -> Said:
    """Read the page, or one resource of it.

    The page says "downtime" as soon as one resource of many is down; that is "degraded" while another one works.
    """
    page = parsed(text)
    included = items(page, "included")
    resources = [each for each in included if word(each, "type") == "status_page_resource"]
    if component is not None:
        found = named(resources, component, "attributes", "public_name")
        level = worst(_level(each, "attributes", "status") for each in found)
        return Said(level)
    level = _level(page, "data", "attributes", "aggregate_state")
    works = any(_level(each, "attributes", "status") is OfficialLevel.OK for each in resources)
    if level is OfficialLevel.DOWN and works:
        level = OfficialLevel.DEGRADED
    return _with_what(level, included) if announced(level) else Said(level)


def _with_what(level: OfficialLevel, included: list[object]) -> Said:
    for report in included:
        if word(report, "type") == "status_report" and announced(_level(report, "attributes", "aggregate_state")):
            return Said(level, title(report, "attributes", "title"), instant(report, "attributes", "starts_at"))
    return Said(level)


def _level(value: object, *path: str) -> OfficialLevel:
    return _STATES.get(word(value, *path), OfficialLevel.UNKNOWN)
