"""Whom not to answer, how often, how publicly, what may be taken back. Pure; the rules' sources: docs/networks.md."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import Act, Conversation, Mention, OwnPost, PostKind, Visibility

MOST_PLATFORMS = 4  # one reply looks at no more: longer lists are lists, not questions
MOST_REPLIES_A_THREAD = 3
MOST_REPLIES_AN_HOUR = 10  # to one person
HOURS_OF_A_DAY = 4  # who gets four full hours of replies in a day is no person
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NOTHING_NEW = timedelta(seconds=60)  # no platform is looked at more often
IN_LINE = timedelta(seconds=3)  # until an answer that is being written is there to be counted

STOPPED = "they-said-stop"
ASKING = frozenset({Act.ASK, Act.RECHECK, Act.HELP})
"""Whoever does this wants to hear from us, whatever they said before."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An answer that is being written: to which mention, in which thread, to whom."""

    mention_id: str
    thread: str | None
    author_id: str


def why_not_answer(mention: Mention) -> str | None:
    """A reason in one word not to answer this author at all, or None.

    Bots are never answered: two bots that answer each other never end.
    """
    if mention.author.is_bot:
        return "a-bot-wrote-it"
    return "wants-no-bots" if mention.author.wants_no_bots else None


def asks_again(mention: Mention, said: Conversation, act: Act) -> bool:
    """Whether somebody who said « stop » has asked something since; an older question does not take it back."""
    return said.stopped_at is not None and act in ASKING and mention.listed_at > said.stopped_at


def why_no_reply(
    mention: Mention,
    said: Conversation,
    *,
    now: datetime,
    under_way: Collection[UnderWay] = (),
    an_hour: int = MOST_REPLIES_AN_HOUR,
    is_goodbye: bool = False,
) -> str | timedelta | None:
    """A reason in one word to say nothing more here, or how long to wait before that can be told, or None.

    At most 3 replies a thread, and `an_hour` to one person, 4 times that a day; follow-ups are not counted, they have
    a bound of their own. Nor does a goodbye fail for a full thread: that is where people say « stop », and it comes
    once. What is under way counts, but as it may come to nothing, it only makes the next one wait.
    """
    others = [each for each in under_way if each.mention_id != mention.id]
    in_thread = {post.mention_id for post in said.in_thread if not post.kind.is_follow_up}
    soon = {each.mention_id for each in others if each.thread and each.thread == mention.thread}
    if len(in_thread) >= MOST_REPLIES_A_THREAD and not is_goodbye:
        return "enough-in-this-thread"
    told = {post.mention_id for post in said.to_author if not post.kind.is_follow_up}
    lately = {post.mention_id for post in said.to_author if post.posted_at > now - HOUR} & told
    if len(lately) >= an_hour or len(told) >= an_hour * HOURS_OF_A_DAY:
        return "enough-for-this-person"
    to_them = {each.mention_id for each in others if each.author_id == mention.author.id}
    thread_is_close = len(in_thread | soon) >= MOST_REPLIES_A_THREAD and not is_goodbye
    is_close = thread_is_close or len(lately | to_them) >= an_hour
    return IN_LINE if is_close else None


def has_asked_back(said: Conversation) -> bool:
    """Whether we asked « which one? » or for an address in this thread: once is enough."""
    return any(post.kind is PostKind.QUESTION for post in said.in_thread)


def is_echo(mention: Mention, said: Conversation, platforms: Collection[str], *, now: datetime) -> bool:
    """Whether our verdict is answered by the same question at once: a machine that no flag shows, or an impatient
    thumb. There is nothing new to say before the next look, and a loop ends here.
    """
    above = said.above
    return (
        above is not None
        and above.kind is PostKind.VERDICT
        and above.author_id == mention.author.id
        and set(platforms) == set(above.platforms)
        and now - above.posted_at < NOTHING_NEW
    )


def posts_to_take_back(mention: Mention, said: Conversation) -> tuple[OwnPost, ...]:
    """What « efface » takes back: our posts to its author alone.

    Under a post of ours: that one and what followed from the same question. Elsewhere in a thread: all that are theirs
    there. Anywhere else: the last one of the day.
    """
    me = mention.author.id
    if said.above is not None:
        question = said.above.mention_id
        theirs = (said.above, *said.in_thread) if said.above.author_id == me else ()
        return tuple(dict.fromkeys(post for post in theirs if post.mention_id == question))
    in_thread = tuple(post for post in said.in_thread if post.author_id == me)
    still_there = tuple(post for post in said.to_author if post.ref.id not in said.taken_back)
    return in_thread or still_there[-1:]


def reply_visibility(asked: Visibility) -> Visibility:
    """How visible a reply may be: never wider than the question, and unlisted at most.

    A followers-only question gets a direct answer: our followers are not the asker's.
    """
    match asked:
        case Visibility.PUBLIC | Visibility.UNLISTED:
            return Visibility.UNLISTED
        case Visibility.FOLLOWERS | Visibility.DIRECT:
            return Visibility.DIRECT
