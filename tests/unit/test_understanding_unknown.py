"""Names of sites that nobody knows: they are kept as written; words of the language, towns and machines are none."""

import pytest

from bot.model import Language
from bot.understanding.lexicons import lexicon
from bot.understanding.unknown import unknown_name

FRENCH = {
    "at the beginning": ("Nuxeo est en panne ?", "Nuxeo"),
    "after who asks": ("c'est moi ou Syracuse est HS ?", "Syracuse"),
    "two words": ("Bidule Pro ne répond plus depuis Nantes", "Bidule Pro"),
    "after an access": ("Quelqu'un a accès à Kairos ?", "Kairos"),
    "after a portal": ("Bonjour, est-ce que le portail Ermes marche ?", "Ermes"),
    "elided": ("Est-ce qu'Omeka marche ?", "Omeka"),
    "capitals within": ("plus rien sur HyperPlanning", "HyperPlanning"),
    "not the town": ("le serveur est down à Neuchâtel", None),
    "no machine": ("L'ascenseur est HS à Brest", None),
    "the institution's own": ("l'ENT est HS", None),
    "a shouting post": ("TOUT EST EN PANNE", None),
}
ENGLISH = {
    "after is": ("is Panopto down?", "Panopto"),
    "after into": ("anyone else can't log into Workday?", "Workday"),
    "no printer": ("The printer is down", None),
    "no network": ("is the wifi down in Leeds?", None),
}


@pytest.mark.parametrize(("text", "name"), FRENCH.values(), ids=FRENCH.keys())
def test_french(text: str, name: str | None) -> None:
    assert unknown_name(text, lexicon(Language.FRENCH)) == name


@pytest.mark.parametrize(("text", "name"), ENGLISH.values(), ids=ENGLISH.keys())
def test_english(text: str, name: str | None) -> None:
    assert unknown_name(text, lexicon(Language.ENGLISH)) == name
