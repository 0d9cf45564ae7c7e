"""TLS: versions, ciphers, certificates, chains, alerts, and hanging up at every step."""

import asyncio
import os
import ssl
import warnings
from typing import cast

from tests.namespace.cases import FINE, Case, alert, blurt
from tests.namespace.internet import Authorities, Site, Tls
from tests.namespace.papers import paper
from tests.servers.misbehaving import Behaviour, answer, close, redirect, reset, silence


async def _junk_after(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    os.write(writer.get_extra_info("socket").fileno(), b"this is no record of TLS at all" * 4)


async def _cut_the_line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer, and close the connection without TLS's goodbye."""
    await FINE(reader, writer)
    await asyncio.sleep(0.2)
    writer.transport.abort()


_FIRST_FLIGHT = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03" + bytes(200)  # of a ServerHello record of 16 KiB


def _blurt_then(data: bytes, then: Behaviour) -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        writer.write(data)
        await writer.drain()
        await asyncio.sleep(0.1)
        await then(reader, writer)

    return behave


def _versions(least: ssl.TLSVersion, most: ssl.TLSVersion) -> Tls:
    def tune(context: ssl.SSLContext) -> None:
        if most < ssl.TLSVersion.TLSv1_2:
            context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # an old server is what is wanted
            context.minimum_version, context.maximum_version = least, most

    return paper(tune=tune)


def _ciphers(words: str) -> Tls:
    def tune(context: ssl.SSLContext) -> None:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(words)

    return paper(rsa_bits=2048, tune=tune)


def _asks_for_paper(mode: ssl.VerifyMode, most: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> Tls:
    def tune(context: ssl.SSLContext) -> None:
        context.verify_mode, context.maximum_version = mode, most

    return paper(tune=tune)


def _refusing(tls: Tls) -> Site:
    """A server that says by a proper alert why it goes no further; asyncio's own hangs up before it is sent."""
    made: list[ssl.SSLContext] = []

    def keep(authorities: Authorities, host: str) -> None:
        made.append(cast("ssl.SSLContext", tls(authorities, host)))

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard, said = ssl.MemoryBIO(), ssl.MemoryBIO()
        shaking = made[0].wrap_bio(heard, said, server_side=True)
        refuses = False
        while not refuses:
            heard.write(await reader.read(4096))
            try:
                shaking.do_handshake()
                refuses = True
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError:
                refuses = True
            writer.write(said.read())
            await writer.drain()
        await asyncio.sleep(0.2)  # what is unread here would make a RST, and that would take the alert along

    return Site(behave, tls=keep)


def _tickets(context: ssl.SSLContext) -> None:
    context.num_tickets = 40


def _other_group(context: ssl.SSLContext) -> None:
    context.set_ecdh_curve("secp521r1")


def _any_key(context: ssl.SSLContext) -> None:
    context.set_ciphers("ALL:@SECLEVEL=0")


V1_1, V1_2, V1_3 = ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


def _all() -> tuple[Case, ...]:
    alerts = {40: "down", 42: "down", 46: "down", 48: "down", 80: "down", 86: "down"}
    wrong: dict[str, Tls] = {
        "tls-not-yet": paper(days=(1, 90)),
        "tls-www-only": paper("www.{host}"),
        "tls-wildcard-bare": paper("*.{host}"),
        "www.tls-wildcard-part": paper("w*.tls-wildcard-part.example"),
        "a.b.tls-depth": paper("*.tls-depth.example"),
        "tls-ip-san": paper("45.80.0.1"),
        "tls-cn-only": paper("", common_name="{host}"),
    }
    fine: dict[str, Tls] = {
        "www.tls-wildcard": paper("*.tls-wildcard.example"),
        "tls-upper": paper("TLS-UPPER.EXAMPLE"),
        "tls-order": paper(sent="leaf root middle"),
        "tls-extra": paper(sent="leaf middle stranger"),
        "tls-12": _versions(V1_2, V1_2),
        "tls-13": _versions(V1_3, V1_3),
        "tls-tickets": paper(tune=_tickets),
        "tls-retry": paper(tune=_other_group),
        "tls-paper-optional": _asks_for_paper(ssl.CERT_OPTIONAL),
        "tls-rsa-exchange": _ciphers("AES128-GCM-SHA256"),
        "tls-cbc-sha1": _ciphers("ECDHE-RSA-AES128-SHA"),
        "tls-rsa-cbc": _ciphers("AES256-SHA"),
    }
    return (
        *(Case(f"tls-alert-{n}", word, "tls-failing", Site(blurt(alert(n)), tls=None)) for n, word in alerts.items()),
        Case("tls-alert-120", "down", "tls-failing", Site(blurt(alert(120)), tls=None)),
        *(Case(name, "down", "certificate-wrong", Site(FINE, tls=tls)) for name, tls in wrong.items()),
        *(Case(name, "up", "answers-normally", Site(FINE, tls=tls)) for name, tls in fine.items()),
        Case("tls-paper-13", "inconclusive", "answers-refuses-request", _refusing(_asks_for_paper(ssl.CERT_REQUIRED))),
        Case("tls-paper-12", "down", "tls-failing", _refusing(_asks_for_paper(ssl.CERT_REQUIRED, V1_2))),
        Case("tls-goodbye", "down", "closes-without-answering", Site(close)),
        Case("tls-expired", "down", "certificate-expired", Site(FINE, tls=paper(days=(-90, -1)))),
        Case("tls-middle-expired", "down", "certificate-expired", Site(FINE, tls=paper(middle_days=(-90, -1)))),
        Case(
            "tls-itself-hsts",
            "down",
            "certificate-wrong",
            Site(answer(200, b"x" * 3000, "Strict-Transport-Security: max-age=9"), tls=paper(by="itself")),
        ),
        Case("tls-11", "down", "tls-too-old", _refusing(_versions(ssl.TLSVersion.TLSv1, V1_1))),
        Case("tls-null", "down", "tls-failing", _refusing(_ciphers("NULL:@SECLEVEL=0"))),
        Case(
            "tls-weak-key",
            "inconclusive",
            "certificate-chain-not-verifiable",
            Site(FINE, tls=paper(rsa_bits=1024, tune=_any_key)),
        ),
        Case("tls-junk-after", "down", "closes-without-answering", Site(_junk_after)),
        Case("tls-stalls", "down", "tls-no-answer", Site(_blurt_then(_FIRST_FLIGHT, silence), tls=None)),
        Case("tls-rst-mid", "down", "tls-failing", Site(_blurt_then(_FIRST_FLIGHT, reset), tls=None)),
        Case(
            "tls-private-root",
            "inconclusive",
            "certificate-chain-not-verifiable",
            Site(FINE, tls=paper(by="unknown", sent="leaf middle root")),
        ),
        Case(
            "tls-for-clients",
            "inconclusive",
            "certificate-chain-not-verifiable",
            Site(FINE, tls=paper(for_clients=True)),
        ),
        Case(
            "tls-from-80",
            "down",
            "certificate-expired",
            Site(FINE, redirect("https://tls-from-80.example/"), tls=paper(days=(-9, -1))),
        ),
        Case("tls-no-goodbye", "up", "answers-normally", Site(_cut_the_line)),
    )


CASES = _all()
