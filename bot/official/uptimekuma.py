"""Uptime Kuma's heartbeats in, what they say out. 0 is down, 1 up, 2 pending, 3 maintenance (its documentation).

The list names its monitors by number only, so it is told only when all of them agree.
"""

from typing import cast

from bot.model import OfficialLevel
from bot.official.said import UNKNOWN, Said
from bot.official.untrusted import MOST_ITEMS, at, items, parsed, whole_number

_STATUSES = {0: OfficialLevel.DOWN, 1: OfficialLevel.OK, 3: OfficialLevel.MAINTENANCE}


def read(text: str, component: str | None) -> Said:
    """Read the last beat of every monitor. A component cannot be told from this list: unknown."""
    beats = at(parsed(text), "heartbeatList")
    if component is not None or not isinstance(beats, dict):
        return UNKNOWN
    monitors = list(cast("dict[str, object]", beats).values())[:MOST_ITEMS]
    last = {whole_number(items(monitor), -1, "status") for monitor in monitors}
    if len(last) != 1:
        return UNKNOWN
    return Said(_STATUSES.get(cast("int", last.pop()), OfficialLevel.UNKNOWN))
