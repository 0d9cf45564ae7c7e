"""Who is told what of an incident, without asking again: our posts in, those that get a follow-up out. Pure.

Each person gets at most the verdict that they asked for, one correction if it changed within 15 minutes, and one
"it is back"; where a verdict cannot be edited, one word on what colleagues say. The store owes each kind once to a
mention; here one person is told once, wherever they asked.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.model import Incident, LookTaken, OwnPost, Report, Word

CORRECTED_WITHIN = timedelta(minutes=15)
TOLD_BACK_WITHIN = timedelta(hours=24)  # afterwards nobody waits any more
MOST_EDITED = 20  # posts whose tally is kept up to date, the newest ones
MOST_TOLD_OF_COLLEAGUES = 5


def to_correct(
    incident: Incident, before: Incident | None, posts: Sequence[OwnPost], *, now: datetime
) -> list[OwnPost]:
    """Whom to tell that it is worse, or otherwise bad, than they were told a few minutes ago.

    `before` is the incident before this look; None: this look began it. That it is good again is no correction: it is
    told as "it is back", after a second look. Nor is the first look that finds it half good: mostly that one caught the
    moment of its return.
    """
    if not incident.is_bad:
        return []
    lasts = before is not None and before.is_bad and before.word is incident.word
    changed_at = before.last_down_at if before is not None and lasts else now
    changed = [
        post
        for post in posts
        if (told := told_of(post, incident.platform_key)) not in (None, incident.word)
        and (lasts or told is not Word.DOWN)
        and timedelta(0) <= now - post.posted_at
        and changed_at - post.posted_at <= CORRECTED_WITHIN
    ]
    return _newest_of_each_person(changed)


def to_tell_back(incident: Incident, posts: Sequence[OwnPost], *, now: datetime) -> list[OwnPost]:
    """Whom to tell that it is back: those who were told that it was bad, and those who were corrected since."""
    if incident.is_open or incident.good_since is None:
        return []
    since = max(incident.opened_at - CORRECTED_WITHIN, now - TOLD_BACK_WITHIN)
    asked = [post for post in posts if since <= post.posted_at <= now]
    waiting = [
        post
        for post in asked
        if _told_bad(post, incident)
        or (told_of(post, incident.platform_key) is not None and post.posted_at < incident.opened_at)
    ]
    return _newest_of_each_person(waiting)


def to_edit(incident: Incident, posts: Sequence[OwnPost], *, now: datetime) -> list[OwnPost]:
    """In which posts the tally of people is kept up to date: verdicts on this platform alone, while it is bad."""
    return _verdicts_of_trouble(incident, posts, now)[-MOST_EDITED:]


def look_to_tell(post: OwnPost, incident: Incident, looks: Sequence[LookTaken]) -> LookTaken:
    """Of which look an edited verdict tells: its own as long as that holds, else the newest. `looks`: oldest first.

    The newest one may have seen less: an agent does not look as often as we ask. There is at least one look.
    """
    before = [look for look in looks if look.at <= post.posted_at]
    own = before[-1] if before else looks[-1]
    return own if own.word is incident.word is told_of(post, incident.platform_key) else looks[-1]


def to_tell_of_colleagues(
    incident: Incident, posts: Sequence[OwnPost], reports: Sequence[Report], *, now: datetime
) -> list[OwnPost]:
    """Where the tally comes in a post of its own: to the first who asked, at most five, each in their newest thread.

    Only if somebody else spoke up since; what was said before is in the verdict. More posts would use up what is kept
    for "it is back".
    """

    def has_news(post: OwnPost) -> bool:
        others = [each for each in reports if (each.network, each.author_id) != (post.network, post.author_id)]
        return any(each.reported_at >= post.posted_at for each in others)

    bad = _verdicts_of_trouble(incident, posts, now)
    hold = [post for post in bad if told_of(post, incident.platform_key) is incident.word]
    return [post for post in _newest_of_each_person(hold)[:MOST_TOLD_OF_COLLEAGUES] if has_news(post)]


def is_worth_an_edit(before: int, after: int) -> bool:
    """Say whether a tally has grown so much that posts are edited: every report up to five, then by a fifth."""
    return after != before and (after <= 5 or after < before or after >= before * 1.2)


def told_of(post: OwnPost, platform_key: str) -> Word | None:
    """What a post said of a platform; None if it said nothing of it."""
    return dict(zip(post.platforms, post.told, strict=False)).get(platform_key)


def _verdicts_of_trouble(incident: Incident, posts: Sequence[OwnPost], now: datetime) -> list[OwnPost]:
    """Verdicts on this platform alone that say that it is bad, while it is."""
    if not incident.is_bad:
        return []
    since = max(incident.opened_at, now - TOLD_BACK_WITHIN)
    about = [post for post in posts if post.posted_at >= since and post.platforms == (incident.platform_key,)]
    return [post for post in about if _told_bad(post, incident)]


def _told_bad(post: OwnPost, incident: Incident) -> bool:
    told = told_of(post, incident.platform_key)
    return told is not None and told.is_bad


def _newest_of_each_person(posts: Sequence[OwnPost]) -> list[OwnPost]:
    newest = {(post.network, post.author_id): post for post in sorted(posts, key=lambda post: post.posted_at)}
    return sorted(newest.values(), key=lambda post: post.posted_at)  # who asked first is told first
