"""Words are found wherever they stand, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.probe.words import Words

KNOWN = ("abcdefg", "abcd", "cloudflare", "challenge-platform", "maintenance en cours", "зараз", "não é", "aaaaaaaaaa")


@given(st.text("abcdefg çéзра\n", max_size=40), st.sampled_from(KNOWN), st.text("abcdefg çéз", max_size=40))
def test_a_word_is_found_at_every_place(before: str, word: str, after: str) -> None:
    text = before + word + after
    assert Words(KNOWN).among(text) == {each for each in KNOWN if each in text}


@given(st.text("abcd", max_size=60), st.lists(st.text("abcd", min_size=1, max_size=12)))
def test_what_is_found_is_what_a_search_finds(text: str, words: list[str]) -> None:
    assert Words(words).among(text) == {word for word in words if word in text}


@pytest.mark.parametrize("text", ["", "a", "abc", "abcdef"])
def test_short_texts_have_few_words(text: str) -> None:
    assert Words(KNOWN).among(text) == {word for word in KNOWN if word in text}
