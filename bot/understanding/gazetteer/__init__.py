"""The names of towns: the words of a post go in, the town whose name begins there comes out, spelt as people write it.

`towns.txt` and `small_towns.txt` are made from GeoNames (CC BY 4.0) by scripts/gazetteer.py; the other files are kept
by hand. Whether a post means a place is for bot/understanding/places.py to say. They are searched as sorted lines,
which takes less memory and no time to load: a dictionary of folded names would cost 5 MB and 0.2 s.
"""

import re
import tomllib
import unicodedata
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.model import Language

LONGEST_NAME = 5  # words, as in "Saint-Rémy-de-Provence"

_NOT_A_WORD = re.compile(r"[^\w]+")
_SHORT = {"st": "saint", "ste": "sainte"}


@dataclass(frozen=True, slots=True)
class Town:
    """A name that was found, of `length` words.

    `well_known`: large enough to be meant where nothing says that a place comes. `is_word`: the name is an ordinary
    word, a first name or a platform as well.
    """

    name: str
    length: int
    well_known: bool
    is_word: bool


def town_at(words: Sequence[str], language: Language) -> Town | None:
    """The town whose name begins with the first of these folded words, the longest; None if there is none."""
    sources = (
        (_by_hand(language), True),
        (_lines("towns.txt"), True),
        (_abroad(), True),
        (_lines("small_towns.txt"), False),
    )
    found = [(_longest(lines, words), well_known) for lines, well_known in sources]
    best = max((length for (length, _), _ in found), default=0)
    if not best:
        return None
    name, well_known = next((name, known) for (length, name), known in found if length == best)
    key = _key(words[:best])
    return Town(name, best, well_known, key in _words() or f"{language}:{key}" in _words())


def campus_at(words: Sequence[str]) -> str | None:
    """The town of the campus whose name begins with the first of these folded words."""
    length, town = _longest(_campuses(), words)
    return town if length else None


def folded_word(word: str) -> str:
    """A word in lower case without accents, as the files have it."""
    if word.isascii():
        return word.lower()
    letters = unicodedata.normalize("NFKD", word.casefold().replace("œ", "oe").replace("ß", "ss"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def folded_name(name: str) -> str:
    """A name as the files have it: folded words, one space between them, "saint" for "st"."""
    return _key([folded_word(word) for word in _NOT_A_WORD.sub(" ", name).split()])


def words_around(table: str, name: str = "words") -> frozenset[str]:
    """A list of around.toml; empty if there is none."""
    return _around().get(table, {}).get(name, frozenset())


def article_behind(word: str) -> str | None:
    """ "le" behind "au": the article that a town's name has when nothing is before it."""
    return _articles().get(word)


def _longest(lines: Sequence[str], words: Sequence[str]) -> tuple[int, str]:
    best = (0, "")
    for length in range(1, min(LONGEST_NAME, len(words)) + 1):
        key = _key(words[:length])
        place = bisect_left(lines, key)
        if place == len(lines) or not lines[place].startswith(key):
            break
        if lines[place].startswith(f"{key}\t"):
            best = (length, lines[place].partition("\t")[2])
    return best


def _key(words: Sequence[str]) -> str:
    return " ".join(words) if len(words) == 1 else " ".join(_SHORT.get(word, word) for word in words)


@cache
def _lines(file: str) -> list[str]:
    return _text(file).splitlines()


@cache
def _by_hand(language: Language) -> list[str]:
    """Names of sites, and of towns as this language has them."""
    return _sorted({folded_name(name): name for name in _exonyms()[language.value]} | _sites()["names"])


@cache
def _abroad() -> list[str]:
    """Names that towns have in any of the languages: people write in one and name in another."""
    return _sorted({folded_name(name): name for names in _exonyms().values() for name in names})


@cache
def _exonyms() -> dict[str, list[str]]:
    return tomllib.loads(_text("exonyms.toml"))


@cache
def _campuses() -> list[str]:
    return _sorted(_sites()["campuses"])


@cache
def _sites() -> dict[str, dict[str, str]]:
    tables = tomllib.loads(_text("sites.toml"))
    return {table: {folded_name(name): town for name, town in names.items()} for table, names in tables.items()}


@cache
def _words() -> frozenset[str]:
    return frozenset(_text("words.txt").splitlines())


@cache
def _around() -> dict[str, dict[str, frozenset[str]]]:
    tables = tomllib.loads(_text("around.toml"))
    del tables["articles"]
    return {table: {name: frozenset(words) for name, words in lists.items()} for table, lists in tables.items()}


@cache
def _articles() -> dict[str, str]:
    return tomllib.loads(_text("around.toml"))["articles"]


def _sorted(names: Mapping[str, str]) -> list[str]:
    return sorted(f"{key}\t{name}" for key, name in names.items())


def _text(file: str) -> str:
    return files("bot.understanding.gazetteer").joinpath(file).read_text(encoding="utf-8")
