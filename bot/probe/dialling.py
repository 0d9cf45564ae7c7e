"""Checked addresses in, one connected socket out: happy eyeballs (RFC 8305), each address judged again before its SYN.

Nothing here can resolve a name.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from bot.model import Blame, Failure, FailureKind, Phase
from bot.probe.addresses import Network, judge_address
from bot.probe.failures import ProbeFailedError, connect_failure, worst_of
from bot.probe.limits import Limits

Dial = Callable[[str, int], Awaitable[socket.socket]]
"""Connects to an address and port, and gives a non-blocking socket; raises OSError. Tests put their own here."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Which addresses may be connected to, see `judge_address`."""

    allow_nets: tuple[Network, ...] = ()
    deny_nets: tuple[Network, ...] = ()

    def refuses(self, ip: str) -> str | None:
        """Say why an address is refused; None if it may be connected to."""
        return judge_address(ip, allow_nets=self.allow_nets, deny_nets=self.deny_nets)


async def dial_tcp(ip: str, port: int) -> socket.socket:
    """Connect over TCP to an address. Raises OSError."""
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(sock, (ip, port))
    except BaseException:
        sock.close()
        raise
    return sock


@dataclass(slots=True)
class RollCall:
    """What became of each address so far; filled while the probe goes on with the first that answered."""

    used: str | None = None
    alive: list[str] = field(default_factory=list[str])
    failures: dict[str, Failure] = field(default_factory=dict[str, Failure])

    def note(self, ip: str, result: socket.socket | Failure) -> None:
        """Write down what became of an address."""
        if isinstance(result, Failure):
            self.failures[ip] = result
        else:
            self.alive.append(ip)


class Dialler:
    """Connects for one probe, and calls the roll of the addresses that it did not need."""

    def __init__(self, policy: Policy, limits: Limits, dial: Dial) -> None:
        self._policy = policy
        self._limits = limits
        self._dial = dial
        self._roll_calls: list[asyncio.Task[None]] = []

    async def connect(
        self, addresses: Sequence[str], port: int, *, within_s: float, roll: RollCall, call_all: bool
    ) -> socket.socket:
        """Give the first socket that connects, the addresses tried in order, 250 ms or a failure apart.

        With `call_all` the other addresses are tried as well, behind the probe's back, until `finish`.
        Raises ProbeFailedError if none connects within `within_s` seconds.
        """
        until = asyncio.get_running_loop().time() + within_s
        untried = deque(addresses)
        running: dict[_Try, str] = {}
        try:
            while untried or running:
                if untried:
                    self._start(untried.popleft(), port, until, running)
                stagger_s = self._limits.stagger_s if untried else None
                await asyncio.wait(running, timeout=stagger_s, return_when=asyncio.FIRST_COMPLETED)
                if (sock := _first_socket(running, roll)) is not None:
                    if call_all:
                        self._call_roll(list(untried), port, dict(running), roll)
                        running.clear()
                    return sock
        finally:
            _drop(running)
        raise ProbeFailedError(worst_of(roll.failures[ip] for ip in addresses))

    async def finish(self, *, within_s: float) -> None:
        """Let the roll calls come to their end, for at most `within_s` seconds."""
        if self._roll_calls:
            await asyncio.wait(self._roll_calls, timeout=max(0.0, within_s))
        for task in self._roll_calls:
            task.cancel()

    def _start(self, ip: str, port: int, until: float, running: "dict[_Try, str]") -> None:
        running[asyncio.create_task(self._try(ip, port, until))] = ip

    async def _try(self, ip: str, port: int, until: float) -> socket.socket | Failure:
        if reason := self._policy.refuses(ip):
            return Failure(Phase.POLICY, FailureKind.ADDRESS_REFUSED, Blame.TARGET, reason)
        try:
            async with asyncio.timeout_at(until):
                return await self._dial(ip, port)
        except OSError as error:  # TimeoutError among them
            return connect_failure(error)

    def _call_roll(self, untried: Sequence[str], port: int, running: "dict[_Try, str]", roll: RollCall) -> None:
        until = asyncio.get_running_loop().time() + self._limits.other_s
        for ip in untried:
            self._start(ip, port, until, running)
        if running:
            self._roll_calls.append(asyncio.create_task(self._see_out(running, roll)))

    async def _see_out(self, running: "dict[_Try, str]", roll: RollCall) -> None:
        try:
            await asyncio.wait(running, timeout=self._limits.other_s)
            for task, ip in running.items():
                roll.note(ip, task.result() if task.done() else connect_failure(TimeoutError()))
        finally:
            _drop(running)


_Try = asyncio.Task[socket.socket | Failure]


def _first_socket(running: dict[_Try, str], roll: RollCall) -> socket.socket | None:
    """Take the finished tries out, note what became of them, and give the first socket among them."""
    winner: socket.socket | None = None
    for task in [task for task in running if task.done()]:
        ip, result = running.pop(task), task.result()
        roll.note(ip, result)
        if not isinstance(result, socket.socket):
            continue
        if winner is None:
            winner, roll.used = result, ip
        else:
            result.close()
    return winner


def _drop(running: dict[_Try, str]) -> None:
    for task in running:
        task.cancel()
        task.add_done_callback(_close_its_socket)


def _close_its_socket(task: _Try) -> None:
    if not task.cancelled() and isinstance(result := task.result(), socket.socket):
        result.close()
