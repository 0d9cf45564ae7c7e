"""The life of an incident: a verdict in, the incident as it is after that look out. Pure; time comes in.

Opened by a bad verdict that is sure enough; looked at again after 1, 5 and 15 minutes, then every quarter of an hour;
closed by two good looks in a row at least a minute apart (`Rhythm`). What can judge nothing changes nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from bot.model import Incident, Verdict, Word

OPENS_FROM = 0.75  # confidence: below, "maybe" is said, and nothing is followed
EVERY_AFTER_A_DAY = timedelta(hours=1)
REOPENS = timedelta(minutes=30)  # bad again so soon after: the same incident, unstable
LONGEST = timedelta(days=30)  # then it is given up: a platform that is gone for a month is no outage any more
UNSEEN = timedelta(days=2)  # without one look that could judge, so is one that we lost sight of


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When an open incident is looked at again: so long after it was opened, then every so often (hourly after a day).

    `steady` is the time between the two good looks that end it (HAProxy: rise 2; Gatus: 2 successes).
    """

    first: tuple[timedelta, ...] = (timedelta(seconds=60), timedelta(minutes=5), timedelta(minutes=15))
    every: timedelta = timedelta(minutes=15)
    steady: timedelta = timedelta(seconds=60)


RHYTHM = Rhythm()

_SEVERITY = {Word.UP: 0, Word.UNKNOWN: 0, Word.INCONCLUSIVE: 0, Word.DEGRADED: 1, Word.DOWN: 2}


def opens(verdict: Verdict) -> bool:
    """Say whether a verdict is the beginning of an incident: down or degraded, and surely so."""
    return verdict.word.is_bad and verdict.confidence >= OPENS_FROM and not verdict.stale


def opened(verdict: Verdict, rhythm: Rhythm = RHYTHM) -> Incident:
    """Make the incident that a verdict opens."""
    at, outage = verdict.judged_at, verdict.outage
    began = outage.first_down_at if outage is not None else at
    return Incident(
        id=f"{verdict.platform.key.removeprefix('url:')}-{at:%Y%m%d-%H%M%S}",
        platform_key=verdict.platform.key,
        word=verdict.word,
        cause=verdict.cause,
        worst=verdict.word,
        confidence=verdict.confidence,
        opened_at=at,
        first_down_at=began,
        last_up_at=outage.last_up_at if outage is not None else None,
        last_down_at=at,
        last_look_at=at,
        next_look_at=at + (*rhythm.first, rhythm.every)[0],
    )


def after_look(latest: Incident | None, verdict: Verdict, rhythm: Rhythm = RHYTHM) -> Incident | None:
    """Give what a platform's newest incident becomes by a verdict; None: there is none, and this begins none."""
    if latest is not None and (latest.is_open or reopens(latest, verdict)):
        return followed(latest, verdict, rhythm)
    return opened(verdict, rhythm) if opens(verdict) else None


def given_up(incident: Incident, at: datetime) -> Incident:
    """Close an incident that nobody can look at any more: its platform is not in the catalogue."""
    return replace(incident, closed_at=at, last_look_at=at, good_since=None)


def reopens(incident: Incident, verdict: Verdict) -> bool:
    """Say whether a bad verdict belongs to an incident that was closed a short while ago."""
    return incident.closed_at is not None and opens(verdict) and verdict.judged_at - incident.closed_at <= REOPENS


def followed(incident: Incident, verdict: Verdict, rhythm: Rhythm = RHYTHM) -> Incident:
    """Give the incident as it is after a look. A look that is not newer than the last one changes nothing."""
    at = verdict.judged_at
    if at <= incident.last_look_at or verdict.stale:
        return incident
    after = replace(incident, last_look_at=at)
    match verdict.word:
        case Word.DOWN | Word.DEGRADED:
            after = _bad(after, verdict)
        case Word.UP:
            after = _good(after, at, rhythm)
        case Word.INCONCLUSIVE | Word.UNKNOWN:
            pass
        case _:
            assert_never(verdict.word)
    if after.is_open and _is_lost(after, at):
        after = replace(after, closed_at=at, good_since=None)
    return replace(after, next_look_at=_next_look(after, at, rhythm))


def _bad(incident: Incident, verdict: Verdict) -> Incident:
    turned = incident.good_since is not None
    return replace(
        incident,
        word=verdict.word,
        cause=verdict.cause,
        confidence=verdict.confidence,
        worst=max(incident.worst, verdict.word, key=_SEVERITY.__getitem__),
        last_down_at=verdict.judged_at,
        good_since=None,
        closed_at=None,
        turns=incident.turns + turned,
    )


def _good(incident: Incident, at: datetime, rhythm: Rhythm) -> Incident:
    since = incident.good_since or at
    is_over = incident.is_open and at - since >= rhythm.steady
    return replace(incident, good_since=since, closed_at=at if is_over else incident.closed_at)


def _is_lost(incident: Incident, at: datetime) -> bool:
    seen_at = max(incident.last_down_at, incident.good_since or incident.last_down_at)
    return at - incident.opened_at > LONGEST or at - seen_at > UNSEEN


def _next_look(incident: Incident, at: datetime, rhythm: Rhythm) -> datetime:
    if incident.good_since is not None:
        return at + rhythm.steady  # soon: people are waiting to hear that it is back
    age = at - incident.opened_at
    for step in rhythm.first:
        if age < step:
            return incident.opened_at + step
    every = rhythm.every if age < timedelta(days=1) else max(rhythm.every, EVERY_AFTER_A_DAY)
    return at + every
