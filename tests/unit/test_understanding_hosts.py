"""Addresses in posts: hosts are found, secrets go, and no text breaks it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Act, Language
from bot.understanding import hosts_in, understand, without_secrets

HOSTS = {
    "a bare host": ("www.Cairn.info est mort ?", ("www.cairn.info",)),
    "port, user, path and query": ("https://me:pw@x.example:8443/a?b=c#d", ("x.example",)),
    "an international name": ("https://médiathèque.example/", ("xn--mdiathque-53af.example",)),
    "an address within another": ("https://proxy.example/login?url=https://www.jstor.org/x", ("www.jstor.org",)),
    "an encoded address within": ("https://p.example/login?qurl=https%3A%2F%2Fhal.science%2Fx", ("hal.science",)),
    "no e-mail address": ("écrivez à help@cairn.info", ()),
    "no handle": ("@panne.bsky.example bonjour", ()),
    "figures": ("http://192.168.1.1/ ?", ("192.168.1.1",)),
}


@pytest.mark.parametrize(("text", "hosts"), HOSTS.values(), ids=HOSTS.keys())
def test_hosts_are_read(text: str, hosts: tuple[str, ...]) -> None:
    assert hosts_in(text) == hosts


SECRETS = {
    "path and query": ("voir https://x.example/a/b?token=t#f !", "voir https://x.example/ !"),
    "user name": ("https://me:pw@x.example/", "https://x.example/"),
    "address within": (
        "https://proxy.example/login?url=https://www.jstor.org/s?k=1",
        "https://proxy.example/?url=https://www.jstor.org/",
    ),
    "address within, sign-in and quotes": (
        "« https://p.example/login?url=https://x.example/a?t=1&entityID=https://idp.example/b », oui ?",
        "« https://p.example/?url=https://x.example/&entityID=https://idp.example/ », oui ?",
    ),
    "longer than any address": (f"https://x.example/{'a' * 2100}/t est mort", "https://x.example/ est mort"),
    "a long bare host": (f"x.example/{'a' * 2100}/t est mort", "x.example/ est mort"),
    "an address broken by a space": ("https://x.example/a b?token=t&x=1 HS ?", "https://x.example/ b HS ?"),
    "no host of the internet": ("localhost:8080/x?token=t HS ?", "localhost:8080/x HS ?"),
    "another scheme": ("ftp://x.example/?token=t HS ?", "ftp://x.example/ HS ?"),
    "no query": ("HAL HS ? 2+2=4 ?", "HAL HS ? 2+2=4 ?"),
    "bare host": ("x.example/a?token=t est mort", "x.example/ est mort"),
    "no address": ("Cairn est mort ?", "Cairn est mort ?"),
}


@pytest.mark.parametrize(("text", "kept"), SECRETS.values(), ids=SECRETS.keys())
def test_secrets_are_taken_out(text: str, kept: str) -> None:
    assert without_secrets(text) == kept
    assert without_secrets(kept) == kept


@given(st.text(max_size=400), st.text(max_size=200) | st.none())
def test_no_text_breaks_the_understanding(text: str, parent: str | None) -> None:
    intent = understand(text, tag="xx", default=Language.FRENCH, parent=parent)
    assert intent.act in Act
    without_secrets(text)


@given(
    st.text(max_size=40),
    st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789-._~%&=/:@?[]()',;!+*$é", max_size=40),
    st.text(max_size=40),
)
def test_no_query_is_ever_kept(before: str, query: str, after: str) -> None:
    kept = without_secrets(f"{before} https://proxy.example/x?{query}&ticket=SECRET7 {after}")
    assert "SECRET7" not in kept


HOSTILE = {
    "one long word": "a" * 5000,
    "dots": "a." * 2500,
    "question marks": "?" * 5000,
    "quotes": "« " * 2500,
    "commas": "Cairn marche, " * 360,
    "slashes": "https://" * 620,
    "hyphens": "a-" * 2500,
    "capitals": "Aa " * 1600,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_post_is_read_in_no_time(text: str) -> None:
    understand("warm up", tag=None, default=Language.FRENCH)
    started = time.process_time()
    understand(text, tag=None, default=Language.FRENCH)
    without_secrets(text)
    assert time.process_time() - started < 0.3
