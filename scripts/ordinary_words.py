#!/usr/bin/env python3
"""Make bot/understanding/ordinary_words.txt: the words that no small letter makes a platform's name.

    .venv/bin/python -m pip install wordfreq==3.1.1     # the bot does not need it
    .venv/bin/python scripts/ordinary_words.py

The frequencies are those of wordfreq (https://github.com/rspeer/wordfreq), whose data are licensed CC BY-SA 4.0, and so
is the list. Names of platforms that are frequent enough to be in it are left out by hand, below.
"""

import re
from pathlib import Path

from wordfreq import top_n_list

from bot.understanding.gazetteer import folded_word

FILE = Path(__file__).parents[1] / "bot" / "understanding" / "ordinary_words.txt"
LANGUAGES = "fr en es de it pt nl ca"
MOST = 25_000
SHORTEST = 3
PLATFORMS = frozenset({"netflix", "spotify", "marktplaats", "kosmos", "syracuse"})


def main() -> None:
    """Write the words of all languages, sorted, under the comment that the file has already."""
    written = (word for language in LANGUAGES.split() for word in top_n_list(language, MOST))
    folded = {folded_word(part) for word in written for part in re.split(r"\W+", word)}
    words = {word for word in folded if word.isascii() and word.isalpha() and len(word) >= SHORTEST}
    head = [line for line in FILE.read_text("utf-8").splitlines() if line.startswith("#")]
    FILE.write_text("\n".join([*head, *sorted(words - PLATFORMS)]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
