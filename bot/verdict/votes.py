"""The attempts of one place at one target in, its vote out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeGuard

from bot.model import Cause, CauseId, Evidence, FailureKind, Leaning, Observation, Vote
from bot.verdict.facts import Facts, Footing, facts_of
from bot.verdict.flags import flags_of
from bot.verdict.rules import Rule, first_match

VOTES_FROM = 0.6  # a place votes when it is at least so sure
SECOND_LOOK = 0.6  # the same path twice is worth so much of a fresh witness
DOUBT = 0.6  # weight of what a place with doubtful controls saw
LONGEST_WAIT = timedelta(days=30)  # a longer Retry-After is a mistake, not an announcement

_OUT_OF_PATIENCE = (FailureKind.TIMEOUT, FailureKind.OUT_OF_TIME, FailureKind.NO_ANSWER, FailureKind.DNS_TIMEOUT)


@dataclass(frozen=True, slots=True)
class _Attempt:
    facts: Facts
    rule: Rule
    other_family: "_Attempt | None" = None

    @property
    def observation(self) -> Observation:
        return self.facts.observation

    @property
    def up(self) -> bool:
        return self.rule.judges and self.rule.up >= VOTES_FROM

    @property
    def down(self) -> bool:
        return self.rule.judges and self.rule.down >= VOTES_FROM


def vote_of(observations: Sequence[Observation], evidence: Evidence) -> Vote:
    """Judge the attempts of one vantage point at one target; there is at least one.

    A real answer beats a failure, however late it came. A wall met on any attempt makes the place abstain. Else what
    failed twice is surer than what failed once.
    """
    ordered = sorted(observations, key=lambda seen: (seen.observed_at, seen.attempt))
    attempts = [_attempt(seen, evidence) for seen in ordered]
    if answers := [attempt for attempt in attempts if attempt.up]:
        return _up(answers[-1], attempts)
    if saved := [attempt.other_family for attempt in attempts if attempt.down and _answers(attempt.other_family)]:
        return _up_over_the_other_family(saved[0])
    if walls := [attempt for attempt in attempts if attempt.facts.response and not attempt.rule.judges]:
        return _abstention(walls[-1])
    if judging := [attempt for attempt in attempts if attempt.rule.judges]:
        return _failed(judging)
    return _abstention(attempts[-1])


def _attempt(seen: Observation, evidence: Evidence) -> _Attempt:
    other = None
    if seen.other_family is not None:
        other = _attempt(replace(seen, result=seen.other_family, other_family=None), evidence)
    facts = facts_of(seen, evidence)
    return _Attempt(facts, first_match(facts), other)


def _answers(attempt: _Attempt | None) -> TypeGuard[_Attempt]:
    return attempt is not None and attempt.up


def _up_over_the_other_family(answer: _Attempt) -> Vote:
    # The address that was used is of the family that fails; without IPv6 of our own, its failure there is ours.
    fails_over_ipv6 = ":" in (answer.observation.addresses.used or "")
    if not fails_over_ipv6:
        flags = (CauseId.ONLY_IPV6_ANSWERS,)
    else:
        flags = (CauseId.ONLY_IPV4_ANSWERS,) if answer.facts.ipv6_works else ()
    return _vote(answer, Leaning.UP, answer.rule.down, answer.rule.up, flags)


def _up(answer: _Attempt, attempts: Sequence[_Attempt]) -> Vote:
    flags = flags_of(answer.facts)
    others = [attempt.other_family for attempt in attempts if attempt.up and attempt.other_family is not None]
    if any(other.down for other in others):
        used_ipv6 = ":" in (answer.observation.addresses.used or "")
        if used_ipv6 or answer.facts.ipv6_works:
            flags = (CauseId.ONLY_IPV6_ANSWERS if used_ipv6 else CauseId.ONLY_IPV4_ANSWERS, *flags)
    if any(_contradicts(failed, answer) for failed in attempts if failed.down):
        flags = (CauseId.FLAPPING, *flags)
    return _vote(answer, Leaning.UP, answer.rule.down, answer.rule.up, flags)


def _contradicts(failed: _Attempt, answer: _Attempt) -> bool:
    """Tell whether a failure beside an answer means "now it works, now it does not".

    The second attempt starts while the first still hangs. If it then ran out of time, and the first answered after all,
    the site is slow and nothing else.
    """
    hedged = failed.observation.observed_at > answer.observation.observed_at
    return not (hedged and failed.facts.kind in _OUT_OF_PATIENCE)


def _failed(attempts: Sequence[_Attempt]) -> Vote:
    # Repeating strengthens only what is a vote by itself: a 404 is no worse for being there twice.
    sure = [attempt for attempt in attempts if attempt.down]
    worst = max(sure or attempts, key=lambda attempt: (attempt.rule.down, attempt.rule.up))
    down = _twice([attempt.rule.down for attempt in sure]) if sure else worst.rule.down
    if _unsure_to_be_online(worst.facts):
        down *= DOUBT
    leaning = Leaning.DOWN if down >= VOTES_FROM else Leaning.UNSURE
    return _vote(worst, leaning, down, worst.rule.up, ())


def _twice(chances: Sequence[float]) -> float:
    """1 − (1−p₁)(1−0.6·p₂)…: 0.8 twice is 0.90, 0.95 twice is 0.98. The surest look counts in full."""
    first, *others = sorted(chances, reverse=True)
    doubt = 1 - first
    for chance in others:
        doubt *= 1 - SECOND_LOOK * chance
    return 1 - doubt


def _unsure_to_be_online(facts: Facts) -> bool:
    # An answer proves by itself that we are online; a silence proves nothing until a control says that we are.
    return facts.footing is Footing.DOUBTFUL or (facts.footing is Footing.UNTESTED and facts.response is None)


def _abstention(attempt: _Attempt) -> Vote:
    return _vote(attempt, Leaning.ABSTAIN, attempt.rule.down, attempt.rule.up, ())


def _vote(attempt: _Attempt, leaning: Leaning, down: float, up: float, flags: tuple[CauseId, ...]) -> Vote:
    return Vote(
        vantage_point=attempt.observation.vantage_point,
        leaning=leaning,
        rule=attempt.rule.id,
        cause=_cause(attempt),
        p_down=down,
        p_up=up,
        flags=flags,
        observation=attempt.observation,
    )


def _cause(attempt: _Attempt) -> Cause:
    response = attempt.facts.response
    if response is None:
        return Cause(attempt.rule.cause)
    return Cause(attempt.rule.cause, status=response.status, retry_after=_wait(dict(response.headers)))


def _wait(headers: dict[str, str]) -> timedelta | None:
    """Read `Retry-After` as seconds (RFC 9110, 10.2.3). Its other form, a date, needs their clock: not told."""
    value = headers.get("retry-after", "")
    if not re.fullmatch(r"[0-9]{1,8}", value):
        return None
    wait = timedelta(seconds=int(value))
    return wait if timedelta(0) < wait <= LONGEST_WAIT else None
