"""Looks at hostile servers with the limits as shipped, each from a process of its own that measures what it costs.

`python -m tests.hostile.looker`: a JSON object {name: [scheme, port on loopback]} comes in on stdin; one JSON object
for each look goes out, in the order in which they end. All look at once.
"""

import asyncio
import json
import os
import socket
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.model import Failure, Target, VantagePoint
from bot.probe.dialling import dial_tcp
from bot.probe.fingerprints import Fingerprints
from bot.probe.prober import Prober
from bot.probe.rows import read_fingerprints

SITE = "81.2.69.142"
_TICK_S = 0.002


@dataclass
class Watchdog:
    """How long the loop was held: the CPU of this thread between two turns, whatever others do to the machine."""

    longest_s: float = 0.0

    async def watch(self) -> None:
        """Watch until cancelled."""
        while True:
            began = time.thread_time()
            await asyncio.sleep(_TICK_S)
            self.longest_s = max(self.longest_s, time.thread_time() - began)


def _prober(fingerprints: Fingerprints, port: int) -> Prober:
    async def dial(ip: str, asked: int) -> socket.socket:
        return await dial_tcp("127.0.0.1", port)

    return Prober(
        user_agent="cestmoiou-test (+https://example.org)",
        clock=lambda: datetime.now(UTC),
        fingerprints=fingerprints,
        dns_servers=["127.0.0.1:9"],
        dial=dial,
    )


async def _look(fingerprints: Fingerprints, scheme: str, port: int) -> dict[str, object]:
    prober = _prober(fingerprints, port)
    watchdog = Watchdog()
    watching = asyncio.create_task(watchdog.watch())
    await asyncio.sleep(0.01)
    _forget_peak()
    before_kib, waited_s, began = _kib("VmRSS"), _waited_s(), time.monotonic()
    seen = await prober.probe(Target(SITE, scheme=scheme), vantage_point=VantagePoint("here"))
    took_s = time.monotonic() - began
    watching.cancel()
    result = seen.result
    return {
        "took_s": took_s,
        "waited_for_cpu_s": _waited_s() - waited_s,
        "growth_kib": _kib("VmHWM") - before_kib,
        "held_ms": watchdog.longest_s * 1000,
        "outcome": f"{result.phase} {result.kind}"
        if isinstance(result, Failure)
        else f"{result.status} {result.notes}",
    }


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # VmHWM counts from here: proc(5)


def _kib(field: str) -> int:
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field))


def _waited_s() -> float:
    """How long this process could have run and had no CPU; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/schedstat").read_text("ascii").split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


def main() -> None:
    """Look at all at once."""
    servers: dict[str, tuple[str, int]] = json.load(sys.stdin)
    fingerprints = read_fingerprints(Path("config/fingerprints.toml").read_text(encoding="utf-8"))
    scheme, port = servers["an ordinary page"]
    asyncio.run(_look(fingerprints, scheme, port))  # what is loaded on first use is loaded now
    children: list[int] = []
    for name, (scheme, port) in servers.items():
        if child := os.fork():
            children.append(child)
            continue
        line = json.dumps({"page": name, **asyncio.run(_look(fingerprints, scheme, port))})
        os.write(1, f"{line}\n".encode())  # one write, so that lines do not mix
        os._exit(0)
    for child in children:
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
