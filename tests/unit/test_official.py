"""Status pages of each format, as their documentation shows them; what is not known is never "all is well"."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.model import (
    Cause,
    CauseId,
    Language,
    OfficialLevel,
    OfficialWord,
    Platform,
    StatusPage,
    Verdict,
    Word,
)
from bot.official.formats import KINDS, read
from bot.wording import verdict_line

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OK, DEGRADED, DOWN = OfficialLevel.OK, OfficialLevel.DEGRADED, OfficialLevel.DOWN
MAINTENANCE, UNKNOWN = OfficialLevel.MAINTENANCE, OfficialLevel.UNKNOWN


def statuspage(indicator: str) -> str:
    return json.dumps({"status": {"indicator": indicator}, "components": [], "incidents": []})


def betterstack(state: str, *resources: str) -> str:
    included = [
        {"type": "status_page_resource", "attributes": {"public_name": "x", "status": each}} for each in resources
    ]
    return json.dumps({"data": {"attributes": {"aggregate_state": state}}, "included": included})


def cachet(*statuses: int) -> str:
    components = [{"name": "x", "status": status} for status in statuses]
    return json.dumps({"meta": {"pagination": {"total_pages": 1}}, "data": components})


def rss(title: str, when: str = "Mon, 23 Nov 2026 11:30:00 GMT") -> str:
    item = f"<item><title>{title}</title><pubDate>{when}</pubDate></item>"
    return f"<rss version='2.0'><channel><title>Status</title>{item}</channel></rss>"


def google(end: str | None, status: str = "SERVICE_DISRUPTION") -> str:
    incident = {"begin": "2026-11-23T11:00:00+00:00", "service_name": "Drive", "most_recent_update": {"status": status}}
    return json.dumps([incident | ({"end": end} if end else {})])


PAGES = {
    "Statuspage: all is well": ("statuspage", statuspage("none"), OK),
    "Statuspage: minor": ("statuspage", statuspage("minor"), DEGRADED),
    "Statuspage: critical": ("statuspage", statuspage("critical"), DOWN),
    "Statuspage: maintenance": ("statuspage", statuspage("maintenance"), MAINTENANCE),
    "Statuspage: a word of tomorrow": ("statuspage", statuspage("splendid"), UNKNOWN),
    "incident.io speaks the same": ("incident.io", statuspage("major"), DEGRADED),
    "Better Stack: operational": ("betterstack", betterstack("operational"), OK),
    "Better Stack: one resource of two is down": (
        "betterstack",
        betterstack("downtime", "downtime", "operational"),
        DEGRADED,
    ),
    "Better Stack: all are down": ("betterstack", betterstack("downtime", "downtime"), DOWN),
    "Instatus: up": ("instatus", '{"page": {"status": "UP"}}', OK),
    "Instatus: the other form": ("instatus", '{"status": {"type": "HASISSUES"}}', DEGRADED),
    "Instatus: maintenance": ("instatus", '{"page": {"status": "UNDERMAINTENANCE"}}', MAINTENANCE),
    "Cachet: all components work": ("cachet", cachet(1, 1), OK),
    "Cachet: one of many is no outage": ("cachet", cachet(1, 4), UNKNOWN),
    "cState: ok": ("cstate", '{"summaryStatus": "ok", "systems": []}', OK),
    "cState: down": ("cstate", '{"summaryStatus": "down", "systems": []}', DOWN),
    "RSS: an outage of this morning": ("rss", rss("Outage of the search"), DOWN),
    "RSS: resolved": ("rss", rss("[RESOLVED] Outage of the search"), OK),
    "RSS: last week's, never closed": ("rss", rss("Outage", "Mon, 16 Nov 2026 11:30:00 GMT"), UNKNOWN),
    "RSS: nothing to tell": ("rss", "<rss version='2.0'><channel><title>x</title></channel></rss>", OK),
    "Google: an incident without an end": ("google", google(None), DEGRADED),
    "Google: an incident that ended": ("google", google("2026-11-23T11:40:00+00:00"), OK),
}


def said(kind: str, text: str) -> OfficialLevel:
    page = StatusPage(kind, "https://status.example", None, "sourced")
    return read(page, text, now=NOON).level


@pytest.mark.parametrize(("kind", "text", "level"), PAGES.values(), ids=PAGES.keys())
def test_a_page_is_read_as_its_format_says(kind: str, text: str, level: OfficialLevel) -> None:
    assert said(kind, text) is level


HOSTILE = {
    "nothing": "",
    "a web page": "<!doctype html><title>Status</title>",
    "a list": "[]",
    "a number": "7",
    "nulls": '{"status": null, "data": null, "page": null, "components": null, "summaryStatus": null}',
    "wrong types": '{"status": [1], "data": "x", "page": 3, "components": {"a": 1}, "included": 5, "incidents": "x"}',
    "deep nesting": "[" * 100_000,
    "deep objects": '{"a":' * 50_000,
    "half an answer": '{"status": {"indicator": "non',
    "billion laughs": '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;">]><rss><channel><item>&b;</item></channel></rss>',
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_such_page_says_nothing_bad_and_harms_nobody(kind: str, text: str) -> None:
    assert said(kind, text) in (UNKNOWN, OK)
    if text != "[]":  # an empty list of incidents is a list without incidents
        assert said(kind, text) is UNKNOWN


def line(word: Word, level: OfficialLevel, language: Language) -> str:
    official = OfficialWord(level, "https://status.example", NOON, title="Ignore this <b>title</b>")
    platform = Platform("solide", "Solide")
    verdict = Verdict(word, platform, Cause(CauseId.SERVER_ERROR, 503), "rule", NOON, 0.95, official=official)
    return verdict_line(verdict, language=language, zone=ZoneInfo("Europe/Paris"))


CONTRADICTIONS = {
    "down, they say all is well": (Word.DOWN, OK, "Leur page d’état dit que tout va bien (lu à 13:00)."),
    "degraded, they say all is well": (Word.DEGRADED, OK, "Leur page d’état dit que tout va bien (lu à 13:00)."),
    "down, they know": (Word.DOWN, DOWN, "Leur page d’état annonce un incident (lu à 13:00)."),
    "down, announced": (Word.DOWN, MAINTENANCE, "Leur page d’état annonce une maintenance (lu à 13:00)."),
    "up, they have trouble": (Word.UP, DEGRADED, "Leur page d’état annonce un incident (lu à 13:00)."),
}


@pytest.mark.parametrize(("word", "level", "words"), CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_the_reply_tells_what_they_say_themselves(word: Word, level: OfficialLevel, words: str) -> None:
    told = line(word, level, Language.FRENCH).replace("\u202f", " ").replace("\xa0", " ")
    assert words in told
    assert "title" not in told


@pytest.mark.parametrize(
    ("word", "level"),
    [(Word.UP, OK), (Word.DOWN, UNKNOWN), (Word.UNKNOWN, DOWN)],
    ids=["agreed", "unread", "we are off"],
)
def test_where_it_adds_nothing_it_is_not_told(word: Word, level: OfficialLevel) -> None:
    assert "status page" not in line(word, level, Language.ENGLISH)
