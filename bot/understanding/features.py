"""What the model looks at: a tokenised post goes in, its features come out, in three groups.

`words` are runs of one to three tokens, `letters` runs of three to five letters within a word (they survive typos and
endings), `signs` what the post has around its words: a question mark, a name, a thread, its length.
"""

import itertools
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.understanding.tokens import HOST, NAME, NEW_NAME, NEW_WORD, WEAK_NAME, known

# The upper ends of the lengths, in tokens, that are told apart.
_LENGTHS = (0, 1, 2, 3, 5, 8, 12, 18, 28)
SHORTEST_RUN, LONGEST_RUN = 3, 4


@dataclass(frozen=True, slots=True)
class Features:
    """The features of a post; a feature may occur twice in a group."""

    words: tuple[str, ...]
    letters: tuple[str, ...]
    signs: tuple[str, ...]


def features_of(
    written: Sequence[str], cues: Iterable[str], vocabulary: Container[str], *, in_thread: bool
) -> Features:
    """The features of a post, from its tokens and the lists of the lexicon that it has a phrase of.

    `vocabulary` is the words that the model knows.
    """
    said = known(written, vocabulary)
    return Features(
        tuple(_words(said, in_thread=in_thread)),
        tuple(_letters(token for token, word in zip(written, said, strict=True) if word != NEW_NAME)),
        (*_signs(said, in_thread=in_thread), *_cue_signs(cues, in_thread=in_thread, question="?" in said)),
    )


def language_features_of(written: Sequence[str], vocabulary: Container[str]) -> Features:
    """What shows the language of a post: its words and their letters, without names, figures and signs."""
    said = [token for token in written if token[0].isalpha() and (token.islower() or token.lower() in vocabulary)]
    plain = [token if token in vocabulary else NEW_WORD for token in map(str.lower, said)]
    pairs = (f"{one} {two}" for one, two in itertools.pairwise(plain))
    return Features((*(word for word in plain if word != NEW_WORD), *pairs), tuple(_letters(said)), ())


def _words(said: list[str], *, in_thread: bool) -> Iterator[str]:
    run = ["^", *said, "$"]
    yield from said
    pairs = [f"{one} {two}" for one, two in itertools.pairwise(run)]
    yield from pairs
    for one, two, three in zip(run, run[1:], run[2:], strict=False):
        yield f"{one} {two} {three}"
        yield f"{one} … {three}"
    if in_thread:
        yield from (f"> {token}" for token in said)
        yield from (f"> {pair}" for pair in pairs)


def _letters(written: Iterable[str]) -> Iterator[str]:
    for token in written:
        if token[0].isalpha():
            word = f"_{token.lower()}_"
            for length in range(SHORTEST_RUN, LONGEST_RUN + 1):
                for start in range(len(word) - length + 1):
                    yield f"~{word[start : start + length]}"


def _signs(said: list[str], *, in_thread: bool) -> Iterator[str]:
    question = "?" in said
    names = said.count(NAME)
    length = next((str(end) for end in _LENGTHS if len(said) <= end), "more")
    where = "thread" if in_thread else "alone"
    asks = "question" if question else "statement"
    named = "host" if HOST in said else "named" if names else "weakly named" if WEAK_NAME in said else "nameless"
    yield "#always"
    yield f"#{where}"
    yield f"#{asks}"
    yield f"#{named}"
    yield f"#{where} {asks}"
    yield f"#{where} {asks} {named}"
    yield f"#{asks} {named} length {length}"
    yield f"#{where} length {length}"
    if names > 1:
        yield "#several names"
    if question and said[-1] == "?":
        yield "#ends with a question mark"
        yield f"#{where} ends with a question mark"
    if said.count("?") > 1:
        yield "#question marks"
    if said.count("!"):
        yield "#exclamation mark"


def _cue_signs(cues: Iterable[str], *, in_thread: bool, question: bool) -> Iterator[str]:
    where = "thread" if in_thread else "alone"
    asks = "question" if question else "statement"
    for cue in cues:
        yield f"={cue}"
        yield f"={cue} {where}"
        yield f"={cue} {where} {asks}"
