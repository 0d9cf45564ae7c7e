"""How many tests Globalping may still be asked for: an hourly allowance with a reserve. Pure; time comes in.

One test is one probe's answer. The reserve is kept for what the bot looks at on its own while an incident is open:
people are told when it is back also after a day on which everybody asked.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)
WITHOUT_TOKEN, WITH_TOKEN = 250, 500  # tests an hour, by the API's own limits
LAST_TESTS = 10  # below, what is left is for the reserve, whatever we have counted ourselves


@dataclass(slots=True)
class Allowance:
    """Counts tests of the last hour, and believes the API where it says that less is left."""

    hourly: int
    reserve: int
    _spent: deque[tuple[datetime, int]] = field(default_factory=deque[tuple[datetime, int]])
    _told: tuple[int, datetime] | None = None  # so many are left, until then

    def left(self, at: datetime) -> int:
        """How many tests are left in this hour, the reserve among them."""
        while self._spent and abs(at - self._spent[0][0]) >= HOUR:
            self._spent.popleft()
        own = self.hourly - sum(tests for _, tests in self._spent)
        if self._told is not None and at < self._told[1]:
            return max(0, min(own, self._told[0]))
        return max(0, own)

    def allows(self, tests: int, at: datetime, *, watching: bool) -> bool:
        """Say whether so many tests may be asked for; the reserve only for what is `watching` an incident."""
        kept = 0 if watching else max(min(self.reserve, self.hourly // 2), LAST_TESTS)
        return self.left(at) - tests >= kept

    def spend(self, tests: int, at: datetime) -> None:
        """Count tests that were asked for."""
        self._spent.append((at, tests))
        if self._told is not None:
            self._told = (self._told[0] - tests, self._told[1])

    def told(self, left: int, reset: timedelta, at: datetime) -> None:
        """Take the API's own word: so many are left, until the allowance is full again after `reset`."""
        self._told = (left, at + min(reset, HOUR))
