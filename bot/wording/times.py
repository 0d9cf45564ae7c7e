"""Instants and lengths in, words out, in the operator's time zone and the asker's language."""

from datetime import datetime, timedelta, tzinfo

from babel.dates import format_skeleton, format_time
from babel.numbers import format_decimal

from bot.model import Language, Outage
from bot.wording.voice import Voice, voice

# A good look from longer ago says nothing about when the trouble began.
OLDEST_GOOD_LOOK = timedelta(hours=24)


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
