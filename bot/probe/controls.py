"""Are we ourselves online? References with a known answer in, `Control`s out, asked only once something failed.

The whole known answer is compared: a captive portal's own 200 is none.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.model import Control, Failure, FailureKind, Phase, Target, VantagePoint
from bot.probe.fetching import Fetch, Fetched
from bot.probe.prober import Prober

_MARGIN = timedelta(milliseconds=150)  # so that the checks end before whoever waits for them gives up
_KEPT = timedelta(seconds=30)
_FRESH = timedelta(seconds=5)  # a result this much older than the failure says nothing about it
_ENOUGH_TIME = timedelta(seconds=3)  # a check that was cut shorter says nothing to whoever has longer
_INTERCEPTED = frozenset(
    {FailureKind.ADDRESS_REFUSED, FailureKind.REDIRECT_REFUSED, FailureKind.NAME_MISMATCH, FailureKind.SELF_SIGNED}
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A well-known address and what it answers: `status`, and the whole body, spaces around it apart ("" for none)."""

    url: str
    status: int
    body: str = ""


@dataclass(frozen=True, slots=True)
class _Check:
    begun_at: datetime
    within: timedelta
    task: asyncio.Task[tuple[Control, ...]]

    def serves(self, failed_at: datetime, within: timedelta, now: datetime) -> bool:
        """Say whether whoever has `within` may take this check for a failure at that instant."""
        if now - self.begun_at > _KEPT or failed_at - self.begun_at > _FRESH or self._was_dropped:
            return False
        return self.within >= min(within, _ENOUGH_TIME) or self._all_work

    @property
    def _was_dropped(self) -> bool:
        return self.task.done() and (self.task.cancelled() or self.task.exception() is not None)

    @property
    def _all_work(self) -> bool:
        return self.task.done() and all(control.works for control in self.task.result())


class Controls:
    """Checks references of several operators at once; askers within the same moment share one check."""

    def __init__(self, prober: Prober, references: Sequence[Reference], *, clock: Callable[[], datetime]) -> None:
        self._prober = prober
        self._references = tuple(references)
        self._clock = clock
        self._checked: _Check | None = None

    async def check(
        self, vantage_point: VantagePoint, *, failed_at: datetime, within: timedelta
    ) -> tuple[Control, ...]:
        """Say how each reference is, by a check not much older than `failed_at`. Ends within `within`; never raises."""
        now = self._clock()
        check = self._checked
        if check is None or not check.serves(failed_at, within, now):
            in_time = max(timedelta(0), within - _MARGIN)
            task = asyncio.create_task(self._check_all(vantage_point, in_time), name="controls")
            self._checked = check = _Check(now, within, task)
        await asyncio.wait({check.task}, timeout=within.total_seconds())
        if check.task.done() and not check.task.cancelled():
            return check.task.result()
        return tuple(self._unanswered(reference, vantage_point, now) for reference in self._references)

    def _unanswered(self, reference: Reference, vantage_point: VantagePoint, now: datetime) -> Control:
        # What does not answer in time has not answered: with nothing beyond our own line, that is all there is to see.
        return Control(vantage_point, target_of(reference.url).host, now, works=False, resolved=False)

    async def _check_all(self, vantage_point: VantagePoint, within: timedelta) -> tuple[Control, ...]:
        checks = (self._check_one(reference, vantage_point, within) for reference in self._references)
        return tuple(await asyncio.gather(*checks))

    async def _check_one(self, reference: Reference, vantage_point: VantagePoint, within: timedelta) -> Control:
        checked_at = self._clock()
        target = target_of(reference.url)
        fetch, result = await self._prober.fetch(target, within=within)
        addresses = fetch.meter.addresses()
        reached = (addresses.used,) if addresses.used else addresses.dead
        return Control(
            vantage_point=vantage_point,
            host=target.host,
            checked_at=checked_at,
            works=isinstance(result, Fetched) and _is_as_known(result, reference),
            resolved=_is_resolved(fetch, result),
            captive=_is_intercepted(result, reference),
            ipv6=bool(reached) and all(":" in address for address in reached),
        )


def target_of(url: str) -> Target:
    """Read a reference's URL, which is the operator's own word. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{url} is not an address that begins with http:// or https://")
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return Target(host=parts.hostname, scheme=parts.scheme, port=parts.port, path=path)


def _is_resolved(fetch: Fetch, result: Fetched | Failure) -> bool:
    # A silent resolver may use up all the time there is: then no step after it began.
    has_failed = isinstance(result, Failure) and result.phase is Phase.DNS
    return not has_failed and bool(fetch.meter.rolls or fetch.meter.refused)


def _is_as_known(fetched: Fetched, reference: Reference) -> bool:
    is_itself = not fetched.redirects and fetched.status == reference.status
    return is_itself and fetched.text.strip() == reference.body.strip()


def _is_intercepted(result: Fetched | Failure, reference: Reference) -> bool:
    # A server error of the reference's own is no captive portal; 511 is (RFC 6585).
    if isinstance(result, Failure):
        return result.kind in _INTERCEPTED or result.redirects > 0
    return not _is_as_known(result, reference) and (result.status < 500 or result.status == 511)
