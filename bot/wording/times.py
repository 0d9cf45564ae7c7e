"""Instants and lengths in, words out, in the operator's time zone and the asker's language."""

from datetime import datetime, timedelta, tzinfo

from babel.dates import format_skeleton, format_time
from babel.numbers import format_decimal

from bot.model import Language, Outage
from bot.wording.voice import Voice, voice

# A good look from longer ago says nothing about when the trouble began.
OLDEST_GOOD_LOOK = timedelta(hours=24)
_MINUTE = timedelta(minutes=1)


def interval_words(outage: Outage, *, language: Language, zone: tzinfo, now: datetime) -> str:
    """Say since when, as a sentence. Only known bounds are told: "Since 10:40–10:42.", "At least since 10:42."."""
    say = voice(language)
    bad = outage.first_down_at
    good = outage.last_up_at
    if good is None or bad - good > OLDEST_GOOD_LOOK:
        return say.gettext("At least since {instant}.", instant=_instant(bad, say, zone, now))
    return say.gettext("Since {instant}.", instant=_interval(good, bad, say, zone, now))


def time_words(at: datetime, *, language: Language, zone: tzinfo, now: datetime | None = None) -> str:
    """Say the time of day of an instant a few minutes ago, "10:42"; with `now`, its date too if it is another day."""
    say = voice(language)
    return _instant(at, say, zone, now or at)


def ended_words(bad: datetime, good: datetime, *, language: Language, zone: tzinfo, now: datetime) -> str:
    """Say when it was back, after the last bad look and before the first good one: "11:31", "11:31–11:46"."""
    return _interval(bad, good, voice(language), zone, now)


def length_words(least: timedelta, most: timedelta | None, *, language: Language) -> str:
    """Say a length between two bounds: "50 min", "49 to 51 min", "2 h to 2 h 5 min"; "at least 50 min" without `most`.

    Rounded outwards to minutes, so that what is said is true.
    """
    say = voice(language)
    low = least // _MINUTE
    if most is None:
        return say.gettext("at least {length}", length=_hours_and_minutes(low))
    high = max(low, -(-most // _MINUTE))
    if low == high:
        return _hours_and_minutes(low)
    first = str(low) if high < 60 else _hours_and_minutes(low)
    return say.gettext("{least} to {most}", least=first, most=_hours_and_minutes(high))


def _hours_and_minutes(minutes: int) -> str:
    # The symbols h and min are the same in all our languages (ISO 80000-3).
    hours, rest = divmod(minutes, 60)
    parts = (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "")
    return " ".join(part for part in parts if part)


def seconds_words(length: timedelta, *, language: Language) -> str:
    """Say a short length: "45 ms", "0.3 s", "12 s"; one digit after the point below ten seconds."""
    say = voice(language)
    seconds = length.total_seconds()
    if seconds < 0.1:
        return say.gettext("{number} ms", number=round(seconds * 1000))
    shown = format_decimal(seconds, format="0.#" if seconds < 10 else "0", locale=say.locale)
    return say.gettext("{number} s", number=shown)


def _instant(at: datetime, say: Voice, zone: tzinfo, now: datetime) -> str:
    time = format_time(at, "short", tzinfo=zone, locale=say.locale)
    if at.astimezone(zone).date() == now.astimezone(zone).date():
        return time
    return say.gettext("{date}, {time}", date=_date(at, say, zone), time=time)


def _interval(good: datetime, bad: datetime, say: Voice, zone: tzinfo, now: datetime) -> str:
    first, last = _instant(good, say, zone, now), _instant(bad, say, zone, now)
    if first == last:
        return last
    if good.astimezone(zone).date() == bad.astimezone(zone).date():
        return f"{first}–{format_time(bad, 'short', tzinfo=zone, locale=say.locale)}"
    # Two days: both are dated, even if one of them is today.
    time = format_time(bad, "short", tzinfo=zone, locale=say.locale)
    return f"{first} – {say.gettext('{date}, {time}', date=_date(bad, say, zone), time=time)}"


def _date(at: datetime, say: Voice, zone: tzinfo) -> str:
    return format_skeleton("MMMd", at, tzinfo=zone, locale=say.locale)
