"""What keeps a good answer from being simply "up": flags, in the order in which they are told."""

from collections.abc import Callable

from bot.model import CauseId, Family
from bot.verdict.facts import SLOW_FROM, Facts


def _slow(facts: Facts) -> bool:
    return facts.waited > SLOW_FROM or "body_slow" in facts.notes


# The first of them is the cause that a reply names.
FLAGS: tuple[tuple[CauseId, Callable[[Facts], bool]], ...] = (
    (CauseId.WAITING_ROOM, lambda facts: Family.QUEUE in facts.families),
    (CauseId.SECURE_SITE_UNREACHABLE, lambda facts: "plain_http" in facts.notes),
    (CauseId.ANSWERS_VERY_SLOWLY, _slow),
    (CauseId.ANSWER_CUT_SHORT, lambda facts: "body_cut" in facts.notes),
    (CauseId.SOME_ADDRESSES_DEAD, lambda facts: bool(facts.dead_addresses)),
    (CauseId.DNS_HALF_BROKEN, lambda facts: facts.observation.addresses.half_resolved),
    (CauseId.PRIVATE_ADDRESS_PUBLISHED, lambda facts: bool(facts.observation.addresses.refused)),
)


def flags_of(facts: Facts) -> tuple[CauseId, ...]:
    """Return every flag that an answer earns; none for a failure."""
    if facts.response is None:
        return ()
    return tuple(flag for flag, raised in FLAGS if raised(facts))
