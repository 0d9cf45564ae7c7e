"""Misspelt names: a word that is no name goes in, the one name that it must have been comes out."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache, cached_property
from importlib.resources import files

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

SHORTEST = 6
_LONGEST = 32
_LONG = 10  # from here on, two slips are forgiven


class Slips:
    """Names that can be misspelt: letters run together, and whose they are (the key of a platform).

    A slip is a letter too many, one missing, another one, or two swapped. Two names of different platforms that lie
    within one slip of each other are never guessed at.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = {letters: owner for letters, owner in names.items() if letters.isalnum()}

    def meant(self, letters: str, *, at_most: int = 2) -> str | None:
        """The name that `letters` is a slip of; None if there is none, or if it could be two platforms' names."""
        if (
            not SHORTEST <= len(letters) <= _LONGEST
            or not (letters.isascii() and letters.isalpha())
            or letters in _ordinary_words()
        ):
            return None
        allowed = min(slips_allowed(letters), at_most)
        near = self._near(letters, allowed)
        owners = {self._names[name] for name, _ in near}
        if len(owners) != 1:
            return None
        name, distance = near[0]
        if name in self.close_pairs or distance > slips_allowed(name) or len(name) < SHORTEST:
            return None
        # The first letter is hardly ever the wrong one, unless it was swapped.
        return name if name[0] == letters[0] or sorted(name[:2]) == sorted(letters[:2]) else None

    @cached_property
    def close_pairs(self) -> frozenset[str]:
        """The names that lie within one slip of a name of another platform."""
        close: set[str] = set()
        for letters, owner in self._names.items():
            if any(self._names[name] != owner for name, _ in self._near(letters, 1)):
                close.add(letters)
        return frozenset(close)

    @cached_property
    def _by_length(self) -> Mapping[int, list[str]]:
        lengths: defaultdict[int, list[str]] = defaultdict(list)
        for letters in self._names:
            lengths[len(letters)].append(letters)
        return lengths

    def _near(self, letters: str, allowed: int) -> list[tuple[str, int]]:
        lengths = range(len(letters) - allowed, len(letters) + allowed + 1)
        names = [name for length in lengths for name in self._by_length.get(length, ())]
        found = extract(letters, names, scorer=OSA.distance, score_cutoff=allowed, limit=5)
        return [(name, int(distance)) for name, distance, _ in found]


@cache
def _ordinary_words() -> frozenset[str]:
    lines = files("bot.catalogue").joinpath("ordinary.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def slips_allowed(letters: str) -> int:
    """How many slips are forgiven in a word of this length."""
    return 2 if len(letters) >= _LONG else 1 if len(letters) >= SHORTEST else 0
