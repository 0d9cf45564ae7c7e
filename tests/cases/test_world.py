"""What servers of many products and vendors answer, in their own words: each is judged as it should be.

The answers are the .http files in `world/`; how to read them, and how to add one, is told in messages.py.
"""

import asyncio
import contextlib
from collections.abc import Mapping

import pytest

from bot.checking import Checking
from bot.model import Platform, Target, VantagePoint
from tests.cases.messages import Told, all_cases, serve_cases
from tests.cases.stage import Site, now, open_world, told, vantage_of
from tests.fakes.store import FakeStore
from tests.servers.misbehaving import SITE

AT_ONCE = 16
CASES = {case.id: case for case in all_cases()}


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest) -> Mapping[str, tuple[str, str]]:
    """What came out of the cases that are asked for."""
    chosen = {item.name for item in request.session.items}
    return asyncio.run(look_at_all([case for case in CASES.values() if f"test_what_is_said[{case.id}]" in chosen]))


async def look_at_all(cases: list[Told]) -> dict[str, tuple[str, str]]:
    """Look at these from one place; all of the world is one server."""
    slots = asyncio.Semaphore(AT_ONCE)
    hosts = {host: [SITE] for case in cases for host in (case.host, *(host for host, _ in case.answers if host))}
    async with contextlib.AsyncExitStack() as stack:
        site = Site(plain=serve_cases({case.host: case for case in cases}), names=hosts)
        vantage = vantage_of(await open_world(stack, site), VantagePoint("here"), parallel=AT_ONCE)

        async def one(case: Told) -> tuple[str, str]:
            platform = Platform(case.id, case.id, targets=(Target(case.host, scheme="http"),))
            async with slots:
                return told(await Checking([vantage], FakeStore(), now).check(platform))

        return dict(zip([case.id for case in cases], await asyncio.gather(*map(one, cases)), strict=True))


@pytest.mark.parametrize("case", CASES)
def test_what_is_said(case: str, outcomes: Mapping[str, tuple[str, str]]) -> None:
    word, cause = outcomes[case]
    assert word in CASES[case].words, (word, cause)
    assert cause in CASES[case].causes, (word, cause)
