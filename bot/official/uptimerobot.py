"""UptimeRobot's list of monitors in, what it says out. Two forms were reported, `data[]` and `psp.monitors[]`.

It has no overall word: without a named monitor it is told only when all of them agree.
"""

from bot.model import OfficialLevel
from bot.official.said import UNKNOWN, Said, worst
from bot.official.untrusted import items, named, parsed, word

_CLASSES = {
    "success": OfficialLevel.OK,
    "up": OfficialLevel.OK,
    "danger": OfficialLevel.DOWN,
    "down": OfficialLevel.DOWN,
}


def read(text: str, component: str | None) -> Said:
    """Read one monitor, or what all of them say together."""
    page = parsed(text)
    monitors = items(page, "psp", "monitors") or items(page, "data")
    if component is not None:
        return Said(worst(_level(each) for each in named(monitors, component, "name")))
    levels = {_level(each) for each in monitors}
    return Said(levels.pop()) if len(levels) == 1 else UNKNOWN


def _level(monitor: object) -> OfficialLevel:
    return _CLASSES.get(word(monitor, "statusClass") or word(monitor, "status"), OfficialLevel.UNKNOWN)
