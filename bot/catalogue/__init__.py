"""Words to platforms: the texts of config/platforms/*.toml go in, and the platforms that an Intent means come out."""

from bot.catalogue.finding import Catalogue, Found
from bot.catalogue.institutions import Institution, institution_of
from bot.catalogue.reading import CatalogueError, Fault, read_catalogue

__all__ = ["Catalogue", "CatalogueError", "Fault", "Found", "Institution", "institution_of", "read_catalogue"]
