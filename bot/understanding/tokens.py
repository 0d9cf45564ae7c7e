"""Words as the model reads them: a text goes in, its tokens come out, with names, addresses and figures masked.

The model is to learn how people speak, not of what: every name of a platform is the same token to it, and so are every
address, every figure and every word that it never met.
"""

import itertools
import re
import unicodedata
from collections.abc import Container, Iterable

from bot.model import Named
from bot.understanding.hosts import without_hosts

# What stands for something else; a figure comes first, as in no word.
NAME, WEAK_NAME, HOST, FIGURE, ERROR_CODE, NEW_NAME, NEW_WORD = "0name", "0weak", "0host", "0n", "0err", "0Cap", "0new"
MOST_TOKENS = 120
_LONGEST_WORD = 24
_MASKS = {"\ue000": NAME, "\ue001": WEAK_NAME, "\ue002": HOST}
_PRIVATE = re.compile("[\ue000-\ue002]")
_TOKEN = re.compile(r"[\ue000-\ue002]|[^\W\d_]+'?|\d+|[?!…,:;()«»\"“”+]|[^\w\s.'#=~>^$|-]")
_ERROR = re.compile(r"[45]\d\d")


def with_hosts_masked(text: str) -> str:
    """The text with one private character in place of each address."""
    return without_hosts(_PRIVATE.sub(" ", text), instead=" \ue002 ")


def with_names_masked(text: str, names: Iterable[Named]) -> str:
    """The text with one private character in place of each name of a platform."""
    parts: list[str] = []
    place = 0
    for name in names:
        parts += (text[place : name.start], " \ue000 " if name.sure else " \ue001 ")
        place = name.end
    return "".join((*parts, text[place:]))


def tokens(text: str) -> list[str]:
    """The tokens of a masked text, at most MOST_TOKENS: accents taken off, capitals kept, masks as masks."""
    found = (match.group() for match in itertools.islice(_TOKEN.finditer(bare(text)), MOST_TOKENS))
    return [_MASKS.get(token) or _figure(token) or token[:_LONGEST_WORD] for token in found]


def known(written: Iterable[str], vocabulary: Container[str]) -> list[str]:
    """The tokens in lower case, those that the vocabulary has not masked as well."""
    return [_known(token, vocabulary) for token in written]


def bare(text: str) -> str:
    """The text without its accents."""
    if text.isascii():
        return text
    letters = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _figure(token: str) -> str | None:
    if not token[0].isdigit():
        return None
    return ERROR_CODE if _ERROR.fullmatch(token) else FIGURE


def _known(token: str, vocabulary: Container[str]) -> str:
    if token[0] == "0":
        return token
    word = token.lower()
    if word in vocabulary:
        return word
    return NEW_NAME if token[0].isupper() else NEW_WORD
