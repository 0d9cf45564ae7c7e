"""cState's `index.json` in, what it says out. Words: cState's documentation; a mere "notice" is no level of service."""

from bot.model import OfficialLevel
from bot.official.said import Said, announced, worst
from bot.official.untrusted import instant, items, named, parsed, title, word

_STATUSES = {
    "ok": OfficialLevel.OK,
    "disrupted": OfficialLevel.DEGRADED,
    "down": OfficialLevel.DOWN,
    "maintenance": OfficialLevel.MAINTENANCE,
}


def read(text: str, component: str | None) -> Said:
    """Read the page, or one system of it."""
    page = parsed(text)
    systems = items(page, "systems")
    if component is not None:
        systems = list(named(systems, component, "name"))
        level = worst(_level(system, "status") for system in systems)
    else:
        level = _level(page, "summaryStatus")
    if not announced(level):
        return Said(level)
    issues = [issue for system in systems for issue in items(system, "unresolvedIssues")]
    return Said(level, title(issues[0], "title"), instant(issues[0], "createdAt")) if issues else Said(level)


def _level(value: object, key: str) -> OfficialLevel:
    return _STATUSES.get(word(value, key), OfficialLevel.UNKNOWN)
