"""Servers that try to exhaust whoever looks at them: time, memory, or the event loop."""

import asyncio
import base64
import gzip
import zlib

from tests.servers.misbehaving import Behaviour, answer, drip, flood, gzip_bomb, send, silence

SLOW_HANDSHAKE = "one byte of handshake every 0.3 s"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def packed(data: bytes, encoding: str) -> Behaviour:
    return answer(200, data, f"Content-Encoding: {encoding}")


def zstd_bomb(mebibytes: int) -> bytes:
    """Zeros as zstd's run-length blocks: 128 KiB from four bytes each (RFC 8878, section 3.1.1.2)."""
    block, last = 128 * 1024, 0
    blocks = bytearray()
    for left in range(mebibytes * 8, 0, -1):
        last = int(left == 1)
        blocks += (block << 3 | 1 << 1 | last).to_bytes(3, "little") + b"\0"
    return b"\x28\xb5\x2f\xfd" + b"\x00\x58" + bytes(blocks)  # window descriptor: 2 MiB


def brotli_bomb() -> bytes:
    """512 MiB of zeros, as brotli's own library packs them; the middle of it is the same seven times."""
    unit = (
        "7v0f////AJAAiMMC0L3/4///HwASAHFYALr3f/z//wNAAiAOC0D3/o///38ASADEYQHo3v/x//8PAAmAOCwA3fs//v//ASABEIcFoHv/x///"
        "PwAkAOKwAHTv//j//weABEAcFoA="
    )
    head, tail = "cbffff3f002400e2b14072effff8ffff078004401c1680", ""
    return bytes.fromhex(head) + base64.b64decode(unit) * 7 + bytes.fromhex(tail)


def redirects(then_wait_s: float = 0.0) -> Behaviour:
    """Ten thousand of them, each to another address."""
    count = 0

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        await reader.read(1 << 20)
        await asyncio.sleep(then_wait_s)
        cookies = "".join(f"Set-Cookie: c{count}-{n}={'x' * 500}\r\n" for n in range(100))
        place = f"/{count}" if count <= 10_000 else "https://site.example/"
        writer.write(f"HTTP/1.1 302 x\r\nLocation: {place}\r\n{cookies}Content-Length: 0\r\n\r\n".encode())
        await writer.drain()

    return behave


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def _long_gzip_name() -> bytes:
    return b"\x1f\x8b\x08\x08\0\0\0\0\0\xff" + b"n" * (1 << 20)  # a file name that never ends (RFC 1952, FNAME)


def bait(start: bytes, again: bytes) -> Behaviour:
    """A page of 300 KiB that begins like something and goes on and on."""
    return send(OK + b"\r\n" + start + again * (300 * 1024 // len(again)))


def hostile() -> dict[str, Behaviour]:
    """All of them, by a name that says what they do."""
    bomb = gzip_bomb(200)
    return {
        "an ordinary page": answer(),
        # what is packed
        "gzip bomb": packed(bomb, "gzip"),
        "gzip bomb in a gzip bomb": packed(gzip.compress(bomb), "gzip, gzip"),
        "gzip bomb on an error page": answer(503, bomb, "Content-Encoding: gzip"),
        "gzip whose file name never ends": packed(_long_gzip_name(), "gzip"),
        "gzip of nothing, again and again": packed(gzip.compress(b"") * 20_000, "gzip"),
        "gzip that breaks off": answer(200, bomb[:5000], "Content-Encoding: gzip"),
        "deflate bomb": packed(zlib.compress(bytes(200 << 20)), "deflate"),
        "bare deflate bomb": packed(_raw_deflate(bytes(200 << 20)), "deflate"),
        "deflate of empty blocks": send(
            OK + b"Content-Encoding: deflate\r\n\r\nx\x9c", then=flood(b"\0\0\0\xff\xff" * 4000)
        ),
        "brotli bomb": packed(brotli_bomb(), "br"),
        "zstd bomb": packed(zstd_bomb(2000), "zstd"),
        # what never ends
        "one byte of body every 0.3 s": send(OK + b"\r\n", then=drip(b"a", 0.3)),
        "one byte of headers every 0.3 s": drip(b"HTTP/1.1 200 OK\r\nA: b\r\n", 0.3),
        "one byte of status line every 0.3 s": drip(b"H", 0.3),
        "chunks of one byte every 0.3 s": send(CHUNKED, then=drip(b"1\r\na\r\n", 0.05)),
        "chunks of one byte, as fast as it goes": send(CHUNKED, then=flood(b"1\r\na\r\n" * 2000)),
        "a chunk length that never ends": send(CHUNKED, then=flood(b"0" * 4000)),
        "a chunk extension that never ends": send(CHUNKED + b"5;", then=flood(b"x" * 4000)),
        "trailers that never end": send(CHUNKED + b"5\r\nhello\r\n0\r\n", then=flood(b"X: y\r\n" * 1000)),
        "a body that never ends": send(OK + b"\r\n", then=flood(b"bonjour " * 5000)),
        "headers that never end": send(OK, then=flood(b"A: b\r\n" * 500)),
        "a header of 1 MB": send(OK + b"X: " + b"a" * 1_000_000 + b"\r\n\r\n<p>hello"),
        "ten thousand headers": send(OK + b"".join(b"X-%d: a\r\n" % n for n in range(10_000)) + b"\r\n<p>hello"),
        "empty lines that never end": flood(b"\r\n" * 2000),
        "1xx that never ends": send(b"", then=flood(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 50)),
        "1xx every 0.3 s": send(b"", then=drip(b"HTTP/1.1 103 x\r\n\r\n", 0.02)),
        "silence": silence,
        SLOW_HANDSHAKE: drip(b"\x16\x03\x03\x30\x00\x02\x00\x2f\xfc", 0.3),  # a record of 12 KiB: RFC 8446, 5.1
        # where it leads
        "ten thousand redirects": redirects(),
        "ten thousand slow redirects": redirects(1.2),
        # what reading it costs
        "h1 and no end": bait(b"<title>x</title>", b"<h1"),
        "titles and no end": bait(b"", b"<title>"),
        "spaces in a title": bait(b"<title>a", b" "),
        "entities in a title": bait(b"<title>", b"&#x26;#"),
        "comments and no end": bait(b"", b"<!--"),
        "scripts and no end": bait(b"", b"<script"),
        "tags and no end": bait(b"<h1>", b"<a <"),
        "links and nothing else": bait(b"", b"<a href=x>"),
        "letters that grow when they are made small": bait(b"<title>", "İ".encode()),
        "a slow charset": send(OK.replace(b"text/html", b"text/html; charset=punycode") + b"\r\n" + b"-a" * 99_999),
        "UTF-7": send(OK.replace(b"text/html", b"text/html; charset=utf-7") + b"\r\n" + b"+AGE-" * 60_000),
        "a kilobyte for a Retry-After": answer(503, b"x", f"Retry-After: {'9' * 60_000}"),
    }
