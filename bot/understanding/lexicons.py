"""The word lists of each language, ready to be looked for: a language goes in, its Lexicon comes out."""

import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.model import Language

# "…" in a phrase: up to six words.
_GAP = r"(?: [^ ]{1,40}){0,6}? "


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The phrases of one language. `finds` are patterns by list name, over folded text with a space at both ends."""

    language: Language
    telling: frozenset[str]
    finds: dict[str, re.Pattern[str]]

    def cue(self, name: str, text: str) -> str | None:
        """The first phrase of the list `name` in `text`, None if there is none."""
        found = self.finds[name].search(text)
        return found.group(1) if found else None


@cache
def lexicon(language: Language) -> Lexicon:
    """The lexicon of a language, read once."""
    lists = _read(language)
    finds = {name: _pattern(phrases) for name, phrases in lists.items() if name != "language"}
    return Lexicon(language, frozenset(lists["language"]), finds)


@cache
def telling_words(language: Language) -> frozenset[str]:
    """The words that only this language has, of all the words in its lists and in the others'."""
    if not _has_lists(language):
        return frozenset()
    others = [all_words(other) for other in Language if other is not language and _has_lists(other)]
    return (all_words(language) - frozenset().union(*others)) | lexicon(language).telling


@cache
def _read(language: Language) -> dict[str, list[str]]:
    """The lists of a language. One without a file is read with the English lists, but no word tells it."""
    if not _has_lists(language):
        return {**_read(Language.ENGLISH), "language": []}
    file = files("bot.understanding.lexicon").joinpath(f"{language.value}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _has_lists(language: Language) -> bool:
    return files("bot.understanding.lexicon").joinpath(f"{language.value}.toml").is_file()


def all_words(language: Language) -> frozenset[str]:
    """Every word of a language's lists, but for those of small talk, which has names in it."""
    lists = [phrases for name, phrases in _read(language).items() if name not in ("no_place", "chat")]
    return frozenset(word for phrases in lists for phrase in phrases for word in phrase.split())


def _pattern(phrases: Collection[str]) -> re.Pattern[str]:
    if not phrases:
        return re.compile("((?!))")
    longest_first = sorted({phrase.strip() for phrase in phrases}, key=len, reverse=True)
    return re.compile(rf" ({'|'.join(map(_phrase, longest_first))})(?= )")


def _phrase(phrase: str) -> str:
    words = [re.escape(word).replace(r"\*", "[^ ]{0,20}") for word in phrase.split(" ") if word != "…"]
    if "…" not in phrase:
        return " ".join(words)
    before, _, after = phrase.partition("…")
    sides = [
        " ".join(re.escape(word).replace(r"\*", "[^ ]{0,20}") for word in side.split()) for side in (before, after)
    ]
    return f"{sides[0]}{_GAP}{sides[1]}" if sides[1] else f"{sides[0]} [^ ]{{1,40}}"
