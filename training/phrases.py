"""Phrases with their variants: a file of training/phrases goes in, posts come out, as many as asked."""

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_SECTION = re.compile(r"\[(?P<act>\w+)(?P<thread> thread)?\]")
_DEFINITION = re.compile(r"(?P<name>\w+) = (?P<choices>.+)")
_CHOICE = re.compile(r"\(([^()]*)\)")
_BLANK = re.compile(r"\{(\w+)\}")
TOWN = "ville"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A way of saying `act`, in a thread of ours or not; `text` still has its choices and blanks."""

    act: str
    text: str
    in_thread: bool


@dataclass(frozen=True, slots=True)
class Words:
    """What blanks are filled with: platforms for {x}, towns for {ville}, and what the file defines."""

    platforms: tuple[str, ...]
    towns: tuple[str, ...]
    defined: Mapping[str, tuple[str, ...]]


def read_phrases(text: str) -> tuple[list[Phrase], dict[str, tuple[str, ...]]]:
    """The phrases of a file, and its definitions. Raises ValueError with the line that is none."""
    phrases: list[Phrase] = []
    defined: dict[str, tuple[str, ...]] = {}
    section: re.Match[str] | None = None
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        if not line or line.startswith("#"):
            continue
        if found := _SECTION.fullmatch(line):
            section = found
        elif section is None and (definition := _DEFINITION.fullmatch(line)):
            defined[definition.group("name")] = tuple(definition.group("choices").split(" | "))
        elif section is not None:
            phrases.append(Phrase(section.group("act"), line, in_thread=section.group("thread") is not None))
        else:
            raise ValueError(f"line {number}: neither a definition nor below a [section]: {line}")
    return phrases, defined


def variants(phrase: Phrase, words: Words, most: int, rng: random.Random) -> Iterator[str]:
    """Up to `most` different posts of a phrase; fewer if it has not so many."""
    seen: set[str] = set()
    for _ in range(most * 2):
        post = _filled(phrase.text, words, rng)
        if post not in seen:
            seen.add(post)
            yield post
        if len(seen) >= most:
            return


def _filled(text: str, words: Words, rng: random.Random) -> str:
    while _CHOICE.search(text):
        text = _CHOICE.sub(lambda found: rng.choice(found.group(1).split("|")), text)
    for _ in range(3):  # what a file defines may hold blanks itself
        text = _BLANK.sub(lambda found: _blank(found.group(1), words, rng), text)
    return " ".join(text.split())


def _blank(name: str, words: Words, rng: random.Random) -> str:
    match name:
        case "x":
            return rng.choice(words.platforms)
        case "ville":
            return rng.choice(words.towns)
        case _:
            return rng.choice(words.defined[name])
