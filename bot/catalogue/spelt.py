"""Addresses with the accents of a name: platforms go in, whose such an address is comes out (« persée.fr »: Persée).

Letter by letter the platform's own name, and its own host without the accents: any other letters make another host.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from bot.catalogue.names import fold
from bot.model import Platform

_WORD = re.compile(r"[^\W_]+")


def spelt_with_accents(platforms: Iterable[Platform]) -> dict[str, Platform]:
    """The platform of each such host: lower case, not in punycode, without "www."."""
    found: dict[str, Platform] = {}
    for platform in platforms:
        for host in _spellings(platform):
            found.setdefault(host, platform)
    return found


def _spellings(platform: Platform) -> Iterator[str]:
    for name in (platform.name, *platform.aliases, *platform.weak):
        if name.isascii():
            continue
        written = unicodedata.normalize("NFC", name).lower()
        if "." in written:
            yield written
        parts = _WORD.findall(written)
        for label in ("".join(parts), "-".join(parts)):
            ends = (host.partition(".") for host in platform.hosts)
            yield from (f"{label}.{end}" for first, _, end in ends if end and first == fold(label))
