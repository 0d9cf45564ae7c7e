"""Scenes of names, connections, encryption and our own network; one of each id in cases.json."""

import asyncio
import errno
import ssl

import trustme

from bot.model import History
from tests.cases.stage import KNOWN, Site, Tls, certified, look_at, told
from tests.servers.dns import Alias, Answer, Say, Silence, Turns
from tests.servers.misbehaving import (
    OTHER,
    SITE,
    SITE6,
    Behaviour,
    Door,
    World,
    answer,
    blackhole,
    by_path,
    close,
    redirect,
    reset,
    silence,
)

Outcome = tuple[str, str]
REFUSED = OSError(errno.ECONNREFUSED, "refused")
NO_ROUTE = OSError(errno.ENETUNREACH, "no route")
PAGE = answer()
KNOWN_BEFORE = History(usual_status=200, usual_title="Bonjour", usual_host="site.example")


async def behind(site: Site) -> Outcome:
    """Look at a site."""
    return told(await look_at(site))


async def resolving(said: Answer, *, second: Answer | None = None, typed: bool = False) -> Outcome:
    """Look at a plain site whose name leads to `said`."""
    second_names = None if second is None else {"site.example": second}
    site = Site(PAGE, names={"site.example": said}, second_names=second_names)
    return told(await look_at(site, typed=typed, history=None if typed else KNOWN_BEFORE))


async def six(address6: str, door6: Behaviour | Door, *more: str, control6: Behaviour | Door = KNOWN) -> Outcome:
    """Look at a plain site that has an IPv6 address behind which there is `door6`, and perhaps other addresses."""
    names = {"site.example": [address6, *more]}
    return await behind(Site(PAGE, names=names, doors={(address6, 80): door6}, reference_6=control6))


async def dns_rebinding() -> Outcome:
    site = Site(
        by_path({"/": redirect("/again"), "/again": PAGE}), names={"site.example": Turns([SITE], ["127.0.0.1"])}
    )
    return await behind(site)


async def dns_timeout_all() -> Outcome:
    everything = dict.fromkeys((f"ref{n}.example" for n in (0, 1, 2, 6)), Silence())
    return await behind(Site(PAGE, names={"site.example": Silence(), **everything}))


async def dns_60_addresses() -> Outcome:
    # The name's owner must not choose how many packets we send.
    many = [f"81.2.70.{n}" for n in range(1, 61)]
    verdict = await look_at(Site(names={"site.example": many}))
    tried = {ip for vote in verdict.votes if vote.observation for ip in vote.observation.addresses.dead}
    assert len(tried) <= 4, tried
    return told(verdict)


async def blackholed() -> Outcome:
    with blackhole() as port:
        return await behind(Site(port))


async def tcp_v6_blackholed() -> Outcome:
    with blackhole() as port:
        return await six(SITE6, port, SITE)


async def own_offline() -> Outcome:
    with blackhole() as port:
        return await behind(Site(port, references=(port, port, port), reference_6=port))


async def own_doubtful() -> Outcome:
    with blackhole() as port:
        return await behind(Site(port, references=(port, port, KNOWN)))


async def encrypted(behaviour: Behaviour = PAGE, tls: Tls = certified) -> Outcome:
    """Look at a secure site."""
    return await behind(Site(secure=behaviour, tls=tls))


async def shaking_hands(behaviour: Behaviour) -> Outcome:
    """Look at a secure site whose server does this instead of TLS."""
    return await behind(Site(secure=behaviour, tls=None))


def wrong_name(world: World) -> ssl.SSLContext:
    return world.certificate("other.example")


def self_signed(world: World) -> ssl.SSLContext:
    # trustme makes no self-signed leaf; the certificate of an authority, used as one, is just that.
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with authority.cert_pem.tempfile() as certificate, authority.private_key_pem.tempfile() as key:
        context.load_cert_chain(certificate, key)
    return context


