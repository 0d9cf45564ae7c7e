"""A dossier in, its sheet out: headings and labelled lines, in the reader's language, as text for a mail or Markdown.

Two things that strangers' servers wrote get in, a page's title and a host's name; `as_markdown` disarms both. Nothing
of anybody who asked gets in: a dossier has counts and towns only.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from bot.model import (
    Dossier,
    Interval,
    Language,
    OfficialLevel,
    VantagePoint,
)
from bot.wording.causes import cause_words
from bot.wording.dossier_places import Line, instant_words, place_lines, place_name
from bot.wording.times import length_words
from bot.wording.voice import Voice, mark, verdict_name, voice

_LEVELS = {
    OfficialLevel.OK: mark("all is well, while the trouble was seen"),
    OfficialLevel.DEGRADED: mark("trouble"),
    OfficialLevel.DOWN: mark("an outage"),
    OfficialLevel.MAINTENANCE: mark("maintenance work"),
    OfficialLevel.UNKNOWN: mark("could not be read"),
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~!&])")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it: a label and a value each."""

    heading: str
    lines: tuple[Line, ...]


def dossier_text(dossier: Dossier, *, language: Language, zone: tzinfo) -> str:
    """The whole dossier as plain text, to be pasted into a mail. Instants in UTC and in `zone`."""
    say = voice(language)
    blocks = [_title(dossier, say), _preamble(say)]
    for section in _sections(dossier, say, zone):
        lines = [say.gettext("{label}: {value}", label=label, value=_one_line(value)) for label, value in section.lines]
        blocks.append("\n".join([section.heading, "-" * len(section.heading), *lines]))
    return "\n\n".join(blocks) + "\n"


def dossier_markdown(dossier: Dossier, *, language: Language, zone: tzinfo) -> str:
    """The same as a Markdown page (CommonMark); what servers sent can make no mark-up in it."""
    say = voice(language)
    blocks = [f"# {_plain(_title(dossier, say))}", _plain(_preamble(say))]
    for section in _sections(dossier, say, zone):
        lines = [
            "- " + say.gettext("{label}: {value}", label=f"**{_plain(label)}**", value=_plain(value))
            for label, value in section.lines
        ]
        blocks.append("\n".join([f"## {_plain(section.heading)}", "", *lines]))
    return "\n\n".join(blocks) + "\n"


def _title(dossier: Dossier, say: Voice) -> str:
    return say.gettext("Report of trouble: {name}", name=dossier.platform.name)


def _preamble(say: Voice) -> str:
    return say.gettext(
        "Made by cestmoiou, a program that looks at a service from several places when people ask about it. "
        "Nothing of those people is in here."
    )


def _sections(dossier: Dossier, say: Voice, zone: tzinfo) -> Iterator[Section]:
    yield Section(say.gettext("In short"), tuple(_in_short(dossier, say, zone)))
    for seen in dossier.seen:
        heading = say.gettext("Seen from {where}", where=place_name(seen.vantage_point, say))
        yield Section(heading, tuple(place_lines(seen, say, zone)))
    yield Section(say.gettext("For comparison"), tuple(_comparison(dossier, say)))
    yield Section(say.gettext("What people say"), tuple(_people(dossier, say)))
    yield Section(say.gettext("What the provider says"), tuple(_provider(dossier, say, zone)))
    yield Section(say.gettext("About this report"), tuple(_about(dossier, say, zone)))


def _in_short(dossier: Dossier, say: Voice, zone: tzinfo) -> Iterator[Line]:
    incident, unknown = dossier.incident, say.gettext("unknown")
    yield say.gettext("Name of the service"), dossier.platform.name
    yield say.gettext("Address"), ", ".join(target.url for target in dossier.platform.targets) or unknown
    yield say.gettext("State"), _state(dossier, say)
    cause = cause_words(incident.cause, language=say.language)
    yield say.gettext("What is seen"), f"{cause} [{incident.cause.id.value}]"
    yield say.gettext("Began"), _interval(dossier.began, say, zone)
    yield say.gettext("Ended"), _ended(dossier, say, zone)
    lasted = dossier.lasted
    if lasted is not None:
        yield say.gettext("Lasted"), length_words(lasted.least, lasted.most, language=say.language)
    if incident.is_unstable:
        yield (
            say.gettext("Steadiness"),
            say.ngettext(
                "it came back and failed again {number} time",
                "it came back and failed again {number} times",
                incident.turns,
            ),
        )
    yield (
        say.gettext("Looks"),
        say.gettext("{bad} of {number} saw the trouble", bad=dossier.bad_looks, number=dossier.looks),
    )


def _state(dossier: Dossier, say: Voice) -> str:
    incident = dossier.incident
    worst = verdict_name(incident.worst, language=say.language)
    if incident.closed_at is None:
        now = verdict_name(incident.word, language=say.language)
        return say.gettext("{verdict} ({percent} % sure)", verdict=now, percent=round(100 * incident.confidence))
    if dossier.ended is None:
        return say.gettext("{verdict}; nobody looks any more", verdict=worst)
    return say.gettext("over (was seen: {verdict})", verdict=worst)


