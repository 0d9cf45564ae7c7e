"""A person at the shipped command: reads what it prints, types answers, on a terminal of their own or through pipes."""

import contextlib
import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field

from tests.servers.running import CHECKOUT

# So that Ctrl-C reaches the command, the terminal is made that of its session.
_TAKE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "bot", *sys.argv[1:]])
"""


@dataclass
class Person:
    """`said` is all that the command printed so far, echoes of the terminal among it."""

    process: subprocess.Popen[bytes]
    terminal: int
    said: str = ""
    read_to: int = field(default=0)

    def reads(self, words: str, *, within_s: float = 30) -> str:
        """Wait until the command has printed `words` after what was read before; give what came until then."""
        deadline = time.monotonic() + within_s
        while words not in self.said[self.read_to :]:
            assert time.monotonic() < deadline, f"{words!r} was not printed: {self.said!r}"
            assert self._read() or self.process.poll() is None, f"ended without {words!r}: {self.said!r}"
        end = self.said.index(words, self.read_to) + len(words)
        new, self.read_to = self.said[self.read_to : end], end
        return new

    def types(self, text: str) -> None:
        """Type a line, once what was typed before is read (the terminal's echo is switched off and on)."""
        os.write(self.terminal, f"{text}\n".encode())

    def types_unseen(self, text: str) -> None:
        """The same, once the terminal does not show what is typed."""
        deadline = time.monotonic() + 10
        while termios.tcgetattr(self.terminal)[3] & termios.ECHO:
            assert time.monotonic() < deadline, "the terminal still shows what is typed"
            time.sleep(0.02)
        self.types(text)

    def interrupts(self) -> None:
        """Press Ctrl-C, and again if nothing happens: between the prompt and the waiting for a key it goes unseen."""
        for _ in range(5):
            os.write(self.terminal, b"\x03")
            deadline = time.monotonic() + 2
            while self.process.poll() is None and time.monotonic() < deadline:
                self._read()
            if self.process.poll() is not None:
                return

    def ends(self, *, within_s: float = 30) -> int:
        """Read to the end; give the exit code."""
        deadline = time.monotonic() + within_s
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"does not end: {self.said!r}"
            self._read()
        while self._read():
            pass
        return self.process.returncode

    def _read(self) -> bool:
        if not select.select([self.terminal], [], [], 0.05)[0]:
            return False
        try:
            data = os.read(self.terminal, 65536)
        except OSError:  # the other end is closed
            return False
        self.said += data.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(data)


@contextlib.contextmanager
def person_at(*words: str, environment: Mapping[str, str]) -> Generator[Person]:
    """Start the command on a terminal of its own; killed at the end if it still runs."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", _TAKE_TERMINAL, *words],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**environment, "TERM": "dumb"},
        cwd=CHECKOUT,
        start_new_session=True,
    )
    os.close(slave)
    try:
        yield Person(process, master)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)
        os.close(master)
