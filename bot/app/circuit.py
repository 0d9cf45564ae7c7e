"""When to leave a network alone: what a post told goes in, how many may be begun now comes out. Pure; time comes in."""

from datetime import datetime, timedelta

from bot.ports import SocialError

AT_ONCE = 8  # posts under way in one network, so that one that hangs leaves the others theirs
FAILURES = 3  # in a row, until it rests
FIRST_REST = timedelta(seconds=15)
LONGEST_REST = timedelta(minutes=5)
LONGEST_WISH = timedelta(hours=1)  # of a network that asks to be left alone; longer ones are asked again


class Circuit:
    """One network's. Closed: up to 8 at once. Open: none. After its rest: one, to see whether it works again.

    So a network that is down costs one post in a while instead of one for each mention that waits, and what waits is
    tried at once when it is back.
    """

    def __init__(self) -> None:
        self._failures = 0
        self._rests_until: datetime | None = None

    def tell(self, error: SocialError | None, now: datetime) -> None:
        """What became of a post: None for well, or for a clear no."""
        if error is None:
            self._failures, self._rests_until = 0, None
        elif not self._rests(now):  # else it was under way when the others failed, and tells nothing new
            self._failures += 1
            self._rest(now, error.retry_after or timedelta(0))

    def may_begin(self, under_way: int, now: datetime) -> int:
        """How many more posts may be begun, with so many under way."""
        if self._rests(now):
            return 0
        return max(0, (1 if self._failures >= FAILURES else AT_ONCE) - under_way)

    def _rest(self, now: datetime, wish: timedelta) -> None:
        rest = min(wish, LONGEST_WISH)
        if self._failures >= FAILURES:
            rest = max(rest, min(FIRST_REST * 2 ** min(self._failures - FAILURES, 10), LONGEST_REST))
        self._rests_until = now + rest if rest else None

    def _rests(self, now: datetime) -> bool:
        # More than the longest rest ahead: the clock was set back.
        return self._rests_until is not None and timedelta(0) < self._rests_until - now <= LONGEST_WISH
