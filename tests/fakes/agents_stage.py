"""Rounds of questions to twenty agents of which some misbehave, each round others; and the verdict that is right.

The agents are the real service over a real broker; what they see is invented for each round. The oracle judges what the
honest ones see, without any broker.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.app.agent import AgentService
from bot.app.requests import Requests
from bot.broker.link import Link
from bot.broker.messages import About
from bot.broker.subjects import answer_of
from bot.budgets import LookBudget
from bot.catalogue import Catalogue
from bot.checking import Checking
from bot.model import Control, Evidence, Failure, Observation, Platform, Response, Target, VantagePoint, Verdict
from bot.ports import ProbeNetwork
from bot.verdict import judge
from tests.fakes.agents import BROKEN, PLENTY, REFUSED, UP, StubVantage, now
from tests.fakes.store import FakeStore
from tests.servers.nats_server import NatsServer

FROZEN, LIAR, SLOW, REPLAYS, KILLED = "frozen", "liar", "slow", "replays", "killed"
BAD = (FROZEN, LIAR, SLOW, REPLAYS, KILLED)
SLOW_S = 1.5
TRUTHS = ("up", "broken", "refused", "half")


def place_of(name: str) -> VantagePoint:
    return VantagePoint(f"agent:{name}", place=name.title(), network=f"net of {name}")


@dataclass
class Round:
    """One question. `sees` is the truth at each site, `takes_s` how long its look lasts, `roles` who misbehaves."""

    platform: Platform
    sees: Mapping[str, Response | Failure]
    takes_s: Mapping[str, float]
    roles: Mapping[str, str]

    @property
    def target(self) -> Target:
        return self.platform.targets[0]

    @property
    def slowest_good_s(self) -> float:
        return max(length for name, length in self.takes_s.items() if name not in self.roles)

    def right(self) -> Verdict:
        """What the honest agents that answer would make of it."""
        honest = [name for name in self.sees if self.roles.get(name) not in (FROZEN, LIAR, REPLAYS, KILLED)]
        looks = tuple(Observation(place_of(name), self.target, now(), timedelta(0), self.sees[name]) for name in honest)
        failing = (name for name in honest if isinstance(self.sees[name], Failure))
        controls = tuple(Control(place_of(name), "ref.example", now(), works=True, resolved=True) for name in failing)
        return judge(Evidence(self.platform, looks, controls), at=now())


def rounds(
    names: Sequence[str], count: int, seed: int, *, bad: Sequence[str] = BAD, truths: Sequence[str] = TRUTHS
) -> dict[str, Round]:
    """So many rounds by their host: all up, all down in two ways, or half and half; the bad ones change each time."""
    draw = random.Random(seed)  # noqa: S311 -- a test's own dice
    made = dict[str, Round]()
    for number in range(count):
        host = f"p{number}.example.org"
        target = Target(host)
        truth = draw.choice(truths)
        shuffled = draw.sample(list(names), len(names))
        roles = dict(zip(shuffled, bad, strict=False))
        results = {"up": (UP,), "broken": (BROKEN,), "refused": (REFUSED,), "half": (UP, REFUSED)}[truth]
        good = [name for name in shuffled if name not in roles]
        sees = {name: results[index % len(results)] for index, name in enumerate([*good, *roles])}
        takes_s = {name: SLOW_S if roles.get(name) == SLOW else draw.uniform(0.02, 0.15) for name in names}
        made[host] = Round(Platform(f"p{number}", f"P{number}", targets=(target,)), sees, takes_s, roles)
    return made


@dataclass
class StagedVantage(StubVantage):
    """Sees what its round says."""

    name: str = ""
    stage: Mapping[str, Round] = field(default_factory=dict[str, Round])

    async def observe(
        self, target: Target, *, within: timedelta, only: Collection[str] | None = None, watching: bool = False
    ) -> AsyncIterator[Observation | Control]:
        played = self.stage[target.host]
        result = played.sees[self.name]
        if played.roles.get(self.name) == LIAR:
            result = BROKEN if result is UP else UP
        began = now()
        await asyncio.sleep(played.takes_s[self.name])
        yield Observation(VantagePoint("local"), target, began, now() - began, result)
        if isinstance(result, Failure):
            yield Control(VantagePoint("local"), "ref.example", now(), works=True, resolved=True)


@dataclass
class StagedAgent(AgentService):
    """The service, with its answer sent as the round's role will have it."""

    stage: Mapping[str, Round] = field(default_factory=dict[str, Round])
    hosts: dict[str, str] = field(default_factory=dict[str, str])
    old: tuple[str, bytes] | None = None
    killed: set[str] = field(default_factory=set[str])

    async def _hear(self, subject: str, payload: bytes) -> None:
        host = payload.partition(b'"host":"')[2].partition(b'"')[0].decode()
        request = payload.partition(b'"id":"')[2].partition(b'"')[0].decode()
        self.hosts[request] = host
        await super()._hear(subject, payload)

    async def _send(self, request: str, look: "asyncio.Task[bytes]") -> None:
        match self.stage[self.hosts[request]].roles.get(self.name):
            case "frozen":
                return
            case "killed" if request not in self.killed:
                self.killed.add(request)
                await asyncio.sleep(0.02)
                cut(self.link)
            case "replays" if self.old is not None:
                for subject in (answer_of(self.name, self.old[0]), answer_of(self.name, request)):
                    await self.link.publish(subject, self.old[1])
            case _:
                await super()._send(request, look)
                self.old = (request, await look)


