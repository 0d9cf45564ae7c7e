"""A storm of questions about three platforms on one network: the bot with its real ledger, and what became of them.

The looks and the network are invented and quick; the service, its scheduler, the answering, the budgets and the
database are what runs. Used by a short test and by `scripts/bench storm`.
"""

import asyncio
import contextlib
import random
import sqlite3
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from bot.app.polling import Account
from bot.app.service import Service
from bot.catalogue import Catalogue
from bot.checking import Checking, Look
from bot.model import (
    Accounts,
    Author,
    Control,
    Mention,
    Notice,
    Observation,
    Platform,
    PostRef,
    Reply,
    Response,
    Target,
    Visibility,
)
from bot.ports import ProbeNetwork, Store
from bot.social.bluesky_paging import RHYTHM
from bot.social.depth import Depth
from bot.store import open_store
from bot.store.opening import DATABASE
from tests.fakes.flow import flow
from tests.fakes.network import mention
from tests.fakes.probes import HERE, saw

NAMES = ("Solide", "Fragile", "Penible")
PLATFORMS = tuple(Platform(name.lower(), name, targets=(Target(f"{name.lower()}.example"),)) for name in NAMES)
WAYS = ("c'est moi ou {} est couché ?", "{} est en panne ?", "is {} down?", "y a que chez moi que {} rame ?")
PAGE = 100
INSISTENT = 5  # people who ask again and again
MINUTE = timedelta(minutes=1)


@dataclass
class MovableClock:
    """The time of this machine, and what a test adds to it."""

    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class StormyNetwork:
    """Lists what was asked by now, newest first; takes each post in a moment. Keeps ids only, so that it stays small.

    `posted` are the mentions that were answered, in the order in which the posts began; `posts` counts each and kind.
    """

    clock: MovableClock
    asked: Sequence[Mention]  # oldest first
    takes_s: tuple[float, float] = (0.05, 0.25)
    name: str = "stormy"
    text_limit: int = 300
    can_edit: bool = False
    posts_once: bool = True
    can_post_quietly: bool = False
    posted: list[tuple[str, datetime]] = field(default_factory=list[tuple[str, datetime]])
    posts: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    depth: Depth = field(default_factory=lambda: Depth(RHYTHM))
    dice: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 -- a test's own dice

    async def clock_ahead(self) -> timedelta | None:
        return None

    async def mentions(self, *, since: datetime | None) -> AsyncIterator[Mention]:
        walk = self.depth.walk(since, self.clock())
        listed = [one for one in reversed(self.asked) if one.listed_at <= walk.began_at]
        for start in range(0, len(listed), PAGE):
            page = listed[start : start + PAGE]
            for one in page:
                yield one
            if walk.is_enough(page[-1].listed_at):
                break
        walk.ended(whole=True)

    async def reply(
        self,
        mention: Mention,
        reply: Reply,
        *,
        visibility: Visibility,
        tried_before: bool,
        besides: Collection[str] = (),
    ) -> PostRef:
        kind = reply.kind.value if reply.kind.is_follow_up else "answer"
        if tried_before and self.posts[mention.id, kind]:
            return PostRef(f"{kind} {mention.id}", was_there=True)
        if kind == "answer":
            self.posted.append((mention.id, self.clock()))
        await asyncio.sleep(self.dice.uniform(*self.takes_s))
        self.posts[mention.id, kind] += 1
        return PostRef(f"{kind} {mention.id}")

    async def edit(self, post: PostRef, mention: Mention, reply: Reply) -> None:
        raise AssertionError("a network without edits is asked for one")

    async def delete(self, post: PostRef) -> None: ...

    def account_in(self, accounts: Accounts) -> str | None: ...

    async def find(self, account: str) -> Author | None: ...

    async def announce(
        self, notice: Notice, provider: Author | None, *, visibility: Visibility, tried_before: bool
    ) -> PostRef:
        raise AssertionError("no provider wants to be mentioned here")

    def address_of(self, author: Author) -> str | None:
        return author.handle

    async def leave(self, mention: Mention, reason: str) -> None: ...

    async def close(self) -> None: ...


@dataclass
class CountedLooks:
    """One place that looks: Solide is up, Penible down, Fragile down until it is back. `looks` are (host, when)."""

    clock: MovableClock
    back_at: datetime
    looks: list[tuple[str, datetime]] = field(default_factory=list[tuple[str, datetime]])

    async def observe(
        self,
        target: Target,
        *,
        within: timedelta,
        only: Collection[str] | None = None,
        watching: bool = False,
    ) -> AsyncIterator[Observation | Control]:
        now = self.clock()
        self.looks.append((target.host, now))
        await asyncio.sleep(0.3)
        down = target.host.startswith("penible") or (target.host.startswith("fragile") and now < self.back_at)
        seen = saw(target, Response(503 if down else 200, target.host, size=5000, title="Revues"))
        yield replace(seen, observed_at=now)
        yield Control(HERE, "reference.example", now, works=True, resolved=True)


class NotedChecking(Checking):
    """Notes when looks begin. Noted in `observe`, it would be later by what the store took, or the clock was moved."""

    def __init__(self, networks: Sequence[ProbeNetwork], store: Store, clock: MovableClock) -> None:
        super().__init__(networks, store, clock)
        self.begun: list[tuple[str, datetime]] = []

    def _begin(self, platform: Platform, *, watching: bool = False) -> Look:
        look = super()._begin(platform, watching=watching)
        self.begun.append((platform.key, look.begun_at))
        return look


