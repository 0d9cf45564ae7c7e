"""A language in, its `Voice` out: whole sentences from the message catalogue, lists and names from CLDR by Babel.

English sentences are the keys of the catalogue and stand in the code; every other language is one file locale/<tag>.po,
read at run time, so that a translator needs no build step.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, reduce
from gettext import GNUTranslations, NullTranslations
from importlib import resources
from io import BytesIO
from typing import Literal

from babel import Locale
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.model import Language, Word

# British English for times: 10:42, not 10:42 AM.
_LOCALES = {
    Language.FRENCH: "fr",
    Language.ENGLISH: "en_GB",
    Language.SPANISH: "es",
    Language.GERMAN: "de",
    Language.ITALIAN: "it",
    Language.PORTUGUESE: "pt_PT",
    Language.DUTCH: "nl",
    Language.CATALAN: "ca",
}


@dataclass(frozen=True, slots=True)
class Voice:
    """Says things in one language. Sentences are given in English, with {named} gaps to fill."""

    language: Language
    locale: Locale
    catalogue: NullTranslations

    def gettext(self, message: str, **values: object) -> str:
        """Say a sentence."""
        return self.catalogue.gettext(message).format(**values)

    def ngettext(self, one: str, many: str, number: int, **values: object) -> str:
        """Say a sentence about `number` things, which it may name as {number}."""
        return self.catalogue.ngettext(one, many, number).format(number=number, **values)

    def listing(self, items: Sequence[str], *, style: Literal["standard", "or"] = "standard") -> str:
        """Say "a, b and c", or "a, b or c"."""
        return format_list(list(items), style=style, locale=self.locale)

    def series(self, items: Sequence[str]) -> str:
        """Say "a; b; c": what is too long for commas; "" if there is nothing."""
        return reduce(self._and_then, items) if items else ""

    def _and_then(self, first: str, second: str) -> str:
        return self.gettext("{first}; {second}", first=first, second=second)


@cache
def voice(language: Language) -> Voice:
    """Return the voice of a language; its catalogue is read once (about 20 ms, measured)."""
    return Voice(language, Locale.parse(_LOCALES[language]), _catalogue(language))


def mark(message: str) -> str:
    """Mark a sentence that is said elsewhere, so that it is found for the catalogues."""
    return message


def verdict_name(word: Word, *, language: Language) -> str:
    """Name a verdict in a word or two, as a label: "down", « en panne »."""
    return voice(language).gettext(_NAMES[word])


_NAMES = {
    Word.UP: mark("up"),
    Word.DEGRADED: mark("half up"),
    Word.DOWN: mark("down"),
    Word.INCONCLUSIVE: mark("cannot judge"),
    Word.UNKNOWN: mark("not known"),
}


def _catalogue(language: Language) -> NullTranslations:
    if language is Language.ENGLISH:
        return NullTranslations()
    source = resources.files("bot.wording").joinpath("locale", f"{language}.po")
    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language.value))
    compiled.seek(0)
    return GNUTranslations(compiled)
