"""The platform files: the shipped ones load, broken ones say what to write instead."""

from pathlib import Path

import pytest

from bot.catalogue import CatalogueError, read_catalogue
from bot.model import Kind

ROOT = Path(__file__).parents[2]
GOOD = '[a]\nname = "A"\nkind = "dev"\nhosts = ["a.org"]\nurls = [{ role = "home", url = "https://www.a.org/" }]\n'


def shipped() -> dict[str, str]:
    return {file.name: file.read_text("utf-8") for file in sorted((ROOT / "config/platforms").glob("*.toml"))}


def test_every_shipped_entry_loads() -> None:
    assert len(read_catalogue(shipped()).platforms) == 770


def test_there_is_one_file_a_kind_and_its_entries_are_sorted() -> None:
    files = shipped()
    assert sorted(files) == sorted(f"{kind.value}.toml" for kind in Kind)
    for text in files.values():
        ids = [line for line in text.splitlines() if line.startswith("[")]
        assert ids == sorted(ids, key=lambda line: line.strip("[]"))


def faults(text: str, *, allow_local: bool = False) -> str:
    with pytest.raises(CatalogueError) as raised:
        read_catalogue({"f.toml": text}, allow_local=allow_local)
    return str(raised.value)


BROKEN = {
    "no TOML": ("[a\n", "f.toml:1: this is not TOML: "),
    "a field outside an entry": ('x = "y"\n', "f.toml:1: [x] 'x' stands outside any entry; write [x] above its fields"),
    "an odd id": (GOOD.replace("[a]", "[A_b]"), "f.toml:1: [A_b] the id 'A_b' has odd characters; write a-z, 0-9"),
    "no name": ('[a]\nkind = "dev"\n', "f.toml:1: [a] the entry has no name; write name = …"),
    "an unknown kind": (GOOD.replace('"dev"', '"x"'), "f.toml:3: [a] the kind 'x' is unknown; write one of: docelec,"),
    "an unknown field": (GOOD + "colour = 1\n", "f.toml:6: [a] the field 'colour' is unknown; write one of: accounts,"),
    "a wrong type": (GOOD + "enabled = 1\n", "f.toml:6: [a] enabled must be true or false, without quotes"),
    "no list": (GOOD + 'aliases = "b"\n', 'f.toml:6: [a] aliases must be a list of texts; write aliases = ["…", "…"]'),
    "weak and strong": (
        GOOD + 'aliases = ["B"]\nweak = ["b"]\n',
        "f.toml:7: [a] 'B' is in aliases and in weak; keep it in weak if it is ambiguous",
    ),
    "one name twice": (
        GOOD + '[b]\nname = "à"\nkind = "dev"\n',
        "f.toml:6: [b] the name 'à' is taken by [a]; take it out of one of the two",
    ),
    "one host twice": (
        GOOD + '[b]\nname = "B"\nkind = "dev"\nhosts = ["a.org"]\n',
        "f.toml:6: [b] the host 'a.org' is taken by [a]; take it out of one of the two",
    ),
    "a home elsewhere": (
        GOOD.replace("www.a.org", "www.b.org"),
        "f.toml:1: [a] the home host 'www.b.org' is under none of hosts; add it to hosts",
    ),
    "an address in figures": (
        GOOD.replace("www.a.org", "10.0.0.1"),
        "f.toml:5: [a] url: '10.0.0.1' is an address; write the host's name",
    ),
    "a private host": (
        GOOD.replace('"a.org"', '"a.local"'),
        "f.toml:4: [a] 'a.local' is not a public host; write one that the internet knows",
    ),
    "no web address": (
        GOOD.replace("https", "ftp"),
        "f.toml:5: [a] 'ftp://www.a.org/' is not a web address; write it like 'https://www.example.org/'",
    ),
    "no punycode": (
        GOOD.replace('"a.org"', '"é.org"'),
        "f.toml:4: [a] 'é.org' is not in punycode; write 'xn--9ca.org'",
    ),
    "a wrong interval": (GOOD + "min_interval_s = 0\n", "f.toml:6: [a] min_interval_s must be a number of seconds,"),
    "an unknown organisation": (
        GOOD + 'behind = "zz"\n',
        "f.toml:1: [a] behind = 'zz' is no entry; write the id of an entry, or leave it out",
    ),
}


@pytest.mark.parametrize(("text", "sentence"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_says_what_to_write(text: str, sentence: str) -> None:
    assert sentence in faults(text)


def test_all_faults_of_all_files_are_told_at_once() -> None:
    with pytest.raises(CatalogueError) as raised:
        read_catalogue({"x.toml": "[a\n", "y.toml": GOOD.replace('"dev"', '"x"'), "z.toml": GOOD + "enabled = 1\n"})
    assert {fault.file for fault in raised.value.faults} == {"x.toml", "y.toml", "z.toml"}


LOCAL = GOOD.replace("https://www.a.org/", "http://127.0.0.1:8080/x").replace('"a.org"', '"a.test"')


def test_a_url_with_a_port_may_be_local() -> None:
    (platform,) = read_catalogue({"f.toml": LOCAL}).platforms.values()
    assert platform.targets[0].url == "http://127.0.0.1:8080/x"


def test_allow_local_lets_private_hosts_in() -> None:
    text = LOCAL.replace(":8080", "")
    assert "127.0.0.1" in faults(text)
    assert read_catalogue({"f.toml": text}, allow_local=True).platforms
