"""Globalping's API on loopback: answers each call from a script, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer; `body` is sent as JSON, bytes as they are. `after_s`: how long the caller waits for it."""

    status: int = 200
    body: object = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    after_s: float = 0.0


@dataclass
class GlobalpingApi:
    """`creates` and `reads` are answered in order, the last one for ever. `asked` holds what was asked for."""

    url: str
    creates: list[Answer]
    reads: list[Answer]
    asked: list[Json] = field(default_factory=list[Json])
    paths: list[str] = field(default_factory=list[str])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])


@contextmanager
def globalping_api(*, creates: list[Answer], reads: list[Answer]) -> Generator[GlobalpingApi]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"]))
            api.asked.append(cast("Json", json.loads(text)))
            self._give(api.creates)

        def do_GET(self) -> None:
            self._give(api.reads)

        def _give(self, script: list[Answer]) -> None:
            api.paths.append(self.path)
            api.headers.append(dict(self.headers))
            answer = script.pop(0) if len(script) > 1 else script[0]
            time.sleep(answer.after_s)
            body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api = GlobalpingApi(f"http://127.0.0.1:{server.server_address[1]}", creates, reads)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
