"""Neither a hammer nor a spyglass: how often a person may ask, and how often the bot looks. Pure; time comes in.

A budget is a token bucket, kept as one instant a key (the generic cell rate algorithm): the instant at which the
bucket will be full again. Everything is in memory and bounded; why not on disk: docs/decisions/012-budgets.md.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from publicsuffixlist import PublicSuffixList

from bot.model import Mention, Platform

CONSOLE = "console"  # the operator's own terminal; no account may have this name
STALE = timedelta(minutes=10)  # how old a verdict may be that is told again because the budgets are empty
ASKS_TOO_OFTEN = "asks-too-often"
TOO_BUSY = "too-busy"

_MOST_KEYS = 20_000  # about 4 MB; beyond, whoever was quiet for longest is forgotten
_GIVE_UP = timedelta(hours=1)
_HOUR = timedelta(hours=1)
_LONGEST_WAIT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and one more every so often. `size` is at least 1, `every` longer than nothing."""

    size: int
    every: timedelta

    def __post_init__(self) -> None:
        if self.size < 1 or self.every <= timedelta(0):
            raise ValueError("a rate lets something through")

    def __str__(self) -> str:
        """As the settings write it: "3 + 1 per 20s"."""
        return f"{self.size} + 1 per {self.every.total_seconds():g}s"


# What 500 accounts in rotation, or one that asks every second, cannot turn into a flood (docs/probing.md, measured).
ASKER = Rate(3, timedelta(seconds=20))
TARGET = Rate(10, timedelta(minutes=2))  # 30 an hour
ALL_LOOKS = Rate(20, timedelta(milliseconds=500))
POSTS_AN_HOUR = 60  # of ours on one network: far under what servers allow (300 in 3 hours on Mastodon)
UNKNOWN_HOSTS = Rate(1, timedelta(seconds=5))  # hosts that somebody typed and no catalogue knows


class Buckets:
    """One bucket a key, all of the same rate. A key that was never seen has a full one."""

    def __init__(self, rate: Rate, *, most_keys: int = _MOST_KEYS) -> None:
        self._rate = rate
        self._most_keys = most_keys
        self._full_at = OrderedDict[str, datetime]()

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._full_at)

    def wait(self, key: str, at: datetime) -> timedelta:
        """How long after `at` one token will be there; zero: it is there now."""
        until_full = self._full_at.get(key, at) - at
        return max(timedelta(0), until_full - (self._rate.size - 1) * self._rate.every)

    def take(self, key: str, at: datetime, count: int = 1) -> None:
        """Take tokens out, more than there are if need be: the debt is paid before `wait` is zero again."""
        self._full_at[key] = max(self._full_at.get(key, at), at) + count * self._rate.every
        self._full_at.move_to_end(key)
        if len(self._full_at) > self._most_keys:
            self._full_at.popitem(last=False)


@dataclass(frozen=True, slots=True)
class LookRates:
    """The rates of looks: at one target, at all of them together, at hosts that nobody knows together."""

    target: Rate = TARGET
    everything: Rate = ALL_LOOKS
    unknown: Rate = UNKNOWN_HOSTS


DEFAULT_LOOKS = LookRates()


class LookBudget:
    """How often the bot looks, whoever asks: a target is a platform of the catalogue, or a registrable domain."""

    def __init__(self, rates: LookRates = DEFAULT_LOOKS) -> None:
        self._target = _Limit(rates.target)
        self._everything = _Limit(rates.everything)
        self._unknown = _Limit(rates.unknown)
        _public_suffixes()  # 40 ms, once: better at start than while somebody waits

    def take(self, platform: Platform, at: datetime) -> timedelta:
        """Take a look out of the budgets and return zero; or take nothing and say when to try again, 10 min at most.

        Those who wait get different instants, in the order in which they came.
        """
        limits = [(self._target, budget_key(platform)), (self._everything, "")]
        if is_unknown(platform):
            limits.append((self._unknown, ""))
        limit, key = max(limits, key=lambda each: each[0].buckets.wait(each[1], at))
        if limit.buckets.wait(key, at):
            return limit.stand_in_line(key, at)
        for each, its_key in limits:
            each.buckets.take(its_key, at)
        return timedelta(0)


