"""Posts in each of the eight languages are read, and known by their tag where their words do not tell."""

import pytest

from bot.cli.words import WORDS
from bot.model import Language
from bot.understanding import understand


@pytest.mark.parametrize("language", Language)
def test_a_post_with_only_a_name_has_the_language_of_its_tag(language: Language) -> None:
    assert understand("@panne Xyzzy 503 ?", tag=f"{language}-XX", default=Language.FRENCH).language is language


@pytest.mark.parametrize("language", Language)
def test_a_post_with_only_a_name_and_no_tag_has_the_default_language(language: Language) -> None:
    assert understand("@panne Xyzzy 503 ?", tag=None, default=language).language is language


def test_the_terminal_greets_in_every_language() -> None:
    assert set(WORDS) == set(Language)
