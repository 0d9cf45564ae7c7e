"""A verdict that differs by place in, the few places that say otherwise out: they are looked from once more."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.model import CauseId, Control, Leaning, Observation, Target, Verdict


@dataclass(frozen=True, slots=True)
class Minority:
    """The ids of the vantage points that stand against the others, and the target on which they do."""

    target: Target
    places: frozenset[str]

    def without_their_looks(
        self, facts: Sequence[Observation | Control], again: Sequence[Observation | Control]
    ) -> list[Observation | Control]:
        """Give the facts without those that a second look replaces: a place that was not heard again keeps its own.

        A blip that is over leaves no trace in the verdict; that is what the second look is for.
        """
        heard = {fact.vantage_point.id for fact in again if isinstance(fact, Observation)} & self.places
        return [
            fact
            for fact in facts
            if not (isinstance(fact, Observation) and fact.target == self.target and fact.vantage_point.id in heard)
        ]


def minority_of(verdict: Verdict) -> Minority | None:
    """Say who stands against whom; None unless the verdict is that it differs by place. Of equals, those that fail."""
    decided = next((vote.observation.target for vote in verdict.votes if vote.observation is not None), None)
    if verdict.cause.id is not CauseId.DIFFERS_BY_PLACE or decided is None:
        return None
    places: dict[Leaning, set[str]] = {Leaning.DOWN: set(), Leaning.UP: set()}
    for vote in verdict.votes:
        if vote.leaning in places and vote.observation is not None and vote.observation.target == decided:
            places[vote.leaning].add(vote.vantage_point.id)
    fewest = min(places.values(), key=len)
    return Minority(decided, frozenset(fewest)) if fewest else None
