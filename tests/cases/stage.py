"""Where the cases play: real servers behind public-looking addresses, and the whole way from probe to verdict.

A `Site` says what its servers do; `look_at` asks the real prober, vantage point, controls, checking and judge.
"""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from ssl import SSLContext
from typing import Protocol

from bot.checking import Checking
from bot.model import CauseId, History, Leaning, Platform, Target, VantagePoint, Verdict
from bot.probe.controls import Controls, Reference
from bot.probe.limits import Limits
from bot.probe.rows import read_fingerprints
from bot.store.memory import Memory
from bot.vantage.local import LocalVantage
from tests.fakes.store import FakeStore
from tests.servers.dns import Answer
from tests.servers.misbehaving import SITE, Behaviour, Door, World, answer, serve

SHIPPED = read_fingerprints(Path("config/fingerprints.toml").read_text(encoding="utf-8"))
QUICK = Limits(
    probe_s=4.0,
    dns_server_s=0.4,
    dns_s=0.8,
    second_dns_s=1.0,
    tcp_s=1.0,
    stagger_s=0.05,
    other_s=0.5,
    tls_s=1.0,
    first_byte_s=1.5,
    body_s=0.6,
)
"""The real limits are told in docs/probing.md and take seconds; those scenes that are about them use `Limits()`."""

REFERENCES = ("81.2.69.160", "81.2.69.161", "81.2.69.162")
REFERENCE_6 = "2a02:2e0:3fe::160"
KNOWN = answer(200, b"success\n")
TEN_SECONDS = timedelta(seconds=10)


class Tls(Protocol):
    """Makes the TLS of a server in a world, which has the authority that the prober trusts."""

    def __call__(self, world: World, /) -> SSLContext: ...


def certified(world: World) -> SSLContext:
    """A good certificate."""
    return world.certificate("site.example")


@dataclass(frozen=True, slots=True)
class Site:
    """What a place sees of site.example: `plain` on port 80, `secure` on 443; a Door instead of a server's behaviour.

    Names and doors that are not given are refused. `references` are the controls' servers; `reference_6` has IPv6 only.
    """

    plain: Behaviour | Door | None = None
    secure: Behaviour | Door | None = None
    tls: Tls | None = certified
    names: Mapping[str, Answer] = field(default_factory=dict[str, Answer])
    doors: Mapping[tuple[str, int], Behaviour | Door] = field(default_factory=dict[tuple[str, int], Behaviour | Door])
    second_names: Mapping[str, Answer] | None = None
    references: Sequence[Behaviour | Door] = (KNOWN, KNOWN, KNOWN)
    reference_6: Behaviour | Door = KNOWN
    limits: Limits = QUICK
    parallel: int = 16

    @property
    def target(self) -> Target:
        """What is asked about: the secure site, unless the scene is about a plain one."""
        return Target("site.example", scheme="https" if self.plain is None else "http")


def silent_references() -> tuple[OSError, OSError, OSError]:
    """Controls that time out."""
    return (TimeoutError(), TimeoutError(), TimeoutError())


async def open_world(stack: contextlib.AsyncExitStack, site: Site) -> World:
    """Start all servers of a site for as long as the stack is open."""
    world = World(limits=site.limits, fingerprints=SHIPPED, second_names=site.second_names)
    names: dict[str, Answer] = {"site.example": [SITE], "ref6.example": [REFERENCE_6]}
    names |= {f"ref{n}.example": [ip] for n, ip in enumerate(REFERENCES)}
    doors: dict[tuple[str, int], Behaviour | Door] = {(REFERENCE_6, 80): site.reference_6}
    doors |= {(ip, 80): door for ip, door in zip(REFERENCES, site.references, strict=True)}
    doors |= {(SITE, 80): site.plain} if site.plain is not None else {}
    doors |= {(SITE, 443): site.secure} if site.secure is not None else {}
    opened: dict[tuple[str, int], Door] = {}
    running: dict[tuple[Behaviour, bool], int] = {}
    for (ip, port), door in {**doors, **site.doors}.items():
        if isinstance(door, int | OSError):
            opened[ip, port] = door
            continue
        tls = site.tls(world) if port == 443 and site.tls is not None else None
        if (door, tls is None) not in running:
            running[door, tls is None] = (await stack.enter_async_context(serve(door, tls))).port
        opened[ip, port] = running[door, tls is None]
    world.names, world.doors = {**names, **site.names}, opened
    return stack.enter_context(world)


def vantage_of(world: World, where: VantagePoint, *, parallel: int = 16) -> LocalVantage:
    """The vantage point that lives in a world; impatient if the world's limits are short."""
    prober = world.prober()
    references = [Reference(f"http://ref{n}.example/", 200, "success") for n in (0, 1, 2, 6)]
    controls = Controls(prober, references, clock=now)
    if world.limits.probe_s == Limits().probe_s:
        return LocalVantage(prober, controls, where, clock=now, parallel=parallel)
    return LocalVantage(prober, controls, where, clock=now, parallel=parallel, hedge_s=1.0, pause_s=(0.05, 0.1))


async def look_at(site: Site, *, history: History | None = None, typed: bool = False) -> Verdict:
    """Look at a site from one place, and judge."""
    return await look_from({VantagePoint("here"): site}, history=history, typed=typed)


async def look_from(
    sites: Mapping[VantagePoint, Site], *, history: History | None = None, typed: bool = False, deadline_s: float = 10
) -> Verdict:
    """Look at a site from several places, each with its own network, and judge."""
    seen = next(iter(sites.values())).target
    target = Target(seen.host, scheme=seen.scheme, typed=typed)
    platform = Platform("url:site.example" if typed else "site", "Site", targets=(target,))
    store = FakeStore(memories={platform.key: Memory(history or History())})
    async with contextlib.AsyncExitStack() as stack:
        vantages = [
            vantage_of(await open_world(stack, site), where, parallel=site.parallel) for where, site in sites.items()
        ]
        return await Checking(vantages, store, now, deadline=timedelta(seconds=deadline_s)).check(platform)


def told(verdict: Verdict) -> tuple[str, str]:
    """The verdict's word and cause; where places differ, with what those see for whom it is down."""
    cause = str(verdict.cause.id)
    if verdict.cause.id is CauseId.DIFFERS_BY_PLACE:
        cause += f":{next(vote.cause.id for vote in verdict.votes if vote.leaning is Leaning.DOWN)}"
    return str(verdict.word), cause


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)
