"""The one door to APScheduler: jobs of this process that come round, on the loop, in UTC.

Nothing is kept on disk: what is due is in the store (docs/decisions/). A late run is made once, and never dropped:
with APScheduler's default grace of 1 s a busy loop lost jobs (measured, 3.11.3).
"""
# APScheduler 3 has no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger


class Schedule:
    """Runs jobs every so often; a job never overlaps itself."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def start(self) -> None:
        """Begin, inside the running loop."""
        self._scheduler.start()

    def every(
        self, length: timedelta, job: Callable[[], Awaitable[None]], *, name: str, wait: timedelta = timedelta(0)
    ) -> None:
        """Run `job` after `wait`, then every `length`; replaces the job of the same name."""
        trigger = IntervalTrigger(seconds=length.total_seconds(), timezone=UTC)  # pyright: ignore[reportArgumentType] -- floats are fine
        due = self._clock() + wait
        self._scheduler.add_job(job, trigger, id=name, next_run_time=due, replace_existing=True)

    def drop(self, name: str) -> None:
        """Never run this job again; nothing if there is none."""
        with contextlib.suppress(JobLookupError):
            self._scheduler.remove_job(name)

    def pause(self) -> None:
        """Begin no job any more."""
        self._scheduler.pause()

    async def stop(self) -> None:
        """End. Jobs that still run are cancelled."""
        self._scheduler.shutdown(wait=False)
        await asyncio.sleep(0)  # APScheduler cancels them one turn of the loop later
