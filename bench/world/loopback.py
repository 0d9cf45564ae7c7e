"""The other side of the benches: a web server and a DNS server on loopback, each in a process of its own."""

import asyncio
import contextlib
import getpass
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

HOST = "site.example"
PAGE = b"<!doctype html><title>Revues en ligne</title><h1>Revues</h1>" + b"<p>Un article sur les revues.</p>\n" * 300
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Servers:
    """Where they listen; `authority` is a file with the certificate to trust, `kind` names the HTTP server."""

    http: int
    https: int
    dns: str
    authority: str
    kind: str

    def port(self, scheme: str) -> int:
        """The port of a scheme."""
        return self.https if scheme == "https" else self.http

    def trust(self) -> ssl.SSLContext:
        """A TLS context that trusts the servers, and nobody else."""
        return ssl.create_default_context(cafile=self.authority)

    def written(self) -> str:
        """For the command line of another process."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, written: str) -> "Servers":
        """Read `written` again."""
        return cls(**json.loads(written))


@contextlib.contextmanager
def run_servers(folder: Path) -> Generator[Servers]:
    """Start them on the last core, for the time of a block. nginx if it is there, else a small server of our own."""
    import trustme

    authority = trustme.CA()
    issued = authority.issue_cert(HOST)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    issued.private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    nginx = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    http, https, dns = free_port(), free_port(), free_port(socket.SOCK_DGRAM)
    if nginx:
        (folder / "index.html").write_bytes(PAGE)
        (folder / "nginx.conf").write_text(NGINX.format(user=getpass.getuser(), folder=folder, http=http, https=https))
        web: list[str] = [nginx, "-c", str(folder / "nginx.conf"), "-p", str(folder)]
    else:
        web = [sys.executable, __file__, "web", str(http), str(https), str(folder)]
    with running(web, core=-1), running([sys.executable, __file__, "dns", str(dns)], core=-1):
        for port in (http, https):
            wait_for(port)
        yield Servers(http, https, f"127.0.0.1:{dns}", str(folder / "ca.pem"), "nginx" if nginx else "asyncio")


NGINX = """user {user}; daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log crit;
events {{ worker_connections 4096; }}
http {{
  access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; types {{ text/html html; }} root {folder};
  server {{ listen 127.0.0.1:{http} backlog=2048; }}
  server {{ listen 127.0.0.1:{https} ssl backlog=2048; ssl_certificate {folder}/server.pem;
            ssl_certificate_key {folder}/server.pem; }}
}}
"""


@contextlib.contextmanager
def running(command: Sequence[str], *, core: int | None = None) -> Generator[subprocess.Popen[bytes]]:
    """Run a program for the time of a block, on one core if told."""
    before = None if core is None else lambda: pin(core)
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=before,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()


def pin(core: int) -> None:
    """Stay on one core of those we may use; on the only one, if there is but one."""
    cores = sorted(os.sched_getaffinity(0)) if core >= 0 else sorted(range(os.cpu_count() or 1))
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, {cores[core % len(cores)]})


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    """A port of loopback that was free a moment ago."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    """Wait until something listens; end the program if nothing does within 5 s."""
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    sys.exit(f"nothing listens on port {port}")


def serve_dns(port: int) -> None:
    """Answer for HOST with loopback, until killed."""
    sys.path.insert(0, str(ROOT))
    from tests.servers.dns import DnsServer

    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with contextlib.suppress(PermissionError):  # only root may: else some of 400 questions at once are asked again
        sock.setsockopt(socket.SOL_SOCKET, 33, 1 << 23)  # SO_RCVBUFFORCE
    sock.bind(("127.0.0.1", port))
    with DnsServer({HOST: ["127.0.0.1"]}, sock=sock):
        signal.pause()


def serve_web(http: int, https: int, folder: Path) -> None:
    """Answer every request with PAGE, until killed."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(PAGE)}\r\n\r\n".encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while b"connection: close" not in (await reader.readuntil(b"\r\n\r\n")).lower():
                writer.write(head + PAGE)
            writer.write(head + PAGE)
        writer.close()

    async def serve() -> None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(folder / "server.pem")
        await asyncio.start_server(answer, "127.0.0.1", http, backlog=2048)
        await asyncio.start_server(answer, "127.0.0.1", https, ssl=tls, backlog=2048)
        await asyncio.Event().wait()

    asyncio.run(serve())


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["dns", port]:
            serve_dns(int(port))
        case ["web", http, https, folder]:
            serve_web(int(http), int(https), Path(folder))
        case _:
            sys.exit("started by scripts/bench probe")
