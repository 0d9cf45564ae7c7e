"""JSON from strangers in, values of known types out; whatever is missing or of another type is None or empty.

Bounds come from the probe (512 KiB, inflated); the rest is here: deep nesting, huge numbers, odd characters.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import cast

MOST_TITLE = 200  # characters: as much as a log line bears
MOST_ITEMS = 2000  # of a list that we walk through
MOST_PARTS = 30_000  # lists and objects, or elements; 170,000 in 512 KiB held the event loop for 0.17 s (measured)

_SPACES = re.compile(r"[ \t\r\n]*")


def parsed(text: str) -> object:
    """Return what the JSON says, None if it is not whole, nested too deep, or holds numbers of thousands of digits."""
    if _has_too_many_parts(text):
        return None
    try:
        return cast("object", json.loads(text))
    except (ValueError, RecursionError):
        return None


def leading_items(text: str) -> tuple[list[object], bool]:
    """Return the items of a JSON list that may be cut off at its end, and whether it is whole."""
    found: list[object] = []
    decoder = json.JSONDecoder()
    place = _after_spaces(text, 0)
    if text[place : place + 1] != "[" or _has_too_many_parts(text):
        return [], False
    place = _after_spaces(text, place + 1)
    while text[place : place + 1] not in ("]", "") and len(found) < MOST_ITEMS:
        try:
            item, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            return found, False
        found.append(item)
        place = _after_spaces(text, place)
        if text[place : place + 1] == ",":
            place = _after_spaces(text, place + 1)
    return found, text[place : place + 1] == "]"


def at(value: object, *path: str | int) -> object:
    """Follow keys and places into nested objects and lists; None where there is nothing."""
    for step in path:
        if isinstance(step, str):
            value = cast("dict[str, object]", value).get(step) if isinstance(value, dict) else None
        elif isinstance(value, list):
            among = cast("list[object]", value)
            value = among[step] if -len(among) <= step < len(among) else None
        else:
            return None
    return value


def items(value: object, *path: str | int) -> list[object]:
    """Return the list there, at most its first 2,000 items; empty if there is none."""
    found = at(value, *path)
    return cast("list[object]", found)[:MOST_ITEMS] if isinstance(found, list) else []


def word(value: object, *path: str | int) -> str:
    """Return the text there as a key to look up: lower case, spaces, hyphens and underscores alike; "" if none."""
    found = at(value, *path)
    return (
        "_".join(found[:100].casefold().replace("-", " ").replace("_", " ").split()) if isinstance(found, str) else ""
    )


def title(value: object, *path: str | int) -> str | None:
    """Return the text there as one printable line of at most 200 characters; None if it is empty or no text."""
    found = at(value, *path)
    return one_line(found) if isinstance(found, str) else None


def one_line(text: str) -> str | None:
    """Make a stranger's text harmless to a terminal and a log: one line, printable characters, 200 at most."""
    spaced = (character if character.isprintable() else " " for character in text[: 10 * MOST_TITLE])
    return " ".join("".join(spaced).split())[:MOST_TITLE].strip() or None


def whole_number(value: object, *path: str | int) -> int | None:
    """Return the whole number there, also if it is written as a text; no booleans."""
    found = at(value, *path)
    if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) < 16:
        return int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def instant(value: object, *path: str | int) -> datetime | None:
    """Return the instant there (ISO 8601, or the date of a mail header) in UTC; None if it names no time zone."""
    found = at(value, *path)
    if not isinstance(found, str) or len(found) > 64:
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(found.strip())
            return moment.astimezone(UTC) if moment.tzinfo is not None else None
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return None


def named(entries: list[object], component: str, *path: str | int) -> Iterator[object]:
    """Yield the entries whose name, found at `path`, is the component's; if there is none, those that contain it."""
    wanted = component.casefold()
    names = [(entry, name.casefold()) for entry in entries if (name := title(entry, *path)) is not None]
    same = [entry for entry, name in names if name == wanted]
    yield from same or [entry for entry, name in names if wanted in name]


def _has_too_many_parts(text: str) -> bool:
    return text.count("[") + text.count("{") > MOST_PARTS


def _after_spaces(text: str, place: int) -> int:
    found = _SPACES.match(text, place)
    return found.end() if found else place
