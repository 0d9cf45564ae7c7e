"""What people write to us, and what we understood of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Language(StrEnum):
    """A language we understand and answer in; the value is its BCP 47 primary tag."""

    FRENCH = "fr"
    ENGLISH = "en"
    SPANISH = "es"
    GERMAN = "de"
    ITALIAN = "it"
    PORTUGUESE = "pt"
    DUTCH = "nl"
    CATALAN = "ca"


class Visibility(StrEnum):
    """Who can see a post, widest first. Bluesky posts are always PUBLIC."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    FOLLOWERS = "followers"
    DIRECT = "direct"


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a post. `id` is the network's own opaque id, `handle` is what a reply must contain to reach them.

    `wants_no_bots`: their bio says #nobot. `created_at` is when the account was made, if the network tells.
    """

    id: str
    handle: str
    is_bot: bool = False
    wants_no_bots: bool = False
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """A post that mentions the bot.

    `network` is the account's name in the settings ("mamot"), `id` the network's opaque key of the post (a status id,
    an at:// URI): the two together are the key of "handled". `text` is plain text, mentions of the bot taken out, line
    breaks kept; it may be empty (a bare tag). `language` is the post's own tag, if it has one, unchecked. `posted_at`
    is the author's word, `listed_at` the instant at which the network listed it, by the network's clock.
    `parent_text` is the text of a stranger's post that this one answers. `reply_ref` is whatever the adapter needs to
    answer in the thread, opaque to everybody else. `answers` is the id of the post that this one answers, `thread` the
    id of the post that the thread began with, where the network tells; the store finds out what it can of the rest.
    """

    network: str
    id: str
    author: Author
    text: str
    language: str | None
    posted_at: datetime
    listed_at: datetime
    visibility: Visibility = Visibility.PUBLIC
    content_warning: str | None = None
    parent_text: str | None = None
    reply_ref: str = ""
    answers: str | None = None
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How far a network was read, by the network's clock.

    What was listed before `answer_since` is older than the bot and never answered; up to `read_until` every mention
    was taken. `read_at` is when that was last so, by our own clock and to some minutes; None: never yet.
    """

    answer_since: datetime
    read_until: datetime
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PostRef:
    """Our post on the network: its opaque id there, and the address where people see it, if there is one.

    `was_there`: it was posted by an earlier try, in the words of that one.
    """

    id: str
    url: str | None = None
    was_there: bool = field(default=False, compare=False)


class Act(StrEnum):
    """What a mention wants. The values are the public vocabulary of `cestmoiou understand`."""

    ASK = "ask"
    REPORT_DOWN = "report_down"
    REPORT_UP = "report_up"
    RECHECK = "recheck"
    STOP = "stop"
    DELETE = "delete"
    HELP = "help"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Way:
    """By which way an address leads to `host`: through a proxy, by a sign-in service; hosts, None if not named."""

    host: str
    proxy: str | None = None
    login: str | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A platform's name in a text: the characters from `start` up to `end`.

    `sure`: the words mean nothing else. `spelt`: every letter is right.
    """

    start: int
    end: int
    sure: bool
    spelt: bool = True


@dataclass(frozen=True, slots=True)
class Intent:
    """What we understood.

    `text` is the normalised text in which the catalogue looks for names; `hosts` are the hosts written in the post,
    in order (they beat names), and `ways` those of them to which an address leads through others; `unknown_name` is
    the name as written that the sentence is about, kept in case the catalogue knows none of its words;
    `says_outage` tells that a word of the outage vocabulary is there, which is what ambiguous names need.
    `needs_name`: only a platform that the catalogue knows makes a question of this; without one, it is small talk.
    `context` is where to look if the words name nothing: the whole post, or the post that it answers. `thread` is
    the key of the platform that our verdict in the thread was about. `cues` says why, for `cestmoiou understand
    --explain`: ids of the patterns that decided.
    """

    act: Act
    language: Language
    text: str
    hosts: tuple[str, ...] = ()
    ways: tuple[Way, ...] = ()
    unknown_name: str | None = None
    says_outage: bool = False
    place: str | None = None
    cues: tuple[str, ...] = ()
    needs_name: bool = False
    context: "Intent | None" = None
    thread: str | None = None
