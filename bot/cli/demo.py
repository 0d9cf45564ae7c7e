"""`cestmoiou run --demo`: a small world on loopback, so that a newcomer sees real verdicts without any internet.

Three platforms (one healthy, one that answers 503, one slow), three control references and a DNS server of their own.
Nothing of the bot is told that this is a demonstration: the operator's allow list lets it look at loopback.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

LOOPBACK = "127.0.0.1"
SLOW_S = 6.0  # beyond the 5 s from which a first byte counts as slow, below the probe's deadline
CONTROL_BODY = "success\n"
PLATFORMS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "solide": ("Solide", ("Solid",)),
    "fragile": ("Fragile", ()),
    "tortue": ("Tortue", ("Turtle",)),
}
PAGE = "<!doctype html><html lang=fr><title>Revues en ligne</title><h1>Revues en ligne</h1>" + "<p>Numéro.</p>" * 40
CONTROLS = ("controle-1.example", "controle-2.example", "controle-3.example")


@dataclass(frozen=True, slots=True)
class DemoWorld:
    """Where the small world is: its catalogue file, its DNS server ("address:port") and its control references."""

    platforms_toml: str
    dns_server: str
    controls: tuple[str, ...]
    control_body: str = CONTROL_BODY


@contextlib.asynccontextmanager
async def demo_world() -> AsyncGenerator[DemoWorld]:
    """Start the servers on free loopback ports; stop them at the end."""
    loop = asyncio.get_running_loop()
    names = [f"{key}.example" for key in PLATFORMS] + list(CONTROLS)
    transport, _ = await loop.create_datagram_endpoint(lambda: _Dns(frozenset(names)), local_addr=(LOOPBACK, 0))
    site = _Site()
    server = await asyncio.start_server(site.answer, LOOPBACK, 0)
    port = server.sockets[0].getsockname()[1]
    dns_port = cast("tuple[str, int]", transport.get_extra_info("sockname"))[1]
    try:
        yield DemoWorld(
            platforms_toml="\n".join(_entry(key, port) for key in sorted(PLATFORMS)),
            dns_server=f"{LOOPBACK}:{dns_port}",
            controls=tuple(f"http://{host}:{port}/" for host in CONTROLS),
        )
    finally:
        transport.close()
        await site.close(server)


def _entry(key: str, port: int) -> str:
    name, aliases = PLATFORMS[key]
    quoted = ", ".join(f'"{alias}"' for alias in aliases)
    return (
        f'[{key}]\nname = "{name}"\nkind = "other"\naliases = [{quoted}]\nhosts = ["{key}.example"]\n'
        f'urls = [{{ role = "home", url = "http://{key}.example:{port}/" }}]\n'
    )


class _Dns(asyncio.DatagramProtocol):
    """Answers A for the names of this world with loopback, and NXDOMAIN for every other name."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True)
        if name not in self._names:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif question.rdtype == dns.rdatatype.A:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", "A", LOOPBACK))
        self._transport.sendto(answer.to_wire(), addr)


class _Site:
    """The platforms and the control references, told apart by the Host header."""

    def __init__(self) -> None:
        self._closing = asyncio.Event()
        self._handlers = set[asyncio.Task[object]]()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if handler := asyncio.current_task():
            self._handlers.add(handler)
            handler.add_done_callback(self._handlers.discard)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            host = next((line[5:].strip() for line in request.splitlines() if line.lower().startswith("host:")), "")
            writer.write(await self._response(host.partition(":")[0]))
            await writer.drain()
        writer.close()

    async def _response(self, host: str) -> bytes:
        match host.partition(".")[0]:
            case "fragile":
                return _http("503 Service Unavailable", "<title>503</title>")
            case "tortue":
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), SLOW_S)
                return _http("200 OK", PAGE)
            case "solide":
                return _http("200 OK", PAGE)
            case _:
                return _http("200 OK", CONTROL_BODY)

    async def close(self, server: asyncio.Server) -> None:
        """End the slow answers, too: a handler that is cancelled would log a traceback."""
        server.close()
        self._closing.set()
        if self._handlers:
            await asyncio.wait(self._handlers)


def _http(status: str, body: str) -> bytes:
    raw = body.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(raw)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + raw
