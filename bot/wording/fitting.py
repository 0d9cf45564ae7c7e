"""Pieces of a reply in, one text within the limit out: the least important goes first, and never half a word."""

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a reply in several wordings, longest first. The last may be "": then it can be left out altogether.

    The lower its `weight`, the sooner it is shortened. `line` tells on which line of the reply it stands.
    """

    wordings: tuple[str, ...]
    weight: int
    line: int = 0


def fit(pieces: Sequence[Piece], limit: int) -> str:
    """Join the pieces, shortened as far as `limit` characters ask for; what cannot be shortened any more stays."""
    left = list(pieces)
    while len(text := _joined(left)) > limit:
        shortened = _shorten_one(left)
        if shortened is None:
            return text
        left = shortened
    return text


def elide(name: str, most: int) -> str:
    """Shorten a name to about `most` characters at a boundary: a host keeps its end, a title its beginning."""
    if len(name) <= most:
        return name
    if " " not in name and "." in name:
        return _end_of_host(name, most)
    words = name.split(" ")
    while len(words) > 1 and len(" ".join(words)) + 1 > most:
        words.pop()
    return f"{' '.join(words).rstrip(',;:-(')}…"


def _end_of_host(host: str, most: int) -> str:
    labels = host.split(".")
    while len(labels) > 2 and len(".".join(labels)) + 1 > most:
        labels.pop(0)
    return f"…{'.'.join(labels)}"


def _shorten_one(pieces: list[Piece]) -> list[Piece] | None:
    able = [place for place, piece in enumerate(pieces) if len(piece.wordings) > 1]
    if not able:
        return None
    place = min(able, key=lambda index: (pieces[index].weight, -pieces[index].line))
    piece = pieces[place]
    return [*pieces[:place], replace(piece, wordings=piece.wordings[1:]), *pieces[place + 1 :]]


def _joined(pieces: Sequence[Piece]) -> str:
    lines: dict[int, list[str]] = {}
    for piece in pieces:
        lines.setdefault(piece.line, []).append(piece.wordings[0])
    return "\n".join(filter(None, (" ".join(filter(None, parts)) for _, parts in sorted(lines.items()))))
