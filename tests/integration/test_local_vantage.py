"""From here: a second attempt where it may help, controls only when something failed, never beyond the time."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from bot.model import Control, Failure, Observation, Response, Target, VantagePoint
from bot.probe.controls import Controls, Reference
from bot.vantage.local import LocalVantage
from tests.servers.misbehaving import (
    OTHER,
    SITE,
    THIRD,
    Behaviour,
    World,
    after,
    answer,
    blackhole,
    in_turn,
    redirect,
    serve,
    silence,
)

TARGET = Target("site.example", scheme="http")
KNOWN = Reference("http://ref.example/ok", 200, "success")
TEN = timedelta(seconds=10)


def now() -> datetime:
    return datetime.now(UTC)


def vantage(world: World, *references: Reference) -> LocalVantage:
    prober = world.prober()
    controls = Controls(prober, references or (KNOWN,), clock=now)
    return LocalVantage(prober, controls, VantagePoint("here"), clock=now, hedge_s=0.2, pause_s=(0.01, 0.02))


async def facts(
    behaviour: Behaviour, reference: Behaviour | None = None, within: timedelta = TEN
) -> tuple[list[Observation], list[Control], int]:
    async with serve(behaviour) as site, serve(reference or answer(200, b"success\n")) as ref:
        names = {"site.example": [SITE], "ref.example": [OTHER], "elsewhere.example": [THIRD]}
        with World(names, {(SITE, 80): site.port, (OTHER, 80): ref.port, (THIRD, 80): ref.port}) as world:
            seen = [fact async for fact in vantage(world).observe(TARGET, within=within)]
    observations = [fact for fact in seen if isinstance(fact, Observation)]
    return observations, [fact for fact in seen if isinstance(fact, Control)], ref.requests


async def test_an_answer_needs_neither_a_second_attempt_nor_controls() -> None:
    observations, controls, asked = await facts(answer())
    assert [seen.attempt for seen in observations] == [1]
    assert (controls, asked) == ([], 0)


@pytest.mark.parametrize("status", [401, 403, 404, 429, 451, 501])
async def test_an_answer_that_cannot_change_is_not_asked_for_again(status: int) -> None:
    observations, _, _ = await facts(answer(status))
    assert len(observations) == 1


async def test_a_failure_is_tried_again_and_the_controls_are_told() -> None:
    observations, controls, _ = await facts(answer(503))
    assert [seen.attempt for seen in observations] == [1, 2]
    assert [(control.host, control.works, control.resolved) for control in controls] == [("ref.example", True, True)]


async def test_a_blip_and_then_a_success_are_both_told() -> None:
    observations, controls, _ = await facts(in_turn(answer(503), answer()))
    statuses = [seen.result.status for seen in observations if isinstance(seen.result, Response)]
    assert statuses == [503, 200]
    assert len(controls) == 1


async def test_an_attempt_that_hangs_gets_another_beside_it_and_is_told_all_the_same() -> None:
    began = time.monotonic()
    observations, controls, _ = await facts(in_turn(silence, answer()))
    assert time.monotonic() - began < 1.5
    assert [(seen.attempt, isinstance(seen.result, Response)) for seen in observations] == [(2, True), (1, False)]
    assert [control.works for control in controls] == [True]


async def test_an_attempt_that_hangs_gets_another_at_the_sites_other_address() -> None:
    ill: list[str] = []  # the address that is asked first, whichever DNS names first

    def server(name: str) -> Behaviour:
        async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            ill.append(name)
            if ill[0] == name:
                await reader.read()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nbonjour")

        return behave

    async with serve(server("one")) as one, serve(server("two")) as two, serve(answer(200, b"success")) as ref:
        names = {"site.example": [SITE, THIRD], "ref.example": [OTHER]}
        with World(names, {(SITE, 80): one.port, (THIRD, 80): two.port, (OTHER, 80): ref.port}) as world:
            seen = [fact async for fact in vantage(world).observe(TARGET, within=TEN)]
    outcomes = {fact.attempt: isinstance(fact.result, Response) for fact in seen if isinstance(fact, Observation)}
    assert outcomes == {1: False, 2: True}


async def test_a_first_attempt_that_answers_late_does_not_wait_for_the_second() -> None:
    began = time.monotonic()
    observations, controls, _ = await facts(in_turn(after(0.45, answer()), silence))
    assert time.monotonic() - began < 0.6
    assert [seen.attempt for seen in observations] == [1]
    assert controls == []


async def test_a_late_success_counts_though_the_second_attempt_failed() -> None:
    observations, _, _ = await facts(in_turn(after(0.45, answer()), silence))
    assert isinstance(observations[-1].result, Response)


async def test_it_ends_in_time_when_everything_is_silent() -> None:
    with blackhole() as port:
        names = {"site.example": [SITE], "ref.example": [OTHER]}
        with World(names, {(SITE, 80): port, (OTHER, 80): port}) as world:
            began = time.monotonic()
            seen = [fact async for fact in vantage(world).observe(TARGET, within=timedelta(seconds=2))]
            assert time.monotonic() - began < 2.05
    assert all(isinstance(fact.result, Failure) for fact in seen if isinstance(fact, Observation))
    assert [fact.works for fact in seen if isinstance(fact, Control)] == [False]


@pytest.mark.parametrize(
    "portal",
    [
        pytest.param(answer(200, b"<title>Wifi gratuit</title>"), id="its own page"),
        pytest.param(redirect("http://elsewhere.example/"), id="a redirect"),
        pytest.param(answer(511), id="511"),
    ],
)
async def test_a_captive_portals_answer_is_no_control(portal: Behaviour) -> None:
    _, controls, _ = await facts(answer(503), portal)
    assert [(control.works, control.captive) for control in controls] == [(False, True)]


async def test_a_check_that_had_no_time_is_not_taken_for_an_answer() -> None:
    slow = after(0.3, answer(200, b"success"))
    async with serve(slow) as ref:
        with World({"ref.example": [OTHER]}, {(OTHER, 80): ref.port}) as world:
            controls = Controls(world.prober(), (KNOWN,), clock=now)
            ends = [
                await controls.check(VantagePoint("here"), failed_at=now(), within=timedelta(seconds=s))
                for s in (0.3, 2)
            ]
    assert [control.works for each in ends for control in each] == [False, True]


async def test_askers_within_the_same_moment_share_their_controls() -> None:
    async with serve(answer(503)) as site, serve(answer(200, b"success")) as ref:
        names = {"site.example": [SITE], "ref.example": [OTHER]}
        with World(names, {(SITE, 80): site.port, (OTHER, 80): ref.port}) as world:
            here = vantage(world)
            for _ in range(3):
                assert [fact async for fact in here.observe(TARGET, within=TEN) if isinstance(fact, Control)]
    assert ref.requests == 1
