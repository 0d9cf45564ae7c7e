"""Agents over a real broker on this machine: scripts/bench agents [--rounds 500] [--restarts 20] [--many 200].

Rounds of questions to 20 agents, of whom in each round one is frozen, one lies, one is slow, one replays old answers
and one is killed; the broker killed and started under load; 200 agents at once. Agents are tasks of this process, each
with a connection of its own; what they see is invented, all else is what runs. Exits 1 if a goal is missed. Needs
tests/servers/install.sh.
"""

import argparse
import asyncio
import json
import logging
import resource
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import structlog  # noqa: E402

from bot.app.logs import set_up_logs  # noqa: E402
from bot.broker.facts import read_facts, written_facts  # noqa: E402
from bot.broker.messages import Answer, read_answer, written  # noqa: E402
from bot.model import Control, Observation, VantagePoint  # noqa: E402
from tests.fakes.agents import REFUSED, TARGET, StubVantage, bot_side, look, names, running, service  # noqa: E402
from tests.fakes.agents_stage import play, rounds, staged, storm  # noqa: E402
from tests.servers.nats_server import running_nats  # noqa: E402

TWENTY = tuple(f"site-{number:02}" for number in range(20))
Row = tuple[str, str, str, bool]


def main() -> int:
    parser = argparse.ArgumentParser(description="Verdicts, time and memory with agents over a broker.")
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--at-once", type=int, default=3, help="questions at the same time (3)")
    parser.add_argument("--restarts", type=int, default=20)
    parser.add_argument("--many", type=int, default=200)
    options = parser.parse_args()
    set_up_logs(level="error", log_format="json")
    logging.getLogger("cestmoiou").setLevel(logging.ERROR)
    structlog.get_logger()
    rows = [
        *asyncio.run(many(options.many)),  # first, while this process is small
        *asyncio.run(twenty(options.rounds, options.at_once)),
        *asyncio.run(restarted(options.restarts)),
        reading(),
    ]
    print(f"{'what':<58}{'measured':<40}{'goal':<18}reached")
    for what, measured, goal, reached in rows:
        print(f"{what:<58}{measured:<40}{goal:<18}{'yes' if reached else 'NO'}")
    return 0 if all(reached for *_, reached in rows) else 1


async def twenty(count: int, at_once: int) -> list[Row]:
    stage = rounds(TWENTY, count, seed=2009)
    with running_nats(TWENTY) as server:
        async with running(*staged(server, TWENTY, stage)), bot_side(server, sees=TWENTY) as agents:
            outcome = await play(agents, stage, at_once=at_once)
    for wrong in outcome.wrong:
        print(f"wrong: {wrong}")
    right, added = count - len(outcome.wrong), sorted(outcome.added_s)
    p95 = added[int(0.95 * (len(added) - 1))]
    told = f"p50 {statistics.median(added):.2f} s, p95 {p95:.2f} s, max {added[-1]:.2f} s"
    return [
        ("20 agents, 5 of them bad: the verdict is the oracle's", f"{right} of {count}", "all", right == count),
        ("  added time over the slowest good agent", told, "p95 <= 0.7 s", p95 <= 0.7),
    ]


async def restarted(restarts: int) -> list[Row]:
    stage = rounds(TWENTY, 40_000, seed=2010, bad=(), truths=("up", "broken"))
    with running_nats(TWENTY) as server:
        services = staged(server, TWENTY, stage)
        async with running(*services), bot_side(server, sees=TWENTY) as agents:
            seen = await storm(server, services, agents, stage, restarts=restarts, askers=10)
    back = sorted(seen.back_s)
    told = f"median {statistics.median(back):.2f} s, max {back[-1]:.2f} s"
    lost = f"{seen.lost} lost, {seen.wrong} wrong of {seen.asked}"
    return [
        (f"broker killed {restarts} times under load: questions", lost, "0 lost, 0 wrong", not seen.lost + seen.wrong),
        ("  told with agents' votes", f"{seen.with_agents} of {seen.asked}", "", True),
        ("  20 agents back after its start", told, "<= 5 s", back[-1] <= 5),
        ("  tracebacks", str(len(seen.tracebacks)), "0", not seen.tracebacks),
    ]


async def many(count: int) -> list[Row]:
    everybody = tuple(f"site-{number:03}" for number in range(count))
    with running_nats(everybody) as server:
        before_mb = memory_mb()
        services = [service(server, name, StubVantage(lambda _: REFUSED, 0.1)) for name in everybody]
        async with running(*services), bot_side(server, sees=everybody) as agents:
            here_mb, server_mb = memory_mb(), server.memory_mb()
            times, cpu, heard = list[float](), list[float](), list[int]()
            for _ in range(20):
                began, used = time.monotonic(), time.process_time()
                heard.append(len(names(await look(agents, within_s=8))))
                times.append(time.monotonic() - began - 0.1)
                cpu.append(time.process_time() - used)
    told = f"median {statistics.median(times):.2f} s, max {max(times):.2f} s"
    return [
        (f"{count} agents asked at once: answers heard", f"{min(heard)} to {max(heard)}", "all", min(heard) == count),
        ("  time beyond the look itself", told, "", True),
        ("  CPU of all agents and the bot, a question", f"{statistics.median(cpu) * 1000:.0f} ms", "", True),
        ("  memory of all agents and the bot, one process", f"{before_mb:.0f} -> {here_mb:.0f} MB", "", True),
        ("  memory of nats-server", f"{server_mb:.0f} MB", "", True),
    ]


def reading() -> Row:
    """What it costs to read one answer of two failed attempts and three controls."""
    now, here = datetime(2026, 11, 23, tzinfo=UTC), VantagePoint("local")
    failed = [Observation(here, TARGET, now, timedelta(seconds=1), REFUSED, attempt=each) for each in (1, 2)]
    controls = [Control(here, f"ref{each}.example", now, works=True, resolved=True) for each in range(3)]
    request = "0" * 32
    payload = written(Answer(id=request, clock=now, facts=written_facts([*failed, *controls], at=now)))
    began = time.process_time()
    for _ in range(2000):
        read_facts(read_answer(payload, request).facts, TARGET, here, received_at=now, asked_at=now)
    each_us = (time.process_time() - began) / 2000 * 1e6
    assert json.loads(payload)["id"] == request
    return ("reading one answer of 5 facts with pydantic", f"{each_us:.0f} us, {len(payload)} bytes", "", True)


def memory_mb() -> float:
    """Resident memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024 / 1024


if __name__ == "__main__":
    sys.exit(main())
