"""nats-server (Debian's 2.9.10), with the configuration that the project ships: keys, permissions, TLS, WebSocket."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme

from bot.broker.keys import KeyPair, new_key_pair, with_user, without_user
from tests.servers.running import CACHE, CHECKOUT, NotInstalledError, free_port, stop, wait_until

BINARY = CACHE / "nats" / "root" / "usr" / "sbin" / "nats-server"
SHIPPED = CHECKOUT / "deploy" / "nats" / "nats.conf"


@dataclass
class NatsServer:
    """A running server. `keys` are the sites' by name, and the bot's under "bot"."""

    folder: Path
    port: int
    websocket_port: int
    is_tls: bool
    keys: dict[str, KeyPair] = field(default_factory=dict[str, KeyPair])
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"{'tls' if self.is_tls else 'nats'}://localhost:{self.port}"

    @property
    def websocket_url(self) -> str:
        return f"wss://localhost:{self.websocket_port}"

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def users(self) -> Path:
        return self.folder / "users" / "users.conf"

    def seed(self, name: str) -> str:
        return self.keys[name].seed

    def add(self, name: str) -> None:
        self.keys[name] = new_key_pair()
        text = self.users.read_text() if self.users.exists() else ""
        self.users.write_text(with_user(text, None if name == "bot" else name, self.keys[name].public))

    def remove(self, name: str) -> None:
        """Take a site's key out, and have the server read its users again."""
        self.users.write_text(without_user(self.users.read_text(), name))
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [BINARY, "--config", self.folder / "nats.conf", "--addr", "127.0.0.1"], stdout=log, stderr=log
            )
        wait_until(self._answers, within_s=15, what="nats-server answers")

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(5)

    def pause(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def go_lame(self) -> None:
        """Say that it is about to go, and go."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGUSR2)

    def stop(self) -> None:
        if self.process is not None:
            if self.process.poll() is None:
                self.resume()
            stop(self.process)

    def memory_mb(self) -> float:
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+)", status)
        return int(found[1]) / 1024 if found else 0.0

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "log").read_text()[-2000:]
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                return line.recv(4) == b"INFO"
        except OSError:
            return False


@contextmanager
def running_nats(sites: Sequence[str], *, tls: bool = False, host: str = "localhost") -> Generator[NatsServer]:
    """Start a server that knows the bot and these sites; stop it and forget everything after.

    Its certificate is for `host`.

    Its configuration is the shipped one, with the ports and the certificate of the test; without `tls` those parts of
    it are left out, as behind a proxy or on one machine.
    """
    if not BINARY.exists():
        raise NotInstalledError("nats-server is not installed: run tests/servers/install.sh (Debian, root)")
    with tempfile.TemporaryDirectory(prefix="nats-") as name:
        folder = Path(name)
        (folder / "users").mkdir()
        server = NatsServer(folder, free_port(), free_port(), tls)
        for site in ("bot", *sites):
            server.add(site)
        text = SHIPPED.read_text("utf-8")
        text = text.replace("0.0.0.0:4222", f"127.0.0.1:{server.port}")
        text = text.replace("0.0.0.0:443", f"127.0.0.1:{server.websocket_port}")
        text = text.replace("/etc/nats/tls/", f"{folder}/")
        if not tls:
            text = re.sub(r"(?ms)^(?:tls|websocket) \{.*?^\}\n", "", text)
        (folder / "nats.conf").write_text(text, "utf-8")
        authority = trustme.CA()
        authority.cert_pem.write_to_path(folder / "ca.pem")
        certificate = authority.issue_cert(host)
        certificate.private_key_pem.write_to_path(folder / "privkey.pem")
        for index, blob in enumerate(certificate.cert_chain_pems):
            blob.write_to_path(folder / "fullchain.pem", append=index > 0)
        server.start()
        try:
            yield server
        finally:
            server.stop()
            if keep := os.environ.get("KEEP_NATS_LOG"):
                shutil.copy(folder / "log", keep)
