"""A name that nobody knows: the post goes in, the name that its question is about comes out, as written."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.model import Language
from bot.understanding.gazetteer import folded_word, town_at
from bot.understanding.lexicons import Lexicon
from bot.understanding.ordinary import is_ordinary
from bot.understanding.reading import folded

_WORD = re.compile(r"[^\W_][\w+&-]*")
# "DKB-App", "DNB-Seite": German runs the kind of thing into the name.
_COMPOUND = re.compile(r"-(?:App|Seite|Website|Webseite|Portal|Server|Konto|Login|Dienst|Netz)$")
_MOST_WORDS = 4
_LONGEST_PHRASE = 3
_MOST_READ = 500
_ENOUGH = 2


@dataclass(frozen=True, slots=True)
class _Word:
    written: str
    folded: str
    opens: bool  # a clause begins here
    joined: bool  # nothing but a space before it

    @property
    def capital(self) -> bool:
        return self.written[0].isupper()

    @property
    def odd(self) -> bool:
        """Whether no ordinary word looks like it: iFood, DigiD, RACO."""
        return any(letter.isupper() for letter in self.written[1:])


def unknown_name(text: str, words: Lexicon) -> str | None:
    """The name as written, or None; words of the language itself are no names.

    It stands where a post names what fails, or is spelt as only names are. In small letters it must be no ordinary
    word of any language, and be the subject of a phrase that says that it fails.
    """
    said = list(_words(text))
    if not any(letter.islower() for word in said for letter in word.written):
        return None  # a post in capitals only shows no name
    best, most = None, _ENOUGH - 1
    for first, last in _runs(said, words):
        score = _score(said, first, last, words.language)
        if score > most:
            best, most = " ".join(word.written for word in said[first:last]), score
    best = best or _in_small_letters(said, words)
    return None if best is None or _is_generic(best, words) else _COMPOUND.sub("", best)


def _is_generic(name: str, words: Lexicon) -> bool:
    """Whether nothing is left of a name without the words that everybody's sites have: "Portail ENT"."""
    return not words.finds["generic"].sub(" ", folded(name)).strip()


def _in_small_letters(said: Sequence[_Word], words: Lexicon) -> str | None:
    """ "libgen gone again?", "arrive pas sur babelio": the first word that is no word, where a name is expected."""
    for place, word in enumerate(said):
        if word.capital or not _is_no_word(word, words):
            continue
        reached = any(_phrase(said, place - back, place) in _list("reach") for back in range(2, _LONGEST_PHRASE + 1))
        asked = place > 0 and not word.opens and said[place - 1].folded in _list("is")
        fails = any(_phrase(said, place + 1, place + 1 + ahead) in _list("fails") for ahead in range(1, 4))
        if reached or ((word.opens or asked) and fails):
            return word.written
    return None


def _is_no_word(word: _Word, words: Lexicon) -> bool:
    if not word.folded.isalpha() or word.folded in _list("no_names") or is_ordinary(word.folded):
        return False
    return town_at((word.folded,), words.language) is None


def _words(text: str) -> Iterator[_Word]:
    end = 0
    for found in _WORD.finditer(text[:_MOST_READ]):
        between = text[end : found.start()]
        opens = end == 0 or bool(re.search(r"[,;:.!?…—–()«»\"“”¿¡]", between))
        written = found.group()
        spelt = folded_word(written) if written.isalnum() else folded(written).strip()
        yield _Word(written, spelt, opens, joined=between == " ")
        end = found.end()


def _runs(said: Sequence[_Word], words: Lexicon) -> Iterator[tuple[int, int]]:
    """The places of the names that may be: words with a capital one after the other, not those of the language."""
    place = 0
    while place < len(said):
        last = place
        while last < len(said) and last - place < _MOST_WORDS and _may_be_in_a_name(said, place, last, words):
            last += 1
        if last > place:
            yield place, last
        place = max(last, place + 1)


def _may_be_in_a_name(said: Sequence[_Word], first: int, place: int, words: Lexicon) -> bool:
    word = said[place]
    if not (word.capital or word.odd) or len(word.written) < 2 or (place > first and not word.joined):
        return False
    return word.folded not in _list("no_names") and (word.odd or word.folded not in words.telling)


def _score(said: Sequence[_Word], first: int, last: int, language: Language) -> int:
    run = said[first:last]
    score = 2 * any(word.odd for word in run)
    # In German every noun has a capital, and at the start of a clause every word has.
    if (not said[first].opens and language.value != "de") or (last - first > 1 and language.value != "de"):
        score += 1
    if not any(is_ordinary(part) for word in run for part in word.folded.split()) and not _is_a_town(run, language):
        score += 1
    score += _score_before(said, first)
    if any(_phrase(said, last, last + length) in _list("after") for length in range(1, _LONGEST_PHRASE + 1)):
        score += 2
    return score


def _is_a_town(run: Sequence[_Word], language: Language) -> bool:
    town = town_at([part for word in run for part in word.folded.split()], language)
    return town is not None


def _score_before(said: Sequence[_Word], first: int) -> int:
    """What the longest phrase before a name says of it: a town follows "à", what is asked about "accès à"."""
    for length in range(min(_LONGEST_PHRASE, first), 0, -1):
        phrase = _phrase(said, first - length, first)
        if phrase in _list("before"):
            return 2
        if phrase in _list("places"):
            return -3
    return 0


def _phrase(said: Sequence[_Word], first: int, last: int) -> str:
    return " ".join(word.folded for word in said[max(first, 0) : last])


@cache
def _list(name: str) -> frozenset[str]:
    lists = tomllib.loads(files("bot.understanding").joinpath("unknown.toml").read_text("utf-8"))
    return frozenset(lists[name])
