"""Votes in, places in words out: "from Paris, Rennes and Limoges", "d'ici"."""

from collections.abc import Sequence

from bot.model import Leaning, Verdict, Vote
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
    shown = named[:most]
    others = len(named) - len(shown) + unnamed
    if others:
        shown.append(say.ngettext("{number} other", "{number} others", others))
    return say.gettext("from {places}", places=say.listing(shown))
