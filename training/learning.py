"""Multinomial logistic regression on sparse features: posts and their labels go in, a weight for each pair comes out.

AdaGrad over single examples in an order fixed by a seed; features are dropped at random while learning, so that no
decision hangs on one of them, and the weights of the later rounds, and of several orders, are averaged. The same data
gives the same weights.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.understanding.features import Features
from bot.understanding.weighing import STRENGTHS

EPOCHS = 12
TIMES = 4  # orders
RATE = 0.25
DROPPED = 0.5
DECAY = 2e-5
SEED = 20261125

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A post to learn from: its features, its label, and how much it counts."""

    features: Features
    label: str
    weight: float


def index_of(posts: Sequence[Features], fewest: int) -> dict[str, int]:
    """A row for each feature that at least `fewest` posts have."""
    count = Counter(name for post in posts for name in {*post.words, *post.letters, *post.signs})
    return {name: row for row, name in enumerate(sorted(name for name, times in count.items() if times >= fewest))}


def learn(lessons: Sequence[Lesson], index: Mapping[str, int], labels: Sequence[str]) -> Floats:
    """Weights, a row for each feature and a column for each label."""
    vectors = [_vector(lesson.features, index) for lesson in lessons]
    answers = [labels.index(lesson.label) for lesson in lessons]
    shape = (len(index), len(labels))
    each = (_learned(lessons, vectors, answers, shape, np.random.default_rng(SEED + number)) for number in range(TIMES))
    return sum(each, np.zeros(shape)) / TIMES


def _learned(
    lessons: Sequence[Lesson],
    vectors: Sequence[tuple[Rows, Floats]],
    answers: Sequence[int],
    shape: tuple[int, int],
    rng: np.random.Generator,
) -> Floats:
    weights, kept, steps = np.zeros(shape), np.zeros(shape), np.full(shape, 1e-2)
    for epoch in range(EPOCHS):
        order: Rows = rng.permutation(np.arange(len(lessons)))
        for number in map(int, order):
            rows, values = vectors[number]
            keep = rng.random(len(rows)) >= DROPPED
            rows, values = rows[keep], values[keep] / (1 - DROPPED)
            wrongness = _chances(values @ weights[rows])
            wrongness[answers[number]] -= 1
            slope = lessons[number].weight * np.outer(values, wrongness) + DECAY * weights[rows]
            steps[rows] += slope * slope
            weights[rows] -= RATE * slope / np.sqrt(steps[rows])
        if epoch >= EPOCHS // 2:
            kept += weights
    return kept / (EPOCHS - EPOCHS // 2)


def _chances(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


def _vector(post: Features, index: Mapping[str, int]) -> tuple[Rows, Floats]:
    """The rows of a post's features and their values, as the bot weighs them."""
    rows: list[int] = []
    values: list[float] = []
    for group, names in (("words", post.words), ("letters", post.letters), ("signs", post.signs)):
        known = sorted({index[name] for name in names if name in index})
        rows += known
        values += [STRENGTHS[group] / (1.0 if group == "signs" else max(len(known), 1) ** 0.5)] * len(known)
    return np.array(rows, dtype=np.int64), np.array(values)
