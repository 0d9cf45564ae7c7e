"""What there is to tell a provider: every item that support desks ask for, in every form, and nothing of people."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.catalogue import Catalogue
from bot.gathering import gather
from bot.incidents.dossier import dossier_of
from bot.incidents.export import dossier_object
from bot.incidents.following import followed, opened
from bot.model import (
    Addresses,
    Dossier,
    FailureKind,
    History,
    Incident,
    Language,
    LookTaken,
    OfficialLevel,
    OfficialWord,
    OwnPost,
    Phase,
    Phases,
    Platform,
    PostKind,
    PostRef,
    Report,
    StatusPage,
    Target,
    VantagePoint,
    Verdict,
    Visibility,
    Word,
)
from bot.verdict import judge
from bot.wording.dossier import dossier_markdown, dossier_text
from bot.wording.dossier_note import dossier_note
from tests.fakes.store import FakeStore, KeptPost
from tests.unit.verdict_scenes import HOME, NOW, SEARCH, answer, evidence, failure, look

MINUTE = timedelta(minutes=1)
PARIS = ZoneInfo("Europe/Paris")
PAGE = StatusPage("statuspage", "https://status.cairn.example", None, "known")
CAIRN = Platform(
    "cairn",
    "Cairn.info",
    targets=(HOME, SEARCH),
    status_page=PAGE,
    contact="support@cairn.example",
    hosts=("cairn.info",),
)
HAL = Platform("hal", "HAL", targets=(Target("hal.example"),))
RENNES = VantagePoint("rennes", "Rennes", "Renater", 2200)
NICE = VantagePoint("nice", "Nice", "Free", 12322)
AGENT = "cestmoiou/0.1 (outage check on demand; dsi@univ-x.fr)"


def bad_look(at: datetime, *, level: OfficialLevel = OfficialLevel.OK) -> Verdict:
    seen = replace(
        look(
            answer(503, title="Service *indisponible* <b>"),
            RENNES,
            addresses=Addresses("192.0.2.7", dead=("192.0.2.8",)),
        ),
        observed_at=at,
        phases=Phases(timedelta(milliseconds=3), timedelta(milliseconds=9), timedelta(milliseconds=45)),
        link="https://globalping.io/?measurement=abc",
    )
    from_nice = replace(look(failure(Phase.TCP, FailureKind.TIMEOUT), NICE), observed_at=at)
    history = History(last_up_at=NOW - 2 * MINUTE)
    verdict = judge(replace(evidence(seen, from_nice, history=history), platform=CAIRN), at=at)
    return replace(verdict, official=OfficialWord(level, PAGE.url, at, "Investigating"))


@dataclass
class World:
    store: FakeStore
    incident: Incident

    async def dossier(self, at: datetime = NOW + 3 * MINUTE) -> Dossier:
        catalogue = Catalogue([CAIRN, HAL])
        return await gather(self.incident, self.store, catalogue, at=at, user_agent=AGENT, operator="dsi@univ-x.fr")


@pytest.fixture
async def world() -> World:
    """Two bad looks, three people who spoke, two who asked; HAL answered meanwhile."""
    store = FakeStore()
    incident = opened(bad_look(NOW))
    await store.save_incident(incident, LookTaken.of(bad_look(NOW)), [])
    later = bad_look(NOW + MINUTE, level=OfficialLevel.DOWN)
    incident = followed(incident, later)
    await store.save_incident(incident, LookTaken.of(later), [])
    for number, (works, town) in enumerate([(False, "Limoges"), (False, "Chambéry"), (True, "Nice")]):
        await store.add_report(
            Report("mamot", f"author-{number}", "cairn", works, town, NOW, f"mention-{number}", "secret.example")
        )
    for number in range(2):
        store.posts["mamot", f"post-{number}"] = _kept(number)
    up = judge(replace(evidence(look(answer(), target=HAL.targets[0])), platform=HAL), at=NOW + MINUTE)
    await store.remember(up)
    return World(store, incident)


def _kept(number: int) -> KeptPost:
    post = OwnPost(
        "mamot",
        PostRef(f"post-{number}", f"https://secret.example/@bot/{number}"),
        f"mention-{number}",
        f"author-{number}",
        PostKind.VERDICT,
        Language.FRENCH,
        Visibility.UNLISTED,
        NOW,
        ("cairn",),
    )
    return KeptPost(post, "thread-secret")


# What vendors and e-resource desks ask for; each is a line of the English text, with a value or said to be unknown.
ASKED = {
    "resource name": "Name of the service: Cairn.info",
    "full address": "Address: https://www.cairn.info/, https://www.cairn.info/search",
    "the way there": "Way of access: directly, through no proxy of an institution",
    "title": "Title of the page: Service *indisponible* <b>",
    "permanent link": "Title or permanent link of a document: unknown; to be added",
    "date and time, UTC and local": "Time: 2026-11-23 09:43:00 UTC (10:43:00 Europe/Paris)",
    "since when, as an interval": "Began: between 2026-11-23 09:40:00 UTC (10:40:00 Europe/Paris) and 2026-",
    "until when": "Ended: not yet",
    "status": "Outcome: HTTP 503; server error",
    "error of a place that got no answer": "Outcome: tcp / timeout;",
    "screenshot": "Picture of the screen: not made",
    "browser and system": f"Browser and system: no browser: a program, “{AGENT}”",
    "campus, proxy, VPN": "On a campus, or through a VPN: unknown",
    "address reached": "Server reached: 192.0.2.7",
    "no address reached": "Server reached: none",
    "addresses that are dead": "Servers that do not answer: 192.0.2.8",
    "network of the place": "Network of this place: Renater, AS2200",
    "encryption": "Encryption (TLS): set up in 45 ms",
    "encryption not reached": "Encryption (TLS): not reached",
    "timings": "Times: DNS 3 ms, TCP 9 ms, TLS 45 ms, 0.3 s in all",
    "own addresses": "Addresses of the institution (IP): unknown; to be added",
    "institution": "Institution and person to answer: unknown; to be added",
    "whom to ask about the looks": "Who runs this program: dsi@univ-x.fr",
    "whether other resources work": "Other services that answered meanwhile: HAL",
    "references": "reference-0.example answers",
    "whether others are hit": "Say that it fails: 2 (Limoges, Chambéry)",
    "those who are not": "Say that it works: 1 (Nice)",
    "how many asked": "How many asked: 2",
    "the provider's page": "Status page: https://status.cairn.example",
    "what it said": "It said: an outage (2026-11-23 09:43:00 UTC",
    "when it announced": "Announced after: 1 min",
    "traceroute": "Route (traceroute): not measured",
    "public measurement": "Public measurement: https://globalping.io/?measurement=abc",
    "where to write": "Where to write: support@cairn.example",
    "reference": "Reference: cairn-20261123-094200",
}


@pytest.mark.parametrize("item", ASKED)
async def test_the_text_has_what_support_desks_ask_for(world: World, item: str) -> None:
    assert ASKED[item] in dossier_text(await world.dossier(), language=Language.ENGLISH, zone=PARIS)


@pytest.mark.parametrize("language", Language)
async def test_every_language_has_the_same_lines(world: World, language: Language) -> None:
    dossier = await world.dossier()
    texts = [dossier_text(dossier, language=each, zone=PARIS) for each in (Language.ENGLISH, language)]
    english, other = (text.splitlines() for text in texts)
    assert len(other) == len(english)
    same = {line for line in english if line.strip("-")} & set(other)
    assert language is Language.ENGLISH or same == set()


async def test_french_has_its_spaces_before_semicolons_and_names_the_steps(world: World) -> None:
    dossier = await world.dossier()
    told = dossier_text(dossier, language=Language.FRENCH, zone=PARIS).replace(AGENT, "")
    note = dossier_note(dossier, language=Language.FRENCH, limit=500, zone=PARIS)
    assert "HTTP 503 depuis Rennes (192.0.2.7)\u202f; tcp / timeout depuis Nice" in note
    assert "Étape atteinte\u00a0: jusqu’au bout, une page est venue" in told
    assert "Étape atteinte\u00a0: la connexion (TCP)" in told
    assert re.findall("[^\u202f];", told) == []


@pytest.mark.parametrize("language", Language)
async def test_nothing_in_it_is_about_anybody(world: World, language: Language) -> None:
    dossier = await world.dossier()
    every = "\n".join(
        [
            dossier_text(dossier, language=language, zone=PARIS),
            dossier_markdown(dossier, language=language, zone=PARIS),
            json.dumps(dossier_object(dossier, local="Europe/Paris")),
            "\n".join(map(str, values_of(dossier))),
        ]
    )
    for personal in ("author-", "mention-", "post-", "secret", "mamot", "thread"):
        assert personal not in every


def values_of(value: object) -> Iterator[object]:
    """Everything that a dossier holds, however deep."""
    if is_dataclass(value):
        for one in fields(value):
            yield from values_of(getattr(value, one.name))
    elif isinstance(value, tuple):
        for item in value:  # pyright: ignore[reportUnknownVariableType] -- of whatever it is
            yield from values_of(item)  # pyright: ignore[reportUnknownArgumentType] -- likewise
    else:
        yield value


async def test_what_a_server_wrote_makes_no_mark_up_in_the_page(world: World) -> None:
    page = dossier_markdown(await world.dossier(), language=Language.FRENCH, zone=PARIS)
    assert r"Service \*indisponible\* \<b\>" in page
    assert page.startswith("# Constat de panne\u00a0: Cairn.info\n")


async def test_a_page_that_says_all_is_well_is_told_as_contradicting(world: World) -> None:
    world.store.kept_looks[world.incident.id].pop()
    dossier = await world.dossier()
    assert dossier.contradicted
    assert dossier.official_lag is None
    assert "all is well, while the trouble was seen" in dossier_text(dossier, language=Language.ENGLISH, zone=PARIS)


async def test_the_object_has_every_key_also_when_nothing_is_known(world: World) -> None:
    full = dossier_object(await world.dossier(), local="Europe/Paris")
    bare = dossier_object(dossier_of(world.incident, (), Platform("x", "X"), at=NOW), local="UTC")
    assert list(full) == list(bare)
    assert (bare["places"], bare["people"]) == (
        [],
        {"asked": None, **dict.fromkeys(("say_down", "say_up", "down_places", "up_places"))},
    )
    assert json.loads(json.dumps(full)) == full


async def test_people_who_were_forgotten_are_unknown_and_not_none(world: World) -> None:
    world.store.reported.clear()
    world.store.posts.clear()
    dossier = await world.dossier(NOW + timedelta(days=100))
    assert (dossier.tally, dossier.askers) == (None, None)
    text = dossier_text(dossier, language=Language.ENGLISH, zone=UTC)
    assert "How many asked: unknown" in text
    assert "Say that it fails: unknown" in text


async def test_what_people_said_is_kept_with_the_looks_when_their_reports_are_gone(world: World) -> None:
    told = (await world.dossier()).tally
    assert told is not None
    newest = world.store.kept_looks[world.incident.id][-1]
    world.store.kept_looks[world.incident.id][-1] = replace(newest, tally=told)
    world.store.reported.clear()
    assert (await world.dossier(NOW + timedelta(days=100))).tally == told


async def test_hosts_that_somebody_typed_are_not_named_as_other_services(world: World) -> None:
    typed = Platform("url:private.example", "private.example", targets=(Target("private.example", typed=True),))
    await world.store.remember(judge(replace(evidence(look(answer())), platform=typed), at=NOW + MINUTE))
    assert (await world.dossier()).worked == ("HAL",)


async def test_an_outage_that_is_over_has_an_end_and_a_length(world: World) -> None:
    incident = world.incident
    for minutes in (5, 7):
        good = judge(replace(evidence(look(answer())), platform=CAIRN), at=NOW + minutes * MINUTE)
        incident = followed(incident, good)
        await world.store.save_incident(incident, LookTaken.of(good), [])
    world.incident = incident
    text = dossier_text(await world.dossier(NOW + 9 * MINUTE), language=Language.ENGLISH, zone=UTC)
    assert "State: over (was seen: down)" in text
    assert "Ended: between 2026-11-23 09:43:00 UTC (09:43:00 UTC) and 2026-11-23 09:47:00 UTC" in text
    assert "Lasted: 1 to 7 min" in text
    assert "Looks: 2 of 4 saw the trouble" in text


async def test_a_look_that_caught_the_moment_of_return_takes_no_evidence_away(world: World) -> None:
    at = NOW + 5 * MINUTE
    tries = [
        replace(look(result, place), observed_at=at, attempt=number)
        for place in (RENNES, NICE)
        for number, result in enumerate((answer(503), answer()), start=1)
    ]
    half = judge(replace(evidence(*tries), platform=CAIRN), at=at)
    assert half.word is Word.DEGRADED
    incident = followed(world.incident, half)
    await world.store.save_incident(incident, LookTaken.of(half), [])
    world.incident = incident
    seen = {one.vantage_point.place: one.observation for one in (await world.dossier(NOW + 9 * MINUTE)).seen}
    assert {place: made and made.observed_at for place, made in seen.items()} == dict.fromkeys(seen, NOW + MINUTE)


@pytest.mark.parametrize("limit", [300, 500, 140])
@pytest.mark.parametrize("language", Language)
async def test_the_few_lines_for_a_thread_fit_and_say_how_to_get_the_whole(
    world: World, language: Language, limit: int
) -> None:
    note = dossier_note(await world.dossier(), language=language, limit=limit, zone=PARIS)
    assert len(note) <= limit
    assert "Cairn.info" in note
    assert "indisponible" not in note
    if limit >= 300:
        assert note.endswith("cestmoiou dossier cairn-20261123-094200")
        assert "HTTP 503" in note


async def test_the_few_lines_in_french(world: World) -> None:
    note = dossier_note(await world.dossier(), language=Language.FRENCH, limit=500, zone=PARIS)
    assert note.replace("\u00a0", " ").splitlines() == [
        "Constat : Cairn.info, en panne. Depuis 10:40–10:42.",
        "HTTP 503 depuis Rennes (192.0.2.7)\u202f; tcp / timeout depuis Nice. Pages témoins : 6 sur 6 répondent.",
        "Disent que ça ne marche pas : 2 (Limoges, Chambéry). Page d’état : une panne.",
        "Le tout est chez qui m’exploite : cestmoiou dossier cairn-20261123-094200",
    ]


@pytest.mark.parametrize("address", ["10.1.2.3", "192.168.0.9", "100.64.1.1", "fd00::7"])
async def test_the_few_lines_in_a_thread_tell_no_address_of_a_network_inside(world: World, address: str) -> None:
    dossier = await world.dossier()
    inside = [
        replace(seen, observation=replace(seen.observation, addresses=Addresses(address)))
        for seen in dossier.seen
        if seen.observation is not None
    ]
    note = dossier_note(replace(dossier, seen=tuple(inside)), language=Language.FRENCH, limit=500, zone=PARIS)
    assert "HTTP 503 depuis Rennes" in note
    assert address not in note


async def test_the_few_lines_once_it_is_over(world: World) -> None:
    incident = world.incident
    for minutes in (5, 7):
        good = judge(replace(evidence(look(answer())), platform=CAIRN), at=NOW + minutes * MINUTE)
        incident = followed(incident, good)
        await world.store.save_incident(incident, LookTaken.of(good), [])
    world.incident = incident
    note = dossier_note(await world.dossier(NOW + 9 * MINUTE), language=Language.ENGLISH, limit=500, zone=UTC)
    assert note.startswith("Report: Cairn.info, down. Seen at 09:40–09:42. The trouble lasted 1 to 7 min.\n")
