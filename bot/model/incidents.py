"""An outage as people met it: when it began and ended, what was seen at each look, and who said what."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model.crowd import NOBODY, CommonCause, Tally
from bot.model.observations import Control, Observation, OfficialWord
from bot.model.verdicts import Cause, Verdict, Vote, Word


@dataclass(frozen=True, slots=True)
class Incident:
    """One outage of one platform, whichever networks it was asked about on. Instants are aware UTC.

    `word` and `cause` are of the newest look that said something; `worst` is the worst word so far. It began after
    `last_up_at` (None: no good look before) and at the latest at `first_down_at`. `last_down_at` is the newest bad
    look; `good_since` the first of the good looks after it, None while it is bad. `turns` counts how often it turned
    from bad to good and back to bad: from 1 on it is unstable. `closed_at` is None while it is open; one that was
    closed without `good_since` was given up: nobody knows when it ended.
    """

    id: str
    platform_key: str
    word: Word
    cause: Cause
    worst: Word
    confidence: float
    opened_at: datetime
    first_down_at: datetime
    last_up_at: datetime | None
    last_down_at: datetime
    last_look_at: datetime
    next_look_at: datetime
    good_since: datetime | None = None
    turns: int = 0
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is looked at again."""
        return self.closed_at is None

    @property
    def is_bad(self) -> bool:
        """Whether it is open, and the newest look that could judge was bad."""
        return self.is_open and self.good_since is None and self.word.is_bad

    @property
    def is_unstable(self) -> bool:
        """Whether it came back and failed again."""
        return self.turns > 0


@dataclass(frozen=True, slots=True)
class Interval:
    """An instant that lies after `after` (None: not known) and at the latest at `until`."""

    after: datetime | None
    until: datetime


@dataclass(frozen=True, slots=True)
class Length:
    """How long it was: at least `least`, at most `most` (None: nobody knows)."""

    least: timedelta
    most: timedelta | None


@dataclass(frozen=True, slots=True)
class LookTaken:
    """One look within an incident, with all that was seen and known then: what a dossier is made of.

    `tally` is kept here because people's reports are forgotten after a few days; it names counts and towns only.
    """

    at: datetime
    word: Word
    cause: Cause
    confidence: float
    votes: tuple[Vote, ...] = ()
    controls: tuple[Control, ...] = ()
    observations: tuple[Observation, ...] = ()
    official: OfficialWord | None = None
    tally: Tally = NOBODY
    common: CommonCause | None = None

    @classmethod
    def of(cls, verdict: Verdict) -> "LookTaken":
        """Keep what a verdict was judged from."""
        return cls(
            at=verdict.judged_at,
            word=verdict.word,
            cause=verdict.cause,
            confidence=verdict.confidence,
            votes=verdict.votes,
            controls=verdict.controls,
            observations=verdict.observations,
            official=verdict.official,
            tally=verdict.tally,
            common=verdict.common,
        )
