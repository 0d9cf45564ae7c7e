"""Servers on loopback that do one thing, mostly wrong; and a small world of names and public addresses leading to them.

The probe's policy stays on: addresses look public (`SITE`, `OTHER`, …), are judged as such, and only the dial maps them
to loopback.
"""

import asyncio
import contextlib
import errno
import gzip
import socket
import ssl
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import trustme

from bot.probe.dialling import Dial, dial_tcp
from bot.probe.fingerprints import Fingerprints
from bot.probe.limits import Limits
from bot.probe.prober import Prober
from tests.servers.dns import Answer, DnsServer

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

SITE, OTHER, THIRD, SITE6 = "81.2.69.142", "81.2.69.143", "81.2.69.144", "2a02:2e0:3fe::1"
SHORT = Limits(
    probe_s=1.5,
    dns_server_s=0.2,
    dns_s=0.5,
    second_dns_s=1.0,
    tcp_s=0.4,
    stagger_s=0.05,
    other_s=0.3,
    tls_s=0.4,
    first_byte_s=0.6,
    body_s=0.3,
)
"""The limits of nearly all tests; docs/probing.md's own take seconds."""


def answer(
    status: int = 200, body: bytes = b"<title>Bonjour</title>" + b" " * 2000, *headers: str, length: bool = True
) -> Behaviour:
    """Answer properly."""
    head = [f"HTTP/1.1 {status} x", "Content-Type: text/html", *headers]
    if length:
        head.append(f"Content-Length: {len(body)}")
    return send("\r\n".join(head).encode() + b"\r\n\r\n" + body)


def send(data: bytes, *, then: Behaviour | None = None) -> Behaviour:
    """Read the request, send these bytes, then close or do something else."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(data)
        await writer.drain()
        if then is not None:
            await then(reader, writer)

    return behave


def redirect(location: str, *headers: str) -> Behaviour:
    """Send people elsewhere."""
    return answer(302, b"", f"Location: {location}", *headers)


def drip(data: bytes, every_s: float) -> Behaviour:
    """Send byte after byte, for ever."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing():
            for byte in data:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(every_s)

    return behave


def flood(chunk: bytes) -> Behaviour:
    """Send the same, for ever, as fast as it goes."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing():
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(0)  # drain waits for nothing while there is room: others get their turn

    return behave


async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read, and never answer."""
    await reader.read()


async def close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hang up."""


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hang up with a RST."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def after(seconds: float, behaviour: Behaviour) -> Behaviour:
    """Wait first."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(seconds)
        await behaviour(reader, writer)

    return behave


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """Behave differently for each connection; the last one stays."""
    left = list(behaviours)

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(reader, writer)

    return behave


def by_path(pages: dict[str, Behaviour]) -> Behaviour:
    """Behave by the path that is asked for; 404 for others. The request is read here already."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        again = asyncio.StreamReader()
        again.feed_data(head)
        await pages.get(head.split()[1].decode(), answer(404))(again, writer)

    return behave


def gzip_bomb(mebibytes: int) -> bytes:
    """So many MiB of zeros, packed."""
    return gzip.compress(bytes(mebibytes << 20))


@dataclass(slots=True)
class Served:
    """A running server: `port` on 127.0.0.1, `requests` counts its connections."""

    port: int
    requests: int = 0


@contextlib.asynccontextmanager
async def serve(behaviour: Behaviour, tls: ssl.SSLContext | None = None) -> AsyncGenerator[Served, None]:
    """Run a server for the time of a block."""
    served = Served(0)
    running: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.requests += 1
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            await behaviour(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            running.discard(task)
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
        for task in list(running):
            task.cancel()
        if running:
            await asyncio.wait(running)


@contextlib.contextmanager
def blackhole() -> Generator[int, None, None]:
    """Give a port whose accept queue is full: it answers no SYN, as behind a firewall."""
    with socket.socket() as listener, contextlib.ExitStack() as fillers:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            filler = fillers.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


Door = int | OSError
"""Where an address and port lead: a port on loopback, or what connect() raises."""


@dataclass
class World:
    """Names, public addresses behind them, and where these lead; `dialled` are the addresses that were connected to."""

    names: Mapping[str, Answer] = field(default_factory=dict[str, Answer])
    doors: Mapping[tuple[str, int], Door] = field(default_factory=dict[tuple[str, int], Door])
    second_names: Mapping[str, Answer] | None = None
    allow_nets: Sequence[str] = ()
    limits: Limits = SHORT
    fingerprints: Fingerprints | None = None
    dialled: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    authority: trustme.CA = field(default_factory=trustme.CA)

    def __enter__(self) -> Self:
        self._dns = DnsServer(self.names).__enter__()
        self._second = DnsServer(self.second_names).__enter__() if self.second_names is not None else None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._dns.__exit__(kind, error, trace)
        if self._second is not None:
            self._second.__exit__(kind, error, trace)

    @property
    def asked(self) -> list[tuple[str, str]]:
        """What the first DNS server was asked."""
        return self._dns.asked

    @property
    def second_asked(self) -> list[tuple[str, str]]:
        """What the second DNS server was asked; nothing if there is none."""
        return self._second.asked if self._second is not None else []

    def prober(self, dial: Dial | None = None) -> Prober:
        """Make a prober that lives in this world."""
        trusts = ssl.create_default_context(cadata=self.authority.cert_pem.bytes().decode())  # and no other: quick
        return Prober(
            user_agent="cestmoiou-test (+https://example.org)",
            clock=lambda: datetime.now(UTC),
            fingerprints=self.fingerprints,
            dns_servers=[self._dns.address],
            second_dns_servers=[self._second.address] if self._second is not None else [],
            allow_nets=self.allow_nets,
            limits=self.limits,
            dial=dial or self._dial,
            tls=trusts,
        )

    def certificate(
        self,
        name: str,
        *,
        common_name: str | None = None,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        authority: trustme.CA | None = None,
    ) -> ssl.SSLContext:
        """Make a server's TLS with a certificate, of this world's authority unless another one is given."""
        issued = (authority or self.authority).issue_cert(
            name, common_name=common_name, not_before=not_before, not_after=not_after
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with issued.private_key_and_cert_chain_pem.tempfile() as path:
            context.load_cert_chain(path)
        return context

    async def _dial(self, ip: str, port: int) -> socket.socket:
        self.dialled.append((ip, port))
        door = self.doors.get((ip, port), OSError(errno.ECONNREFUSED, "refused"))
        if isinstance(door, OSError):
            raise door
        return await dial_tcp("127.0.0.1", door)
