"""What a look costs, and who is right: scripts/bench probe [--rounds 3] [--probes 200] [--no-verdicts].

In one run, on loopback: plain httpx with one client, this probe (its DNS lookups included), and blackbox_exporter
(Debian: prometheus-blackbox-exporter), if it is installed. Servers and DNS live in other processes, on another core,
and are not counted. CPU is the contender's own, user and system; each figure is the median of the rounds, and each
ratio is taken within a round. Then the same plain-HTTP cases are put to blackbox_exporter and to us.
"""

import argparse
import asyncio
import contextlib
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import httpx  # noqa: E402 -- the checkout's own tests are imported, too

from bench.world.blackbox import Blackbox, compare_verdicts, find_blackbox  # noqa: E402
from bench.world.loopback import HOST, PAGE, Servers, pin, run_servers  # noqa: E402

AT_ONCE = 200
ONE_TIME = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=0)
GOAL = 1.5
SCHEMES = ("http", "https")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a batch of looks took: CPU in ms a look, and looks a second of wall time."""

    cpu_ms: float
    per_second: float


def main() -> int:
    parser = argparse.ArgumentParser(description="Cost of a look, and verdicts, side by side.")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of every contender (3)")
    parser.add_argument("--probes", type=int, default=200, help="looks in a round (200)")
    parser.add_argument("--no-verdicts", action="store_true", help="costs only")
    parser.add_argument("--profile", action="store_true", help="where this probe's time goes, over https")
    parser.add_argument("--contender", help=argparse.SUPPRESS)
    parser.add_argument("--servers", help=argparse.SUPPRESS)
    parser.add_argument("--scheme", default="https", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.contender:
        print(json.dumps(contend(options.contender, Servers.read(options.servers), options.scheme, options.probes)))
        return 0
    with tempfile.TemporaryDirectory(prefix="cestmoiou-bench-") as folder, run_servers(Path(folder)) as servers:
        if options.profile:
            profile(servers, options.probes)
            return 0
        reached = measure(servers, options.rounds, options.probes)
    if not options.no_verdicts:
        compare_verdicts()
    return 0 if reached else 1


def measure(servers: Servers, rounds: int, probes: int) -> bool:
    """Print the costs; say whether the goal is reached."""
    contenders: dict[str, Callable[[str], Cost]] = {
        name: lambda scheme, name=name: in_a_process(name, servers, scheme, probes) for name in CONTENDERS
    }
    with contextlib.ExitStack() as stack:
        if program := find_blackbox():
            blackbox = stack.enter_context(Blackbox(program, authority=servers.authority, host=HOST).running())
            contenders["blackbox_exporter"] = lambda scheme: ask_blackbox(blackbox, servers, scheme, probes)
        costs: dict[tuple[str, str], list[Cost]] = {}
        for number in range(1, rounds + 1):
            for scheme in SCHEMES:
                for name, run in contenders.items():
                    cost = run(scheme)
                    costs.setdefault((name, scheme), []).append(cost)
                    told = f"round {number} of {rounds}, {scheme}: {name}, {cost.cpu_ms:.2f} ms"
                    print(told, file=sys.stderr, flush=True)
    print(f"{rounds} rounds of {probes} looks, {AT_ONCE} at once; server: {servers.kind}\n")
    print(f"{'':<34}{'CPU ms a look':<18}{'looks a second':<18}{'CPU, times httpx':<18}")
    print(f"{'':<34}{'http':<9}{'https':<9}{'http':<9}{'https':<9}{'http':<9}{'https':<9}")
    for name in contenders:
        figures = [f"{median(costs[name, s], lambda c: c.cpu_ms):.2f}" for s in SCHEMES]
        figures += [f"{median(costs[name, s], lambda c: c.per_second):.0f}" for s in SCHEMES]
        figures += [f"{ratio(costs[name, s], costs[BASE, s]):.2f}" for s in SCHEMES]
        print(f"{name:<34}{''.join(f'{figure:<9}' for figure in figures)}")
    if "blackbox_exporter" not in contenders:
        print("blackbox_exporter: not installed, skipped (Debian: apt-get install prometheus-blackbox-exporter)")
    reached = ratio(costs[OURS, "https"], costs[BASE, "https"])
    print(f"\ngoal: at most {GOAL} times plain httpx over https, DNS included: {reached:.2f}, ", end="")
    print("reached\n" if reached <= GOAL else "NOT reached\n")
    return reached <= GOAL


def median(costs: Sequence[Cost], of: Callable[[Cost], float]) -> float:
    return statistics.median(of(cost) for cost in costs)


def ratio(costs: Sequence[Cost], base: Sequence[Cost]) -> float:
    return statistics.median(cost.cpu_ms / other.cpu_ms for cost, other in zip(costs, base, strict=True))


def in_a_process(name: str, servers: Servers, scheme: str, probes: int) -> Cost:
    command = [sys.executable, __file__, "--contender", name, "--scheme", scheme, "--probes", str(probes)]
    done = subprocess.run([*command, "--servers", servers.written()], check=True, stdout=subprocess.PIPE, text=True)
    return Cost(**json.loads(done.stdout))


def contend(name: str, servers: Servers, scheme: str, probes: int) -> dict[str, float]:
    """Run one contender here, after a warm-up."""
    pin(0)

    async def run() -> dict[str, float]:
        async with CONTENDERS[name](servers, scheme) as look:
            await in_batches(look, AT_ONCE)
            before, began = cpu_s(), time.perf_counter()
            await in_batches(look, probes)
            used, took = cpu_s() - before, time.perf_counter() - began
        return {"cpu_ms": used / probes * 1000, "per_second": probes / took}

    return asyncio.run(run())


async def in_batches(look: Callable[[], Awaitable[None]], probes: int) -> None:
    """Keep `AT_ONCE` looks under way until there were `probes`."""
    left = iter(range(probes))

    async def worker() -> None:
        for _ in left:
            await look()

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@contextlib.asynccontextmanager
async def plain_httpx(servers: Servers, scheme: str):
    """One client, one TLS context; every look its own connection, as different sites would need."""
    url = f"{scheme}://127.0.0.1:{servers.port(scheme)}/"
    async with httpx.AsyncClient(verify=servers.trust(), limits=ONE_TIME, timeout=30, trust_env=False) as client:

        async def look() -> None:
            response = await client.get(url, headers={"Host": HOST}, extensions={"sni_hostname": HOST})
            assert response.content == PAGE

        yield look


@contextlib.asynccontextmanager
async def this_probe(servers: Servers, scheme: str):
    """The prober with the shipped fingerprints; two DNS questions a look."""
    from bot.model import Response, Target, VantagePoint
    from bot.probe.limits import Limits
    from bot.probe.prober import Prober
    from bot.probe.rows import read_fingerprints

    prober = Prober(
        user_agent="cestmoiou-bench",
        clock=lambda: datetime.now(UTC),
        fingerprints=read_fingerprints((ROOT / "config" / "fingerprints.toml").read_text("utf-8")),
        dns_servers=[servers.dns],
        allow_nets=["127.0.0.0/8"],
        # Two hundred at once on one busy core take seconds: the limits of one look are not what is measured.
        limits=Limits(probe_s=60, dns_server_s=2, dns_s=30, tcp_s=30, other_s=30, tls_s=30, first_byte_s=30, body_s=30),
        tls=servers.trust(),
    )
    here, target = VantagePoint("here"), Target(HOST, scheme=scheme, port=servers.port(scheme))

    async def look() -> None:
        seen = await prober.probe(target, vantage_point=here)
        assert isinstance(seen.result, Response), seen.result
        assert seen.result.size == len(PAGE)

    yield look


BASE, OURS = "plain httpx, one client", "this probe, DNS included"
CONTENDERS = {BASE: plain_httpx, OURS: this_probe}


def ask_blackbox(blackbox: Blackbox, servers: Servers, scheme: str, probes: int) -> Cost:
    """Ask the running exporter over its own interface; only its CPU counts."""

    async def run() -> Cost:
        async with httpx.AsyncClient(timeout=60, limits=ONE_TIME) as client:

            async def look() -> None:
                assert await blackbox.is_up(client, f"{scheme}://127.0.0.1:{servers.port(scheme)}/", hostname=HOST)

            await in_batches(look, AT_ONCE)
            before, began = blackbox.cpu_s(), time.perf_counter()
            await in_batches(look, probes)
            return Cost((blackbox.cpu_s() - before) / probes * 1000, probes / (time.perf_counter() - began))

    return asyncio.run(run())


def profile(servers: Servers, probes: int) -> None:
    """Print the functions that take most of a look's CPU."""
    import cProfile
    import pstats

    async def run() -> None:
        async with this_probe(servers, "https") as look:
            await in_batches(look, AT_ONCE)
            profiler.enable()
            await in_batches(look, probes)
            profiler.disable()

    profiler = cProfile.Profile()
    asyncio.run(run())
    stats = pstats.Stats(profiler)
    stats.sort_stats("tottime").print_stats(40)
    stats.sort_stats("cumulative").print_stats(60)


if __name__ == "__main__":
    sys.exit(main())
