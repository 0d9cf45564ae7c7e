"""What sites do, and what the bot should say of it: families of outages, walls, oddities and traps."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from tests.cases.messages import all_cases
from tests.namespace.internet import Numbers, Site, certificate
from tests.servers.dns import Alias, Answer, Each, Say, Silence, Turns
from tests.servers.misbehaving import (
    Behaviour,
    after,
    answer,
    by_path,
    drip,
    in_turn,
    redirect,
    reset,
    send,
    silence,
)

SHELF = (
    b"<!doctype html><html lang=fr><title>Revues en ligne</title><nav><a href=/a>A</a> <a href=/b>B</a></nav>"
    b"<h1>Revues</h1>" + b"<p>Un article sur la lecture, avec ses notes et son sommaire.</p>" * 60
)
FINE = answer(200, SHELF)
PRIVATE = ("10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200", "fd00:ec2::254")
"""Where canaries are: the private networks, and the metadata services of clouds."""


def page(title: str, heading: str = "", text: str = "", status: int = 200, *headers: str) -> Behaviour:
    """Answer with a page of this title, heading and text."""
    body = f"<!doctype html><html><head><title>{title}</title></head><body><h1>{heading or title}</h1>{text}</body>"
    return answer(status, body.encode(), *headers)


DnsOf = Callable[[Numbers], Answer]


@dataclass(frozen=True, slots=True)
class Case:
    """A site, and the verdict and cause that are due to it."""

    id: str
    word: str
    cause: str
    site: Site

    @property
    def host(self) -> str:
        return f"{self.id}.example"


def at(*kinds: str) -> DnsOf:
    """Answer with these of the site's addresses."""
    return lambda each: [getattr(each, kind) for kind in kinds]


def _say(said: Answer) -> DnsOf:
    return lambda _each: said


def _cookie_first(then: Behaviour) -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        again = asyncio.StreamReader()
        again.feed_data(head)
        knows_us = b"seen=yes" in head.lower()
        await (then if knows_us else redirect("/", "Set-Cookie: seen=yes; Path=/"))(again, writer)

    return behave


