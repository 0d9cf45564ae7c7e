"""What many reports cost: scripts/bench reports [--few 1000] [--many 100000] [--times 21].

The same work on two databases, in turn, the medians compared: answering a question, taking a report, the tally, the
dossier, the list of incidents, the daily pruning. Ratios are of processor time, which other programs disturb less; the
time on the clock stands beside it. Once with the reports spread over 500 platforms and a week, once with
all of them about the platform in question and within the last hour. Exits 1 if a ratio is above the goal.
"""

import argparse
import asyncio
import contextlib
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bot.answering import Answering  # noqa: E402
from bot.app.logs import set_up_logs  # noqa: E402
from bot.catalogue import Catalogue  # noqa: E402
from bot.checking import REPORTS_COUNT_FOR, Checking  # noqa: E402
from bot.gathering import POSTS_KEPT, REPORTS_KEPT, gather, people_of  # noqa: E402
from bot.model import Control, Observation, Platform, Response, Target  # noqa: E402
from bot.ports import Store  # noqa: E402
from bot.store import open_store  # noqa: E402
from bot.store.opening import DATABASE  # noqa: E402
from bot.store.tables import to_micros  # noqa: E402
from bot.verdict.crowd import tally_of  # noqa: E402
from tests.fakes.flow import flow  # noqa: E402
from tests.fakes.network import FakeNetwork, mention  # noqa: E402
from tests.fakes.probes import HERE, FakeProbes, saw  # noqa: E402

GOAL = 1.3
PLATFORMS = 500
OLD = 100  # reports, and mentions, that each pruning finds
FRAGILE = Platform("fragile", "Fragile", targets=(Target("fragile.example"),))


@dataclass
class Bot:
    """A bot with a database, and a clock that a minute passes on between two questions."""

    store: Store
    file: Path
    now: datetime
    network: FakeNetwork = field(default_factory=lambda: FakeNetwork(can_edit=True))
    asked: int = 0
    answering: Answering = field(init=False)

    def __post_init__(self) -> None:
        checking = Checking([FakeProbes(self._see)], self.store, lambda: self.now)
        self.answering = flow(Catalogue([FRAGILE]), checking, self.store, lambda: self.now)
        self.answering.watching.networks = {self.network.name: self.network}

    def _see(self, target: Target) -> list[Observation | Control]:
        seen = saw(target, Response(503, target.host, size=5000, title="Revues"))
        return [replace(seen, observed_at=self.now), Control(HERE, "reference.example", self.now, True, True)]

    async def is_asked(self, text: str = "@bot c'est moi ou Fragile est couché ?", *, by: str | None = None) -> None:
        """Somebody says something, and it is settled; a look that was made before is too old."""
        self.asked += 1
        self.now += timedelta(seconds=61)
        said = mention(text, id=f"asked{self.asked}", at=self.now, by=by or f"asker{self.asked}")
        await self.store.take([said], owed=True)
        (owed,) = await self.store.owed(said.network, now=self.now, limit=10)
        await self.answering.settle(owed, self.network)

    async def is_told(self) -> None:
        """One who reported before says it again."""
        await self.is_asked("@bot Fragile est en panne chez moi à Limoges aussi", by="r1")

    async def tally(self) -> None:
        """As each look counts them."""
        reports = await self.store.reports(FRAGILE.key, since=self.now - REPORTS_COUNT_FOR)
        tally_of(reports, now=self.now)

    async def dossier(self) -> None:
        """As `cestmoiou dossier` and « dossier » in a thread make it."""
        incident = await self.store.latest_incident(FRAGILE.key)
        assert incident is not None
        await gather(incident, self.store, Catalogue([FRAGILE]), at=self.now)

    async def incidents(self) -> None:
        """As `cestmoiou incidents` lists them."""
        for incident in await self.store.incidents(since=self.now - timedelta(days=7)):
            await people_of(incident, self.store, at=self.now)

    async def prune(self) -> None:
        """As every day: a hundred reports and mentions are too old."""
        await self.store.prune(before=self.now - POSTS_KEPT, reports_before=self.now - REPORTS_KEPT)

    def grow_old(self) -> None:
        """Add what the next pruning finds."""
        fill(self.file, OLD, lambda _: "elsewhere", lambda _: self.now - POSTS_KEPT - timedelta(hours=1), tag="old")


WORK: dict[str, Callable[[Bot], Awaitable[None]]] = {
    "a question, from the ledger to its reply": Bot.is_asked,
    "a report of one who reported before": Bot.is_told,
    "the tally of a look": Bot.tally,
    "the dossier": Bot.dossier,
    "the list of incidents": Bot.incidents,
    "the daily pruning, 100 of each too old": Bot.prune,
}


