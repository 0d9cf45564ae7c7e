"""What a post complains of: its text goes in, the part about what fails comes out ("A opens, but B does not": B)."""

import re

from bot.understanding.lexicons import Lexicon
from bot.understanding.reading import folded

_CLAUSES = re.compile(
    r"(?<=[,;:.!?—–])\s+|\s+(?=(?:mais|alors que|tandis que|en revanche|par contre|but|whereas|while|yet)\b)"
)
_WORKS = re.compile(
    r" (?:repond|repondent|s'ouvre|s'ouvrent|marche|marchent|passe|works?|loads?|opens?|on a bien acces a .*) $"
)
# "ok pour ChatGPT, mais…": said before the name.
_FINE_FOR = re.compile(
    r"^ (?:ok|okay|d'accord|bon|rien a dire|pas de souci|fine|good|all good) (?:pour|avec|sur|for|with) "
)
_DOES_NOT = re.compile(r" (?:non|pas|nope|not|plus|doesn't|isn't|won't) ")


def failing_part(text: str, words: Lexicon) -> str:
    """The clauses without those that say that something works; the whole text if nothing else is said to fail."""
    clauses = _CLAUSES.split(text)
    failing = [clause for clause in clauses if not _says_it_works(clause, words)]
    if len(failing) == len(clauses):
        return text
    rest = folded(" ".join(failing))
    return " ".join(failing) if words.cue("down", rest) or _DOES_NOT.search(rest) or "?" in rest else text


def _says_it_works(clause: str, words: Lexicon) -> bool:
    said = folded(clause)
    if "?" in said:
        return False
    without = words.finds["up"].sub(" ", said)
    works = _WORKS.search(said) is not None or _FINE_FOR.search(said) is not None or without != said
    return works and not words.cue("down", without) and not _DOES_NOT.search(without)
