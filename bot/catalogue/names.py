"""How names are compared: a text goes in, its words come out, folded, with what they looked like."""

import re
import unicodedata
from dataclasses import dataclass

# A word keeps inner dots and signs (cairn.info, Mir@bel, Canal+); "&" is a word of its own (Taylor & Francis).
_WORD = re.compile(r"[^\W_]+(?:[.@+][^\W_]+)*\+?|&")
# French elision (l'ANTS, d'OpenEdition, qu'Orange) is not part of a name.
_ELIDED = re.compile(r"\b(?:l|d|qu|j|n|m|s|c|t|jusqu|lorsqu|puisqu)'", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\s*\([^)]*\)\s*")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a post: `folded` is what is compared, `written` what stood there, `start` where, in characters."""

    folded: str
    written: str
    start: int


def tokens(text: str) -> list[Token]:
    """Split a text into its words. Apostrophes of every kind count as "'", hyphens as spaces."""
    plain = text.replace("’", "'").replace("ʼ", "'")
    plain = _ELIDED.sub(lambda found: " " * len(found.group()), plain)
    return [Token(fold(word.group()), word.group(), word.start()) for word in _WORD.finditer(plain)]


def fold(word: str) -> str:
    """Lower-case a word and take its accents off: "Érudit" and "erudit" are the same."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word.casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def words(name: str) -> tuple[str, ...]:
    """The folded words of a name: two names with the same words are the same name."""
    return tuple(token.folded for token in tokens(unicodedata.normalize("NFKC", name)))


def plain_form(name: str) -> str:
    """A name without its parenthesis: "Free (Freebox)" is called Free."""
    return _IN_BRACKETS.sub(" ", name).strip()


def near(one: str, other: str) -> bool:
    """Whether two words are one slip apart: a letter too many, one missing, another one, or two swapped."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    left, right = one[start:], other[start:]
    swapped = left[:2] == right[1::-1] and left[2:] == right[2:]
    return swapped or left[1:] == right[1:] or left[1:] == right or left == right[1:]


def slips(word: str) -> set[str]:
    """The word, and the word with one letter left out: two words one slip apart have one of these in common."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}
