"""Scenes of several places, of what strangers write, of abuse and of time; one of each id in cases.json."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.catalogue import read_catalogue
from bot.checking import Checking
from bot.model import Mention, Owed, Platform, Target, VantagePoint, Verdict
from bot.ports import ProbeNetwork
from bot.probe.gate import HostRefusedError, host_of
from bot.probe.limits import Limits
from tests.cases.connecting import Outcome
from tests.cases.stage import Site, look_at, look_from, now, open_world, silent_references, told, vantage_of
from tests.fakes.flow import flow
from tests.fakes.network import NOON, FakeNetwork, mention
from tests.fakes.probes import FakeProbes
from tests.fakes.store import FakeStore
from tests.servers.dns import Answer, Say
from tests.servers.misbehaving import (
    Behaviour,
    Door,
    answer,
    blackhole,
    drip,
    flood,
    send,
    serve,
)

Scene = Callable[[], Coroutine[object, object, Outcome]]
HERE = VantagePoint("here")

# Several places

SEES = {
    "down": Site(answer(500, b"<title>Erreur</title>")),
    "up": Site(answer()),
    "walled": Site(answer(403, b"<title>Just a moment...</title>", "cf-mitigated: challenge")),
    "own": Site(TimeoutError(), references=silent_references(), reference_6=TimeoutError()),
    "gone": Site(answer(), names={"site.example": Say("NXDOMAIN")}),
}


def places(**sees: str) -> Scene:
    """What each place sees, each on a network of its own."""

    async def scene() -> Outcome:
        return told(await look_from({VantagePoint(name, name.title()): SEES[what] for name, what in sees.items()}))

    return scene


async def nobody() -> Outcome:
    return told(await look_from({HERE: Site(answer(), parallel=0)}, deadline_s=0.2))


async def same_network() -> Outcome:
    two = [VantagePoint(name, network="Hoster") for name in ("a", "b")]
    together = await look_from(dict.fromkeys(two, SEES["down"]))
    alone = await look_from({two[0]: SEES["down"]})
    apart = await look_from({VantagePoint(name, network=name): SEES["down"] for name in ("a", "b")})
    assert alone.confidence < together.confidence < apart.confidence
    return told(together)


# What strangers write


def refused(text: str) -> Scene:
    """Neither the gate nor the prober behind it takes this."""

    async def scene() -> Outcome:
        with pytest.raises(HostRefusedError):
            host_of(text)
        async with contextlib.AsyncExitStack() as stack:
            world = await open_world(stack, Site(answer()))
            await world.prober().probe(Target(text, scheme="http", typed=True), vantage_point=HERE)
            assert (world.dialled, world.asked) == ([], [])
        return "refused", "refused"

    return scene


def accepted(text: str) -> Scene:
    """Only the host is kept."""

    async def scene() -> Outcome:
        host = host_of(text)
        return "accepted", f"{host}, path dropped" if "/" in text.partition("://")[2] else host

    return scene


# Abuse


class Desk:
    """A bot with a real front, fakes behind it, and a clock that the scene turns."""

    def __init__(self, *networks: ProbeNetwork, clock: Callable[[], datetime] | None = None) -> None:
        self.time = NOON
        self.probes = FakeProbes()
        self.network = FakeNetwork()
        self.store = FakeStore()
        clock = clock or (lambda: self.time)
        entry = '[solide]\nname = "Solide"\nkind = "other"\nhosts = ["solide.fr"]\n'
        entry += 'urls = [{ role = "home", url = "https://solide.fr/" }]\n'
        self.answering = flow(
            read_catalogue({"test.toml": entry}),
            Checking(networks or [self.probes], self.store, clock),
            self.store,
            clock,
        )

    async def ask(self, number: int, text: str, *, asker: str) -> None:
        """Ask once, and again whatever is owed by now."""
        await self.store.take([asked(number, text, asker=asker, at=self.time)], owed=True)
        await self.settle()

    async def settle(self) -> None:
        """Answer what is owed."""
        for owed in await self.store.owed("fake", now=self.time, limit=100):
            await self.answering.settle(owed, self.network)


def asked(number: int, text: str, *, asker: str, at: datetime) -> Mention:
    """A mention."""
    made = mention(text, id=str(number), at=at)
    return replace(made, author=replace(made.author, id=asker, handle=f"{asker}@example"))


async def a_thousand_askers() -> Outcome:
    async with contextlib.AsyncExitStack() as stack:
        site = await stack.enter_async_context(serve(answer()))
        world = await open_world(stack, Site(site.port))
        checking = Checking([vantage_of(world, HERE)], FakeStore(), now)
        platform = Platform("site", "Site", targets=(Target("site.example", scheme="http"),))
        verdicts = await asyncio.gather(*(checking.check_for_a_stranger(platform) for _ in range(1000)))
        assert all(isinstance(verdict, Verdict) for verdict in verdicts)
    return ("one probe" if site.requests == 1 else f"{site.requests} probes"), "single flight"


async def one_account() -> Outcome:
    desk = Desk()
    for second in range(50):  # 50 hosts in a minute
        desk.time = NOON + timedelta(seconds=second * 60 / 50)
        await desk.ask(second, f"c'est moi ou https://site{second}-{second}.fr est en panne ?", asker="one")
    return f"{len(desk.probes.looks)} probes", "user bucket 3 + 1/20 s"


async def rotating_accounts() -> Outcome:
    desk = Desk()
    for second in range(3600):
        desk.time = NOON + timedelta(seconds=second)
        await desk.ask(second, "c'est moi ou Solide est en panne ?", asker=f"a{second % 500}")
    return at_most(40, desk), "60 s cache + target bucket 10 + 30/h"


async def many_hosts() -> Outcome:
    desk = Desk()
    for number in range(3000):
        desk.time = NOON + timedelta(seconds=number * 60 / 3000)
        text = f"c'est moi ou https://site{number}-{number}.fr est en panne ?"
        made = asked(number, text, asker=f"a{number}", at=desk.time)
        await desk.store.take([made], owed=True)
        await desk.answering.settle(Owed(made, 0), desk.network)
    return at_most(140, desk), "global bucket 20 + 2/s"


def at_most(number: int, desk: Desk) -> str:
    looks = len(desk.probes.looks)
    return f"at most {number} probes" if 0 < looks <= number else f"{looks} probes"


async def path_dropped() -> Outcome:
    asked_for: list[bytes] = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked_for.append((await reader.readuntil(b"\r\n")).split()[1])
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    host = "victim.fr"
    async with contextlib.AsyncExitStack() as stack:
        # 443 is closed there, so that the plain server sees what is asked for.
        world = await open_world(stack, Site(note, names={host: ["81.2.69.142"]}))
        desk = Desk(vantage_of(world, HERE), clock=now)
        desk.time = now()
        await desk.ask(1, f"c'est moi ou https://{host}/delete?id=1 est en panne ?", asker="one")
    assert len(desk.network.posts) == 1
    return ("only / is fetched" if set(asked_for) == {b"/"} else str(asked_for)), "path dropped"


async def reply_about(site: Site) -> str:
    """What the bot writes when a stranger asks about leak.fr; its site is what is told."""
    async with contextlib.AsyncExitStack() as stack:
        world = await open_world(stack, site)
        desk = Desk(vantage_of(world, HERE), clock=now)
        desk.time = now()
        await desk.ask(1, "c'est moi ou leak.fr est en panne ?", asker="one")
    ((_, reply, _),) = desk.network.posts
    return reply.text


async def leaking_title() -> Outcome:
    secrets = ("@someone", "evil.example", "look", "x-secret", "81.2.69")
    page = b"<title>@someone look https://evil.example</title><h1>look</h1>"
    bodies = [
        answer(200, page, "X-Secret: x-secret"),
        answer(503, page, "Server: x-secret"),
        answer(302, b"", "Location: http://evil.example/"),
    ]
    for behaviour in bodies:
        text = await reply_about(Site(behaviour, names={"leak.fr": ["81.2.69.142"]}))
        if leaked := [secret for secret in secrets if secret in text]:
            return f"{leaked} in the reply", text
    return "nothing of it in the reply", "replies are built from the cause table only"


async def leaking_refusal() -> Outcome:
    said: list[Answer] = [["10.0.0.5"], Say("NXDOMAIN"), ["127.0.0.1"]]
    texts: set[str] = set()
    for each in said:
        texts.add(await reply_about(Site(answer(), names={"leak.fr": each})))
    one_for_all = "refused-by-policy and no-such-name share one wording for unknown hosts"
    return ("the same sentence for all three" if len(texts) == 1 else str(texts)), one_for_all


# Time, with the real limits


def within_ten_seconds(door: Behaviour | Door, *, cut_off: bool = False) -> Scene:
    """A question about this leaves with a vote in 10 s."""

    async def scene() -> Outcome:
        site = Site(door, limits=Limits())
        if cut_off:
            site = replace(site, references=(door, door, door), reference_6=door)
        began = time.monotonic()
        verdict = await look_at(site)
        took = time.monotonic() - began
        assert any(vote.observation for vote in verdict.votes)
        return ("vote within 10 s" if took <= 10 else f"vote after {took:.1f} s"), "check() deadline"

    return scene


def blackholed(*, cut_off: bool = False) -> Scene:
    async def scene() -> Outcome:
        with blackhole() as port:
            return await within_ten_seconds(port, cut_off=cut_off)()

    return scene


REFUSED = {
    "00": "127.0.0.1", "01": "2130706433", "02": "0177.0.0.1", "03": "0x7f000001", "04": "0x7f.1", "05": "127.1",
    "06": "http://[::1]/", "07": "http://[::ffff:7f00:1]/", "09": "0.0.0.0", "10": "localhost", "12": "foo.localhost",
    "14": "db.internal", "15": "imprimante.local", "16": "abc.onion", "18": "metadata.google.internal",
    "19": "http://good.fr@127.0.0.1/", "21": "http://good.fr:80@127.0.0.1/", "22": "http://good.fr:22/",
    "23": "http://good.fr:6379/", "24": "file:///etc/passwd", "27": "http://１２７.０.０.１/",
    "28": "http://127。0。0。1/", "29": "http://①②⑦.⓪.⓪.①/", "30": "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
    "31": "http://good.fr%00.evil.fr/", "32": "http://127.0.0.1%2f@good.fr/", "33": "http://good.fr\r\nHost: evil",
    "34": "http://a..fr/", "36": f"http://{'a' * 64}.fr/", "37": f"http://{'a.' * 127}fr/",
}  # fmt: skip
ACCEPTED = {
    "39": "http://good.fr/?u=http://127.0.0.1/",
    "40": "HTTPS://Good.FR.",
    "41": "www.bibliothèque.fr",
    "42": "https://cairn.info/revue-2009-1?a=b",
}

SCENES: dict[str, Scene] = {
    "vantage-3of3-down": places(paris="down", rennes="down", limoges="down"),
    "vantage-2of3-down": places(paris="down", rennes="down", limoges="up"),
    "vantage-1of3-down": places(paris="down", rennes="up", limoges="up"),
    "vantage-4of5-down": places(a="down", b="down", c="down", d="down", e="up"),
    "vantage-all-offline": places(paris="own", rennes="own"),
    "vantage-walled-and-down": places(paris="walled", rennes="down"),
    "vantage-walled-and-up": places(paris="walled", rennes="up"),
    "vantage-dns-propagation": places(paris="gone", rennes="up", limoges="up"),
    "vantage-nobody": nobody,
    "vantage-same-network": same_network,
    **{f"input-{number}": refused(text) for number, text in REFUSED.items()},
    **{f"input-{number}": accepted(text) for number, text in ACCEPTED.items()},
    "abuse-1000-askers": a_thousand_askers,
    "abuse-one-account": one_account,
    "abuse-rotating-accounts": rotating_accounts,
    "abuse-many-hosts": many_hosts,
    "abuse-path": path_dropped,
    "leak-title": leaking_title,
    "leak-refused": leaking_refusal,
    "budget-refused": within_ten_seconds(ConnectionRefusedError(111, "refused")),
    "budget-blackhole": blackholed(),
    "budget-drip": within_ten_seconds(drip(b"HTTP/1.1 200 OK\r\nA: b\r\n", 0.3)),
    "budget-1xx": within_ten_seconds(send(b"", then=flood(b"HTTP/1.1 103 Early Hints\r\n\r\n"))),
    "budget-ok": within_ten_seconds(answer()),
    "budget-infinite": within_ten_seconds(send(b"HTTP/1.1 200 OK\r\n\r\n", then=flood(b"bonjour " * 500))),
    "budget-all-dead": blackholed(cut_off=True),
}
