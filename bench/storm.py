"""What becomes of a storm of questions: scripts/bench storm [--minutes 10] [--a-minute 500] [--only shipped|lifted].

Two bots with a ledger each, in this process, on a quick network that is invented: one with the shipped budget of 60
posts an hour, and one without. All ask about three platforms. When the storm is over, the clock of the first is moved
on until nothing is owed. Exits 1 if a goal is missed.
"""

import argparse
import asyncio
import resource
import statistics
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bot.app.logs import set_up_logs  # noqa: E402
from tests.fakes.storm import Outcome, Storm, a_storm, questions  # noqa: E402

BUDGETS: dict[str, int | None] = {"shipped": 60, "lifted": None}
WARM_S = 60  # by then everything is imported, and each platform was looked at
MORE_MB_GOAL = 10
OVERTAKEN_GOAL = timedelta(seconds=10)  # two polls: what is read together is answered eight at a time
Row = tuple[str, str, str, str]


def main() -> int:
    parser = argparse.ArgumentParser(description="500 questions a minute about three platforms.")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--a-minute", type=int, default=500)
    parser.add_argument("--only", choices=sorted(BUDGETS))
    parser.add_argument("--seed", type=int, default=2009)
    options = parser.parse_args()
    set_up_logs(level="error", log_format="json")
    lasting = timedelta(minutes=options.minutes)
    count = round(options.minutes * options.a_minute)
    chosen = {name: most for name, most in BUDGETS.items() if options.only in {None, name}}
    rows = asyncio.run(storms(chosen, count, lasting, options.seed))
    print(f"{'what':<62}{'measured':<52}{'goal':<16}reached")
    for what, measured, goal, reached in rows:
        print(f"{what:<62}{measured:<52}{goal:<16}{reached}")
    return 1 if any(reached == "NO" for *_, reached in rows) else 0


async def storms(chosen: dict[str, int | None], count: int, lasting: timedelta, seed: int) -> list[Row]:
    begins = datetime.now(UTC) + timedelta(seconds=2)
    asked = questions(begins, count=count, lasting=lasting, seed=seed)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="storm-")))
        bots = {
            name: await stack.enter_async_context(
                a_storm(
                    folder / name,
                    asked,
                    most_an_hour=most,
                    back_at=begins + lasting * 0.6,
                    poll=timedelta(seconds=5),
                )
            )
            for name, most in chosen.items()
        }
        memory = await through(bots, begins, lasting)
        outcomes = {name: bot.outcome() for name, bot in bots.items()}
    rows = [row for name, outcome in outcomes.items() for row in rows_of(name, chosen[name], outcome, lasting)]
    return [*rows, memory]


async def through(bots: dict[str, Storm], begins: datetime, lasting: timedelta) -> Row:
    """Run all of them to the end; the memory of this process meanwhile."""
    over = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for bot in bots.values():
            group.create_task(bot.run(over))
        warm_s = min(WARM_S, lasting.total_seconds() / 4)
        await asyncio.sleep((begins - datetime.now(UTC)).total_seconds() + warm_s)
        first_mb = memory_mb()
        await asyncio.sleep(lasting.total_seconds() - warm_s + 12)  # two polls more
        last_mb, cpu_s = memory_mb(), time.process_time()
        print(f"the storm is over; CPU {cpu_s:.0f} s, owed: " + ", ".join(f"{n} {b.owed()}" for n, b in bots.items()))
        for bot in bots.values():
            await bot.time_passes()
        over.set()
    grown = last_mb - first_mb
    what = f"memory of this process, {warm_s:.0f} s after the start and at the end"
    return (what, f"{first_mb:.0f} -> {last_mb:.0f} MB", f"<= +{MORE_MB_GOAL} MB", told(grown <= MORE_MB_GOAL))


def rows_of(name: str, budget: int | None, outcome: Outcome, lasting: timedelta) -> list[Row]:
    lost = outcome.asked - outcome.outcomes.total() + outcome.owed
    settled = ", ".join(f"{reason} {count}" for reason, count in outcome.outcomes.most_common())
    waits = [wait.total_seconds() for wait in outcome.waits]
    told_s = (
        f"p50 {statistics.median(waits):.1f} s, p95 {waits[int(0.95 * (len(waits) - 1))]:.1f} s, max {waits[-1]:.1f} s"
    )
    looks = ", ".join(f"{host.split('.')[0]} {count}" for host, count in outcome.looks.items())
    closest = outcome.closest
    apart = closest is None or closest >= timedelta(seconds=60)
    minutes = lasting.total_seconds() / 60
    return [
        (f"{name}, {budget or 'any number of'} posts an hour: lost of {outcome.asked}", f"{lost}", "0", told(not lost)),
        ("  answered twice", f"{outcome.doubled} of {outcome.answered}", "0", told(not outcome.doubled)),
        ("  settled as", settled, "", ""),
        ("  follow-ups posted", str(outcome.follow_ups), "", ""),
        (
            "  answered after a later question, by at most",
            f"{outcome.overtaken.total_seconds():.1f} s",
            f"<= {OVERTAKEN_GOAL.total_seconds():.0f} s",
            told(outcome.overtaken <= OVERTAKEN_GOAL),
        ),
        ("  listed to posted", told_s, "", ""),
        (f"  looks, in {minutes:g} min and after", looks, "", ""),
        (
            "  shortest time between the beginnings of two looks",
            "–" if closest is None else f"{closest.total_seconds():.1f} s",
            ">= 60 s",
            told(apart),
        ),
    ]


def told(reached: bool) -> str:
    return "yes" if reached else "NO"


def memory_mb() -> float:
    """Resident memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


if __name__ == "__main__":
    sys.exit(main())
