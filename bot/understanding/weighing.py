"""The model: features go in; how likely each act and each language is comes out, and which features said so.

`model.tsv` is written by `scripts/train`: the fingerprint of what it was learned from, a line of columns, then a
feature a line with its weight for each column, in 16ths. A plain table, so that a change of it can be read; no word in
it is a platform's name.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.understanding.features import Features

# Each group of features counts the same however long the post is.
STRENGTHS = {"words": 2.0, "letters": 2.0, "signs": 0.4}
SCALE = 16


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned: a row of weights for each feature, a column for each act and language.

    `vocabulary` is the words that have a row, `learned_from` the fingerprint of what it was learned from.
    """

    columns: tuple[str, ...]
    rows: Mapping[str, tuple[int, ...]]
    vocabulary: frozenset[str]
    learned_from: str = ""

    def chances(
        self, features: Features, among: Sequence[str], head_start: Mapping[str, float] | None = None
    ) -> dict[str, float]:
        """How likely each of these columns is, in all 1; `head_start` is added to the scores first."""
        totals = self._totals(features)
        start = head_start or {}
        scores = {name: totals[self.columns.index(name)] + start.get(name, 0.0) for name in among}
        top = max(scores.values())
        powers = {name: math.exp(score - top) for name, score in scores.items()}
        whole = sum(powers.values())
        return {name: power / whole for name, power in powers.items()}

    def reasons(self, features: Features, column: str, most: int) -> list[tuple[str, float]]:
        """The features that speak most for a column, against the mean of the others, with what they add."""
        place = self.columns.index(column)
        said: dict[str, float] = {}
        for names, value in self._valued(features):
            for name in names:
                row = self.rows[name]
                said[name] = value * (row[place] - sum(row) / len(row)) / SCALE
        return sorted(said.items(), key=lambda pair: -pair[1])[:most]

    def _totals(self, features: Features) -> list[float]:
        totals = [0.0] * len(self.columns)
        for names, value in self._valued(features):
            if names:
                sums = map(sum, zip(*(self.rows[name] for name in names), strict=True))
                totals = [total + value * part / SCALE for total, part in zip(totals, sums, strict=True)]
        return totals

    def _valued(self, features: Features) -> Iterable[tuple[list[str], float]]:
        rows = self.rows
        for group, names in (("words", features.words), ("letters", features.letters), ("signs", features.signs)):
            known = [name for name in set(names) if name in rows]
            strength = STRENGTHS[group]
            yield known, strength if group == "signs" else strength / math.sqrt(max(len(known), 1))


def read_model(text: str) -> Model:
    """A model from its table."""
    learned_from, first, *lines = text.split("\n")
    rows: dict[str, tuple[int, ...]] = {}
    for line in filter(None, lines):
        name, *weights = line.split("\t")
        rows[name] = tuple(map(int, weights))
    words = frozenset(name for name in rows if name[0] not in "#=~>" and " " not in name)
    return Model(tuple(first.split("\t")[1:]), rows, words, learned_from)


@cache
def the_model() -> Model:
    """The model that comes with the bot, read once."""
    return read_model(files("bot.understanding").joinpath("model.tsv").read_text("utf-8"))
