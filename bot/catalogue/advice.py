"""What a catalogue may be used with, but should not stay: platform files go in, remarks come out."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from rapidfuzz.distance import OSA

from bot.catalogue.entry import read_entry
from bot.catalogue.matching import names_of
from bot.catalogue.own_file import HEADER
from bot.catalogue.parsing import Table, parse
from bot.catalogue.reading import CatalogueError, Fault, read_catalogue
from bot.catalogue.sentences import Said
from bot.catalogue.slips import SHORTEST
from bot.model import Kind, Language, Platform


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found: `faults` to mend, `hints` to think about; `entries` counts all that was read."""

    faults: tuple[Fault, ...]
    hints: tuple[Fault, ...]
    entries: int


def check_files(
    files: dict[str, str], own_files: dict[str, str], *, language: Language, all_given: bool = True
) -> Report:
    """Everything that starting the bot would refuse, and what only tidiness asks for: order, kind, https, near-misses.

    Arguments as for `read_catalogue`.
    """
    faults: list[Fault] = []
    try:
        read_catalogue(files, own_files=own_files, language=language, all_given=all_given)
    except CatalogueError as error:
        faults += error.faults
    tables = {file: parse(text).tables for file, text in (files | own_files).items()}
    checked = _Checked(language, tables, own_files)
    for file in files:
        checked.kinds(file)
    for file in tables:
        checked.order(file)
        checked.plain_http(file)
    checked.near_misses([[*files, own] for own in own_files] or [list(files)])
    entries = sum(table.key != HEADER for listed in tables.values() for table in listed)
    place = {file: number for number, file in enumerate(tables)}

    def in_order(found: Iterable[Fault]) -> tuple[Fault, ...]:
        return tuple(sorted(dict.fromkeys(found), key=lambda fault: (place[fault.file], fault.line)))

    return Report(in_order((*faults, *checked.faults)), in_order(checked.hints), entries)


@dataclass(slots=True)
class _Checked:
    language: Language
    tables: Mapping[str, list[Table]]
    own: Container[str]
    faults: list[Fault] = field(default_factory=list[Fault])
    hints: list[Fault] = field(default_factory=list[Fault])

    def order(self, file: str) -> None:
        """Sorted entries have one place for each, and two people's changes seldom meet."""
        before = ""
        for table in self.tables[file]:
            if table.key == HEADER or not table.lines:
                continue
            if table.key < before:
                said = Said(
                    f"l'ordre alphabétique n'est pas respecté ; mettez [{table.key}] avant [{before}]",
                    f"not in alphabetical order; put [{table.key}] before [{before}]",
                )
                self.faults.append(self._fault(file, table, "", said))
            before = max(before, table.key)

    def kinds(self, file: str) -> None:
        """One file a kind: whoever looks for a platform knows where."""
        stem = PurePath(file).stem
        if stem not in set(Kind):
            return
        for table in self.tables[file]:
            kind = table.fields.get("kind")
            if isinstance(kind, str) and kind in set(Kind) and kind != stem:
                said = Said(
                    f'cette entrée est dans {stem}.toml ; mettez-la dans {kind}.toml, ou écrivez kind = "{stem}"',
                    f'this entry is in {stem}.toml; put it into {kind}.toml, or write kind = "{stem}"',
                )
                self.faults.append(self._fault(file, table, "kind", said))

    def plain_http(self, file: str) -> None:
        """A site of today has https; one without is looked at over a way that anybody may change."""
        for table in self.tables[file]:
            for target in _read(table).targets:
                if target.scheme == "http" and target.port is None:
                    said = Said(
                        f"{target.url} n'est pas en https ; écrivez https:// si le site le permet",
                        f"{target.url} is not https; write https:// if the site has it",
                    )
                    self.hints.append(self._fault(file, table, "urls", said, target.url))

    def near_misses(self, groups: Iterable[Iterable[str]]) -> None:
        """Two names one letter apart, of files that the same people see."""
        for group in groups:
            known: dict[str, dict[str, tuple[str, Table]]] = {}  # the names, by their letters, and whose
            for file in group:
                for table in self.tables[file]:
                    self._compare(file, table, known, is_own=file in self.own)

    def _compare(
        self, file: str, table: Table, known: dict[str, dict[str, tuple[str, Table]]], *, is_own: bool
    ) -> None:
        mine = {"".join(name.words): " ".join(name.words) for name in names_of(_read(table))}
        mine = {letters: name for letters, name in mine.items() if len(letters) >= SHORTEST}
        for letters, name in mine.items():
            if is_own and letters in known.get(letters, {}):
                continue  # « Moodle » is theirs here: that is what the file is for
            others = {
                other: found for slip in _one_letter_less(letters) for other, found in known.get(slip, {}).items()
            }
            for other, (its_name, its_table) in others.items():
                # A name is written in several ways within one entry, and one of them may be near another's. The same
                # name is a fault, and told as one.
                if (
                    its_table is not table
                    and its_name != name
                    and (other == letters or other not in mine)
                    and OSA.distance(letters, other) <= 1
                ):
                    self.hints.append(self._fault(file, table, "", _near_miss(name, its_table.key)))
        for letters, name in mine.items():
            for slip in _one_letter_less(letters):
                known.setdefault(slip, {}).setdefault(letters, (name, table))

    def _fault(self, file: str, table: Table, name: str, said: Said, near: str = "") -> Fault:
        return Fault(file, table.line_of(name, near), table.key, said.told(self.language))


def _one_letter_less(word: str) -> set[str]:
    """The word, and the word without each of its letters: two words one slip apart have one of these in common."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def _near_miss(name: str, key: str) -> Said:
    return Said(
        f"« {name} » ressemble trop à un nom de [{key}] ; si ce n'est pas le même, enlevez-le ou mettez-le dans weak",
        f"“{name}” is too near to a name of [{key}]; unless it is the same, take it out or put it into weak",
    )


def _read(table: Table) -> Platform:
    """The entry as far as it can be read; what is wrong with it is told elsewhere."""
    if table.key == HEADER or "extends" in table.fields:
        return Platform(table.key, "")
    return read_entry(table.key, table.value, allow_local=True)[0]
