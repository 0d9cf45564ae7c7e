"""Votes in, places in words out: "from Paris, Rennes and Limoges", "d'ici"."""

from collections.abc import Sequence
from dataclasses import replace

from bot.model import Answer, GiveVerdicts, Leaning, Verdict, Vote, Word
from bot.wording.voice import Voice

MOST_NAMED = 4  # beyond four places: "and 3 others"


def deciding(verdict: Verdict, *leanings: Leaning) -> list[Vote]:
    """Return the votes on the target that decided (they come first in a verdict), of these leanings, or of all."""
    target = next((vote.observation.target for vote in verdict.votes if vote.observation), None)
    votes = [vote for vote in verdict.votes if vote.observation is None or vote.observation.target == target]
    return [vote for vote in votes if not leanings or vote.leaning in leanings]


def from_where(votes: Sequence[Vote], say: Voice, *, most: int = MOST_NAMED) -> str:
    """Say from where, in a phrase. Places that the operator did not name are counted; a lone one is "here"."""
    named = list(dict.fromkeys(vote.vantage_point.place for vote in votes if vote.vantage_point.place))
    unnamed = len({vote.vantage_point.id for vote in votes if not vote.vantage_point.place})
    if not named:
        if unnamed <= 1:
            return say.gettext("from here")
        return say.ngettext("from {number} place", "from {number} places", unnamed)
    others = max(0, len(named) - most) + unnamed
    return say.gettext("from {places}", places=_listed(named, others, say, most=most))


def with_place_first(answer: Answer, place: str | None) -> Answer:
    """The answer with this place named before the others, wherever it looked too."""
    if place is None or not isinstance(answer, GiveVerdicts):
        return answer
    return replace(answer, verdicts=tuple(_seen_first_from(place, verdict) for verdict in answer.verdicts))


def _seen_first_from(place: str, verdict: Verdict) -> Verdict:
    """The votes from there before the others on the target that decided."""
    first = [vote for vote in deciding(verdict) if _is_called(vote, place)]
    return replace(verdict, votes=(*first, *(vote for vote in verdict.votes if vote not in first)))


def _is_called(vote: Vote, place: str) -> bool:
    return (vote.vantage_point.place or "").strip().casefold() == place.strip().casefold()


def silent_words(verdict: Verdict, say: Voice) -> tuple[str, ...]:
    """Name the places that could not judge where others could, longest wording first; nothing if none has a name.

    Their own line may be cut, or a filter may stop them: their silence is no vote, and must not look like one.
    """
    if verdict.word in (Word.INCONCLUSIVE, Word.UNKNOWN):
        return ()
    votes = deciding(verdict)
    heard = {vote.vantage_point.place for vote in votes if vote.leaning in (Leaning.DOWN, Leaning.UP)}
    named = dict.fromkeys(vote.vantage_point.place for vote in votes if vote.vantage_point.place)
    silent = [place for place in named if place not in heard]
    wordings = [
        say.ngettext(
            "{places} could not judge.",
            "{places} could not judge.",
            len(silent),
            places=_listed(silent, len(silent) - most, say, most=most),
        )
        for most in (MOST_NAMED, 2, 1)
        if silent
    ]
    return tuple(dict.fromkeys(wordings))


def _listed(names: Sequence[str], others: int, say: Voice, *, most: int) -> str:
    shown = list(names[:most])
    if others > 0:
        shown.append(say.ngettext("{number} other", "{number} others", others))
    return say.listing(shown)
