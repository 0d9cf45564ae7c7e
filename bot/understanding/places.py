"""Towns in a report: the post goes in, the town that it comes from comes out, spelt as its language does.

A town counts where the words around it say that somebody writes from there: a preposition of place ("à Nice", "from
Leeds"), an institution ("la BU de Pau", "TU Wien"), or, for a large town whose name is no word, nothing at all ("Lyon
3 : pareil"). What has no town's name is no place: "à la BU", "chez Free", "en 4G", "dans le Finistère".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from bot.model import Language
from bot.understanding.gazetteer import (
    LONGEST_NAME,
    Town,
    article_behind,
    campus_at,
    folded_word,
    town_at,
    words_around,
)

_MOST_WORDS = 150  # two Bluesky posts; who writes from somewhere says so sooner
_LOOK_BACK = 6
_WORD = re.compile(r"[^\W_]+")
_INSIDE_A_NAME = frozenset({" ", "-", "'", ". ", ".", " - "})
_SMALLEST_IN_LOWER_CASE = 4  # "pau" and "apt" are words of chat


@dataclass(frozen=True, slots=True)
class _Words:
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
        joined = all(_joins(gap) for gap in self.gaps[start + 1 : place + 1])
        return self.folded[start] if start >= 0 and joined else ""

    def is_capital(self, place: int) -> bool:
        return self.text[self.spans[place][0]].isupper()


@dataclass(frozen=True, slots=True)
class _Mention:
    """A town's name in a post, from the word `first` to before the word `end`."""

    town: Town
    first: int
    end: int
    capital: bool


def place_in(text: str, language: Language) -> str | None:
    """The town somebody writes from; None if the post says none, or only what kind of place it is."""
    words = _words_of(text, language)
    mentions = list(_mentions(words))
    for says_so in (_after_preposition, _of_an_institution, _on_its_own):
        for mention in mentions:
            if says_so(mention, words):
                return _spelt(mention, words)
    return _campus(words)


def _words_of(text: str, language: Language) -> _Words:
    spans = [found.span() for found in _WORD.finditer(text)][:_MOST_WORDS]
    ends = [0, *(end for _, end in spans)]
    letters = [letter for letter in text if letter.isalpha()]
    return _Words(
        text,
        tuple(spans),
        tuple(_without_its_number(folded_word(text[start:end])) for start, end in spans),
        tuple(text[end:start] for end, (start, _) in zip(ends, spans, strict=False)),
        language,
        shouts=len(letters) > 8 and sum(map(str.isupper, letters)) > 0.8 * len(letters),
    )


def _without_its_number(word: str) -> str:
    """ "lyon" for "lyon2", "paris" for "paris8": universities are written so in a hurry."""
    return word.rstrip("0123456789") or word


def _mentions(words: _Words) -> Iterator[_Mention]:
    place = 0
    while place < len(words.folded):
        mention = _mention(words, place) if _may_begin_a_name(words, place) else None
        if mention is not None:
            yield mention
        place = mention.end if mention is not None else place + 1


def _may_begin_a_name(words: _Words, place: int) -> bool:
    if words.is_capital(place) or place == 0:
        return True
    before = words.before(place)
    return any(before in words_around(*table) for table in (("before", words.language), ("same",), ("of",)))


def _mention(words: _Words, place: int) -> _Mention | None:
    end = place + 1
    while end < min(place + LONGEST_NAME, len(words.folded)) and words.gaps[end] in _INSIDE_A_NAME:
        end += 1
    name = words.folded[place:end]
    article = article_behind(words.before(place))
    with_article = town_at((article, *name), words.language) if article is not None else None
    if with_article is not None and with_article.length > 1:
        end = place + with_article.length - 1
        return _Mention(with_article, place, end, capital=words.is_capital(place))
    town = town_at(name, words.language)
    if town is None or _is_an_acronym(words, place, town):
        return None
    end = place + town.length
    return _Mention(town, place, end, capital=any(words.is_capital(each) for each in range(place, end)))


def _is_an_acronym(words: _Words, place: int, town: Town) -> bool:
    """ "ENS", "BA": in capitals where the rest is not, and too short for a town that is shouted."""
    written = words.text[slice(*words.spans[place])]
    return town.length == 1 and written.isupper() and (len(written) < 4 or town.is_word) and not words.shouts


