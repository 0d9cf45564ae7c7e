"""The reading rule on answers that are valid against the API's own schemas: who can speak about the target is heard."""

import json
import re
from pathlib import Path
from typing import cast

import pytest

from bot.model import Addresses, Control, Evidence, Observation, Platform, Target, Word
from bot.probe.rows import read_fingerprints
from bot.vantage.globalping_reading import Json, read_measurement
from bot.verdict import judge
from tests.fakes.network import NOON

ANSWERS = Path(__file__).parent / "globalping"
SHIPPED = read_fingerprints(Path("config/fingerprints.toml").read_text("utf-8"))
TARGET = Target("www.example.org")
PLATFORM = Platform("example", "Example", targets=(TARGET,))


def facts_of(answer: Json) -> tuple[Observation | Control, ...]:
    return read_measurement(answer, TARGET, fingerprints=SHIPPED)


def verdict_of(answer: Json) -> tuple[Word, str]:
    facts = facts_of(answer)
    looks = tuple(fact for fact in facts if isinstance(fact, Observation))
    controls = tuple(fact for fact in facts if isinstance(fact, Control))
    verdict = judge(Evidence(PLATFORM, looks, controls), at=NOON)
    return verdict.word, str(verdict.cause.id)


def stored(name: str) -> Json:
    return cast("Json", json.loads((ANSWERS / f"{name}.json").read_text("utf-8")))


@pytest.mark.parametrize(
    ("name", "word", "cause"),
    [
        ("up_everywhere", Word.UP, "answers-normally"),
        ("down_503_everywhere", Word.DOWN, "server-error"),
        ("down_timeout_everywhere", Word.DOWN, "accepts-connections-never-answers"),
        ("refused", Word.DOWN, "port-closed"),
        ("nxdomain", Word.DOWN, "dns-name-gone"),
        ("bad_cert", Word.DOWN, "certificate-expired"),
        ("bot_wall_403", Word.INCONCLUSIVE, "bot-wall"),
        ("split_fr_down_de_up", Word.DEGRADED, "differs-by-place"),
        ("redirect_301", Word.UP, "answers-normally"),
        ("resolver_failed", Word.UP, "answers-normally"),
        ("probe_broken", Word.UP, "answers-normally"),
        ("offline_probe", Word.UP, "answers-normally"),
        ("in_progress", Word.UP, "answers-normally"),
        ("private_target", Word.UNKNOWN, "refused-by-policy"),
    ],
)
def test_what_a_measurement_means(name: str, word: Word, cause: str) -> None:
    assert verdict_of(stored(name)) == (word, cause)


@pytest.mark.parametrize("address", ["", "not-an-address", "203.0.113.7 ", "1.2.3.4.5"])
def test_an_address_that_is_none_is_left_out(address: str) -> None:
    text = json.dumps(stored("down_503_everywhere"))
    odd = re.sub('"resolvedAddress": "[^"]*"', f'"resolvedAddress": "{address}"', text)
    looks = [fact for fact in facts_of(cast("Json", json.loads(odd))) if isinstance(fact, Observation)]
    assert looks
    assert {look.addresses for look in looks} == {Addresses()}


@pytest.mark.parametrize("length", ["1e300", "-5", "NaN", "Infinity", "true"])
def test_a_length_that_cannot_be_is_left_out(length: str) -> None:
    odd = re.sub(r'"firstByte": \d+', f'"firstByte": {length}', json.dumps(stored("up_everywhere")))
    looks = [fact for fact in facts_of(cast("Json", json.loads(odd))) if isinstance(fact, Observation)]
    assert looks
    assert {look.phases.first_byte for look in looks} == {None}


def test_a_probe_that_calls_its_town_an_account_or_a_link_calls_nobody() -> None:
    text = json.dumps(stored("down_503_everywhere")).replace('"Paris"', '"@mallory@evil.example https://evil.example"')
    places = {fact.vantage_point.place for fact in facts_of(cast("Json", json.loads(text)))}
    assert not any(letter in str(place) for place in places for letter in "@/:#")
    assert not any("evil.example" in str(place) for place in places)


@pytest.mark.parametrize("path", sorted(ANSWERS.glob("error_*.json")), ids=lambda path: path.stem)
def test_an_error_of_globalping_says_nothing_about_the_target(path: Path) -> None:
    assert facts_of(stored(path.stem)) == ()
    assert verdict_of(stored(path.stem))[0] is Word.UNKNOWN


def test_a_place_is_a_town_and_a_network() -> None:
    (look, *_) = (fact for fact in facts_of(stored("up_everywhere")) if isinstance(fact, Observation))
    where = look.vantage_point
    assert (where.place, where.network, where.asn) == ("Paris", "Renater", 2200)
    assert look.phases.first_byte is not None


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"createdAt": "yesterday", "results": []},
        {"createdAt": "2026-11-22T09:42:05.161Z", "results": "none"},
        {"createdAt": "2026-11-22T09:42:05.161Z", "results": [None, 3, {}, {"result": {"status": "finished"}}]},
    ],
    ids=["nothing", "no instant", "no list", "rows of another kind"],
)
def test_odd_content_is_no_fact(odd: Json) -> None:
    assert facts_of(odd) == ()
