"""Two network namespaces and a cable between them: the bot's machine and all of the internet. Needs root and iproute2.

    with two_spaces(["45.80.0.1", "2a01:e0a:1::1"]) as (here, internet):
        sock = internet.socket(lambda: listen("45.80.0.1", 443))
        subprocess.run(here.command("python", "-m", "bot", …))

Addresses and routes exist in the namespaces alone; nothing of the machine's own network is touched.
"""

import contextlib
import ctypes
import os
import secrets
import select
import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import pytest

T = TypeVar("T")
HERE_V4, HERE_V6 = "192.168.77.2", "fd77::2"
GATEWAY_V4, GATEWAY_V6 = "192.168.77.1", "fd77::1"
CABLE = "cable"
_CLONE_NEWNET = 0x40000000
_ETC = Path("/etc/netns")


def can_make_spaces() -> bool:
    """Whether this machine lets us make namespaces: Linux, root, iproute2."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("ip") is not None


def require_root() -> None:
    """Leave a test out where there is no root; in CI that is a failure."""
    if can_make_spaces():
        return
    if os.environ.get("CI") == "true":
        pytest.fail("network namespaces need root and iproute2")
    pytest.skip("network namespaces need root and iproute2")


@dataclass(frozen=True, slots=True)
class Space:
    """A network namespace, by its name."""

    name: str

    def command(self, *words: str) -> list[str]:
        """The words of a command that runs in here."""
        return ["ip", "netns", "exec", self.name, *words]

    def ip(self, *lines: str) -> None:
        """Run lines of `ip` in here."""
        subprocess.run(["ip", "-n", self.name, "-batch", "-"], input="\n".join(lines), text=True, check=True)

    def socket(self, make: Callable[[], T]) -> T:
        """Make something, a socket most of all, in here: a socket stays where it was made, whoever uses it."""
        made: list[T] = []
        failed: list[BaseException] = []

        def run() -> None:
            try:
                _enter(self.name)
                made.append(make())
            except BaseException as error:  # noqa: BLE001 -- carried over to the caller
                failed.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        if failed:
            raise failed[0]
        return made[0]


def _enter(name: str) -> None:
    with Path("/var/run/netns", name).open("rb") as handle:
        libc = ctypes.CDLL(None, use_errno=True)  # os.setns came with Python 3.12
        if libc.setns(handle.fileno(), _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"setns {name}")


@contextlib.contextmanager
def two_spaces(addresses: Sequence[str], *, dns: str | None = None) -> Generator[tuple[Space, Space]]:
    """The bot's namespace and the internet's, which has these addresses; both are gone at the end.

    `dns` is the address of the resolver in the bot's /etc/resolv.conf. What has no address in the internet's
    namespace is a black hole, but for 45.98.0.0/16, which its router calls unreachable.
    """
    name = f"cestmoiou-{secrets.token_hex(4)}"
    here, internet = Space(f"{name}-here"), Space(f"{name}-net")
    with contextlib.ExitStack() as undo:
        for space in (here, internet):
            subprocess.run(["ip", "netns", "add", space.name], check=True)
            undo.callback(subprocess.run, ["ip", "netns", "del", space.name], check=True)
        if dns is not None:
            undo.enter_context(resolver_of(here, dns))
        _join(here, internet)
        internet.ip(*(f"address add {address} dev lo{_flags(address)}" for address in addresses))
        yield here, internet


@contextlib.contextmanager
def resolver_of(space: Space, dns: str) -> Generator[None]:
    """Write the /etc/resolv.conf that commands in this namespace see."""
    folder = _ETC / space.name
    folder.mkdir(parents=True)
    try:
        (folder / "resolv.conf").write_text(f"nameserver {dns}\n", "ascii")
        yield
    finally:
        _drop_etc(space.name)


def _flags(address: str) -> str:
    return " nodad" if ":" in address else ""


def _drop_etc(name: str) -> None:
    shutil.rmtree(_ETC / name)
    with contextlib.suppress(OSError):  # not empty: somebody else's
        _ETC.rmdir()


def _join(here: Space, internet: Space) -> None:
    subprocess.run(
        ["ip", "-n", here.name, "link", "add", CABLE, "type", "veth", "peer", "name", CABLE, "netns", internet.name],
        check=True,
    )
    here.ip(
        "link set lo up",
        f"address add {HERE_V4}/24 dev {CABLE}",
        f"address add {HERE_V6}/64 dev {CABLE} nodad",
        f"link set {CABLE} up",
    )
    internet.ip(
        "link set lo up",
        f"address add {GATEWAY_V4}/24 dev {CABLE}",
        f"address add {GATEWAY_V6}/64 dev {CABLE} nodad",
        f"link set {CABLE} up",
        "route add blackhole 0.0.0.0/0",
        "route add blackhole ::/0",
        "route add unreachable 45.98.0.0/16",
    )
    here.ip(f"route add default via {GATEWAY_V4}", f"route add ::/0 via {GATEWAY_V6}")
    internet.socket(_be_a_router)


def _be_a_router() -> None:
    # Only a router says that a host is unreachable; /proc/sys/net is the namespace's own.
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1", "ascii")


def listen(address: str, port: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> socket.socket:
    """A bound socket, listening if it is TCP."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, kind)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    sock.bind((address, port))
    if kind == socket.SOCK_STREAM:
        sock.listen(200)
    return sock


