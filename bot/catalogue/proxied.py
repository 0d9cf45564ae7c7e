"""Addresses behind a library's proxy: a rewritten host goes in, the hosts that may be behind it come out.

EZproxy rewrites host names in two ways: by dots (www.dalloz.fr.proxy.univ-x.fr) and by hyphens
(www-dalloz-fr.proxy.univ-x.fr, where "--" stands for a hyphen of the name, and a last "-s" for https).
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.model import Platform, Role, Target

# What the proxies of libraries are called; without such a word, github.com.evil.example is no proxy.
_PROXY_WORD = re.compile(
    r"proxy|(?:^|[.-])(?:ezp|bib|bu|scd|lib|libs|vpn|webvpn)(?:$|[.-])|biblio|docelec|doc-elec|bases-doc|distant|acces"
    r"|univ|ressources|eresources|nomade|passerelle|openathens|remote|library|gateway"
)
# OCLC hosts EZproxies, one a customer; OpenAthens hosts one a region.
_HOSTED = (".idm.oclc.org", ".proxy.openathens.net")
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_OWN_PAGES = frozenset({"www", "login", "proxy", "auth"})


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A host as it may stand behind a proxy, and that proxy's own host.

    `sure`: the proxy is a known one, so any name may be behind it. `named`: at least it is called like one.
    """

    host: str
    proxy: str
    sure: bool
    named: bool


def readings(host: str, known: Mapping[str, str]) -> Iterator[Rewritten]:
    """Yield what `host` may stand for, the likeliest first; `known` are the proxies that are known, by their suffix."""
    labels = host.split(".")
    for cut in range(1, len(labels) - 1):
        proxy = ".".join(labels[cut:])
        sure = proxy in known or (proxy.endswith(_HOSTED) and proxy.count(".") == _HOSTED[0].count("."))
        named = sure or _PROXY_WORD.search(proxy) is not None
        names = _by_hyphens(labels[0]) if cut == 1 else (".".join(labels[:cut]),)
        for name in names:
            if _NAME.fullmatch(name) and labels[0] not in _OWN_PAGES - {"www"}:
                yield Rewritten(name, proxy, sure=sure, named=named)


def _by_hyphens(label: str) -> tuple[str, ...]:
    name = label.replace("--", "\0").replace("-", ".").replace("\0", "-")
    return (name.removesuffix(".s"), name) if name.endswith(".s") else (name,)


@cache
def french_proxies() -> Mapping[str, str]:
    """The EZproxies of French institutions, by their suffix, with the address of their login page."""
    table = tomllib.loads(files("bot.catalogue").joinpath("proxies.toml").read_text("utf-8"))
    usual = {suffix: f"{scheme}://{suffix}/login" for scheme in ("https", "http") for suffix in table[scheme]}
    return {**usual, **table["elsewhere"]}


def proxy_platform(host: str, known: Mapping[str, str]) -> Platform:
    """What to look at to know how a proxy is: its front page, and its login page, which leads to the sign-in service.

    The addresses are ours or of the table, never what somebody pasted.
    """
    scheme, _, rest = known.get(host, f"https://{host}/login").partition("://")
    login_host, _, path = rest.partition("/")
    login = Target(login_host, scheme=scheme, path=f"/{path}", role=Role.LOGIN, typed=True)
    return Platform(f"url:{host}", host, hosts=(host,), targets=(Target(host, scheme=scheme, typed=True), login))
