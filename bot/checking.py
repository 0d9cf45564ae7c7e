"""A platform in, a verdict out: look at it from everywhere we can, judge what was seen, remember it."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.model import Control, Evidence, Observation, Platform, Target, Verdict
from bot.ports import ProbeNetwork, Store
from bot.verdict import judge

QUESTION_DEADLINE = timedelta(seconds=10)  # people wait; 10 s and the post make about 12 (docs/probing.md)
MOST_TARGETS = 4  # requests for one platform and question


class Checking:
    """Checks platforms. One look serves everybody who asks within the platform's minimum interval (60 s or more)."""

    def __init__(
        self,
        networks: Sequence[ProbeNetwork],
        store: Store,
        clock: Callable[[], datetime],
        *,
        deadline: timedelta = QUESTION_DEADLINE,
    ) -> None:
        self._networks = tuple(networks)
        self._store = store
        self._clock = clock
        self._deadline = deadline
        self._looks: dict[str, tuple[datetime, asyncio.Task[Verdict]]] = {}

    async def check(self, platform: Platform) -> Verdict:
        """Say how the platform is: a look just made or under way is shared, else a new one is made.

        Ends within the deadline, plus what the store needs. Raises StoreError.
        """
        return await asyncio.shield(self._look_for(platform))

    def _look_for(self, platform: Platform) -> asyncio.Task[Verdict]:
        now = self._clock()
        self._forget_old_looks(now)
        known = self._looks.get(platform.key)
        if (
            known is None or not timedelta(0) <= now - known[0] < platform.min_interval
        ):  # below 0: the clock was set back
            task = asyncio.create_task(self._look(platform), name=f"look at {platform.key}")
            self._looks[platform.key] = known = (now, task)
        return known[1]

    def _forget_old_looks(self, now: datetime) -> None:
        # An hour covers the longest minimum interval. A look that crashed is not shared with the next asker.
        for key, (begun, task) in list(self._looks.items()):
            crashed = task.done() and (task.cancelled() or task.exception() is not None)
            if crashed or abs(now - begun) > timedelta(hours=1):
                del self._looks[key]

    async def _look(self, platform: Platform) -> Verdict:
        history = await self._store.history(platform.key)
        facts = await self._facts(platform.targets[:MOST_TARGETS]) if platform.probe else []
        evidence = Evidence(
            platform=platform,
            observations=tuple(fact for fact in facts if isinstance(fact, Observation)),
            controls=tuple(fact for fact in facts if isinstance(fact, Control)),
            history=history,
        )
        verdict = judge(evidence, at=self._clock())
        await self._store.remember(verdict)
        return verdict

    async def _facts(self, targets: Sequence[Target]) -> list[Observation | Control]:
        facts: list[Observation | Control] = []

        async def collect(network: ProbeNetwork, target: Target) -> None:
            async for fact in network.observe(target, within=self._deadline):
                facts.append(fact)  # noqa: PERF401 -- what came before the deadline counts, even if the rest never does

        looks = [collect(network, target) for network in self._networks for target in targets]
        try:
            async with asyncio.timeout(self._deadline.total_seconds() + 0.5):  # a network that breaks its promise
                await asyncio.gather(*looks)
        except TimeoutError:
            pass
        return facts
