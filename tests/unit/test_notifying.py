"""A provider who wants to hear of outages is mentioned once a confirmed one, whatever happens to the bot meanwhile."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.app.polling import Account
from bot.app.service import Service
from bot.catalogue import Catalogue
from bot.checking import Checking
from bot.incidents.following import opened
from bot.incidents.notices import is_confirmed
from bot.model import (
    Accounts,
    Addresses,
    Author,
    Control,
    Language,
    Notice,
    Observation,
    Platform,
    PostKind,
    Response,
    Target,
    VantagePoint,
    Visibility,
)
from bot.notifying import Notifying
from bot.ports import SocialError
from bot.posting import Posting
from bot.watching import Watching
from tests.fakes.network import NOON, FakeNetwork, mention
from tests.fakes.probes import FakeProbes, saw
from tests.fakes.store import FakeStore
from tests.unit.test_answering import Desk
from tests.unit.test_dossier import bad_look

MINUTE = timedelta(minutes=1)
ACCOUNTS = Accounts("@solide@piaille.fr", "@solide.example", Language.FRENCH)
SOLIDE = Platform("solide", "Solide", targets=(Target("solide.example"),), accounts=ACCOUNTS, notify=True)
HERE = VantagePoint("here", place="Paris")


@dataclass
class World:
    """`status` is what Solide answers; `now` moves as tests say; `restart` forgets all but the store and networks."""

    platform: Platform = SOLIDE
    agreed: tuple[str, ...] = ()
    most_an_hour: int | None = None
    place: VantagePoint = HERE
    status: int = 503
    now: datetime = NOON
    store: FakeStore = field(default_factory=FakeStore)
    networks: list[FakeNetwork] = field(default_factory=lambda: [FakeNetwork(name="mamot")])
    watching: Watching = field(init=False)
    notifying: Notifying = field(init=False)
    checking: Checking = field(init=False)
    outcomes: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        catalogue = Catalogue([self.platform])
        self.checking = Checking([FakeProbes(self._see)], self.store, self.clock)
        self.watching = Watching(self.checking, self.store, catalogue, self.clock, UTC)
        posting = Posting(self.store, self.clock, most_an_hour=self.most_an_hour)
        self.notifying = Notifying(
            catalogue, self.store, posting, self.clock, UTC, Language.ENGLISH, self.agreed, operator="dsi@univ-x.fr"
        )

    def clock(self) -> datetime:
        return self.now

    def _see(self, target: Target) -> list[Observation | Control]:
        seen = saw(target, Response(self.status, target.host, size=5000, title="Revues"), place=self.place)
        control = Control(self.place, "reference.example", self.now, works=True, resolved=True)
        return [replace(seen, observed_at=self.now, addresses=Addresses("192.0.2.9")), control]

    async def ask(self) -> None:
        await self.watching.note(await self.checking.check(self.platform))

    async def wait(self, minutes: float) -> None:
        until = self.now + minutes * MINUTE
        while self.now < until:
            self.now = min(until, self.now + timedelta(seconds=5))
            await self.turn()

    async def turn(self) -> None:
        """What the bot does every few seconds."""
        await self.watching.look_again()
        await self.notifying.owe(self.networks)
        for network in self.networks:
            for owed in await self.store.owed_notices(network.name, now=self.now, limit=9):
                self.outcomes.append(await self.notifying.post(owed, network))

    async def outage(self, minutes: float = 5) -> None:
        self.status = 503
        await self.ask()
        await self.wait(minutes)

    async def recover(self, minutes: float = 20) -> None:
        self.status = 200
        await self.wait(minutes)

    @property
    def told(self) -> list[Notice]:
        return [notice for network in self.networks for notice, _, _ in network.announced]


async def test_the_provider_is_told_once_in_short_and_in_their_language() -> None:
    world = World()
    await world.outage(30)
    (notice,) = world.told
    assert notice.account == "@solide@piaille.fr"
    assert notice.text == (
        "Constat\u00a0: Solide, en panne. Au moins depuis 12:00.\nHTTP 503 depuis Paris (192.0.2.9).\n"
        "Pour les faits\u00a0: répondre «\u00a0dossier\u00a0»\u202f; pour ne plus être prévenu des pannes\u00a0: "
        "«\u00a0stop\u00a0». Référence\u00a0: solide-20261123-120000\nLe dossier entier\u00a0: dsi@univ-x.fr"
    )
    assert [visibility for _, _, visibility in world.networks[0].announced] == [Visibility.UNLISTED]


async def test_what_only_one_look_saw_is_told_to_no_provider() -> None:
    world = World()
    await world.outage(0.9)
    assert world.told == []
    await world.recover()
    assert world.told == []


def test_a_look_of_a_while_ago_confirms_nothing() -> None:
    incident = replace(opened(bad_look(NOON)), last_down_at=NOON + MINUTE)
    assert is_confirmed(incident, now=NOON + MINUTE, steady=MINUTE)
    assert not is_confirmed(incident, now=NOON + 7 * MINUTE, steady=MINUTE)
    assert not is_confirmed(replace(incident, confidence=0.7), now=NOON + MINUTE, steady=MINUTE)
    assert not is_confirmed(replace(incident, good_since=NOON + MINUTE), now=NOON + MINUTE, steady=MINUTE)


@pytest.mark.parametrize(
    ("platform", "agreed", "told"),
    [
        pytest.param(replace(SOLIDE, notify=False), (), 0, id="off by default"),
        pytest.param(replace(SOLIDE, notify=False), ("solide",), 1, id="the operator's setting says so"),
        pytest.param(replace(SOLIDE, accounts=Accounts()), ("solide",), 0, id="no account"),
        pytest.param(replace(SOLIDE, accounts=Accounts(bluesky="@solide.example")), (), 0, id="on another network"),
    ],
)
async def test_who_is_told(platform: Platform, agreed: tuple[str, ...], told: int) -> None:
    world = World(platform, agreed)
    await world.outage()
    assert len(world.told) == told
    assert world.notifying.is_wanted == (bool(platform.notify or agreed) and platform.accounts.are_known)


async def test_a_provider_on_two_networks_is_told_on_the_one_where_it_is_quieter() -> None:
    world = World(networks=[FakeNetwork(name="bsky", posts_once=True), FakeNetwork(name="mamot")])
    await world.outage(30)
    assert [notice.network for notice in world.told] == ["mamot"]
    world = World(networks=[FakeNetwork(name="bsky", posts_once=True)])
    await world.outage(30)
    assert [notice.account for notice in world.told] == ["@solide.example"]


async def test_another_network_and_a_restart_make_no_second_one() -> None:
    world = World(networks=[FakeNetwork(name="mamot"), FakeNetwork(name="bsky", posts_once=True)])
    await world.outage()
    world.restart()
    world.networks.pop(0)
    await world.wait(60)
    assert world.told == []


async def test_a_relapse_is_the_same_outage_and_a_later_one_is_another() -> None:
    world = World()
    await world.outage()
    await world.recover()
    await world.outage()
    await world.recover(60)
    assert len(world.told) == 1
    await world.outage()
    assert len({notice.incident_id for notice in world.told}) == 2


async def test_what_is_over_before_it_could_be_posted_is_told_to_nobody() -> None:
    world = World(networks=[FakeNetwork(name="mamot", refuses=SocialError("too many requests"))])
    await world.outage(2)
    await world.recover()
    world.networks[0].refuses = None
    await world.wait(20)
    assert (world.told, world.outcomes[-1]) == ([], "over")


async def test_the_hourly_budget_of_the_network_holds_for_providers_as_well() -> None:
    world = World(most_an_hour=1)
    await world.notifying.posting.reserve(mention(network="mamot"))
    await world.outage(30)
    assert world.told == []
    await world.wait(31)
    assert len(world.told) == 1


async def test_a_provider_who_said_stop_is_told_nothing_more() -> None:
    world = World()
    world.networks[0].known["@solide@piaille.fr"] = Author("p1", "solide@piaille.fr")
    stop = replace(mention("stop", network="mamot", by="p1"), listed_at=NOON)
    await world.store.take([stop], owed=True)
    await world.store.stop(stop, at=NOON)
    await world.outage()
    assert (world.told, world.outcomes) == ([], ["they-said-stop"])


async def test_a_provider_whose_bio_wants_no_bots_is_not_mentioned() -> None:
    world = World()
    world.networks[0].known["@solide@piaille.fr"] = Author("p1", "solide@piaille.fr", wants_no_bots=True)
    await world.outage()
    assert (world.told, world.outcomes) == ([], ["wants-no-bots"])


async def test_one_account_is_mentioned_three_times_a_day_at_most() -> None:
    world = World()
    for _ in range(5):
        await world.outage()
        await world.recover(60)
    assert len(world.told) == 3
    assert world.outcomes[-1] == "enough-for-this-day"


async def test_the_post_is_remembered_and_what_is_said_below_it_is_about_the_platform() -> None:
    world = World()
    await world.outage()
    (post,) = await world.store.own_posts("mamot", since=NOON)
    assert (post.kind, post.mention_id, post.platforms) == (PostKind.NOTICE, "", ("solide",))
    below = mention("dossier", network="mamot", answers=post.ref.id)
    await world.store.take([below], owed=True)
    assert (await world.store.conversation(below, since=NOON)).about == ("solide",)


async def test_nobody_but_the_provider_is_called_whatever_a_colleagues_place_is_named() -> None:
    world = World(place=VantagePoint("here", place="@victim@piaille.fr #HAL"))
    await world.outage()
    assert "@victim" not in world.told[0].text
    assert "#HAL" not in world.told[0].text


@pytest.mark.parametrize("language", list(Language))
async def test_it_fits_every_network_and_names_its_reference(language: Language) -> None:
    accounts = replace(ACCOUNTS, mastodon=f"@{'s' * 40}@piaille.fr", language=language)
    name = "Une plateforme au nom plus long que ce qui tient sur une ligne de l'écran"
    world = World(replace(SOLIDE, name=name, accounts=accounts), networks=[FakeNetwork(name="mamot", text_limit=300)])
    await world.outage()
    (notice,) = world.told
    assert len(f"{notice.account} {notice.text}") <= 300
    assert notice.incident_id in notice.text
    assert "dossier" in notice.text
    assert "stop" in notice.text


class KilledError(BaseException):
    """kill -9: nothing catches it, nothing is tidied up."""


STEPS = ("owe_notice", "begin", "find", "announce", "settle")


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
async def test_killed_at_any_step_the_bot_tells_the_provider_once(
    step: str, before: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    place = world.networks[0] if step in {"find", "announce"} else world.store
    real: Callable[..., object] = getattr(place, step)

    async def dying(*args: object, **more: object) -> object:
        if not before:
            await real(*args, **more)  # type: ignore[misc]
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(place, step, dying)
        with pytest.raises(KilledError):
            await world.outage()
    world.restart()
    await world.wait(30)
    assert len(world.networks[0].announced) == 1
    assert [each.outcome for each in world.store.notices.values()] == ["posted"]


async def test_a_receipt_that_was_lost_makes_no_second_post() -> None:
    lost = SocialError("no answer", may_be_done=True)
    world = World(networks=[FakeNetwork(name="mamot", lose_answer_once=lost)])
    await world.outage(10)
    assert len(world.told) == 1
    assert world.outcomes == ["put-off", "posted"]


async def test_the_running_bot_tells_the_provider(tmp_path: Path) -> None:
    world = World(now=datetime.now(UTC) - 2 * MINUTE)
    await world.ask()
    world.now += 1.5 * MINUTE
    await world.watching.look_again()
    desk = Desk(clock=lambda: datetime.now(UTC), store=world.store)
    world.notifying.clock = lambda: datetime.now(UTC)
    (network,) = world.networks
    service = Service(
        [Account(network, timedelta(milliseconds=20), None)],
        desk.answering,
        world.store,
        lambda: datetime.now(UTC),
        tmp_path / "heartbeat.json",
        notifying=world.notifying,
    )

    async def told() -> None:
        while not world.told:
            await asyncio.sleep(0.01)

    await service.run(until=asyncio.wait_for(told(), 20))
    assert len(world.told) == 1
