"""From where people write: the towns that posts say, in eight languages, and what is no town."""

import json
import tomllib
from pathlib import Path

import pytest

from bot.catalogue import read_catalogue
from bot.model import Language
from bot.understanding.gazetteer import folded_name
from bot.understanding.places import place_in

ROOT = Path(__file__).parents[2]
POSTS: dict[str, list[list[str]]] = tomllib.loads((ROOT / "tests/corpus/places.toml").read_text("utf-8"))
GAZETTEER = ROOT / "bot/understanding/gazetteer"


@pytest.mark.parametrize(
    ("language", "text", "town"), [(Language(tag), *post) for tag, posts in POSTS.items() for post in posts]
)
def test_the_town_somebody_writes_from(language: Language, text: str, town: str) -> None:
    assert (place_in(text, language) or "") == town


@pytest.mark.parametrize("language", Language)
def test_no_platform_of_the_catalogue_is_taken_for_a_town(language: Language) -> None:
    files = {file.name: file.read_text("utf-8") for file in (ROOT / "config/platforms").glob("*.toml")}
    names = [
        name
        for platform in read_catalogue(files).platforms.values()
        for name in (platform.name, *platform.aliases, *platform.weak)
        if "(" not in name
    ]
    assert len(names) > 700
    posts = {
        Language.FRENCH: "{name} est en panne, plus d'accès à {name}",
        Language.ENGLISH: "{name} is down, no access to {name}",
    }
    post = posts.get(language, "{name}: 503")
    assert {name: town for name in names if (town := place_in(post.format(name=name), language))} == {}


@pytest.mark.parametrize("file", ["towns.txt", "small_towns.txt"])
def test_the_lists_are_in_the_order_in_which_they_are_searched(file: str) -> None:
    lines = (GAZETTEER / file).read_text("utf-8").splitlines()[2:]
    assert lines == sorted(lines)
    assert [line for line in lines if folded_name(line.partition("\t")[2]) != line.partition("\t")[0]] == []


@pytest.mark.parametrize("text", ["", "à", "à ", "'", "à À Á", "à Saint-", "de de de", "\u202eà Lyon", "à 𝓛𝔂𝓸𝓷"])
def test_odd_texts_say_a_town_or_none(text: str) -> None:
    assert place_in(text, Language.FRENCH) in (None, "Lyon")


def test_the_answer_can_be_written_as_json() -> None:
    assert json.dumps(place_in("à Nîmes", Language.FRENCH), ensure_ascii=False) == '"Nîmes"'
