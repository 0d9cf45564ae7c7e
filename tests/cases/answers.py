"""Scenes of HTTP exchanges, redirects and statuses; one of each id in cases.json."""

import asyncio
import gzip
import os
from collections.abc import Callable, Coroutine

from bot.probe.limits import Limits
from tests.cases.connecting import Outcome, behind
from tests.cases.stage import Site
from tests.servers.misbehaving import (
    OTHER,
    Behaviour,
    after,
    answer,
    by_path,
    drip,
    flood,
    gzip_bomb,
    in_turn,
    redirect,
    reset,
    send,
    serve,
    silence,
)

PAGE = answer()
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
TEXT = b"<!doctype html><title>Bonjour</title><p>" + b"bonjour " * 250


def stays(behaviour: Behaviour) -> Callable[[], Coroutine[object, object, Outcome]]:
    """A plain site that does this, whenever it is asked."""
    return lambda: behind(Site(behaviour))


async def forget_then_reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0.05)  # so that what was sent is read first
    await reset(reader, writer)


def chain(length: int) -> Behaviour:
    """So many redirects, then a page."""
    pages = {f"/{n}": redirect(f"/{n + 1}") for n in range(1, length)}
    return by_path({"/": redirect("/1"), **pages, f"/{length}": PAGE})


def until_a_cookie_comes() -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        again = asyncio.StreamReader()
        again.feed_data(head)
        await (PAGE if b"seen=1" in head else redirect("/", "Set-Cookie: seen=1"))(again, writer)

    return behave


def somewhere(location: str, host: str = "") -> Callable[[], Coroutine[object, object, Outcome]]:
    """A redirect; a canary on loopback counts who comes. `host` is where it leads, if that may be looked at."""

    async def scene() -> Outcome:
        async with serve(PAGE) as canary:
            names = {host: [OTHER]} if host else {}
            there = redirect(location.replace("PORT", str(canary.port)))
            seen = await behind(Site(there, names=names, doors={(OTHER, 80): PAGE}))
            assert canary.requests == 0
            return seen

    return scene


def says(
    status: int, *headers: str, body: bytes = b"<title>Page</title><p>x</p>"
) -> Callable[[], Coroutine[object, object, Outcome]]:
    """A plain site with this status."""
    return stays(answer(status, body, *headers))


async def a_gzip_bomb() -> Outcome:
    packed = await asyncio.to_thread(gzip_bomb, 200)  # the other scenes go on meanwhile
    return await behind(Site(answer(200, packed, "Content-Encoding: gzip")))


VARNISH = (
    b"<html><head><title>503 Backend fetch failed</title></head><body><h1>Error 503 Backend fetch failed</h1>"
    b"<h3>Guru Meditation:</h3><p>XID: 32770</p><hr><p>Varnish cache server</p></body></html>"
)
NGINX = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n"
    b"<hr><center>nginx/1.24.0</center>\r\n</body>\r\n</html>\r\n"
)

