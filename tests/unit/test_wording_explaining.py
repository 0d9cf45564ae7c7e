"""What `cestmoiou probe` explains to a person, in 80 columns and in the operator's language."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.model import History, Language, OfficialLevel, OfficialWord, Role
from bot.verdict import judge
from bot.wording import explain
from tests.unit.verdict_scenes import NOW, SEARCH, answer, controls, evidence, look, place

PARIS_TIME = ZoneInfo("Europe/Paris")
PARIS, NICE = place("Paris", "Renater"), place("Nice")
KNOWN = History(last_up_at=NOW - timedelta(minutes=2), usual_first_byte=timedelta(seconds=0.4))
LOOKS = (look(answer(503), PARIS), look(answer(503), PARIS, attempt=2, after=2), look(answer(), NICE))
SEEN = evidence(*LOOKS, look(answer(500), PARIS, target=SEARCH), checks=controls(2, PARIS), history=KNOWN)
VERDICT = replace(
    judge(SEEN, at=NOW),
    observations=SEEN.observations,
    history=KNOWN,
    official=OfficialWord(OfficialLevel.OK, "https://etat.example", NOW, title="zqxj"),
)


def explained(language: Language) -> str:
    text = explain(VERDICT, language=language, zone=PARIS_TIME)
    return text.replace("’", "'").replace("\u202f", " ").replace("\u00a0", " ")


def test_it_is_told_place_by_place_in_french() -> None:
    text = explained(Language.FRENCH)
    for part in (
        "Paris (Renater) → https://www.cairn.info/ (accueil)",
        "vote « en panne », règle status.5xx",
        "essai 2 : HTTP 503 (premier octet 0,3 s, 0,3 s en tout)",
        "vote « répond », règle status.2xx : il répond normalement",
        "https://www.cairn.info/search (recherche)",
        "reference-0.example répond",
        "reference-2.example ne répond pas",
        "Leur page d'état n'annonce rien (lue à 10:42). https://etat.example",
        "Dernière réponse connue : 10:40.",
    ):
        assert part in text.replace("\n    ", " ")


def test_it_is_told_in_english_too() -> None:
    text = explained(Language.ENGLISH).replace("\n    ", " ")
    assert "Nice → https://www.cairn.info/ (home page)" in text
    assert "attempt 1: HTTP 503 (first byte 0.3 s, 0.3 s in all)" in text


@pytest.mark.parametrize("language", Language)
def test_it_fits_80_columns_and_quotes_nobody(language: Language) -> None:
    text = explained(language)
    assert max(map(len, text.splitlines())) <= 80
    assert "zqxj" not in text


@pytest.mark.parametrize("role", Role)
def test_every_step_has_a_name(role: Role) -> None:
    vote = VERDICT.votes[0]
    assert vote.observation is not None
    seen = replace(vote.observation, target=replace(vote.observation.target, role=role))
    verdict = replace(VERDICT, votes=(replace(vote, observation=seen),))
    told = explain(verdict, language=Language.FRENCH, zone=PARIS_TIME).splitlines()
    assert any(line.startswith("Paris (Renater) → https://") and line.endswith(")") for line in told)
