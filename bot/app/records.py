"""How the store goes: what it fails at comes in; whether it is left alone just now, and what to tell, come out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.ports import StoreError

STORE_REST = timedelta(seconds=10)  # a store that fails is left alone this long, and so are the networks

log = structlog.stdlib.get_logger("cestmoiou")


@dataclass(slots=True)
class Records:
    """The store as the service met it. `trouble` is a sentence for the operator, None while it works."""

    clock: Callable[[], datetime]
    rest: timedelta = STORE_REST
    on_trouble: Callable[[StoreError], None] | None = None
    trouble: str | None = field(init=False, default=None)
    _rest_until: datetime | None = field(init=False, default=None)

    @property
    def are_resting(self) -> bool:
        """Whether it failed a moment ago."""
        return self._rest_until is not None and self.clock() < self._rest_until

    def failed(self, error: StoreError) -> None:
        """Leave it alone for a while; the log says the same only once."""
        if self.trouble != str(error):
            log.error("cannot keep records", why=str(error))
        if self.on_trouble is not None:
            self.on_trouble(error)
        self.trouble = str(error)
        self._rest_until = self.clock() + self.rest

    def are_well(self) -> None:
        """Something was written: only that proves it."""
        self.trouble = self._rest_until = None
