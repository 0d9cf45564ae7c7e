"""Statuspage's `summary.json` or `status.json` in, what it says out; incident.io and Rootly answer in the same form.

Words: Atlassian's public API of Statuspage. The overall `status.indicator` decides, never the list of components: one
large network had 34 degraded components on an ordinary day (seen 2026-08-01).
"""

from bot.model import OfficialLevel
from bot.official.said import Said, announced, worst
from bot.official.untrusted import instant, items, named, parsed, title, word

_INDICATORS = {
    "none": OfficialLevel.OK,
    "minor": OfficialLevel.DEGRADED,
    "major": OfficialLevel.DEGRADED,  # Statuspage's own words for it: a partial system outage
    "critical": OfficialLevel.DOWN,
    "maintenance": OfficialLevel.MAINTENANCE,
}
_COMPONENTS = {
    "operational": OfficialLevel.OK,
    "degraded_performance": OfficialLevel.DEGRADED,
    "partial_outage": OfficialLevel.DEGRADED,
    "major_outage": OfficialLevel.DOWN,
    "full_outage": OfficialLevel.DOWN,  # incident.io
    "under_maintenance": OfficialLevel.MAINTENANCE,
}
_UNDER_WAY = ("in_progress", "verifying")
_OVER = ("resolved", "postmortem", "completed")


def read(text: str, component: str | None) -> Said:
    """Read the page, or one component of it."""
    page = parsed(text)
    if component is not None:
        found = named(items(page, "components"), component, "name")
        level = worst(_COMPONENTS.get(word(each, "status"), OfficialLevel.UNKNOWN) for each in found)
    else:
        level = _INDICATORS.get(word(page, "status", "indicator"), OfficialLevel.UNKNOWN)
    if not announced(level):
        return Said(level)
    return _with_what(level, page, component)


def _with_what(level: OfficialLevel, page: object, component: str | None) -> Said:
    if level is OfficialLevel.MAINTENANCE:
        plans = items(page, "scheduled_maintenances")
        events = [plan for plan in plans if word(plan, "status") in _UNDER_WAY]
    else:
        events = [event for event in items(page, "incidents") if word(event, "status") not in _OVER]
    if component is not None:
        events = [event for event in events if any(named(items(event, "components"), component, "name"))]
    if not events:
        return Said(level)
    begun = instant(events[0], "started_at") or instant(events[0], "scheduled_for") or instant(events[0], "created_at")
    return Said(level, title(events[0], "name"), begun)
