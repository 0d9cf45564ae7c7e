from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.catalogue import read_catalogue
from bot.checking import Checking
from bot.model import Mention, Response, Target, VantagePoint, Visibility
from bot.ports import AccountRefusedError, SocialError
from bot.posting import wait_before_retry
from tests.fakes.flow import flow
from tests.fakes.network import NOON, FakeNetwork, mention
from tests.fakes.probes import FakeProbes, saw
from tests.fakes.store import FakeStore

CATALOGUE = """
[fragile]
name = "Fragile"
kind = "other"
hosts = ["fragile.example"]
urls = [{ role = "home", url = "https://fragile.example:8443/" }]

[solide]
name = "Solide"
kind = "other"
hosts = ["solide.example"]
urls = [{ role = "home", url = "https://solide.example:8443/" }]
"""


def see(target: Target) -> list[object]:
    return [saw(target, Response(503, target.host)) if target.host.startswith("fragile") else saw(target)]


OWN = """
[institution]
name = "Université"
instances = ["example"]
vantage = "Rennes"
[vitrine]
name = "le catalogue de la BU"
kind = "other"
weak = ["catalogue"]
hosts = ["solide-catalogue.example"]
urls = [{ role = "home", url = "https://solide-catalogue.example:8443/" }]
"""


class Desk:
    """One bot with fakes around it; `ask` is what a poll and an answer do together."""

    def __init__(
        self,
        network: FakeNetwork | None = None,
        clock: Callable[[], datetime] = lambda: NOON,
        store: FakeStore | None = None,
    ) -> None:
        self.network = network or FakeNetwork()
        self.store = store or FakeStore()
        self.probes = FakeProbes(answer=see)  # pyright: ignore[reportArgumentType] -- facts of both kinds
        self.answering = flow(
            read_catalogue({"test.toml": CATALOGUE}, own_files={"universite.toml": OWN}, allow_local=True),
            Checking([self.probes], self.store, clock),
            self.store,
            clock,
        )
        self.answering.watching.networks = {self.network.name: self.network}

    async def ask(self, asked: Mention) -> str:
        await self.store.take([asked], owed=True)
        return await self.again()

    async def again(self, at: datetime = NOON + timedelta(hours=1)) -> str:
        (owed,) = await self.store.owed("fake", now=at, limit=10)
        return await self.answering.settle(owed, self.network)

    @property
    def words(self) -> str:
        return self.network.posts[-1][1].text


async def test_a_question_gets_the_verdict_in_its_language() -> None:
    desk = Desk()
    assert await desk.ask(mention("c'est moi ou Fragile est couché ?")) == "answered"
    assert "Fragile" in desk.words
    assert "panne" in desk.words
    await desk.ask(mention("is it just me or is Fragile down?", id="2"))
    assert "down" in desk.words


async def test_an_answered_question_is_not_owed_any_more() -> None:
    desk = Desk()
    await desk.ask(mention())
    assert await desk.store.owed("fake", now=NOON + timedelta(days=1), limit=10) == ()


async def test_two_platforms_get_one_reply() -> None:
    desk = Desk()
    await desk.ask(mention("Fragile et Solide sont couchés ?"))
    assert len(desk.network.posts) == 1
    assert "Fragile" in desk.words
    assert "Solide" in desk.words


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        pytest.param("merci beaucoup !", "nothing-to-say", id="thanks"),
        pytest.param("il fait beau à Rennes", "nothing-to-say", id="small talk"),
        pytest.param("", "answered", id="a bare mention gets help"),
        pytest.param("c'est moi ou Trucmuche est en panne ?", "answered", id="a name nobody knows"),
    ],
)
async def test_what_is_no_question_about_a_platform(text: str, outcome: str) -> None:
    desk = Desk()
    assert await desk.ask(mention(text)) == outcome
    assert desk.probes.looks == []


async def test_bots_get_no_answer_and_cost_no_look() -> None:
    desk = Desk()
    assert await desk.ask(mention(bot=True)) == "a-bot-wrote-it"
    assert (desk.network.posts, desk.probes.looks) == ([], [])


async def test_a_private_question_gets_a_private_answer() -> None:
    desk = Desk()
    await desk.ask(mention(visibility=Visibility.FOLLOWERS))
    assert desk.network.posts[0][2] is Visibility.DIRECT


async def test_an_answer_whose_receipt_was_lost_is_not_posted_twice() -> None:
    desk = Desk(FakeNetwork(lose_answer_once=SocialError("the answer was lost")))
    assert await desk.ask(mention()) == "put-off"
    assert await desk.again() == "answered"
    assert len(desk.network.posts) == 1


