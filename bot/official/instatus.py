"""Instatus' `summary.json` in, what it says out. Two forms are in use: `page.status` and `status.type`."""

from bot.model import OfficialLevel
from bot.official.said import Said, announced, worst
from bot.official.untrusted import instant, items, named, parsed, title, word

_PAGES = {
    "up": OfficialLevel.OK,
    "hasissues": OfficialLevel.DEGRADED,
    "undermaintenance": OfficialLevel.MAINTENANCE,
}
_COMPONENTS = {
    "operational": OfficialLevel.OK,
    "degradedperformance": OfficialLevel.DEGRADED,
    "partialoutage": OfficialLevel.DEGRADED,
    "minoroutage": OfficialLevel.DEGRADED,
    "majoroutage": OfficialLevel.DOWN,
    "undermaintenance": OfficialLevel.MAINTENANCE,
}


def read(text: str, component: str | None) -> Said:
    """Read the page, or one component of it."""
    page = parsed(text)
    if component is not None:
        found = named(items(page, "components") or items(page), component, "name")
        return Said(worst(_COMPONENTS.get(word(each, "status"), OfficialLevel.UNKNOWN) for each in found))
    level = _PAGES.get(word(page, "page", "status") or word(page, "status", "type"), OfficialLevel.UNKNOWN)
    if not announced(level):
        return Said(level)
    under_maintenance = level is OfficialLevel.MAINTENANCE
    events = items(page, "activeMaintenances" if under_maintenance else "activeIncidents")
    if not events:
        return Said(level)
    if any(word(event, "impact") == "majoroutage" for event in events) and not under_maintenance:
        level = OfficialLevel.DOWN
    begun = instant(events[0], "started") or instant(events[0], "start")
    return Said(level, title(events[0], "name"), begun)