async def _hang_up_later(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read the request, say nothing, hang up."""
    await reader.readuntil(b"\r\n\r\n")


def blurt(data: bytes) -> Behaviour:
    """Answer whatever comes first with these bytes, and hang up."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        writer.write(data)
        await writer.drain()

    return behave


def alert(number: int) -> bytes:
    """A fatal alert, which ends a TLS handshake."""
    return bytes([21, 3, 1, 0, 2, 2, number])  # a fatal alert of TLS 1.0: RFC 5246, section 7.2


def _up() -> tuple[Case, ...]:
    signed_in = page("CAS – Service central d’authentification", text="<form><input type=password></form>")
    maze = {f"/{hop}": redirect(f"/{hop + 1}") for hop in range(1, 7)}
    return (
        Case("secure", "up", "answers-normally", Site(FINE)),
        Case("ipv6-only", "up", "answers-normally", Site(FINE, dns=at("v6"))),
        Case("both-families", "up", "answers-normally", Site(FINE, dns=at("v6", "v4"))),
        Case("four-addresses", "up", "answers-normally", Site(FINE, dns=at("v6", "v4", "also_v4"))),
        Case(
            "to-the-secure-site", "up", "answers-normally", Site(FINE, redirect("https://to-the-secure-site.example/"))
        ),
        Case("seven-hops", "up", "answers-normally", Site(by_path({"/": redirect("/1"), **maze, "/7": FINE}))),
        Case("cookie-first", "up", "answers-normally", Site(_cookie_first(FINE))),
        Case("asks-who-you-are", "up", "answers-asks-for-sign-in", Site(answer(401, SHELF))),
        Case(
            "sign-in-page", "up", "answers-asks-for-sign-in", Site(redirect("https://cas.sign-in-page.example/login"))
        ),
        Case("cas.sign-in-page", "up", "answers-asks-for-sign-in", Site(signed_in)),
        Case("old-http", "up", "answers-normally", Site(send(b"HTTP/1.0 200 OK\r\n\r\n" + SHELF))),
        Case("blank-line-first", "up", "answers-normally", Site(send(b"\r\nHTTP/1.1 200 OK\r\n\r\n" + SHELF))),
        Case(
            "news-of-an-outage",
            "up",
            "answers-normally",
            Site(answer(200, SHELF + b"<p>Site en maintenance mardi.</p>")),
        ),
        Case("rebinding", "up", "answers-normally", Site(FINE, dns=lambda each: Turns([each.v4], ["127.0.0.1"]))),
    )


def _degraded() -> tuple[Case, ...]:
    return (
        Case("ipv6-black-hole", "degraded", "some-addresses-dead", Site(FINE, dns=at("dead_v6", "v4"))),
        Case("half-dead", "degraded", "some-addresses-dead", Site(FINE, dns=at("v4", "dead_v4"))),
        Case("half-closed", "degraded", "some-addresses-dead", Site(FINE, dns=at("closed_v4", "v4"))),
        Case(
            "half-private", "degraded", "private-address-published", Site(FINE, dns=lambda each: ["10.0.0.1", each.v4])
        ),
        Case(
            "aaaa-fails", "degraded", "dns-half-broken", Site(FINE, dns=lambda each: Each([each.v4], Say("SERVFAIL")))
        ),
        Case("aaaa-silent", "degraded", "dns-half-broken", Site(FINE, dns=lambda each: Each([each.v4], Silence()))),
        Case("slow", "degraded", "answers-very-slowly", Site(after(6.2, FINE))),
        Case("only-plain-http", "degraded", "secure-site-unreachable", Site(None, FINE)),
        Case("cut-short", "degraded", "answer-cut-short", Site(_promise(len(SHELF) * 5, SHELF))),
        Case("hiccup", "degraded", "flapping", Site(in_turn(answer(503, b"x"), FINE))),
        Case("queue", "degraded", "waiting-room", Site(redirect("https://tickets.queue-it.net/?c=tickets&e=opening"))),
    )


def _promise(length: int, body: bytes) -> Behaviour:
    return send(f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\r\n".encode() + body)


def _down() -> tuple[Case, ...]:
    stall = send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9000\r\n\r\n<html>", then=silence)
    return (
        Case("no-address", "down", "dns-no-address", Site(dns=_say(Say("NOERROR")))),
        Case("servfail", "down", "dns-servers-failing", Site(dns=_say(Say("SERVFAIL")))),
        Case("dnssec-broken", "down", "dns-dnssec-broken", Site(dns=_say(Say("SERVFAIL", 6)))),
        Case("dns-silent", "down", "dns-no-answer", Site(dns=_say(Silence()))),
        Case("alias-to-itself", "down", "dns-no-address", Site(dns=_say(Alias("alias-to-itself.example")))),
        Case("closed", "down", "port-closed", Site()),
        Case("black-hole", "down", "no-answer-to-connections", Site(dns=at("dead_v4"))),
        Case("black-hole-both", "down", "no-answer-to-connections", Site(dns=at("dead_v6", "dead_v4"))),
        Case("unreachable", "down", "host-unreachable", Site(dns=at("unreachable_v4"))),
        Case("never-answers", "down", "accepts-connections-never-answers", Site(silence)),
        Case(
            "drips-headers",
            "down",
            "accepts-connections-never-answers",
            Site(drip(b"HTTP/1.1 200 OK\r\nA: b\r\n", 0.3)),
        ),
        Case("hangs-up", "down", "closes-without-answering", Site(_hang_up_later)),
        Case("resets", "down", "closes-without-answering", Site(reset)),
        Case("speaks-gibberish", "down", "not-http", Site(send(bytes(range(256)) * 16))),
        Case("stalls", "down", "starts-answering-then-stops", Site(stall)),
        Case("error-500", "down", "server-error", Site(answer(500, b"oops"))),
        Case("error-503-later", "down", "overloaded-or-maintenance", Site(answer(503, b"x", "Retry-After: 3600"))),
        Case("edge-522", "down", "edge-cannot-reach-its-server", Site(answer(522, b"x", "Server: cloudflare"))),
        Case("edge-elb", "down", "edge-cannot-reach-its-server", Site(answer(503, b"x", "Server: awselb/2.0"))),
        Case("maintenance-200", "down", "maintenance-announced", Site(page("Site en maintenance"))),
        Case("maintenance-503", "down", "maintenance-announced", Site(page("Scheduled maintenance", status=503))),
        Case(
            "no-database",
            "down",
            "error-page-with-success-status",
            Site(page("Error establishing a database connection")),
        ),
        Case("fresh-nginx", "down", "default-page", Site(page("Welcome to nginx!"))),
        Case("expired", "down", "certificate-expired", Site(FINE, tls=certificate(days=(-90, -1)))),
        Case("not-yet", "down", "certificate-wrong", Site(FINE, tls=certificate(days=(2, 90)))),
        Case("another-name", "down", "certificate-wrong", Site(FINE, tls=certificate("elsewhere.example"))),
        Case("tls-silent", "down", "tls-no-answer", Site(silence, tls=None)),
        Case("tls-resets", "down", "tls-failing", Site(reset, tls=None)),
        Case("no-tls-on-443", "down", "tls-failing", Site(blurt(b"HTTP/1.1 400 Bad Request\r\n\r\n"), tls=None)),
        Case("tls-too-old", "down", "tls-too-old", Site(blurt(alert(70)), tls=None)),
        Case("tls-unknown-name", "down", "tls-failing", Site(blurt(alert(112)), tls=None)),
        Case("round-and-round", "down", "redirect-loop", Site(redirect("/"))),
        Case("to-no-name", "down", "redirect-broken", Site(redirect("https://nobody-has-this-name.example/"))),
    )


def _inconclusive() -> tuple[Case, ...]:
    endless = {"/": redirect("/1"), **{f"/{hop}": redirect(f"/{hop + 1}") for hop in range(1, 40)}}
    private = (
        "http://127.0.0.1/admin", "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://0x7f.1/",
        "http://[::ffff:10.0.0.1]/", "//2852039166/", "http://inside.example/", "http://[fd00:ec2::254]/",
        "https://localhost/", "http://secure.example@10.0.0.1/", "gopher://10.0.0.1:6379/_FLUSHALL", "http://secure.example:8080/",
    )  # fmt: skip
    return (
        Case("challenge-403", "inconclusive", "bot-wall", Site(answer(403, b"x", "cf-mitigated: challenge"))),
        Case(
            "challenge-200",
            "inconclusive",
            "bot-wall",
            Site(page("Making sure", text='<div id="anubis_challenge"></div>')),
        ),
        Case("too-many", "inconclusive", "bot-wall", Site(answer(429, b"slow down"))),
        Case("forbidden", "inconclusive", "bot-wall-suspected", Site(answer(403, b"no"))),
        Case("not-here", "inconclusive", "refused-for-this-country", Site(answer(451, b"no"))),
        Case("not-found", "inconclusive", "front-page-missing", Site(answer(404, b"no"))),
        Case("empty", "inconclusive", "empty-page", Site(answer(200, b""))),
        Case("twenty-hops", "inconclusive", "too-many-redirects", Site(by_path(endless))),
        Case(
            "leaf-alone",
            "inconclusive",
            "certificate-chain-not-verifiable",
            Site(FINE, tls=certificate(by="middle", only=True)),
        ),
        *(
            Case(f"inward-{number}", "inconclusive", "redirects-somewhere-unsafe", Site(redirect(location)))
            for number, location in enumerate(private)
        ),
    )


def _unknown() -> tuple[Case, ...]:
    return (
        Case("never-heard-of", "unknown", "no-such-name", Site(dns=_say(Say("NXDOMAIN")))),
        *(
            Case(f"private-{number}", "unknown", "refused-by-policy", Site(FINE, dns=_say([address])))
            for number, address in enumerate(
                ("127.0.0.1", *PRIVATE, "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "2002:a00:1::")
            )
        ),
    )


def _of_the_world() -> tuple[Case, ...]:
    """One in eight of the answers that `tests/cases/world` has, as they come over the wire."""
    alone = [case for case in all_cases() if len(case.answers) == len(case.words) == len(case.causes) == 1]
    return tuple(
        Case(case.id, min(case.words), min(case.causes), Site(send(case.answers["", "/"]))) for case in alone[::8]
    )


CASES = (*_up(), *_degraded(), *_down(), *_inconclusive(), *_unknown(), *_of_the_world())
