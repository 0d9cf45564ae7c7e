"""No page makes a fingerprint slow: for every expression and word, pages made of its own beginnings, over and over."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.probe.fingerprints import Fingerprint, Page
from bot.probe.rows import read_fingerprints

SHIPPED = read_fingerprints(Path("config/fingerprints.toml").read_text(encoding="utf-8"))
FIRST_KIB = 64 * 1024
LIMIT_S = 0.05


def baits(row: Fingerprint) -> Iterator[str]:
    """The plain text in a row's expressions, over and over; then its words without their ends."""
    patterns = [*(each for _, each in row.headers), *filter(None, (row.titled, row.unless_titled))]
    pieces = [piece for each in patterns for piece in re.findall(r"[^\W_](?:[\w '’-]*[^\W_])?", each.pattern)]
    words = [word[:-1] for word in (*row.words, *row.unless_words)]
    for each in {"".join(pieces), "  ".join(pieces), "  ".join(words), *(pieces[:1]), *(pieces[-1:])} - {""}:
        yield each * (FIRST_KIB // len(each))
    yield "".join(pieces[:1]) + " " * FIRST_KIB


def pages(row: Fingerprint, bait: str) -> Iterator[Page]:
    headers = {name: bait[:500] for name, _ in row.headers}
    for text in (
        f"<title>{bait}",
        f"<title>{bait[:190]}</title><h1>{bait[:190]}</h1>{bait}",
        f"<h1>{bait[:3000]}<{bait}",
    ):
        yield Page((row.status or (200,))[0], row.hosts or ("site.example",), headers, 2000, text[:FIRST_KIB])


@pytest.mark.parametrize("row", SHIPPED.rows, ids=lambda row: row.id)
def test_bait_for_a_fingerprint_is_read_quickly(row: Fingerprint) -> None:
    for bait in baits(row):
        for page in pages(row, bait):
            assert _cpu_s(page) < LIMIT_S or _cpu_s(page) < LIMIT_S, bait[:100]


def _cpu_s(page: Page) -> float:
    fresh = Page(page.status, page.hosts, page.headers, page.size, page.text)  # a page remembers what was read of it
    began = time.thread_time()
    SHIPPED.marks(fresh)
    return time.thread_time() - began
