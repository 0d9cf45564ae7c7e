"""What we said, to whom, and what we still owe: the bot's own posts, follow-ups, people's reports."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.model.mentions import Language, Mention, PostRef, Visibility
from bot.model.verdicts import Word


class PostKind(StrEnum):
    """What a post of ours is. A mention gets one answer, and at most one of each kind of follow-up."""

    VERDICT = "verdict"
    QUESTION = "question"  # which one? what is its address?
    HELP = "help"
    DOSSIER = "dossier"
    GOODBYE = "goodbye"  # the one confirmation of « stop »
    CORRECTION = "correction"
    BACK = "back"
    TALLY = "tally"  # no post of its own: the verdict, edited
    COLLEAGUES = "colleagues"  # the tally in a post of its own, once, where no verdict can be edited
    NOTICE = "notice"  # answers nothing: mentions a provider who wants to hear of outages

    @property
    def is_follow_up(self) -> bool:
        """Whether it comes by itself, after the answer to the mention."""
        return self in {PostKind.CORRECTION, PostKind.BACK, PostKind.TALLY, PostKind.COLLEAGUES}


@dataclass(frozen=True, slots=True)
class OwnPost:
    """A post of ours: what it answers (`mention_id`), whom (`author_id`, opaque), and what it is about.

    A notice answers nothing: its `mention_id` is "", its `author_id` that of the provider's account.

    `platforms` are keys of the catalogue, or "url:" and a bare host; empty for help and questions. `told` is what a
    verdict said of each of them, in the same order. The asker's words,
    handle and content warning are not kept: the network still knows them, as long as their author wants it to.
    """

    network: str
    ref: PostRef
    mention_id: str
    author_id: str
    kind: PostKind
    language: Language
    visibility: Visibility
    posted_at: datetime
    platforms: tuple[str, ...] = ()
    told: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Saying:
    """What an answer of ours says, in our own terms: kind, language, and what of which platforms, as in `OwnPost`."""

    kind: PostKind
    language: Language
    platforms: tuple[str, ...] = ()
    told: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Owed:
    """A mention that waits for its answer. `attempts` counts the times an answer was begun before this one.

    From `late_at` on, by our own clock, an answer would only surprise; None: never. `saying` is what was said by the
    first of them whose post may be there; None if there is none.
    """

    mention: Mention
    attempts: int
    late_at: datetime | None = None
    saying: Saying | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was said before a mention. Everything oldest first; what was deleted is no part of `in_thread`.

    `in_thread` are our posts in the mention's thread, `above` the one that it answers directly, `to_author` those of
    the last day to its author, wherever they are and deleted ones as well; `taken_back` the ids of those.
    `stopped_by` is the id of the mention by
    which the author said « stop », `stopped_at` when that was listed; both None if they did not, or asked again since.
    `awaits_receipts`: posts of ours may be there of which we do not know yet, so that `above` may be one of them.
    """

    in_thread: tuple[OwnPost, ...] = ()
    above: OwnPost | None = None
    to_author: tuple[OwnPost, ...] = ()
    taken_back: frozenset[str] = frozenset()
    stopped_by: str | None = None
    stopped_at: datetime | None = None
    awaits_receipts: bool = False

    @property
    def about(self) -> tuple[str, ...]:
        """The platforms that it is about: those of the post answered, else of our newest verdict in the thread."""
        if self.above is not None and self.above.platforms:
            return self.above.platforms
        return next((post.platforms for post in reversed(self.in_thread) if post.platforms), ())


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Something that we owe to whoever asked, without being asked again. The key: network, mention, kind.

    `text` is what it says, worded when it was owed, so that a second try says the same; `due_at` is when it may be
    posted first.
    """

    network: str
    mention_id: str
    kind: PostKind
    text: str
    language: Language
    due_at: datetime
    platforms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwedFollowUp:
    """A follow-up that may be tried now. `mention` is the one it belongs to, its words and handle forgotten.

    `posts` are ours under that mention, oldest first, deleted ones as well; `attempts` counts the times it was begun.
    """

    follow_up: FollowUp
    mention: Mention
    posts: tuple[OwnPost, ...]
    attempts: int


@dataclass(frozen=True, slots=True)
class Notice:
    """A post that answers nothing: it tells a provider who wants to hear of it of an outage. The key: the incident.

    `account` is the provider's as the catalogue has it ("@user@server", "@handle"); `text` what is told, without it.
    The text holds `incident_id`, by which the post is known again where the network cannot refuse a second one.
    """

    network: str
    incident_id: str
    platform_key: str
    account: str
    text: str
    language: Language
    due_at: datetime


@dataclass(frozen=True, slots=True)
class OwedNotice:
    """A notice that may be tried now; `attempts` counts the times it was begun."""

    notice: Notice
    attempts: int


Debt = Mention | FollowUp | Notice


@dataclass(frozen=True, slots=True)
class Report:
    """A person's word on a platform, and their place if they said it. One a person and platform: the latest counts.

    `server` is where their account lives, as their handle says; `is_new_account` that it was made only days before.
    """

    network: str
    author_id: str
    platform_key: str
    works: bool
    place: str | None
    reported_at: datetime
    mention_id: str
    server: str = ""
    is_new_account: bool = False
