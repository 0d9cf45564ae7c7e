"""A server on loopback that stands before a real one, or alone, and misbehaves as it is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

import httpx


@dataclass(frozen=True, slots=True)
class Canned:
    """The answer to every request."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Middleman:
    """Passes requests on to `target`, except those that it answers itself and those whose answer it loses.

    It answers itself, with `always`, where `always_for` is in the path, and with what `canned` has for a part of
    "GET /the/path". Where `drips` is in the path, a byte comes now and then, for ever. It loses the next answer to a
    POST with `lose` in its path: the real server has acted, and the connection is closed without a word. Its Date is
    `clock_ahead` seconds after ours. `requests` and their `bodies` are all that came.
    """

    url: str = ""
    target: str | None = None
    always: Canned | None = None
    always_for: str = ""
    canned: dict[str, Canned] = field(default_factory=dict[str, Canned])
    drips: str | None = None
    lose: str | None = None
    lost: int = 0
    clock_ahead: float = 0
    requests: list[str] = field(default_factory=list[str])
    bodies: list[str] = field(default_factory=list[str])


@contextmanager
def running_middleman(target: str | None = None) -> Generator[Middleman]:
    """Listen on a free port of loopback until the block ends."""
    middleman = Middleman(target=target)
    server = _Server(middleman)
    middleman.url = f"http://localhost:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield middleman
    finally:
        server.over.set()
        server.shutdown()
        thread.join(5)
        server.server_close()
        server.upstream.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, middleman: Middleman) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.middleman = middleman
        self.over = threading.Event()
        self.upstream = httpx.Client(timeout=20, trust_env=False)


class _Handler(BaseHTTPRequestHandler):
    def date_time_string(self, timestamp: float | None = None) -> str:
        """For the Date header."""
        ahead = cast(_Server, self.server).middleman.clock_ahead
        return super().date_time_string((time.time() if timestamp is None else timestamp) + ahead)

    def _answer(self) -> None:
        middleman = cast(_Server, self.server).middleman
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        middleman.requests.append(f"{self.command} {self.path}")
        middleman.bodies.append(body.decode("utf-8", "replace"))
        if middleman.always and middleman.always_for in self.path:
            self._send(middleman.always)
            return
        if middleman.drips and middleman.drips in self.path:
            self._drip()
            return
        own = next((canned for part, canned in middleman.canned.items() if part in f"{self.command} {self.path}"), None)
        if own:
            self._send(own)
            return
        assert middleman.target, self.path
        got = self._pass_on(middleman.target + self.path, body)
        if middleman.lose and middleman.lose in self.path and self.command == "POST":
            middleman.lose = None
            middleman.lost += 1
            return  # HTTP/1.0: the connection closes now
        self._send(Canned(got.status_code, got.content, got.headers.get("content-type", "")))

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _answer  # noqa: N815 -- the library's names

    def _pass_on(self, url: str, body: bytes) -> httpx.Response:
        kept = {"authorization", "content-type", "idempotency-key", "atproto-proxy", "atproto-accept-labelers"}
        headers = {name: value for name, value in self.headers.items() if name.casefold() in kept}
        return cast(_Server, self.server).upstream.request(self.command, url, content=body, headers=headers)

    def _send(self, canned: Canned) -> None:
        self.send_response(canned.status)
        for name, value in (("Content-Type", canned.content_type), *canned.headers):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(canned.body)))
        self.end_headers()
        self.wfile.write(canned.body)

    def _drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        with suppress(OSError):  # they have hung up
            while not cast(_Server, self.server).over.wait(0.1):
                self.wfile.write(b" ")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
