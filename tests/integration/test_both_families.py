"""A site that works over one of IPv4 and IPv6 only, though both connect: told as half working, and why."""

import pytest

from bot.model import Failure, Response
from tests.cases.stage import KNOWN, Site, look_at, told
from tests.servers.misbehaving import (
    SITE,
    SITE6,
    Behaviour,
    answer,
    close,
    gzip_bomb,
    in_turn,
    redirect,
    reset,
    silence,
)

BOTH = {"site.example": [SITE6, SITE]}
FINE = answer()
WALL = answer(503, b"<title>Just a moment...</title>", "cf-mitigated: challenge")


def site(over_v6: Behaviour, over_v4: Behaviour, *, control6: Behaviour | OSError = KNOWN) -> Site:
    """One name, an address of each family; a look goes over IPv6 first, as RFC 8305 has it."""
    return Site(over_v6, names=BOTH, doors={(SITE6, 80): over_v6, (SITE, 80): over_v4}, reference_6=control6)


ONLY_4, ONLY_6 = ("degraded", "only-ipv4-answers"), ("degraded", "only-ipv6-answers")


@pytest.mark.parametrize(
    ("over_v6", "over_v4", "expected"),
    [
        pytest.param(FINE, FINE, ("up", "answers-normally"), id="both fine"),
        pytest.param(answer(503), FINE, ONLY_4, id="error over 6"),
        pytest.param(FINE, answer(500), ONLY_6, id="error over 4"),
        pytest.param(silence, FINE, ONLY_4, id="hangs over 6"),
        pytest.param(FINE, silence, ONLY_6, id="hangs over 4"),
        pytest.param(reset, FINE, ONLY_4, id="resets over 6"),
        pytest.param(FINE, close, ONLY_6, id="hangs up over 4"),
        pytest.param(answer(500), answer(502), ("down", "server-error"), id="errors over both"),
        pytest.param(FINE, WALL, ("up", "answers-normally"), id="a wall over 4 is no trouble"),
        pytest.param(FINE, in_turn(answer(503), FINE), ("up", "answers-normally"), id="a blip over 4"),
        pytest.param(FINE, redirect("/elsewhere"), ("up", "answers-normally"), id="another way over 4"),
        pytest.param(answer(403), FINE, ("inconclusive", "bot-wall-suspected"), id="refused: not asked again"),
    ],
)
async def test_verdict(over_v6: Behaviour, over_v4: Behaviour, expected: tuple[str, str]) -> None:
    assert told(await look_at(site(over_v6, over_v4))) == expected


async def test_without_ipv6_of_our_own_what_answers_over_ipv4_counts() -> None:
    here = site(silence, FINE, control6=TimeoutError())
    assert told(await look_at(here)) == ("up", "answers-normally")


async def test_over_tls_as_well() -> None:
    broken = Site(secure=FINE, names=BOTH, doors={(SITE, 443): FINE, (SITE6, 443): TimeoutError()})
    assert told(await look_at(broken)) == ("degraded", "some-addresses-dead")
    fine = Site(secure=FINE, names=BOTH, doors={(SITE, 443): FINE, (SITE6, 443): FINE})
    assert told(await look_at(fine)) == ("up", "answers-normally")


async def test_the_facts_name_both_outcomes() -> None:
    seen = (await look_at(site(answer(503), FINE))).observations[0]
    assert isinstance(seen.result, Response)
    assert isinstance(seen.other_family, Response)
    assert (seen.result.status, seen.other_family.status) == (503, 200)
    assert seen.addresses.used == SITE6
    hung = (await look_at(site(FINE, silence))).observations[0]
    assert isinstance(hung.other_family, Failure)


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, br", "compress"])
async def test_what_was_packed_unasked_is_noted_and_counts_as_an_answer(encoding: str) -> None:
    verdict = await look_at(Site(answer(200, gzip_bomb(1), f"Content-Encoding: {encoding}")))
    assert told(verdict) == ("up", "answers-normally")
    (seen,) = verdict.observations
    assert isinstance(seen.result, Response)
    assert seen.result.notes == ("body_undecodable",)
    assert verdict.confidence == 0.7


@pytest.mark.parametrize("encoding", ["identity", "utf-8", "none", "identity, GZIP"])
async def test_an_encoding_that_means_nothing_changes_nothing(encoding: str) -> None:
    import gzip

    page = b"<title>Bonjour</title>" + b"x" * 2000
    body = gzip.compress(page) if "GZIP" in encoding else page
    (seen,) = (await look_at(Site(answer(200, body, f"Content-Encoding: {encoding}")))).observations
    assert isinstance(seen.result, Response)
    assert (seen.result.title, seen.result.notes) == ("Bonjour", ())
