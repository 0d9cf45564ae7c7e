"""Reads the files of the configuration folder for the core, which is given texts and touches no disk."""

from bot.catalogue import Catalogue, read_catalogue
from bot.probe.fingerprints import Fingerprints, read_fingerprints
from bot.settings import Settings


def build_catalogue(settings: Settings) -> Catalogue:
    """Read config/platforms/*.toml. Raises CatalogueError with every fault."""
    folder = settings.config_dir / "platforms"
    return read_catalogue({f"platforms/{path.name}": path.read_text("utf-8") for path in sorted(folder.glob("*.toml"))})


def build_fingerprints(settings: Settings) -> Fingerprints:
    """Read config/fingerprints.toml. Raises FingerprintsError with every fault."""
    return read_fingerprints((settings.config_dir / "fingerprints.toml").read_text("utf-8"))
