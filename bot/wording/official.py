"""A verdict in, what the provider's own page says out: told above all when it contradicts what we see.

Only the level and two instants get in, never the provider's words. A page that says nothing is no proof of anything:
such pages are kept by hand, and late.
"""

from datetime import timedelta, tzinfo

from bot.model import CauseId, OfficialLevel, Verdict, Word
from bot.wording.times import time_words
from bot.wording.voice import Voice, mark

OLDEST_SINCE = timedelta(hours=24)  # what is announced for longer is told without its beginning

_TROUBLE = (OfficialLevel.DEGRADED, OfficialLevel.DOWN, OfficialLevel.MAINTENANCE)
_SILENT = frozenset({CauseId.OWN_NETWORK, CauseId.OWN_RESOLVER, CauseId.OWN_FAULT})
_UNNAMEABLE = frozenset({CauseId.NO_SUCH_NAME, CauseId.REFUSED_BY_POLICY})

_SAYS = {
    OfficialLevel.OK: mark("Their status page says all is well (read at {time})."),
    OfficialLevel.DEGRADED: mark("Their status page announces trouble (read at {time})."),
    OfficialLevel.DOWN: mark("Their status page announces an outage (read at {time})."),
    OfficialLevel.MAINTENANCE: mark("Their status page announces maintenance (read at {time})."),
}
_SAYS_SINCE = {
    OfficialLevel.DEGRADED: mark("Their status page announces trouble since {since} (read at {time})."),
    OfficialLevel.DOWN: mark("Their status page announces an outage since {since} (read at {time})."),
    OfficialLevel.MAINTENANCE: mark("Their status page announces maintenance since {since} (read at {time})."),
}
_BRIEFLY = {
    OfficialLevel.OK: mark("Their status page says all is well."),
    OfficialLevel.DEGRADED: mark("Their status page announces trouble."),
    OfficialLevel.DOWN: mark("Their status page announces an outage."),
    OfficialLevel.MAINTENANCE: mark("Their status page announces maintenance."),
}


def official_words(verdict: Verdict, say: Voice, zone: tzinfo) -> tuple[str, ...]:
    """Say it in full and briefly; empty where it adds nothing: "all is well" beside an "up", or words unknown to us."""
    official = verdict.official
    if official is None or official.level not in _SAYS or not _is_worth_telling(verdict, official.level):
        return ()
    time = time_words(official.read_at, language=say.language, zone=zone)
    brief = say.gettext(_BRIEFLY[official.level])
    since = official.since
    if since is not None and timedelta() <= official.read_at - since <= OLDEST_SINCE:
        begun = time_words(since, language=say.language, zone=zone, now=official.read_at)
        return say.gettext(_SAYS_SINCE[official.level], time=time, since=begun), brief
    return say.gettext(_SAYS[official.level], time=time), brief


def heard_words(verdict: Verdict, say: Voice, zone: tzinfo) -> tuple[str, ...]:
    """Say what the page says whether it helps or not, with its address: for the terminal. Empty without a page."""
    official = verdict.official
    if official is None:
        return ()
    if official.level not in _SAYS:
        return (say.gettext("Their status page could not be read or understood: {url}", url=official.url),)
    time = time_words(official.read_at, language=say.language, zone=zone)
    return (f"{say.gettext(_SAYS[official.level], time=time)} {official.url}",)


def contradicts(verdict: Verdict) -> bool:
    """Tell whether the provider's page says otherwise than what we see."""
    if verdict.official is None:
        return False
    level = verdict.official.level
    if verdict.word in (Word.DOWN, Word.DEGRADED):
        return level is OfficialLevel.OK
    return verdict.word is Word.UP and level in _TROUBLE


def _is_worth_telling(verdict: Verdict, level: OfficialLevel) -> bool:
    if verdict.cause.id in _SILENT | _UNNAMEABLE:  # offline, or about a site that we do not name
        return False
    return verdict.word is not Word.UP or level in _TROUBLE
