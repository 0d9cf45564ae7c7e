"""Reads the files of the configuration folder for the core, which is given texts and touches no disk."""

from pathlib import Path

from bot.catalogue import Catalogue, read_catalogue
from bot.probe.fingerprints import Fingerprints, read_fingerprints
from bot.settings import Settings


class FilesError(Exception):
    """Files that cannot be read at all; `faults` has a sentence for each."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def build_catalogue(settings: Settings) -> Catalogue:
    """Read config/platforms/*.toml. Raises FilesError, or CatalogueError with every fault."""
    folder = settings.config_dir / "platforms"
    paths = sorted(folder.glob("*.toml"))
    if not paths:
        raise FilesError((f"{folder}: there is no platform file (*.toml); put the catalogue there",))
    texts, faults = dict[str, str](), list[str]()
    for path in paths:
        try:
            texts[f"platforms/{path.name}"] = _read(path)
        except FilesError as error:
            faults.extend(error.faults)
    if faults:
        raise FilesError(tuple(faults))
    return read_catalogue(texts)


def build_fingerprints(settings: Settings) -> Fingerprints:
    """Read config/fingerprints.toml. Raises FilesError, or FingerprintsError with every fault."""
    return read_fingerprints(_read(settings.config_dir / "fingerprints.toml"))


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise FilesError((f"{path}: is not UTF-8; save it as UTF-8",)) from error
    except OSError as error:
        raise FilesError((f"{path}: cannot be read ({error.strerror}); make it a readable file",)) from error
