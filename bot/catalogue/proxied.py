"""Addresses behind a library's proxy: a rewritten host goes in, the hosts that may be behind it come out.

EZproxy rewrites host names in two ways: by dots (www.dalloz.fr.proxy.univ-x.fr) and by hyphens
(www-dalloz-fr.proxy.univ-x.fr, where "--" stands for a hyphen of the name, and a last "-s" for https).
"""

import re
from collections.abc import Iterator

# What the proxies of libraries are called; without such a word, github.com.evil.example is no proxy.
_PROXY = re.compile(
    r"proxy|\bbib\b|biblio|\bbu\b|\bscd\b|doc|dist|acces|univ|idm\.oclc|ressources|nomade|openathens|remote|library|lib\b"
)


def hosts_behind(host: str) -> Iterator[str]:
    """Yield what `host` may stand for, the likeliest first; nothing if it cannot be a proxy's rewriting."""
    first, _, rest = host.partition(".")
    if "-" in first and "." in rest:
        name = first.replace("--", "\0").replace("-", ".").replace("\0", "-")
        yield name
        if name.endswith(".s"):
            yield name.removesuffix(".s")
    labels = host.split(".")
    for cut in range(len(labels) - 2, 1, -1):
        if _PROXY.search(".".join(labels[cut:])):
            yield ".".join(labels[:cut])
