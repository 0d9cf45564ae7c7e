"""Names that strangers make up: whatever they write, what we repeat calls nobody, leads nowhere, and stays short."""

import re
import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from bot.catalogue.finding import LONGEST_UNKNOWN_NAME, defang
from bot.model import AskForAddress, Language
from bot.social.bluesky_text import link_facets
from bot.wording import word
from tests.fakes.flow import PARIS

HANDLE = re.compile(r"[@\uff20\ufe6b]")
HASHTAG = re.compile(r"[#\uff03\ufe5f]")
LINK = re.compile(r"\w://|\w\.\w|www\.|mailto:|javascript:", re.IGNORECASE)
PIECES = st.sampled_from(
    [
        "@lea",
        "@lea@social.example",
        "\uff20lea",
        "#tag",
        "\uff03tag",
        "https://x.example/a",
        "HTTP://X",
        "x.example",
        "::",
        "x\u3002example",
        "//x",
        "\u202e",
        "\u200b",
        "\u2066",
        "\ufeff",
        "\x00",
        "\n",
        "<b>",
        "](x)",
        "`",
        "Trucmuche",
        " ",
        "mailto:lea",
        "javascript:x",
        "h\u200bttps://x.example",
        "https\n://x.example",
        "\u0301" * 30,
        "\U000e0041",
    ]
)
HOSTILE = st.lists(PIECES | st.text(max_size=8), max_size=12).map("".join)


@given(HOSTILE)
@example("https://evil.example/@lea")
@example("\u202eelpmaxe.live//:sptth")
@example("h@ttps://x.example")
@example("a#@b")
def test_a_name_that_is_repeated_calls_nobody_and_leads_nowhere(name: str) -> None:
    said = defang(name)
    if said is None:
        return
    assert 0 < len(said) <= LONGEST_UNKNOWN_NAME
    assert not HANDLE.search(said)
    assert not HASHTAG.search(said)
    assert not LINK.search(said)
    assert all(unicodedata.category(letter)[0] != "C" for letter in said)
    assert link_facets(word(AskForAddress(said), language=Language.FRENCH, limit=300, zone=PARIS)) == []


@given(st.text(alphabet=st.characters(categories=["L"]), min_size=1, max_size=20))
def test_an_ordinary_name_is_repeated_as_written(name: str) -> None:
    assert defang(name) == name


def test_marks_upon_marks_are_cut() -> None:
    assert defang("Z" + "\u0301" * 200) is not None
    assert len(defang("Z" + "\u0301" * 200) or "") <= 3
