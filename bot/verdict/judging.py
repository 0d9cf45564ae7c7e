"""All evidence of one platform in, the verdict out: votes, a quorum for each target, then the ladder of steps."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from bot.model import (
    Cause,
    CauseId,
    Evidence,
    History,
    Leaning,
    Observation,
    Outage,
    Role,
    Tally,
    Target,
    VantagePoint,
    Verdict,
    Vote,
    Word,
)
from bot.verdict.crowd import less_sure_up, surer_down
from bot.verdict.facts import Footing, footing_of
from bot.verdict.quorum import Finding, count
from bot.verdict.votes import vote_of

_SPEAKS = (Word.UP, Word.DEGRADED, Word.DOWN)


@dataclass(frozen=True, slots=True)
class _Step:
    target: Target | None
    finding: Finding


@dataclass(frozen=True, slots=True)
class _Conclusion:
    finding: Finding
    step: Role | None = None


def judge(evidence: Evidence, *, at: datetime) -> Verdict:
    """Say what the evidence means. `at` (aware UTC) is the instant of judging, and the first bad look if there is none.

    A platform that cannot be probed is INCONCLUSIVE; one of which nothing was measured is UNKNOWN.
    """
    steps = _steps(evidence)
    conclusion = _conclude(evidence, steps)
    finding = conclusion.finding
    others = [vote for step in steps if step.finding.votes != finding.votes for vote in step.finding.votes]
    return Verdict(
        word=finding.word,
        platform=evidence.platform,
        cause=finding.cause,
        rule=finding.rule,
        judged_at=at,
        confidence=_with_people(finding, evidence.tally),
        votes=(*finding.votes, *others),
        controls=evidence.controls,
        outage=_outage(finding.word, evidence.history, at),
        usual_first_byte=evidence.history.usual_first_byte,
        step=conclusion.step,
        tally=evidence.tally,
    )


def _with_people(finding: Finding, tally: Tally) -> float:
    """How sure it is once people are heard: they never change the word."""
    match finding.word:
        case Word.DOWN | Word.DEGRADED:
            return round(surer_down(finding.confidence, tally), 4)
        case Word.UP:
            return round(less_sure_up(finding.confidence, tally), 4)
        case Word.INCONCLUSIVE | Word.UNKNOWN:
            return finding.confidence
        case _:
            assert_never(finding.word)


def _steps(evidence: Evidence) -> list[_Step]:
    """One finding for each target that was looked at, in the platform's order; what was typed or extra comes last."""
    looked = dict.fromkeys(seen.target for seen in evidence.observations)
    targets = [target for target in evidence.platform.targets if target in looked]
    targets += [target for target in looked if target not in targets]
    steps = [_Step(target, count(_votes(target, evidence))) for target in targets]
    return steps or [_Step(None, count(_silent(evidence, ())))]


def _votes(target: Target, evidence: Evidence) -> list[Vote]:
    looks: dict[str, list[Observation]] = {}
    for seen in evidence.observations:
        if seen.target == target:
            looks.setdefault(seen.vantage_point.id, []).append(seen)
    votes = [vote_of(attempts, evidence) for attempts in looks.values()]
    return [*votes, *_silent(evidence, tuple(looks))]


def _silent(evidence: Evidence, heard: Sequence[str]) -> list[Vote]:
    """Abstentions of the places of which only controls are known: their look did not end in time."""
    places = {control.vantage_point.id: control.vantage_point for control in evidence.controls}
    return [_nothing_from(place, evidence) for place in places.values() if place.id not in heard]


def _nothing_from(place: VantagePoint, evidence: Evidence) -> Vote:
    controls = [control for control in evidence.controls if control.vantage_point.id == place.id]
    if footing_of(controls) in (Footing.OFFLINE, Footing.CAPTIVE):
        return Vote(place, Leaning.ABSTAIN, "own.network", Cause(CauseId.OWN_NETWORK))
    return Vote(place, Leaning.ABSTAIN, "nothing-measured", Cause(CauseId.NOTHING_MEASURED))


def _conclude(evidence: Evidence, steps: Sequence[_Step]) -> _Conclusion:
    """Climb the ladder: the way in first; only if people get in does it matter which step behind it fails."""
    if not evidence.platform.probe:
        votes = tuple(vote for step in steps for vote in step.finding.votes)
        cause = Cause(CauseId.CANNOT_BE_PROBED)
        return _Conclusion(Finding(Word.INCONCLUSIVE, cause, "platform.cannot-be-probed", 0.0, votes))
    homes = [step for step in steps if step.target is not None and step.target.role is Role.HOME] or list(steps[:1])
    spoken = [step for step in homes if step.finding.word in _SPEAKS]
    if not spoken:
        return _Conclusion(_most_telling(homes))
    down = [step for step in spoken if step.finding.word is Word.DOWN]
    if len(down) == len(spoken):
        return _Conclusion(down[0].finding)
    if down:
        return _on_one_step(down[0], spoken)
    return _behind_the_way_in(spoken, [step for step in steps if step not in homes])


def _behind_the_way_in(homes: Sequence[_Step], behind: Sequence[_Step]) -> _Conclusion:
    for word in (Word.DOWN, Word.DEGRADED):
        ill = [step for step in behind if step.finding.word is word]
        whole = [step for step in homes if step.finding.word is word]
        if whole:
            return _Conclusion(whole[0].finding)
        if ill:
            return _on_one_step(ill[0], homes)
    return _Conclusion(homes[0].finding)


def _on_one_step(ill: _Step, well: Sequence[_Step]) -> _Conclusion:
    sure = min(ill.finding.confidence, max(step.finding.confidence for step in well))
    role = ill.target.role if ill.target is not None else None
    rule = f"ladder.{ill.finding.word}.{role}"
    return _Conclusion(replace(ill.finding, word=Word.DEGRADED, rule=rule, confidence=sure), role)


def _most_telling(homes: Sequence[_Step]) -> Finding:
    return next((step.finding for step in homes if step.finding.word is Word.INCONCLUSIVE), homes[0].finding)


def _outage(word: Word, history: History, at: datetime) -> Outage | None:
    """The trouble began between the last good look and the first bad one after it; this look is bad too."""
    if word not in (Word.DOWN, Word.DEGRADED):
        return None
    began, good = history.first_down_at, history.last_up_at
    if began is None or (good is not None and began < good):
        began = at
    return Outage(first_down_at=began, last_up_at=good)
