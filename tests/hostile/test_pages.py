"""No server costs us more than 9 s, 10 MiB or 50 ms of the event loop: the limits as shipped, all servers at once."""

import asyncio
import contextlib
import json
import sys
from dataclasses import dataclass

import pytest

from tests.hostile.pages import SLOW_HANDSHAKE, hostile
from tests.servers.misbehaving import serve
from tests.servers.running import CHECKOUT

NAMES = tuple(hostile())


@dataclass(frozen=True)
class Cost:
    """What one look cost. `took_s` without the time in which other processes had the CPU."""

    took_s: float
    growth_kib: int
    held_ms: float
    outcome: str


@pytest.fixture(scope="module")
async def costs(anyio_backend: str) -> dict[str, Cost]:
    async with contextlib.AsyncExitStack() as servers:
        ports = {
            name: ("https" if name == SLOW_HANDSHAKE else "http", (await servers.enter_async_context(serve(each))).port)
            for name, each in hostile().items()
        }
        looker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.hostile.looker",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=CHECKOUT,
        )  # fmt: skip
        said, _ = await looker.communicate(json.dumps(ports).encode())
    rows = [json.loads(line) for line in said.splitlines()]
    return {
        row["page"]: Cost(row["took_s"] - row["waited_for_cpu_s"], row["growth_kib"], row["held_ms"], row["outcome"])
        for row in rows
    }


@pytest.mark.parametrize("page", NAMES)
async def test_what_a_look_costs(page: str, costs: dict[str, Cost]) -> None:
    cost = costs[page]
    assert cost.took_s <= 9.0, cost
    assert cost.growth_kib <= 10 * 1024, cost
    assert cost.held_ms <= 50, cost
