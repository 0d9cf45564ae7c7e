"""Addresses in the catalogue: a URL or a host goes in, a Target or a sentence on what is wrong with it comes out."""

import ipaddress
import re
from urllib.parse import urlsplit

from bot.model import Role, Target

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}")
# Names that never lead to the public internet: RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476, ICANN's .internal.
_SPECIAL = re.compile(r"(?:^|\.)(?:localhost|local|internal|test|example|invalid|onion|alt|home\.arpa|lan)$")


def trouble_with_host(host: str, *, local: bool = False) -> str | None:
    """What is wrong with a host name, and what to write instead; None if it is fine. `local`: special ones may be."""
    if not host.isascii():
        return f"{host!r} is not in punycode; write {_punycode(host)!r}"
    if host != host.lower():
        return f"{host!r} has capitals; write {host.lower()!r}"
    if "/" in host or ":" in host:
        return f"{host!r} is not a bare host; write it without scheme, port and path"
    if is_ip(host):
        return None if local else f"{host!r} is an address; write the host's name"
    if _SPECIAL.search(host):
        return None if local else f"{host!r} is not a public host; write one that the internet knows"
    return None if _HOST.fullmatch(host) else f"{host!r} is not a host; write it like 'www.example.org'"


def read_url(url: str, role: Role, expect: tuple[int, ...], *, allow_local: bool) -> Target | str:
    """A target, or a sentence on what is wrong with its URL."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return f"{url!r} is not a URL; write it like 'https://www.example.org/'"
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host:
        return f"{url!r} is not a web address; write it like 'https://www.example.org/'"
    if parts.username is not None or parts.fragment:
        return f"{url!r} holds a user name or a fragment; write it without"
    if trouble := trouble_with_host(host, local=allow_local or port is not None):
        return f"url: {trouble}"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host, parts.scheme, port, path, role, expect)


def is_ip(host: str) -> bool:
    """Whether a host is an address in figures."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _punycode(host: str) -> str:
    try:
        return host.lower().encode("idna").decode("ascii")
    except UnicodeError:
        return "xn--…"
