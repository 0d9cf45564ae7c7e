"""Reads the files of the configuration folder for the core, which is given texts and touches no disk."""

import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.catalogue import Catalogue, CatalogueError, read_catalogue
from bot.catalogue.sentences import Said
from bot.incidents.sharing import Hoster, read_hosters
from bot.model import Language
from bot.probe.fingerprints import Fingerprints
from bot.probe.rows import read_fingerprints
from bot.settings import Settings

LARGEST_FILE = 4 * 1024**2  # the largest that is shipped has 0.2 MiB


class FilesError(Exception):
    """Files that cannot be read at all; `faults` has a sentence for each."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def build_catalogue(settings: Settings) -> Catalogue:
    """Read config/platforms/*.toml and config/local/*.toml. Raises FilesError or CatalogueError, with every fault."""
    language = settings.language
    shared = read_folder(settings.config_dir / "platforms", language)
    own = read_folder(settings.config_dir / "local", language)
    if not shared.texts and not shared.faults:
        folder = settings.config_dir / "platforms"
        nothing = Said(
            f"{folder} : il n'y a aucun fichier de plateformes (*.toml) ; mettez-y le catalogue",
            f"{folder}: there is no platform file (*.toml); put the catalogue there",
        )
        raise FilesError((nothing.told(language),))
    unread = (*shared.faults, *own.faults)
    try:
        catalogue = read_catalogue(shared.texts, own_files=own.texts, language=language, all_given=not unread)
    except CatalogueError as error:
        if unread:
            raise FilesError((*unread, *map(str, error.faults))) from error
        raise
    if unread:
        raise FilesError(unread)
    return catalogue


def providers_to_notify(settings: Settings, catalogue: Catalogue) -> tuple[str, ...]:
    """The platforms of `incidents.notify`. Raises FilesError for those that are not there, or have no account."""
    faults = list[Said]()
    for key in settings.incidents.notify:
        platform = catalogue.by_key_or_name(key)
        if platform is None or platform.key != key:
            faults.append(
                Said(
                    f"incidents.notify : {key} n'est l'identifiant d'aucune plateforme ; corrigez-le ou enlevez-le",
                    f"incidents.notify: {key} is no platform's id; mend it or take it out",
                )
            )
        elif not platform.accounts.are_known:
            faults.append(
                Said(
                    f"incidents.notify : [{key}] n'a pas de compte ; donnez-lui accounts au catalogue, ou enlevez-le",
                    f"incidents.notify: [{key}] has no account; write its accounts into the catalogue, or take it out",
                )
            )
    if faults:
        raise FilesError(tuple(fault.told(settings.language) for fault in faults))
    return settings.incidents.notify


@dataclass(frozen=True, slots=True)
class Texts:
    """What was read, by the name that faults give it ("platforms/ai.toml"); a sentence for each file that was not."""

    texts: dict[str, str]
    faults: tuple[str, ...]


def read_folder(folder: Path, language: Language) -> Texts:
    """Read the *.toml files of a folder; one that is not there holds nothing."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".toml" and not path.name.startswith("."))
    except FileNotFoundError:
        return Texts({}, ())
    except OSError as error:
        return Texts({}, (_unreadable(folder, error).told(language),))
    return read_files({f"{folder.name}/{path.name}": path for path in paths}, language)


def read_files(paths: Mapping[str, Path], language: Language) -> Texts:
    """Read files, given by the names that faults are to give them."""
    texts, faults = dict[str, str](), list[str]()
    for name, path in paths.items():
        read = _read(path)
        if isinstance(read, Said):
            faults.append(read.told(language))
        else:
            texts[name] = read
    return Texts(texts, tuple(faults))


def build_fingerprints(settings: Settings) -> Fingerprints:
    """Read config/fingerprints.toml. Raises FilesError, or FingerprintsError with every fault."""
    read = _read(settings.config_dir / "fingerprints.toml")
    if isinstance(read, Said):
        raise FilesError((read.told(settings.language),))
    return read_fingerprints(read)


def build_hosters(settings: Settings) -> tuple[Hoster, ...]:
    """Read config/hosters.toml; none if the file is not there. Raises FilesError, or HostersError with every fault."""
    path = settings.config_dir / "hosters.toml"
    if not path.exists():
        return ()  # it only adds a sentence to replies
    read = _read(path)
    if isinstance(read, Said):
        raise FilesError((read.told(settings.language),))
    return read_hosters(read)


def _read(path: Path) -> str | Said:
    """The text of a file, or what is wrong with it. Looks at it before opening: a pipe would wait for ever."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return Said(f"{path} : n'est pas un fichier ; enlevez-le", f"{path}: is no file; take it away")
        if status.st_size > LARGEST_FILE:
            mib = LARGEST_FILE // 1024**2
            return Said(
                f"{path} : dépasse {mib} Mio ; coupez-le en plusieurs fichiers",
                f"{path}: is larger than {mib} MiB; cut it into several files",
            )
        raw = path.read_bytes()
    except OSError as error:
        return _unreadable(path, error)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return Said(
            f"{path}:{line} : n'est pas de l'UTF-8 ; enregistrez-le en UTF-8",
            f"{path}:{line}: is not UTF-8; save it as UTF-8",
        )
    return text.replace("\r\n", "\n")


def _unreadable(path: Path, error: OSError) -> Said:
    if isinstance(error, FileNotFoundError):
        return Said(f"{path} : n'existe pas ; vérifiez son nom et son dossier", f"{path}: is not there; check its name")
    return Said(
        f"{path} : ne peut pas être lu ({error.strerror}) ; rendez-le lisible",
        f"{path}: cannot be read ({error.strerror}); make it a readable file",
    )
