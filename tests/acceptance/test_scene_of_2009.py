"""« C'est moi ou Cairn est couché ? », asked in Angers: seven towns look, colleagues report, and it is told when it is
back. On real networks (snac, Bluesky) and with the shipped bot and agents, each in a town with a line of its own.
"""

import json
import time
from collections.abc import Iterator

import pytest

from tests.acceptance.france import (
    AGENTS,
    ANGERS,
    LEAST_BETWEEN_LOOKS_S,
    France,
    posts_under,
    readable,
    staged,
    until_answered,
)
from tests.namespace.cases import FINE
from tests.namespace.spaces import require_root
from tests.servers.misbehaving import answer
from tests.servers.running import ANSWERED_WITHIN_S, NotInstalledError, leave_out, wait_until

pytestmark = [pytest.mark.servers, pytest.mark.root, pytest.mark.timeout(480)]

DOWN = answer(503, b"x")
TOWNS = (ANGERS.place, *(town.place for town in AGENTS))
COLLEAGUES = {
    "limoges": ("snac", "pareil à Limoges"),
    "aix": ("snac", "HS aussi à Aix-en-Provence"),
    "rennes": ("bluesky", "pareil à Rennes"),
    "chambery": ("bluesky", "same here in Chambéry"),
    "nice": ("bluesky", "works for me in Nice"),
}
"""Who reports where, and in which words."""


@pytest.fixture(scope="module")
def france(tmp_path_factory: pytest.TempPathFactory) -> Iterator[France]:
    require_root()
    try:
        names = (*COLLEAGUES, "later", "patient")
        people = {"snac": names, "bluesky": names}
        with staged(tmp_path_factory.mktemp("france"), people=people) as running:
            yield running
    except NotInstalledError as missing:
        leave_out(missing)


def ask(france: France, network: str, text: str, *, who: str = "asker", under: str | None = None) -> str:
    return france.people[network].ask(f"@bot {text}", who=who, under=under)


def towns_in(text: str) -> list[str]:
    return [town for town in TOWNS if town in text]


def test_seven_towns_confirm_colleagues_report_and_everybody_is_told_once_that_it_is_back(france: France) -> None:
    early = ask(france, "bluesky", "c'est moi ou Cairn rame ?", who="patient")
    well = until_answered(france, "bluesky", early)
    assert "Cairn.info répond normalement depuis Angers" in well
    assert "et 3 autres" in well
    time.sleep(LEAST_BETWEEN_LOOKS_S)

    france.platform_is("cairn", DOWN)
    asked = {
        "bluesky": ask(france, "bluesky", "c'est moi ou Cairn est couché ?"),
        "snac": ask(france, "snac", "is it just me or is Cairn down?"),
    }
    told = {network: until_answered(france, network, post) for network, post in asked.items()}
    for network, words in told.items():
        assert ("Confirmed" if network == "snac" else "Confirmé") in words
        assert "HTTP 503" in words
        assert ("7 probes of 7" if network == "snac" else "7 sondes sur 7") in words
        assert len(towns_in(words)) == 4  # and three more are counted
    corrected = until_answered(france, "bluesky", early, number=2)
    assert corrected.startswith("Rectification. Confirmé")

    verdicts = {network: posts_under(france, network, post)[0].id for network, post in asked.items()}
    for who, (network, words) in COLLEAGUES.items():
        ask(france, network, words, who=who, under=verdicts[network])
    wait_until(
        lambda: france.log().count('"counted"') == len(COLLEAGUES),
        within_s=ANSWERED_WITHIN_S,
        what="five reports count",
    )
    later = ask(france, "bluesky", "Cairn est en panne ?", who="later")
    with_people = until_answered(france, "bluesky", later)
    assert "4 collègues confirment (" in with_people
    assert "Chez 1 collègue, ça marche (Nice)" in with_people
    wait_until(
        lambda: "4 colleagues confirm" in readable(posts_under(france, "snac", asked["snac"])[0].text),
        within_s=ANSWERED_WITHIN_S,
        what="the tally stands in the verdict on snac",
    )

    of_colleagues = until_answered(france, "bluesky", asked["bluesky"], number=2)
    assert of_colleagues.startswith("Cairn.info :")
    assert "collègues confirment (" in of_colleagues

    france.platform_is("cairn", FINE)
    # On Bluesky, where nothing can be edited, who had no correction is told once what colleagues say.
    everybody = [
        ("bluesky", early, 3),
        ("bluesky", asked["bluesky"], 3),
        ("snac", asked["snac"], 2),
        ("bluesky", later, 2),
    ]
    for network, post, number in everybody:
        back = until_answered(france, network, post, number=number)
        assert ("It is back: Cairn.info" if network == "snac" else "C'est revenu : Cairn.info") in back
    time.sleep(2 * LEAST_BETWEEN_LOOKS_S)
    assert [len(posts_under(france, network, post)) for network, post, _ in everybody] == [3, 3, 2, 2]
    assert_the_dossier_is_complete(france)


