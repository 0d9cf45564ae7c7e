"""Status pages on real servers: dead, slow, garbled or misleading, they neither delay a reply nor change it."""

import asyncio
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from bot.catalogue import read_catalogue
from bot.checking import PATIENCE_WITH_OFFICIAL_PAGE, Checking
from bot.model import OfficialLevel, Platform, StatusPage, Target, Word
from bot.official.pages import StatusPages
from bot.probe.limits import Limits
from tests.fakes.probes import FakeProbes, saw
from tests.fakes.store import FakeStore
from tests.servers.misbehaving import OTHER, SITE, Behaviour, World, answer, close, redirect, serve, silence

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CRITICAL = json.dumps({"status": {"indicator": "critical"}, "incidents": []}).encode()
PAGE = StatusPage("statuspage", "http://etat.example", "http://etat.example/summary.json", "sourced")
SOLIDE = Platform("solide", "Solide", targets=(Target("solide.example"),), status_page=PAGE)
NAMES: Mapping[str, list[str]] = {
    "etat.example": [SITE],
    "moved.example": [OTHER],
    "inside.example": ["10.0.0.1"],
}


async def read(*behaviours: Behaviour, times: int = 1, at: datetime = NOON) -> tuple[list[OfficialLevel | None], int]:
    async with serve(behaviours[0]) as first, serve(behaviours[-1]) as last:
        with World(dict(NAMES), {(SITE, 80): first.port, (OTHER, 80): last.port}) as world:
            pages = StatusPages(world.prober(), clock=lambda: at)
            words = await asyncio.gather(*(pages.read(SOLIDE) for _ in range(times)))
            await pages.close()
            return [word.level if word else None for word in words], first.requests


async def test_a_page_is_read_once_for_all_who_ask() -> None:
    assert await read(answer(200, CRITICAL), times=50) == ([OfficialLevel.DOWN] * 50, 1)


async def test_a_hanging_page_delays_a_reply_by_two_seconds_and_no_more() -> None:
    """The limits as shipped; what the page would have said comes too late, and the look itself is told."""
    async with serve(silence) as hanging:
        with World(dict(NAMES), {(SITE, 80): hanging.port}, limits=Limits()) as world:
            pages = StatusPages(world.prober(), clock=lambda: NOON)
            checking = Checking([FakeProbes()], FakeStore(), lambda: NOON, official=pages)
            began = time.monotonic()
            verdict = await checking.check(SOLIDE)
            took = time.monotonic() - began
            await pages.close()
    assert (verdict.word, verdict.official) == (Word.UP, None)
    assert hanging.requests == 1
    assert timedelta(seconds=2) == PATIENCE_WITH_OFFICIAL_PAGE
    assert 2.0 <= took < 4.0  # waited for, but not until the page's own limits


async def test_a_page_that_has_moved_is_followed() -> None:
    levels, _ = await read(redirect("http://moved.example/summary.json"), answer(200, CRITICAL))
    assert levels == [OfficialLevel.DOWN]


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(close, id="hangs up"),
        pytest.param(silence, id="never answers"),
        pytest.param(answer(500, CRITICAL), id="is itself in error"),
        pytest.param(answer(200, b"<html>Bonjour"), id="is another page"),
        pytest.param(answer(200, CRITICAL[:-5]), id="is cut off"),
        pytest.param(redirect("http://inside.example/"), id="leads to a private network"),
        pytest.param(redirect("http://169.254.169.254/"), id="leads to an address"),
        pytest.param(redirect("/summary.json"), id="goes in circles"),
    ],
)
async def test_a_page_in_trouble_is_unknown(behaviour: Behaviour) -> None:
    assert (await read(behaviour))[0] == [OfficialLevel.UNKNOWN]


async def test_a_page_is_asked_again_after_two_minutes() -> None:
    now = [NOON]
    async with serve(answer(200, CRITICAL)) as site:
        with World(dict(NAMES), {(SITE, 80): site.port}) as world:
            pages = StatusPages(world.prober(), clock=lambda: now[0])
            for seconds, requests in ((0, 1), (119, 1), (120, 2)):
                now[0] = NOON + timedelta(seconds=seconds)
                word = await pages.read(SOLIDE)
                assert word is not None
                assert site.requests == requests
            await pages.close()


@pytest.mark.parametrize("platform", ["no page", "html"])
async def test_a_platform_without_a_page_for_machines_has_no_word(platform: str) -> None:
    page = None if platform == "no page" else StatusPage("html", "http://etat.example", None, "sourced")
    with World(dict(NAMES), {}) as world:
        pages = StatusPages(world.prober(), clock=lambda: NOON)
        assert await pages.read(Platform("x", "X", status_page=page)) is None


@pytest.mark.parametrize("behaviour", [silence, close, answer(200, b"\xff" * 1000), answer(200, CRITICAL)])
async def test_whatever_the_page_does_the_verdict_stands_and_comes_within_two_seconds(behaviour: Behaviour) -> None:
    async with serve(behaviour) as site:
        with World(dict(NAMES), {(SITE, 80): site.port}) as world:
            pages = StatusPages(world.prober(), clock=lambda: NOON)
            checking = Checking([FakeProbes()], FakeStore(), lambda: NOON, official=pages)
            began = time.monotonic()
            verdict = await checking.check(SOLIDE)
            assert time.monotonic() - began < 2.1
            assert verdict.word is Word.UP
            await pages.close()


class SlowPages:
    async def read(self, platform: Platform) -> None:
        await asyncio.sleep(10)


async def test_a_page_that_takes_ten_seconds_costs_at_most_the_deadline() -> None:
    probes = FakeProbes(answer=lambda target: [saw(target)])
    deadline = timedelta(seconds=0.1)
    checking = Checking([probes], FakeStore(), lambda: NOON, official=SlowPages(), deadline=deadline)
    began = time.monotonic()
    verdict = await checking.check(SOLIDE)
    assert time.monotonic() - began < 0.5
    assert (verdict.word, verdict.official) == (Word.UP, None)


async def test_what_the_catalogue_calls_its_part_of_a_page_is_what_counts() -> None:
    """From a platform's table, over the wire, to the word: the page is fine, the part that the platform is is not."""
    parts = [{"name": "Search", "status": "major_outage"}, {"name": "Mail", "status": "operational"}]
    page = json.dumps({"status": {"indicator": "none"}, "components": parts, "incidents": []}).encode()
    levels: dict[str, OfficialLevel] = {}
    async with serve(answer(200, page)) as site:
        with World({"etat.solide.fr": [SITE]}, {(SITE, 80): site.port}) as world:
            for part in ("", "Search", "mail", "Canteen"):
                entry = CATALOGUE_ENTRY + (f'component = "{part}"' if part else "")
                (platform,) = read_catalogue({"test.toml": entry}).platforms.values()
                pages = StatusPages(world.prober(), clock=lambda: NOON)
                word = await pages.read(platform)
                assert word is not None
                levels[part] = word.level
                await pages.close()
    assert levels == {
        "": OfficialLevel.OK,
        "Search": OfficialLevel.DOWN,
        "mail": OfficialLevel.OK,
        "Canteen": OfficialLevel.UNKNOWN,
    }


CATALOGUE_ENTRY = """[solide]
name = "Solide"
kind = "other"
hosts = ["solide.fr"]
urls = [{ role = "home", url = "https://solide.fr/" }]
[solide.status]
kind = "statuspage"
url = "http://etat.solide.fr"
api_url = "http://etat.solide.fr/s.json"
confidence = "sourced"
"""
