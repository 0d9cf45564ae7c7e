"""A small internet on loopback for the shipped command: platforms, controls, their DNS, and a configuration."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.servers.dns import DnsServer
from tests.servers.running import CHECKOUT

PAGE = "<!doctype html><html lang=fr><title>Revues en ligne</title><h1>Revues</h1>" + "<p>Un article.</p>" * 60
CONTROL_HOSTS = ("controle-1.example", "controle-2.example", "controle-3.example")
PLATFORM_HOSTS = ("solide.example", "fragile.example")


@dataclass
class World:
    """Where everything is. `status` is what each platform answers; change it, and the platform changes.

    `requests` are the HTTP requests that came, whole; `resolved` the names that were asked of DNS.
    """

    folder: Path
    config_dir: Path
    data_dir: Path
    status: dict[str, int]
    asked: list[str] = field(default_factory=list[str])
    requests: list[str] = field(default_factory=list[str])
    names_asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    @property
    def resolved(self) -> list[str]:
        return [name for name, _ in self.names_asked]

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """A clean environment for the command: nothing of the caller's settings."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CESTMOIOU_")}
        ours = {"CESTMOIOU_CONFIG_DIR": str(self.config_dir), "CESTMOIOU_DATA_DIR": str(self.data_dir)}
        return {**kept, **ours, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1", **(more or {})}

    def command(
        self, *words: str, typed: str = "", more: Mapping[str, str] | None = None, within_s: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run the shipped command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "bot", *words],
            input=typed,
            env=self.environment(more),
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            timeout=within_s,
            check=False,
        )

    @contextlib.contextmanager
    def running(self) -> Generator[subprocess.Popen[bytes]]:
        """`cestmoiou run` as a process of its own; its log is in `log`. Killed at the end if it still runs."""
        with (self.folder / "run.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "bot", "run"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment(),
                cwd=CHECKOUT,
            )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait(10)

    @property
    def log(self) -> str:
        return (self.folder / "run.log").read_text("utf-8")


@contextlib.contextmanager
def small_internet(folder: Path, *, settings: str = "") -> Generator[World]:
    """Start it, with `settings` added to bot.toml."""
    config_dir, data_dir = folder / "config", folder / "data"
    (config_dir / "platforms").mkdir(parents=True)
    world = World(folder, config_dir, data_dir, {"solide.example": 200, "fragile.example": 503})
    with _site(world) as port, DnsServer({host: ["127.0.0.1"] for host in PLATFORM_HOSTS + CONTROL_HOSTS}) as dns:
        world.names_asked = dns.asked
        (config_dir / "platforms" / "other.toml").write_text(_platforms(port), "utf-8")
        (config_dir / "fingerprints.toml").write_bytes((CHECKOUT / "config" / "fingerprints.toml").read_bytes())
        (config_dir / "bot.toml").write_text(_settings(dns.address, port) + settings, "utf-8")
        yield world


def _settings(dns_address: str, port: int) -> str:
    controls = ", ".join(f'{{ url = "http://{host}:{port}/", status = 200, body = "fine" }}' for host in CONTROL_HOSTS)
    return (
        'language = "fr"\ntimezone = "Europe/Paris"\n\n[vantage]\nplace = "Rennes"\n\n[probe]\n'
        f'dns_servers = ["{dns_address}"]\nsecond_dns_servers = []\nallow_nets = ["127.0.0.0/8"]\n'
        f"controls = [{controls}]\n\n"
    )


def _platforms(port: int) -> str:
    entries = [
        f'[{host.partition(".")[0]}]\nname = "{host.partition(".")[0].capitalize()}"\nkind = "other"\n'
        f'hosts = ["{host}"]\nurls = [{{ role = "home", url = "http://{host}:{port}/" }}]\n'
        for host in sorted(PLATFORM_HOSTS)
    ]
    return "\n".join(entries)


@contextlib.contextmanager
def _site(world: World) -> Generator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = self.headers.get("Host", "").partition(":")[0]
            world.asked.append(host)
            world.requests.append(f"{self.requestline}\n{self.headers}")
            status = 200 if host in CONTROL_HOSTS else world.status.get(host, 404)
            body = b"fine" if host in CONTROL_HOSTS else PAGE.encode() if status == 200 else b""
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
