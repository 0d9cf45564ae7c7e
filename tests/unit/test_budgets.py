"""Neither a hammer nor a spyglass: what a crowd, a scanner and a flood get, through the whole flow."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.budgets import ASKER, Buckets, LookBudget, LookRates, PostBudget, QuestionBudget, Rate, asker_of, budget_key
from bot.catalogue import read_catalogue
from bot.checking import Checking, Later
from bot.model import Author, GiveVerdicts, Language, Mention, Owed, Platform, Target, Verdict, Word
from bot.ports import SocialError
from bot.social.console import ConsoleNetwork
from bot.wording import word
from tests.fakes.flow import flow
from tests.fakes.network import NOON, FakeNetwork, mention
from tests.fakes.probes import FakeProbes
from tests.fakes.store import FakeStore

CATALOGUE = """
[solide]
name = "Solide"
kind = "other"
hosts = ["solide-revues.fr"]
urls = [{ role = "home", url = "https://solide-revues.fr/" }]
"""
SECOND = timedelta(seconds=1)


def known(key: str) -> Platform:
    return Platform(key=key, name=key, targets=(Target(f"{key}.example"),))


def typed(host: str) -> Platform:
    return Platform(key=f"url:{host}", name=host, hosts=(host,), targets=(Target(host, typed=True),))


class World:
    """A bot with fakes around it, and its clock."""

    def __init__(self, *, network: str = "fake") -> None:
        self.now = NOON
        self.probes = FakeProbes()
        self.network = FakeNetwork(name=network)
        self.store = FakeStore()
        self.checking = Checking([self.probes], self.store, lambda: self.now)
        self.answering = flow(read_catalogue({"test.toml": CATALOGUE}), self.checking, self.store, lambda: self.now)
        self._asked = 0

    async def ask(self, text: str, *, by: str = "a1", at: datetime | None = None) -> str:
        self._asked += 1
        asked = self.mention(text, by=by, id=str(self._asked), at=at or self.now)
        await self.store.take([asked], owed=True)
        return await self.answering.settle(Owed(asked, 0), self.network)

    def mention(self, text: str, *, by: str, id: str, at: datetime) -> Mention:
        return replace(mention(text, id=id, at=at, network=self.network.name), author=Author(by, f"{by}@example"))

    async def answer_what_is_owed(self) -> list[str]:
        owed = await self.store.owed("fake", now=self.now, limit=5000)
        return [await self.answering.settle(each, self.network) for each in owed]


async def test_a_thousand_askers_in_the_same_second_cost_one_look_and_all_get_an_answer() -> None:
    world = World()
    outcomes = await asyncio.gather(*(world.ask("Solide est en panne ?", by=f"a{n}") for n in range(1000)))
    assert (len(world.probes.looks), set(outcomes)) == (1, {"answered"})
    assert len(world.network.posts) == 1000


async def test_one_account_that_names_fifty_hosts_in_a_minute_gets_five_looks() -> None:
    world = World()
    for n in range(50):
        world.now = NOON + n * timedelta(seconds=1.2)
        await world.ask(f"c'est moi ou site{n}.example-{n}.fr est en panne ?")
    for _ in range(120):  # what had to wait for a look
        world.now += SECOND
        await world.answer_what_is_owed()
    assert len(world.probes.looks) == 5
    assert len(world.network.posts) == 5


async def test_five_hundred_accounts_on_one_target_for_an_hour_cost_at_most_forty_looks() -> None:
    world = World()
    unanswered = 0
    for n in range(3600):
        world.now = NOON + n * SECOND
        unanswered += await world.ask("Solide est en panne ?", by=f"a{n % 500}") != "answered"
    assert 35 <= len(world.probes.looks) <= 40
    assert unanswered == 0  # a verdict of the last ten minutes was there for everyone


async def test_three_thousand_platforms_in_a_minute_cost_at_most_a_hundred_and_forty_looks() -> None:
    world = World()
    for n in range(3000):
        world.now = NOON + n * timedelta(milliseconds=20)
        await world.checking.check_for_a_stranger(known(f"p{n}"))
    assert 130 <= len(world.probes.looks) <= 140


async def test_three_thousand_typed_hosts_in_a_minute_leave_the_looks_at_known_platforms_alone() -> None:
    world = World()
    for n in range(3000):
        world.now = NOON + n * timedelta(milliseconds=20)
        await world.ask(f"c'est moi ou www.site-{n}.fr est en panne ?", by=f"a{n}")
    assert len(world.probes.looks) == 12
    assert await world.ask("Solide est en panne ?", by="somebody else") == "answered"
    assert world.probes.looks[-1] == "solide-revues.fr"


async def test_the_sub_domains_of_one_domain_share_its_budget() -> None:
    world = World()
    for n in range(600):
        world.now = NOON + n * timedelta(seconds=6)
        await world.checking.check_for_a_stranger(typed(f"h{n}.attacker.fr"))
    assert len(world.probes.looks) <= 40


async def test_a_verdict_about_one_host_is_never_told_of_its_neighbour() -> None:
    world = World()
    first = await world.checking.check_for_a_stranger(typed("a.univ-x.fr"))
    world.now += 6 * SECOND
    second = await world.checking.check_for_a_stranger(typed("b.univ-x.fr"))
    assert isinstance(first, Verdict)
    assert isinstance(second, Verdict)
    assert (first.platform.name, second.platform.name) == ("a.univ-x.fr", "b.univ-x.fr")


@pytest.mark.parametrize(
    ("platform", "key"),
    [
        pytest.param(known("cairn"), "cairn", id="a platform counts as itself"),
        pytest.param(typed("www.bib.univ-x.fr"), "domain:univ-x.fr", id="a host counts as its domain"),
        pytest.param(typed("www.impots.gouv.fr"), "domain:impots.gouv.fr", id="gouv.fr is a public suffix"),
        pytest.param(typed("a.bbc.co.uk"), "domain:bbc.co.uk", id="co.uk is one"),
        pytest.param(typed("me.github.io"), "domain:me.github.io", id="a hosting service's customers are apart"),
        pytest.param(typed("gouv.fr"), "domain:gouv.fr", id="a public suffix counts as itself"),
        pytest.param(typed("a.b.example"), "domain:b.example", id="an ending that no list has"),
    ],
)
def test_under_which_key_looks_are_counted(platform: Platform, key: str) -> None:
    assert budget_key(platform) == key


async def test_with_empty_budgets_a_verdict_of_the_last_ten_minutes_is_told_with_its_time() -> None:
    world = World()
    world.checking = Checking(
        [world.probes],
        world.store,
        lambda: world.now,
        budget=LookBudget(LookRates(target=Rate(1, timedelta(hours=1)))),
    )
    await world.checking.check_for_a_stranger(known("cairn"))
    world.now += timedelta(minutes=9)
    told = await world.checking.check_for_a_stranger(known("cairn"))
    assert isinstance(told, Verdict)
    assert (told.stale, told.judged_at, told.word) == (True, NOON, Word.UP)
    world.now += timedelta(minutes=2)
    assert isinstance(await world.checking.check_for_a_stranger(known("cairn")), Later)
    assert len(world.probes.looks) == 1


@pytest.mark.parametrize(
    ("language", "words"), [(Language.FRENCH, "Vu à 13:00."), (Language.ENGLISH, "Seen at 13:00.")], ids=["fr", "en"]
)
async def test_the_reply_says_when_a_stale_verdict_was_seen(language: Language, words: str) -> None:
    verdict = replace(await World().checking.check(known("cairn")), stale=True)
    zone = ZoneInfo("Europe/Paris")
    assert words in word(GiveVerdicts((verdict,)), language=language, limit=500, zone=zone)
    assert words not in word(GiveVerdicts((replace(verdict, stale=False),)), language=language, limit=500, zone=zone)


async def test_a_fresh_verdict_is_not_called_stale() -> None:
    world = World()
    await world.checking.check_for_a_stranger(known("cairn"))
    world.now += timedelta(seconds=59)
    told = await world.checking.check_for_a_stranger(known("cairn"))
    assert isinstance(told, Verdict)
    assert not told.stale


async def test_a_question_that_finds_no_budget_is_answered_later() -> None:
    world = World()
    assert await world.ask("www.site-1.fr est en panne ?", by="a1") == "answered"
    assert await world.ask("www.site-2.fr est en panne ?", by="a2") == "put-off"
    assert await world.ask("www.site-3.fr est en panne ?", by="a3") == "put-off"
    world.now += 5 * SECOND
    assert await world.answer_what_is_owed() == ["answered"]  # the third has its own instant
    world.now += 5 * SECOND
    assert await world.answer_what_is_owed() == ["answered"]


async def test_four_hosts_in_one_question_get_one_reply() -> None:
    world = World()
    assert await world.ask("site-1.fr, site-2.fr, site-3.fr et site-4.fr sont en panne ?") == "put-off"
    for _ in range(60):
        world.now += SECOND
        await world.answer_what_is_owed()
    assert len(world.probes.looks) == 4
    (_, reply, _), *others = world.network.posts
    assert (others, [f"site-{n}.fr" in reply.text for n in range(1, 5)]) == ([], [True] * 4)


async def test_a_question_that_never_finds_a_look_is_given_up_after_an_hour() -> None:
    world = World()
    await world.ask("www.site-1.fr est en panne ?", by="a1")
    await world.ask("www.site-2.fr est en panne ?", by="a2")
    world.now += timedelta(minutes=61)
    await world.checking.check_for_a_stranger(typed("another.fr"))
    assert await world.answer_what_is_owed() == ["too-busy"]
    assert await world.store.owed("fake", now=world.now + timedelta(days=1), limit=9) == ()


async def test_who_asks_too_often_gets_silence_and_others_get_answers() -> None:
    world = World()
    outcomes = [await world.ask("Solide est en panne ?") for _ in range(5)]
    assert outcomes == ["answered"] * 3 + ["asks-too-often"] * 2
    assert len(world.network.posts) == 3
    assert await world.ask("Solide est en panne ?", by="a2") == "answered"
    world.now += 20 * SECOND
    assert await world.ask("Solide est en panne ?") == "answered"


async def test_small_talk_costs_nobody_anything() -> None:
    world = World()
    for _ in range(10):
        assert await world.ask("merci !") == "nothing-to-say"
    assert await world.ask("Solide est en panne ?") == "answered"


async def test_a_flood_of_calls_for_help_is_not_answered_with_a_flood() -> None:
    world = World()
    for _ in range(50):
        await world.ask("aide")
    assert len(world.network.posts) == 3


async def test_a_question_is_paid_once_however_often_it_is_tried_again() -> None:
    world = World()
    world.network.fails = [SocialError("not now")] * 5
    assert await world.ask("Solide est en panne ?") == "put-off"
    for _ in range(4):
        world.now += timedelta(seconds=1)
        await world.answering.settle(Owed(world.mention("Solide ?", by="a1", id="1", at=NOON), 1), world.network)
    assert await world.ask("Solide est en panne ?") == "answered"
    assert await world.ask("Solide est en panne ?") == "answered"


async def test_what_was_asked_over_hours_while_the_bot_was_away_is_all_answered() -> None:
    world = World()
    asked_at = [NOON - timedelta(hours=n) for n in range(10, 0, -1)]
    outcomes = [await world.ask("Solide est en panne ?", at=at) for at in asked_at]
    assert set(outcomes) == {"answered"}


async def test_a_question_that_comes_out_of_its_turn_is_not_taken_for_one_too_many() -> None:
    world = World()
    assert await world.ask("Solide est en panne ?", at=NOON) == "answered"
    world.now += timedelta(minutes=5)
    assert await world.ask("Solide est en panne ?", at=NOON - timedelta(minutes=20)) == "answered"


async def test_a_flood_that_is_dated_back_to_one_moment_is_a_flood() -> None:
    world = World()
    outcomes = [await world.ask("Solide est en panne ?", at=NOON - timedelta(minutes=20)) for _ in range(10)]
    assert outcomes.count("answered") <= 6


async def test_the_operator_at_the_terminal_is_never_told_to_wait() -> None:
    world = World(network="console")
    outcomes = [await world.ask(f"www.site-{n}.fr est en panne ?") for n in range(100)]
    assert (set(outcomes), len(world.probes.looks)) == ({"answered"}, 100)


def test_the_terminal_is_known_by_the_name_of_its_network() -> None:
    assert asker_of(replace(mention(), network=ConsoleNetwork.name)) is None
    assert asker_of(mention()) is not None


def test_a_bucket_lets_so_many_through_at_once_and_then_one_every_so_often() -> None:
    buckets, through = Buckets(Rate(3, 20 * SECOND)), list[int]()
    for second in range(61):
        at = NOON + second * SECOND
        if not buckets.wait("a", at):
            buckets.take("a", at)
            through.append(second)
    assert through == [0, 1, 2, 20, 40, 60]


def test_no_hour_has_more_posts_than_the_budget_of_a_network() -> None:
    budget, through = PostBudget(3), list[int]()
    for minute in range(200):
        if not budget.reserve(f"p{minute}", NOON + timedelta(minutes=minute)):
            through.append(minute)
    assert through == [0, 1, 2, 60, 61, 62, 120, 121, 122, 180, 181, 182]


def test_a_full_budget_says_when_a_place_is_free_and_an_unused_one_comes_back() -> None:
    budget = PostBudget(2, [NOON - timedelta(minutes=50)])
    assert budget.reserve("a", NOON) == timedelta(0)
    assert budget.reserve("b", NOON) == timedelta(minutes=10)
    assert budget.reserve("a", NOON) == timedelta(0)  # tried again: the same post
    budget.release("a")
    budget.release("never there")
    assert budget.reserve("b", NOON) == timedelta(0)


def test_a_debt_is_paid_before_anything_else_passes() -> None:
    buckets = Buckets(ASKER)
    buckets.take("a", NOON, 5)
    assert buckets.wait("a", NOON) == timedelta(minutes=1)
    assert buckets.wait("b", NOON) == timedelta(0)


def test_a_million_accounts_take_no_more_memory_than_the_bound() -> None:
    questions = QuestionBudget(most_keys=100)
    for n in range(3000):
        asked = mention(id=str(n))
        questions.allows(replace(asked, author=Author(f"a{n}", "x")), platforms=1, now=NOON)
    assert questions.remembered <= 200


def test_a_rate_that_lets_nothing_through_is_refused() -> None:
    with pytest.raises(ValueError, match="lets something through"):
        Rate(0, SECOND)
