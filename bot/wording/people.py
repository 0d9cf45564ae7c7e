"""What people report, and which platforms share a trouble, in words. Counts and places only: never a handle."""

from bot.model import Tally, Verdict, Word
from bot.wording.voice import Voice

_MOST_PLACES = (4, 2)
_MOST_NAMES = (4, 2)


def crowd_words(verdict: Verdict, say: Voice) -> tuple[str, ...]:
    """Say what people report beside a verdict, longest wording first; nothing if nobody said anything of use."""
    tally = verdict.tally
    if verdict.word is Word.UP:
        return _against(tally, say) if tally.down else ()
    if not tally:
        return ()
    wordings = [f"{_down(tally, say, most)} {_up(tally, say, most)}".strip() for most in (*_MOST_PLACES, 0)]
    return tuple(dict.fromkeys(wordings))


def common_words(verdict: Verdict, say: Voice) -> tuple[str, ...]:
    """Say which platforms are in trouble together, longest wording first; nothing if it is this one alone."""
    common = verdict.common
    if common is None:
        return ()
    number = len(common.platforms)
    brief = (
        say.ngettext("{what}: {number} platform hit.", "{what}: {number} platforms hit.", number, what=common.name)
        if common.name
        else say.ngettext(
            "At the same hoster: {number} platform hit.", "At the same hoster: {number} platforms hit.", number
        )
    )
    return (*(f"{brief[:-1]} ({_listed(common.platforms, say, most)})." for most in _MOST_NAMES), brief)


def _against(tally: Tally, say: Voice) -> tuple[str, ...]:
    wordings = [
        say.ngettext(
            "{number} colleague says it does not work{where}; my own look says it does.",
            "{number} colleagues say it does not work{where}; my own look says it does.",
            tally.down,
            where=_in_brackets(tally.down_places, say, most),
        )
        for most in (*_MOST_PLACES, 0)
    ]
    return tuple(dict.fromkeys(wordings))


def _down(tally: Tally, say: Voice, most: int) -> str:
    if not tally.down:
        return ""
    return say.ngettext(
        "{number} colleague confirms{where}.",
        "{number} colleagues confirm{where}.",
        tally.down,
        where=_in_brackets(tally.down_places, say, most),
    )


def _up(tally: Tally, say: Voice, most: int) -> str:
    if not tally.up:
        return ""
    return say.ngettext(
        "{number} colleague says it works{where}.",
        "{number} colleagues say it works{where}.",
        tally.up,
        where=_in_brackets(tally.up_places, say, most),
    )


def _in_brackets(places: tuple[str, ...], say: Voice, most: int) -> str:
    return f" ({_listed(places, say, most)})" if places and most else ""


def _listed(names: tuple[str, ...], say: Voice, most: int) -> str:
    shown = names[:most]
    return f"{', '.join(shown)}…" if len(names) > most else say.listing(shown)
