"""One outage on two networks, forty people who ask, twenty-five who report: who gets how many posts. A real store."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.answering import Answering
from bot.catalogue import Catalogue
from bot.checking import Checking
from bot.model import Author, Control, Observation, Platform, PostKind, Response, Target, VantagePoint
from bot.ports import Store
from bot.store import open_store
from tests.fakes.flow import flow
from tests.fakes.network import NOON, FakeNetwork, mention
from tests.fakes.probes import FakeProbes, saw

SOLIDE = Platform("solide", "Solide", aliases=("Solide",), targets=(Target("solide.example"),))
TOWNS = tuple(VantagePoint(name.lower(), name, f"network of {name}") for name in ("Angers", "Rennes", "Nice"))
SECOND = timedelta(seconds=1)


@dataclass
class Outage:
    """`status` is what each town sees; `now` moves as tests say. `pass_time` does what the running bot does."""

    store: Store
    now: datetime = NOON
    status: dict[str, int] = field(default_factory=lambda: {town.id: 200 for town in TOWNS})
    networks: dict[str, FakeNetwork] = field(
        default_factory=lambda: {"mamot": FakeNetwork("mamot"), "bsky": FakeNetwork("bsky", 300, can_edit=False)}
    )
    probes: FakeProbes = field(default_factory=FakeProbes)
    answering: Answering = field(init=False)

    def __post_init__(self) -> None:
        self.probes.answer = self._see
        checking = Checking([self.probes], self.store, lambda: self.now)
        self.answering = flow(Catalogue([SOLIDE]), checking, self.store, lambda: self.now)
        self.answering.posting.most_an_hour = 60  # as shipped
        self.answering.watching.networks = self.networks

    def _see(self, target: Target) -> list[Observation | Control]:
        facts: list[Observation | Control] = []
        for town in TOWNS:
            seen = saw(target, Response(self.status[town.id], target.host, size=5000, title="Revues"), place=town)
            facts += [replace(seen, observed_at=self.now), Control(town, "reference.example", self.now, True, True)]
        return facts

    def all_see(self, status: int) -> None:
        self.status = dict.fromkeys(self.status, status)

    async def say(self, who: Sequence[str], text: str, *, in_thread: bool = False) -> None:
        """Each says it on their network, even ones on Mastodon; perhaps in reply to the bot's first answer there."""
        for name in who:
            network = self.network_of(name)
            post = mention(text, id=f"{name}-{self.now:%H%M%S}", at=self.now, network=network.name, by=name)
            above = next(iter(network.there)) if in_thread else None
            await self.store.take(
                [replace(post, author=Author(name, f"{name}@social.example"), answers=above)], owed=True
            )

    def network_of(self, name: str) -> FakeNetwork:
        return self.networks["mamot" if int(name[1:]) % 2 == 0 else "bsky"]

    async def pass_time(self, length: timedelta) -> None:
        until = self.now + length
        while self.now < until:
            for network in self.networks.values():
                for owed in await self.store.owed(network.name, now=self.now, limit=100):
                    await self.answering.settle(owed, network)
                for owed in await self.store.owed_follow_ups(network.name, now=self.now, limit=100):
                    await self.answering.posting.follow_up(owed, network)
            await self.answering.watching.look_again()
            self.now += 5 * SECOND

    def posts(self) -> dict[str, list[PostKind]]:
        """What each person got."""
        got: dict[str, list[PostKind]] = {}
        for network in self.networks.values():
            for to, reply, _ in network.posts:
                got.setdefault(to.author.id, []).append(reply.kind)
        return got

    def told(self, name: str) -> list[str]:
        return [reply.text for to, reply, _ in self.network_of(name).posts if to.author.id == name]


@pytest.fixture
async def outage(tmp_path: Path) -> AsyncIterator[Outage]:
    store = await open_store(tmp_path)
    try:
        yield Outage(store)
    finally:
        await store.close()


def people(first: int, last: int) -> list[str]:
    return [f"p{number}" for number in range(first, last)]


async def test_nobody_of_forty_gets_more_than_a_verdict_one_post_in_between_and_back(outage: Outage) -> None:
    first, most, late = people(0, 10), people(10, 30), people(30, 40)
    outage.status["nice"] = 503
    await outage.say(first, "@bot c'est moi ou Solide est couché ?")
    await outage.pass_time(50 * SECOND)
    outage.all_see(503)
    await outage.pass_time(20 * SECOND)
    await outage.say(most, "@bot c'est moi ou Solide est couché ?")
    await outage.pass_time(30 * SECOND)
    await outage.say(people(40, 62), "@bot pareil à Limoges", in_thread=True)
    await outage.say(people(62, 65), "@bot ça marche à Lyon", in_thread=True)
    await outage.pass_time(30 * SECOND)
    await outage.say(late, "@bot Solide est en panne ?")
    await outage.pass_time(timedelta(minutes=4))
    outage.all_see(200)
    await outage.pass_time(timedelta(minutes=40))

    got = outage.posts()
    corrected = [PostKind.VERDICT, PostKind.CORRECTION, PostKind.BACK]
    told = [PostKind.VERDICT, PostKind.COLLEAGUES, PostKind.BACK]  # where nothing can be edited, the first five
    of_colleagues = ["p11", "p13", "p15", "p17", "p19"]
    rest = [name for name in (*most, *late) if name not in of_colleagues]
    assert all(got[name] == corrected for name in first), got
    assert all(got[name] == told for name in of_colleagues), got
    assert all(got[name] == [PostKind.VERDICT, PostKind.BACK] for name in rest), got
    assert set(got) == {*first, *most, *late}  # those who report get no post each
    assert "22 collègues confirment (Limoges). Chez 3 collègues, ça marche (Lyon)." in outage.told("p30")[0]
    edits = Counter(post for post, _ in outage.networks["mamot"].edits)
    assert max(edits.values()) <= 3, "the tally is told in few edits, not one a report"


async def test_a_flood_of_reports_from_one_account_is_one_person(outage: Outage) -> None:
    outage.all_see(503)
    await outage.say(["p1", "p4"], "@bot c'est moi ou Solide est couché ?")
    await outage.pass_time(10 * SECOND)
    looks = len(outage.probes.looks)
    for _ in range(20):
        for _ in range(5):
            await outage.say(["p2"], "@bot pareil à Limoges", in_thread=True)
            outage.now += SECOND
        await outage.pass_time(5 * SECOND)
    await outage.pass_time(30 * SECOND)
    assert len(await outage.store.reports("solide", since=NOON)) == 1
    assert len(outage.network_of("p2").edits) <= 1, "the tally is told once, not a hundred times"
    assert len(outage.probes.looks) - looks <= 4, "only the looks of the incident itself"
    await outage.say(["p3"], "@bot Solide est en panne ?")
    await outage.pass_time(10 * SECOND)
    assert "1 collègue confirme (Limoges)." in outage.told("p3")[0]
    assert list(outage.posts()) == ["p4", "p1", "p3"]
