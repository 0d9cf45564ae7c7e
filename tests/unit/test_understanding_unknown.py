"""Names of sites that nobody knows: they are kept as written; words of the language, towns and machines are none."""

from pathlib import Path

import pytest

from bot.model import Language
from bot.understanding.lexicons import lexicon
from bot.understanding.ordinary import is_ordinary
from bot.understanding.unknown import unknown_name

FRENCH = {
    "at the beginning": ("Nuxeo est en panne ?", "Nuxeo"),
    "after who asks": ("c'est moi ou Syracuse est HS ?", "Syracuse"),
    "two words": ("Bidule Pro ne répond plus depuis Nantes", "Bidule Pro"),
    "after an access": ("Quelqu'un a accès à Kairos ?", "Kairos"),
    "after a portal": ("Bonjour, est-ce que le portail Ermes marche ?", "Ermes"),
    "elided": ("Est-ce qu'Omeka marche ?", "Omeka"),
    "capitals within": ("plus rien sur HyperPlanning", "HyperPlanning"),
    "in small letters": ("swisscovery ne répond plus depuis Neuchâtel", "swisscovery"),
    "in small letters, from SMS": ("ya que moi qui arrive pas sur babelio ?", "babelio"),
    "in small letters, where it is asked": ("c'est moi ou tricount est en panne", "tricount"),
    "an ordinary word": ("imprimante en panne ?", None),
    "an ordinary word with a slip": ("je crois que imprimantes rament, radiateurs aussi", None),
    "no word, but nothing fails": ("je lis babelio le soir", None),
    "a town in small letters": ("figeac ne répond plus", None),
    "before too": ("Skolengo aussi est tombé, vous pensez ?", "Skolengo"),
    "before c'est": ("Kosmos c'est tombé aussi ?", "Kosmos"),
    "behind what sends": ("plus aucun message ne part de Doctomail, c'est coupé ?", "Doctomail"),
    "two words, one of them a word": ("Tipiak Paie plantouille encore", "Tipiak Paie"),
    "somebody": ("ma collègue Clothilde dit que tout est en panne", None),
    "not the town": ("le serveur est down à Neuchâtel", None),
    "no machine": ("L'ascenseur est HS à Brest", None),
    "the institution's own": ("l'ENT est HS", None),
    "a shouting post": ("TOUT EST EN PANNE", None),
}
ENGLISH = {
    "after is": ("is Panopto down?", "Panopto"),
    "after into": ("anyone else can't log into Workday?", "Workday"),
    "in small letters, gone": ("libgen gone again?", "libgen"),
    "in small letters, not loading": ("lichess not loading, server down?", "lichess"),
    "a generic word": ("our VLE is on the floor", None),
    "with a generic word": ("Tidewater LMS unreachable from our school district, others?", "Tidewater LMS"),
    "toaster": ("toaster broken?", None),
    "dishwasher": ("is dishwasher down again", None),
    "no printer": ("The printer is down", None),
    "no network": ("is the wifi down in Leeds?", None),
}


@pytest.mark.parametrize(("text", "name"), FRENCH.values(), ids=FRENCH.keys())
def test_french(text: str, name: str | None) -> None:
    assert unknown_name(text, lexicon(Language.FRENCH)) == name


OTHERS = {
    "a German compound": (Language.GERMAN, "DKB-App schon wieder hinüber?", "DKB"),
    "a German page": (Language.GERMAN, "die DNB-Seite streikt", "DNB"),
    "German, in small letters": (Language.GERMAN, "gmx kaputt oder was", "gmx"),
    "no bank's own": (Language.GERMAN, "das Online-Banking liegt flach", None),
    "Spanish": (Language.SPANISH, "¿Bibliorama se cayó o es mi wifi?", "Bibliorama"),
    "Spanish, in small letters": (Language.SPANISH, "¿wallapop petado?", "wallapop"),
    "Portuguese, in small letters": (Language.PORTUGUESE, "nubank caiu? tô na fila do mercado", "nubank"),
    "Dutch": (Language.DUTCH, "kan iemand nog op Zilverboek inloggen?", "Zilverboek"),
    "Dutch, in small letters": (Language.DUTCH, "marktplaats eruit? krijg alleen een foutmelding", "marktplaats"),
}


@pytest.mark.parametrize(("language", "text", "name"), OTHERS.values(), ids=OTHERS.keys())
def test_other_languages(language: Language, text: str, name: str | None) -> None:
    assert unknown_name(text, lexicon(language)) == name


@pytest.mark.parametrize("word", ["imprimante", "radiateurs", "toaster", "aa", "aachen", "zzz", "heizung", "mathilde"])
def test_ordinary_words_and_their_plurals(word: str) -> None:
    assert is_ordinary(word) is (word != "zzz")


def test_the_list_of_ordinary_words_is_in_the_order_in_which_it_is_searched() -> None:
    file = Path(__file__).parents[2] / "bot/understanding/ordinary_words.txt"
    words = [line for line in file.read_text("ascii").splitlines() if not line.startswith("#")]
    assert words == sorted(set(words))


@pytest.mark.parametrize(("text", "name"), ENGLISH.values(), ids=ENGLISH.keys())
def test_english(text: str, name: str | None) -> None:
    assert unknown_name(text, lexicon(Language.ENGLISH)) == name
