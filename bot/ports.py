"""All we need from outside, on one page. Adapters implement these; the reasoning knows nothing else of the world."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.model import (
    Author,
    Control,
    Conversation,
    Debt,
    FollowUp,
    History,
    Incident,
    LookTaken,
    Mention,
    Observation,
    OfficialWord,
    Owed,
    OwedFollowUp,
    OwnPost,
    Platform,
    PostRef,
    Reading,
    Reply,
    Report,
    Saying,
    Target,
    Verdict,
    Visibility,
)


class OutsideError(Exception):
    """The outside failed us. `retry_after`: do not try before; `permanent`: trying again cannot help.

    The text is one sentence for the operator: no token, no post text, no handle.
    """

    def __init__(self, sentence: str, *, permanent: bool = False, retry_after: timedelta | None = None) -> None:
        super().__init__(sentence)
        self.permanent = permanent
        self.retry_after = retry_after


class SocialError(OutsideError):
    """A social network failed us. `permanent` on a reply: this mention cannot be answered (deleted, blocked).

    `may_be_done`: nobody said what became of the post; a server that is slow enough may still make it.
    """

    def __init__(
        self,
        sentence: str,
        *,
        permanent: bool = False,
        retry_after: timedelta | None = None,
        may_be_done: bool = False,
    ) -> None:
        super().__init__(sentence, permanent=permanent, retry_after=retry_after)
        self.may_be_done = may_be_done


class AccountRefusedError(SocialError):
    """The network does not accept our credentials: stop asking, tell the operator. Always permanent."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, permanent=True)


class StoreError(OutsideError):
    """The store cannot be read or written. `permanent`: waiting cannot help (a newer database, a read-only folder)."""


class SocialNetwork(Protocol):
    """An account on a social network."""

    @property
    def name(self) -> str:
        """The account's name in the settings; `Mention.network` of its mentions."""
        ...

    @property
    def text_limit(self) -> int:
        """How many characters a reply may have, the asker's handle and content warning not counted."""
        ...

    @property
    def can_edit(self) -> bool:
        """Whether a post can be changed afterwards, for those who read it as well."""
        ...

    @property
    def posts_once(self) -> bool:
        """Whether the network itself refuses a second post of one kind to a mention, however late the first comes."""
        ...

    def mentions(self, *, since: datetime | None) -> AsyncIterator[Mention]:
        """Yield what mentions us, newest first, at least all that was listed after `since` by the network's clock.

        The newest page is always read. Older ones and repeats may come: the store knows which are new. `since` None:
        the newest page only.
        Raises SocialError.
        """
        ...

    async def reply(
        self,
        mention: Mention,
        reply: Reply,
        *,
        visibility: Visibility,
        tried_before: bool,
        besides: Collection[str] = (),
    ) -> PostRef:
        """Post under the mention, once: with `tried_before`, a post of ours that is already there is returned instead.

        A follow-up (`reply.kind`) is another post than the answer, and each kind is posted once; `besides` are the ids
        of our other posts under the mention, which are not taken for this one. The mention's words, handle and content
        warning may be forgotten by then (""): what is needed of them is read from the network again.
        Raises SocialError.
        """
        ...

    async def edit(self, post: PostRef, mention: Mention, reply: Reply) -> None:
        """Change the words of a post of ours that answers `mention`; all else about it stays. Twice is once.

        Raises SocialError, permanent if the post is gone or the network cannot edit.
        """
        ...

    async def delete(self, post: PostRef) -> None:
        """Take a post of ours back; one that is gone already is fine. Raises SocialError."""
        ...

    def address_of(self, author: Author) -> str | None:
        """Where in the world an account is, "marie@piaille.fr" or "bu.univ-x.fr"; None if nothing vouches for it."""
        ...

    async def leave(self, mention: Mention, reason: str) -> None:
        """Say, where somebody is waiting (the console), that no answer will come, and why; do nothing elsewhere."""
        ...

    async def close(self) -> None:
        """Give back connections and threads. Never raises; ends within 5 s."""
        ...


class ProbeNetwork(Protocol):
    """One vantage point or many: the caller cannot tell."""

    def observe(
        self, target: Target, *, within: timedelta, only: Collection[str] | None = None, watching: bool = False
    ) -> AsyncIterator[Observation | Control]:
        """Look at a target from every vantage point, and yield each fact as it comes; end within `within`.

        `only` are the ids of the vantage points that shall look; a network that has none of them yields nothing.
        `watching`: nobody asked just now, the bot follows an incident; a network with an allowance keeps a part for it.
        A target that fails is an Observation with a Failure. A vantage point yields its controls only if an attempt of
        its failed. Never raises for anything the outside does.
        """
        ...


class OfficialPages(Protocol):
    """The status pages that providers keep of themselves."""

    async def read(self, platform: Platform) -> OfficialWord | None:
        """What the provider says of the platform, from a page read within the last 120 s; None: it has no such page.

        A page that cannot be read or understood is an UNKNOWN word. Never raises for anything the outside does.
        """
        ...


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
        deleted, one to a person who said « stop ». An edit (TALLY) takes the place of the one before.
        """
        ...

    async def owed_follow_ups(self, network: str, *, now: datetime, limit: int) -> tuple[OwedFollowUp, ...]:
        """The follow-ups of a network that may be tried now, oldest first, at most one a mention."""
        ...

    async def add_report(self, report: Report) -> None:
        """Keep a person's word on a platform, in place of an earlier one of theirs."""
        ...

    async def reports(self, platform_key: str, *, since: datetime) -> tuple[Report, ...]:
        """What people said of a platform since an instant, oldest first."""
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
        """Delete what was settled or posted before an instant, and older reports; say how many mentions that were."""
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