def _after_preposition(mention: _Mention, words: _Words) -> bool:
    """ "à Nice", "from Leeds", "au Mans": small towns and those that are words too need their capital as well."""
    before = words.before(mention.first)
    near = words_around("before", words.language)
    longer = [" ".join(words.before(mention.first, back) for back in range(most, 0, -1)) for most in (2, 3)]
    article = article_behind(before)
    if article is not None and mention.town.name.lower().startswith(f"{article} "):
        return mention.capital
    opens = before in words_around("of") and words.before(mention.first, 2) in words_around("same") | {
        "",
        "ici",
        "aqui",
    }
    if not near.intersection((before, *longer)) and not (opens and mention.capital):
        return _is_plain(mention, words) and before in _every_preposition()
    if before in ("a", "to") and words.before(mention.first, 2) in words_around("of", "owned"):
        return _is_plain(mention, words)  # not « accès à Orange »
    return _may_be_named(mention, words)


def _of_an_institution(mention: _Mention, words: _Words) -> bool:
    """ "la BU de Pau", "at the University of Leeds", "Sciences Po Lille", "TU Wien"."""
    if not _may_be_named(mention, words) or _goes_on(mention, words):
        return False
    before = words.before(mention.first)
    if before in words_around("institutions"):
        return not mention.town.is_word
    if before not in words_around("of"):
        return False
    beside = words_around("same") | {""}
    for distance in range(2, _LOOK_BACK + 2):
        word = words.before(mention.first, distance)
        if word in words_around("of", "owned") and word not in words_around("of", "sites"):
            return False
        if word in words_around("of", "where"):
            return True
        if distance == 2 and word in words_around("institutions") and words.before(mention.first, 3) in beside:
            return True
        if word in words_around("of", "sites") and words.before(mention.first, distance + 1) in ("", "ici", "la", "l"):
            return True
    return False


def _on_its_own(mention: _Mention, words: _Words) -> bool:
    """A large town at the start, after a comma, or beside a word like "same"; its name must be no word."""
    if not mention.town.well_known or mention.town.is_word or words.shouts:
        return False
    before = words.before(mention.first)
    beside = before == "" or before in words_around("same")
    if mention.capital:
        return beside and _is_plain(mention, words)
    return beside and (before != "" or mention.first == 0) and _may_be_named(mention, words) and _ends(mention, words)


def _is_plain(mention: _Mention, words: _Words) -> bool:
    town = mention.town
    return mention.capital and town.well_known and not town.is_word and not _goes_on(mention, words)


def _may_be_named(mention: _Mention, words: _Words) -> bool:
    """Whether a name after a preposition is a town's: in lower case only if it is large and no word."""
    town = mention.town
    if _goes_on(mention, words) and words.gaps[mention.end] == "-":
        return False
    if mention.capital and not words.shouts:
        return True
    return town.well_known and not town.is_word and len(town.name) >= _SMALLEST_IN_LOWER_CASE


def _goes_on(mention: _Mention, words: _Words) -> bool:
    """Whether the name is the beginning of another: "Paris Match", "Nice-Matin", "Oxford University Press"."""
    end = mention.end
    while end < len(words.folded) and words.gaps[end] in (" ", "-") and words.is_capital(end) and not words.shouts:
        written = words.text[slice(*words.spans[end])]
        if not written.isupper() and words.folded[end] not in words_around("after"):
            return True
        end += 1
    return False


def _ends(mention: _Mention, words: _Words) -> bool:
    """Whether a town in lower case stands alone: at the end, before punctuation, a number or a word like "same"."""
    end = mention.end
    if end >= len(words.folded) or not _joins(words.gaps[end]):
        return True
    return words.folded[end].isdigit() or words.folded[end] in words_around("same")


def _campus(words: _Words) -> str | None:
    for place, word in enumerate(words.folded):
        if word in words_around("of", "sites"):
            for first in (place + 1, place + 2, place + 3):
                if first < len(words.folded) and words.is_capital(first) and (town := campus_at(words.folded[first:])):
                    return town
    return None


def _spelt(mention: _Mention, words: _Words) -> str:
    """As the person wrote it where that is right already, else as the language spells it."""
    town = mention.town
    start, end = words.spans[mention.first][0], words.spans[mention.end - 1][1]
    written = words.text[start:end]
    if written[:5].lower() == "saint" and mention.capital:
        return written  # not "St. Louis", when that is what the larger town of this name is called
    same = _letters(written) == _letters(town.name)
    if same and mention.capital and not words.shouts and (words.language is Language.ENGLISH or not written.isascii()):
        return written
    return town.name


def _letters(name: str) -> Sequence[str]:
    return [folded_word(word) for word in _WORD.findall(name)]


def _joins(gap: str) -> bool:
    return gap in _INSIDE_A_NAME


@cache
def _every_preposition() -> frozenset[str]:
    return frozenset(word for language in Language for word in words_around("before", language))
