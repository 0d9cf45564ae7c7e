"""status.io's public status in, what it says out. Codes: status.io's documentation of its public status API."""

from bot.model import OfficialLevel
from bot.official.said import Said, announced, worst
from bot.official.untrusted import instant, items, named, parsed, title, whole_number

_CODES = {
    100: OfficialLevel.OK,
    200: OfficialLevel.MAINTENANCE,
    300: OfficialLevel.DEGRADED,
    400: OfficialLevel.DEGRADED,
    500: OfficialLevel.DOWN,
}


def read(text: str, component: str | None) -> Said:
    """Read the page, or one component of it. A security event (600) says nothing about the service: unknown."""
    page = parsed(text)
    if component is not None:
        found = named(items(page, "result", "status"), component, "name")
        return Said(worst(_level(whole_number(each, "status_code")) for each in found))
    level = _level(whole_number(page, "result", "status_overall", "status_code"))
    incidents = items(page, "result", "incidents")
    if not announced(level) or level is OfficialLevel.MAINTENANCE or not incidents:
        return Said(level)
    return Said(level, title(incidents[0], "name"), instant(incidents[0], "datetime_open"))


def _level(code: int | None) -> OfficialLevel:
    return _CODES.get(code or 0, OfficialLevel.UNKNOWN)
