"""Names in a text: its words go in, the names of platforms among them come out, the longest first."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import extract

from bot.catalogue.names import Token, humps, plain_form, tokens, words
from bot.catalogue.slips import SHORTEST, Slips
from bot.catalogue.subject import is_subject
from bot.model import Platform

MOST_WORDS = 8
_MOST_WORDS_MISSPELT = 2
# A slip in a word of this length cannot make it another word by chance, wherever it stands.
_LONG_NAME = 9
_LIKE_ENOUGH = 0.6
_LONGEST_TEXT = 5_000
# A post of 5,000 characters shall cost no more than a few of usual length: its beginning and its end are read.
_MOST_TOKENS = 400
_MOST_MATCHES = 30
_MOST_GUESSES = 60
_POSSESSIVES = frozenset(
    {"mon", "ma", "mes", "ton", "ta", "votre", "notre", "nos", "my", "our", "your", "mein", "mi", "mio"}
)
_EASILY_WRONG = 5
_START = 3  # letters that tell whether any name begins so
_Spelling = TypeVar("_Spelling", str, tuple[str, ...])


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a platform, folded and as `written` in its file; `weak`: the word has other meanings as well."""

    words: tuple[str, ...]
    platform: Platform
    weak: bool
    written: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A name found in a text: the tokens `first` to `last` (that one left out) of `text`."""

    name: Name
    text: Sequence[Token]
    first: int
    last: int

    @property
    def platform(self) -> Platform:
        """Whose name it is."""
        return self.name.platform

    @property
    def is_spelt(self) -> bool:
        """Whether every letter is right; gaps and accents do not count."""
        return "".join(token.folded for token in self.text[self.first : self.last]) == "".join(self.name.words)

    @property
    def written(self) -> str:
        """The name as it stood in the text."""
        return " ".join(token.written for token in self.text[self.first : self.last])


def names_of(platform: Platform) -> list[Name]:
    """Every name of a platform, its own first, weak ones marked; the plain form without parenthesis is one as well."""
    weak = {words(name): name for name in platform.weak}
    strong = {words(name): name for name in (platform.name, plain_form(platform.name), *platform.aliases)}
    every = dict.fromkeys(itertools.chain(strong, weak))
    return [Name(name, platform, name in weak, weak.get(name) or strong[name]) for name in every if name]


class NameIndex:
    """All names of all platforms, by their letters run together."""

    def __init__(self, platforms: Iterable[Platform]) -> None:
        self._exact: dict[tuple[str, ...], Name] = {}
        self._names: dict[str, Name] = {}
        for name in (name for platform in platforms for name in names_of(platform)):
            _put(self._exact, name.words, name)
            _put(self._names, "".join(name.words), name)
        self._starts = {letters[:length] for letters in self._names for length in range(1, _START + 1)}
        self._newest: tuple[str, list[Match]] = ("", [])

    def exactly(self, text: str) -> Platform | None:
        """The platform whose name the whole text is."""
        spelt = words(text)
        name = self._exact.get(spelt) or self._names.get("".join(spelt))
        return name.platform if name else None

    def matches(self, text: str) -> list[Match]:
        """The names in a text, from left to right, the longest at each place; no word counts twice."""
        text_before, found_before = self._newest
        if text != text_before:  # a post is asked about twice: for what it says, then for what it is about
            self._newest = text, found_before = text, self._matches(text)
        return found_before

    def _matches(self, text: str) -> list[Match]:
        written = self._words_of(text[:_LONGEST_TEXT])
        found: list[Match] = []
        guesses = iter(range(_MOST_GUESSES))
        place = 0
        while place < len(written) and len(found) < _MOST_MATCHES:
            match = self._longest_at(place, written) or self._misspelt_at(place, written, guesses)
            if match:
                found.append(match)
            place = match.last if match else place + 1
        return found

    def closest(self, name: str, *, most: int) -> tuple[str, ...]:
        """The names of the platforms whose names look most like one that nobody knows, the closest first."""
        letters = "".join(words(name))
        if len(letters) < 3:
            return ()
        near = extract(
            letters, self._names.keys(), scorer=Levenshtein.normalized_similarity, score_cutoff=_LIKE_ENOUGH, limit=12
        )
        return tuple(dict.fromkeys(plain_form(self._names[other].platform.name) for other, _, _ in near))[:most]

    def _words_of(self, text: str) -> list[Token]:
        written = tokens(text)
        if any(token.hashtag for token in written):
            parts = [
                humps(token) if token.hashtag and token.folded not in self._names else [token] for token in written
            ]
            written = list(itertools.chain.from_iterable(parts))
        cut = _MOST_TOKENS // 2
        return written if len(written) <= _MOST_TOKENS else [*written[:cut], *written[-cut:]]

    def _longest_at(self, place: int, written: Sequence[Token]) -> Match | None:
        if written[place].folded[:_START] not in self._starts:
            return None
        window = tuple(token.folded for token in written[place : place + MOST_WORDS])
        for length in range(len(window), 0, -1):
            spelt, last = window[:length], place + length
            if name := self._exact.get(spelt) or self._run_together(written[place:last], "".join(spelt)):
                return Match(name, written, place, last)
        return None

    def _run_together(self, run: Sequence[Token], letters: str) -> Name | None:
        """A sure name written with other gaps ("chat gpt", "springer link"): below six letters it may be none."""
        if len(run) > 1 and run[0].folded in _POSSESSIVES:
            return None  # "mon lycée" is somebody's school
        name = self._names.get(letters) if len(letters) >= SHORTEST else None
        return None if name is None or name.weak or any(token.opens for token in run[1:]) else name

    def _misspelt_at(self, place: int, written: Sequence[Token], guesses: Iterator[int]) -> Match | None:
        for last in range(min(place + _MOST_WORDS_MISSPELT, len(written)), place, -1):
            run = written[place:last]
            letters = "".join(token.folded for token in run)
            if any(token.opens for token in run[1:]):
                continue
            if len(letters) < _LONG_NAME and (len(run) > 1 or not _is_name_like(written, place, last)):
                continue
            if next(guesses, None) is None:
                return None
            meant = self._slips.meant(letters, at_most=1 if len(run) > 1 else 2)
            if meant and _slips_in_a_long_word(run, self._names[meant]):
                return Match(self._names[meant], written, place, last)
        return None

    @cached_property
    def _slips(self) -> Slips:
        # Ambiguous names are left out as guesses, but what is close to one is close to a name.
        sure = {letters: name.platform.key for letters, name in self._names.items() if not name.weak}
        return Slips(sure)


def _slips_in_a_long_word(run: Sequence[Token], name: Name) -> bool:
    """Whether its short words are right, where it has several: "back online" is no beck-online."""
    if len(run) != len(name.words) or len(run) == 1:
        return True
    pairs = zip(run, name.words, strict=True)
    return all(token.folded == word or len(word) >= _EASILY_WRONG for token, word in pairs)


def _put(names: dict[_Spelling, Name], spelling: _Spelling, name: Name) -> None:
    """Keep one name a spelling: within a platform the ambiguous one decides, the sure one between two platforms."""
    known = names.setdefault(spelling, name)
    if known.weak is not name.weak and name.weak is (known.platform is name.platform):
        names[spelling] = name


def _is_name_like(written: Sequence[Token], first: int, last: int) -> bool:
    """Whether a name is expected here: capitals within a clause, or the place of what fails."""
    token = written[first]
    return (token.written[0].isupper() and not token.opens) or is_subject(written, first, last)
