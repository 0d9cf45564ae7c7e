"""Names in a text: its words go in, the names of platforms among them come out, the longest first."""

import itertools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from bot.catalogue.names import Token, fold, near, plain_form, slips, tokens, words
from bot.model import Intent, Platform

MOST_WORDS = 8
# Below this a word run together ("chat gpt", "springer link") or misspelt could be another word altogether.
SHORTEST_LOOSE_NAME = 6
_JOINING = frozenset({"et", "aussi", "ou", "ni", "comme", "and", "or", "nor", "also", "too", "&", "non", "puis", "as"})


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a platform, in folded words; `weak`: the word has other meanings as well."""

    words: tuple[str, ...]
    platform: Platform
    weak: bool


@dataclass(frozen=True, slots=True)
class Match:
    """A name found in a text: the tokens `first` to `last` (that one left out) of `text`."""

    name: Name
    text: tuple[Token, ...]
    first: int
    last: int

    @property
    def platform(self) -> Platform:
        """Whose name it is."""
        return self.name.platform

    @property
    def written(self) -> str:
        """The name as it stood in the text."""
        return " ".join(token.written for token in self.text[self.first : self.last])


def names_of(platform: Platform) -> list[Name]:
    """Every name of a platform, its own first, weak ones marked; the plain form without parenthesis is one as well."""
    weak = {words(name) for name in platform.weak}
    strong = (platform.name, plain_form(platform.name), *platform.aliases)
    every = dict.fromkeys(itertools.chain((words(name) for name in strong), weak))
    return [Name(name, platform, name in weak) for name in every if name]


class NameIndex:
    """All names of all platforms, by their letters run together."""

    def __init__(self, platforms: Iterable[Platform]) -> None:
        self._names: dict[str, Name] = {}
        for name in (name for platform in platforms for name in names_of(platform)):
            known = self._names.setdefault("".join(name.words), name)
            # The ambiguous spelling decides within a platform ("20 minutes", "20minutes"), the sure one between two.
            if known.weak is not name.weak and name.weak is (known.platform is name.platform):
                self._names["".join(name.words)] = name
        self._slips: defaultdict[str, list[str]] | None = None

    def exactly(self, text: str) -> Platform | None:
        """The platform whose name the whole text is."""
        name = self._names.get("".join(words(text)))
        return name.platform if name else None

    def matches(self, text: str) -> list[Match]:
        """The names in a text, from left to right, the longest at each place; no word counts twice."""
        written = tuple(tokens(text))
        found: list[Match] = []
        place = 0
        while place < len(written):
            match = self._longest_at(place, written)
            if match:
                found.append(match)
            place = match.last if match else place + 1
        return found

    def with_a_slip(self, text: str) -> list[Platform]:
        """The platforms whose name was misspelt by one letter: six letters or more, and only one platform near."""
        if self._slips is None:
            self._slips = self._by_slips()
        found: list[Platform] = []
        for token in tokens(text):
            if SHORTEST_LOOSE_NAME <= len(token.folded) <= 24:
                spelt = {name for slip in slips(token.folded) for name in self._slips.get(slip, ())}
                close = {name for name in spelt if near(token.folded, name)}
                platforms = {self._names[name].platform.key: self._names[name].platform for name in close}
                if len(platforms) == 1:
                    found += platforms.values()
        return found

    def _longest_at(self, place: int, written: tuple[Token, ...]) -> Match | None:
        for last in range(min(place + MOST_WORDS, len(written)), place, -1):
            run = tuple(token.folded for token in written[place:last])
            name = self._names.get("".join(run))
            if name and (name.words == run or (len("".join(run)) >= SHORTEST_LOOSE_NAME and not name.weak)):
                return Match(name, written, place, last)
        return None

    def _by_slips(self) -> defaultdict[str, list[str]]:
        table: defaultdict[str, list[str]] = defaultdict(list)
        for letters, name in self._names.items():
            if len(name.words) == 1 and not name.weak and len(letters) >= SHORTEST_LOOSE_NAME and letters.isalpha():
                for slip in slips(letters):
                    table[slip].append(letters)
        return table


def keep_plausible(matches: list[Match], intent: Intent, *, hosts_given: bool) -> list[Match]:
    """Drop ambiguous names without their cue, and those beside a sure name that they are not joined to."""
    sure = [match for match in matches if not match.name.weak]
    organisations = {match.platform.key for match in sure}
    kept: list[Match] = []
    for match in matches:
        if match.name.weak:
            alone = (not sure and not hosts_given) or match.platform.behind in organisations
            if not intent.says_outage or not _has_its_cue(match) or not (alone or _is_joined(match, matches)):
                continue
        kept.append(match)
    return kept


def _has_its_cue(match: Match) -> bool:
    platform, text = match.platform, match.text
    if platform.weak_case and not _is_capitalised(match):
        return False
    whole = f" {' '.join(token.folded for token in text)} "
    others = (token.folded for place, token in enumerate(text) if not match.first <= place < match.last)
    rest = f" {' '.join(others)} "
    if any(_says(whole, word) for word in platform.weak_not):
        return False
    return not platform.weak_needs or any(_says(rest, word) for word in platform.weak_needs)


def _says(text: str, word: str) -> bool:
    folded = " ".join(fold(part) for part in word.replace("-", " ").replace("'", " ").split())
    return f" {folded[:-1]}" in text if folded.endswith("*") else f" {folded} " in text


def _is_capitalised(match: Match) -> bool:
    """A capital in the name; in a post that has no capital anywhere, whoever wrote it does without."""
    if any(letter.isupper() for token in match.text[match.first : match.last] for letter in token.written):
        return True
    return not any(letter.isupper() for token in match.text for letter in token.written)


def _is_joined(match: Match, matches: list[Match]) -> bool:
    """Whether a word like "and" or "too" stands beside the name, or another name right next to it (a list)."""
    around = match.text[max(match.first - 2, 0) : match.first] + match.text[match.last : match.last + 2]
    if any(token.folded in _JOINING for token in around):
        return True
    return any(_is_next_in_a_list(match, other) or _is_next_in_a_list(other, match) for other in matches)


def _is_next_in_a_list(one: Match, other: Match) -> bool:
    """Whether `other` follows `one` at once, with more than a space between them: a comma."""
    if one.last != other.first:
        return False
    last = one.text[one.last - 1]
    return other.text[other.first].start - last.start - len(last.written) > 1
