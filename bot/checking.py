"""A platform in, a verdict out: look at it from everywhere we can, judge what was seen, remember it."""

import asyncio
import itertools
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.budgets import STALE, LookBudget
from bot.model import Control, Evidence, Observation, OfficialWord, Platform, Target, Verdict
from bot.ports import OfficialPages, ProbeNetwork, Store
from bot.verdict import judge
from bot.verdict.crowd import tally_of
from bot.verdict.minority import minority_of

QUESTION_DEADLINE = timedelta(seconds=10)  # people wait; 10 s and the post make about 12 (docs/probing.md)
MOST_TARGETS = 4  # requests for one platform and question
MOST_LOOKS_KEPT = 5000
PATIENCE_WITH_OFFICIAL_PAGE = timedelta(seconds=2)  # after our own look has ended
REPORTS_COUNT_FOR = timedelta(hours=2)  # what people said longer ago is not told beside a new look
LEAST_TIME_FOR_A_SECOND_LOOK = timedelta(seconds=1)  # with less, it would only find that time is up


@dataclass(frozen=True, slots=True)
class Later:
    """No look now, and none to tell of: the budgets are empty. Try again after `wait`."""

    wait: timedelta


@dataclass(frozen=True, slots=True)
class Look:
    """A look that is being made, or was."""

    begun_at: datetime
    verdict: asyncio.Task[Verdict]


