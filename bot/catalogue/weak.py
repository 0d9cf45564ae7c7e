"""Ambiguous names: what was found in a text goes in, what is left once each had to show its cue comes out.

Every rule about a name is in its entry (`weak_needs`, `weak_not`, `weak_case`, `weak_alone`, `weak_languages`).
"""

import itertools
from collections.abc import Mapping, Sequence
from functools import cache

from bot.catalogue.beside import explained, is_explanation, is_owner
from bot.catalogue.matching import Match
from bot.catalogue.names import Token, fold, tokens
from bot.catalogue.subject import is_person, is_subject
from bot.model import Intent, Kind, Platform

_JOINING = frozenset(
    {"et", "aussi", "ou", "ni", "comme", "and", "or", "nor", "also", "too", "&", "non", "puis", "as", "e"}
    | {"und", "oder", "auch", "tambien", "anche", "ook", "tambe", "either", "neither", "noch", "weder", "sowie"}
)
# Words that join in their own language only: French "plus" says that something is no more.
_JOINING_IN: Mapping[str, frozenset[str]] = {
    "en": frozenset({"plus"}),
    "es": frozenset({"y"}),
    "ca": frozenset({"i"}),
    "nl": frozenset({"en"}),
}
_ARTICLES = frozenset({"le", "la", "les", "the", "el", "il", "der", "die", "das", "de", "het", "o", "os"})
_NOUNS_HAVE_ARTICLES = frozenset({"fr", "es", "it", "pt", "ca"})
_BEFORE_A_CLAUSE = frozenset({"ou", "que", "si", "et", "mais", "quand", "o", "e", "y", "i", "se", "ma", "pero", "mas"})


def keep_plausible(
    matches: Sequence[Match], intent: Intent, *, hosts_given: bool, thread: Platform | None = None
) -> list[Match]:
    """Drop ambiguous names without their cue, and those beside a sure name that they are not joined to.

    Whose a platform is, or what explains it in brackets, is dropped if that platform stays. `thread` is the platform
    that our verdict was about: with it, a post in its thread need not say again what it speaks of.
    """
    side: dict[int, Match] = {
        later.first: earlier
        for earlier, later in itertools.pairwise(matches)
        if _is_whose(later, earlier) or is_explanation(later, earlier, intent.text)
    }
    main = [match for match in matches if match.first not in side]
    kept = _plausible(main, matches, intent, hosts_given=hosts_given, thread=thread)
    left_alone = [match for match in matches if match in main or side[match.first] not in kept]
    return (
        kept
        if len(left_alone) == len(main)
        else _plausible(left_alone, matches, intent, hosts_given=hosts_given, thread=thread)
    )


def _is_whose(later: Match, earlier: Match) -> bool:
    """Whether it is the owner; an ambiguous name must need that owner, for "le catalogue du Sudoc" is Sudoc."""
    needed = not earlier.name.weak or any(
        _says(f" {' '.join(later.name.words)} ", word) for word in earlier.platform.weak_needs
    )
    return needed and is_owner(later, earlier)


def _plausible(
    matches: Sequence[Match], every: Sequence[Match], intent: Intent, *, hosts_given: bool, thread: Platform | None
) -> list[Match]:
    sure = [match for match in matches if not match.name.weak]
    organisations = {match.platform.key for match in sure}
    whole = _words(matches[0].text) if matches else ""
    kept: list[Match] = []
    for match in matches:
        if match.name.weak:
            fails = is_subject(match.text, match.first, match.last) and not _has_an_object(match, sure)
            alone = (not sure and not hosts_given) or match.platform.behind in organisations
            if not intent.says_outage or not _has_its_cue(match, intent, whole, thread, fails=fails):
                continue
            if not alone and not _is_joined(match, every, intent) and not (fails and _is_capitalised(match)):
                continue
        kept.append(match)
    return kept


