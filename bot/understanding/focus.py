"""What a post complains of: its text goes in, the part about what fails comes out ("A opens, but B does not": B)."""

import re
from collections.abc import Sequence

from bot.model import Language
from bot.understanding.lexicons import Lexicon
from bot.understanding.reading import folded

_CLAUSES = re.compile(
    r"(?<=[,;:.!?—–])\s+|\s+(?=(?:mais|alors que|tandis que|en revanche|par contre|but|whereas|while|yet|"
    r"pero|aber|però|ma|mas|maar)\b)"
)
_WORKS = re.compile(
    r" (?:repond|repondent|s'ouvre|s'ouvrent|marche|marchent|passe|works?|loads?|opens?|on a bien acces a .*) $"
)
# "ok pour ChatGPT, mais…": said before the name.
_FINE_FOR = re.compile(
    r"^ (?:ok|okay|d'accord|bon|rien a dire|pas de souci|fine|good|all good) (?:pour|avec|sur|for|with) "
)
# The same where other languages say it, "Gmail me va, pero…"; "no" is no denial in English.
_WORKS_ABROAD = re.compile(
    r" (?:me va|va bien|va be|funciona|me funciona|rula|geht|lauft|funktioniert|funziona|va|werkt|doet het) $"
)
_NOT_ABROAD = re.compile(r" (?:no|nicht|non|nao|niet|kein|keine|nada|niente|nichts|niets|res) ")
# "npm no idea, but PyPI…", "EBSCO, d'accord. Mais…": said of a name that is put aside.
_PUT_ASIDE = re.compile(
    r"^ (?:[^ ]+ ){1,3}?(?:no idea|no clue|dunno|don't know|ne sais pas|sais pas|"
    r"je ne sais pas|je sais pas|aucune idee|keine ahnung|weiss nicht|ni idea|no se|non so|nao sei|geen idee) $"
)
_AGREED = re.compile(r"^ (?:d'accord|ok|okay|soit|entendu|bon|fine|noted|vale|de acuerdo|alles klar|va bene|oke) $")
_DOES_NOT = re.compile(r" (?:non|pas|nope|not|plus|doesn't|isn't|won't) ")


def failing_part(text: str, words: Lexicon) -> str:
    """The clauses without those that say that something works; the whole text if nothing else is said to fail."""
    clauses = _CLAUSES.split(text)
    kept = [clause for place, clause in enumerate(clauses) if not _puts_aside(clauses, place)]
    failing = [clause for clause in kept if not _says_it_works(clause, words)]
    if not failing or len(failing) == len(kept):
        return " ".join(kept) if kept and len(kept) < len(clauses) else text
    rest = folded(" ".join(failing))
    fails = words.cue("down", rest) or _DOES_NOT.search(rest) or "?" in rest
    abroad = words.language not in (Language.FRENCH, Language.ENGLISH) and _NOT_ABROAD.search(rest)
    return " ".join(failing) if fails or abroad else text


def _puts_aside(clauses: Sequence[str], place: int) -> bool:
    """Whether a clause names something only to leave it: "npm no idea", "EBSCO, d'accord."."""
    if _PUT_ASIDE.search(folded(clauses[place])):
        return True
    following = folded(clauses[place + 1]) if place + 1 < len(clauses) else ""
    return place == 0 and len(clauses) > 2 and _AGREED.search(following) is not None


def _says_it_works(clause: str, words: Lexicon) -> bool:
    said = folded(clause)
    if "?" in said:
        return False
    without = words.finds["up"].sub(" ", said)
    if words.language in (Language.FRENCH, Language.ENGLISH):
        works, denied = _WORKS.search(said), _DOES_NOT.search(without)
    else:
        works, denied = _WORKS.search(said) or _WORKS_ABROAD.search(said), _NOT_ABROAD.search(without)
    says_so = works is not None or _FINE_FOR.search(said) is not None or without != said
    return says_so and not words.cue("down", without) and not denied