SCENES = {
    "http-10": stays(send(b"HTTP/1.0 200 OK\r\n\r\n" + TEXT)),
    "http-reset-after-request": stays(send(b"", then=reset)),
    "http-09-oneline": stays(send(b"<html>bonjour</html>")),
    "http-09-page": stays(send(b"<html>\r\n<head><title>x</title></head>\r\n\r\n<body>bonjour</body></html>\r\n")),
    "http-binary-garbage": stays(send(b"\x8b" + os.urandom(4095).replace(b"\n", b"\r") + b"\n\n")),
    "http-ssh-banner": stays(send(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")),
    "http-status-999": says(999),
    "http-header-1mb": stays(send(OK + b"X-A: " + b"a" * 1_000_000 + b"\r\n\r\n" + TEXT)),
    "http-10k-headers": stays(send(OK + b"".join(b"X-%d: aaaaaaaaaa\r\n" % n for n in range(10_000)) + b"\r\n" + TEXT)),
    "http-slow-headers": stays(drip(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 9999, 0.3)),
    "http-1xx-flood": stays(send(b"", then=flood(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"))),
    "http-cl-too-large": stays(send(OK + b"Content-Length: 10000000\r\n\r\n" + TEXT)),
    "http-cl-negative": stays(send(OK + b"Content-Length: -1\r\n\r\n" + TEXT)),
    "http-two-cl": stays(send(OK + b"Content-Length: 10\r\nContent-Length: 2040\r\n\r\n" + TEXT)),
    "http-infinite-body-no-length": stays(send(OK + b"\r\n" + TEXT, then=flood(b"bonjour " * 500))),
    "http-bad-chunk": stays(send(OK + b"Transfer-Encoding: chunked\r\n\r\n7d0\r\n" + TEXT[:2000] + b"\r\nzzz\r\n")),
    "http-slow-body": stays(send(OK + b"Content-Length: 5000\r\n\r\n", then=drip(b"a", 1.0))),
    "http-rst-mid-body": stays(send(OK + b"Content-Length: 5000\r\n\r\n" + TEXT[:300], then=forget_then_reset)),
    "http-gzip-bomb": a_gzip_bomb,
    "http-gzip-corrupt": stays(answer(200, TEXT, "Content-Encoding: gzip")),
    "http-gzip-ok": stays(answer(200, gzip.compress(TEXT), "Content-Encoding: gzip")),
    "http-empty-200": stays(answer(200, b"")),
    "http-slow-ttfb": lambda: behind(Site(after(5.3, PAGE), limits=Limits())),
    "redir-loop": stays(redirect("/")),
    "redir-pingpong": stays(by_path({"/": redirect("/b"), "/b": redirect("/")})),
    "redir-cookie": stays(until_a_cookie_comes()),
    "redir-cookie-never": stays(redirect("/", "Set-Cookie: seen=1")),
    "redir-7": stays(chain(7)),
    "redir-20": stays(chain(20)),
    "redir-no-location": stays(answer(302, b"")),
    "redir-unsafe-00": somewhere("http://127.0.0.1:PORT/admin"),
    "redir-unsafe-01": somewhere("http://169.254.169.254/latest/meta-data/"),
    "redir-unsafe-03": somewhere("gopher://127.0.0.1:PORT/_FLUSHALL"),
    "redir-unsafe-04": somewhere("http://2130706433:PORT/"),
    "redir-unsafe-05": somewhere("http://0x7f.1:PORT/"),
    "redir-unsafe-06": somewhere("http://[::ffff:127.0.0.1]:PORT/"),
    "redir-unsafe-07": somewhere("http://good.example.org@127.0.0.1:PORT/"),
    "redir-unsafe-08": somewhere("http://redis:6379/"),
    "redir-unsafe-11": somewhere("http://site.example:22/"),
    "redir-unsafe-12": somewhere("http://１２７.０.０.１:PORT/"),
    "redir-unsafe-13": somewhere("http:///path"),
    "redir-unsafe-14": somewhere(f"https://{'a' * 64}.fr/"),
    "redir-parked": somewhere("http://www.sedoparking.com/site.example", "www.sedoparking.com"),
    "redir-queue": somewhere("http://biblio.queue-it.net/?c=biblio&e=soldes", "biblio.queue-it.net"),
    "redir-perfdrive": somewhere("http://validate.perfdrive.com/?ssa=1", "validate.perfdrive.com"),
    **{f"status-{number}": says(number) for number in (401, 403, 404, 418, 429, 451)},
    **{f"status-{number}": says(number) for number in (500, 501, 502, 503, 504, 507, 599)},
    "status-503-retry-after": says(503, "Retry-After: 3600"),
    **{f"status-cf-{number}": says(number, "Server: cloudflare") for number in (521, 522, 523, 524, 525)},
    "status-cloudfront-504": says(504, "X-Cache: Error from cloudfront"),
    "status-elb-503": says(503, "Server: awselb/2.0"),
    "status-varnish-503": says(503, body=VARNISH),
    "status-nginx-502": says(502, body=NGINX),
    "attempts-down-up": stays(in_turn(reset, PAGE)),
    "attempts-down-down": stays(in_turn(silence, answer(503))),
}