class Checking:
    """Checks platforms. One look serves everybody who asks within the platform's minimum interval (60 s or more)."""

    def __init__(
        self,
        networks: Sequence[ProbeNetwork],
        store: Store,
        clock: Callable[[], datetime],
        *,
        official: OfficialPages | None = None,
        deadline: timedelta = QUESTION_DEADLINE,
        budget: LookBudget | None = None,
    ) -> None:
        self._networks = tuple(networks)
        self._store = store
        self._clock = clock
        self._official = official
        self._deadline = deadline
        self._budget = budget or LookBudget()
        self._looks: dict[str, Look] = {}

    async def check(self, platform: Platform) -> Verdict:
        """Say how the platform is: a look just made or under way is shared, else a new one is made.

        Ends within the deadline, plus what the store needs. Raises StoreError.
        """
        look = self._fresh_look(platform) or self._begin(platform)
        return await asyncio.shield(look.verdict)

    async def check_for_a_stranger(self, platform: Platform) -> Verdict | Later:
        """Do the same within the budgets: when they are empty, tell of a look of the last 10 minutes, or look later.

        A verdict that is told again in that way is `stale`. Raises StoreError.
        """
        look = self._fresh_look(platform)
        if look is None:
            wait = self._budget.take(platform, self._clock())
            if wait:
                return await self._stale_verdict(platform) or Later(wait)
            look = self._begin(platform)
        return await asyncio.shield(look.verdict)

    async def watch(self, platform: Platform) -> Verdict:
        """Do the same for nobody but ourselves, to follow an incident: whoever asks meanwhile shares the look.

        Raises StoreError.
        """
        look = self._fresh_look(platform) or self._begin(platform, watching=True)
        return await asyncio.shield(look.verdict)

    def _fresh_look(self, platform: Platform) -> Look | None:
        look = self._known_look(platform)
        if look is None:
            return None
        age = self._clock() - look.begun_at
        return look if timedelta(0) <= age < platform.min_interval else None  # below 0: the clock was set back

    def _known_look(self, platform: Platform) -> Look | None:
        look = self._looks.get(platform.key)
        crashed = look and look.verdict.done() and (look.verdict.cancelled() or look.verdict.exception())
        return None if crashed else look  # a look that crashed is not shared with the next asker

    async def _stale_verdict(self, platform: Platform) -> Verdict | None:
        look = self._known_look(platform)
        if look is None or abs(self._clock() - look.begun_at) > STALE:
            return None
        return replace(await asyncio.shield(look.verdict), stale=True)

    def _begin(self, platform: Platform, *, watching: bool = False) -> Look:
        now = self._clock()
        self._forget_old_looks(now)
        task = asyncio.create_task(self._look(platform, watching=watching), name=f"look at {platform.key}")
        self._looks.pop(platform.key, None)  # the newest come last
        self._looks[platform.key] = look = Look(now, task)
        return look

    def _forget_old_looks(self, now: datetime) -> None:
        # An hour covers the longest minimum interval.
        for key, look in list(itertools.islice(self._looks.items(), 10)):
            if abs(now - look.begun_at) > timedelta(hours=1) or len(self._looks) >= MOST_LOOKS_KEPT:
                del self._looks[key]

    async def _look(self, platform: Platform, *, watching: bool) -> Verdict:
        until = _now() + self._deadline.total_seconds()
        official = asyncio.create_task(self._read_official(platform), name=f"official word on {platform.key}")
        try:
            known = await self._known(platform)
            verdict = await self._judged(known, until, watching=watching)
            verdict = replace(verdict, official=await _in_time(official, until), history=known.history)
        finally:
            official.cancel()  # who reads the page goes on for the next asker
        await self._store.remember(verdict)
        return verdict

    async def _known(self, platform: Platform) -> Evidence:
        """What is known before a look: how it was earlier, and what people say of it just now."""
        history = await self._store.history(platform.key)
        now = self._clock()
        reports = await self._store.reports(platform.key, since=now - REPORTS_COUNT_FOR)
        return Evidence(platform, (), history=history, tally=tally_of(reports, now=now))

    async def _read_official(self, platform: Platform) -> OfficialWord | None:
        return None if self._official is None else await self._official.read(platform)

    async def _judged(self, known: Evidence, until: float, *, watching: bool) -> Verdict:
        platform = known.platform
        targets = platform.targets[:MOST_TARGETS] if platform.probe else ()
        facts = await self._facts(targets, until, watching=watching)
        evidence = _with_facts(known, facts)
        verdict = judge(evidence, at=self._clock())
        minority = minority_of(verdict)
        if minority is not None and until - _now() >= LEAST_TIME_FOR_A_SECOND_LOOK.total_seconds():
            again = await self._facts((minority.target,), until, only=minority.places, watching=watching)
            evidence = _with_facts(known, (*minority.without_their_looks(facts, again), *again))
            verdict = judge(evidence, at=self._clock())
            facts = [*facts, *again]
        return replace(verdict, observations=tuple(fact for fact in facts if isinstance(fact, Observation)))

    async def _facts(
        self, targets: Sequence[Target], until: float, *, only: Collection[str] | None = None, watching: bool
    ) -> list[Observation | Control]:
        facts: list[Observation | Control] = []
        within = timedelta(seconds=max(0.0, until - _now()))

        async def collect(network: ProbeNetwork, target: Target) -> None:
            async for fact in network.observe(target, within=within, only=only, watching=watching):
                facts.append(fact)  # noqa: PERF401 -- what came before the deadline counts, even if the rest never does

        looks = [collect(network, target) for network in self._networks for target in targets]
        try:
            async with asyncio.timeout_at(until + 0.5):  # a network that breaks its promise
                await asyncio.gather(*looks)
        except TimeoutError:
            pass
        return facts


def _with_facts(known: Evidence, facts: Sequence[Observation | Control]) -> Evidence:
    return replace(
        known,
        observations=tuple(fact for fact in facts if isinstance(fact, Observation)),
        controls=tuple(fact for fact in facts if isinstance(fact, Control)),
    )


async def _in_time(official: asyncio.Task[OfficialWord | None], until: float) -> OfficialWord | None:
    patience_s = min(PATIENCE_WITH_OFFICIAL_PAGE.total_seconds(), until - _now())
    done, _ = await asyncio.wait({official}, timeout=max(0.0, patience_s))
    return official.result() if done else None


def _now() -> float:
    return asyncio.get_running_loop().time()
