"""Ordinary words: a folded word goes in, whether some language of the bot has it comes out.

The sorted list is searched as the one text that it is: as a list of words it would take five times the memory.
"""

from functools import cache
from importlib.resources import files

from bot.model import Language
from bot.understanding.lexicons import all_words

_SHORTEST = 3


def is_ordinary(word: str) -> bool:
    """Whether the word, or what it is the plural of, is a language's own or a first name; short words all are."""
    return len(word) < _SHORTEST or any(
        one in _of_the_lexicons() or _is_listed(one) for one in (word, word.removesuffix("s"), word.removesuffix("en"))
    )


def _is_listed(word: str) -> bool:
    lines = _lines()
    low, high = 0, len(lines)  # what is sought begins at or behind `low`, and before `high`
    while low < high:
        start = lines.rfind("\n", 0, (low + high) // 2) + 1
        line = lines[start : lines.find("\n", start)]
        if line == word:
            return True
        if line < word:
            low = start + len(line) + 1
        else:
            high = start
    return False


@cache
def _lines() -> str:
    text = files("bot.understanding").joinpath("ordinary_words.txt").read_text("ascii")
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))


@cache
def _of_the_lexicons() -> frozenset[str]:
    return frozenset(word.rstrip("*") for language in Language for word in all_words(language))
