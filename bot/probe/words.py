"""Which of many words stand in a page: the words once, then page after page in, those that are there out. Pure.

A thousand searches through a page of 10 KB take a millisecond, nearly all for nothing. So the page is cut into pieces
of four bytes, once: wherever a word of seven bytes or more stands, some pieces of it are whole. Only words of which
such a piece is in the page are searched for.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

_PIECE = 4
_SHIFTS = range(_PIECE)
_LEAST = 2 * _PIECE - 1  # bytes: shorter words may have no whole piece


class Words:
    """A fixed set of words in lower case, none empty."""

    def __init__(self, words: Iterable[str]) -> None:
        """Choose of each word, for each of the four ways in which it may be cut, the piece that is rarest in words."""
        words = frozenset(words)
        self._short = tuple(word for word in words if len(word.encode()) < _LEAST)
        cuts = {word: [_pieces(word.encode(), shift) for shift in _SHIFTS] for word in words.difference(self._short)}
        seen = Counter(piece for ways in cuts.values() for way in ways for piece in way)
        by_piece = defaultdict[int, list[str]](list)
        for word, ways in cuts.items():
            for piece in {min(way, key=lambda each: (seen[each], each)) for way in ways}:
                by_piece[piece].append(word)
        self._by_piece = {piece: tuple(them) for piece, them in by_piece.items()}
        self._keys = frozenset(by_piece)

    def among(self, text: str) -> frozenset[str]:
        """Give those that stand in a text in lower case."""
        found = self._keys.intersection(_pieces(text.encode(errors="replace"), 0))
        likely = {word for piece in found for word in self._by_piece[piece]}
        return frozenset(word for word in (*likely, *self._short) if word in text)


def _pieces(raw: bytes, shift: int) -> memoryview:
    """Cut bytes into whole pieces from `shift` on, each read as a number."""
    return memoryview(raw)[shift : shift + (len(raw) - shift) // _PIECE * _PIECE].cast("I")
