"""Making a post readable: raw text goes in, plain text without handles and its folded words come out."""

import re
import unicodedata

from bot.model import Language
from bot.understanding.hosts import LONGEST_TEXT
from bot.understanding.lexicons import telling_words

_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
_HANDLE = re.compile(r"(?<![\w.])@[\w-]+(?:\.[\w-]+)*(?:@[\w-]+(?:\.[\w-]+)*)?")
_QUOTED_QUESTION = re.compile(r"«[^»]{0,500}\?[^»]{0,20}»|“[^”]{0,500}\?[^”]{0,20}”|\"[^\"]{0,500}\?[^\"]{0,20}\"")
_NOT_A_WORD = re.compile(r"[^\w'?]+")
_LONE_QUOTE = re.compile(r"(?<!\w)'|'(?!\w)")


def plain(text: str) -> str:
    """One line of plain characters, case and accents kept: no handle, no invisible character, at most 5,000 long."""
    whole = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text[:LONGEST_TEXT])).replace("’", "'").replace("ʼ", "'")
    return " ".join(_HANDLE.sub(" ", whole).split())


def folded(text: str) -> str:
    """Lower-case words without accents, one space between and at each end; quotations that ask are left out."""
    own = _QUOTED_QUESTION.sub(" ", text)
    letters = unicodedata.normalize("NFKD", own.casefold().replace("œ", "oe").replace("æ", "ae"))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = _LONE_QUOTE.sub(" ", _NOT_A_WORD.sub(" ", bare).replace("_", " ").replace("?", " ? "))
    return f" {' '.join(words.split())} "


def language_of(words: str, *, tag: str | None, default: Language) -> Language:
    """The language of a post: by its own words, else by its tag, else the default."""
    said = words.split()
    scores = {language: sum(word in telling_words(language) for word in said) for language in Language}
    best = max(scores.values())
    leading = [language for language, score in scores.items() if score == best]
    if best and len(leading) == 1:
        return leading[0]
    primary = (tag or "").lower().partition("-")[0]
    return next((language for language in Language if language.value == primary), default)