def main() -> int:
    parser = argparse.ArgumentParser(description="The time that work takes with many reports in the database.")
    parser.add_argument("--few", type=int, default=1000)
    parser.add_argument("--many", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=21, help="how often each is done, in turn (21)")
    options = parser.parse_args()
    set_up_logs(level="error", log_format="json")
    worst = 0.0
    head = f"{'CPU (clock), ms, median of ' + str(options.times):<46}"
    print(f"{head}{options.few:>16}{options.many:>18}{'ratio':>8}   goal <= {GOAL}")
    for spread in ("over 500 platforms and a week", "all about one platform, within an hour"):
        print(f"{spread}:")
        for what, few, many in asyncio.run(compared(spread, options.few, options.many, options.times)):
            ratio = many.cpu_ms / few.cpu_ms
            worst = max(worst, ratio)
            print(f"  {what:<44}{few!s:>16}{many!s:>18}{ratio:>8.2f}   {'yes' if ratio <= GOAL else 'NO'}")
    return 0 if worst <= GOAL else 1


@dataclass(frozen=True, slots=True)
class Took:
    """How long something took."""

    cpu_ms: float
    clock_ms: float

    def __str__(self) -> str:
        return f"{self.cpu_ms:.1f} ({self.clock_ms:.1f})"


async def compared(spread: str, few: int, many: int, times: int) -> list[tuple[str, Took, Took]]:
    """What, and the median of each database."""
    async with a_bot(spread, few) as small, a_bot(spread, many) as large:
        rows = list[tuple[str, Took, Took]]()
        for what, work in WORK.items():
            took = list[tuple[Took, Took]]()
            for _ in range(times + 2):  # the first two are not counted: they read the file
                took.append((await timed(work, small), await timed(work, large)))
            few_times, many_times = zip(*took[2:], strict=True)
            rows.append((what, median(few_times), median(many_times)))
        return rows


async def timed(work: Callable[[Bot], Awaitable[None]], bot: Bot) -> Took:
    bot.grow_old()
    began, used = time.perf_counter(), time.process_time()
    await work(bot)
    return Took((time.process_time() - used) * 1000, (time.perf_counter() - began) * 1000)


def median(times: Sequence[Took]) -> Took:
    return Took(statistics.median(each.cpu_ms for each in times), statistics.median(each.clock_ms for each in times))


@contextlib.asynccontextmanager
async def a_bot(spread: str, reports: int) -> AsyncGenerator[Bot]:
    with tempfile.TemporaryDirectory(prefix="reports-") as folder:
        file = Path(folder) / DATABASE
        await (await open_store(Path(folder))).close()
        now = datetime.now(UTC)
        if spread.startswith("over"):
            fill(
                file,
                reports,
                lambda n: f"p{n % PLATFORMS}" if n % PLATFORMS else FRAGILE.key,
                week_before(now, reports),
            )
        else:
            fill(file, reports, lambda _: FRAGILE.key, hour_before(now, reports))
        store = await open_store(Path(folder))
        try:
            bot = Bot(store, file, now)
            await bot.is_asked()
            yield bot
        finally:
            await store.close()


def week_before(now: datetime, count: int) -> Callable[[int], datetime]:
    return lambda number: now - timedelta(days=6.9) * ((number + 1) / count)


def hour_before(now: datetime, count: int) -> Callable[[int], datetime]:
    return lambda number: now - timedelta(hours=1) * ((number + 1) / count)


def fill(
    file: Path, count: int, platform: Callable[[int], str], when: Callable[[int], datetime], *, tag: str = "r"
) -> None:
    """Write reports, and the settled mention that each came by, straight into the file."""
    unique = os.urandom(4).hex() if tag != "r" else ""
    reports, mentions = list[tuple[object, ...]](), list[tuple[object, ...]]()
    for number in range(count):
        at, who = to_micros(when(number)), f"{tag}{unique}{number}"
        reports.append(
            ("fake", who, platform(number), 0, f"Ville {number % 900}", at, who, f"s{number % 300}.example", 0)
        )
        mentions.append(("fake", who, who, "", 0, at, at, "public", "", "settled", "counted", 1, at, who))
    connection = sqlite3.connect(file, timeout=30)
    with contextlib.closing(connection), connection:
        connection.executemany(
            "INSERT INTO report (network, author_id, platform, works, place, reported_at, mention_id, server, "
            "is_new_account) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            reports,
        )
        connection.executemany(
            "INSERT INTO mention (network, id, author_id, author_handle, author_is_bot, posted_at, listed_at, "
            "visibility, reply_ref, state, outcome, attempts, settled_at, thread) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            mentions,
        )


if __name__ == "__main__":
    sys.exit(main())
