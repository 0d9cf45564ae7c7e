"""Strangers cannot learn from the bot which names its operator's own DNS knows: neither by words nor by delay."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from bot.checking import Checking
from bot.model import Failure, FailureKind, GiveVerdicts, Language, Phase, Platform, Target, VantagePoint, Verdict
from bot.probe.controls import Controls, Reference
from bot.vantage.local import LocalVantage
from bot.wording import word
from tests.fakes.store import FakeStore
from tests.servers.dns import Alias, Answer, Say
from tests.servers.misbehaving import OTHER, SITE, THIRD, Behaviour, World, answer, redirect, serve

HERE = VantagePoint("here")
HOST = "wiki.universite.example"
TYPED = Target(HOST, scheme="http", typed=True)
INSIDE: dict[str, Answer] = {
    "a private address": ["10.0.0.5"],
    "a private IPv6 address": ["fd00::5"],
    "an alias to inside": Alias("server.universite.example"),
    "no address": Say("NOERROR"),
    "an error": Say("SERVFAIL"),
    "a refusal": Say("REFUSED"),
}
NOWHERE = Say("NXDOMAIN")


@dataclass
class Told:
    """What a stranger gets, and what it took to find out: the questions to both resolvers, the controls asked."""

    text: str
    verdict: Verdict
    second_asked: list[tuple[str, str]]
    controls_asked: int
    dialled: list[tuple[str, int]]


async def ask(inside: Answer, outside: Answer | None = NOWHERE, *, first: Behaviour | None = None) -> Told:
    """Ask about the host; with `first`, about another one that does this, and may lead to the host."""
    known: dict[str, Answer] = {
        "server.universite.example": ["10.0.0.6"],
        "public.example": [SITE],
        "ref.example": [OTHER],
    }
    second = None if outside is None else {**known, HOST: outside}
    async with serve(first or answer()) as site, serve(answer(200, b"success")) as reference, serve(answer()) as public:
        doors = {(SITE, 80): site.port, (OTHER, 80): reference.port, (THIRD, 80): public.port}
        with World({**known, HOST: inside}, doors, second_names=second) as world:
            prober = world.prober()
            controls = Controls(prober, [Reference("http://ref.example/", 200, "success")], clock=now)
            vantage = LocalVantage(prober, controls, HERE, clock=now, pause_s=(0.01, 0.02))
            host = HOST if first is None else "public.example"
            platform = Platform(f"url:{host}", "le site", targets=(Target(host, scheme="http", typed=True),))
            verdict = await Checking([vantage], FakeStore(), now).check(platform)
            asked = sorted(world.second_asked)
    text = word(GiveVerdicts((verdict,)), language=Language.FRENCH, limit=500, zone=UTC)
    return Told(text, verdict, asked, reference.requests, [door for door in world.dialled if door[0] != OTHER])


@pytest.mark.parametrize("inside", INSIDE)
async def test_a_name_that_only_we_know_is_a_name_that_nobody_has(inside: str) -> None:
    known, unknown = await ask(INSIDE[inside]), await ask(NOWHERE)
    assert known.text == unknown.text
    assert (known.verdict.cause, known.verdict.rule) == (unknown.verdict.cause, unknown.verdict.rule)
    assert (known.second_asked, known.controls_asked) == (unknown.second_asked, unknown.controls_asked)
    assert known.second_asked == [(HOST, "A"), (HOST, "AAAA")]
    assert known.controls_asked == 1
    assert known.dialled == []


@pytest.mark.parametrize(
    "outside", [NOWHERE, Say("SERVFAIL"), None], ids=["unknown outside", "outside fails", "not asked"]
)
async def test_nor_does_a_redirect_tell(outside: Answer | None) -> None:
    there = redirect(f"http://{HOST}/")
    known, unknown = await ask(["10.0.0.5"], outside, first=there), await ask(NOWHERE, outside, first=there)
    assert known.text == unknown.text
    assert (known.verdict.cause, known.second_asked) == (unknown.verdict.cause, unknown.second_asked)
    assert known.controls_asked == unknown.controls_asked == 1
    assert {ip for ip, _ in known.dialled} == {SITE}


async def test_without_a_second_resolver_the_words_and_the_work_are_still_the_same() -> None:
    known, unknown = await ask(["10.0.0.5"], None), await ask(NOWHERE, None)
    assert known.text == unknown.text
    assert known.controls_asked == unknown.controls_asked == 1


async def test_what_is_public_outside_is_looked_at_there() -> None:
    """A campus where the site's name leads inside: everybody else's answer counts."""
    told = await ask(["10.0.0.5"], [THIRD])
    assert told.dialled == [(THIRD, 80)]
    assert told.verdict.word == "up"


async def test_the_operators_own_platforms_are_told_as_they_are() -> None:
    with World({HOST: ["10.0.0.5"]}, second_names={HOST: NOWHERE}) as world:
        seen = await world.prober().probe(Target(HOST), vantage_point=HERE)
    assert isinstance(seen.result, Failure)
    assert (seen.result.phase, seen.result.kind) == (Phase.POLICY, FailureKind.ADDRESS_REFUSED)


def now() -> datetime:
    return datetime.now(UTC)
