"""Many questions at once, with a real ledger: nothing lost, nothing doubled, few looks. The short form:
`scripts/bench storm` has 500 questions a minute for ten minutes, and prints memory and times.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.fakes.storm import PLATFORMS, Outcome, a_storm, questions

POSTS_AN_HOUR = 20
LASTING = timedelta(seconds=10)


async def weathered(folder: Path, *, count: int, most_an_hour: int | None) -> Outcome:
    """What becomes of questions that all wait when the bot starts; hours pass at once."""
    begins = datetime.now(UTC) - LASTING
    asked = questions(begins, count=count, lasting=LASTING, seed=2009)
    over = asyncio.Event()
    async with a_storm(
        folder, asked, most_an_hour=most_an_hour, back_at=begins + timedelta(minutes=5), poll=timedelta(seconds=1)
    ) as storm:
        running = asyncio.create_task(storm.run(over))
        while storm.settled().total() + storm.owed() < count or storm.outcome().answered < (most_an_hour or 1):
            await asyncio.sleep(0.1)
        await storm.time_passes(timedelta(minutes=30))
        over.set()
        await running
        return storm.outcome()


def assert_well_weathered(outcome: Outcome) -> None:
    assert outcome.owed == 0
    assert outcome.outcomes.total() == outcome.asked, "every question is settled, with its reason"
    assert set(outcome.outcomes) <= {"answered", "too-late", "asks-too-often"}
    assert outcome.outcomes["answered"] == outcome.answered
    assert outcome.doubled == 0
    assert set(outcome.looks) == {platform.targets[0].host for platform in PLATFORMS}
    assert outcome.closest is None or outcome.closest >= timedelta(minutes=1)


async def test_what_the_hourly_budget_has_no_room_for_waits_and_is_then_left(tmp_path: Path) -> None:
    outcome = await weathered(tmp_path / "data", count=150, most_an_hour=POSTS_AN_HOUR)
    assert_well_weathered(outcome)
    assert POSTS_AN_HOUR <= outcome.answered < 4 * POSTS_AN_HOUR
    assert outcome.outcomes["too-late"] > 80
    assert outcome.overtaken < LASTING / 4, "the oldest are answered first, eight at a time"


async def test_with_room_for_all_each_is_answered_once(tmp_path: Path) -> None:
    outcome = await weathered(tmp_path / "data", count=200, most_an_hour=None)
    assert_well_weathered(outcome)
    assert outcome.outcomes["too-late"] == 0
    assert outcome.outcomes["asks-too-often"] > 0, "one who asks again and again gets a few answers, not all"
