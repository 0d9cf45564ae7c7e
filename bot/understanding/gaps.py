"""Addresses written with a gap: a text goes in, the same text comes out with the name in place of such an address.

« le Monde.fr » names lemonde.fr, « SNCF connect.com » SNCF Connect; taken for an address, what stands behind the gap
would be somebody else's site.
"""

import itertools
import re
from collections.abc import Callable, Sequence

from bot.model import Named
from bot.understanding.hosts import bare_hosts

_MOST = 6  # addresses of a post that are looked at
_BEFORE = (re.compile(r"(?:[^\W_][\w'&-]* ){2}$"), re.compile(r"[^\W_][\w'&-]* $"))


def without_gaps(text: str, names: Callable[[str], Sequence[Named]]) -> str:
    """The text without the ending of "connect.com", or "Monde.fr" joined to the word before, where that is a name."""
    if "." not in text:
        return text
    found = list(itertools.islice(bare_hosts(text), _MOST))
    for start, end in reversed(found):
        text = f"{_closed(text[:start], text[start:end], names)}{text[end:]}"
    return text


def _closed(before: str, host: str, names: Callable[[str], Sequence[Named]]) -> str:
    label, _, ending = host.partition(".")
    if "." in ending or _is_a_name(host, names):
        return before + host
    for pattern in _BEFORE:
        if not (words := pattern.search(before)):
            continue
        rest, run = before[: words.start()], words.group()
        if _is_a_name(run + label, names):
            return rest + run + label
        joined = f"{run.replace(' ', '')}{host}"
        if _is_a_name(joined, names):
            return rest + joined
    return before + host


def _is_a_name(text: str, names: Callable[[str], Sequence[Named]]) -> bool:
    """Whether all of it is one name, spelt right, that means nothing else."""
    return any(name.sure and name.spelt and (name.start, name.end) == (0, len(text)) for name in names(text))
