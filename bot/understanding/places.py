"""Towns in a report: the post goes in, the town that it comes from comes out, as written."""

import re

from bot.model import Language
from bot.understanding.lexicons import lexicon
from bot.understanding.reading import folded

_TOWN = r"(?P<town>(?:(?:Le|La|Les|Saint|Sainte|St|New|San|Los|Ann|Cape|Hong) )?[^\W\d_a-z][^\W\d_]+(?:[-'][^\W\d_]+)*)"
_WHERE = (
    re.compile(rf"(?:^|[ (,;:])(?:[àÀ]|[aA](?= [^\W\d_a-z])|depuis|[Ff]rom|[Ii]n|[Aa]t|près de|vers|sur) {_TOWN}"),
    re.compile(rf"(?:BU|CHU|INSA|[Cc]ampus|fac|université|bibliothèque|antenne|site|IUT|lycée) (?:de |d'|du ){_TOWN}"),
    re.compile(r"(?:^|[ ,])(?:au|du) (?P<town>(?:Mans|Havre|Puy|Caire|Creusot|Luxembourg))\b"),
    re.compile(
        rf"^(?:Ici |ici |Non,? |Oui,? |non,? |Pareil,? |pareil,? |\+1 )?{_TOWN}(?: \d)? ?"
        r"(?:,|:|confirm|aussi\b|non plus|is\b|also\b|too\b|ok\b|OK\b|KO\b|HS\b|says\b|here\b|$)"
    ),
)
_ARTICLE_BACK = {"Mans": "Le Mans", "Havre": "Le Havre", "Puy": "Le Puy", "Caire": "Le Caire", "Creusot": "Le Creusot"}


def place_in(text: str, language: Language) -> str | None:
    """The town somebody writes from; None if the post says none, or only what kind of place it is."""
    no_place = lexicon(language).finds["no_place"]
    for where in _WHERE:
        for found in where.finditer(text):
            town = found.group("town")
            if not no_place.search(f" {folded(town).split()[0]} ") and not town.isupper():
                return _ARTICLE_BACK.get(town, town)
    return None
