"""All of the internet, in a namespace of its own: sites with addresses, ports 80 and 443, certificates and DNS."""

import asyncio
import contextlib
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import trustme

from tests.namespace.spaces import Space, listen, two_spaces
from tests.servers.dns import Answer, DnsServer
from tests.servers.misbehaving import Behaviour
from tests.servers.running import CHECKOUT

RESOLVER, SECOND_RESOLVERS = "45.90.0.53", ("9.9.9.9", "1.1.1.1")
"""The bot's own resolver, and the two that it asks second when nothing else is configured."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The addresses of one site: three where it answers, one where all ports are closed, and three that nobody has."""

    v4: str
    also_v4: str
    v6: str
    closed_v4: str
    dead_v4: str
    dead_v6: str
    unreachable_v4: str


def numbers(index: int) -> Numbers:
    """The addresses of site number `index`; no two sites of the first 250 are neighbours, as if at one hoster."""
    low, high = divmod(index, 250)
    return Numbers(
        v4=f"45.80.{high + 1}.{low + 1}",
        also_v4=f"45.81.{high + 1}.{low + 1}",
        v6=f"2a01:e0a:1::{index + 1:x}",
        closed_v4=f"45.82.{high + 1}.{low + 1}",
        dead_v4=f"45.99.{high + 1}.{low + 1}",
        dead_v6=f"2a01:e0a:dead::{index + 1:x}",
        unreachable_v4=f"45.98.{high + 1}.{low + 1}",
    )


class Authorities:
    """Who signs certificates: `trusted` is the one that the bot's machine trusts."""

    def __init__(self) -> None:
        self.trusted = trustme.CA()
        self.unknown = trustme.CA()
        self.middle = self.trusted.create_child_ca()


Tls = Callable[[Authorities, str], ssl.SSLContext | None]


