"""The one door to APScheduler: jobs of this process that come round, on the loop, in UTC.

Nothing is kept on disk: what is due is in the store (docs/decisions/). A late run is made once, and never dropped:
with APScheduler's default grace of 1 s a busy loop lost jobs (measured, 3.11.3).
"""
# APScheduler 3 has no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

LOOK_AT_THE_CLOCK_S = 2.0
CLOCK_STEP = timedelta(seconds=2)

log = structlog.stdlib.get_logger("cestmoiou")


class Schedule:
    """Runs jobs every so often; a job never overlaps itself."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._stopping = False
        self._watch: asyncio.Task[None] | None = None
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def start(self) -> None:
        """Begin, inside the running loop."""
        self._scheduler.start()
        self._watch = asyncio.create_task(self._watch_the_clock(), name="watch the clock")

    def every(
        self, length: timedelta, job: Callable[[], Awaitable[None]], *, name: str, wait: timedelta = timedelta(0)
    ) -> None:
        """Run `job` after `wait`, then every `length`; replaces the job of the same name."""
        trigger = IntervalTrigger(seconds=length.total_seconds(), timezone=UTC)  # pyright: ignore[reportArgumentType] -- floats are fine
        due = self._clock() + wait
        self._scheduler.add_job(
            self._guarded, trigger, args=(job, name), id=name, next_run_time=due, replace_existing=True
        )

    def drop(self, name: str) -> None:
        """Never run this job again; nothing if there is none."""
        with contextlib.suppress(JobLookupError):
            self._scheduler.remove_job(name)

    def pause(self) -> None:
        """Begin no job any more."""
        self._stopping = True
        self._scheduler.pause()

    async def stop(self) -> None:
        """End. Jobs that still run are cancelled."""
        self._stopping = True
        if self._watch is not None:
            self._watch.cancel()
        self._scheduler.shutdown(wait=False)
        await asyncio.sleep(0)  # APScheduler cancels them one turn of the loop later

    async def _guarded(self, job: Callable[[], Awaitable[None]], name: str) -> None:
        # The one guard: a bug in one run is logged, and the next run comes as if nothing had been.
        try:
            await job()
        except asyncio.CancelledError:
            if not self._stopping:  # else it is we who cancel, and there is nothing to tell
                raise
        except Exception:
            log.exception("a job broke off: this is a bug", job=name)

    async def _watch_the_clock(self) -> None:
        # Due times are instants: with the clock set back by an hour, no job ran for an hour (measured, 3.11.3).
        loop = asyncio.get_running_loop()
        while True:
            wall, steady = self._clock(), loop.time()
            await asyncio.sleep(LOOK_AT_THE_CLOCK_S)
            behind = timedelta(seconds=loop.time() - steady) - (self._clock() - wall)
            if behind > CLOCK_STEP:
                log.warning("the clock was set back; all jobs run now", by_s=round(behind.total_seconds()))
                self._run_all_now()

    def _run_all_now(self) -> None:
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=self._clock())
