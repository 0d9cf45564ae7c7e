"""Globalping as vantage points, against its API on loopback: what is asked, what is heard, what goes wrong there."""

import asyncio
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import pytest

from bot.checking import Checking
from bot.model import Control, Observation, Platform, Response, Role, Target, Verdict, Word
from bot.probe.fingerprints import Fingerprints
from bot.vantage.globalping import Globalping
from bot.vantage.globalping_allowance import Allowance
from bot.vantage.globalping_client import GlobalpingClient
from tests.fakes.store import FakeStore
from tests.servers.globalping_api import Answer, GlobalpingApi, globalping_api

ANSWERS = Path(__file__).parents[1] / "unit" / "globalping"
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TARGET = Target("www.example.org")
PLATFORM = Platform("example", "Example", targets=(TARGET,))
PLACES = ("Paris+eyeball-network", "Paris+eyeball-network", "Belgium")
SECRET = "gp-secret-token"


def stored(name: str) -> Any:
    return json.loads((ANSWERS / f"{name}.json").read_text("utf-8"))


CREATED = Answer(202, stored("created_202"), {"X-RateLimit-Remaining": "240", "X-RateLimit-Reset": "1800"})
UP = Answer(200, stored("up_everywhere"))
WORKING = Answer(200, stored("in_progress"))


def still_at_work(name: str) -> Answer:
    """The same measurement before its first probe had ended."""
    measurement = stored(name)
    results = [{"probe": row["probe"], "result": {"status": "in-progress"}} for row in measurement["results"]]
    return Answer(200, measurement | {"status": "in-progress", "results": results})


