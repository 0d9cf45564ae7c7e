"""Whatever people or machines write, it is understood as something: 200,000 posts at random, in every run the same."""

import random
import unicodedata

import pytest

from bot.catalogue import Catalogue, Found
from bot.model import Act, Language, Platform
from bot.understanding import understand

POSTS = 200_000
SEED = 20261125
PIECES = (
    "<p>", "</p>", "<br/>", "<a href='https://x.example/?a=1'>", "&amp;", "&#x27;", "<script>", "]]>", "<!--",
    "@panne", "@a@b.example", "#HAL", "https://", "http://1.2.3.4/", "www.cairn.info",
    "www-a-b.proxy.univ-x.fr", "?url=https://", "Cairn", "est en panne", "?", "down", "c'est moi ou", "«",
    "»", "“", "…", "’", "\xa0", "\u202f", "\u200d", "\u202e", "\ue000", "\ue001", "\ue002", "\x00", "\ud800",
    "\U0001f469\u200d\U0001f4bb", "é", "\ufb01", "\uff43\uff41\uff49\uff52\uff4e", "à", "Rennes 2", "-",
    "--", ".", "xn--", "stop", "0name", "#always", "\t", "\n", "'", '"', "\\", "%s", "{x}", "(", ")",
    "1" * 40, "a" * 300,
)  # fmt: skip
CATALOGUE = Catalogue((Platform("cairn", "Cairn.info", weak=("Cairn",), hosts=("cairn.info",)),))


def post(rng: random.Random) -> str:
    def piece() -> str:
        if rng.random() < 0.6:
            return rng.choice(PIECES)
        return "".join(chr(rng.randrange(0x110000)) for _ in range(rng.randrange(4)))

    return rng.choice(("", " ")).join(piece() for _ in range(rng.randrange(7)))


@pytest.mark.timeout(600)  # a minute on an idle machine
def test_no_post_at_random_breaks_the_understanding() -> None:
    rng = random.Random(SEED)  # noqa: S311 - variety, no secret
    acts: set[Act] = set()
    for _ in range(POSTS):
        text, thread = post(rng), rng.choice((None, None, "cairn"))
        parent = post(rng) if rng.random() < 0.1 else None
        intent = understand(
            text, tag=None, default=Language.FRENCH, parent=parent, thread=thread, names=CATALOGUE.names_in
        )
        found = CATALOGUE.find(intent)
        assert isinstance(found, Found)
        assert all(unicodedata.normalize("NFKC", host).isascii() for host in intent.hosts)
        acts.add(intent.act)
    assert len(acts) > 4  # it does not take the easy way out
