"""Names, connections, encryption and several addresses: what can go wrong before the first byte of HTTP."""

import asyncio
from collections.abc import Callable

from tests.namespace.cases import FINE, Case, DnsOf, alert, at, blurt
from tests.namespace.internet import Site, certificate
from tests.servers.dns import Alias, Answer, Datagrams, Each, Late, Say, Silence, Truncated, Turns
from tests.servers.misbehaving import (
    Behaviour,
    after,
    answer,
    in_turn,
    reset,
    send,
    silence,
)

ERROR = answer(503, b"<title>503</title>")
FAILS = Site(ERROR)


def _dns(make: Callable[[list[str]], Answer]) -> DnsOf:
    return lambda each: make([each.v4])


def _six_and(four: Answer) -> DnsOf:
    return lambda each: Each(four, [each.v6])


def _four_and(six: Answer) -> DnsOf:
    return lambda each: Each([each.v4], six)


NAMES: dict[str, Answer] = {f"{a}.chain.example": Alias(f"{b}.chain.example") for a, b in ("ab", "bc", "cd")}
ELSEWHERE = {"d.chain.example": Site(FINE, tls=certificate("dns-chain.example"))}
"""Names and sites beside those of the cases."""


def _other_owner(_query: bytes, reply: bytes) -> list[bytes]:
    # The answer's name is a pointer to the question's; let it be the root's instead.
    return [reply.replace(b"\xc0\x0c", b"\x00", 1)]


def _junk_first(_query: bytes, reply: bytes) -> list[bytes]:
    wrong_id = bytes([reply[0] ^ 255]) + reply[1:]
    return [wrong_id, b"\x00", reply]


def names() -> tuple[Case, ...]:
    """DNS."""
    return (
        Case("dns-dangling", "down", "dns-no-address", Site(dns=lambda _: Alias("nobody.example"))),
        Case("dns-ede22", "down", "dns-servers-failing", Site(dns=lambda _: Say("SERVFAIL", 22))),
        Case("dns-ede23", "down", "dns-servers-failing", Site(dns=lambda _: Say("SERVFAIL", 23))),
        Case("dns-ede7", "down", "dns-dnssec-broken", Site(dns=lambda _: Say("SERVFAIL", 7))),
        Case("dns-ede9", "down", "dns-dnssec-broken", Site(dns=lambda _: Say("SERVFAIL", 9))),
        Case(
            "dns-aaaa-nxdomain",
            "degraded",
            "dns-half-broken",
            Site(FINE, dns=_four_and(Say("NXDOMAIN"))),
        ),
        Case("dns-a-servfail", "degraded", "dns-half-broken", Site(FINE, dns=_six_and(Say("SERVFAIL")))),
        Case("dns-aaaa-timeout", "degraded", "dns-half-broken", Site(FINE, dns=_four_and(Silence()))),
        Case("dns-aaaa-refused", "degraded", "dns-half-broken", Site(FINE, dns=_four_and(Say("REFUSED")))),
        Case("dns-aaaa-notimp", "degraded", "dns-half-broken", Site(FINE, dns=_four_and(Say("NOTIMP")))),
        Case("dns-tc-tcp", "up", "answers-normally", Site(FINE, dns=_dns(Truncated))),
        Case("dns-slow", "up", "answers-normally", Site(FINE, dns=_dns(lambda a: Late(1.2, a)))),
        Case("dns-lost", "up", "answers-normally", Site(FINE, dns=_dns(lambda a: Turns(Silence(), a)))),
        Case("dns-refused", "inconclusive", "dns-refused", Site(dns=lambda _: Say("REFUSED"))),
        Case("dns-ttl-0", "up", "answers-normally", Site(FINE, dns=lambda each: Turns([each.v4], [each.also_v4]))),
        Case(
            "dns-private-mix",
            "degraded",
            "private-address-published",
            Site(FINE, dns=lambda each: [each.v4, "10.0.0.1"]),
        ),
        Case("dns-zero", "unknown", "refused-by-policy", Site(FINE, dns=lambda _: ["0.0.0.0"])),
        Case("dns-owner", "down", "dns-no-address", Site(FINE, dns=_dns(lambda a: Datagrams(_other_owner, a)))),
        Case(
            "dns-malformed",
            "down",
            "dns-no-answer",
            Site(FINE, dns=_dns(lambda a: Datagrams(lambda q, _: [q[:2] + b"\x81\x80junk"], a))),
        ),
        Case("dns-junk-first", "up", "answers-normally", Site(FINE, dns=_dns(lambda a: Datagrams(_junk_first, a)))),
        Case("sub.dns-ttl-0", "unknown", "no-such-name", Site(dns=lambda _: Say("NXDOMAIN"))),
        Case("dns-13", "up", "answers-normally", Site(FINE, dns=lambda each: [each.v4, each.also_v4])),
        Case("dns-chain", "up", "answers-normally", Site(dns=lambda _: Alias("a.chain.example"))),
    )


