"""The platform files: their texts go in, a Catalogue or everything that is wrong with them comes out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from bot.catalogue.across import clashes, own_clashes, shared_people
from bot.catalogue.entry import Complaint, read_entry
from bot.catalogue.finding import Catalogue
from bot.catalogue.own_file import HEADER, OwnFile, read_own_file
from bot.catalogue.parsing import Parsed, Table, parse
from bot.catalogue.sentences import Said, id_taken, taken
from bot.model import Language, Platform


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


def read_catalogue(
    files: Mapping[str, str],
    *,
    own_files: Mapping[str, str] | None = None,
    allow_local: bool = False,
    language: Language = Language.ENGLISH,
    all_given: bool = True,
) -> Catalogue:
    """Read every file (its name, its text) into one Catalogue; `own_files` are those of institutions.

    Private and special hosts are refused, save with `allow_local` or when the URL carries a port: whoever writes a
    port into a file of their own means it. `all_given` false: some file could not even be given, so keys may be
    missing. Raises CatalogueError with all faults of all files, told in `language`.
    """
    reader = _Reader(allow_local=allow_local, language=language)
    for file, text in files.items():
        reader.read_shared(file, parse(text))
    everything_read = all_given and not reader.faults
    for key, complaint in clashes(reader.platforms, all_read=everything_read):
        reader.complain_of(key, complaint)
    shared = {platform.key: platform for platform in reader.platforms}
    for file, text in (own_files or {}).items():
        reader.read_own(file, parse(text), shared)
    for key, who, owner in shared_people([own.institution for own in reader.owned.values()]):
        file, table = reader.headers[key]
        sentence = taken(("le compte ou le serveur", "the account or server"), who, owner)
        reader.add(file, table, Complaint("instances", sentence, who))
    if reader.faults:
        order = {file: place for place, file in enumerate((*files, *(own_files or {})))}
        raise CatalogueError(tuple(sorted(reader.faults, key=lambda fault: (order[fault.file], fault.line))))
    return Catalogue(
        (_extended(platform, reader.owned) for platform in reader.platforms),
        institutions=[own.institution for own in reader.owned.values()],
    )


@dataclass(slots=True)
class _Reader:
    allow_local: bool
    language: Language
    faults: list[Fault] = field(default_factory=list[Fault])
    platforms: list[Platform] = field(default_factory=list[Platform])
    owned: dict[str, OwnFile] = field(default_factory=dict[str, OwnFile])
    places: dict[str, tuple[str, Table]] = field(default_factory=dict[str, tuple[str, Table]])
    headers: dict[str, tuple[str, Table]] = field(default_factory=dict[str, tuple[str, Table]])

    def read_shared(self, file: str, parsed: Parsed) -> None:
        self._add_broken(file, parsed)
        for table in parsed.tables:
            if table.key == HEADER:
                self.add(file, table, Complaint("", _NOT_HERE))
                continue
            platform, complaints = read_entry(table.key, table.value, allow_local=self.allow_local)
            for complaint in complaints:
                self.add(file, table, complaint)
            if self._is_new(table.key, file, table):
                self.platforms.append(platform)

    def read_own(self, file: str, parsed: Parsed, shared: Mapping[str, Platform]) -> None:
        self._add_broken(file, parsed)
        key = PurePath(file).stem
        own = read_own_file(key, parsed, shared, allow_local=self.allow_local)
        for table, complaint in own.complaints:
            self.add(file, table, complaint)
        for table in parsed.tables:
            self._is_new(f"{key}.{table.key}", file, table)
        header = next((table for table in parsed.tables if table.key == HEADER), Table("", {}))
        self.headers[key] = file, header
        for name, complaint in own_clashes(own.institution, shared):
            place = self.places.get(name if "." in name else f"{key}.{name}", (file, header))
            self.add(*place, complaint)
        self.owned[key] = own

    def complain_of(self, key: str, complaint: Complaint) -> None:
        self.add(*self.places[key], complaint)

    def add(self, file: str, table: Table, complaint: Complaint) -> None:
        line = table.line_of(complaint.field, complaint.near)
        self.faults.append(Fault(file, line, table.key, complaint.sentence.told(self.language)))

    def _is_new(self, key: str, file: str, table: Table) -> bool:
        if key in self.places:
            other, its_table = self.places[key]
            self.add(file, table, Complaint("", id_taken(other, its_table.line)))
            return False
        self.places[key] = file, table
        return True

    def _add_broken(self, file: str, parsed: Parsed) -> None:
        self.faults += [Fault(file, line, key, said.told(self.language)) for line, key, said in parsed.faults]


def _extended(platform: Platform, owned: Mapping[str, OwnFile]) -> Platform:
    """A shared entry with what institutions add to it, whoever asks: hosts and urls, the provider's accounts."""
    more = [own.extensions[platform.key] for own in owned.values() if platform.key in own.extensions]
    if not more:
        return platform
    accounts = (one.accounts for one in more if one.accounts.are_known)
    return replace(
        platform,
        accounts=next(accounts, platform.accounts),
        notify=platform.notify or any(one.notify for one in more),
        hosts=tuple(dict.fromkeys((*platform.hosts, *(host for one in more for host in one.hosts)))),
        targets=tuple(dict.fromkeys((*platform.targets, *(target for one in more for target in one.targets)))),
    )


_NOT_HERE = Said(
    "[institution] n'a sa place que dans config/local/ ; déplacez ce fichier",
    "[institution] belongs into config/local/ only; move this file",
)
