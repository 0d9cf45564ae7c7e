"""A machine among canaries: the real prober in a network namespace, and nothing inside that it may touch.

Every address of the machine itself has servers, and so have private networks and metadata services beyond its cable.
Canaries count connections; taps on the cable and on loopback hear every packet that opens one, to any port.
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Coroutine, Generator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from bot.model import Observation, Target, VantagePoint
from bot.probe.limits import Limits
from bot.probe.prober import Prober
from tests.namespace.spaces import CABLE, HERE_V4, HERE_V6, Space, Wiretap, listen, two_spaces
from tests.servers.dns import DnsServer

T = TypeVar("T")
PUBLIC, RESOLVER = "45.80.0.1", "45.90.0.53"
BEYOND = (
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192",
    "fd00:ec2::254", "64:ff9b::a9fe:a9fe", "2002:a00:1::1",
)  # fmt: skip
WITHIN = ("127.0.0.1", "127.1.2.3", "::1", HERE_V4, HERE_V6)
PORTS = (22, 80, 443, 6379, 8080)
HERE = VantagePoint("here")


@dataclass
class Lair:
    """The machine (`here`), what DNS says (`dns.answers`, to be changed at will), and where the public server leads.

    That is told by host in `locations`; any other host gets a page.
    """

    here: Space
    beyond: Space
    dns: DnsServer
    cable: Wiretap
    loopback: Wiretap
    loop: asyncio.AbstractEventLoop
    prober: Prober
    touched: list[str] = field(default_factory=list[str])
    locations: dict[str, str] = field(default_factory=dict[str, str])

    def run(self, work: Coroutine[object, object, T]) -> T:
        """Run something on the machine."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def probe(self, targets: Iterable[Target]) -> list[Observation]:
        """Look at all of these at once, as for strangers."""

        async def look() -> list[Observation]:
            return await asyncio.gather(*(self.prober.probe(target, vantage_point=HERE) for target in targets))

        return self.run(look())

    def strayed(self) -> set[tuple[str, int]]:
        """What was spoken to beside the public server and the resolver; and whoever touched a canary."""
        self.catch_up()
        allowed = {(PUBLIC, 80), (PUBLIC, 443), (RESOLVER, 53)}
        return (self.cable.heard - allowed) | self.loopback.heard | {(name, 0) for name in self.touched}

    def catch_up(self) -> None:
        """Let the taps hear what is on its way to them."""
        self.cable.catch_up()
        self.loopback.catch_up()

    def forget(self) -> None:
        """Begin anew, after the canaries were tried."""
        self.cable.heard.clear()
        self.loopback.heard.clear()
        self.touched.clear()


@contextlib.contextmanager
def lair() -> Generator[Lair]:
    """Make it; all of it is gone at the end."""
    with contextlib.ExitStack() as ends:
        here, beyond = ends.enter_context(two_spaces([PUBLIC, RESOLVER, *BEYOND], dns=RESOLVER))
        dns = ends.enter_context(DnsServer({}, sock=beyond.socket(lambda: listen(RESOLVER, 53, socket.SOCK_DGRAM))))
        cable = ends.enter_context(Wiretap(beyond, CABLE))
        loopback = ends.enter_context(Wiretap(here, "lo"))
        loop = ends.enter_context(living_in(here))
        made = Lair(here, beyond, dns, cable, loopback, loop, _prober())
        servers = [
            *(
                made.run(_canary(made, ip, beyond.socket(lambda ip=ip, port=port: listen(ip, port))))
                for ip in BEYOND
                for port in PORTS
            ),
            *(
                made.run(_canary(made, ip, here.socket(lambda ip=ip, port=port: listen(ip, port))))
                for ip in ("0.0.0.0", "::")
                for port in PORTS
            ),
            made.run(_public(made, beyond.socket(lambda: listen(PUBLIC, 80)))),
        ]
        ends.callback(made.run, _close(servers))
        yield made


def _prober() -> Prober:
    # The real limits but for patience: nothing here is slow, only full of traps.
    return Prober(
        user_agent="cestmoiou-test (+https://example.org)",
        clock=lambda: datetime.now(UTC),
        dns_servers=[RESOLVER],
        limits=Limits(probe_s=5.0, other_s=0.1),
    )


async def _canary(made: Lair, ip: str, sock: socket.socket) -> asyncio.Server:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        made.touched.append(ip)
        writer.close()

    return await asyncio.start_server(handle, sock=sock)


async def _public(made: Lair, sock: socket.socket) -> asyncio.Server:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            host = next(line[6:] for line in head.split("\r\n") if line.lower().startswith("host: "))
            location = made.locations.get(host)
            first = "HTTP/1.1 200 OK" if location is None else f"HTTP/1.1 302 Found\r\nLocation: {location}"
            writer.write(f"{first}\r\nContent-Length: 5\r\n\r\nhello".encode())
            await writer.drain()
        finally:
            writer.close()

    return await asyncio.start_server(handle, sock=sock)


async def _close(servers: list[asyncio.Server]) -> None:
    for server in servers:
        server.close()


@contextlib.contextmanager
def living_in(space: Space) -> Generator[asyncio.AbstractEventLoop]:
    """An event loop whose sockets are all in there, in a thread of its own."""
    # A thread that entered the namespace makes all its sockets there.
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=space.socket, args=(loop.run_forever,), daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
