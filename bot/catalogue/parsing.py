"""The text of a platform file goes in, its tables come out with their lines, and every place that is not TOML.

A file that is wrong in one entry is read on, entry by entry: whoever mends it wants all faults at once.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from bot.catalogue.names import fold
from bot.catalogue.sentences import Said

# A table's header, at the start of a line: [cairn], [ "cairn" ], [cairn.status], [[cairn.urls]]; [l'ent] is wrong.
_HEADER = re.compile(
    r"\s*\[\[?\s*[\"']?([^\[\]\"'.]+?(?:'[^\[\]\"'.,]+)?)[\"']?\s*(?:\.\s*[\"']?([^\[\]\"'.]+?)[\"']?\s*)?\]\]?\s*(?:#.*)?$"
)
_FIELD = re.compile(r"\s*[\"']?([A-Za-z0-9_-]+)[\"']?\s*(?:\.[^=]*)?=")
_AT_LINE = re.compile(r"\s*\(at line (\d+), column \d+\)")
_AT_END = re.compile(r"\s*\(at end of document\)")
_CURLY = re.compile(r"=\s*[\[{,\s]*[«“”„‘’]")

LONGEST_HEADER = 200


@dataclass(frozen=True, slots=True)
class Table:
    """One entry: its key, its value (a dict, unless it stands outside any entry), its lines: (number, text)."""

    key: str
    value: object
    lines: tuple[tuple[int, str], ...] = ()

    @property
    def fields(self) -> dict[str, object]:
        """Its fields; none, if it stands outside any entry."""
        value = self.value
        return cast("dict[str, object]", value) if isinstance(value, dict) else {}

    @property
    def line(self) -> int:
        """The line of its header; 1 is the first."""
        return self.lines[0][0] if self.lines else 1

    def line_of(self, name: str, near: str = "") -> int:
        """The line where a field begins, or the line from there on that holds `near`; the header's if none does."""
        at = next((place for place, (_, text) in enumerate(self.lines) if _begins(text, self.key) == name), None)
        if not name or at is None:
            return self.line
        for number, text in self.lines[at:]:
            if near and near in text:
                return number
        return self.lines[at][0]


@dataclass(slots=True)
class Parsed:
    """What a file holds, and where it is not TOML: (line, entry or "", sentence)."""

    tables: list[Table] = field(default_factory=list[Table])
    faults: list[tuple[int, str, Said]] = field(default_factory=list[tuple[int, str, Said]])


def parse(text: str) -> Parsed:
    """Read the tables of a file in their order. Never raises."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    lines = list(enumerate(text.split("\n"), 1))
    blocks = list(_blocks(lines))
    try:
        whole = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return _parse_blocks(blocks)
    by_key = {key: block for key, block in reversed(blocks) if key}
    return Parsed([Table(key, value, by_key.get(key) or _outside(key, lines)) for key, value in whole.items()])


def _blocks(lines: list[tuple[int, str]]) -> Iterator[tuple[str, tuple[tuple[int, str], ...]]]:
    """The lines of each entry with its key; "" for what stands above the first. Sub-tables stay with their entry."""
    key, begun = "", list[tuple[int, str]]()
    for number, text in lines:
        header = _header(text)
        if header and not (header[2] and header[1].strip() == key):
            yield key, tuple(begun)
            key, begun = header[1].strip(), []
        begun.append((number, text))
    yield key, tuple(begun)


def _outside(key: str, lines: list[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    at = next((place for place, (_, text) in enumerate(lines) if _begins(text, "") == key), 0)
    return tuple(lines[at : at + 1])


def _parse_blocks(blocks: list[tuple[str, tuple[tuple[int, str], ...]]]) -> Parsed:
    parsed = Parsed()
    for key, lines in blocks:
        try:
            tables = tomllib.loads("\n".join(text for _, text in lines))
        except tomllib.TOMLDecodeError as error:
            parsed.faults.append(_fault(error, key, lines))
        except RecursionError:
            parsed.faults.append((lines[0][0], key, _no_toml("too many brackets", lines[0][1])))
        else:
            parsed.tables += [Table(name, value, lines) for name, value in tables.items()]
    return parsed


def _fault(error: tomllib.TOMLDecodeError, key: str, lines: tuple[tuple[int, str], ...]) -> tuple[int, str, Said]:
    sentence = str(error)
    at = _AT_LINE.search(sentence)
    place = min(int(at.group(1)) - 1 if at else len(lines) - 1, len(lines) - 1)
    # "At the end" is past what is written: the last line that holds something is where to look.
    while place > 0 and not lines[place][1].strip():
        place -= 1
    number, text = lines[place]
    return number, key, _no_toml(_AT_END.sub("", _AT_LINE.sub("", sentence)), text)


def _no_toml(what: str, line: str) -> Said:
    """The reader's own word on it, and what it most often means."""
    if _CURLY.search(line):
        return Said(
            'ce n\'est pas du TOML : les guillemets doivent être droits ; écrivez "…"',
            'this is not TOML: the quotes must be straight ones; write "…"',
        )
    if what.startswith(_ODD_KEY) and (header := _header(line)):
        key = "-".join(re.findall("[a-z0-9]+", fold(header[1]))) or "…"
        return Said(
            f"un identifiant n'a ni espace, ni accent, ni apostrophe ; écrivez [{key}]",
            f"an id has no spaces, accents or apostrophes; write [{key}]",
        )
    french, english = next((advice for start, advice in _ADVICE.items() if what.startswith(start)), _COPY)
    return Said(f"ce n'est pas du TOML ({what}) ; {french}", f"this is not TOML: {what}; {english}")


def _header(line: str) -> re.Match[str] | None:
    return _HEADER.match(line[:LONGEST_HEADER]) if line.lstrip()[:1] == "[" else None


_ODD_KEY = ("Expected ']' at the end of a table", "Invalid initial character for a key part")
_COPY = ("reprenez la forme d'une entrée voisine", "copy the form of a neighbouring entry")
_ADVICE = {
    "Cannot overwrite": ("ce champ est écrit deux fois, gardez-en un", "this field stands twice, keep one"),
    "Cannot declare": ("cette entrée est écrite deux fois, gardez-en une", "this entry stands twice, keep one"),
    "Duplicate inline": ("ce champ est écrit deux fois, gardez-en un", "this field stands twice, keep one"),
    "Unclosed array": ("il manque une virgule ou un ] à la fin", "a comma is missing, or a ] at the end"),
    "Unclosed inline": ("il manque une virgule ou un } à la fin", "a comma is missing, or a } at the end"),
    "Unterminated string": ("il manque un guillemet à la fin", "a quote is missing at the end"),
    "Illegal character '\\n'": ("il manque un guillemet à la fin", "a quote is missing at the end"),
    "Expected ']' at the end of a table": ("il manque un ] à la fin", "a ] is missing at the end"),
    "Expected '='": ("écrivez : champ = valeur", "write: field = value"),
    "Invalid value": ("mettez les textes entre guillemets droits", "put texts between straight quotes"),
    "Invalid statement": ("un commentaire commence par #", "a comment begins with #"),
}


def _begins(text: str, entry: str) -> str | None:
    """The field that a line begins; a sub-table begins one too."""
    if header := _header(text):
        return header[2] if header[1].strip() == entry else None
    found = _FIELD.match(text)
    return found[1] if found else None
