"""What an account can and cannot do on its network: facts for the operator, the same for every network."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from bot.ports import SocialError

CLOCK_IS_OFF = timedelta(minutes=2)  # between this machine's clock and a server's; an answer takes seconds
LONGEST_RULE = 600
LONGEST_WAIT = timedelta(hours=1)  # whatever a server says: one odd header must not silence the bot for years


class Can(StrEnum):
    """Whether the account may do something, as far as a harmless call tells."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class PrivateMentions(StrEnum):
    """What becomes of private mentions by strangers. SAME: the server makes no difference. NONE: it has none."""

    ACCEPTED = "accepted"
    FILTERED = "filtered"
    SAME = "not-filtered"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RateLimit:
    """What the server said with its last answer: so many calls in a while, and so many left."""

    limit: int
    remaining: int


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What was found out; None, UNKNOWN and empty: it could not be.

    `trouble` ended the questions, if anything did. `can` goes by the network's own word for a right ("write:statuses").
    `clock_ahead`: this machine's clock less the server's. `rules` are the server's own, made printable.
    """

    handle: str | None = None
    trouble: SocialError | None = None
    can: Mapping[str, Can] = field(default_factory=dict[str, Can])
    says_it_is_a_bot: bool | None = None
    text_limit: int | None = None
    private_mentions: PrivateMentions = PrivateMentions.UNKNOWN
    rate: RateLimit | None = None
    rules: tuple[str, ...] = ()
    clock_ahead: timedelta | None = None

    @property
    def works(self) -> bool:
        """Whether the bot can do its work with this account, and by this machine's clock."""
        may = self.handle is not None and Can.NO not in self.can.values()
        return self.trouble is None and may and not clock_is_off(self.clock_ahead)


def clock_ahead(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """By how much our clock is ahead of the server's, from an answer's Date header; None if it has none."""
    try:
        said = parsedate_to_datetime(headers.get("Date") or headers.get("date") or "")
        return now - said if said.tzinfo else None
    except (ValueError, TypeError, OverflowError):
        return None


def clock_is_off(ahead: timedelta | None) -> bool:
    """Whether the two clocks differ by more than an answer takes."""
    return ahead is not None and abs(ahead) > CLOCK_IS_OFF


def rate_limit(headers: Mapping[str, str]) -> RateLimit | None:
    """Mastodon's X-RateLimit-Limit and -Remaining, or Bluesky's RateLimit-…; None without them."""
    low = {name.casefold(): value for name, value in headers.items()}
    for prefix in ("x-ratelimit-", "ratelimit-"):
        limit, remaining = low.get(f"{prefix}limit", ""), low.get(f"{prefix}remaining", "")
        if limit.isdecimal() and remaining.isdecimal() and max(len(limit), len(remaining)) < 10:
            return RateLimit(int(limit), int(remaining))
    return None


def wait_of(seconds: float | None) -> timedelta | None:
    """How long a server asks us to wait, within reason; None if it does not say."""
    return None if seconds is None else timedelta(seconds=min(max(seconds, 0.0), LONGEST_WAIT.total_seconds()))


def printable(text: str, most: int = LONGEST_RULE) -> str:
    """A stranger's words on one line of a terminal: nothing that moves its cursor or paints it, and not endless."""
    words = " ".join("".join(letter if letter.isprintable() else " " for letter in text[: most * 4]).split())
    return words if len(words) <= most else f"{words[: most - 1]}…"
