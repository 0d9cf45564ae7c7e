"""Words of other people's machines: made harmless before anybody sees them. Anything in, a short plain text out."""

import re
import unicodedata

MOST_TOWN = 60
_IN_NAMES = frozenset(" '’.,()&·-–")  # beside letters, marks and figures


def plain(value: object, most: int) -> str:
    """At most so many printable characters: no escapes for terminals, no line breaks, no marks of direction."""
    text = value if isinstance(value, str) else ""
    shown = "".join(letter if letter.isprintable() else " " for letter in text[: most * 4])
    return " ".join(shown.split())[:most]


def town(value: object) -> str | None:
    """A name for a reply, of at most 60 characters. What could make a handle, a tag or a link of it is left out."""
    kept = ""
    for letter in unicodedata.normalize("NFC", plain(value, MOST_TOWN)):
        family = unicodedata.category(letter)[0]
        # A mark stands on a letter, not on another mark: towers of them would cover the lines above.
        on_a_letter = bool(kept) and unicodedata.category(kept[-1])[0] == "L"
        if letter in _IN_NAMES or family in "LN" or (family == "M" and on_a_letter):
            kept += letter
    return " ".join(re.sub(r"\.(?=\S)", ". ", kept).split())[:MOST_TOWN] or None
