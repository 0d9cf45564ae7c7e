"""New entries: a name, hosts and addresses go in, the TOML of an entry comes out, at its place in a file's text."""

import json
import re
from collections.abc import Container, Mapping, Sequence

from bot.catalogue.names import fold
from bot.catalogue.own_file import HEADER
from bot.catalogue.parsing import parse

LONGEST_ID = 40
_NOT_IN_AN_ID = re.compile(r"[^a-z0-9]+")


def id_for(name: str, taken: Container[str] = ()) -> str:
    """An identifier made of a name: "Érudit (revues)" gives erudit-revues; a number is added to one that is taken."""
    base = _NOT_IN_AN_ID.sub("-", fold(name))[:LONGEST_ID].strip("-") or "plateforme"
    number, key = 2, base
    while key in taken:
        key, number = f"{base}-{number}", number + 1
    return key


def quote(text: str) -> str:
    """A text as TOML has it, between straight quotes: the escapes of JSON are TOML's, but for the one sign left out."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def entry_text(key: str, fields: Mapping[str, str | Sequence[str]], urls: Sequence[tuple[str, str]] = ()) -> str:
    """An entry: `fields` in their order, empty ones left out; `urls` as (role, url)."""
    lines = [f"[{key}]"]
    for name, value in fields.items():
        if isinstance(value, str):
            lines.append(f"{name} = {quote(value)}")
        elif value:
            lines.append(f"{name} = [{', '.join(map(quote, value))}]")
    if urls:
        tables = ", ".join(f"{{ role = {quote(role)}, url = {quote(url)} }}" for role, url in urls)
        lines.append(f"urls = [{tables}]")
    return "\n".join(lines) + "\n"


def insert_entry(text: str, key: str, entry: str) -> str:
    """The text with the entry at its alphabetical place, all the rest as it was, comments and line ends too.

    A comment directly above an entry belongs to it; the one at the head of the file, with a blank line below, does not.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    entry = entry.replace("\n", end)
    lines = text.split("\n")
    # An institution's own table stays at the head of its file.
    tables = [table for table in parse(text).tables if table.lines and table.key != HEADER]
    after = next((table for table in tables if table.key > key), None)
    if after is None:
        body = text.rstrip("\r\n")
        return f"{body}{end}{end}{entry}" if body else entry
    place = after.line - 1
    while place > 0 and lines[place - 1].lstrip().startswith("#"):
        place -= 1
    before = "\n".join(lines[:place])
    return f"{before}{chr(10) if before else ''}{entry}{end}" + "\n".join(lines[place:])
