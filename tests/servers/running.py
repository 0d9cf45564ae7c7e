"""What every server of the tests needs: a free port, patience, an end by process id, a word when it is missing."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
CACHE = CHECKOUT / ".servers"
# snac needs 6 to 9 s for a post there and for the reply back (measured). Where it drops the connection, the bot first
# waits the 45 s in which a post that was made all the same would be seen.
ANSWERED_WITHIN_S = 120


class NotInstalledError(Exception):
    """A server that tests need is not on this machine; `tests/servers/install.sh` installs it."""


def leave_out(missing: NotInstalledError) -> NoReturn:
    """Leave a test out where a server cannot be had; in CI that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(str(missing))
    pytest.skip(str(missing))


def free_port(offsets: tuple[int, ...] = (0,)) -> int:
    """Find a port P of loopback such that P + offset is free for each offset."""
    for _ in range(100):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port + max(offsets) < 65536 and all(_is_free(port + offset) for offset in offsets):
            return port
    raise RuntimeError("no free ports on loopback")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def wait_until(condition: Callable[[], bool], *, within_s: float, what: str) -> None:
    """Look every 50 ms until the condition holds; TimeoutError says what did not happen."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {within_s:g} s")
        time.sleep(0.05)


def stop(process: subprocess.Popen[bytes], *, within_s: float = 10) -> None:
    """End a process that we started: politely, then by force."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(within_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)