def cut(link: Link) -> None:
    """End a connection as kill -9 does: without a word."""
    client = link._client  # pyright: ignore[reportPrivateUsage] -- nobody but a test wants this
    if client is not None and client._transport is not None:  # pyright: ignore[reportPrivateUsage]
        client._transport._io_writer.transport.abort()  # pyright: ignore


def staged(server: NatsServer, names: Sequence[str], stage: Mapping[str, Round]) -> list[StagedAgent]:
    """An agent for each name."""
    catalogue = Catalogue([played.platform for played in stage.values()])
    requests = Requests(catalogue, LookBudget(PLENTY), allow_typed=False)
    return [
        StagedAgent(
            name=name,
            link=Link([server.url], credentials=server.seed(name), label=name),
            vantage=StagedVantage(name=name, stage=stage),
            requests=requests,
            about=About("0.1.0", place=name.title(), network=f"net of {name}"),
            clock=now,
            stage=stage,
        )
        for name in names
    ]


@dataclass
class Timed:
    """A probe network that notes how long each first look at a host took."""

    network: ProbeNetwork
    took_s: dict[str, float] = field(default_factory=dict[str, float])

    async def observe(
        self, target: Target, *, within: timedelta, only: Collection[str] | None = None, watching: bool = False
    ) -> AsyncIterator[Observation | Control]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        async for fact in self.network.observe(target, within=within, only=only):
            yield fact
        self.took_s.setdefault(target.host, loop.time() - began)


@dataclass
class LocalOnStage:
    """The bot's own eyes: they see what the first site sees, and never fail."""

    stage: Mapping[str, Round]

    async def observe(
        self, target: Target, *, within: timedelta, only: Collection[str] | None = None, watching: bool = False
    ) -> AsyncIterator[Observation | Control]:
        if only is None or "local" in only:
            result = next(iter(self.stage[target.host].sees.values()))
            yield Observation(VantagePoint("local", place="Home"), target, now(), timedelta(0), result)


@dataclass
class Outcome:
    """How the rounds went. `wrong` are the rounds whose verdict was not the right one; `added_s`: beyond
    the slowest good agent."""

    wrong: list[str] = field(default_factory=list[str])
    added_s: list[float] = field(default_factory=list[float])


async def play(agents: ProbeNetwork, stage: Mapping[str, Round], *, at_once: int, within_s: float = 8.0) -> Outcome:
    """Ask about every round's platform, and compare."""
    timed, outcome, turns = Timed(agents), Outcome(), asyncio.Semaphore(at_once)
    checking = Checking([timed], FakeStore(), now, deadline=timedelta(seconds=within_s))

    async def ask(host: str, played: Round) -> None:
        async with turns:
            verdict = await checking.check(played.platform)
        right = played.right()
        if (verdict.word, verdict.cause.id) != (right.word, right.cause.id):
            outcome.wrong.append(f"{host}: {verdict.word} {verdict.cause.id}, not {right.word} {right.cause.id}")
        outcome.added_s.append(timed.took_s[host] - played.slowest_good_s)

    await asyncio.gather(*(ask(host, played) for host, played in stage.items()))
    return outcome


class Tracebacks(logging.Handler):
    """Counts what nobody should have to read."""

    def __init__(self) -> None:
        super().__init__()
        self.texts = list[str]()

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if (
            record.exc_info
            or "Traceback" in text
            or "never retrieved" in text
            or "destroyed" in text
            or "this is a bug" in text
        ):
            self.texts.append(text)


@dataclass
class Storm:
    """What became of questions while the broker was killed again and again."""

    asked: int = 0
    lost: int = 0
    wrong: int = 0
    with_agents: int = 0
    back_s: list[float] = field(default_factory=list[float])
    tracebacks: list[str] = field(default_factory=list[str])


async def storm(
    server: NatsServer,
    services: Sequence[StagedAgent],
    agents: ProbeNetwork,
    stage: Mapping[str, Round],
    *,
    restarts: int,
    askers: int,
) -> Storm:
    """Ask without a pause while the broker is killed and started so many times."""
    seen, caught, hosts = Storm(), Tracebacks(), iter(stage.items())
    logging.getLogger().addHandler(caught)
    over = asyncio.Event()
    checking = Checking([LocalOnStage(stage), agents], FakeStore(), now, deadline=timedelta(seconds=8))

    async def ask_on() -> None:
        while not over.is_set() and (drawn := next(hosts, None)) is not None:
            _, played = drawn
            seen.asked += 1
            try:
                verdict = await checking.check(played.platform)
            except Exception:  # noqa: BLE001 -- it is what we count
                seen.lost += 1
                continue
            seen.wrong += verdict.word is not played.right().word
            seen.with_agents += any(vote.vantage_point.id != "local" for vote in verdict.votes)

    asking = [asyncio.create_task(ask_on()) for _ in range(askers)]
    draw, loop = random.Random(7), asyncio.get_running_loop()  # noqa: S311
    for _ in range(restarts):
        await asyncio.sleep(draw.uniform(0.3, 1.2))
        await asyncio.to_thread(server.kill)
        await asyncio.sleep(draw.uniform(0.0, 0.5))
        await asyncio.to_thread(server.start)
        began = loop.time()
        while not all(each.link.is_up for each in services) and loop.time() - began < 20:
            await asyncio.sleep(0.02)
        seen.back_s.append(loop.time() - began)
    over.set()
    await asyncio.gather(*asking)
    logging.getLogger().removeHandler(caught)
    seen.tracebacks = caught.texts
    return seen