def _has_its_cue(match: Match, intent: Intent, whole: str, thread: Platform | None, *, fails: bool) -> bool:
    platform = match.platform
    if platform.weak_languages and intent.language.value not in platform.weak_languages:
        return False
    explanation = _words(tokens(explained(match, intent.text)))
    if any(_says(explanation, word) for word in platform.weak_needs):
        return True
    alone = platform.weak_alone and fails and (_is_capitalised(match) or _stands_bare(match, intent))
    if platform.weak_case and not alone and not _is_capitalised(match, leniently=True):
        return False
    if any(_says(whole, word) for word in platform.weak_not) or is_person(match.text, match.last):
        return False
    if not platform.weak_needs or alone:
        return True
    others = _words([*match.text[: match.first], *match.text[match.last :]])
    if thread is not None:
        if thread.kind is platform.kind is not Kind.OTHER and _is_capitalised(match):
            return True
        others += _words(tokens(thread.name))
    return any(_says(others, word) for word in platform.weak_needs)


def _stands_bare(match: Match, intent: Intent) -> bool:
    """Whether it has no article where a common noun needs one: "orange est en panne" is no fruit."""
    first = match.text[match.first]
    if match.name.written.isupper() and any(token.written != token.folded for token in match.text):
        return False  # BASE is no "base" where the post has capitals
    if intent.language.value not in _NOUNS_HAVE_ARTICLES or first.elided or match.last - match.first > 1:
        return False
    return match.first == 0 or first.opens or match.text[match.first - 1].folded in _BEFORE_A_CLAUSE


def _has_an_object(match: Match, sure: Sequence[Match]) -> bool:
    """Whether a sure name follows in the same clause: "Claude n'ouvre plus ScienceDirect" is about a person."""
    after = [other.first for other in sure if other.first > match.last]
    between = match.text[match.last : min(after, default=0) + 1]
    return bool(after) and not any(token.opens or token.folded in _JOINING for token in between)


def _words(text: Sequence[Token]) -> str:
    return f" {' '.join(token.folded for token in text)} "


def _says(text: str, word: str) -> bool:
    folded = _folded_phrase(word)
    return f" {folded[:-1]}" in text if folded.endswith("*") else f" {folded} " in text


@cache
def _folded_phrase(word: str) -> str:
    return " ".join(token.folded for token in tokens(word)) if not word.endswith("*") else fold(word)


def _is_capitalised(match: Match, *, leniently: bool = False) -> bool:
    """Whether each word that has a capital in the catalogue has one here; a name in capitals there needs them all.

    A post in small letters only, or in capitals only, shows nothing; `leniently`, that counts for the name.
    """
    written = match.text[match.first : match.last]
    letters = {letter.isupper() for token in match.text for letter in token.written if letter.isalpha()}
    if len(letters) == 1 and len(match.text) > 2:
        return leniently
    spelt = [token for token in tokens(match.name.written) if token.folded not in _ARTICLES] or list(written)
    said = [token for token in written if token.folded not in _ARTICLES] or list(written)
    pairs = zip(said, spelt, strict=False)
    return all(_has_capital_of(one.written, other.written, leniently=leniently) for one, other in pairs)


def _has_capital_of(said: str, spelt: str, *, leniently: bool) -> bool:
    shouted = len(spelt) > 1 and spelt.isupper() and not leniently
    return said.isupper() if shouted else said[0].isupper() or said[0].isdigit() or not spelt[0].isupper()


def _is_joined(match: Match, matches: Sequence[Match], intent: Intent) -> bool:
    """Whether a word like "and" or "too" stands beside the name, or another name right next to it (a list)."""
    around = (*match.text[max(match.first - 2, 0) : match.first], *match.text[match.last : match.last + 2])
    joining = _JOINING | _JOINING_IN.get(intent.language.value, frozenset())
    if any(token.folded in joining for token in around):
        return True
    return any(_is_next_in_a_list(match, other) or _is_next_in_a_list(other, match) for other in matches)


def _is_next_in_a_list(one: Match, other: Match) -> bool:
    """Whether `other` follows `one` at once, with more than a space between them: a comma."""
    return one.last == other.first and other.text[other.first].opens
