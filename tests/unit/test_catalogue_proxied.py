"""Addresses as people paste them from behind a library's proxy: platform, proxy and sign-in service are read back."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from bot.catalogue import Catalogue, Found, read_catalogue
from bot.model import Act, Between, Intent, Language
from bot.understanding import understand, without_secrets

ROOT = Path(__file__).parents[2]
SECRET = "S3CRET"
KNOWN, UNKNOWN, FOREIGN = "ezproxy.univ-paris1.fr", "ezproxy.univ-exemple.fr", "libproxy.example.ac.uk"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_catalogue({file.name: file.read_text("utf-8") for file in (ROOT / "config/platforms").glob("*.toml")})


def found(catalogue: Catalogue, address: str) -> Found:
    """As in the real flow: the secrets go first, then what is left is understood."""
    post = without_secrets(f"c'est moi ou {address} ne répond plus ?")
    assert SECRET not in post
    intent = understand(post, tag="fr", default=Language.FRENCH)
    return catalogue.find(Intent(Act.ASK, Language.FRENCH, intent.text, hosts=intent.hosts, ways=intent.ways))


def hyphens(host: str) -> str:
    return host.replace("-", "--").replace(".", "-")


def shapes(host: str) -> Iterator[tuple[str, str, set[tuple[Between, str]]]]:
    """Every way to write a proxied address: its name, the address, and the services on the way."""
    path = f"/doc/{SECRET}?ticket={SECRET}#{SECRET}"
    url = f"https://{host}{path}"
    yield "dots", f"https://{host}.{KNOWN}{path}", {(Between.PROXY, KNOWN)}
    yield "dots, a bare host", f"{host}.{UNKNOWN}/{SECRET}", {(Between.PROXY, UNKNOWN)}
    yield "hyphens", f"https://{hyphens(host)}.{UNKNOWN}{path}", {(Between.PROXY, UNKNOWN)}
    yield "hyphens and -s", f"https://{hyphens(host)}-s.{FOREIGN}:2443{path}", {(Between.PROXY, FOREIGN)}
    yield "hosted", f"http://{hyphens(host)}.univ-x.idm.oclc.org{path}", {(Between.PROXY, "univ-x.idm.oclc.org")}
    yield "login?url=", f"https://{KNOWN}/login?url={url}", {(Between.PROXY, KNOWN)}
    yield "login?qurl=", f"http://login.{KNOWN}/login?qurl={quote(url, safe='')}", {(Between.PROXY, KNOWN)}
    yield (
        "OpenAthens",
        f"https://go.openathens.net/redirector/{SECRET}.fr?url={quote(url, safe='')}",
        {(Between.PROXY, "openathens")},
    )
    yield (
        "WAYFless",
        f"https://{host}/Shibboleth.sso/Login?entityID=https%3A%2F%2Fidp.univ-x.fr%2F{SECRET}"
        f"&target={quote(url, safe='')}",
        {(Between.LOGIN, "idp.univ-x.fr")},
    )


def test_proxied_addresses_are_read_back(catalogue: Catalogue) -> None:
    wrong: list[str] = []
    tried = 0
    platforms = [platform for platform in catalogue.platforms.values() if platform.hosts and platform.probe]
    for platform in platforms[:: max(1, len(platforms) // 150)]:
        host = next((target.host for target in platform.targets), platform.hosts[0])
        plain = catalogue.of_host(host)
        if plain is None or plain.key.startswith("url:"):
            continue
        for shape, address, services in shapes(host):
            tried += 1
            result = found(catalogue, address)
            keys = [one.key for one in result.platforms]
            gateways = {(one.between, one.platform.key.removeprefix("url:")) for one in result.gateways}
            if plain.key == "openathens":
                services = services - {(Between.PROXY, "openathens")}
            if keys != [plain.key] or gateways != services:
                wrong.append(f"{shape}: {address} gives {keys} through {gateways}")
    assert tried >= 500
    assert len(wrong) <= 0.02 * tried, "\n".join(wrong)


def test_any_site_is_read_behind_a_proxy_that_is_known(catalogue: Catalogue) -> None:
    (platform,) = found(catalogue, f"https://www-revue--inconnue-org.{KNOWN}/x").platforms
    assert platform.key == "url:www.revue-inconnue.org"


def test_a_proxys_login_page_is_that_of_the_table(catalogue: Catalogue) -> None:
    (gateway,) = found(catalogue, "https://www-jstor-org.ezproxy.uphf.fr/").gateways
    assert [target.url for target in gateway.platform.targets] == [
        "https://ezproxy.uphf.fr/",
        "https://login.ezproxy.uphf.fr/login",
    ]
    assert all(target.typed for target in gateway.platform.targets)


NOT_PROXIED = {
    "somebody's own site below a name": ("https://github.com.evil.example/login", "url:github.com.evil.example"),
    "somebody's own site, hyphenated": ("https://github-com.evil.example/", "url:github-com.evil.example"),
    "the proxy's own page": ("https://ezproxy.uca.fr/login", "url:ezproxy.uca.fr"),
    "a page that checks another": ("https://checker.example/check?url=https://www.jstor.org/", "url:checker.example"),
    "a user that looks like a host": ("https://www.jstor.org@evil.example/", "url:evil.example"),
    "a backslash": ("https://evil.example\\@www.jstor.org/", "url:evil.example"),
    "Cyrillic letters": ("https://www.jstоr.org/", "url:www.xn--jstr-75d.org"),
    "Cyrillic letters only": ("https://сairn.info/", "url:xn--airn-k6d.info"),
    "an accent": ("https://gïthub.com/", "url:xn--gthub-cta.com"),
    "a Greek letter": ("https://cαirn.info/", "url:xn--cirn-0ld.info"),
}


@pytest.mark.parametrize(("address", "key"), NOT_PROXIED.values(), ids=NOT_PROXIED.keys())
def test_what_only_looks_like_a_platform_is_not_taken_for_it(address: str, key: str, catalogue: Catalogue) -> None:
    result = found(catalogue, address)
    assert ([one.key for one in result.platforms], result.gateways) == ([key], ())


SAME = {
    "full width": "https://ｗｗｗ．ｊｓｔｏｒ．ｏｒｇ/x",
    "an ideographic full stop": "https://www。jstor。org/",
    "a trailing dot": "https://www.jstor.org./x",
    "a port": "https://www.jstor.org:8443/x",
    "a user": "https://me:pw@www.jstor.org/",
    "capitals": "HTTPS://WWW.JSTOR.ORG/",
    "the login page with an encoded address, twice": "https://p.example/login?qurl=https%253A%252F%252Fwww.jstor.org%252F",
}


@pytest.mark.parametrize("address", SAME.values(), ids=SAME.keys())
def test_every_spelling_of_a_host_is_that_host(address: str, catalogue: Catalogue) -> None:
    assert [one.key for one in found(catalogue, address).platforms] == ["jstor"]


ACCENTS = {
    "https://thèses.fr/": "thesesfr",
    "Persée.fr": "persee",
    "www.érudit.org": "erudit",
    "légifrance.gouv.fr": "legifrance",
    "crédit-agricole.fr": "credit-agricole",
    "pers\u00e8e.fr": "url:xn--perse-7ra.fr",
    "jst\u00f6r.org": "url:xn--jstr-7qa.org",
}


@pytest.mark.parametrize(("address", "key"), ACCENTS.items())
def test_a_name_with_its_own_accents_may_be_written_as_an_address(catalogue: Catalogue, address: str, key: str) -> None:
    assert [one.key for one in found(catalogue, address).platforms] == [key]


def test_a_name_in_other_letters_is_nobodys_name(catalogue: Catalogue) -> None:
    intent = Intent(Act.ASK, Language.FRENCH, "Gаllica est en panne ?", says_outage=True)
    assert not catalogue.find(intent).platforms
