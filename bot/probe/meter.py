"""What one fetch spent its time on, and what became of the addresses; filled as it goes, read at the end."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from bot.model import Addresses, FailureKind, Phases
from bot.probe.dialling import RollCall

Step = Literal["dns", "tcp", "tls", "first_byte", "body"]


@dataclass(slots=True)
class Meter:
    """Seconds by step, added up over redirects; address facts by host."""

    seconds: dict[Step, float] = field(default_factory=dict[Step, float])
    rolls: list[RollCall] = field(default_factory=list[RollCall])
    refused: list[str] = field(default_factory=list[str])
    half_resolved: bool = False

    @contextmanager
    def timing(self, step: Step) -> Generator[None, None, None]:
        """Add the time spent inside to a step, also if it fails."""
        began = _now()
        try:
            yield
        finally:
            self.add(step, _now() - began)

    def add(self, step: Step, seconds: float) -> None:
        """Add seconds to a step."""
        self.seconds[step] = self.seconds.get(step, 0.0) + seconds

    def phases(self) -> Phases:
        """The times, for an Observation."""
        return Phases(**{step: timedelta(seconds=spent) for step, spent in self.seconds.items()})

    def alive_beside(self) -> str | None:
        """An address of the last host that connects, of the other family than the one that was used; None if none."""
        roll = self.rolls[-1] if self.rolls else RollCall()
        used = roll.used
        return None if used is None else next((ip for ip in roll.alive if (":" in ip) != (":" in used)), None)

    def addresses(self) -> Addresses:
        """The addresses' fates, for an Observation: `used` is the last host's, the rest is of all hosts."""
        used = next((roll.used for roll in reversed(self.rolls) if roll.used), None)
        alive = [ip for roll in self.rolls for ip in roll.alive]
        dead = [ip for roll in self.rolls for ip in _dead(roll)]
        return Addresses(
            used=used,
            alive=tuple(dict.fromkeys(alive)),
            dead=tuple(dict.fromkeys(dead)),
            refused=tuple(dict.fromkeys(self.refused)),
            half_resolved=self.half_resolved,
        )


def _dead(roll: RollCall) -> list[str]:
    # An address that we have no route to (IPv6 at home) says nothing of the site, as long as another one answers.
    return [ip for ip, failure in roll.failures.items() if not roll.used or failure.kind is not FailureKind.NO_ROUTE]


def _now() -> float:
    return asyncio.get_running_loop().time()
