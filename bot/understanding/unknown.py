"""A name that nobody knows: the post goes in, the name that its question is about comes out, as written."""

import re

from bot.understanding.lexicons import Lexicon
from bot.understanding.reading import folded

_NAME = r"(?<!\w)(?P<name>[^\W\d_a-z][\w+-]*(?: [^\W\d_a-z][\w+-]*){0,3})"
_ASKED = r"moi ou|me or is|[Ii]s|[Aa]re|[Cc]heck|état de|statut de|site|appli|plateforme|status of"
_SAID_OF_IT = (
    r"est|sont|ne|n'|is|are|down|HS|hs|KO|en panne|rame|plante|planté|tombé|inaccessible|injoignable|marche|répond|"
    r"fonctionne|won't|isn't|doesn't|not|dead|unreachable|en rade|dans les choux|ça|en carafe|a "
)
_ABOUT = (
    re.compile(rf"(?:{_ASKED}) (?:le |la |les |l'|d'|the )?{_NAME}"),
    re.compile(rf"(?<!à )(?<!depuis )(?<!from )(?<!in )(?<!de ){_NAME}(?= (?:{_SAID_OF_IT})\b)"),
    re.compile(r"(?:moi ou|is it just me or is) (?P<name>[\w+-]{3,30}) (?:est|is|down|rame|hs)\b"),
)
# Words that open a sentence or say "it"; all other common words are in the lexicon's own lists.
_NO_NAMES = frozenset(
    {"elle", "dites", "salut", "hey", "impossible", "question", "erreur", "internet", "wifi", "quelle", "quel", "rien"}
    | {"api", "vpn", "ko", "everything", "something", "lui", "toi", "paul", "my", "why", "hs"}
)


def unknown_name(text: str, words: Lexicon) -> str | None:
    """The name as written, or None; words of the language itself are no names."""
    for about in _ABOUT:
        for found in about.finditer(text):
            name = found.group("name").strip()
            first = name.split()[0].lower().strip("'")
            shouted = name[0].isupper() or about is _ABOUT[-1]
            if shouted and len(name) > 1 and first not in _NO_NAMES and first not in words.telling:
                return None if words.cue("generic", folded(name)) else name
    return None
