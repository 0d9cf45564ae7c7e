"""The words of HTTP itself: status lines, headers, lengths, chunks and packings, well and badly written."""

import gzip
import zlib

from tests.namespace.cases import FINE, SHELF, Case
from tests.namespace.internet import Site
from tests.servers.misbehaving import Behaviour, answer, drip, flood, reset, send, silence

_OK = b"HTTP/1.1 200 OK\r\n"
_HTML = b"Content-Type: text/html\r\n"
_CHUNKED = _OK + _HTML + b"Transfer-Encoding: chunked\r\n\r\n"
_WHOLE = _OK + _HTML + b"Content-Length: %d\r\n\r\n" % len(SHELF) + SHELF
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_BROTLI = bytes(range(256)) * 20  # the probe does not unpack it: what is in it is for browsers
_ZSTD = b"\x28\xb5\x2f\xfd\x04\x00" + (len(SHELF) << 3 | 1).to_bytes(3, "little") + SHELF  # one raw block: RFC 8878


def _chunks(body: bytes, size: int = 1000, *, extra: bytes = b"", zeros: bytes = b"") -> bytes:
    parts = (body[at : at + size] for at in range(0, len(body), size))
    return b"".join(zeros + b"%x" % len(part) + extra + b"\r\n" + part + b"\r\n" for part in parts)


def _with(*headers: bytes, body: bytes = SHELF, line: bytes = b"HTTP/1.1 200 OK") -> Behaviour:
    length = b"Content-Length: %d" % len(body)
    return send(b"\r\n".join([line, b"Content-Type: text/html", *headers, length, b"", body]))


def _packed(encoding: bytes, body: bytes) -> Behaviour:
    return _with(b"Content-Encoding: " + encoding, body=body)


def _raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


def _status(word: str) -> Behaviour:
    return _with(line=f"HTTP/1.1 {word}".encode())


def _bare(word: str, *headers: str) -> Behaviour:
    return send("\r\n".join([f"HTTP/1.1 {word}", *headers, "", ""]).encode())


def chunks_and_lengths() -> tuple[Case, ...]:
    """Where an answer ends."""
    cut = "answer-cut-short"
    long = b"Content-Length: %d\r\n\r\n"
    return (
        Case("chunk-garbage", "inconclusive", cut, Site(send(_CHUNKED + b"zz top\r\n" + SHELF))),
        Case("chunk-huge", "degraded", cut, Site(send(_CHUNKED + b"F" * 17 + b"\r\n" + SHELF))),
        Case("chunk-negative", "inconclusive", cut, Site(send(_CHUNKED + b"-1\r\n" + SHELF))),
        Case(
            "chunk-extras",
            "up",
            "answers-normally",
            Site(send(_CHUNKED + _chunks(SHELF, extra=b";a=b") + b"0\r\nX: y\r\n\r\n")),
        ),
        Case(
            "chunk-zeros",
            "up",
            "answers-normally",
            Site(send(_CHUNKED + _chunks(SHELF, extra=b" ", zeros=b"000") + b"0\r\n\r\n")),
        ),
        Case("chunk-no-end", "degraded", cut, Site(send(_CHUNKED + _chunks(SHELF)))),
        Case("length-short", "up", "answers-normally", Site(send(_OK + _HTML + long % (len(SHELF) - 900) + SHELF))),
        Case("length-long-shut", "degraded", cut, Site(send(_OK + _HTML + long % (len(SHELF) + 200) + SHELF))),
        Case(
            "length-long-open",
            "degraded",
            "answers-very-slowly",
            Site(send(_OK + _HTML + long % 10_000_000 + SHELF, then=silence)),
        ),
        Case("length-twice", "up", "answers-normally", Site(_with(b"Content-Length: %d" % len(SHELF)))),
        Case(
            "length-comma",
            "up",
            "answers-normally",
            Site(send(_OK + _HTML + b"Content-Length: %d, %d\r\n\r\n" % (len(SHELF), len(SHELF)) + SHELF)),
        ),
        Case(
            "chunks-and-length",
            "up",
            "answers-normally",
            Site(
                send(
                    _OK
                    + _HTML
                    + b"Content-Length: 12\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + _chunks(SHELF)
                    + b"0\r\n\r\n"
                )
            ),
        ),
        Case(
            "chunked-capital",
            "up",
            "answers-normally",
            Site(send(_OK + _HTML + b"Transfer-Encoding: Chunked\r\n\r\n" + _chunks(SHELF) + b"0\r\n\r\n")),
        ),
        Case(
            "te-identity",
            "inconclusive",
            "odd-headers",
            Site(send(_OK + _HTML + b"Transfer-Encoding: identity\r\n\r\n" + SHELF)),
        ),
        Case(
            "te-gzip",
            "inconclusive",
            "odd-headers",
            Site(
                send(
                    _OK
                    + _HTML
                    + b"Transfer-Encoding: gzip, chunked\r\n\r\n"
                    + _chunks(gzip.compress(SHELF))
                    + b"0\r\n\r\n"
                )
            ),
        ),
        Case("no-length-fin", "up", "answers-normally", Site(send(_OK + _HTML + b"\r\n" + SHELF))),
        Case("junk-after", "up", "answers-normally", Site(send(_WHOLE + bytes(range(256)) * 9))),
        Case(
            "slow-after-page",
            "degraded",
            "answers-very-slowly",
            Site(send(_OK + _HTML + long % 90_000 + SHELF[:3000], then=drip(b"0123456789", 0.1))),
        ),
    )


