"""A verdict in, the pieces of its reply out, in order: what is so, seen from where and why, since when, what next."""

from collections.abc import Iterator, Sequence
from datetime import timedelta, tzinfo
from typing import assert_never

from bot.model import Cause, CauseId, Difference, Leaning, Outage, Role, Verdict, Vote, Word
from bot.wording.causes import cause_words
from bot.wording.fitting import Piece
from bot.wording.official import contradicts, official_words
from bot.wording.people import common_words, crowd_words
from bot.wording.places import deciding, from_where, silent_words
from bot.wording.times import interval_words, seconds_words, time_words
from bot.wording.voice import Voice, mark

# What goes first when a reply is too long: the lowest.
_HINT, _SILENT, _AGREES, _PEOPLE, _WHY, _CONTRADICTS, _SINCE, _HEAD = 10, 15, 20, 25, 30, 35, 40, 90

_IS, _LOOKS, _MAYBE = 0.90, 0.75, 0.50  # from which confidence on a "down" is said how


def pieces_of(verdict: Verdict, name: str, say: Voice, zone: tzinfo, *, line: int, alone: bool) -> list[Piece]:
    """Return the pieces of one verdict. `alone`: it has the reply for itself, so there is room for a hint."""
    seen = _seen(verdict, name, say, alone=alone)
    hints = [piece for piece in seen if piece.weight == _HINT]
    silent = [Piece((*words, ""), _SILENT)] if (words := silent_words(verdict, say)) else []
    pieces = [*(piece for piece in seen if piece not in hints), *silent, *hints, *_beside(verdict, say, zone)]
    return [Piece(piece.wordings, piece.weight, line) for piece in pieces]


def _seen(verdict: Verdict, name: str, say: Voice, *, alone: bool) -> list[Piece]:
    match verdict.word:
        case Word.DOWN:
            return _down(verdict, name, say)
        case Word.DEGRADED:
            return _degraded(verdict, name, say)
        case Word.UP:
            return _up(verdict, name, say, alone=alone)
        case Word.INCONCLUSIVE:
            return _inconclusive(verdict, name, say)
        case Word.UNKNOWN:
            return [_unknown(verdict, name, say)]
        case _:
            assert_never(verdict.word)


def _beside(verdict: Verdict, say: Voice, zone: tzinfo) -> Iterator[Piece]:
    """What stands beside what was seen: since when, what the provider says, what people say, who else is hit."""
    if verdict.outage is not None and (verdict.word is Word.DOWN or verdict.outage != Outage(verdict.judged_at)):
        # That something limps "at least since now" is no news.
        yield Piece(
            (interval_words(verdict.outage, language=say.language, zone=zone, now=verdict.judged_at), ""), _SINCE
        )
    if official := official_words(verdict, say, zone):
        yield Piece((*official, ""), _CONTRADICTS if contradicts(verdict) else _AGREES)
    if crowd := crowd_words(verdict, say):
        yield Piece((*crowd, ""), _PEOPLE)
    if common := common_words(verdict, say):
        yield Piece((*common, ""), _PEOPLE)
    if verdict.stale:
        at = time_words(verdict.judged_at, language=say.language, zone=zone)
        yield Piece((say.gettext("Seen at {time}.", time=at), ""), _SINCE)


def _down(verdict: Verdict, name: str, say: Voice) -> list[Piece]:
    votes = deciding(verdict, Leaning.DOWN)
    where = from_where(votes, say)
    several = len(votes) > 1
    head = _down_head(verdict.confidence, name, where, say, several=several)
    short = say.gettext("{name}: down.", name=name)
    if verdict.confidence < _LOOKS:
        short = say.gettext("{name}: maybe down.", name=name)
    why = _why(verdict.cause, say)
    wordings = (*_seen_from(votes, verdict, say), why, "") if several else (why, "")
    return [Piece((head, short), _HEAD), Piece(wordings, _WHY)]


