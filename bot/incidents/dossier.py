"""An incident and all its looks in, what there is to tell the provider out. Pure, and without anything personal.

Of people only counts and towns get in, of the looks only what machines said to each other.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.incidents.intervals import began, ended, length
from bot.model import (
    NOBODY,
    Control,
    Dossier,
    Incident,
    Leaning,
    LookTaken,
    OfficialLevel,
    OwnPost,
    Platform,
    Report,
    Seen,
    Tally,
)

REPORTS_FROM = timedelta(hours=1)  # before the first bad look: people notice before they ask
_ORDER = {Leaning.DOWN: 0, Leaning.UNSURE: 1, Leaning.UP: 2, Leaning.ABSTAIN: 3}
_ANNOUNCED = (OfficialLevel.DEGRADED, OfficialLevel.DOWN, OfficialLevel.MAINTENANCE)


def dossier_of(
    incident: Incident,
    looks: Sequence[LookTaken],
    platform: Platform,
    *,
    at: datetime,
    tally: Tally | None = None,
    askers: int | None = None,
    worked: Sequence[str] | None = None,
    failed: Sequence[str] = (),
    user_agent: str = "",
    operator: str = "",
) -> Dossier:
    """Put together what there is. `looks` oldest first; `tally` and `askers` None if they are not known any more."""
    bad = [look for look in looks if look.word.is_bad]
    official = next((look.official for look in reversed(bad) if look.official is not None), None)
    return Dossier(
        incident=incident,
        platform=platform,
        made_at=at,
        began=began(incident),
        ended=ended(incident),
        lasted=length(incident),
        seen=_seen(bad or looks),
        controls=_controls(bad or looks),
        looks=len(looks),
        bad_looks=len(bad),
        worked=None if worked is None else tuple(worked),
        failed=tuple(failed),
        common=next((look.common for look in reversed(bad) if look.common is not None), None),
        tally=_fullest(tally, looks),
        askers=askers,
        official=official,
        official_lag=_lag(incident, bad),
        user_agent=user_agent,
        operator=operator,
    )


def during(incident: Incident, reports: Iterable[Report]) -> list[Report]:
    """The reports that are about this incident: from an hour before it was seen to its end."""
    until = incident.closed_at
    since = incident.first_down_at - REPORTS_FROM
    return [each for each in reports if since <= each.reported_at and (until is None or each.reported_at <= until)]


def askers_of(incident: Incident, posts: Iterable[OwnPost]) -> int:
    """How many people were told of it, each once and on all networks; our verdicts on the platform go in."""
    until = incident.closed_at
    since = incident.first_down_at - REPORTS_FROM
    told = [post for post in posts if since <= post.posted_at and (until is None or post.posted_at <= until)]
    return len({(post.network, post.author_id) for post in told})


def _seen(looks: Sequence[LookTaken]) -> tuple[Seen, ...]:
    """The worst vote of each place on each target, the newest of these; first those who saw the trouble, as they did.

    Not the newest of all: the look that caught the moment of the return has a good answer from everywhere.
    """
    newest: dict[tuple[str, str], Seen] = {}
    for look in looks:
        for vote in look.votes:
            made = vote.observation
            at = made.observed_at if made is not None else look.at
            key = vote.vantage_point.id, made.target.url if made is not None else ""
            known = newest.get(key)
            if known is not None and _ORDER[known.leaning] < _ORDER[vote.leaning]:
                continue
            newest[key] = Seen(vote.vantage_point, vote.leaning, vote.cause, at, made)
    measured = {place for place, url in newest if url}
    # A place that measured something once is not told a second time as one that measured nothing.
    kept = [one for (place, url), one in newest.items() if url or place not in measured]
    return tuple(sorted(kept, key=lambda one: _ORDER[one.leaning]))


def _controls(looks: Sequence[LookTaken]) -> tuple[Control, ...]:
    newest = {(each.vantage_point.id, each.host): each for look in looks for each in look.controls}
    return tuple(newest.values())


def _fullest(tally: Tally | None, looks: Sequence[LookTaken]) -> Tally | None:
    """What people said when most had spoken: a person's word is kept for days only, and their last one alone."""
    known = [each for each in (tally, *(look.tally for look in looks)) if each is not None]
    fullest = max(known, key=lambda each: each.down + each.up, default=None)
    return None if fullest == NOBODY and tally is None else fullest


def _lag(incident: Incident, bad: Sequence[LookTaken]) -> timedelta | None:
    """From our first bad look to the first reading of an announcement; None: none was read."""
    announced = (look.official.read_at for look in bad if look.official and look.official.level in _ANNOUNCED)
    first = next(announced, None)
    return None if first is None else max(timedelta(0), first - incident.first_down_at)
