"""The vantage point that we are: probes from this machine, a second attempt where one could be a blip, controls."""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection
from datetime import datetime, timedelta

from bot.model import (
    UNENCRYPTED,
    Blame,
    Control,
    Failure,
    FailureKind,
    Family,
    Observation,
    Phase,
    Response,
    Target,
    VantagePoint,
)
from bot.probe.controls import Controls
from bot.probe.prober import Prober, Underway

PARALLEL = 16
_HEDGE_S = 3.5  # an attempt that still hangs gets a second one beside it
_PAUSE_S = (1.0, 1.5)  # a blip is over, and we are no hammer
_FAIR_SHARE = 0.6  # of a question's time: a look cut shorter by our own queue calls good sites dead
_FOR_CONTROLS_S = 1.0  # kept back from a question's time, so that the controls can still tell

# What stays as it is, however often one asks within seconds.
_FIXED = frozenset(
    {
        FailureKind.NXDOMAIN,
        FailureKind.EXPIRED,
        FailureKind.NOT_YET_VALID,
        FailureKind.NAME_MISMATCH,
        FailureKind.SELF_SIGNED,
        FailureKind.UNKNOWN_ISSUER,
        FailureKind.INCOMPLETE_CHAIN,
        FailureKind.REVOKED,
        FailureKind.VERSION,
        FailureKind.CLIENT_CERT,
        FailureKind.REDIRECT_LOOP,
        FailureKind.REDIRECT_TOO_MANY,
        FailureKind.REDIRECT_INVALID,
        FailureKind.HTTP2_ONLY,
        FailureKind.HEADERS_TOO_BIG,
    }
)
_FIXED_STATUS = frozenset({501, 505, 506, 510, 511})
_OTHER_THAN_TROUBLE = frozenset({Family.WALL, Family.GEO, Family.QUEUE})


class LocalVantage:
    """Implements `bot.ports.ProbeNetwork` for one vantage point; at most `parallel` targets are looked at at once."""

    def __init__(
        self,
        prober: Prober,
        controls: Controls,
        vantage_point: VantagePoint,
        *,
        clock: Callable[[], datetime],
        parallel: int = PARALLEL,
        hedge_s: float = _HEDGE_S,
        pause_s: tuple[float, float] = _PAUSE_S,
    ) -> None:
        self._prober = prober
        self._controls = controls
        self._vantage_point = vantage_point
        self._clock = clock
        self._slots = asyncio.Semaphore(parallel)
        self._hedge_s = hedge_s
        self._pause_s = pause_s

    async def observe(
        self,
        target: Target,
        *,
        within: timedelta,
        only: Collection[str] | None = None,
        watching: bool = False,  # noqa: ARG002 -- our own looks have no allowance
    ) -> AsyncIterator[Observation | Control]:
        """See `ProbeNetwork.observe`. Yields nothing if no slot came free in time."""
        if only is not None and self._vantage_point.id not in only:
            return
        until = _now() + within.total_seconds()
        try:
            async with asyncio.timeout_at(until - within.total_seconds() * _FAIR_SHARE):
                await self._slots.acquire()
        except TimeoutError:
            return
        attempts = self._attempts(target, until)
        try:
            needs_controls = False
            async for observation in attempts:
                yield observation
                needs_controls |= _is_trouble(observation)
            if needs_controls:
                for control in await self._ask_controls(until):
                    yield control
        finally:
            await attempts.aclose()
            self._slots.release()

    async def _attempts(self, target: Target, until: float) -> AsyncGenerator[Observation, None]:
        first = Underway()
        running: set[asyncio.Task[Observation]] = {self._start(target, 1, until, first)}
        early: asyncio.Task[object] | None = None
        try:
            if await _is_set(first.answered, within_s=min(self._hedge_s, until - _now())):
                done, running = await asyncio.wait(running)
            else:
                done = set[asyncio.Task[Observation]]()
                running.add(self._start(target, 2, until, avoid=first.address))
                # By the time that both have failed it would be too late to ask.
                early = asyncio.create_task(self._ask_controls(until))
            for observation in (task.result() for task in done):
                yield observation
                if _may_change(observation) and (pause_s := random.uniform(*self._pause_s)) < until - _now():  # noqa: S311
                    await asyncio.sleep(pause_s)
                    running.add(self._start(target, 2, until, avoid=observation.addresses.used))
            while running:
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for observation in (task.result() for task in done):
                    yield observation
                    # A success always wins, a late one too. But if it is the second attempt's, the first hangs: it is
                    # waited for, since every second visitor may hang alike.
                    if not _may_change(observation) and not (observation.attempt == 2 and running):
                        return
        finally:
            for task in (*running, *([early] if early else [])):
                task.cancel()

    def _start(
        self,
        target: Target,
        attempt: int,
        until: float,
        underway: Underway | None = None,
        avoid: str | None = None,
    ) -> asyncio.Task[Observation]:
        within = timedelta(seconds=max(0.1, until - _FOR_CONTROLS_S - _now()))
        probing = self._prober.probe(
            target,
            vantage_point=self._vantage_point,
            attempt=attempt,
            within=within,
            underway=underway,
            avoid=avoid,
        )
        return asyncio.create_task(probing)

    async def _ask_controls(self, until: float) -> tuple[Control, ...]:
        within = timedelta(seconds=max(0.0, until - _now()))
        return await self._controls.check(self._vantage_point, failed_at=self._clock(), within=within)


def _is_trouble(observation: Observation) -> bool:
    """Say whether this could be our own network's doing: a failure, or an answer that a box on the way could give."""
    if _fails(observation.other_family):
        return True
    match observation.result:
        case Failure() as failure:
            # A name that leads inside takes the work of one that does not exist: its delay must not tell them apart.
            return failure.phase is not Phase.POLICY or failure.kind is FailureKind.ADDRESS_REFUSED
        case Response() as response:
            # A portal answers on port 80 in the place of all whose port 443 it keeps shut.
            return response.status >= 500 or not UNENCRYPTED.isdisjoint(response.notes)


async def _is_set(event: asyncio.Event, *, within_s: float) -> bool:
    try:
        async with asyncio.timeout(max(0.0, within_s)):
            return await event.wait()
    except TimeoutError:
        return False


def _fails(result: Response | Failure | None) -> bool:
    return isinstance(result, Failure) or (result is not None and result.status >= 500)


def _may_change(observation: Observation) -> bool:
    """Say whether a second attempt within seconds may end differently."""
    match observation.result:
        case Failure() as failure:
            is_fixed = failure.phase is Phase.POLICY or failure.kind in _FIXED
            return failure.blame is not Blame.VANTAGE_POINT and not is_fixed
        case Response() as response:
            is_guarded = any(mark.family in _OTHER_THAN_TROUBLE for mark in response.marks)
            return response.status >= 500 and response.status not in _FIXED_STATUS and not is_guarded


def _now() -> float:
    return asyncio.get_running_loop().time()
