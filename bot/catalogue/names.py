"""How names are compared: a text goes in, its words come out, folded, with what they looked like."""

import re
import unicodedata
from dataclasses import dataclass

# A word keeps inner dots and signs (cairn.info, Mir@bel, Canal+); "&" is a word of its own (Taylor & Francis).
_WORD = re.compile(r"[^\W_]+(?:[.@+][^\W_]+)*\+?|&")
# French, Italian and Catalan elision (l'ANTS, d'OpenEdition, qu'Orange, dell'INPS) is not part of a name.
_ELIDED = re.compile(r"\b(?:l|d|qu|j|n|m|s|c|t|jusqu|lorsqu|puisqu|quoiqu|dell|all|nell|sull|un)'", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\s*\([^)]*\)\s*")
_BETWEEN_CLAUSES = re.compile(r"[,;:.!?…—–()«»\"“”\n/|•→]|\s[-+*>]\s|[^\w\s'@#.,&+-]")
_HUMPS = re.compile(r"[A-ZÀ-Þ]{2,}(?=[A-ZÀ-Þ][a-zß-ÿ])|[A-ZÀ-Þ]?[a-zß-ÿ]+|[A-ZÀ-Þ]+|\d+")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a post: `folded` is what is compared, `written` what stood there, `start` where, in characters.

    `opens`: a clause begins here, for it is the first word or punctuation stands before it. `elided`: an article ran
    into it (l'équipe).
    """

    folded: str
    written: str
    start: int
    opens: bool = False
    hashtag: bool = False
    elided: bool = False


def tokens(text: str) -> list[Token]:
    """Split a text into its words. Apostrophes of every kind count as "'", hyphens as spaces."""
    plain = text.replace("’", "'").replace("ʼ", "'").replace("`", "'")
    plain = _ELIDED.sub(lambda found: " " * len(found.group()), plain)
    found: list[Token] = []
    end = 0
    for word in _WORD.finditer(plain):
        start = word.start()
        opens = start == 0 or not found or _BETWEEN_CLAUSES.search(plain, end, start) is not None
        elided = start >= 2 and plain[start - 1] == " " and text[start - 1] != " "
        found.append(Token(fold(word.group()), word.group(), start, opens, plain[start - 1 : start] == "#", elided))
        end = word.end()
    return found


def humps(token: Token) -> list[Token]:
    """The words run together in a hashtag: "#CairnEnPanne" is three."""
    return [
        Token(fold(part.group()), part.group(), token.start + part.start(), token.opens and part.start() == 0)
        for part in _HUMPS.finditer(token.written)
    ]


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
    """A name without its parenthesis and what follows a slash: "Numilog / BiblioAccess" is called Numilog.

    What stands behind the slash is often too short to be one name's own ("Google Drive / Docs"): it is for the aliases.
    """
    return _IN_BRACKETS.sub(" ", name).split(" / ")[0].strip()