def _ended(dossier: Dossier, say: Voice, zone: tzinfo) -> str:
    if dossier.ended is not None and dossier.incident.closed_at is not None:
        return _interval(dossier.ended, say, zone)
    return say.gettext("not yet") if dossier.incident.is_open else say.gettext("unknown")


def _interval(interval: Interval, say: Voice, zone: tzinfo) -> str:
    until = instant_words(interval.until, zone)
    if interval.after is None:
        return say.gettext("at {instant} at the latest; no good look before it", instant=until)
    return say.gettext("between {first} and {last}", first=instant_words(interval.after, zone), last=until)


def _comparison(dossier: Dossier, say: Voice) -> Iterator[Line]:
    unknown = say.gettext("unknown")
    told = [
        _controls_of(place, dossier, say) for place in dict.fromkeys(each.vantage_point for each in dossier.controls)
    ]
    yield say.gettext("Reference pages, looked at beside it"), say.series(told) or unknown
    yield say.gettext("Other services that answered meanwhile"), _names(dossier.worked or (), unknown)
    yield say.gettext("Other services in trouble meanwhile"), _names(dossier.failed, say.gettext("none known"))
    if dossier.common is not None:
        where = dossier.common.name or say.gettext("the same range of addresses")
        yield say.gettext("What they share"), f"{where} ({', '.join(dossier.common.platforms)})"


def _controls_of(place: VantagePoint, dossier: Dossier, say: Voice) -> str:
    works, fails = say.gettext("answers"), say.gettext("does not answer")
    theirs = [each for each in dossier.controls if each.vantage_point == place]
    told = ", ".join(f"{each.host} {works if each.works else fails}" for each in theirs)
    return say.gettext("{label}: {value}", label=place_name(place, say), value=told)


def _names(names: Sequence[str], otherwise: str, most: int = 20) -> str:
    shown = ", ".join(names[:most])
    return (f"{shown}…" if len(names) > most else shown) or otherwise


def _people(dossier: Dossier, say: Voice) -> Iterator[Line]:
    unknown, tally = say.gettext("unknown"), dossier.tally
    yield say.gettext("How many asked"), unknown if dossier.askers is None else str(dossier.askers)
    if tally is None:
        yield say.gettext("Say that it fails"), unknown
        yield say.gettext("Say that it works"), unknown
        return
    yield say.gettext("Say that it fails"), _counted(tally.down, tally.down_places)
    yield say.gettext("Say that it works"), _counted(tally.up, tally.up_places)


def _counted(number: int, places: Sequence[str]) -> str:
    return f"{number} ({', '.join(places)})" if places else str(number)


def _provider(dossier: Dossier, say: Voice, zone: tzinfo) -> Iterator[Line]:
    official, page = dossier.official, dossier.platform.status_page
    if official is None:
        nothing = say.gettext("none is known") if page is None else say.gettext("unknown")
        yield say.gettext("Status page"), nothing if page is None else f"{page.url} ({nothing})"
        return
    yield say.gettext("Status page"), official.url
    level = say.gettext(_LEVELS[official.level])
    yield say.gettext("It said"), f"{level} ({instant_words(official.read_at, zone)})"
    if dossier.official_lag is not None:
        lag = length_words(dossier.official_lag, dossier.official_lag, language=say.language)
        yield say.gettext("Announced after"), lag


def _about(dossier: Dossier, say: Voice, zone: tzinfo) -> Iterator[Line]:
    unknown, to_add = say.gettext("unknown"), say.gettext("unknown; to be added by whoever sends this")
    yield say.gettext("Where to write"), dossier.platform.contact or unknown
    yield say.gettext("Reference"), dossier.incident.id
    yield say.gettext("Made"), instant_words(dossier.made_at, zone)
    yield say.gettext("Way of access"), say.gettext("directly, through no proxy of an institution")
    yield say.gettext("On a campus, or through a VPN"), unknown
    yield (
        say.gettext("Browser and system"),
        say.gettext("no browser: a program, “{agent}”", agent=dossier.user_agent or unknown),
    )
    yield say.gettext("Institution and person to answer"), to_add
    yield say.gettext("Addresses of the institution (IP)"), to_add
    yield say.gettext("Title or permanent link of a document"), to_add
    yield say.gettext("Picture of the screen"), say.gettext("not made")
    yield say.gettext("Route (traceroute)"), say.gettext("not measured")
    yield say.gettext("Who runs this program"), dossier.operator or unknown


def _plain(text: str) -> str:
    """A text that Markdown shows as it is: nothing in it opens a tag, a named link or an emphasis."""
    return _MARKDOWN.sub(r"\\\1", _one_line(text))


def _one_line(text: str) -> str:
    """Without line breaks and other control characters: a page's title must not look like a line of ours."""
    return _CONTROL.sub(" ", text)
