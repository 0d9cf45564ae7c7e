"""What is told without asking again: a correction, "it is back". Facts in, words within the network's limit out."""

from datetime import datetime, timedelta, tzinfo

from bot.model import GiveVerdicts, Language, Verdict
from bot.wording.fitting import Piece, elide, fit
from bot.wording.people import crowd_words
from bot.wording.replies import word
from bot.wording.times import ended_words, length_words
from bot.wording.voice import voice


def correction_words(verdict: Verdict, *, language: Language, limit: int, zone: tzinfo) -> str:
    """Say that what was told a few minutes ago is told otherwise now, and how."""
    say = voice(language)
    before = say.gettext("Correction.")
    said = word(GiveVerdicts((verdict,)), language=language, limit=limit - len(before) - 1, zone=zone)
    return f"{before} {said}"


def colleagues_words(verdict: Verdict, *, language: Language, limit: int) -> str:
    """Say what people reported since a verdict that was bad; `verdict` has at least one report."""
    say = voice(language)
    names = [elide(verdict.platform.name, most) for most in (60, 24)]
    told = [
        say.gettext("{label}: {value}", label=name, value=what) for what in crowd_words(verdict, say) for name in names
    ]
    return fit([Piece(tuple(told), weight=0)], limit)


def back_words(
    verdict: Verdict,
    *,
    last_bad: datetime,
    first_good: datetime,
    least: timedelta,
    most: timedelta | None,
    unstable: bool,
    language: Language,
    limit: int,
    zone: tzinfo,
) -> str:
    """Say that it is back, since when, and after how long: intervals, because nobody looks all the time.

    `last_bad` and `first_good` bound its return, `least` and `most` its length (`most` None: it began before we
    looked). `unstable`: it came and went meanwhile.
    """
    say = voice(language)
    since = ended_words(last_bad, first_good, language=language, zone=zone, now=verdict.judged_at)
    name = elide(verdict.platform.name, 60)
    head = say.gettext("It is back: {name} answers again ({since}).", name=name, since=since)
    brief = say.gettext("{name}: back.", name=elide(verdict.platform.name, 24))
    pieces = [Piece((head, brief), weight=90)]
    if most is not None or least >= timedelta(minutes=1):  # "at least 0 min" says nothing
        lasted = say.gettext("The trouble lasted {length}.", length=length_words(least, most, language=language))
        pieces.append(Piece((lasted, ""), weight=40))
    if unstable:
        pieces.append(Piece((say.gettext("Meanwhile it came and went: not very steady yet, perhaps."), ""), weight=30))
    if against := crowd_words(verdict, say):
        pieces.append(Piece((*against, ""), weight=20))
    return fit(pieces, limit)
