"""« C'est moi ou X est couché ? »: the question that the bot is named after, in every language, of any platform."""

import itertools
from collections.abc import Sequence

import pytest

from bot.catalogue import Catalogue
from bot.model import Act, Language, Platform
from bot.understanding import understand

NAMES = ("Cairn", "Persée", "theses.fr", "GitHub", "HAL", "Web of Science")
CATALOGUE = Catalogue([Platform(str(number), name) for number, name in enumerate(NAMES)])
ASKED: dict[Language, tuple[Sequence[str], Sequence[str]]] = {
    Language.FRENCH: (
        ("c'est moi ou", "C’est moi ou", "c moi ou", "moi ou", "C'EST MOI OU"),
        ("est couché", "est couchée", "est down", "rame", "est en panne", "ne répond plus", "est dans les choux"),
    ),
    Language.ENGLISH: (("is it just me or is", "just me or is", "is it me or is"), ("down", "dead", "broken", "slow")),
    Language.SPANISH: (("¿soy yo o", "soy solo yo o"), ("está caído", "no funciona", "va lento")),
    Language.GERMAN: (("liegt es an mir oder ist", "bin ich das oder ist"), ("down", "kaputt", "nicht erreichbar")),
    Language.ITALIAN: (("sono io o", "sono solo io o"), ("è giù", "non funziona", "è lento")),
    Language.PORTUGUESE: (("sou só eu ou", "sou eu ou"), ("está em baixo", "caiu", "não funciona")),
    Language.DUTCH: (("ligt het aan mij of is", "ben ik het of is"), ("down", "kapot", "onbereikbaar")),
    Language.CATALAN: (("soc jo o", "soc només jo o"), ("ha caigut", "no funciona", "va lent")),
}


@pytest.mark.parametrize("language", ASKED)
def test_the_classic_question_is_always_a_question(language: Language) -> None:
    openings, endings = ASKED[language]
    missed = [
        text
        for opening, name, ending, mark in itertools.product(openings, NAMES, endings, ("", "?", " ?", " 😭"))
        if not _is_asked(text := f"{opening} {name} {ending}{mark}", language, name)
    ]
    assert missed == []


def _is_asked(text: str, language: Language, name: str) -> bool:
    intent = understand(text, tag=None, default=language, names=CATALOGUE.names_in)
    found = CATALOGUE.find(intent)
    return found.act is Act.ASK and [platform.name for platform in found.platforms] == [name]


@pytest.mark.parametrize("name", ["le catalogue", "l'ENT", "le proxy", "la docélec"])
def test_it_may_be_about_what_everybody_has_one_of(name: str) -> None:
    missed = [
        text
        for ending in ("est en panne", "est couché", "rame", "ne répond plus")
        for mark in ("", " ?")
        if understand(text := f"c'est moi ou {name} {ending}{mark}", tag=None, default=Language.FRENCH).act
        is not Act.ASK
    ]
    assert missed == []