def _down_head(confidence: float, name: str, where: str, say: Voice, *, several: bool) -> str:
    if confidence < _MAYBE:
        return say.gettext("{name} fails {where}, but I would not call it proof.", name=name, where=where)
    if confidence < _LOOKS:
        return say.gettext("{name} may be down: it fails {where}.", name=name, where=where)
    if several and confidence >= _IS:
        return say.gettext("Confirmed, it is not just you: {name} is down.", name=name)
    if several:
        return say.gettext("It is not just you: {name} looks down.", name=name)
    if confidence >= _IS:
        return say.gettext("It is not just you: {name} is down {where} too.", name=name, where=where)
    return say.gettext("It is not just you: {name} looks down {where} too.", name=name, where=where)


def _seen_from(down: Sequence[Vote], verdict: Verdict, say: Voice) -> tuple[str, ...]:
    """Say from where, and how many of those that could judge: first the whole, then with fewer places named."""
    could_judge = len(deciding(verdict, Leaning.DOWN, Leaning.UP))
    why = cause_words(verdict.cause, language=say.language)
    full = say.ngettext(
        "Seen {where} ({number} probe of {all}): {cause}.",
        "Seen {where} ({number} probes of {all}): {cause}.",
        len(down),
        where=from_where(down, say),
        all=could_judge,
        cause=why,
    )
    brief = say.gettext("Seen {where}: {cause}.", where=from_where(down, say, most=2), cause=why)
    return full, brief


def _why(cause: Cause, say: Voice) -> str:
    return say.gettext("What I see: {cause}.", cause=cause_words(cause, language=say.language))


def _degraded(verdict: Verdict, name: str, say: Voice) -> list[Piece]:
    short = say.gettext("{name}: half up.", name=name)
    if verdict.step is not None:
        return _step(verdict, verdict.step, name, short, say)
    if verdict.cause.id is CauseId.DIFFERS_BY_PLACE:
        return _differs(verdict, name, short, say)
    if verdict.cause.id is CauseId.ANSWERS_VERY_SLOWLY:
        return [Piece((*_slow(verdict, name, say), short), _HEAD)]
    cause = cause_words(verdict.cause, language=say.language)
    votes = deciding(verdict, Leaning.UP)
    head = say.gettext(
        "{name} answers {where}, but not well: {cause}.", name=name, where=from_where(votes, say), cause=cause
    )
    brief = say.gettext("{name} answers, but not well: {cause}.", name=name, cause=cause)
    return [Piece((head, brief, short), _HEAD)]


def _step(verdict: Verdict, step: Role, name: str, short: str, say: Voice) -> list[Piece]:
    """Name the step in trouble: it gives an error, it fails, or it limps."""
    cause = verdict.cause
    if not deciding(verdict, Leaning.DOWN):
        head = say.gettext(_LIMPING_STEPS[step], name=name)
    elif cause.id is CauseId.SERVER_ERROR and cause.status is not None:
        return [Piece((say.gettext(_STEPS_IN_ERROR[step], name=name, status=cause.status), short), _HEAD)]
    else:
        head = say.gettext(_STEPS[step], name=name)
    return [Piece((head, short), _HEAD), Piece((_why(cause, say), ""), _WHY)]


def _differs(verdict: Verdict, name: str, short: str, say: Voice) -> list[Piece]:
    down, up = deciding(verdict, Leaning.DOWN), deciding(verdict, Leaning.UP)
    heads = tuple(
        say.gettext(
            "{name} half works: it answers {up}, but is down {down}.",
            name=name,
            up=from_where(up, say, most=most),
            down=from_where(down, say, most=most),
        )
        for most in (4, 2, 1)
    )
    if all(vote.vantage_point.place is None for vote in (*up, *down)):
        heads = (say.gettext("{name} half works: it answers some of my probes, and fails others.", name=name),)
    worst = max(down, key=lambda vote: vote.p_down).cause
    why = say.gettext("Where it fails: {cause}.", cause=cause_words(worst, language=say.language))
    pieces = [Piece((*heads, short), _HEAD), Piece((why, ""), _WHY)]
    if verdict.cause.difference is not None:
        network = next((vote.vantage_point.network for vote in down), None) or ""
        pieces.append(Piece((say.gettext(_DIFFERENCES[verdict.cause.difference], network=network), ""), _WHY))
    return pieces