def packings() -> tuple[Case, ...]:
    """How a body is packed."""
    return (
        Case("packed-br", "up", "answers-normally", Site(_packed(b"br", _BROTLI))),
        Case("packed-zstd", "up", "answers-normally", Site(_packed(b"zstd", _ZSTD))),
        Case(
            "packed-twice", "up", "answers-normally", Site(_packed(b"gzip, gzip", gzip.compress(gzip.compress(SHELF))))
        ),
        Case("packed-x-gzip", "up", "answers-normally", Site(_packed(b"x-gzip", gzip.compress(SHELF)))),
        Case("packed-raw-deflate", "up", "answers-normally", Site(_packed(b"deflate", _raw_deflate(SHELF)))),
        Case("packed-unknown", "up", "answers-normally", Site(_packed(b"foo", SHELF))),
        Case(
            "packed-cut",
            "degraded",
            "answer-cut-short",
            Site(
                send(
                    _OK
                    + _HTML
                    + b"Content-Encoding: gzip\r\nContent-Length: 90000\r\n\r\n"
                    + gzip.compress(b"".join(b"<p>%d</p>" % n for n in range(9000)))[:9000]
                )
            ),
        ),
    )


def beginnings() -> tuple[Case, ...]:
    """What comes before the headers."""
    closes = "closes-without-answering"
    return (
        Case("old-line", "down", "closes-without-answering", Site(send(b"hello\n"))),
        Case("continue-once", "up", "answers-normally", Site(send(_CONTINUE + _WHOLE))),
        Case("continue-fifty", "up", "answers-normally", Site(send(_CONTINUE * 50 + _WHOLE))),
        Case("continue-endless", "down", "accepts-connections-never-answers", Site(flood(_CONTINUE))),
        Case("hints-fin", "down", closes, Site(send(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"))),
        Case("continue-rst", "down", closes, Site(send(_CONTINUE, then=reset))),
        Case(
            "switching",
            "inconclusive",
            "odd-headers",
            Site(_bare("101 Switching Protocols", "Upgrade: h2c", "Connection: Upgrade")),
        ),
        Case("blank-lines", "up", "answers-normally", Site(send(b"\r\n\r\n\r\n" + _WHOLE))),
        Case("reason-none", "up", "answers-normally", Site(_status("200"))),
        Case("reason-space", "up", "answers-normally", Site(_status("200 "))),
        Case("two-spaces", "up", "answers-normally", Site(_status(" 200 OK"))),
        Case("version-20", "up", "answers-normally", Site(_with(line=b"HTTP/2.0 200 OK"))),
        Case("version-lower", "up", "answers-normally", Site(_with(line=b"http/1.1 200 ok"))),
        Case("reason-70k", "up", "answers-normally", Site(_status("200 " + "a" * 70_000))),
        Case("reason-latin", "up", "answers-normally", Site(_with(line=b"HTTP/1.1 200 Tr\xe8s bien"))),
        Case("http-10-keep", "up", "answers-normally", Site(_with(b"Connection: keep-alive", line=b"HTTP/1.0 200 OK"))),
    )


def headers() -> tuple[Case, ...]:
    """What a header may look like."""
    return (
        Case("folded", "up", "answers-normally", Site(_with(b"X-Long: a\r\n b\r\n\tc"))),
        Case("bare-lf", "up", "answers-normally", Site(send(_WHOLE.replace(b"\r\n", b"\n")))),
        Case("nul", "inconclusive", "odd-headers", Site(_with(b"X-A: a\x00b"))),
        Case("no-colon", "inconclusive", "odd-headers", Site(_with(b"this is no header"))),
        Case("space-colon", "up", "answers-normally", Site(_with(b"Server : x"))),
        Case("no-name", "inconclusive", "odd-headers", Site(_with(b": x"))),
        Case("latin-1", "up", "answers-normally", Site(_with(b"X-Ville: Orl\xe9ans"))),
        Case("control-char", "up", "answers-normally", Site(_with(b"X-A: a\x01b"))),
        Case("odd-name", "inconclusive", "odd-headers", Site(_with(b"X(A)[B]: c"))),
        Case(
            "headers-60k",
            "up",
            "answers-normally",
            Site(_with(*(b"Set-Cookie: a%d=%s" % (n, b"x" * 3000) for n in range(20)))),
        ),
        Case("no-type", "up", "answers-normally", Site(send(_OK + b"\r\n" + SHELF))),
        Case(
            "json", "up", "answers-normally", Site(send(_OK + b'Content-Type: application/json\r\n\r\n{"status":"ok"}'))
        ),
    )


def statuses() -> tuple[Case, ...]:
    """Rare statuses."""
    unclear = (
        "300 Multiple",
        "304 Not Modified",
        "305 Use Proxy",
        "306 Unused",
        "408 Request Timeout",
        "421 Misdirected",
        "426 Upgrade Required",
        "431 Too Large",
        "417 Expectation Failed",
        "406 Not Acceptable",
    )
    return (
        *(
            Case(f"status-{word}", "up", "answers-normally", Site(_status(f"{word} Fine")))
            for word in ("299", "206", "203", "226")
        ),
        *(
            Case(
                f"status-{word.split()[0]}",
                "inconclusive",
                "*",
                Site(_bare(word, "Content-Length: 0") if word[0] == "3" else _status(word)),
            )
            for word in unclear
        ),
        Case("status-2000", "down", "not-http", Site(_status("2000 OK"))),
        Case("status-20", "down", "not-http", Site(_status("20 OK"))),
        Case("status-099", "inconclusive", "odd-headers", Site(_status("099 What"))),
        Case("status-799", "inconclusive", "odd-status", Site(_status("799 What"))),
        Case("status-205", "inconclusive", "empty-page", Site(_bare("205 Reset", "Content-Length: 0"))),
        Case("whitespace", "inconclusive", "empty-page", Site(answer(200, b" \r\n\t " * 40))),
        Case("fine-with-cookie", "up", "answers-normally", Site(FINE)),
    )


CASES = (*chunks_and_lengths(), *packings(), *beginnings(), *headers(), *statuses())
