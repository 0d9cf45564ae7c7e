"""Status pages in every format that we read: what they say, and that nothing hostile makes them say anything."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import OfficialLevel, StatusPage
from bot.official.formats import KINDS, machine_url, read
from bot.official.said import Said

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OK, DEGRADED, DOWN = OfficialLevel.OK, OfficialLevel.DEGRADED, OfficialLevel.DOWN
MAINTENANCE, UNKNOWN = OfficialLevel.MAINTENANCE, OfficialLevel.UNKNOWN


def said(kind: str, page: object, component: str | None = None) -> Said:
    text = page if isinstance(page, str) else json.dumps(page)
    return read(StatusPage(kind, "https://etat.example", None, "sourced", component), text, now=NOW)


def statuspage(indicator: str) -> object:
    return {
        "status": {"indicator": indicator},
        "components": [
            {"name": "Recherche", "status": "major_outage"},
            {"name": "Accueil", "status": "operational"},
            {"name": "Envois", "status": "turned_to_stone"},
        ],
        "incidents": [{"name": "Recherche lente", "status": "identified", "created_at": "2026-11-23T09:00:00Z"}],
        "scheduled_maintenances": [
            {"name": "Travaux", "status": "in_progress", "scheduled_for": "2026-11-23T10:00:00+01:00"}
        ],
    }


def betterstack(state: str, *resources: str) -> object:
    named = [
        {"type": "status_page_resource", "attributes": {"public_name": f"R{place}", "status": each}}
        for place, each in enumerate(resources)
    ]
    report = {"title": "Pannes", "starts_at": "2026-11-23T09:00:00Z", "aggregate_state": "downtime"}
    return {
        "data": {"attributes": {"aggregate_state": state}},
        "included": [*named, {"type": "status_report", "attributes": report}],
    }


def google(status: str, **more: object) -> object:
    return [
        {
            "begin": "2026-11-23T09:00:00+00:00",
            "external_desc": "Courriers en retard",
            "most_recent_update": {"status": status},
            "affected_products": [{"title": "Gmail"}],
            **more,
        }
    ]


def rss(*items: tuple[str, str]) -> str:
    entries = "".join(f"<item><title>{title}</title><pubDate>{date}</pubDate></item>" for title, date in items)
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>État</title>{entries}</channel></rss>"


def atom(title: str) -> str:
    entry = f"<entry><title>{title}</title><updated>2026-11-23T09:00:00Z</updated></entry>"
    return f"<feed xmlns='http://www.w3.org/2005/Atom'>{entry}</feed>"


TODAY, LAST_WEEK = "Mon, 23 Nov 2026 09:00:00 GMT", "Mon, 16 Nov 2026 09:00:00 GMT"
CACHET = {"data": [{"name": "Framagit", "status": 4}, {"name": "Framadate", "status": "1"}]}
CSTATE = {
    "summaryStatus": "disrupted",
    "systems": [
        {
            "name": "git",
            "status": "down",
            "unresolvedIssues": [{"title": "Disque plein", "createdAt": "2026-11-23T09:00:00Z"}],
        }
    ],
}
SLACK = {
    "status": "active",
    "active_incidents": [
        {"title": "Fils", "type": "outage", "date_created": "2026-11-23T09:00:00Z", "services": ["Calls"]}
    ],
}

CASES: dict[str, tuple[str, object, str | None, Said]] = {
    "statuspage, none": ("statuspage", statuspage("none"), None, Said(OK)),
    "statuspage, minor": ("statuspage", statuspage("minor"), None, Said(DEGRADED, "Recherche lente", NINE)),
    "statuspage, critical": ("statuspage", statuspage("critical"), None, Said(DOWN, "Recherche lente", NINE)),
    "statuspage, maintenance": ("statuspage", statuspage("maintenance"), None, Said(MAINTENANCE, "Travaux", NINE)),
    "statuspage, a new word": ("statuspage", statuspage("wobbly"), None, Said(UNKNOWN)),
    "statuspage, a component": ("statuspage", statuspage("none"), "recherche", Said(DOWN)),
    "statuspage, a good component": ("statuspage", statuspage("critical"), "Accueil", Said(OK)),
    "statuspage, an odd component": ("statuspage", statuspage("none"), "Envois", Said(UNKNOWN)),
    "statuspage, no such component": ("statuspage", statuspage("none"), "Cantine", Said(UNKNOWN)),
    "incident.io": ("incident.io", statuspage("major"), None, Said(DEGRADED, "Recherche lente", NINE)),
    "rootly": ("rootly", {"status": {"indicator": "none"}}, None, Said(OK)),
    "betterstack, fine": ("betterstack", betterstack("operational"), None, Said(OK)),
    "betterstack, all down": ("betterstack", betterstack("downtime", "downtime"), None, Said(DOWN, "Pannes", NINE)),
    "betterstack, one of many": (
        *("betterstack", betterstack("downtime", "downtime", "operational"), None),
        Said(DEGRADED, "Pannes", NINE),
    ),
    "betterstack, a resource": ("betterstack", betterstack("downtime", "downtime", "operational"), "R1", Said(OK)),
    "instatus, fine": ("instatus", {"page": {"status": "UP"}}, None, Said(OK)),
    "instatus, trouble": (
        *("instatus", {"page": {"status": "HASISSUES"}, "activeIncidents": [{"name": "Lent"}]}, None),
        Said(DEGRADED, "Lent"),
    ),
    "instatus, major": (
        *("instatus", {"page": {"status": "HASISSUES"}, "activeIncidents": [{"impact": "MAJOROUTAGE"}]}, None),
        Said(DOWN),
    ),
    "instatus, the other form": ("instatus", {"status": {"type": "UNDERMAINTENANCE"}}, None, Said(MAINTENANCE)),
    "cachet, a component": ("cachet", CACHET, "Framagit", Said(DOWN)),
    "cachet, a good component": ("cachet", CACHET, "Framadate", Said(OK)),
    "cachet, a list is no outage": ("cachet", CACHET, None, Said(UNKNOWN)),
    "cachet, all work": ("cachet", {"data": [{"name": "a", "status": 1}]}, None, Said(OK)),
    "cstate": ("cstate", CSTATE, None, Said(DEGRADED, "Disque plein", NINE)),
    "cstate, a system": ("cstate", CSTATE, "git", Said(DOWN, "Disque plein", NINE)),
    "cstate, a notice": ("cstate", {"summaryStatus": "notice"}, None, Said(UNKNOWN)),
    "google, over": ("google", google("SERVICE_OUTAGE", end="2026-11-23T09:30:00Z"), None, Said(OK)),
    "google, a product": ("google", google("SERVICE_OUTAGE"), "Gmail", Said(DOWN, "Courriers en retard", NINE)),
    "google, one of many": ("google", google("SERVICE_OUTAGE"), None, Said(DEGRADED, "Courriers en retard", NINE)),
    "google, another product": ("google", google("SERVICE_OUTAGE"), "Google Meet", Said(OK)),
    "google, a mere notice": ("google", google("SERVICE_INFORMATION"), None, Said(UNKNOWN)),
    "google, cut off": (
        "google",
        json.dumps(google("SERVICE_OUTAGE"))[:-1] + ', {"be',
        "Gmail",
        Said(DOWN, "Courriers en retard", NINE),
    ),
    "google, an error page": ("google", "<html>", None, Said(UNKNOWN)),
    "slack, fine": ("slack", {"status": "ok", "active_incidents": []}, None, Said(OK)),
    "slack, outage": ("slack", SLACK, None, Said(DOWN, "Fils", NINE)),
    "slack, another service": ("slack", SLACK, "Search", Said(OK)),
    "status.io, fine": ("status.io", {"result": {"status_overall": {"status_code": 100}}}, None, Said(OK)),
    "status.io, down": ("status.io", {"result": {"status_overall": {"status_code": 500}}}, None, Said(DOWN)),
    "status.io, security": ("status.io", {"result": {"status_overall": {"status_code": 600}}}, None, Said(UNKNOWN)),
    "uptime-kuma, all up": ("uptime-kuma", {"heartbeatList": {"1": [{"status": 0}, {"status": 1}]}}, None, Said(OK)),
    "uptime-kuma, some down": (
        *("uptime-kuma", {"heartbeatList": {"1": [{"status": 0}], "2": [{"status": 1}]}}, None),
        Said(UNKNOWN),
    ),
    "uptimerobot": ("uptimerobot", {"data": [{"name": "App", "statusClass": "success"}]}, None, Said(OK)),
    "uptimerobot, the other form": (
        *("uptimerobot", {"psp": {"monitors": [{"name": "App", "statusClass": "danger"}]}}, "App"),
        Said(DOWN),
    ),
    "boolean, yes": ("boolean", {"overallOk": True}, None, Said(OK)),
    "boolean, no": ("boolean", {"overallOk": False}, None, Said(DOWN)),
    "boolean, a word": ("boolean", {"overallOk": "yes"}, None, Said(UNKNOWN)),
    "rss, nothing to tell": ("rss", rss(), None, Said(OK)),
    "rss, an outage": ("rss", rss(("Outage in Paris", TODAY)), None, Said(DOWN, "Outage in Paris", NINE)),
    "rss, a partial outage": ("rss", rss(("Partial outage", TODAY)), None, Said(DEGRADED, "Partial outage", NINE)),
    "rss, resolved": ("rss", rss(("[RESOLVED] Outage", TODAY), ("Outage", LAST_WEEK)), None, Said(OK)),
    "rss, all normal": ("rss", rss(("All Resources Operating Normally", LAST_WEEK)), None, Said(OK)),
    "rss, left there": ("rss", rss(("Outage", LAST_WEEK)), None, Said(UNKNOWN)),
    "rss, other words": ("rss", rss(("Hello", TODAY)), None, Said(UNKNOWN)),
    "rss, of another part": ("rss", rss(("Outage: mail", TODAY)), "search", Said(OK)),
    "atom": ("atom", atom("Scheduled maintenance"), None, Said(MAINTENANCE, "Scheduled maintenance", NINE)),
}


@pytest.mark.parametrize("case", CASES)
def test_what_a_page_says(case: str) -> None:
    kind, page, component, expected = CASES[case]
    assert said(kind, page, component) == expected


def test_every_kind_has_a_case() -> None:
    assert {kind for kind, *_ in CASES.values()} == set(KINDS)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 30))
HOSTILE = {
    "empty": "",
    "garbage": "\x00\xff<<<{{{",
    "deep lists": "[" * 500_000,
    "deep objects": '{"a":' * 100_000,
    "a megabyte of spaces": " " * 1_000_000,
    "a list of spaces": "[" + " " * 1_000_000,
    "a huge number": '{"status": ' + "9" * 500_000 + "}",
    "many small lists": "[" + "[]," * 170_000 + "[]]",
    "billion laughs": f'<!DOCTYPE rss [<!ENTITY l0 "ha">{LAUGHS}]><rss><item><title>&l29;</title></item></rss>',
    "external entity": '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><item><title>&x;</title></item></rss>',
    "deep elements": "<rss>" + "<a>" * 170_000,
    "deep and closed": "<rss>" + "<a>" * 70_000 + "</a>" * 70_000 + "<item/></rss>",
    "many attributes": "<rss " + " ".join(f'a{n}=""' for n in range(40_000)) + "><item/></rss>",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("page", HOSTILE)
def test_a_hostile_page_says_nothing_and_takes_no_time(page: str, kind: str) -> None:
    began = time.process_time()
    assert said(kind, HOSTILE[page]).level is UNKNOWN
    assert time.process_time() - began < 0.25  # at most 40 ms measured; other machines are slower


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "status",
                    "data",
                    "page",
                    "result",
                    "components",
                    "incidents",
                    "included",
                    "attributes",
                    "name",
                    "psp",
                    "monitors",
                    "systems",
                    "heartbeatList",
                    "indicator",
                    "type",
                    "title",
                    "begin",
                    "most_recent_update",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)


@given(TREES, st.sampled_from(KINDS), st.sampled_from([None, "a", "status"]))
def test_wrong_types_never_raise(tree: object, kind: str, component: str | None) -> None:
    assert said(kind, tree, component).level in OfficialLevel


def test_a_title_is_one_printable_line_of_at_most_200_characters() -> None:
    page = {"status": {"indicator": "minor"}, "incidents": [{"name": "a\x1b[31m\n\u202eb" + "c" * 900}]}
    title = said("statuspage", page).title
    assert title is not None
    assert title.isprintable()
    assert len(title) == 200


def test_a_page_is_read_only_if_we_are_sure_of_it_and_know_its_format() -> None:
    def url(kind: str, confidence: str = "known", api: str | None = None) -> str | None:
        return machine_url(StatusPage(kind, "https://etat.example/status/nous", api, confidence))

    assert url("html", api="https://etat.example/x") is None
    assert url("custom", api="https://etat.example/x") is None
    assert url("statuspage", "unconfirmed") is None
    assert url("statuspage") == "https://etat.example/status/nous/api/v2/summary.json"
    assert url("statuspage", api="https://etat.example/x") == "https://etat.example/x"
    assert url("uptime-kuma") == "https://etat.example/api/status-page/heartbeat/nous"


def test_an_old_item_is_news_for_a_day() -> None:
    page = StatusPage("rss", "https://etat.example", None, "sourced")
    text = rss(("Outage", TODAY))
    assert read(page, text, now=NINE + timedelta(hours=24)).level is DOWN
    assert read(page, text, now=NINE + timedelta(hours=25)).level is UNKNOWN