def _slow(verdict: Verdict, name: str, say: Voice) -> tuple[str, ...]:
    where = from_where(deciding(verdict, Leaning.UP), say)
    brief = say.gettext("{name} answers, but very slowly.", name=name)
    length = _longest_wait(verdict)
    if length is None:
        return (say.gettext("{name} answers {where}, but very slowly.", name=name, where=where), brief)
    now = seconds_words(length, language=say.language)
    full = say.gettext(
        "{name} answers {where}, but slowly: {time} for the first word.", name=name, where=where, time=now
    )
    usual = verdict.usual_first_byte
    if usual is None or usual >= length:
        return full, brief
    compared = say.gettext(
        "{name} answers {where}, but slowly: {time} for the first word, instead of {usual} usually.",
        name=name,
        where=where,
        time=now,
        usual=seconds_words(usual, language=say.language),
    )
    return compared, full, brief


def _up(verdict: Verdict, name: str, say: Voice, *, alone: bool) -> list[Piece]:
    votes = deciding(verdict, Leaning.UP)
    where = from_where(votes, say)
    as_usual = verdict.cause.id is CauseId.ANSWERS_AS_USUAL
    sign_in = verdict.cause.id is CauseId.ANSWERS_ASKS_FOR_SIGN_IN
    message = _UP_AS_USUAL if as_usual else _UP_SIGN_IN if sign_in else _UP_NORMALLY
    length = _shortest_wait(verdict)
    if length is not None:
        where = say.gettext("{where} ({time})", where=where, time=seconds_words(length, language=say.language))
    head = say.gettext(message, name=name, where=where)
    brief = say.gettext("{name}: up.", name=name)
    nearer = alone and not contradicts(verdict)  # what they announce is the likelier reason
    hint = say.gettext("The trouble is probably nearer: connection, proxy, VPN.") if nearer else ""
    return [Piece((head, brief), _HEAD), Piece((hint, "") if hint else ("",), _HINT)]


def _inconclusive(verdict: Verdict, name: str, say: Voice) -> list[Piece]:
    short = say.gettext("{name}: I cannot judge.", name=name)
    if message := _CANNOT_JUDGE.get(verdict.cause.id):
        return [Piece((say.gettext(message, name=name), short), _HEAD)]
    cause = cause_words(verdict.cause, language=say.language)
    where = from_where(deciding(verdict, Leaning.UNSURE) or deciding(verdict), say)
    head = say.gettext(
        "I cannot tell for sure about {name}. What I see {where}: {cause}.", name=name, where=where, cause=cause
    )
    brief = say.gettext("I cannot tell for sure about {name}: {cause}.", name=name, cause=cause)
    return [Piece((head, brief, short), _HEAD)]


def _unknown(verdict: Verdict, name: str, say: Voice) -> Piece:
    """Say that we do not know. A refused address and a name that does not exist get the very same sentence.

    Otherwise strangers could learn from the bot which names exist on the operator's own network.
    """
    short = say.gettext("{name}: not known.", name=name)
    match verdict.cause.id:
        case CauseId.OWN_NETWORK | CauseId.OWN_RESOLVER:
            full = say.gettext("I cannot reach anybody: I am the one who is offline, so no word on {name}.", name=name)
            return Piece((full, say.gettext("{name}: not known, I am offline.", name=name)), _HEAD)
        case CauseId.OWN_NO_IPV6:
            full = say.gettext("{name} has IPv6 only, and I have none here: I cannot tell.", name=name)
        case CauseId.NO_SUCH_NAME | CauseId.REFUSED_BY_POLICY:
            full = say.gettext("I do not know that site. A typing mistake in the address, perhaps?")
            return Piece((full, say.gettext("I do not know that site.")), _HEAD)
        case CauseId.NOTHING_MEASURED:
            full = say.gettext(
                "I got no measurement of {name} this time. Asking again in a minute may help.", name=name
            )
        case _:
            full = say.gettext("Something is wrong on my side: I cannot tell how {name} is.", name=name)
    return Piece((full, short), _HEAD)