@dataclass(frozen=True)
class Outcome:
    """What became of a storm. `outcomes` counts the mentions by how they were settled, `owed` those that were not.

    `looks` is how many there were, by host; `closest` the shortest time between the beginnings of two of one platform.
    `overtaken` is by how much at most a question was answered after a later one; `waits` from being listed
    to the post.
    """

    asked: int
    outcomes: Counter[str]
    owed: int
    answered: int
    doubled: int
    follow_ups: int
    looks: Counter[str]
    closest: timedelta | None
    overtaken: timedelta
    waits: Sequence[timedelta]


@dataclass
class Storm:
    """A bot in a storm, in a folder of its own; `most_an_hour` posts, None for no budget."""

    store: Store
    folder: Path
    clock: MovableClock
    network: StormyNetwork
    looks: CountedLooks
    checking: NotedChecking
    service: Service

    async def run(self, until: asyncio.Event) -> None:
        """Be the running bot until the event."""
        await self.service.run(until=until.wait())

    def settled(self) -> Counter[str]:
        """How many mentions were settled, by outcome, as the database has them."""
        return Counter(dict(self._rows("SELECT outcome, count(*) FROM mention WHERE state = 'settled' GROUP BY 1")))

    def owed(self) -> int:
        """How many mentions and follow-ups are owed."""
        count = "SELECT '', count(*) FROM {} WHERE state = 'owed'"
        return sum(self._rows(count.format(table))[0][1] for table in ("mention", "follow_up"))

    @property
    def is_over(self) -> bool:
        """Whether all that was asked is settled, and nothing is owed."""
        return self.settled().total() == len(self.network.asked) and not self.owed()

    async def time_passes(self, step: timedelta = MINUTE, *, most: timedelta = timedelta(hours=8)) -> None:
        """Move the clock on, by steps, until nothing is owed any more."""
        for _ in range(round(most / step)):
            owed = -1
            while owed != (owed := self.owed()):  # until what came due so far is done
                await asyncio.sleep(1.1)
            if self.is_over:
                return
            self.clock.ahead += step
            await asyncio.sleep(0.1)

    def outcome(self) -> Outcome:
        """What became of it so far."""
        listed = {one.id: one.listed_at for one in self.network.asked}
        newest, overtaken = datetime.min.replace(tzinfo=UTC), timedelta(0)
        for which, _ in self.network.posted:
            overtaken = max(overtaken, newest - listed[which])
            newest = max(newest, listed[which])
        begun = self.checking.begun
        gaps = [
            later - sooner
            for key in {key for key, _ in begun}
            for sooner, later in pairwise([at for one, at in begun if one == key])
        ]
        return Outcome(
            asked=len(self.network.asked),
            outcomes=self.settled(),
            owed=self.owed(),
            answered=sum(1 for _, kind in self.network.posts if kind == "answer"),
            doubled=sum(1 for times in self.network.posts.values() if times > 1),
            follow_ups=sum(1 for _, kind in self.network.posts if kind != "answer"),
            looks=Counter(host for host, _ in self.looks.looks),
            closest=min(gaps, default=None),
            overtaken=overtaken,
            waits=sorted(at - listed[which] for which, at in self.network.posted),
        )

    def _rows(self, statement: str) -> list[tuple[str, int]]:
        connection = sqlite3.connect(f"file:{self.folder / DATABASE}?mode=ro", uri=True)
        with contextlib.closing(connection):
            return connection.execute(statement).fetchall()


def questions(begins: datetime, *, count: int, lasting: timedelta, seed: int) -> list[Mention]:
    """So many in so long, at random moments, oldest first: one in twenty by somebody who asks again and again."""
    dice = random.Random(seed)  # noqa: S311 -- a test's own dice
    moments = sorted(dice.uniform(0, lasting.total_seconds()) for _ in range(count))
    asked = list[Mention]()
    for number, moment in enumerate(moments):
        by = f"insistent{number % INSISTENT}" if number % 20 == 0 else f"asker{number}"
        text = "@bot " + dice.choice(WAYS).format(NAMES[number % len(NAMES)])
        at = begins + timedelta(seconds=moment)
        asked.append(mention(text, id=f"q{number}", at=at, network="stormy", by=by))
    return asked


@contextlib.asynccontextmanager
async def a_storm(
    folder: Path, asked: Sequence[Mention], *, most_an_hour: int | None, back_at: datetime, poll: timedelta
) -> AsyncGenerator[Storm]:
    """Open a bot's store in a folder, which is made, and wire everything to it as the bot does."""
    clock = MovableClock()
    network, looks = StormyNetwork(clock, asked), CountedLooks(clock, back_at)
    store = await open_store(folder)
    try:
        checking = NotedChecking([looks], store, clock)
        answering = flow(Catalogue(PLATFORMS), checking, store, clock)
        answering.posting.most_an_hour = most_an_hour
        accounts = [Account(network, poll, None)]
        service = Service(accounts, answering, store, clock, folder / "heartbeat.json")
        yield Storm(store, folder, clock, network, looks, checking, service)
    finally:
        await store.close()
