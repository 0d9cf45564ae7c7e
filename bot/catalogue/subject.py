"""Where a name stands: the words around it go in, whether it is what fails, or a person, comes out."""

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from bot.catalogue.names import Token

_LONGEST_PHRASE = 3
_ENDS_A_CLAUSE = frozenset(',;:.!?…—–()«»"“”')


def is_subject(text: Sequence[Token], first: int, last: int) -> bool:
    """Whether the tokens `first` to `last` (that one left out) are what a sentence says to fail: "is X down", "X ?"."""
    return _begins(text, first) and _goes_on(text, last)


def is_person(text: Sequence[Token], last: int) -> bool:
    """Whether what follows is said of a person: "Claude n'arrive plus à…"."""
    return any(_follows("persons", text, place) for place in (last, last + 1))


def _begins(text: Sequence[Token], first: int) -> bool:
    places = [first]
    if first > 0 and not text[first].opens and text[first - 1].folded in _words("articles"):
        places.append(first - 1)
    if any(place == 0 or text[place].opens for place in places):
        return True
    elided = " de" if text[first].elided else ""  # "plus d'Outlook"
    return any(
        _phrase(text, place - length, place) + elided in _words("before")
        for place in places
        for length in range(1, min(_LONGEST_PHRASE, place) + 1)
    ) or (bool(elided) and _before(text, first))


def _before(text: Sequence[Token], place: int) -> bool:
    lengths = range(1, min(_LONGEST_PHRASE, place) + 1)
    return any(_phrase(text, place - length, place) in _words("before") for length in lengths)


def _goes_on(text: Sequence[Token], last: int) -> bool:
    return last >= len(text) or text[last].opens or _follows("after", text, last)


def _follows(which: str, text: Sequence[Token], place: int) -> bool:
    return any(_phrase(text, place, place + length) in _words(which) for length in range(1, _LONGEST_PHRASE + 1))


def _phrase(text: Sequence[Token], first: int, last: int) -> str:
    return " ".join(token.folded for token in text[first:last])


@cache
def _words(which: str) -> frozenset[str]:
    return frozenset(_lists()[which])


@cache
def _lists() -> dict[str, list[str]]:
    return tomllib.loads(files("bot.catalogue").joinpath("subject.toml").read_text("utf-8"))