def _waits(verdict: Verdict) -> list[timedelta]:
    seen = [vote.observation for vote in deciding(verdict, Leaning.UP)]
    return [look.phases.first_byte for look in seen if look is not None and look.phases.first_byte is not None]


def _shortest_wait(verdict: Verdict) -> timedelta | None:
    return min(_waits(verdict), default=None)


def _longest_wait(verdict: Verdict) -> timedelta | None:
    """Return the longest wait for a first byte, if it is one that people would call slow."""
    longest = max(_waits(verdict), default=timedelta())
    return longest if longest > timedelta(seconds=1) else None


_UP_NORMALLY = mark("{name} answers normally {where}.")
_UP_AS_USUAL = mark("{name} answers {where} as it always does.")
_UP_SIGN_IN = mark("{name} answers {where} and asks to sign in.")

_STEPS = {
    Role.HOME: mark("{name} half works: one of its addresses fails, another answers."),
    Role.SEARCH: mark("{name} half works: the home page answers, the search does not."),
    Role.ARTICLE: mark("{name} half works: the home page answers, the documents do not."),
    Role.API: mark("{name} half works: the home page answers, the programming interface does not."),
    Role.LOGIN: mark("{name} half works: the home page answers, signing in does not."),
}

_STEPS_IN_ERROR = {
    Role.HOME: mark("{name} half works: one of its addresses answers, another gives an error (HTTP {status})."),
    Role.SEARCH: mark("{name} half works: the home page answers, the search gives an error (HTTP {status})."),
    Role.ARTICLE: mark("{name} half works: the home page answers, the documents give an error (HTTP {status})."),
    Role.API: mark(
        "{name} half works: the home page answers, the programming interface gives an error (HTTP {status})."
    ),
    Role.LOGIN: mark("{name} half works: the home page answers, signing in gives an error (HTTP {status})."),
}
_LIMPING_STEPS = {
    Role.HOME: mark("{name} half works: one of its addresses answers well, another does not."),
    Role.SEARCH: mark("{name} half works: the home page answers well, the search less so."),
    Role.ARTICLE: mark("{name} half works: the home page answers well, the documents less so."),
    Role.API: mark("{name} half works: the home page answers well, the programming interface less so."),
    Role.LOGIN: mark("{name} half works: the home page answers well, signing in less so."),
}

_DIFFERENCES = {
    Difference.ONLY_DNS: mark("There, its name cannot be found; its servers are not the trouble."),
    Difference.ONLY_IPV6: mark("It fails over IPv6 only."),
    Difference.ONLY_ONE_NETWORK: mark("It fails from one network only: {network}."),
    Difference.OTHER_ADDRESSES: mark("There, people are sent to other servers."),
    Difference.ON_THE_WAY: mark("The same servers answer elsewhere: something on the way there blocks."),
}

_WALL = mark("{name} answers, but a bot filter stops me: I cannot judge in people's place.")
_CANNOT_JUDGE = {
    CauseId.BOT_WALL: _WALL,
    CauseId.BOT_WALL_AS_USUAL: mark("{name} stops me with its bot filter, as usual: I cannot judge in people's place."),
    CauseId.BOT_WALL_SUSPECTED: mark(
        "{name} answers, but does not let me in (a bot filter, probably): I cannot judge."
    ),
    CauseId.REFUSED_FOR_THIS_COUNTRY: mark("{name} turns away the country where I am: I cannot judge from here."),
    CauseId.CANNOT_BE_PROBED: mark("{name} cannot be checked over the web: I cannot judge."),
}
