"""What goes over the wire comes out as it went in, and nothing else gets through."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.broker.clean import plain, town
from bot.broker.facts import read_facts, written_facts
from bot.broker.messages import (
    MessageError,
    Presence,
    read_answer,
    read_presence,
    read_request,
    request_of_target,
    written,
)
from bot.model import (
    Addresses,
    Blame,
    Control,
    Failure,
    FailureKind,
    Family,
    Mark,
    Observation,
    Phase,
    Phases,
    Response,
    Role,
    Target,
    VantagePoint,
)

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TARGET = Target("www.example.org", path="/search?q=1", role=Role.SEARCH)
HERE = VantagePoint("local")
THERE = VantagePoint("agent:rennes", place="Rennes", network="Renater", asn=2200)
ID = "0123456789abcdef" * 2

RESPONSE = Response(
    503,
    "www2.example.org",
    headers=(("retry-after", "60"), ("server", "nginx")),
    title="Indisponible · été",
    size=4711,
    redirects=2,
    marks=(Mark("maint.wordpress", Family.MAINTENANCE),),
    notes=("body_slow", "plain_http"),
)
FAILURE = Failure(
    Phase.TLS, FailureKind.INCOMPLETE_CHAIN, Blame.TARGET, "unable to get issuer", behind=True, redirects=1
)


def seen(result: Response | Failure) -> Observation:
    return Observation(
        vantage_point=HERE,
        target=TARGET,
        observed_at=NOON - timedelta(seconds=3),
        took=timedelta(seconds=2),
        result=result,
        phases=Phases(dns=timedelta(milliseconds=12), first_byte=timedelta(milliseconds=340.5)),
        addresses=Addresses("192.0.2.1", ("192.0.2.1", "2001:db8::1"), ("192.0.2.2",), ("10.0.0.1",), True),
        attempt=2,
    )


@pytest.mark.parametrize("result", [RESPONSE, FAILURE], ids=["response", "failure"])
def test_an_observation_arrives_whole_on_the_readers_clock(result: Response | Failure) -> None:
    tables = json.loads(json.dumps(written_facts([seen(result)], at=NOON)))
    later = datetime(2031, 1, 1, tzinfo=UTC)
    (read,) = read_facts(tables, TARGET, THERE, received_at=later, asked_at=later - timedelta(seconds=10))
    assert read == dataclasses.replace(seen(result), vantage_point=THERE, observed_at=later - timedelta(seconds=3))


def test_a_control_arrives_whole() -> None:
    control = Control(HERE, "ref.example", NOON - timedelta(seconds=1), False, True, captive=True, ipv6=True)
    tables = json.loads(json.dumps(written_facts([control], at=NOON)))
    (read,) = read_facts(tables, TARGET, THERE, received_at=NOON, asked_at=NOON - timedelta(seconds=9))
    assert read == dataclasses.replace(control, vantage_point=THERE)


def test_nothing_was_seen_before_it_was_asked_for() -> None:
    tables = written_facts([seen(RESPONSE)], at=NOON + timedelta(days=1))
    (read,) = read_facts(tables, TARGET, THERE, received_at=NOON, asked_at=NOON - timedelta(seconds=5))
    assert isinstance(read, Observation)
    assert read.observed_at == NOON - timedelta(seconds=5)


FACT: dict[str, object] = {
    "fact": "observation",
    "ago_ms": 1,
    "took_ms": 1,
    "result": {"kind": "response", "status": 200, "url_host": "www.example.org"},
}


@pytest.mark.parametrize(
    "change",
    [
        {"ago_ms": -1},
        {"took_ms": 1e12},
        {"took_ms": "nan"},
        {"attempt": 0},
        {"result": {"kind": "response", "status": 9, "url_host": "x.example"}},
        {"result": {"kind": "response", "status": 200, "url_host": "x.example/\x1b"}},
        {"result": {"kind": "failure", "phase": "tcp", "how": "unheard-of", "blame": "target"}},
        {"result": {"kind": "response", "status": 200, "url_host": "x", "notes": ["n"] * 21}},
        {"addresses": {"used": "\x1b[2J"}},
        {"phases_ms": {"dns": -5}},
        {"fact": "rumour"},
    ],
    ids=str,
)
def test_a_fact_that_cannot_be_is_left_out_and_the_others_count(change: dict[str, object]) -> None:
    read = read_facts([FACT | change, FACT], TARGET, THERE, received_at=NOON, asked_at=NOON)
    assert len(read) == 1


def test_a_target_becomes_a_request_and_comes_back() -> None:
    request = read_request(written(request_of_target(TARGET, ID, timedelta(seconds=9.5))))
    assert (request.scheme, request.host, request.port, request.path) == ("https", TARGET.host, None, TARGET.path)
    assert (request.id, request.within, request.role) == (ID, timedelta(seconds=9.5), Role.SEARCH)


@pytest.mark.parametrize(
    ("payload", "sentence"),
    [
        (b"", "not as agreed"),
        (b"[]", "not as agreed"),
        (b"{" * 50_000, "not as agreed"),
        (b'{"v": 3}', "version 3 of the messages"),
        (b'{"v": true, "id": 1}', "not as agreed"),
        (b" " * 300_000, "more than 256 kB"),
        (b'{"v":1,"id":"' + b"0" * 32 + b'"}', "another question"),
    ],
)
def test_what_is_no_answer_is_refused_in_a_sentence_without_its_words(payload: bytes, sentence: str) -> None:
    with pytest.raises(MessageError, match=sentence) as refused:
        read_answer(payload, ID)
    assert str(refused.value).isprintable()


def test_a_clock_without_a_zone_or_far_away_is_no_reason_to_refuse() -> None:
    said = Presence(run=ID, version="1")
    for clock in ("2026-11-24T12:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
        payload = json.dumps(json.loads(written(said)) | {"clock": clock}).encode()
        assert read_presence(payload).run == ID


@pytest.mark.parametrize(
    ("written_down", "shown"),
    [
        ("Rennes", "Rennes"),
        ("Aix-en-Provence", "Aix-en-Provence"),
        ("St. Étienne (L'Étrat)", "St. Étienne (L'Étrat)"),
        ("Αθήνα", "Αθήνα"),
        ("東京", "東京"),
        ("@bob@evil.example", "bobevil. example"),
        ("https://evil.example/x #tag", "httpsevil. examplex tag"),
        ("\x1b[31mred\x1b[0m", "31mred 0m"),
        ("\u202eecnarF", "ecnarF"),
        ("b" + "\u0301" * 40, "b\u0301"),
        ("  \n\t ", None),
        (None, None),
        (42, None),
        ("x" * 500, "x" * 60),
    ],
)
def test_a_place_is_shown_without_what_could_harm(written_down: object, shown: str | None) -> None:
    assert town(written_down) == shown


@given(st.text(max_size=300))
def test_no_place_is_a_handle_a_tag_a_link_or_an_escape(text: str) -> None:
    shown = town(text) or "x"
    assert shown.isprintable()
    assert len(shown) <= 60
    assert not set("@#:/\\<>[]") & set(shown)


@given(st.text(max_size=300))
def test_plain_text_is_printable_and_short(text: str) -> None:
    shown = plain(text, 50)
    assert shown.isprintable() or shown == ""
    assert len(shown) <= 50
