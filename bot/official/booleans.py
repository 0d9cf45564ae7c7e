"""A health report that says yes or no in, what it says out; ORCID's `pubStatus` is one."""

from bot.model import OfficialLevel
from bot.official.said import UNKNOWN, Said
from bot.official.untrusted import at, parsed

_OVERALL = "overallOk"


def read(text: str, component: str | None) -> Said:
    """Read the yes or no under the component's key, or under ORCID's `overallOk`."""
    fine = at(parsed(text), component or _OVERALL)
    if not isinstance(fine, bool):
        return UNKNOWN
    return Said(OfficialLevel.OK if fine else OfficialLevel.DOWN)
