"""A verdict in, its whole explanation out, for a terminal of 80 columns: places, attempts, votes, controls, history."""

import textwrap
from collections.abc import Iterator, Sequence
from datetime import timedelta, tzinfo

from bot.model import Failure, Language, Leaning, Observation, Response, Role, Verdict, Vote
from bot.wording.causes import cause_words
from bot.wording.official import heard_words
from bot.wording.replies import verdict_line
from bot.wording.times import seconds_words, time_words
from bot.wording.voice import Voice, mark, voice

WIDTH = 80

_LEANINGS = {
    Leaning.DOWN: mark("votes “down”"),
    Leaning.UP: mark("votes “up”"),
    Leaning.UNSURE: mark("is not sure"),
    Leaning.ABSTAIN: mark("cannot judge"),
}
_ROLES = {
    Role.HOME: mark("home page"),
    Role.SEARCH: mark("search"),
    Role.ARTICLE: mark("documents"),
    Role.API: mark("programming interface"),
    Role.LOGIN: mark("signing in"),
}


def explain(verdict: Verdict, *, language: Language, zone: tzinfo) -> str:
    """Explain a verdict to a person. A URL that is longer than a line is the only thing that passes 80 columns."""
    say = voice(language)
    blocks = [
        _wrapped(verdict_line(verdict, language=language, zone=zone), 0),
        *(_wrapped(line, 2) for line in _ruling(verdict, say)),
    ]
    for vote in verdict.votes:
        blocks += ["", *_place(vote, verdict.observations, say)]
    rest = [*_controls(verdict, say), *heard_words(verdict, say, zone), *_history(verdict, say, zone)]
    blocks += ["", *(_wrapped(line, 2) for line in rest)] if rest else []
    return "\n".join(blocks)


def _ruling(verdict: Verdict, say: Voice) -> Iterator[str]:
    yield say.gettext(
        "Rule {rule}, cause {cause}, confidence {percent} %.",
        rule=verdict.rule,
        cause=verdict.cause.id.value,
        percent=round(100 * verdict.confidence),
    )


def _place(vote: Vote, observations: Sequence[Observation], say: Voice) -> Iterator[str]:
    seen = vote.observation
    where = vote.vantage_point.place or vote.vantage_point.id
    if vote.vantage_point.network:
        where = f"{where} ({vote.vantage_point.network})"
    yield where if seen is None else f"{where} → {seen.target.url} ({say.gettext(_ROLES[seen.target.role])})"
    meaning = cause_words(vote.cause, language=say.language)
    leaning = say.gettext(_LEANINGS[vote.leaning])
    yield _wrapped(say.gettext("{vote}, rule {rule}: {meaning}", vote=leaning, rule=vote.rule, meaning=meaning), 2)
    if seen is None:
        return
    made = [look for look in observations if look.vantage_point == vote.vantage_point and look.target == seen.target]
    for number, look in enumerate(made or [seen], 1):
        yield _wrapped(_attempt(number, look, say), 2)
        if look.link is not None:
            yield f"    {look.link}"


def _attempt(number: int, look: Observation, say: Voice) -> str:
    phases = look.phases
    steps = (
        ("DNS", phases.dns),
        ("TCP", phases.tcp),
        ("TLS", phases.tls),
        (say.gettext("first byte"), phases.first_byte),
        (say.gettext("page"), phases.body),
    )
    times = [f"{name} {_length(length, say)}" for name, length in steps if length is not None]
    times.append(say.gettext("{time} in all", time=_length(look.took, say)))
    made = say.gettext(
        "attempt {number}: {outcome} ({times})", number=number, outcome=_outcome(look.result), times=", ".join(times)
    )
    if look.other_family is None:
        return made
    family = "IPv4" if ":" in (look.addresses.used or "") else "IPv6"
    other = _outcome(look.other_family)
    return say.gettext("{attempt}; over {family}: {outcome}", attempt=made, family=family, outcome=other)


def _outcome(result: Response | Failure) -> str:
    return f"{result.phase} / {result.kind}" if isinstance(result, Failure) else f"HTTP {result.status}"


def _controls(verdict: Verdict, say: Voice) -> Iterator[str]:
    works, fails = say.gettext("answers"), say.gettext("does not answer")
    controls = dict.fromkeys(f"{control.host} {works if control.works else fails}" for control in verdict.controls)
    if controls:
        yield say.gettext("Controls: {controls}.", controls=", ".join(controls))


def _history(verdict: Verdict, say: Voice, zone: tzinfo) -> Iterator[str]:
    known = verdict.history
    if known is None or known.last_up_at is None:
        return
    last = time_words(known.last_up_at, language=say.language, zone=zone, now=verdict.judged_at)
    yield say.gettext("Last good look before: {instant}.", instant=last)
    if known.usual_first_byte is not None:
        yield say.gettext("Usual wait for the first byte: {time}.", time=_length(known.usual_first_byte, say))


def _length(length: timedelta, say: Voice) -> str:
    return seconds_words(length, language=say.language)


def _wrapped(line: str, indent: int) -> str:
    return textwrap.fill(
        line,
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent * 2),
        break_long_words=False,
        break_on_hyphens=False,
    )
