"""Platforms that are only mentioned beside what fails: the names in a post go in, those that are meant come out.

An owner ("Archives et manuscrits de la BnF"), an explanation in brackets ("Signal (der Messenger)"), a cause ("… ça
vient de chez Elsevier ?") and, in a thread, what it was about ("Twitch aussi, ou juste YouTube ?") are not asked about.
The phrases are in beside.toml.
"""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from bot.catalogue.matching import Match

_LONGEST_PHRASE = 4
_IN_BRACKETS = re.compile(r"\s*\([^()]*")


def is_owner(match: Match, before: Match | None) -> bool:
    """Whether `match` only says whose the platform named right before it is."""
    if before is None or match.first - before.last > 2 or match.text[match.first].opens:
        return False
    between = [token.folded for token in match.text[before.last : match.first]]
    linked = any(word in _words("of") for word in between) or (not between and match.text[match.first].elided)
    return linked and all(word in _words("of") or word in _words("articles") for word in between)


def explained(match: Match, text: str) -> str:
    """What stands in brackets right behind a name; "" if nothing does."""
    rest = text[_end(match) :]
    return rest[: rest.find(")")] if _IN_BRACKETS.match(rest) and ")" in rest else ""


def is_explanation(match: Match, before: Match | None, text: str) -> bool:
    """Whether `match` stands in brackets right behind another name, and is not one more in a list."""
    if before is None or not _IN_BRACKETS.fullmatch(text[_end(before) : match.text[match.first].start]):
        return False
    around = [token.folded for token in match.text[before.last : match.last + 2]]
    return not any(word in _words("joining") for word in around)


def without_bystanders(matches: Sequence[Match], thread: str | None, *, hosts_given: bool = False) -> list[Match]:
    """The names without what is only said to be the cause, or what the thread was about already.

    One must be left that fails, unless an address is (`hosts_given`).
    """
    kept = [
        match
        for match in matches
        if not (_is_cause(match, matches, hosts_given=hosts_given) or _is_old_news(match, matches, thread))
    ]
    return kept if kept or hosts_given else list(matches)


def _is_cause(match: Match, matches: Sequence[Match], *, hosts_given: bool) -> bool:
    others = hosts_given or any(other.platform is not match.platform and other.last <= match.first for other in matches)
    if not others or any(token.folded in _words("joining") for token in match.text[match.last : match.last + 2]):
        return False
    if _comes_after("causes", match):
        return True
    after = {_phrase(match, match.last, match.last + length) for length in range(1, _LONGEST_PHRASE + 1)}
    return bool(after & _words("cause_of"))


def _is_old_news(match: Match, matches: Sequence[Match], thread: str | None) -> bool:
    if match.platform.key != thread or all(other.platform is match.platform for other in matches):
        return False
    return _comes_after("besides", match)


def _comes_after(which: str, match: Match) -> bool:
    """Whether a phrase of the list stands before the name, articles aside."""
    first = match.first
    for end in (first, first - 1):
        if end < first and (end < 0 or match.text[end].folded not in _words("articles")):
            return False
        phrases = {_phrase(match, max(end - length, 0), end) for length in range(1, _LONGEST_PHRASE + 1)}
        if phrases & _words(which):
            return True
    return False


def _phrase(match: Match, first: int, last: int) -> str:
    return " ".join(token.folded for token in match.text[first:last])


def _end(match: Match) -> int:
    token = match.text[match.last - 1]
    return token.start + len(token.written)


@cache
def _words(which: str) -> frozenset[str]:
    return frozenset(tomllib.loads(files("bot.catalogue").joinpath("beside.toml").read_text("utf-8"))[which])
