"""The count at the end of `scripts/simulate`: it must notice whatever was promised and not kept."""

from dataclasses import replace

import pytest

from simulation.cast import ASKERS, BLUESKY, QUESTIONS, REPORTERS, SNAC, sentence
from simulation.promises import Counted, promises

UP = "Cairn.info répond normalement depuis Angers."
DOWN = "Confirmed, it is not just you: Cairn.info is down."
CORRECTED = "Rectification. Confirmé, ce n'est pas que vous : Cairn.info est en panne."
BACK = "C'est revenu : Cairn.info répond de nouveau (11:31)."
EVERYBODY = " ".join(person.name for person in ASKERS)
ONE = ["cairn-1"]
FINE = Counted(dict.fromkeys(ASKERS, (DOWN, "It is back: Cairn.info.")), incidents=ONE, asked=40)


def broken(counted: Counted) -> list[str]:
    found = [each for each in promises(counted, ASKERS, REPORTERS) if not each.kept]
    return [" ".join((each.key, *each.let_down)) for each in found]


def anne_gets(*texts: str) -> Counted:
    return replace(FINE, under={**FINE.under, ASKERS[0]: texts})


def test_forty_who_ask_and_twenty_five_who_report_are_spread_over_both_networks() -> None:
    assert [sum(each.network == network for each in ASKERS) for network in (SNAC, BLUESKY)] == [20, 20]
    assert [sum(each.network == network for each in REPORTERS) for network in (SNAC, BLUESKY)] == [12, 13]
    assert len({person.name for person in (*ASKERS, *REPORTERS)}) == 65
    assert all("Cairn" in question for questions in QUESTIONS.values() for question in questions)


@pytest.mark.parametrize("counted", [FINE, anne_gets(UP, CORRECTED, BACK)], ids=["answer and back", "and a correction"])
def test_what_was_promised_and_kept_is_told_so(counted: Counted) -> None:
    assert broken(counted) == []


@pytest.mark.parametrize(
    ("counted", "expected"),
    [
        pytest.param(anne_gets(), ["one_verdict anne", "one_back anne", "at_most anne"], id="lost"),
        pytest.param(anne_gets(DOWN, DOWN, BACK), ["one_verdict anne", "at_most anne"], id="twice"),
        pytest.param(anne_gets(UP, CORRECTED, CORRECTED, BACK), ["at_most anne"], id="corrected twice"),
        pytest.param(anne_gets(DOWN, BACK, BACK), ["one_back anne", "at_most anne"], id="back twice"),
        pytest.param(anne_gets(BACK, DOWN), ["at_most anne"], id="out of order"),
        pytest.param(replace(FINE, elsewhere=1), ["elsewhere"], id="a reporter is answered"),
        pytest.param(replace(FINE, incidents=["a", "b"]), ["one_incident"], id="an outage for each network"),
        pytest.param(replace(FINE, asked=39), ["one_incident"], id="somebody is not counted"),
        pytest.param(
            replace(FINE, under=dict.fromkeys(ASKERS, (DOWN, CORRECTED, BACK, BACK))),
            [f"one_back {EVERYBODY}", f"at_most {EVERYBODY}", "budget"],
            id="80 posts on a network",
        ),
    ],
)
def test_what_was_not_kept_is_found(counted: Counted, expected: list[str]) -> None:
    assert broken(counted) == expected


@pytest.mark.parametrize("language", ["fr", "en"])
def test_who_was_let_down_is_told_in_both_languages(language: str) -> None:
    (lost, *_) = [each for each in promises(anne_gets(), ASKERS, REPORTERS) if not each.kept]
    told = sentence(lost.key, language, number=lost.number) + sentence("let_down", language, who=lost.let_down[0])
    assert told.endswith("pas pour anne" if language == "fr" else "not for anne")
    assert "40" in told