def leaf_only(world: World) -> ssl.SSLContext:
    leaf = world.authority.create_child_ca().issue_cert("site.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with leaf.cert_chain_pems[0].tempfile() as certificate, leaf.private_key_pem.tempfile() as key:
        context.load_cert_chain(certificate, key)
    return context


def offering_h2(world: World) -> ssl.SSLContext:
    context = world.certificate("site.example")
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context


async def goaway_or_page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    if writer.get_extra_info("ssl_object").selected_alpn_protocol() == "h2":
        writer.write(b"\x00\x00\x08\x07\x00\x00\x00\x00\x00" + bytes(7) + b"\x02")
        return
    await PAGE(reader, writer)


def hello_then(data: bytes = b"", *, then: Behaviour = close) -> Behaviour:
    """Read a ClientHello, send these bytes, then hang up or do something else."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        writer.write(data)
        await writer.drain()
        await then(reader, writer)

    return behave


ALERT = b"\x15\x03\x01\x00\x02\x02"
PLAIN_400 = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"

SCENES = {
    "dns-ok-a": lambda: resolving([SITE]),
    "dns-ok-aaaa-only": lambda: six(SITE6, PAGE),
    "dns-v6only-bot-without-v6": lambda: six(SITE6, NO_ROUTE, control6=NO_ROUTE),
    "dns-nxdomain-known": lambda: resolving(Say("NXDOMAIN")),
    "dns-nxdomain-unknown": lambda: resolving(Say("NXDOMAIN"), typed=True),
    "dns-nxdomain-second-ok": lambda: resolving(Say("NXDOMAIN"), second=[SITE]),
    "dns-servfail": lambda: resolving(Say("SERVFAIL")),
    "dns-bogus-ede": lambda: resolving(Say("SERVFAIL", ede=6)),
    "dns-timeout-site": lambda: resolving(Silence()),
    "dns-timeout-all": dns_timeout_all,
    "dns-nodata": lambda: resolving(Say("NOERROR")),
    "dns-cname-loop": lambda: resolving(Alias("site.example")),
    "dns-only-loopback": lambda: resolving(["127.0.0.1"], typed=True),
    "dns-mapped": lambda: resolving(["::ffff:127.0.0.1"], typed=True),
    "dns-nat64": lambda: resolving(["64:ff9b::a9fe:a9fe"], typed=True),
    "dns-6to4": lambda: resolving(["2002:7f00:1::1"], typed=True),
    "dns-multicast": lambda: resolving(["224.0.0.1"], typed=True),
    "dns-rebinding": dns_rebinding,
    "dns-60-addresses": dns_60_addresses,
    "tcp-blackhole": blackholed,
    "tcp-unreachable": lambda: behind(Site(OSError(errno.EHOSTUNREACH, "no route to host"))),
    "tcp-accepts-never-answers": lambda: behind(Site(silence)),
    "tcp-reset-on-accept": lambda: behind(Site(reset)),
    "tcp-one-dead-of-two": lambda: behind(
        Site(REFUSED, names={"site.example": [SITE, OTHER]}, doors={(OTHER, 80): PAGE})
    ),
    "tcp-v6-dead-v4-ok": tcp_v6_blackholed,
    "tcp-v6-refused-v4-ok": lambda: six(SITE6, REFUSED, SITE),
    "tcp-v6-noroute-v4-ok": lambda: six(SITE6, NO_ROUTE, SITE, control6=NO_ROUTE),
    "tcp-eperm": lambda: behind(Site(OSError(errno.EPERM, "not permitted"))),
    "tls-ok": encrypted,
    "tls-wrong-name": lambda: encrypted(tls=wrong_name),
    "tls-self-signed": lambda: encrypted(tls=self_signed),
    "tls-missing-intermediate": lambda: encrypted(tls=leaf_only),
    "tls-missing-intermediate-dead": lambda: encrypted(close, leaf_only),
    "tls-plain-http-on-443": lambda: shaking_hands(hello_then(PLAIN_400)),
    "tls-hangs": lambda: shaking_hands(silence),
    "tls-reset": lambda: shaking_hands(hello_then(then=reset)),
    "tls-eof": lambda: shaking_hands(hello_then()),
    "tls-unrecognized-name": lambda: shaking_hands(hello_then(ALERT + b"\x70")),
    "tls-old-version": lambda: shaking_hands(hello_then(ALERT + b"\x46")),
    "http2-goaway": lambda: encrypted(goaway_or_page, offering_h2),
    "own-offline": own_offline,
    "own-doubtful": own_doubtful,
}
