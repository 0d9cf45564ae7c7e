import asyncio
from datetime import timedelta

from bot.checking import Checking
from bot.model import (
    Blame,
    CauseId,
    Control,
    Failure,
    FailureKind,
    Observation,
    Phase,
    Platform,
    Response,
    Target,
    VantagePoint,
    Word,
)
from tests.fakes.network import NOON
from tests.fakes.probes import HERE, FakeProbes, saw
from tests.fakes.store import FakeStore

SOLIDE = Platform(key="solide", name="Solide", targets=(Target("solide.example"),))


async def test_what_is_watched_for_ourselves_is_shared_with_those_who_ask_meanwhile() -> None:
    probes = FakeProbes()
    checking = Checking([probes], FakeStore(), lambda: NOON)
    watched, asked = await checking.watch(SOLIDE), await checking.check(SOLIDE)
    assert watched is asked
    assert (len(probes.looks), probes.watched) == (1, 1)


async def test_a_thousand_askers_at_once_cost_one_look() -> None:
    probes = FakeProbes()
    checking = Checking([probes], FakeStore(), lambda: NOON)
    verdicts = await asyncio.gather(*(checking.check(SOLIDE) for _ in range(1000)))
    assert probes.looks == ["solide.example"]
    assert {verdict.word for verdict in verdicts} == {Word.UP}


async def test_a_look_is_fresh_for_a_minute() -> None:
    probes, time = FakeProbes(), [NOON]
    checking = Checking([probes], FakeStore(), lambda: time[0])
    await checking.check(SOLIDE)
    time[0] += timedelta(seconds=59)
    await checking.check(SOLIDE)
    assert len(probes.looks) == 1
    time[0] += timedelta(seconds=1)
    await checking.check(SOLIDE)
    assert len(probes.looks) == 2


async def test_a_platform_that_asks_for_rest_is_left_alone_longer() -> None:
    probes, time = FakeProbes(), [NOON]
    orcid = Platform(key="orcid", name="ORCID", targets=(Target("orcid.example"),), min_interval=timedelta(minutes=5))
    checking = Checking([probes], FakeStore(), lambda: time[0])
    await checking.check(orcid)
    time[0] += timedelta(minutes=4)
    await checking.check(orcid)
    assert len(probes.looks) == 1


async def test_a_network_that_hangs_does_not_hold_back_the_others() -> None:
    hanging, good = FakeProbes(answer=lambda _: [], hangs=True), FakeProbes()
    checking = Checking([hanging, good], FakeStore(), lambda: NOON, deadline=timedelta(milliseconds=50))
    assert (await checking.check(SOLIDE)).word is Word.UP


async def test_an_asker_who_goes_away_does_not_stop_the_look_of_the_others() -> None:
    checking = Checking([FakeProbes()], FakeStore(), lambda: NOON)
    first = asyncio.create_task(checking.check(SOLIDE))
    second = asyncio.create_task(checking.check(SOLIDE))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).word is Word.UP


async def test_the_start_of_an_outage_is_told_between_the_last_good_look_and_the_first_bad_one() -> None:
    time = [NOON]
    down = Failure(Phase.TCP, FailureKind.REFUSED, Blame.TARGET)
    state = {"down": False}
    control = Control(HERE, "controle.example", NOON, works=True, resolved=True)
    probes = FakeProbes(answer=lambda target: [saw(target, down), control] if state["down"] else [saw(target)])
    checking = Checking([probes], FakeStore(), lambda: time[0])
    await checking.check(SOLIDE)
    state["down"] = True
    time[0] += timedelta(minutes=2)
    await checking.check(SOLIDE)
    time[0] += timedelta(minutes=5)
    outage = (await checking.check(SOLIDE)).outage
    assert outage is not None
    assert (outage.last_up_at, outage.first_down_at) == (NOON, NOON + timedelta(minutes=2))


PARIS, NICE, LYON = (VantagePoint(name.lower(), name) for name in ("Paris", "Nice", "Lyon"))
BROKEN = Response(503, "solide.example")


async def test_the_minority_is_looked_from_again_before_it_differs_by_place() -> None:
    probes = FakeProbes()

    def answer(target: Target) -> list[Observation | Control]:
        first = len(probes.looks) == 1
        return [saw(target, place=PARIS), saw(target, place=NICE), saw(target, BROKEN if first else None, place=LYON)]

    probes.answer = answer
    verdict = await Checking([probes], FakeStore(), lambda: NOON).check(SOLIDE)
    assert (verdict.word, len(probes.looks)) == (Word.UP, 2)
    assert [seen.vantage_point for seen in verdict.observations] == [PARIS, NICE, LYON, LYON]


async def test_a_minority_that_stays_is_a_difference_by_place() -> None:
    probes = FakeProbes(answer=lambda target: [saw(target, place=PARIS), saw(target, BROKEN, place=LYON)])
    verdict = await Checking([probes], FakeStore(), lambda: NOON).check(SOLIDE)
    assert (verdict.cause.id, len(probes.looks)) == (CauseId.DIFFERS_BY_PLACE, 2)


async def test_a_minority_that_cannot_be_heard_again_keeps_its_say() -> None:
    probes = FakeProbes()

    def answer(target: Target) -> list[Observation | Control]:
        seen: list[Observation | Control] = [saw(target, place=PARIS), saw(target, BROKEN, place=LYON)]
        return seen if len(probes.looks) == 1 else []

    probes.answer = answer
    verdict = await Checking([probes], FakeStore(), lambda: NOON).check(SOLIDE)
    assert verdict.cause.id is CauseId.DIFFERS_BY_PLACE


async def test_without_time_nobody_is_looked_from_again() -> None:
    probes = FakeProbes(answer=lambda target: [saw(target, place=PARIS), saw(target, BROKEN, place=LYON)])
    checking = Checking([probes], FakeStore(), lambda: NOON, deadline=timedelta(seconds=0.5))
    assert (await checking.check(SOLIDE)).cause.id is CauseId.DIFFERS_BY_PLACE
    assert len(probes.looks) == 1
