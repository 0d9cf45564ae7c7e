"""« dossier » : a post's text in, whether it asks for the evidence to be sent to the provider, and of what, out.

Strict on purpose: the word alone, or with a name behind it. In a sentence it is an ordinary word (« mon dossier CAF »),
and the sentence is read like any other (`acts.py`).
"""

import re

from bot.understanding.reading import folded, plain

_THE = r"(?:le |la |un |une |the |a |el |un |das |den |il |o |het |l')?"
_WORDS = (
    r"report (?:for|to) the provider|evidence pack|evidence|dossier|constat|rapporto|rapport|informe|pruebas|"
    r"storungsbericht|bericht|relatorio|provas|proves|prove|bewijs|expedient"
)
_PLEASE = (
    r"(?:please|pls|plz|svp|stp|s'il te plait|s'il vous plait|merci|thanks|por favor|bitte|per favore|alstublieft|aub|"
    r"si us plau|\?|!)"
)
_OF = r"(?:of|on|for|about|de|du|des|sur|pour|d'|d |sobre|di|su|per|von|zu|uber|over|van) ?"
_ASKS = re.compile(rf" {_THE}(?:{_WORDS})(?: (?:{_OF})?(?P<name>.{{1,80}}?))??(?: {_PLEASE})* ")


def dossier_asked(text: str) -> str | None:
    """Of what a dossier is asked for: a name as folded words, "" for what the thread is about; None: of nothing."""
    asked = _ASKS.fullmatch(folded(plain(text)))
    return None if asked is None else (asked["name"] or "")
