"""How deep a walk through a list of mentions goes: when the last ones were, and how long they were, comes in. Pure.

Lists are newest first, yet some mentions come into them late, behind newer ones. So each walk reads some way past what
is known. When thousands have mentioned the bot within minutes, that is a hundred pages, every few seconds: then most
walks stop where the known ones begin, and one in a while goes all the way.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

DEEP_EVERY = timedelta(minutes=1)
AT_THE_START = timedelta(minutes=10)  # further: nobody knows when the process before walked so deep


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A network's habits, and what it allows.

    `overlap` is how far behind what is known late ones are looked for. The first `free_pages` are read in each walk, as
    far as the overlap goes; deep walks read one page every `page_every` on average. `sweep_back`: how far the deep walk
    that comes every `sweep_every` goes; None: no such sweeps.
    """

    overlap: timedelta
    free_pages: int
    page_every: timedelta
    sweep_every: timedelta = timedelta(minutes=5)
    sweep_back: timedelta | None = None


@dataclass(slots=True)
class Depth:
    """One account's. Nothing of it outlives the process: the first walk after a start is a deep one."""

    rhythm: Rhythm
    _next_deep_at: datetime | None = None
    _last_deep_at: datetime | None = None
    _swept_at: datetime | None = None
    _deep_from: datetime | None = None

    def walk(self, since: datetime | None, now: datetime) -> "Walk":
        """Begin a walk. All that was listed until `since` was read; None: the newest page is wanted, and no more."""
        if since is None:
            return Walk(self, now, None, None)
        if not self._is_deep_due(now):
            return Walk(self, now, since, since - self.rhythm.overlap)
        # What came late since the last deep walk began is behind what was known then.
        back_to = min(since, self._deep_from or since - AT_THE_START) - self.rhythm.overlap
        sweeps = self.rhythm.sweep_back is not None and self._is_past(self._swept_at, self.rhythm.sweep_every, now)
        if self.rhythm.sweep_back is not None and sweeps:
            back_to = min(back_to, now - self.rhythm.sweep_back)
        return Walk(self, now, since, back_to, is_deep=True, sweeps=sweeps)

    def ended(self, walk: "Walk", *, whole: bool) -> None:
        """Note a deep walk. One that broke off is made again, after as long as what it read is worth."""
        wait = walk.pages * self.rhythm.page_every
        self._last_deep_at = walk.began_at
        self._next_deep_at = walk.began_at + (max(DEEP_EVERY, wait) if whole else wait)
        if whole:
            self._deep_from = walk.since
            self._swept_at = walk.began_at if walk.sweeps else self._swept_at

    def _is_deep_due(self, now: datetime) -> bool:
        if self._next_deep_at is None or self._last_deep_at is None:
            return True
        return now >= self._next_deep_at or now < self._last_deep_at  # or the clock was set back

    @staticmethod
    def _is_past(then: datetime | None, every: timedelta, now: datetime) -> bool:
        return then is None or abs(now - then) >= every


@dataclass(slots=True)
class Walk:
    """One walk, page by page."""

    depth: Depth
    began_at: datetime
    since: datetime | None
    back_to: datetime | None
    is_deep: bool = False
    sweeps: bool = False
    pages: int = field(default=0, init=False)

    def is_enough(self, oldest: datetime | None) -> bool:
        """Say whether a page was the last one that is wanted; `oldest` is listed last in it, None if it is empty."""
        self.pages += 1
        if oldest is None:
            return False
        if self.since is None or self.back_to is None or oldest < self.back_to:
            return True
        return not self.is_deep and self.pages >= self.depth.rhythm.free_pages and oldest < self.since

    def ended(self, *, whole: bool) -> None:
        """Say that the walk is over; `whole`: it came to its end."""
        if self.is_deep:
            self.depth.ended(self, whole=whole)
