"""Addresses written with a gap, « le Monde.fr »: the platform is meant, and no other site is looked at."""

from pathlib import Path

import pytest

from bot.catalogue import Catalogue, read_catalogue
from bot.model import Language
from bot.understanding import understand

ROOT = Path(__file__).parents[2]
POSTS = {
    "C'est moi ou le Monde.fr est en panne ?": ["lemonde"],
    "le Monde.fr/ est en panne ?": ["lemonde"],
    "SNCF connect.com est HS ?": ["sncf-connect"],
    "Ouest France.fr est HS ?": ["ouest-france"],
    "la banque postale.fr est en panne ?": ["la-banque-postale"],
    "is the guardian.com down?": ["guardian"],
    "le sudoc.fr est HS ?": ["sudoc"],
    "Cairn et HAL.science sont HS ?": ["hal", "cairn"],
    # One letter off is another site.
    "le mode.fr est HS ?": ["url:mode.fr"],
    "la porte.fr est en panne ?": ["url:porte.fr"],
    # So is an address that says so itself.
    "le https://monde.fr/ est en panne ?": ["url:monde.fr"],
    "le www.monde.fr est en panne ?": ["url:www.monde.fr"],
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_catalogue({file.name: file.read_text("utf-8") for file in (ROOT / "config/platforms").glob("*.toml")})


@pytest.mark.parametrize(("post", "keys"), POSTS.items())
def test_what_is_meant_is_looked_at(catalogue: Catalogue, post: str, keys: list[str]) -> None:
    intent = understand(post, tag="fr", default=Language.FRENCH, names=catalogue.names_in)
    assert [platform.key for platform in catalogue.find(intent).platforms] == keys
