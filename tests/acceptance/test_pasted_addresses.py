"""Addresses pasted from behind a library's proxy: the shipped command keeps and sends nothing of them but hosts."""

import itertools
from pathlib import Path
from urllib.parse import quote

from tests.acceptance.world import small_internet

PROXIES = ("ezproxy.univ-a.example", "bib.univ-b.example", "proxy.bu.univ-c.example", "univ-d.idm.oclc.org")
HOSTS = {"solide.example": "Solide", "fragile.example": "Fragile"}


def addresses(secret: str, host: str, proxy: str) -> list[str]:
    """One address in each shape; `secret` is in the path, the query, the fragment, the user name, the institution."""
    path = f"/{secret}/doc;jsessionid={secret}?ticket={secret}&x={secret}#{secret}"
    url, label = f"https://{host}{path}", host.replace(".", "-")
    return [
        f"https://{host}.{proxy}{path}",
        f"{host}.{proxy}/{secret}?t={secret}",
        f"https://{label}.{proxy}{path}",
        f"http://{secret}:{secret}@{label}-s.{proxy}:2443{path}",
        f"https://{proxy}/login?url={url}",
        f"https://login.{proxy}/login?auth={secret}&qurl={quote(url, safe='')}",
        f"https://go.openathens.net/redirector/{secret}?url={quote(url, safe='')}",
        f"https://{host}/Shibboleth.sso/Login?entityID=https%3A%2F%2Fidp.{proxy}%2F{secret}"
        f"&target={quote(url, safe='')}",
        url,
    ]


def test_five_hundred_pasted_addresses_leave_nothing_but_hosts(tmp_path: Path) -> None:
    rounds = itertools.product(HOSTS, PROXIES, range(7))
    asked = [
        (host, address)
        for number, (host, proxy, _) in enumerate(rounds)
        for address in addresses(f"s3cret{number:03}x", host, proxy)
    ]
    assert len(asked) >= 500
    with small_internet(tmp_path) as world:
        done = world.command("run", typed="".join(f"{address} HS ?\n" for _, address in asked), within_s=300)
        kept = b"".join(file.read_bytes() for file in world.data_dir.rglob("*") if file.is_file())
        sent = "\n".join((*world.requests, *world.resolved))
    assert done.returncode == 0, done.stderr
    for where in (done.stdout, done.stderr, sent, kept.decode("utf-8", "replace")):
        assert "s3cret" not in where.lower()
    for host, name in HOSTS.items():
        assert done.stdout.count(name) >= 0.98 * sum(one == host for one, _ in asked)
        # The proxy is asked for its own pages, never for the platform's through it.
        assert not [query for query in world.resolved if host.replace(".", "-") in query or f"{host}." in query]
    assert "Le proxy (ezproxy.univ-a.example)" in done.stdout or "Du proxy (ezproxy.univ-a.example)" in done.stdout
