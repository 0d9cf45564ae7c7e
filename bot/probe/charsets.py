"""A page's bytes in, its text out, in the charset that a browser would take. Pure; never fails.

The header's word, else the page's own, else UTF-8 if that is what it is, else windows-1252 (WHATWG's HTML standard):
older catalogues of libraries say nothing, and "fermé" would not be read.
"""

import codecs
import re

_LOOKED_AT = 1024  # bytes in which browsers look for the page's own word
_OWN_WORD = re.compile(rb"<meta[^<>]{0,200}?charset\s{0,3}=\s{0,3}[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_HEADERS_WORD = re.compile(r"charset=[\s\"']{0,3}([^\s\"';]{1,40})", re.IGNORECASE)
# Some codecs of Python are no text encodings (zip, rot13), and some are slow.
_TAKEN = ("utf", "iso8859", "cp12", "ascii")


def text_of(body: bytes, content_type: str) -> str:
    """Decode a page, or the beginning of one; what fits no character becomes U+FFFD."""
    named = _HEADERS_WORD.search(content_type)
    codec = (_codec(named[1]) if named else None) or _own_word(body) or _guess(body)
    return body.decode(codec, errors="replace")


def _own_word(body: bytes) -> str | None:
    found = _OWN_WORD.search(body[:_LOOKED_AT])
    codec = _codec(found[1].decode("ascii", errors="replace")) if found else None
    # We could read the word, so it is not UTF-16 whatever it says.
    return "utf-8" if codec is not None and codec.startswith("utf") else codec


def _codec(name: str) -> str | None:
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return codec if codec.startswith(_TAKEN) else "utf-8"


def _guess(body: bytes) -> str:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(body)  # the last character may be cut
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"
