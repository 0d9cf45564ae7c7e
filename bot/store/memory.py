"""How one more verdict changes what we remember of a platform. Pure: the store reads, asks here, and writes."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from statistics import median_low

from bot.model import CauseId, History, Leaning, Observation, Response, Verdict, Word

GOOD_LOOKS_KEPT = 21
"""How many good looks make the usual time to the first byte: enough that a slow hour does not become usual."""

_WALLS = frozenset({CauseId.BOT_WALL, CauseId.BOT_WALL_AS_USUAL})


@dataclass(frozen=True, slots=True)
class Memory:
    """A platform's History, and the times to the first byte of its last good looks, oldest first."""

    history: History = field(default_factory=History)
    first_bytes: tuple[timedelta, ...] = ()


def usual_first_byte(first_bytes: tuple[timedelta, ...]) -> timedelta | None:
    """The median, as one of the times that were measured; None without any."""
    return median_low(first_bytes) if first_bytes else None


def after(memory: Memory, verdict: Verdict) -> Memory:
    """What to remember next.

    Up ends a trouble and shows what is usual; down or degraded begins one, or goes on with it; a bot wall says only
    that we are walled off here; any other doubt, and our own trouble, says nothing.
    """
    match verdict.word:
        case Word.UP:
            return _after_up(memory, verdict)
        case Word.DOWN | Word.DEGRADED:
            began = memory.history.first_down_at or verdict.judged_at
            return replace(memory, history=replace(memory.history, first_down_at=began))
        case Word.INCONCLUSIVE if verdict.cause.id in _WALLS:
            return replace(memory, history=replace(memory.history, walled_as_usual=True))
        case Word.INCONCLUSIVE | Word.UNKNOWN:
            return memory


def _after_up(memory: Memory, verdict: Verdict) -> Memory:
    history = replace(memory.history, last_up_at=verdict.judged_at, first_down_at=None, walled_as_usual=False)
    seen = _good_observation(verdict)
    if seen is None or not isinstance(seen.result, Response):
        return replace(memory, history=history)
    first_bytes = memory.first_bytes
    if seen.phases.first_byte is not None:
        first_bytes = (*first_bytes, seen.phases.first_byte)[-GOOD_LOOKS_KEPT:]
    usual = replace(
        history,
        usual_status=seen.result.status,
        usual_title=seen.result.title,
        usual_host=seen.result.url_host,
        usual_first_byte=usual_first_byte(first_bytes),
    )
    return Memory(history=usual, first_bytes=first_bytes)


def _good_observation(verdict: Verdict) -> Observation | None:
    good = (vote.observation for vote in verdict.votes if vote.leaning is Leaning.UP)
    return next((each for each in good if each is not None and isinstance(each.result, Response)), None)
