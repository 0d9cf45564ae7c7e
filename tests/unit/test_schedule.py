import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.app import schedule
from bot.app.schedule import Schedule

TICK = timedelta(milliseconds=10)


class Wrist:
    """A wall clock that somebody can set."""

    def __init__(self) -> None:
        self.offset = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset


async def test_a_job_that_fails_is_run_again() -> None:
    runs: list[int] = []

    async def job() -> None:
        runs.append(1)
        if len(runs) == 1:
            raise ZeroDivisionError

    jobs = Schedule(Wrist())
    jobs.every(TICK, job, name="job")
    jobs.start()
    async with asyncio.timeout(3):
        while len(runs) < 3:
            await asyncio.sleep(0.01)
    await jobs.stop()


async def test_a_clock_set_back_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "LOOK_AT_THE_CLOCK_S", 0.02)
    wrist = Wrist()
    runs: list[int] = []

    async def job() -> None:
        runs.append(1)

    jobs = Schedule(wrist)
    jobs.every(timedelta(hours=1), job, name="job", wait=timedelta(minutes=1))  # as a clock set back leaves it: far off
    jobs.start()
    await asyncio.sleep(0.05)
    assert runs == []
    wrist.offset = timedelta(hours=-1)
    async with asyncio.timeout(3):
        while not runs:
            await asyncio.sleep(0.01)
    await jobs.stop()