def assert_the_dossier_is_complete(france: France) -> None:
    done = france.command("dossier", "cairn", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    made = json.loads(done.stdout)
    assert {place["place"]: place["status"] for place in made["places"]} == dict.fromkeys(TOWNS, 503)
    assert {place["network"] for place in made["places"]} == {"Renater", "Free", "Orange", "SFR", "Bouygues Telecom"}
    assert all(place["address"] and place["timings_ms"]["total"] for place in made["places"])
    assert {control["ok"] for control in made["controls"]} == {True}
    people = made["people"]
    assert (people["asked"], people["say_down"], people["say_up"], people["up_places"]) == (4, 4, 1, ["Nice"])
    assert sorted(people["down_places"]) == ["Aix-en-Provence", "Chambéry", "Limoges", "Rennes"]
    assert (made["open"], made["worst"], made["unstable"]) == (False, "down", False)
    assert made["began"]["after"] < made["began"]["until"] < made["ended"]["after"] < made["ended"]["until"]
    assert made["lasted_s"]["least"] < made["lasted_s"]["most"]
    page = france.command("dossier", "cairn", "--lang", "en").stdout
    assert all(town in page for town in TOWNS)
    everything = done.stdout + page
    handles = [account.handle for account in france.bluesky.accounts.values()]
    assert not any(handle in everything for handle in (*handles, "localhost:", "did:plc:"))


def test_a_town_whose_line_is_cut_is_no_outage_anywhere(france: France) -> None:
    france.machines["rennes"].lose_the_web()
    try:
        told = until_answered(france, "bluesky", ask(france, "bluesky", "Persée est en panne ?", who="limoges"))
    finally:
        france.machines["rennes"].find_the_web()
    assert "Persée répond normalement depuis" in told
    assert "Rennes n'a pas pu juger." in told
    assert told.count("Rennes") == 1


def test_one_network_that_has_lost_the_way_is_told_as_such(france: France) -> None:
    renater, others = ("Angers", "Limoges", "Rennes"), ("Paris", "Aix-en-Provence", "Chambéry", "Nice")
    for town in renater:
        for address in france.addresses("openedition"):
            france.machines[town.lower()].cannot_reach(address)
    told = until_answered(france, "bluesky", ask(france, "bluesky", "OpenEdition est en panne ?", who="limoges"))
    answers, fails = told.split("mais en panne")
    assert "OpenEdition marche à moitié" in answers
    assert sorted(towns_in(answers)) == sorted(others)
    assert sorted(towns_in(fails)) == sorted(renater)
    assert "La panne ne touche qu'un réseau : Renater." in told


def test_the_bots_own_line_is_cut_and_its_agents_still_tell(france: France) -> None:
    france.platform_is("thesesfr", DOWN)
    france.machines["angers"].lose_the_web()
    told = until_answered(france, "bluesky", ask(france, "bluesky", "theses.fr est en panne ?", who="rennes"))
    assert "Confirmé, ce n'est pas que vous : theses.fr est en panne" in told
    assert "6 sondes sur 6" in told
    assert "Angers n'a pas pu juger." in told


def test_without_its_line_and_its_broker_the_bot_says_that_it_is_the_one_who_is_offline(france: France) -> None:
    france.machines["angers"].unplug()
    told = until_answered(france, "bluesky", ask(france, "bluesky", "Gallica est en panne ?", who="rennes"))
    assert "c'est moi qui suis hors ligne" in told
    assert "panne" not in told
    assert "Traceback" not in "".join(france.log(town) for town in ("angers", *(town.name for town in AGENTS)))