async def test_a_second_try_waits_until_a_post_under_way_must_be_there() -> None:
    desk = Desk(FakeNetwork(lose_answer_once=SocialError("the answer was lost")))
    await desk.ask(mention())
    assert await desk.store.owed("fake", now=NOON + timedelta(seconds=14), limit=10) == ()
    assert len(await desk.store.owed("fake", now=NOON + timedelta(seconds=15), limit=10)) == 1


async def test_a_network_that_asks_for_rest_gets_it() -> None:
    network = FakeNetwork(fails=[SocialError("too many requests", retry_after=timedelta(minutes=7))])
    desk = Desk(network)
    assert await desk.ask(mention()) == "put-off"
    assert await desk.store.owed("fake", now=NOON + timedelta(minutes=6), limit=10) == ()
    assert await desk.again(NOON + timedelta(minutes=7)) == "answered"


async def test_a_deleted_question_is_settled_without_an_answer() -> None:
    desk = Desk(FakeNetwork(fails=[SocialError("the post is gone", permanent=True)]))
    assert await desk.ask(mention()) == "cannot-be-answered"
    assert await desk.store.owed("fake", now=NOON + timedelta(days=1), limit=10) == ()


async def test_a_refused_account_keeps_the_question_owed() -> None:
    desk = Desk(FakeNetwork(fails=[AccountRefusedError("the token was revoked")]))
    with pytest.raises(AccountRefusedError):
        await desk.ask(mention())
    assert await desk.again() == "answered"


def test_retries_come_ever_later_but_never_later_than_ten_minutes() -> None:
    waits = [wait_before_retry(attempts).total_seconds() for attempts in (0, 1, 2, 7, 1000)]
    assert waits == [15, 30, 60, 600, 600]


async def test_the_catalogue_is_that_of_whoever_asks() -> None:
    desk = Desk()
    asked = mention("c'est moi ou le catalogue est en panne ?")
    await desk.ask(asked)
    assert "le catalogue de la BU répond normalement" in desk.words
    elsewhere = replace(asked, id="2", author=replace(asked.author, handle="asker@elsewhere.example.org"))
    await desk.ask(elsewhere)
    assert "catalogue" in desk.words
    assert "BU" not in desk.words
    assert desk.words.endswith("Avec son adresse, je peux aller voir.")


async def test_the_probe_of_the_askers_own_is_named_first() -> None:
    desk = Desk()
    desk.probes.answer = lambda target: [
        saw(target, Response(503, target.host), place=VantagePoint(name, place=name))
        for name in ("Paris", "Rennes", "Limoges")
    ]
    asked = mention("Fragile est en panne ?")
    await desk.ask(asked)
    assert "Rennes, Paris" in desk.words
    await desk.ask(replace(asked, id="2", author=replace(asked.author, handle="asker@elsewhere.example.org")))
    assert "Paris, Rennes" in desk.words


PROXIED = "https://www-solide-example.ezproxy.fragile-univ.example/doc/S3CRET?ticket=S3CRET"


async def test_a_proxied_address_is_three_looks_and_the_reply_says_which_fails() -> None:
    """Only the proxy's own pages and the platform's are looked at, never what was pasted."""
    desk = Desk()
    desk.probes.answer = lambda target: [
        saw(target, Response(502, target.host)) if "fragile-univ" in target.host else saw(target)
    ]
    assert await desk.ask(mention(f"{PROXIED} ne répond plus, vous aussi ?")) == "answered"
    assert "Solide répond normalement" in desk.words
    assert "C’est le proxy (ezproxy.fragile-univ.example) qui est en panne" in desk.words
    assert "S3CRET" not in desk.words
    assert sorted(desk.probes.looks) == [
        "ezproxy.fragile-univ.example",  # its front page …
        "ezproxy.fragile-univ.example",  # … and its login page
        "solide.example",
    ]


async def test_a_proxy_that_answers_is_told_beside_a_platform_that_does_not() -> None:
    desk = Desk()
    await desk.ask(mention("https://ezproxy.univ.example/login?url=https://fragile.example/x HS ?"))
    assert "Fragile" in desk.words
    assert "Le proxy (ezproxy.univ.example) répond." in desk.words


async def test_the_closest_names_are_offered_for_one_that_nobody_knows() -> None:
    desk = Desk()
    await desk.ask(mention("c'est moi ou Solidaire est en panne ?"))
    assert "Solidaire" in desk.words
    assert "Serait-ce Solide" in desk.words