class _Limit:
    """The buckets of one rate, and the line of those who found theirs empty."""

    def __init__(self, rate: Rate) -> None:
        self.buckets = Buckets(rate)
        self._line = Buckets(Rate(1, rate.every))

    def stand_in_line(self, key: str, at: datetime) -> timedelta:
        wait = self.buckets.wait(key, at) + self._line.wait(key, at)
        if wait < _LONGEST_WAIT:
            self._line.take(key, at)
        return min(wait, _LONGEST_WAIT)


class QuestionBudget:
    """How often one person may ask. A question is paid once, however often it is tried again until it is answered."""

    def __init__(self, rate: Rate = ASKER, *, most_keys: int = _MOST_KEYS) -> None:
        self._askers = Buckets(rate, most_keys=most_keys)
        self._paid = OrderedDict[tuple[str, str], datetime]()
        self._most_keys = most_keys

    @property
    def remembered(self) -> int:
        """How many askers and questions are kept in memory."""
        return len(self._askers) + len(self._paid)

    def allows(self, mention: Mention, *, platforms: int, now: datetime) -> bool:
        """Say whether the question may be answered, and count it: one token for each platform that it names.

        A question of four platforms passes with one token and leaves a debt, so the pace holds and nobody gets half a
        reply. Counted at `listed_at`: what somebody asked over hours, while the bot was away, was not asked at once.
        What comes out of its turn (dated back, tried again after a restart) passes if it may be asked now.
        """
        key = mention.network, mention.id
        asker = asker_of(mention)
        if asker is None or key in self._paid:
            return True
        passes = [at for at in (mention.listed_at, now) if not self._askers.wait(asker, at)]
        if not passes:
            return False
        self._askers.take(asker, passes[0], platforms)
        self._paid[key] = now
        if len(self._paid) > self._most_keys:
            self._paid.popitem(last=False)
        return True

    def gives_up(self, mention: Mention, *, now: datetime) -> bool:
        """Say whether a question has waited so long for a look that an answer would only surprise: an hour."""
        return now - self._paid.get((mention.network, mention.id), now) > _GIVE_UP


class PostBudget:
    """How many posts an hour on one network: never more in any 60 minutes. A place is kept under a key."""

    def __init__(self, most_an_hour: int, posted: Iterable[datetime] = ()) -> None:
        self._most = most_an_hour
        self._taken = {f"before the start {number}": at for number, at in enumerate(posted)}

    def reserve(self, key: str, now: datetime) -> timedelta:
        """Take a place, and return zero; or take none, and say when the next one is free. Again is once, renewed."""
        self._taken = {each: at for each, at in self._taken.items() if now - at < _HOUR}
        if key not in self._taken and len(self._taken) >= self._most:
            return max(_HOUR - (now - min(self._taken.values())), timedelta(seconds=1))
        self._taken[key] = now
        return timedelta(0)

    def release(self, key: str) -> None:
        """Give a place back; nothing if there is none."""
        self._taken.pop(key, None)


def asker_of(mention: Mention) -> str | None:
    """Who is counted; None for the operator at the terminal, who is not."""
    return None if mention.network == CONSOLE else f"{mention.network} {mention.author.id}"


def is_unknown(platform: Platform) -> bool:
    """Say whether this is a bare host that somebody typed."""
    return platform.key.startswith("url:")


def budget_key(platform: Platform) -> str:
    """Under which key looks at a platform are counted: its own; for a bare host its registrable domain.

    Else *.example.org would be as many targets as somebody cares to invent.
    """
    if not is_unknown(platform):
        return platform.key
    host = platform.key.removeprefix("url:")
    return f"domain:{registrable_domain(host)}"


def registrable_domain(host: str) -> str:
    """The domain that somebody registered, of which the host is a part: example.org of www.example.org."""
    return _public_suffixes().privatesuffix(host) or host


@cache
def _public_suffixes() -> PublicSuffixList:
    # The list that came with the package: nothing is fetched. Its private part counts, so that the customers of a
    # hosting service (somebody.github.io) do not use up each other's budget.
    return PublicSuffixList()
