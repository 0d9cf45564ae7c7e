"""Every post of tests/corpus is understood as its entry says."""

import tomllib
from pathlib import Path
from typing import NotRequired, TypedDict

import pytest

from bot.catalogue import Catalogue, read_catalogue
from bot.model import Act, Language
from bot.understanding import understand

ROOT = Path(__file__).parents[2]


class Post(TypedDict):
    text: str
    act: str
    targets: list[str]
    thread: NotRequired[str]
    place: NotRequired[str]


def posts(language: str) -> list[Post]:
    return tomllib.loads((ROOT / f"tests/corpus/{language}.toml").read_text("utf-8"))["post"]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_catalogue({file.name: file.read_text("utf-8") for file in (ROOT / "config/platforms").glob("*.toml")})


def check(post: Post, language: Language, catalogue: Catalogue) -> None:
    intent = understand(post["text"], tag=None, default=language, thread=post.get("thread"), names=catalogue.names_in)
    found = catalogue.find(intent)
    unknown = [f"unknown:{found.unknown}"] if found.unknown and not found.platforms else []
    targets = sorted([platform.key for platform in found.platforms] + unknown)
    assert (found.act, targets) == (Act(post["act"]), sorted(post["targets"])), intent.cues
    if "thread" in post:
        assert intent.place == post.get("place")
    if len(post["text"].split()) >= 4 and found.act is not Act.NONE:
        assert intent.language is language


@pytest.mark.parametrize("post", posts("fr"), ids=lambda post: post["text"])
def test_french_posts(post: Post, catalogue: Catalogue) -> None:
    check(post, Language.FRENCH, catalogue)


@pytest.mark.parametrize("post", posts("en"), ids=lambda post: post["text"])
def test_english_posts(post: Post, catalogue: Catalogue) -> None:
    check(post, Language.ENGLISH, catalogue)


def test_a_bare_mention_asks_for_help() -> None:
    assert understand("@panne", tag=None, default=Language.FRENCH).act is Act.HELP


def test_a_bare_mention_under_a_question_asks_what_the_question_asks(catalogue: Catalogue) -> None:
    intent = understand("@panne ?", tag=None, default=Language.FRENCH, parent="Gallica est en panne chez vous ?")
    assert intent.act is Act.ASK
    assert [platform.key for platform in catalogue.find(intent).platforms] == ["gallica"]
