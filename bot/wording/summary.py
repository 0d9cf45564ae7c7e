"""An incident in, the cells of its line in a list out: what, how, since when, until when, how many people."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from bot.model import Incident, Language, Tally
from bot.wording.times import OLDEST_GOOD_LOOK, ended_words, length_words, time_words
from bot.wording.voice import verdict_name, voice


@dataclass(frozen=True, slots=True)
class ListedIncident:
    """An incident with its platform's name; what people said and how many asked, None for what is forgotten."""

    incident: Incident
    name: str
    tally: Tally | None
    askers: int | None


def incident_headings(*, language: Language) -> tuple[str, ...]:
    """The headings of the list."""
    say = voice(language)
    return (
        say.gettext("Name of the service"),
        say.gettext("State"),
        say.gettext("Began"),
        say.gettext("Ended"),
        say.gettext("Lasted"),
        say.gettext("How many asked"),
        say.gettext("Say that it fails"),
        say.gettext("Reference"),
    )


def incident_cells(listed: ListedIncident, *, language: Language, zone: tzinfo, now: datetime) -> tuple[str, ...]:
    """The cells, in the order of the headings; "?" for what is not known."""
    say, one = voice(language), listed.incident
    state = verdict_name(one.word if one.is_open else one.worst, language=language)
    return (
        listed.name,
        say.gettext("{verdict}, unstable", verdict=state) if one.is_unstable else state,
        _began(one, language, zone, now),
        _ended(one, language, zone, now),
        _lasted(one, language),
        "?" if listed.askers is None else str(listed.askers),
        "?" if listed.tally is None else str(listed.tally.down),
        one.id,
    )


def no_incident_words(*, language: Language) -> str:
    """Say that there is nothing to list."""
    return voice(language).gettext("No outage is known of that time.")


def _began(one: Incident, language: Language, zone: tzinfo, now: datetime) -> str:
    bad, good = one.first_down_at, one.last_up_at
    if good is None or bad - good > OLDEST_GOOD_LOOK:
        return f"≤ {time_words(bad, language=language, zone=zone, now=now)}"
    return ended_words(good, bad, language=language, zone=zone, now=now)


def _ended(one: Incident, language: Language, zone: tzinfo, now: datetime) -> str:
    if one.is_open:
        return voice(language).gettext("not yet")
    if one.good_since is None:
        return "?"
    return ended_words(one.last_down_at, one.good_since, language=language, zone=zone, now=now)


def _lasted(one: Incident, language: Language) -> str:
    if one.is_open or one.good_since is None:
        return "?"
    most: timedelta | None = None if one.last_up_at is None else one.good_since - one.last_up_at
    return length_words(one.last_down_at - one.first_down_at, most, language=language)
