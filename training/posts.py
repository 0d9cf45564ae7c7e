"""The posts to learn from: files of this project go in, posts with their act come out, masked as at run time."""

import hashlib
import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict, cast

from bot.catalogue import Catalogue
from bot.model import Act, Language
from bot.understanding.cues import cues_in
from bot.understanding.hosts import without_hosts
from bot.understanding.lexicons import lexicon
from bot.understanding.reading import folded, plain
from bot.understanding.tokens import bare, tokens, with_hosts_masked, with_names_masked
from training.phrases import Words, read_phrases, variants

FOLDER = Path(__file__).parent
CORPUS = FOLDER.parent / "tests" / "corpus"
MOST_VARIANTS = 8
WEIGHT_OF_PHRASES = 0.3  # a labelled post weighs 1
SEED = 20261125
POINT = "point"
_HOSTS = ("bibliotheque.exemple.fr", "www.example.org", "https://portail.univ-exemple.fr/", "catalogue.example.edu")
_EMOJI = ("😭", "🙏", "😅", "👀", "🤔", "😡", "🥲")


@dataclass(frozen=True, slots=True)
class Example:
    """A post to learn from: its tokens, masked; `weight` says how much it counts."""

    act: str
    language: str
    tokens: tuple[str, ...]
    cues: tuple[str, ...]
    in_thread: bool
    weight: float


class Labelled(TypedDict):
    """A labelled post, as in tests/corpus/questions.jsonl."""

    id: str
    text: str
    lang: str
    act: str
    targets: list[str]
    parent: NotRequired[str]
    thread: NotRequired[str]


def read_labelled(file: Path) -> list[Labelled]:
    """The posts of a file, a JSON object a line."""
    return [cast("Labelled", json.loads(line)) for line in file.read_text("utf-8").splitlines() if line.strip()]


def example_of(text: str, act: str, language: str, catalogue: Catalogue, *, in_thread: bool, weight: float) -> Example:
    """A post as an example: its tokens and cues as the bot reads them."""
    whole = plain(text)
    marked = with_hosts_masked(whole)
    words = folded(" ".join(without_hosts(whole).split()))
    cues = cues_in(words, lexicon(Language(language) if language != "und" else Language.FRENCH))
    said = tokens(with_names_masked(marked, catalogue.names_in(marked)))
    return Example(act, language, tuple(said), tuple(cues), in_thread, weight)


def from_labelled(posts: Iterable[Labelled], catalogue: Catalogue, *, weight: float) -> Iterator[Example]:
    """Labelled posts as examples. One that only points at a question above it is of the act "point"."""
    for post in posts:
        above = post.get("parent")
        act = POINT if above and post["act"] == Act.ASK and not catalogue.names_in(post["text"]) else post["act"]
        yield example_of(post["text"], act, post["lang"], catalogue, in_thread="thread" in post, weight=weight)
        if above and act == POINT:
            yield example_of(above, Act.ASK, post["lang"], catalogue, in_thread=False, weight=weight / 2)


def from_phrases(catalogue: Catalogue, *, weight: float, most: int = MOST_VARIANTS) -> Iterator[Example]:
    """Posts made of the phrases, at most `most` of each, each counting `weight`."""
    rng = random.Random(SEED)  # noqa: S311 - variety, no secret
    names, towns = _names(catalogue, rng), tuple(_lines(FOLDER / "towns.txt"))
    for file in sorted((FOLDER / "phrases").glob("*.txt")):
        phrases, defined = read_phrases(file.read_text("utf-8"))
        words = Words(names, towns, defined)
        for phrase in phrases:
            for post in variants(phrase, words, most, rng):
                written = _as_people_write(post, rng)
                yield example_of(written, phrase.act, file.stem, catalogue, in_thread=phrase.in_thread, weight=weight)


def unknown_names_and_towns() -> list[str]:
    """The names that blanks are filled with, those of the catalogue left out."""
    return [*_lines(FOLDER / "names.txt"), *_lines(FOLDER / "towns.txt")]


def _lines(file: Path) -> list[str]:
    return [line for line in file.read_text("utf-8").splitlines() if line and not line.startswith("#")]


def _names(catalogue: Catalogue, rng: random.Random) -> tuple[str, ...]:
    """Names in the shares in which people write them: most known, some ambiguous, some unknown, some addresses."""
    sure = [name for platform in catalogue.platforms.values() for name in (platform.name, *platform.aliases)]
    weak = [name for platform in catalogue.platforms.values() for name in platform.weak]
    unknown = _lines(FOLDER / "names.txt")
    known = rng.sample(sorted(sure), 600)
    return (*known, *(rng.sample(sorted(weak), 80) * 4), *(unknown * 3), *(_HOSTS * 12))


def _as_people_write(post: str, rng: random.Random) -> str:
    """A post as it may be typed: no capitals, no accents, shouted, with a slip, with an emoji."""
    if rng.random() < 0.2:
        post = post.lower()
    elif rng.random() < 0.5:
        post = post[0].upper() + post[1:]
    if rng.random() < 0.12:
        post = bare(post)
    if rng.random() < 0.02:
        post = post.upper()
    if rng.random() < 0.06 and len(post) > 12:
        place = rng.randrange(1, len(post) - 1)
        post = post[:place] + rng.choice(("", post[place] * 2)) + post[place + 1 :]
    if rng.random() < 0.05:
        post = f"{post} {rng.choice(_EMOJI)}"
    if rng.random() < 0.1:
        post = post.replace(" ?", "?")
    return post


def digest() -> str:
    """A fingerprint of everything that is learned from: the model carries it, so that a stale one is noticed."""
    sum_of_all = hashlib.sha256()
    for file in sorted((*FOLDER.glob("**/*.txt"), *CORPUS.glob("*.jsonl"))):
        sum_of_all.update(file.name.encode() + b"\0" + file.read_bytes().replace(b"\r\n", b"\n"))
    return sum_of_all.hexdigest()[:16]


def all_examples(catalogue: Catalogue) -> list[Example]:
    """Every post to learn from: the labelled ones, and those made of the phrases."""
    labelled = [post for file in sorted(CORPUS.glob("*.jsonl")) for post in read_labelled(file)]
    return [*from_labelled(labelled, catalogue, weight=1.0), *from_phrases(catalogue, weight=WEIGHT_OF_PHRASES)]
