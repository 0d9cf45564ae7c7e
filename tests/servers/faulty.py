"""A bad line to a real server: some requests fail before the server acted, some after, some are held, and all freeze.

Which ones is decided by a `Mischief`, so that a run can be made again.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol, cast

import httpx

_HOP_BY_HOP = frozenset({"connection", "host", "content-length", "keep-alive", "transfer-encoding", "accept-encoding"})
_PASSED_BACK = frozenset({"content-type", "retry-after", "x-ratelimit-reset", "x-ratelimit-remaining", "link", "date"})


class Fault(StrEnum):
    """What happens to one request."""

    ERROR_BEFORE = "error before"  # 500, 502 or 503: the server never saw it
    ERROR_AFTER = "error after"  # 504 or 502: the server has acted
    DROP_BEFORE = "dropped before"
    DROP_AFTER = "dropped after"
    CUT_AFTER = "cut short after"  # half of the answer
    LIMIT_WITH_TIME = "429 with a time"
    LIMIT_WITHOUT_TIME = "429 without one"
    GARBAGE = "a page of HTML with 200"
    HELD = "held, then done"  # the server acts when nobody waits for it any more


ALL_FAULTS = tuple(Fault)
_NEVER_DONE = frozenset(
    {Fault.ERROR_BEFORE, Fault.DROP_BEFORE, Fault.LIMIT_WITH_TIME, Fault.LIMIT_WITHOUT_TIME, Fault.GARBAGE}
)


class Mischief(Protocol):
    """Decides what happens to a request; called by several threads, one after the other."""

    def __call__(self, method: str, path: str) -> Fault | None: ...


@dataclass
class AtRandom:
    """So many of all requests, drawn from a seed. Held ones are rarer: each costs somebody half a minute."""

    seed: int
    rate: float = 0.15
    faults: Sequence[Fault] = ALL_FAULTS
    held: float = 0.1

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 -- a plan, no secret

    def __call__(self, method: str, path: str) -> Fault | None:
        if self._random.random() >= self.rate:
            return None
        fault = self._random.choice(self.faults)
        if fault is Fault.HELD and (method != "POST" or self._random.random() >= self.held):
            return Fault.DROP_AFTER
        return fault


@dataclass
class InTurn:
    """These faults, one for every `every`-th request, and then nothing more."""

    faults: Sequence[Fault]
    every: int = 3
    _count: int = 0

    def __call__(self, method: str, path: str) -> Fault | None:
        self._count += 1
        number, rest = divmod(self._count, self.every)
        return self.faults[number - 1] if not rest and number <= len(self.faults) else None


@dataclass
class BadLine:
    """The line. `mischief` None: it is a good one. `seen` are all requests, `done` counts what happened to them.

    `at_post(path)` is called when the server has acted on a post, before anybody is told: the moment to be killed.
    """

    target: str
    mischief: Mischief | None = None
    held_s: float = 30.0
    wait_s: int = 3  # that a 429 asks for
    url: str = ""
    seen: list[tuple[float, str, str]] = field(default_factory=list[tuple[float, str, str]])
    done: Counter[Fault] = field(default_factory=Counter[Fault])
    at_post: Callable[[str], None] | None = None
    under_way: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._moves = threading.Event()
        self._moves.set()
        self._held = 0

    @contextmanager
    def frozen(self) -> Generator[None]:
        """Hold everything for the time of the block, as a server that is stopped does; then it all goes through."""
        self._moves.clear()
        try:
            yield
        finally:
            self._moves.set()

    @property
    def holds(self) -> int:
        """How many requests are held back and not done yet."""
        return self._held

    def judge(self, method: str, path: str) -> Fault | None:
        with self._lock:
            self.seen.append((time.monotonic(), method, path))
            fault = self.mischief(method, path) if self.mischief else None
            if fault:
                self.done[fault] += 1
            return fault

    def wait_until_it_moves(self) -> None:
        self._moves.wait(120)

    def hold(self, over: threading.Event) -> None:
        with self._lock:
            self._held += 1
        try:
            over.wait(self.held_s)
        finally:
            with self._lock:
                self._held -= 1


@contextmanager
def bad_line(target: str, mischief: Mischief | None = None, *, held_s: float = 30.0) -> Generator[BadLine]:
    """Listen on a free port of loopback until the block ends."""
    line = BadLine(target, mischief, held_s)
    server = _Server(line)
    line.url = f"http://localhost:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield line
    finally:
        server.over.set()
        server.shutdown()
        thread.join(5)
        server.server_close()
        server.upstream.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, line: BadLine) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.line = line
        self.over = threading.Event()
        no_keep_alive = httpx.Limits(max_keepalive_connections=0)  # snac drops kept ones; those faults are ours to make
        self.upstream = httpx.Client(timeout=60, trust_env=False, limits=no_keep_alive)

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever hung up, was killed or waits no more: that is what this is for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        server = cast(_Server, self.server)
        line = server.line
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = line.judge(self.command, self.path)
        line.wait_until_it_moves()
        self._be(fault, body, line, server)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _answer  # noqa: N815 -- the library's names

    def _be(self, fault: Fault | None, body: bytes, line: BadLine, server: _Server) -> None:
        if fault in _NEVER_DONE:
            self._refuse(fault, line)
            return
        if fault is Fault.HELD:
            line.hold(server.over)
        got = self._do(body, line, server)
        match fault:
            case None:
                headers = {name: value for name, value in got.headers.items() if name.casefold() in _PASSED_BACK}
                self._say(got.status_code, got.content, headers)
            case Fault.ERROR_AFTER:
                self._say(504, b"<html>504 Gateway Time-out</html>", content_type="text/html")
            case Fault.CUT_AFTER:
                self._say(got.status_code, got.content, half=True)
            case _:
                self.close_connection = True

    def _refuse(self, fault: Fault | None, line: BadLine) -> None:
        match fault:
            case Fault.ERROR_BEFORE:
                self._say(503, b'{"error": "overloaded"}')
            case Fault.LIMIT_WITH_TIME:
                until = datetime.now(UTC) + timedelta(seconds=line.wait_s)
                when = {"Retry-After": str(line.wait_s), "X-RateLimit-Reset": until.isoformat()}
                self._say(429, b'{"error": "RateLimitExceeded"}', when)
            case Fault.LIMIT_WITHOUT_TIME:
                self._say(429, b'{"error": "RateLimitExceeded"}')
            case Fault.GARBAGE:
                self._say(200, b"<html><h1>Welcome to nginx!</h1></html>", content_type="text/html")
            case _:
                self.close_connection = True

    def _do(self, body: bytes, line: BadLine, server: _Server) -> httpx.Response:
        headers = {name: value for name, value in self.headers.items() if name.casefold() not in _HOP_BY_HOP}
        try:
            got = server.upstream.request(self.command, line.target + self.path, content=body, headers=headers)
        except httpx.HTTPError:  # it is down, or drops us: so it is for the one before us
            return httpx.Response(502, content=b"Bad Gateway")
        if line.at_post and self.command == "POST" and got.is_success:
            line.at_post(self.path)
        return got

    def _say(
        self,
        status: int,
        body: bytes,
        headers: dict[str, str] | None = None,
        *,
        content_type: str = "application/json",
        half: bool = False,
    ) -> None:
        self.send_response_only(status)
        given = {"content-type": content_type} | {name.casefold(): value for name, value in (headers or {}).items()}
        for name, value in given.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if half else body)
        if half:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
