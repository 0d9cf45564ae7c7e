"""What strangers write becomes a host, or is refused; redirects pass the same gate."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.probe.gate import HostRefusedError, Place, host_of, redirect_of

BASE = Place("https", "site.example", None, "/a/b?c")

REFUSED = [
    *("127.0.0.1", "2130706433", "0177.0.0.1", "0x7f000001", "0x7f.1", "127.1", "0", "http://[::1]/"),
    *("http://[::ffff:7f00:1]/", "[::]", "::1", "0.0.0.0", "localhost", "foo.localhost", "db.internal"),
    *("imprimante.local", "abc.onion", "metadata.google.internal", "redis", "http://good.fr@127.0.0.1/"),
    *("http://good.fr:80@127.0.0.1/", "good.fr\\@127.0.0.1", "127.0.0.1#@good.fr", "127.0.0.1?@good.fr"),
    *("http://good.fr:22/", "http://good.fr:6379/", "file:///etc/passwd", "gopher://good.fr/", "javascript:alert(1)"),
    *("http://１２７.０.０.１/", "http://127。0。0。1/", "http://①②⑦.⓪.⓪.①/", "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/"),
    *("http://good.fr%00.evil.fr/", "http://127.0.0.1%2f@good.fr/", "http://good.fr\r\nHost: evil"),
    *("http://a..fr/", "http://" + "a" * 64 + ".fr/", "http://" + "a." * 127 + "fr", "", " ", "x" * 5000 + ".fr"),
    *("http://", "http:///path", "good.fr.1", "-a.fr", "a_b.fr", "http://good.fr:443443/", "1.2.3.4.in-addr.arpa"),
]


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: repr(text)[:40])
def test_it_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(HostRefusedError) as refused:
        host_of(text)
    assert 0 < len(refused.value.reason) < 60


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("http://good.fr/?u=http://127.0.0.1/", "good.fr"),
        ("HTTPS://Good.FR.", "good.fr"),
        ("www.bibliothèque.fr", "www.xn--bibliothque-59a.fr"),
        ("https://cairn.info/revue-2009-1?a=b#c", "cairn.info"),
        ("good.fr:443", "good.fr"),
        ("  cairn.info ", "cairn.info"),
        ("faß.de", "xn--fa-hia.de"),
    ],
)
def test_a_host_is_read_and_its_path_dropped(text: str, host: str) -> None:
    assert host_of(text) == host


@given(some.text(max_size=60))
def test_whatever_is_written_a_host_or_a_refusal_comes_out(text: str) -> None:
    try:
        host = host_of(text)
    except HostRefusedError:
        return
    assert host.isascii()
    assert host == host.lower()
    assert not host.rpartition(".")[2].isdigit()


@given(some.ip_addresses(v=4), some.sampled_from(["", "http://", "https://x@", "http://a.fr\\@"]), some.data())
def test_no_spelling_of_an_address_passes(ip: IPv4Address, before: str, data: some.DataObject) -> None:
    number, parts = int(ip), str(ip).split(".")
    bases = some.sampled_from(["{}", "0x{:x}", "0{:o}", "0x{:08x}"])
    spelt = ".".join(data.draw(bases).format(int(part)) for part in parts)
    wide = spelt.translate({ord(digit): 0xFF10 + int(digit) for digit in "0123456789"})
    dots = data.draw(some.sampled_from([".", "。", "．", "｡"]))
    whole = data.draw(bases).format(number)
    for text in (spelt, spelt.replace(".", dots), wide, whole, f"[::ffff:{ip}]", f"[::{ip}]", f"{parts[0]}.{number}"):
        with pytest.raises(HostRefusedError):
            host_of(before + text)
        with pytest.raises(HostRefusedError):
            redirect_of(f"http://{text}/", BASE)
        with pytest.raises(HostRefusedError):
            redirect_of(f"//{text}/", BASE)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/x", "https://site.example/x"),
        ("x", "https://site.example/a/x"),
        ("?q=1", "https://site.example/a/b?q=1"),
        ("//other.example/y", "https://other.example/y"),
        ("http://other.example:80/é?x=é", "http://other.example/%C3%A9?x=%C3%A9"),
        ("http://other.example:443/", "http://other.example:443/"),
        ("/a b?c d", "https://site.example/a%20b?c%20d"),
        ("http://other.example/a b", "http://other.example/a%20b"),
        ("#top", "https://site.example/a/b?c"),
        ("/x?next=http://127.0.0.1/", "https://site.example/x?next=http://127.0.0.1/"),
        ("https://idp.example/sso?SAMLRequest=" + "A" * 5000, "https://idp.example/sso?SAMLRequest=" + "A" * 5000),
    ],
    ids=lambda text: text[:40],
)
def test_a_redirect_is_read_against_where_it_came_from(location: str, url: str) -> None:
    assert redirect_of(location, BASE).url == url


@pytest.mark.parametrize(
    "location",
    [
        "http:///path",
        "https:evil.fr",
        "http://redis:6379/",
        "ftp://a.fr/",
        "http://a b.fr/",
        "//a b/",
        "http:// a.fr/",
        "/a\tb",
        "http://a.fr:22/",
        "//a.fr/" + "x" * 8192,
        "/" + "é" * 4000,
        f"//{'a.' * 3000}fr/",
    ],
    ids=lambda text: text[:20],
)
def test_a_redirect_is_refused_alike(location: str) -> None:
    with pytest.raises(HostRefusedError):
        redirect_of(location, BASE)


def test_a_scheme_with_a_space_is_a_path_of_the_same_site() -> None:
    assert redirect_of("http ://127.0.0.1/", BASE).host == BASE.host


def test_a_redirect_to_the_catalogues_own_port_stays_on_it() -> None:
    own = Place("http", "site.example", 8080)
    assert redirect_of("/x", own, own_port=8080).port == 8080
    assert redirect_of("http://site.example:8080/x", own, own_port=8080).port == 8080
    with pytest.raises(HostRefusedError):
        redirect_of("http://other.example:8080/x", own, own_port=8080)