def certificate(
    name: str = "", *, days: tuple[int, int] = (-30, 300), by: str = "trusted", only: bool = False
) -> Callable[[Authorities, str], ssl.SSLContext]:
    """A server's TLS for the site's own name, or another; valid from and to so many days from now.

    `by` names the authority; `only` leaves the chain out and sends the leaf alone.
    """

    def make(authorities: Authorities, host: str) -> ssl.SSLContext:
        now = datetime.now(UTC)
        authority: trustme.CA = getattr(authorities, by)
        issued = authority.issue_cert(
            name or host, not_before=now + timedelta(days=days[0]), not_after=now + timedelta(days=days[1])
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        pem = issued.cert_chain_pems[0] if only else issued.private_key_and_cert_chain_pem
        chain = trustme.Blob(issued.private_key_pem.bytes() + pem.bytes()) if only else pem
        with chain.tempfile() as path:
            context.load_cert_chain(path)
        return context

    return make


GOOD = certificate()


@dataclass(frozen=True, slots=True)
class Site:
    """What answers under a name. A port without a behaviour is closed. `dns` None: the site's first IPv4 address.

    `tls` None: port 443 speaks no TLS at all. `at` says what answers instead at one of its addresses ("v6", "also_v4").
    """

    https: Behaviour | None = None
    http: Behaviour | None = None
    dns: Callable[[Numbers], Answer] | None = None
    tls: Tls | None = GOOD
    at: Mapping[str, "Site"] = field(default_factory=dict[str, "Site"])


@dataclass
class Internet:
    """A running internet; `here` is the bot's machine. `hits` counts the connections to each site."""

    here: Space
    space: Space
    dns: DnsServer
    authority: Path
    hits: dict[str, int] = field(default_factory=dict[str, int])

    def environment(self, folder: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """What the command gets: all as shipped, the test's authority among the trusted ones."""
        python = str(Path(sys.executable).parent)
        return {
            "PATH": f"{python}:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "SSL_CERT_FILE": str(self.authority),
            "CESTMOIOU_DATA_DIR": str(folder / "data"),
            "CESTMOIOU_CONFIG_DIR": str(CHECKOUT / "config"),
            "PYTHONUNBUFFERED": "1",
            "NO_COLOR": "1",
            **(more or {}),
        }

    def command(
        self, folder: Path, *words: str, typed: str = "", more: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run the shipped command on the bot's machine, to its end."""
        return subprocess.run(
            self.here.command(sys.executable, "-m", "bot", *words),
            input=typed,
            env=self.environment(folder, more),
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@contextlib.contextmanager
def internet(
    sites: Mapping[str, Site],
    folder: Path,
    *,
    names: Mapping[str, Answer] | None = None,
    canaries: Sequence[str] = (),
    more: Sequence[str] = (),
) -> Generator[Internet]:
    """Start it: `sites` by host, and further `names`; `more` are addresses for servers of the test's own.

    `canaries` are addresses that have servers on ports 80 and 443 which nobody may touch; hits["canary"] counts.
    """
    plan = {host: numbers(index) for index, host in enumerate(sites)}
    own = [address for each in plan.values() for address in (each.v4, each.also_v4, each.v6, each.closed_v4)]
    answers: dict[str, Answer] = {
        host: [plan[host].v4] if site.dns is None else site.dns(plan[host]) for host, site in sites.items()
    }
    authorities = Authorities()
    folder.mkdir(parents=True, exist_ok=True)
    authorities.trusted.cert_pem.write_to_path(str(folder / "authority.pem"))
    resolvers = (RESOLVER, *SECOND_RESOLVERS)
    with contextlib.ExitStack() as ends:
        here, space = ends.enter_context(two_spaces([*resolvers, *own, *canaries, *more], dns=RESOLVER))
        said = {**answers, **(names or {})}
        servers = [
            ends.enter_context(DnsServer(said, sock=space.socket(lambda at=at: listen(at, 53, socket.SOCK_DGRAM))))
            for at in resolvers
        ]
        world = Internet(
            here, space, servers[0], folder / "authority.pem", dict.fromkeys([*sites, "canary", "resolver"], 0)
        )
        loop = ends.enter_context(_loop())
        loop.serve(world, "resolver", RESOLVER, 53, servers[0].over_tcp, None)
        for host, site in sites.items():
            contexts: dict[Tls, ssl.SSLContext | None] = {}
            for kind in ("v4", "also_v4", "v6"):
                there = site.at.get(kind, site)
                address: str = getattr(plan[host], kind)
                if there.http is not None:
                    loop.serve(world, host, address, 80, there.http, None)
                if there.https is not None and there.tls is not None and there.tls not in contexts:
                    contexts[there.tls] = there.tls(authorities, host)
                if there.https is not None:
                    loop.serve(world, host, address, 443, there.https, contexts[there.tls] if there.tls else None)
        for address in canaries:
            for port in (80, 443, 8080):
                loop.serve(world, "canary", address, port, _hang_up, None)
        yield world


async def _hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A canary says nothing: being connected to is enough."""


class _Servers:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._servers: list[asyncio.Server] = []
        self._running: set[asyncio.Task[Any]] = set()

    def serve(
        self, world: Internet, host: str, address: str, port: int, behave: Behaviour, tls: ssl.SSLContext | None
    ) -> None:
        sock = world.space.socket(lambda: listen(address, port))
        self.run(self._serve(world, host, sock, behave, tls))

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _serve(
        self, world: Internet, host: str, sock: socket.socket, behave: Behaviour, tls: ssl.SSLContext | None
    ) -> None:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._running.add(task)
            world.hits[host] += 1
            try:
                await _quietly(behave(reader, writer))
            finally:
                self._running.discard(task)
                writer.close()

        self._servers.append(await asyncio.start_server(handle, sock=sock, ssl=tls))

    async def close(self) -> None:
        for server in self._servers:
            server.close()
        running = list(self._running)
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)
        await asyncio.sleep(0.05)  # what was aborted is let go of in the next turns of the loop


async def _quietly(work: Awaitable[None]) -> None:
    # The other side may hang up at any time.
    with contextlib.suppress(ConnectionError, ssl.SSLError, asyncio.IncompleteReadError, asyncio.CancelledError):
        await work


@contextlib.contextmanager
def _loop() -> Generator[_Servers]:
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _loop, _context: None)  # handshakes that fail are what some sites are for
    thread = threading.Thread(target=loop.run_forever, name="internet", daemon=True)
    thread.start()
    servers = _Servers(loop)
    try:
        yield servers
    finally:
        servers.run(servers.close())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
