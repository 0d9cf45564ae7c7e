"""How quickly the command starts and how much memory the running bot takes: scripts/bench start [--seconds 60].

Starts `cestmoiou --help` in fresh processes, then `cestmoiou run` with a Mastodon and a Bluesky account, both on quiet
servers on loopback, and reads its resident memory: at the first start, which makes the database, and at a later one.
Exits 1 if a goal is missed. Linux only (/proc).
"""

import argparse
import contextlib
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMAND = Path(sys.executable).with_name("cestmoiou")
HELP_GOAL_S = 0.3
MEMORY_GOAL_MB = 120


def main() -> int:
    parser = argparse.ArgumentParser(description="Start time and memory of the bot.")
    parser.add_argument("--runs", type=int, default=15, help="how often --help is started (15)")
    parser.add_argument("--seconds", type=float, default=60, help="after how long memory is read (60)")
    options = parser.parse_args()

    times = sorted(seconds_of_help() for _ in range(options.runs))
    help_s = statistics.median(times)
    first_mb, later_mb = memory_of_run(options.seconds)
    rows = [
        (
            "cestmoiou --help, median",
            f"{help_s:.3f} s ({times[0]:.3f} to {times[-1]:.3f})",
            f"<= {HELP_GOAL_S} s",
            help_s <= HELP_GOAL_S,
        ),
        *(
            (
                f"run, both networks, {start} start, {options.seconds:.0f} s",
                f"{memory_mb:.0f} MB",
                f"<= {MEMORY_GOAL_MB} MB",
                memory_mb <= MEMORY_GOAL_MB,
            )
            for start, memory_mb in (("first", first_mb), ("later", later_mb))
        ),
    ]
    print(f"{'what':<42}{'measured':<28}{'goal':<12}reached")
    for what, measured, goal, reached in rows:
        print(f"{what:<42}{measured:<28}{goal:<12}{'yes' if reached else 'NO'}")
    return 0 if all(reached for *_, reached in rows) else 1


def seconds_of_help() -> float:
    began = time.perf_counter()
    subprocess.run([COMMAND, "--help"], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def memory_of_run(seconds: float) -> tuple[float, float]:
    """Resident memory in MB (10^6) of the running bot, once it has polled both networks: first start, later start."""
    with tempfile.TemporaryDirectory() as data, quiet_networks() as (mastodon, pds):
        environment = {
            **os.environ,
            "CESTMOIOU_DATA_DIR": data,
            "TMPDIR": data,  # where the bot leaves its sign of life
            "CESTMOIOU_ACCOUNTS__MASTO__KIND": "mastodon",
            "CESTMOIOU_ACCOUNTS__MASTO__SERVER": f"http://127.0.0.1:{mastodon}",
            "CESTMOIOU_ACCOUNTS__MASTO__TOKEN": "a-token-for-a-quiet-instance",
            "CESTMOIOU_ACCOUNTS__BSKY__KIND": "bluesky",
            "CESTMOIOU_ACCOUNTS__BSKY__SERVER": f"http://127.0.0.1:{pds}",
            "CESTMOIOU_ACCOUNTS__BSKY__LOGIN": "cestmoiou.test",
            "CESTMOIOU_ACCOUNTS__BSKY__APP_PASSWORD": "a-password-for-a-quiet-pds",
        }
        return memory_of_start(environment, Path(data), seconds), memory_of_start(environment, Path(data), seconds)


def memory_of_start(environment: dict[str, str], data: Path, seconds: float) -> float:
    with running([COMMAND, "run"], environment) as bot:
        time.sleep(seconds)
        if bot.poll() is not None:
            sys.exit(f"the bot ended by itself, with {bot.returncode}")
        refuse_if_not_polling(data)
        return resident_mb(bot.pid)


def refuse_if_not_polling(data: Path) -> None:
    # The memory of a bot that cannot sign in says nothing.
    beat = json.loads(next(data.glob("*.heartbeat")).read_text("utf-8"))
    for name, state in beat["networks"].items():
        if state["trouble"] or not state["was_read"]:
            sys.exit(f"{name} is not being polled: {state}")


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(kilobytes) * 1024 / 1e6


@contextlib.contextmanager
def quiet_networks() -> Generator[tuple[int, int]]:
    """Start a quiet Mastodon instance and a quiet PDS; give their ports."""
    mastodon, pds = free_port(), free_port()
    script = ROOT / "tests" / "image" / "quiet_networks.py"
    with running([sys.executable, script, "127.0.0.1", str(mastodon), str(pds)], dict(os.environ)):
        for port in (mastodon, pds):
            wait_for(port)
        yield mastodon, pds


@contextlib.contextmanager
def running(command: list[str | Path], environment: dict[str, str]) -> Generator[subprocess.Popen[bytes]]:
    null = subprocess.DEVNULL
    process = subprocess.Popen(command, env=environment, stdin=null, stdout=null, stderr=null)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    sys.exit(f"nothing listens on port {port}")


if __name__ == "__main__":
    sys.exit(main())
