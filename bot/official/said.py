"""What a format's reader found: a level, and if something is announced, what and since when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.model import OfficialLevel


@dataclass(frozen=True, slots=True)
class Said:
    """What a page says. `title` and `since` are empty unless the page announces something."""

    level: OfficialLevel
    title: str | None = None
    since: datetime | None = None


UNKNOWN = Said(OfficialLevel.UNKNOWN)

# From good to bad. UNKNOWN stands above OK: one part that we cannot read leaves no "all is well".
_ORDER = (
    OfficialLevel.OK,
    OfficialLevel.UNKNOWN,
    OfficialLevel.MAINTENANCE,
    OfficialLevel.DEGRADED,
    OfficialLevel.DOWN,
)


def worst(levels: Iterable[OfficialLevel]) -> OfficialLevel:
    """Return the worst of the levels of one component's parts; UNKNOWN if there are none."""
    return max(levels, key=_ORDER.index, default=OfficialLevel.UNKNOWN)


def announced(level: OfficialLevel) -> bool:
    """Tell whether this level means that the provider announces something."""
    return level not in (OfficialLevel.OK, OfficialLevel.UNKNOWN)