@dataclass
class Wiretap:
    """Hears every connection attempt and datagram on one interface: `heard` holds their addresses and ports.

    A canary tells only of the port that it listens on; this tells of every packet.
    """

    space: Space
    interface: str
    heard: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])

    def __enter__(self) -> Self:
        self._socket = self.space.socket(self._open)
        self._thread = threading.Thread(target=self._listen, name=f"tap {self.interface}", daemon=True)
        self._stopping = False
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping = True
        self._thread.join(5)
        self._socket.close()

    def catch_up(self) -> None:
        """Wait until everything that went over the line by now is heard; at most 5 s."""
        until = time.monotonic() + 5
        while select.select([self._socket], [], [], 0)[0] and time.monotonic() < until:
            time.sleep(0.002)
        time.sleep(0.02)  # the last packet is out of the queue, and not yet in `heard`

    def _open(self) -> socket.socket:
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))  # ETH_P_ALL
        sock.setsockopt(socket.SOL_SOCKET, 33, 32 << 20)  # SO_RCVBUFFORCE: miss nothing while we are busy
        sock.settimeout(0.1)
        sock.bind((self.interface, 0))
        return sock

    def _listen(self) -> None:
        while True:
            try:
                packet, (_name, _protocol, direction, *_rest) = self._socket.recvfrom(128)
            except TimeoutError:
                if self._stopping:
                    return
                continue
            if direction != socket.PACKET_OUTGOING and (asked := _asked(packet)) is not None:
                self.heard.add(asked)


def _asked(packet: bytes) -> tuple[str, int] | None:
    """Where a packet that opens a conversation goes: a SYN, or a datagram."""
    version = packet[0] >> 4 if packet else 0
    if version == 4 and len(packet) >= 20:
        protocol, destination, payload = packet[9], packet[16:20], packet[(packet[0] & 15) * 4 :]
    elif version == 6 and len(packet) >= 40:
        protocol, destination, payload = packet[6], packet[24:40], packet[40:]
    else:
        return None
    if protocol == socket.IPPROTO_TCP and len(payload) >= 14:
        is_first = payload[13] & 0x12 == 0x02  # SYN without ACK
    else:
        is_first = protocol == socket.IPPROTO_UDP and len(payload) >= 4
    return (str(ip_address(destination)), struct.unpack("!H", payload[2:4])[0]) if is_first else None
