"""Towns' names in a post: its text goes in, its words and the mentions of towns among them come out.

Whether a mention is where somebody writes from is for places.py to say.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.model import Language
from bot.understanding.gazetteer import LONGEST_NAME, Town, article_behind, folded_word, town_at, words_around

_MOST_WORDS = 150  # two Bluesky posts; who writes from somewhere says so sooner
_WORD = re.compile(r"[^\W_]+")
_INSIDE_A_NAME = frozenset({" ", "-", "'", ". ", ".", " - "})
_ABBREVIATED = frozenset({"st", "ste", "sta", "sto", "mt", "ft"})


@dataclass(frozen=True, slots=True)
class Words:
    """A post as words: as written, folded, and what stands between each and the one before ("" at the start)."""

    text: str
    spans: tuple[tuple[int, int], ...]
    folded: tuple[str, ...]
    gaps: tuple[str, ...]
    language: Language
    shouts: bool

    def before(self, place: int, distance: int = 1) -> str:
        """A folded word before another of the same phrase; "" if there is none."""
        start = place - distance
        joined = all(joins(gap) for gap in self.gaps[start + 1 : place + 1])
        return self.folded[start] if start >= 0 and joined else ""

    def is_capital(self, place: int) -> bool:
        """Whether the word at a place begins with one."""
        return self.text[self.spans[place][0]].isupper()


@dataclass(frozen=True, slots=True)
class Mention:
    """A town's name in a post, from the word `first` to before the word `end`."""

    town: Town
    first: int
    end: int
    capital: bool


def words_of(text: str, language: Language) -> Words:
    """A post as words, the first 150 of them."""
    spans = [found.span() for found in _WORD.finditer(text)][:_MOST_WORDS]
    ends = [0, *(end for _, end in spans)]
    letters = [letter for letter in text if letter.isalpha()]
    return Words(
        text,
        tuple(spans),
        tuple(_without_its_number(folded_word(text[start:end])) for start, end in spans),
        tuple(_gaps(text, spans, ends)),
        language,
        shouts=len(letters) > 8 and sum(map(str.isupper, letters)) > 0.8 * len(letters),
    )


def _gaps(text: str, spans: Sequence[tuple[int, int]], ends: Sequence[int]) -> Iterator[str]:
    """What stands before each word; a full stop joins two words only after an abbreviation ("St. Louis")."""
    last = ""
    for end, (start, stop) in zip(ends, spans, strict=False):
        gap = text[end:start]
        yield ";" if gap.startswith(". ") and last not in _ABBREVIATED else gap
        last = folded_word(text[start:stop])


def _without_its_number(word: str) -> str:
    """ "lyon" for "lyon2", "paris" for "paris8": universities are written so in a hurry."""
    return word.rstrip("0123456789") or word


def mentions(words: Words) -> Iterator[Mention]:
    """The towns' names in a post, from left to right, the longest at each place."""
    place = 0
    while place < len(words.folded):
        mention = _mention(words, place) if _may_begin_a_name(words, place) else None
        if mention is not None:
            yield mention
        place = mention.end if mention is not None else place + 1


def _may_begin_a_name(words: Words, place: int) -> bool:
    if words.is_capital(place) or place == 0:
        return True
    before = words.before(place)
    return any(before in words_around(*table) for table in (("before", words.language), ("same",), ("of",)))


def _mention(words: Words, place: int) -> Mention | None:
    end = place + 1
    while end < min(place + LONGEST_NAME, len(words.folded)) and words.gaps[end] in _INSIDE_A_NAME:
        end += 1
    name = words.folded[place:end]
    article = article_behind(words.before(place))
    with_article = town_at((article, *name), words.language) if article is not None else None
    if with_article is not None and with_article.length > 1:
        end = place + with_article.length - 1
        return Mention(with_article, place, end, capital=words.is_capital(place))
    town = town_at(name, words.language)
    if town is None or _is_an_acronym(words, place, town):
        return None
    end = place + town.length
    return Mention(town, place, end, capital=any(words.is_capital(each) for each in range(place, end)))


def _is_an_acronym(words: Words, place: int, town: Town) -> bool:
    """ "ENS", "BA": in capitals where the rest is not, and too short for a town that is shouted."""
    written = words.text[slice(*words.spans[place])]
    return town.length == 1 and written.isupper() and (len(written) < 4 or town.is_word) and not words.shouts


def joins(gap: str) -> bool:
    """Whether what stands between two words keeps them in one phrase."""
    return gap in _INSIDE_A_NAME


def letters_of(name: str) -> Sequence[str]:
    """The folded words of a name: what two spellings of it have in common."""
    return [folded_word(word) for word in _WORD.findall(name)]
