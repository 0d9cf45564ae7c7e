"""The votes of the places on one target in, what they say together out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod

from bot.model import Cause, CauseId, Leaning, Vote, Word
from bot.verdict.differences import difference_between

UNANIMOUS_TO = 4  # so many places or fewer must agree: one dissenter of three is a regional difference, not a fault
MAJORITY = 0.8  # from five places on (Envoy's outlier detection: 85 % of at least 5 hosts)
SAME_NETWORK = 0.3  # weight of every further witness on a network that has spoken
DISSENT = 0.8  # confidence is so much smaller when somebody disagrees

OURS = frozenset({CauseId.OWN_NETWORK, CauseId.OWN_RESOLVER, CauseId.OWN_NO_IPV6, CauseId.OWN_FAULT})
UNKNOWABLE = frozenset({CauseId.NO_SUCH_NAME, CauseId.REFUSED_BY_POLICY, CauseId.NOTHING_MEASURED})


@dataclass(frozen=True, slots=True)
class Finding:
    """What the places say of one target. `rule` is the quorum rule that decided."""

    word: Word
    cause: Cause
    rule: str
    confidence: float
    votes: tuple[Vote, ...]


def count(votes: Sequence[Vote]) -> Finding:
    """Say what the votes on one target mean together. Walls, doubts and our own trouble are heard but not counted."""
    down = [vote for vote in votes if vote.leaning is Leaning.DOWN]
    up = [vote for vote in votes if vote.leaning is Leaning.UP]
    if not down and not up:
        return _nobody_can_tell(votes)
    needed = 1.0 if len(down) + len(up) <= UNANIMOUS_TO else MAJORITY
    if len(down) >= needed * (len(down) + len(up)):
        return _finding(Word.DOWN, commonest(down), "quorum.down", _sure_down(down, dissent=bool(up)), votes)
    if len(up) >= needed * (len(down) + len(up)):
        return _up(up, votes, dissent=bool(down))
    surer = min(_sure_down(down), _sure_up(up))
    cause = Cause(CauseId.DIFFERS_BY_PLACE, commonest(down).status, difference=difference_between(down, up))
    return _finding(Word.DEGRADED, cause, "quorum.differs", surer, votes)


def commonest(votes: Sequence[Vote]) -> Cause:
    """Return the cause that most of these votes name; of equals, the one that is surest to mean "down"."""
    tally = Counter(vote.cause for vote in votes)
    return max(votes, key=lambda vote: (tally[vote.cause], vote.p_down)).cause


def confidence(chances: Iterable[tuple[str, float]]) -> float:
    """1 − Π(1−pᵢ)^wᵢ over (network, p): w is 1 for the first, surest witness of a network, 0.3 for the others."""
    seen: set[str] = set()
    doubts: list[float] = []
    for network, chance in sorted(chances, key=lambda witness: -witness[1]):
        doubts.append((1 - chance) ** (SAME_NETWORK if network in seen else 1))
        seen.add(network)
    return 1 - prod(doubts)


def _up(up: Sequence[Vote], votes: Sequence[Vote], *, dissent: bool) -> Finding:
    sure = _sure_up(up, dissent=dissent)
    raised = Counter(vote.flags[0] for vote in up if vote.flags)
    if 2 * sum(raised.values()) >= len(up):  # a flag that one place of many raises is that place's affair
        flag = raised.most_common(1)[0][0]
        return _finding(Word.DEGRADED, Cause(flag), f"quorum.flag.{flag}", sure, votes)
    return _finding(Word.UP, commonest(up), "quorum.up", sure, votes)


def _nobody_can_tell(votes: Sequence[Vote]) -> Finding:
    seen = [vote for vote in votes if vote.cause.id not in OURS | UNKNOWABLE]
    if seen:
        unsure = [vote for vote in seen if vote.leaning is Leaning.UNSURE]
        return _finding(Word.INCONCLUSIVE, commonest(unsure or seen), "quorum.nobody-can-judge", 0.0, votes)
    named = [vote for vote in votes if vote.cause.id in (CauseId.NO_SUCH_NAME, CauseId.REFUSED_BY_POLICY)]
    ours = [vote for vote in votes if vote.cause.id in OURS]
    if not named and not ours:
        return _finding(Word.UNKNOWN, Cause(CauseId.NOTHING_MEASURED), "quorum.nothing-measured", 0.0, votes)
    return _finding(Word.UNKNOWN, commonest(named or ours), "quorum.all-abstain", 0.0, votes)


def _sure_down(down: Sequence[Vote], *, dissent: bool = False) -> float:
    return confidence((_network(vote), vote.p_down) for vote in down) * (DISSENT if dissent else 1)


def _sure_up(up: Sequence[Vote], *, dissent: bool = False) -> float:
    return confidence((_network(vote), vote.p_up) for vote in up) * (DISSENT if dissent else 1)


def _network(vote: Vote) -> str:
    # Where nobody named the network, each vantage point is taken to be on one of its own.
    where = vote.vantage_point
    return (f"AS{where.asn}" if where.asn else where.network) or f"of {where.id}"


def _finding(word: Word, cause: Cause, rule: str, sure: float, votes: Sequence[Vote]) -> Finding:
    return Finding(word, cause, rule, round(sure, 4), tuple(votes))
