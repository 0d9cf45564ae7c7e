"""The model: examples go in, the table that the bot reads comes out."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from bot.model import Act, Language
from bot.understanding.features import features_of, language_features_of
from bot.understanding.tokens import tokens
from bot.understanding.weighing import SCALE
from training.learning import Lesson, index_of, learn
from training.posts import POINT, Example, unknown_names_and_towns

# A feature that fewer posts have is an accident.
FEWEST = 12
FEWEST_WORDS = 2
FEWEST_NOUNS = 4  # of German
COMMON = 50  # a word of this many posts is no name's alone
ACTS = (*(act.value for act in Act), POINT)
LANGUAGES = tuple(language.value for language in Language)


def make_model(examples: Sequence[Example], learned_from: str) -> str:
    """The table of the model that is learned from the examples; `learned_from` is noted in it."""
    vocabulary = vocabulary_of(examples)
    posts = [features_of(example.tokens, example.cues, vocabulary, in_thread=example.in_thread) for example in examples]
    index = index_of(posts, FEWEST)
    index |= {word: len(index) + number for number, word in enumerate(sorted(vocabulary - index.keys()))}
    acts = learn(
        [Lesson(post, example.act, example.weight) for post, example in zip(posts, examples, strict=True)], index, ACTS
    )
    told = [
        Lesson(language_features_of(example.tokens, vocabulary), example.language, example.weight)
        for example in examples
        if example.language in LANGUAGES
    ]
    weights = np.rint(np.hstack((acts, learn(told, index, LANGUAGES))) * SCALE).astype(int)
    lines = [learned_from, "\t".join(("feature", *ACTS, *LANGUAGES))]
    for name, row in sorted(index.items()):
        if weights[row].any() or name in vocabulary:
            lines.append("\t".join((name, *map(str, weights[row]))))
    return "\n".join(lines) + "\n"


def vocabulary_of(examples: Iterable[Example]) -> frozenset[str]:
    """The words that are common enough to be known; names and towns are left out, for the model is not to know any.

    What stands with a capital within a sentence is a name; but German writes every noun so, and « le », « en » or
    « de » are words although « Le Mans » and « Aix-en-Provence » have them.
    """
    names = {word.lower() for name in unknown_names_and_towns() for word in tokens(name)}
    count: Counter[str] = Counter()
    capitals: Counter[str] = Counter()
    german: Counter[str] = Counter()
    for example in examples:
        for place, token in enumerate(example.tokens):
            if token[0] != "0":
                word, capital = token.lower(), place > 0 and token[0].isupper() and not token.isupper()
                count[word] += 1
                capitals[word] += capital
                german[word] += capital and example.language == Language.GERMAN
    return frozenset(
        word
        for word, times in count.items()
        if times >= FEWEST_WORDS
        and (word not in names or (times >= COMMON and capitals[word] <= 0.1 * times))
        and (capitals[word] <= 0.5 * times or (german[word] >= FEWEST_NOUNS and german[word] == capitals[word]))
    )