@dataclass
class Asker:
    """One Globalping with a clock that a test may move."""

    api: GlobalpingApi
    hourly: int = 250
    reserve: int = 50
    token: str | None = SECRET
    now: datetime = NOON
    network: Globalping = field(init=False)

    def __post_init__(self) -> None:
        client = GlobalpingClient(url=self.api.url, token=self.token, user_agent="cestmoiou/test")
        allowance = Allowance(self.hourly, self.reserve)
        self.network = Globalping(
            client, PLACES, fingerprints=Fingerprints(), allowance=allowance, clock=lambda: self.now, poll_s=0.05
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.network.close()

    async def look(
        self,
        target: Target = TARGET,
        *,
        within_s: float = 5,
        only: Collection[str] | None = None,
        watching: bool = False,
    ) -> list[Observation | Control]:
        looks = self.network.observe(target, within=timedelta(seconds=within_s), only=only, watching=watching)
        return [fact async for fact in looks]


async def verdict(api: GlobalpingApi, platform: Platform = PLATFORM) -> Verdict:
    async with Asker(api) as asker:
        checking = Checking([asker.network], FakeStore(), lambda: NOON, deadline=timedelta(seconds=5))
        return await checking.check(platform)


@pytest.mark.parametrize(
    ("name", "word", "cause"),
    [
        ("up_everywhere", Word.UP, "answers-normally"),
        ("down_503_everywhere", Word.DOWN, "server-error"),
        ("down_timeout_everywhere", Word.DOWN, "accepts-connections-never-answers"),
        ("refused", Word.DOWN, "port-closed"),
        ("bad_cert", Word.DOWN, "certificate-expired"),
        ("resolver_failed", Word.UP, "answers-normally"),
        ("probe_broken", Word.UP, "answers-normally"),
        ("offline_probe", Word.UP, "answers-normally"),
        ("private_target", Word.UNKNOWN, "refused-by-policy"),
    ],
)
async def test_what_the_world_sees_becomes_a_verdict(name: str, word: Word, cause: str) -> None:
    with globalping_api(creates=[CREATED], reads=[still_at_work(name), Answer(200, stored(name))]) as api:
        judged = await verdict(api)
    assert (judged.word, str(judged.cause.id)) == (word, cause)


async def test_a_measurement_is_cited_and_its_places_have_names() -> None:
    with globalping_api(creates=[CREATED], reads=[UP]) as api:
        judged = await verdict(api)
    links = {look.link for look in judged.observations}
    assert links == {"https://globalping.io?measurement=2N5NDT8spuwoGVkY000222AAA"}
    assert all(vote.vantage_point.place and vote.vantage_point.asn for vote in judged.votes)


async def test_it_is_asked_for_a_host_and_for_places_and_for_nothing_else() -> None:
    with globalping_api(creates=[CREATED], reads=[UP]) as api:
        async with Asker(api) as asker:
            await asker.look()
    (asked,) = api.asked
    assert asked["target"] == "www.example.org"
    assert asked["locations"] == [{"magic": "Paris+eyeball-network", "limit": 2}, {"magic": "Belgium", "limit": 1}]
    assert asked["measurementOptions"] == {"protocol": "HTTPS", "request": {"method": "GET", "path": "/"}}
    assert api.headers[0]["Authorization"] == f"Bearer {SECRET}"
    assert api.headers[0]["User-Agent"] == "cestmoiou/test"


@pytest.mark.parametrize(
    "target",
    [
        pytest.param(Target("www-cairn-info.ezproxy.univ-x.fr", typed=True), id="a proxied address that was typed"),
        pytest.param(Target("example.com", typed=True), id="any host that was typed"),
        pytest.param(Target("www.example.org", path="/revue?id=3", role=Role.SEARCH), id="a path and a query"),
        pytest.param(Target("www.example.org", path="/fr/"), id="a front page with a path"),
    ],
)
async def test_what_others_must_not_see_is_never_sent(target: Target) -> None:
    with globalping_api(creates=[CREATED], reads=[UP]) as api:
        async with Asker(api) as asker:
            assert await asker.look(target) == []
    assert api.paths == []


async def test_a_second_look_is_asked_of_the_same_places_only() -> None:
    with globalping_api(creates=[CREATED], reads=[UP]) as api:
        async with Asker(api) as asker:
            await asker.look(only=frozenset({"globalping:Rennes:12322", "globalping:Paris:2200#2", "local"}))
            assert await asker.look(only=frozenset({"local"})) == []
    (asked,) = api.asked
    assert asked["locations"] == [
        {"city": "Paris", "asn": 2200, "limit": 1},
        {"city": "Rennes", "asn": 12322, "limit": 1},
    ]


async def test_answers_are_told_as_they_come_and_those_too_late_are_not_waited_for() -> None:
    with globalping_api(creates=[CREATED], reads=[WORKING]) as api:
        async with Asker(api) as asker:
            began = asyncio.get_running_loop().time()
            facts = await asker.look(within_s=2)
            spent = asyncio.get_running_loop().time() - began
    places = {fact.vantage_point.place for fact in facts if isinstance(fact, Observation)}
    assert places == {"Frankfurt"}
    assert spent < 2.1


async def test_an_api_that_answers_too_slowly_is_left_alone() -> None:
    with globalping_api(creates=[Answer(202, stored("created_202"), after_s=1.5)], reads=[UP]) as api:
        async with Asker(api) as asker:
            assert await asker.look(within_s=1) == []
            assert asker.network.trouble == "Globalping does not answer in time"


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (Answer(400, stored("error_400_validation")), None),
        (Answer(401), "Globalping refuses the token; correct globalping.token"),
        (Answer(422, stored("error_422_no_probes")), "Globalping has no probe at any of globalping.places"),
        (Answer(429, stored("error_429_anonymous")), "Globalping's hourly allowance is spent"),
        (Answer(429, stored("error_429_credits")), "Globalping's credits are spent"),
        (Answer(500, stored("error_500")), "Globalping has trouble of its own (500)"),
        (Answer(200, b"<html>portal</html>"), "Globalping answered something that is not its JSON"),
        (Answer(202, {"id": "../../etc"}), "Globalping answered without the id of a measurement"),
        (Answer(202, {"id": None}), "Globalping answered without the id of a measurement"),
        (Answer(302, b"", {"Location": "http://127.0.0.1:1/"}), "Globalping does not take this measurement (302)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_trouble_of_the_api_is_one_sentence_and_says_nothing_about_anybody(
    answer: Answer, trouble: str | None
) -> None:
    with globalping_api(creates=[answer], reads=[UP]) as api:
        judged = await verdict(api)
        async with Asker(api) as asker:
            await asker.look()
    assert judged.word is Word.UNKNOWN
    assert asker.network.trouble == (None if answer.status in (302, 400) else trouble)


async def test_trouble_of_theirs_is_tried_once_more_at_once_and_then_left_alone_for_a_minute() -> None:
    with globalping_api(creates=[Answer(500, stored("error_500"))], reads=[UP]) as api:
        async with Asker(api) as asker:
            await asker.look()
            assert len(api.paths) == 2
            await asker.look()
            assert len(api.paths) == 2
            api.creates[:] = [CREATED]
            asker.now += timedelta(seconds=61)
            assert await asker.look()
            assert asker.network.trouble is None


async def test_a_wrong_token_is_not_tried_again() -> None:
    with globalping_api(creates=[Answer(401)], reads=[UP]) as api:
        async with Asker(api) as asker:
            await asker.look()
            asker.now += timedelta(days=30)
            await asker.look()
            assert len(api.paths) == 1


async def test_a_measurement_that_is_read_too_often_is_read_later() -> None:
    busy = Answer(429, stored("error_429_poll"), {"Retry-After": "1"})
    with globalping_api(creates=[CREATED], reads=[busy, UP]) as api:
        async with Asker(api) as asker:
            facts = await asker.look()
    assert facts
    assert len(api.paths) == 3


async def test_a_reserve_is_kept_for_what_the_bot_watches_on_its_own() -> None:
    with globalping_api(creates=[Answer(202, stored("created_202"))], reads=[UP]) as api:
        async with Asker(api, hourly=66, reserve=60) as asker:  # the reserve is at most half
            for _ in range(20):
                await asker.look()
            assert len(api.asked) == 11  # 33 of 66 tests, three a look
            assert await asker.look(watching=True)
            asker.now += timedelta(hours=1)
            assert await asker.look()


async def test_the_api_is_believed_when_it_says_that_less_is_left() -> None:
    told = Answer(202, stored("created_202"), {"X-RateLimit-Remaining": "12", "X-RateLimit-Reset": "600"})
    with globalping_api(creates=[told], reads=[UP]) as api:
        async with Asker(api, reserve=0) as asker:
            await asker.look()
            assert await asker.look() == []  # 12 - 3 is below the last ten
            asker.now += timedelta(minutes=11)
            assert await asker.look()


async def test_a_redirect_to_another_host_is_followed_by_us_from_the_same_probes() -> None:
    moved, gone = stored("redirect_301"), stored("down_503_everywhere")
    for row in moved["results"]:
        row["result"]["headers"] = {"location": "https://portail.example.org/accueil;jsessionid=1?t=secret"}
    with globalping_api(creates=[CREATED], reads=[Answer(200, moved), Answer(200, gone)]) as api:
        async with Asker(api) as asker:
            facts = await asker.look()
    first, second = api.asked
    assert (first["target"], second["target"]) == ("www.example.org", "portail.example.org")
    assert second["locations"] == "2N5NDT8spuwoGVkY000222AAA"
    assert "secret" not in json.dumps(api.asked)
    assert "jsessionid" not in json.dumps(api.asked)
    seen = [fact.result for fact in facts if isinstance(fact, Observation)]
    assert [result.status for result in seen if isinstance(result, Response)] == [503] * len(moved["results"])


@pytest.mark.parametrize(
    "location", ["/fr/", "https://www.example.org/fr/", "http://10.0.0.1/", "http://localhost/", "ftp://x.example/"]
)
async def test_a_redirect_to_the_same_host_or_to_nowhere_public_is_not(location: str) -> None:
    moved = stored("redirect_301")
    for row in moved["results"]:
        row["result"]["headers"] = {"location": location}
    with globalping_api(creates=[CREATED], reads=[Answer(200, moved)]) as api:
        judged = await verdict(api)
    assert len(api.asked) == 1
    assert judged.word is Word.UP


async def test_the_token_is_in_no_log(capsys: pytest.CaptureFixture[str]) -> None:
    with globalping_api(creates=[Answer(401)], reads=[UP]) as api:
        async with Asker(api) as asker:
            await asker.look()
    said = "".join(capsys.readouterr())
    assert "globalping.token" in said
    assert SECRET not in said