async def _half_close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write_eof()
    await reader.read()


def _then_reset(data: bytes) -> Behaviour:
    return send(data, then=after(0.2, reset))


_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def lines() -> tuple[Case, ...]:
    """TCP, and several addresses."""
    return (
        Case("tcp-half-closed", "down", "tls-failing", Site(_half_close, tls=None)),
        Case(
            "tcp-rst-status",
            "down",
            "closes-without-answering",
            Site(_then_reset(b"HTTP/1.1 200 OK\r\n")),
        ),
        Case(
            "tcp-rst-head",
            "inconclusive",
            "answer-cut-short",
            Site(_then_reset(_HEAD + b"Content-Length: 5000\r\n\r\n")),
        ),
        Case("tcp-fin-3s", "down", "closes-without-answering", Site(after(3, send(b"")))),
        Case("tcp-200-6s", "degraded", "answers-very-slowly", Site(after(6, FINE))),
        Case("tcp-443-blackhole", "degraded", "secure-site-unreachable", Site(None, FINE)),
        Case("tcp-80-too", "up", "answers-normally", Site(FINE)),
        Case("tcp-restart", "degraded", "flapping", Site(in_turn(reset, FINE))),
        Case("tcp-rst-handshake", "down", "closes-without-answering", Site(reset)),
        Case("addr-blackhole", "degraded", "some-addresses-dead", Site(FINE, dns=at("v4", "dead_v4"))),
        Case("addr-first-503", "up|degraded", "*", Site(ERROR, dns=at("v4", "also_v4"), at={"also_v4": Site(FINE)})),
        Case("addr-second-503", "up|degraded", "*", Site(FINE, dns=at("v4", "also_v4"), at={"also_v4": FAILS})),
        Case("addr-v6-503", "degraded", "only-ipv4-answers", Site(FINE, dns=at("v6", "v4"), at={"v6": FAILS})),
        Case("addr-v4-503", "degraded", "only-ipv6-answers", Site(ERROR, dns=at("v6", "v4"), at={"v6": Site(FINE)})),
        Case("addr-v6-resets", "degraded", "only-ipv4-answers", Site(FINE, dns=at("v6", "v4"), at={"v6": Site(reset)})),
        Case(
            "addr-v4-expired",
            "degraded",
            "only-ipv6-answers",
            Site(FINE, tls=certificate(days=(-90, -1)), dns=at("v6", "v4"), at={"v6": Site(FINE)}),
        ),
        Case(
            "addr-v6-wrong",
            "degraded",
            "only-ipv4-answers",
            Site(FINE, dns=at("v6", "v4"), at={"v6": Site(FINE, tls=certificate("other.example"))}),
        ),
        Case(
            "addr-v4-old",
            "degraded",
            "only-ipv6-answers",
            Site(blurt(alert(70)), tls=None, dns=at("v6", "v4"), at={"v6": Site(FINE)}),
        ),
        Case(
            "addr-v6-hangs", "degraded", "only-ipv4-answers", Site(FINE, dns=at("v6", "v4"), at={"v6": Site(silence)})
        ),
        Case("addr-2-of-3", "degraded", "some-addresses-dead", Site(FINE, dns=at("closed_v4", "dead_v4", "v4"))),
        Case("addr-mixed", "down", "no-answer-to-connections", Site(dns=at("closed_v4", "dead_v4"))),
        Case("addr-v6-dead-v4-shut", "down", "no-answer-to-connections", Site(dns=at("dead_v6", "closed_v4"))),
        Case("addr-v6-only-shut", "down", "port-closed", Site(dns=at("v6"))),
    )


CASES = (*names(), *lines())
