"""A probe network in memory: gives the facts it was told, or hangs."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.model import Control, Failure, Observation, Response, Target, VantagePoint

HERE = VantagePoint("here", place="Paris")
LOOKED_AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def saw(
    target: Target, result: Response | Failure | None = None, *, place: VantagePoint = HERE, attempt: int = 1
) -> Observation:
    return Observation(
        vantage_point=place,
        target=target,
        observed_at=LOOKED_AT,
        took=timedelta(milliseconds=120),
        result=result or Response(200, target.host, size=5000, title="Revues"),
        attempt=attempt,
    )


@dataclass
class FakeProbes:
    """`answer` makes the facts for a target; `hangs` never ends, as a network that breaks its promise."""

    answer: Callable[[Target], list[Observation | Control]] = lambda target: [saw(target)]
    hangs: bool = False
    looks: list[str] = field(default_factory=list[str])
    watched: int = 0

    async def observe(
        self, target: Target, *, within: timedelta, only: Collection[str] | None = None, watching: bool = False
    ) -> AsyncIterator[Observation | Control]:
        self.looks.append(target.host)
        self.watched += watching
        for fact in self.answer(target):
            if only is None or fact.vantage_point.id in only:
                yield fact
        await asyncio.sleep(3600 if self.hangs else 0)
