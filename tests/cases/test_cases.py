"""Every case of cases.json, played by real servers on loopback, comes out as it should.

The scenes run at once in one event loop: they mostly wait. `-k ID` runs one.
"""

import asyncio
import json
import traceback
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cases import answers, asking, connecting, pages
from tests.cases.asking import Scene

AT_ONCE = 12
CASES: dict[str, dict[str, str]] = {
    case["id"]: case for case in json.loads((Path(__file__).parent / "cases.json").read_text(encoding="utf-8"))
}
SCENES: dict[str, Scene] = {**connecting.SCENES, **answers.SCENES, **pages.SCENES, **asking.SCENES}


def test_every_case_has_a_scene_and_every_scene_a_case() -> None:
    assert set(SCENES) == set(CASES)
    assert len(CASES) == 195


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest) -> Mapping[str, tuple[str, str]]:
    """What came out of the scenes that are asked for."""
    chosen = {item.name for item in request.session.items}
    return asyncio.run(play([name for name in CASES if f"test_case[{name}]" in chosen]))


async def play(ids: list[str]) -> dict[str, tuple[str, str]]:
    """Play scenes, the longest first; one that breaks tells why."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> tuple[str, str]:
        async with slots:
            try:
                return await SCENES[name]()
            except Exception:  # noqa: BLE001 -- it is told by the test of this id
                return "broken", traceback.format_exc()

    ordered = sorted(ids, key=lambda name: CASES[name]["group"] != "budget")
    return dict(zip(ordered, await asyncio.gather(*map(one, ordered)), strict=True))


@pytest.mark.parametrize("case", CASES)
def test_case(case: str, outcomes: Mapping[str, tuple[str, str]]) -> None:
    expected = CASES[case]
    verdict, cause = outcomes[case]
    assert verdict != "broken", cause
    assert (verdict, cause) == (expected["verdict"], expected["cause"]), expected["why"]
