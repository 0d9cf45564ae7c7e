"""Agents for tests and benches: the real service over a real broker, with a look of the test's own behind it."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.app.agent import AgentService
from bot.app.requests import Requests
from bot.broker.link import Link
from bot.broker.messages import About
from bot.budgets import LookBudget, LookRates, Rate
from bot.catalogue import Catalogue
from bot.model import Blame, Control, Failure, FailureKind, Observation, Phase, Platform, Response, Target, VantagePoint
from bot.vantage.agents import Agents
from bot.vantage.agents_file import Revoked
from bot.vantage.roster import Roster, State
from tests.servers.nats_server import NatsServer

TARGET = Target("www.example.org")
PLATFORM = Platform("example", "Example", targets=(TARGET,))
PLENTY = LookRates(*[Rate(10_000, timedelta(milliseconds=1))] * 3)
UP = Response(200, "www.example.org", size=5000, title="Revues")
BROKEN = Response(503, "www.example.org")
REFUSED = Failure(Phase.TCP, FailureKind.REFUSED, Blame.TARGET)

Look = Callable[[Target], Response | Failure | None]


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class StubVantage:
    """Sees what `sees` says after `takes_s`; None: nothing at all. `asked` are the targets, `within` their time."""

    sees: Look = lambda target: UP
    takes_s: float = 0.0
    clock: Callable[[], datetime] = now
    asked: list[Target] = field(default_factory=list[Target])
    within: list[timedelta] = field(default_factory=list[timedelta])

    async def observe(
        self, target: Target, *, within: timedelta, only: Collection[str] | None = None, watching: bool = False
    ) -> AsyncIterator[Observation | Control]:
        self.asked.append(target)
        self.within.append(within)
        began, here = self.clock(), VantagePoint("local")
        await asyncio.sleep(self.takes_s)
        result = self.sees(target)
        if result is not None:
            yield Observation(here, target, began, self.clock() - began, result)
        if isinstance(result, Failure):
            yield Control(here, "ref.example", self.clock(), works=True, resolved=True)


def service(
    server: NatsServer,
    name: str,
    vantage: StubVantage | None = None,
    *,
    platforms: Sequence[Platform] = (PLATFORM,),
    about: About | None = None,
    rates: LookRates = PLENTY,
    seed: str | None = None,
    url: str | None = None,
    clock: Callable[[], datetime] = now,
    heartbeat: Path | None = None,
    tell_every_s: float = 10.0,
) -> AgentService:
    about = about or About("0.1.0", place=name.title(), network=f"net of {name}")
    ca = server.ca if server.is_tls else None
    return AgentService(
        name=name,
        link=Link([url or server.url], credentials=seed or server.seed(name), ca=ca, label=name),
        vantage=vantage or StubVantage(),
        requests=Requests(Catalogue(platforms), LookBudget(rates), allow_typed=about.takes_typed),
        about=about,
        clock=clock,
        heartbeat=heartbeat,
        tell_every_s=tell_every_s,
    )


@contextlib.asynccontextmanager
async def running(*services: AgentService) -> AsyncGenerator[None]:
    """Run agents, each as a task of this loop."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(each.run(until=stop.wait())) for each in services]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)


@contextlib.asynccontextmanager
async def bot_side(
    server: NatsServer,
    *,
    sees: Sequence[str] = (),
    revoked: Revoked | None = None,
    url: str | None = None,
    clock: Callable[[], datetime] = now,
) -> AsyncGenerator[Agents]:
    """The bot's end, once it has heard of all agents in `sees`."""
    link = Link(
        [url or server.url], credentials=server.seed("bot"), ca=server.ca if server.is_tls else None, label="bot"
    )
    agents = Agents(link, Roster(revoked or frozenset), clock=clock)
    await agents.start()
    try:
        await until(lambda: link.is_up and all(state_of(agents, name) is not None for name in sees))
        yield agents
    finally:
        await agents.close()


def state_of(agents: Agents, name: str) -> State | None:
    agent = agents.roster.get(name)
    revoked = (name,) if agents.roster.is_revoked(name) else ()
    return None if agent is None else agent.state(now(), revoked)


async def until(condition: Callable[[], bool], *, within_s: float = 8.0) -> None:
    async with asyncio.timeout(within_s):
        while not condition():
            await asyncio.sleep(0.02)


async def look(
    agents: Agents, target: Target = TARGET, *, within_s: float = 5.0, only: Collection[str] | None = None
) -> list[Observation | Control]:
    return [fact async for fact in agents.observe(target, within=timedelta(seconds=within_s), only=only)]


def names(facts: Sequence[Observation | Control]) -> list[str]:
    """Who saw something, by name."""
    return sorted(fact.vantage_point.id.removeprefix("agent:") for fact in facts if isinstance(fact, Observation))
