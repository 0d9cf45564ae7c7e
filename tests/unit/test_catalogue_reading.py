"""The platform files: the shipped ones load, broken ones say what to write instead."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalogue import CatalogueError, read_catalogue
from bot.catalogue.entry import STATUS_KINDS
from bot.model import Accounts, Kind, Language
from bot.official.formats import KINDS

ROOT = Path(__file__).parents[2]
GOOD = '[a]\nname = "A"\nkind = "dev"\nhosts = ["a.org"]\nurls = [{ role = "home", url = "https://www.a.org/" }]\n'


def shipped() -> dict[str, str]:
    return {file.name: file.read_text("utf-8") for file in sorted((ROOT / "config/platforms").glob("*.toml"))}


def test_every_shipped_entry_loads() -> None:
    assert len(read_catalogue(shipped()).platforms) == 770


def test_no_shipped_entry_mentions_its_provider_that_is_for_the_operator_to_arrange() -> None:
    assert [platform.key for platform in read_catalogue(shipped()).platforms.values() if platform.notify] == []


def test_the_account_of_a_provider_who_wants_to_be_mentioned_is_read() -> None:
    more = 'accounts = { mastodon = "@a@b.org", bluesky = "@a.org", language = "de" }\nnotify = true\n'
    platform = read_catalogue({"f.toml": GOOD + more}).platforms["a"]
    assert (platform.accounts, platform.notify) == (Accounts("@a@b.org", "@a.org", Language.GERMAN), True)


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
    "an unknown kind": (GOOD.replace('"dev"', '"x"'), "f.toml:3: [a] the kind 'x' is unknown; write"),
    "an unknown field": (GOOD + "colour = 1\n", "f.toml:6: [a] the field 'colour' is unknown; write one of: accounts,"),
    "a wrong type": (GOOD + "enabled = 1\n", "f.toml:6: [a] enabled must be true or false, without quotes"),
    "no list": (GOOD + 'aliases = "b"\n', 'f.toml:6: [a] aliases must be a list of texts; write aliases = ["…", "…"]'),
    "weak and strong": (
        GOOD + 'aliases = ["B"]\nweak = ["b"]\n',
        "f.toml:7: [a] 'B' is in aliases and in weak; keep it in weak if it is ambiguous",
    ),
    "one name twice": (
        GOOD + '[b]\nname = "à"\nkind = "dev"\n',
        "f.toml:7: [b] the name 'à' is taken by [a]; take it out of one of the two",
    ),
    "one host twice": (
        GOOD + '[b]\nname = "B"\nkind = "dev"\nhosts = ["a.org"]\n',
        "f.toml:9: [b] the host 'a.org' is taken by [a]; take it out of one of the two",
    ),
    "a home elsewhere": (
        GOOD.replace("www.a.org", "www.b.org"),
        "f.toml:5: [a] the home host 'www.b.org' is under none of hosts; add it to hosts",
    ),
    "an address in figures": (
        GOOD.replace("www.a.org", "10.0.0.1"),
        "f.toml:5: [a] url: '10.0.0.1' is an address; write the host's name",
    ),
    "a private host": (
        GOOD.replace('"a.org"', '"a.local"'),
        "f.toml:4: [a] 'a.local' is not a public host; write one that the internet knows or, if it is your own, "
        "urls with a port",
    ),
    "no web address": (
        GOOD.replace("https", "ftp"),
        "f.toml:5: [a] 'ftp://www.a.org/' is not a web address; write it like 'https://www.example.org/'",
    ),
    "no punycode": (
        GOOD.replace('"a.org"', '"é.org"'),
        "f.toml:4: [a] 'é.org' is not in punycode; write 'xn--9ca.org'",
    ),
    "an account without its server": (
        GOOD + 'accounts = { mastodon = "@a" }\n',
        "f.toml:6: [a] '@a' is no Mastodon account; write mastodon = \"@name@server.example\"",
    ),
    "a Mastodon account for Bluesky": (
        GOOD + 'accounts = { bluesky = "@a@b.org" }\n',
        "f.toml:6: [a] '@a@b.org' is no Bluesky account; write bluesky = \"@name.bsky.social\"",
    ),
    "an account that would mention somebody else as well": (
        GOOD + 'accounts = { mastodon = "@a@b.org @c@d.org" }\n',
        "f.toml:6: [a] '@a@b.org @c@d.org' is no Mastodon account",
    ),
    "a language that the bot does not speak": (
        GOOD + 'accounts = { bluesky = "@a.org", language = "fi" }\n',
        "f.toml:6: [a] the language 'fi' is unknown; write one of: fr, en,",
    ),
    "a provider to mention who has no account": (
        GOOD + "notify = true\n",
        "f.toml:6: [a] notify = true needs an account of the provider; write accounts = { mastodon = ",
    ),
    "a contact that is no address": (
        GOOD + 'contact = "@support"\n',
        "f.toml:6: [a] '@support' is neither a mail address nor a page; write contact = \"support@example.org\"",
    ),
    "a contact that a page would run": (
        GOOD + 'contact = "https://a.org/<script>"\n',
        "f.toml:6: [a] 'https://a.org/<script>' is neither a mail address nor a page",
    ),
    "a wrong interval": (GOOD + "min_interval_s = 0\n", "f.toml:6: [a] min_interval_s must be a number of seconds,"),
    "an unknown organisation": (
        GOOD + 'behind = "zz"\n',
        "f.toml:6: [a] behind = 'zz' is no entry; write the id of an entry, or leave it out",
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


SLIPS = {
    "a header not closed": ("[a\n", "f.toml:1: this is not TOML"),
    "an id with a space": ('[Ma Bib]\nname = "A"\nkind = "dev"\n', "f.toml:1: [Ma Bib] an id has no spaces, accents"),
    "an id with accents": ('[Érudit]\nname = "A"\nkind = "dev"\n', "or apostrophes; write [erudit]"),
    "an id with an apostrophe": (GOOD + '[l\'ent]\nname = "A"\n', "f.toml:6: [l'ent] an id has no spaces"),
    "a text not closed": ('[a]\nname = "A\nkind = "dev"\n', "f.toml:2: [a] this is not TOML: "),
    "curly quotes": (
        "[a]\nname = «A»\n",
        'f.toml:2: [a] this is not TOML: the quotes must be straight ones; write "…"',
    ),
    "no quotes": (
        "[a]\nname = A\n",
        "f.toml:2: [a] this is not TOML: Invalid value; put texts between straight quotes",
    ),
    "a field twice": ('[a]\nname = "A"\nname = "B"\n', "f.toml:3: [a] this is not TOML"),
    "an entry twice": (GOOD + GOOD, "f.toml:6: [a] the id is taken by f.toml:1; choose another"),
    "a list not closed": ('[a]\naliases = ["x"\nkind = "dev"\n', "f.toml:3: [a] this is not TOML"),
    "a slip in a field": (GOOD + 'alises = ["b"]\n', "f.toml:6: [a] the field 'alises' is unknown; write aliases"),
    "a slip in a role": (GOOD.replace('"home"', '"hom"'), "f.toml:5: [a] the role 'hom' is unknown; write home"),
    "a slip in the format of a status page": (
        GOOD + 'status = { kind = "statuspge", url = "https://s.a.org/" }\n',
        "f.toml:6: [a] the format 'statuspge' is unknown; write statuspage",
    ),
    "a hundred thousand brackets": (
        "[a]\nx = " + "[" * 100_000 + "\n",
        "f.toml:1: [a] this is not TOML: too many brackets",
    ),
    "a lone carriage return": ('[a]\rname = "A"\n', "f.toml:1: this is not TOML"),
}


@pytest.mark.parametrize(("text", "sentence"), SLIPS.values(), ids=SLIPS.keys())
def test_a_slip_is_told_with_its_line(text: str, sentence: str) -> None:
    assert sentence in faults(text)


@pytest.mark.parametrize("form", [GOOD.replace("\n", "\r\n"), "\ufeff" + GOOD, GOOD.replace("name", "\tname")])
def test_line_ends_byte_order_marks_and_tabs_do_no_harm(form: str) -> None:
    assert list(read_catalogue({"f.toml": form}).platforms) == ["a"]


def test_one_broken_entry_does_not_hide_the_faults_of_the_others() -> None:
    text = GOOD.replace('"dev"', '"x"') + '[b]\nname = B\n[c]\nname = "C"\nkind = 1\n'
    assert [line.split(" ")[0] for line in faults(text).splitlines()] == [
        "f.toml:3:",
        "f.toml:7:",
        "f.toml:10:",
    ]


def test_an_empty_name_does_not_hide_what_is_wrong_with_the_others() -> None:
    text = GOOD + '[b]\nname = "B"\nkind = "dev"\naliases = ["A", ""]\n'
    assert faults(text).splitlines() == [
        "f.toml:9: [b] a text of aliases is empty; take it out",
        "f.toml:9: [b] the name 'A' is taken by [a]; take it out of one of the two",
    ]


def test_faults_are_told_in_french_as_well() -> None:
    with pytest.raises(CatalogueError) as raised:
        read_catalogue({"f.toml": GOOD.replace("a.org", "A.org")}, language=Language.FRENCH)
    assert "f.toml:4: [a] 'A.org' a des capitales ; écrivez 'a.org'" in str(raised.value)


@given(st.text())
def test_any_text_is_read_or_refused_in_order(text: str) -> None:
    try:
        read_catalogue({"f.toml": text}, own_files={"u.toml": text})
    except CatalogueError as error:
        places = [(fault.file, fault.line) for fault in error.faults]
        assert places == sorted(places)
        assert all(1 <= line <= text.count("\n") + 1 for _, line in places)


def test_every_format_of_status_page_that_is_read_may_be_written() -> None:
    assert set(KINDS) <= set(STATUS_KINDS)


# What the catalogue began with. More may come; what was known does not get lost.
LEAST = {
    Kind.DOCELEC: 298,
    Kind.LIBRARY_SERVICE: 79,
    Kind.CLOUD: 59,
    Kind.PUBLIC_SERVICE: 51,
    Kind.MEDIA: 49,
    Kind.SOCIAL: 40,
    Kind.OTHER: 38,
    Kind.EDUCATION: 33,
    Kind.BANK: 26,
    Kind.DEV: 26,
    Kind.SHOPPING: 23,
    Kind.TELECOM: 17,
    Kind.AI: 17,
    Kind.GAME: 14,
}


def test_no_shipped_entry_has_lost_its_facts() -> None:
    platforms = read_catalogue(shipped()).platforms.values()
    count = Counter(platform.kind for platform in platforms)
    assert {kind: min(count[kind], least) for kind, least in LEAST.items()} == LEAST
    assert sum(len(platform.hosts) for platform in platforms) >= 1087
    assert sum(len(platform.targets) for platform in platforms) >= 861
    assert sum(len(platform.aliases) + len(platform.weak) for platform in platforms) >= 1900
    assert sum(platform.status_page is not None for platform in platforms) >= 158
    assert sum(platform.bot_wall is not None for platform in platforms) >= 88
    assert sum(platform.self_hostable for platform in platforms) >= 23
    assert sum(bool(platform.customer_hosts) for platform in platforms) >= 37
    assert [platform.key for platform in platforms if not platform.enabled] == ["sci-hub"]
    assert all(platform.sources for platform in platforms)
    assert all(platform.targets or platform.self_hostable or not platform.probe for platform in platforms)
    assert sum(bool(platform.weak and platform.weak_note) for platform in platforms) >= 136
