"""What we need to remember."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.model import (
    Conversation,
    Debt,
    FollowUp,
    History,
    Incident,
    LookTaken,
    Mention,
    Notice,
    Owed,
    OwedFollowUp,
    OwedNotice,
    OwnPost,
    Reading,
    Report,
    Saying,
    Verdict,
)

MOST_REPORTS = 1000
"""So many who say that a platform fails, and as many who say that it works, are read: more make nothing surer."""


class Store(Protocol):
    """What the bot remembers. Every method is one transaction, durable when it returns; each raises StoreError."""

    async def take(self, mentions: Sequence[Mention], *, owed: bool, late_at: datetime | None = None) -> int:
        """Write down mentions that are not known yet; say how many were new. Not `owed`: as seen, never answered."""
        ...

    async def owed(self, network: str, *, now: datetime, limit: int) -> tuple[Owed, ...]:
        """The mentions of a network that wait for an answer and may be tried now, oldest first."""
        ...

    async def begin(self, debt: Debt, *, at: datetime, not_before: datetime, saying: Saying | None = None) -> None:
        """Count an attempt, before anything is posted: after this a crash leads to `tried_before` at `not_before`.

        `saying`: what the post to a mention will say, given back with it as long as nothing was said before.

        Raises LookupError for what is not owed (any more): posting now might be posting twice.
        """
        ...

    async def settle(self, debt: Debt, *, outcome: str, at: datetime, post: OwnPost | None = None) -> None:
        """Close a mention or a follow-up for good, forget the mention's text, and keep `post`, all at once.

        `outcome` is a word: answered, nothing-to-say, gone, … One that is settled already stays so; a post is kept.
        """
        ...

    async def postpone(self, debt: Debt, *, reason: str, not_before: datetime, unsaid: bool = False) -> None:
        """Keep a mention or a follow-up owed, to be tried again from `not_before` on; `unsaid`: forget its saying."""
        ...

    async def conversation(self, mention: Mention, *, since: datetime) -> Conversation:
        """What was said in the thread of a mention that was taken, and what we told its author since `since`."""
        ...

    async def own_posts(self, network: str, *, since: datetime) -> tuple[OwnPost, ...]:
        """Our posts on a network since an instant, oldest first, deleted ones as well."""
        ...

    async def stop(self, mention: Mention, *, at: datetime) -> bool:
        """Write down that the author wants nothing more; settle what follow-ups they are owed.

        True if they said so by this mention (asked again as well), False if they had said it before.
        """
        ...

    async def resume(self, mention: Mention) -> None:
        """Take « stop » back for the author of a mention."""
        ...

    async def mark_deleted(self, posts: Sequence[OwnPost], *, at: datetime) -> None:
        """Write down that posts of ours are gone, and settle the follow-ups to the mentions that they answered."""
        ...

    async def owe(self, follow_ups: Sequence[FollowUp]) -> int:
        """Write down follow-ups that are not known yet; say how many are owed by that.

        Not owed: one of a kind that its mention has already, one to a mention that is not answered or whose answer was
        deleted, one to a person who said « stop ». An edit (TALLY) takes the place of the one before; so does
        COLLEAGUES as long as it waits, and a correction or "it is back" makes it needless.
        """
        ...

    async def owed_follow_ups(self, network: str, *, now: datetime, limit: int) -> tuple[OwedFollowUp, ...]:
        """The follow-ups of a network that may be tried now, oldest first, at most one a mention."""
        ...

    async def owe_notice(self, notice: Notice) -> bool:
        """Write down a notice, if its incident has none yet on any network; say whether it is owed by that."""
        ...

    async def owed_notices(self, network: str, *, now: datetime, limit: int) -> tuple[OwedNotice, ...]:
        """The notices of a network that may be tried now, oldest first."""
        ...

    async def has_stopped(self, network: str, author_id: str) -> bool:
        """Say whether somebody said « stop », and did not ask again since."""
        ...

    async def add_report(self, report: Report) -> None:
        """Keep a person's word on a platform, in place of an earlier one of theirs."""
        ...

    async def reports(self, platform_key: str, *, since: datetime) -> tuple[Report, ...]:
        """What people said of a platform since an instant, oldest first; of each word the newest `MOST_REPORTS`."""
        ...

    async def posts_about(self, platform_key: str, *, since: datetime) -> tuple[OwnPost, ...]:
        """Our verdicts on a platform since an instant, on all networks, oldest first; deleted ones left out."""
        ...

    async def latest_incident(self, platform_key: str) -> Incident | None:
        """The newest incident of a platform, open or closed; None if it never had one, as far as we remember."""
        ...

    async def open_incidents(self) -> tuple[Incident, ...]:
        """All incidents that are open, the one whose next look is due first first."""
        ...

    async def incidents(self, *, since: datetime) -> tuple[Incident, ...]:
        """All that are open, and those that were opened or closed since an instant; the newest first."""
        ...

    async def incident(self, incident_id: str) -> Incident | None:
        """One incident by its id."""
        ...

    async def looks(self, incident_id: str) -> tuple[LookTaken, ...]:
        """The looks of an incident, oldest first; of a long one, the first and the newest 500."""
        ...

    async def save_incident(self, incident: Incident, look: LookTaken, follow_ups: Sequence[FollowUp]) -> int:
        """Keep an incident as it is after a look, the look, and what is owed by that, all at once; see `owe`."""
        ...

    async def prune_incidents(self, *, before: datetime) -> int:
        """Delete what was closed before an instant, with all its looks; say how many incidents that were."""
        ...

    async def reading(self, network: str, *, answer_since: datetime) -> Reading:
        """How far a network was read. The first call ever writes `answer_since` down; later ones give that back."""
        ...

    async def set_read_until(self, network: str, until: datetime, *, at: datetime) -> None:
        """Write down, after a walk came to its end, up to where all mentions were taken, and when that was.

        `until` never goes back.
        """
        ...

    async def prune(self, *, before: datetime, reports_before: datetime) -> int:
        """Delete what was settled or posted before an instant, and older reports; say how many mentions that were.

        Hosts that somebody typed ("url:…") are forgotten as well, if nothing was seen of them since: anybody can type
        any number of them.
        """
        ...

    async def history(self, platform_key: str) -> History:
        """What earlier looks saw of a platform; an empty History if there were none."""
        ...

    async def answered(self, *, since: datetime, until: datetime) -> tuple[str, ...]:
        """The keys of the platforms whose newest good look lies between two instants, sorted."""
        ...

    async def remember(self, verdict: Verdict) -> None:
        """Keep a verdict for `history`. An UNKNOWN one changes nothing: it is about us."""
        ...

    async def close(self) -> None:
        """Flush and give back the file. Never raises."""
        ...
