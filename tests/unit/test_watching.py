"""Incidents kept and told: with looks, a store and networks of the tests' own, and a clock that they move."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.catalogue import Catalogue
from bot.checking import Checking
from bot.incidents.sharing import read_hosters
from bot.model import (
    Addresses,
    Author,
    Control,
    FollowUp,
    Incident,
    Language,
    Observation,
    OwnPost,
    Platform,
    PostKind,
    PostRef,
    Report,
    Response,
    Target,
    VantagePoint,
    Verdict,
    Visibility,
    Word,
)
from bot.ports import StoreError
from bot.watching import Watching
from tests.fakes.network import NOON, FakeNetwork, mention
from tests.fakes.probes import HERE, FakeProbes, saw
from tests.fakes.store import FakeStore

MINUTE = timedelta(minutes=1)
SOLIDE = Platform("solide", "Solide", targets=(Target("solide.example"),))
PERSEE = Platform("persee", "Persée", targets=(Target("persee.example"),))
HAL = Platform("hal", "HAL", targets=(Target("hal.example"),))
HOSTERS = read_hosters('[[hoster]]\nname = "OVHcloud"\nnets = ["192.0.2.0/24"]\nsource = "a test"\n')


@dataclass
class World:
    """`status` is what every site answers; `now` moves as tests say."""

    status: int = 503
    second: int | None = None  # what a second try within one look gets, if there is one
    places: Sequence[str] = ()  # that look; none: the machine itself
    now: datetime = NOON
    store: FakeStore = field(default_factory=FakeStore)
    probes: FakeProbes = field(default_factory=FakeProbes)
    networks: dict[str, FakeNetwork] = field(default_factory=dict[str, FakeNetwork])
    watching: Watching = field(init=False)
    checking: Checking = field(init=False)

    def __post_init__(self) -> None:
        self.probes.answer = self._see
        self.restart()

    def restart(self) -> None:
        self.checking = Checking([self.probes], self.store, lambda: self.now)
        self.networks = {name: FakeNetwork(name=name) for name in ("mamot", "bsky")}
        self.networks["bsky"].can_edit = False
        self.watching = Watching(
            checking=self.checking,
            store=self.store,
            catalogue=Catalogue([SOLIDE, PERSEE, HAL]),
            clock=lambda: self.now,
            zone=UTC,
            hosters=HOSTERS,
            networks=self.networks,
        )

    def _see(self, target: Target) -> list[Observation | Control]:
        towns = [VantagePoint(place, place, f"network of {place}") for place in self.places]
        return [fact for where in towns or [HERE] for fact in self._see_from(where, target)]

    def _see_from(self, where: VantagePoint, target: Target) -> list[Observation | Control]:
        seen = saw(target, Response(self.status, target.host, size=5000, title="Revues"), place=where)
        control = Control(where, "reference.example", self.now, works=True, resolved=True)
        first = replace(seen, observed_at=self.now, addresses=Addresses("192.0.2.9"))
        if self.second is None:
            return [first, control]
        result = Response(self.second, target.host, size=5000, title="Revues")
        return [first, replace(first, attempt=2, observed_at=self.now + timedelta(seconds=1), result=result), control]

    async def ask(
        self, who: str, platform: Platform = SOLIDE, *, network: str = "mamot", language: Language = Language.FRENCH
    ) -> Verdict:
        """Somebody asks and is answered, as the flow does it."""
        verdict = await self.watching.note(await self.checking.check(platform))
        asked = replace(mention(id=f"{who}-{self.now:%H%M}", network=network), author=Author(who, f"{who}@mamot.fr"))
        await self.store.take([asked], owed=True)
        post = OwnPost(
            network,
            PostRef(f"to-{asked.id}"),
            asked.id,
            who,
            PostKind.VERDICT,
            language,
            Visibility.UNLISTED,
            self.now,
            (platform.key,),
            (verdict.word,),
        )
        await self.store.settle(asked, outcome="answered", at=self.now, post=post)
        return verdict

    async def wait(self, minutes: float) -> None:
        """Time passes; the bot looks whenever something is due."""
        until = self.now + minutes * MINUTE
        while self.now < until:
            self.now = min(until, self.now + timedelta(seconds=5))
            await self.watching.look_again()

    async def owed(self, network: str = "mamot") -> list[tuple[str, PostKind]]:
        found = await self.store.owed_follow_ups(network, now=self.now + timedelta(days=2), limit=100)
        return [(each.mention.author.id, each.follow_up.kind) for each in found]

    async def texts(self, network: str = "mamot") -> list[str]:
        found = await self.store.owed_follow_ups(network, now=self.now + timedelta(days=2), limit=100)
        return [each.follow_up.text for each in found]

    async def report(self, who: str, place: str | None = None, *, works: bool = False) -> None:
        await self.store.add_report(Report("mamot", who, "solide", works, place, self.now, who, server="mamot.fr"))
        await self.watching.heard("solide")


def typed(host: str) -> Platform:
    """A host that no catalogue knows."""
    return Platform(f"url:{host}", host, targets=(Target(host, typed=True),))


async def test_an_outage_from_the_first_question_until_everybody_is_told_that_it_is_over() -> None:
    world = World(status=200)
    assert (await world.ask("anne")).word is Word.UP
    await world.wait(20)
    world.status = 503
    await world.ask("brice", language=Language.ENGLISH)
    await world.ask("chloe", network="bsky")
    await world.wait(25)
    assert await world.owed() == []
    world.status = 200
    await world.wait(20)
    assert await world.owed() == [("brice", PostKind.BACK)]
    assert await world.owed("bsky") == [("chloe", PostKind.BACK)]
    (english,), (french,) = await world.texts(), await world.texts("bsky")
    assert english == "It is back: Solide answers again (12:35–12:50). The trouble lasted 15 to 50 min."
    assert french == "C’est revenu\u00a0: Solide répond de nouveau (12:35–12:50). La panne a duré de 15 à 50 min."


async def test_looks_while_it_is_open_come_after_one_five_fifteen_and_then_every_fifteen_minutes() -> None:
    world = World()
    await world.ask("anne")
    await world.wait(61)
    assert len(world.probes.looks) == 1 + 6  # 1, 5, 15, 30, 45, 60
    assert world.probes.watched == 6


async def test_who_was_told_that_it_works_is_corrected_when_it_fails_minutes_later() -> None:
    world = World(status=200)
    await world.ask("anne")
    await world.wait(4)
    world.status = 503
    await world.ask("brice")
    assert await world.owed() == [("anne", PostKind.CORRECTION)]
    (text,) = await world.texts()
    assert text.startswith("Rectification. Ce n’est pas que vous")
    assert text.endswith("Depuis 12:00–12:04.")


async def test_a_site_that_returns_in_the_middle_of_a_look_is_told_as_back_and_not_as_a_correction() -> None:
    world = World()
    await world.ask("anne")
    world.second = 200  # one look catches both: it answers "now and then"
    await world.wait(1.1)
    assert (await _newest_incident(world)).word is Word.DEGRADED
    world.status, world.second = 200, None
    await world.wait(20)
    assert [kind for _, kind in await _all_owed(world)] == [PostKind.BACK]


async def test_a_site_that_stays_half_broken_is_a_correction() -> None:
    world = World()
    await world.ask("anne")
    world.second = 200
    await world.wait(6)
    assert [kind for _, kind in await _all_owed(world)] == [PostKind.CORRECTION]


async def test_those_who_said_that_it_was_down_before_it_came_back_are_not_held_against_its_return() -> None:
    world = World()
    await world.ask("anne")
    await world.report("c", "Limoges")
    world.status = 200
    await world.wait(20)
    every = [kept.follow_up for kept in world.store.follow_ups.values()]
    (back,) = [follow_up.text for follow_up in every if follow_up.kind is PostKind.BACK]
    assert "Limoges" not in back
    assert (await world.ask("brice")).tally.down == 0
    await world.report("d", "Rennes")
    world.now += 61 * timedelta(seconds=1)
    assert (await world.ask("eve")).tally.down_places == ("Rennes",)


async def test_a_report_between_the_two_good_looks_edits_no_answer_into_a_good_one() -> None:
    world = World()
    await world.ask("anne")
    world.status = 200
    await world.wait(1.1)
    assert (await _newest_incident(world)).good_since is not None
    await world.report("c", "Limoges")
    assert PostKind.TALLY not in [kind for _, kind in await _all_owed(world)]


async def _newest_incident(world: World) -> Incident:
    found = await world.store.latest_incident("solide")
    assert found is not None
    return found


async def test_nobody_gets_more_than_verdict_correction_and_back_whatever_happens() -> None:
    world = World(status=200)
    await world.ask("anne")
    for minutes, status in (
        (4, 503),
        (6, 200),
        (3, 503),
        (5, 200),
        (3, 503),
        (20, 200),
        (30, 503),
        (10, 200),
        (40, 200),
    ):
        await world.wait(minutes)
        world.status = status
        await world.ask("watcher", network="bsky")
    kinds = [kind for who, kind in await _all_owed(world) if who == "anne"]
    assert sorted(kinds) == sorted(set(kinds))
    assert set(kinds) <= {PostKind.CORRECTION, PostKind.BACK}


async def _all_owed(world: World) -> list[tuple[str, PostKind]]:
    return [(each.author_id, each.follow_up.kind) for each in world.store.follow_ups.values()]


async def test_a_verdict_is_noted_once_however_many_share_it() -> None:
    world = World()
    first = await world.ask("anne")
    calls = len(world.store.kept_looks[first.incident or ""])
    for who in "abcdefgh":
        assert (await world.ask(who)).incident == first.incident
    assert len(world.store.kept_looks[first.incident or ""]) == calls == 1


async def test_a_restart_in_the_middle_loses_nothing() -> None:
    world = World()
    await world.ask("anne")
    await world.wait(3)
    world.restart()
    world.status = 200
    await world.wait(20)
    assert await world.owed() == [("anne", PostKind.BACK)]


async def test_a_store_that_fails_while_it_is_saved_is_asked_again_and_nothing_is_owed_twice() -> None:
    world = World()
    await world.ask("anne")
    world.status = 200
    world.now += 61 * timedelta(seconds=1)
    world.store.fails = [StoreError("full")]
    with pytest.raises(StoreError):
        await world.watching.look_again()
    await world.wait(20)
    assert await world.owed() == [("anne", PostKind.BACK)]


async def test_colleagues_are_counted_into_the_verdicts_where_posts_can_be_edited() -> None:
    world = World()
    await world.ask("anne")
    await world.ask("brice", network="bsky")
    for who, place in (("c", "Limoges"), ("d", "Rennes"), ("e", None)):
        await world.report(who, place)
    await world.report("f", "Nice", works=True)
    assert await world.owed() == [("anne", PostKind.TALLY)]
    (text,) = await world.texts()
    assert text.endswith("3 collègues confirment (Limoges et Rennes). Chez 1 collègue, ça marche (Nice).")
    assert await world.owed("bsky") == [("brice", PostKind.COLLEAGUES)]
    (once,) = await world.texts("bsky")
    assert once == ("Solide : 3 collègues confirment (Limoges et Rennes). Chez 1 collègue, ça marche (Nice).")


async def test_where_nothing_can_be_edited_one_colleague_waits_for_more_and_several_are_told_at_once() -> None:
    world = World()
    await world.ask("brice", network="bsky")
    await world.report("c", "Limoges")
    assert await due(world, 4 * MINUTE) == []
    await world.report("d", "Rennes")
    await world.report("e", "Nice")
    (told,) = await due(world, 20 * MINUTE / 60)
    assert "3 collègues" in told.text
    await world.store.begin(told, at=world.now, not_before=world.now + MINUTE)
    await world.report("f", "Brest")
    (again,) = await due(world, MINUTE)
    assert again == told  # begun: whatever becomes of it, the second try says the same
    await world.store.settle(told, outcome="posted", at=world.now)
    await world.report("g", "Lille")
    assert await due(world, 60 * MINUTE) == []


async def test_what_the_asker_said_alone_is_no_news_to_them() -> None:
    world = World()
    await world.ask("c", network="mamot")
    world.networks["mamot"].can_edit = False
    await world.report("c", "Limoges")
    assert await world.owed() == []


async def test_it_is_back_takes_the_place_of_colleagues_who_were_not_told_of_yet() -> None:
    world = World()
    await world.ask("brice", network="bsky")
    await world.report("c", "Limoges")
    world.status = 200
    await world.wait(3)
    assert await world.owed("bsky") == [("brice", PostKind.BACK)]
    assert len(await due(world, 60 * MINUTE)) == 1


async def due(world: World, later: timedelta) -> list[FollowUp]:
    return [each.follow_up for each in await world.store.owed_follow_ups("bsky", now=world.now + later, limit=9)]


async def test_many_who_ask_where_no_post_can_be_edited_do_not_keep_the_tally_from_the_others() -> None:
    world = World()
    await world.ask("anne")
    for number in range(25):
        await world.ask(f"asker{number}", network="bsky")
    await world.report("c", "Limoges")
    assert await world.owed() == [("anne", PostKind.TALLY)]


async def test_an_edit_keeps_the_places_that_its_post_told_of() -> None:
    world = World(places=("Rennes", "Paris", "Nice"))
    await world.ask("anne")
    world.places = ("Rennes",)
    await world.wait(2)
    await world.report("c", "Limoges")
    (text,) = await world.texts()
    assert "depuis Rennes, Paris et Nice (3 sondes sur 3)" in text
    assert text.endswith("1 collègue confirme (Limoges).")


async def test_an_edit_tells_what_is_so_now_where_its_post_told_otherwise() -> None:
    world = World(status=200, second=503)
    await world.ask("anne")
    world.status, world.second = 503, None
    await world.wait(2)
    await world.report("c", "Limoges")
    (edit,) = [each.follow_up for each in world.store.follow_ups.values() if each.follow_up.kind is PostKind.TALLY]
    assert "HTTP 503" in edit.text


async def test_an_outage_whose_length_nobody_can_say_is_told_without_one() -> None:
    world = World()
    await world.ask("anne")
    world.status = 200
    await world.wait(5)
    (back,) = await world.texts()
    assert back.endswith("répond de nouveau (12:00–12:01).")


async def test_who_shares_a_look_hears_of_those_who_reported_since_it() -> None:
    world = World()
    await world.ask("anne")
    await world.report("c", "Limoges")
    await world.report("d", "Nice", works=True)
    world.now += timedelta(seconds=20)
    verdict = await world.ask("brice", network="bsky")
    assert (verdict.tally.down, verdict.tally.up, verdict.tally.down_places) == (1, 1, ("Limoges",))
    assert verdict.judged_at == NOON


async def test_who_reports_while_a_look_is_under_way_is_counted_in_its_verdict() -> None:
    world = World()
    await world.ask("anne")
    world.now += 61 * timedelta(seconds=1)
    looked = await world.checking.check(SOLIDE)  # with what people said before
    await world.report("c", "Limoges")
    await world.report("d", "Rennes")
    verdict = await world.watching.note(looked)
    assert (verdict.tally.down, verdict.tally.down_places) == (2, ("Limoges", "Rennes"))
    assert world.store.kept_looks[verdict.incident or ""][-1].tally.down == 2


async def test_colleagues_who_say_no_are_told_beside_a_verdict_that_says_yes() -> None:
    world = World(status=200)
    for who, place in (("a", "Limoges"), ("b", "Rennes"), ("c", "Nice"), ("d", "Brest"), ("e", "Lille")):
        await world.report(who, place)
    verdict = await world.ask("anne")
    assert (verdict.word, verdict.tally.down) == (Word.UP, 5)
    assert verdict.incident is None


async def test_three_platforms_at_one_hoster_are_told_together() -> None:
    world = World()
    first = await world.ask("anne")
    await world.ask("brice", PERSEE)
    third = await world.ask("chloe", HAL)
    assert first.common is None
    assert third.common is not None
    assert (third.common.name, third.common.platforms) == ("OVHcloud", ("HAL", "Persée", "Solide"))


async def test_what_strangers_typed_or_one_institution_runs_is_not_told_of_beside_a_platform() -> None:
    world = World()
    ent = replace(PERSEE, key="univ-x.ent", name="L'ENT de X", scope="univ-x")
    world.watching.catalogue = Catalogue([SOLIDE, ent])
    await world.ask("anne", ent)
    for number in range(3):
        await world.ask("brice", typed(f"buy-this-{number}.example"))
    verdict = await world.ask("chloe")
    assert verdict.common is None


async def test_strangers_who_type_dead_hosts_have_a_hundred_followed_and_no_platform_of_ours_waits() -> None:
    world = World()
    verdicts = [await world.ask("brice", typed(f"dead-{number}.example")) for number in range(102)]
    assert [verdict.incident is not None for verdict in verdicts] == [True] * 100 + [False] * 2
    assert (await world.ask("anne")).incident is not None
    world.status = 200
    await world.wait(5)
    world.status = 503
    assert (await world.ask("brice", typed("dead-200.example"))).incident is not None


async def test_a_platform_that_left_the_catalogue_is_no_longer_looked_at() -> None:
    world = World()
    await world.ask("anne")
    world.watching.catalogue = Catalogue([PERSEE])
    await world.wait(30)
    assert await world.store.open_incidents() == ()
    assert await world.owed() == []


async def test_a_host_that_somebody_typed_is_followed_too() -> None:
    world = World()
    await world.ask("anne", typed("exemple.fr"))
    world.status = 200
    await world.wait(10)
    assert await world.owed() == [("anne", PostKind.BACK)]


async def test_after_stop_nothing_more_comes() -> None:
    world = World()
    await world.ask("anne")
    said = replace(mention(id="stop", network="mamot"), author=Author("anne", "anne@mamot.fr"))
    await world.store.stop(said, at=world.now)
    world.status = 200
    await world.wait(20)
    assert await world.owed() == []
