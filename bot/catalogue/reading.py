"""Reading the catalogue: the texts of the platform files go in, a Catalogue comes out, or every fault at once."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from bot.catalogue.across import clashes
from bot.catalogue.entry import Complaint, read_entry
from bot.catalogue.finding import Catalogue
from bot.model import Platform

_HEADER = re.compile(r"^\[([^\[\]]+)\]", re.MULTILINE)
_AT_LINE = re.compile(r"\s*\(at line (\d+), column \d+\)")
_AT_END = re.compile(r"\s*\(at end of document\)")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend: in which file, at which line (1 is the first), in which entry, and what to write instead."""

    file: str
    line: int
    entry: str
    complaint: str

    def __str__(self) -> str:
        entry = f" [{self.entry}]" if self.entry else ""
        return f"{self.file}:{self.line}:{entry} {self.complaint}"


class CatalogueError(Exception):
    """The catalogue cannot be used; `faults` holds everything that is wrong with it, in the order of the files."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def read_catalogue(files: Mapping[str, str], *, allow_local: bool = False) -> Catalogue:
    """Read every file (its name, its text) into one Catalogue.

    Private and special hosts are refused, save with `allow_local` or when the URL carries a port: whoever writes a
    port into a file of their own means it. Raises CatalogueError with all faults of all files.
    """
    faults: list[Fault] = []
    places: dict[str, tuple[str, int]] = {}
    platforms: list[Platform] = []
    for file, text in files.items():
        lines = _lines_of_entries(text)
        for key, entry in _parse(file, text, faults).items():
            line = lines.get(key, 1)
            platform, complaints = read_entry(key, entry, allow_local=allow_local)
            if key in places:
                other, its_line = places[key]
                complaints = [*complaints, Complaint("", f"the id is taken by {other}:{its_line}; choose another")]
            faults += [Fault(file, _line_of_field(text, line, said.field), key, said.sentence) for said in complaints]
            places.setdefault(key, (file, line))
            platforms.append(platform)
    faults += [Fault(*places[key], key, sentence) for key, sentence in clashes(platforms)]
    if faults:
        raise CatalogueError(tuple(faults))
    return Catalogue(platforms)


def _parse(file: str, text: str, faults: list[Fault]) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        sentence = str(error)
        at = _AT_LINE.search(sentence)
        line = int(at.group(1)) if at else text.count("\n") + 1
        what = _AT_END.sub("", _AT_LINE.sub("", sentence))
        faults.append(Fault(file, line, "", f"this is not TOML: {what}; copy the form of a neighbouring entry"))
        return {}


def _lines_of_entries(text: str) -> dict[str, int]:
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            lines.setdefault(header.group(1).strip().strip("\"'"), number)
    return lines


def _line_of_field(text: str, entry_line: int, field: str) -> int:
    """The line on which a field begins; that of the entry's header if it is not there."""
    if not field:
        return entry_line
    for number, line in enumerate(text.splitlines()[entry_line:], entry_line + 1):
        if _HEADER.match(line):
            break
        if line.split("=")[0].strip() == field:
            return number
    return entry_line
