"""Addresses in the catalogue: a URL or a host goes in, a Target or a sentence on what is wrong with it comes out."""

import ipaddress
import re
from urllib.parse import urlsplit

from bot.catalogue.sentences import Said, quoted
from bot.model import Role, Target

LONGEST_HOST = 253  # RFC 1035, as text
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}")
# Names that never lead to the public internet: RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476, ICANN's .internal.
_SPECIAL = re.compile(r"(?:^|\.)(?:localhost|local|internal|test|example|invalid|onion|alt|home\.arpa|lan)$")


def trouble_with_host(host: str, *, local: bool = False) -> Said | None:
    """What is wrong with a host name, and what to write instead; None if it is fine. `local`: special ones may be."""
    if not host.isascii():
        ascii_form = quoted(_punycode(host))
        return _instead(
            host, f"n'est pas en punycode ; écrivez {ascii_form}", f"is not in punycode; write {ascii_form}"
        )
    if host != host.lower():
        lower = quoted(host.lower())
        return _instead(host, f"a des capitales ; écrivez {lower}", f"has capitals; write {lower}")
    if "/" in host or ":" in host:
        return _instead(
            host,
            "n'est pas un hôte seul ; écrivez-le sans https://, sans port et sans chemin",
            "is not a bare host; write it without scheme, port and path",
        )
    if is_ip(host):
        advice = ("est une adresse en chiffres ; écrivez le nom de l'hôte", "is an address; write the host's name")
        return None if local else _instead(host, *advice)
    if _SPECIAL.search(host):
        advice = (
            "n'est pas un hôte public ; écrivez-en un qu'internet connaît, ou, s'il est à vous, urls avec un port",
            "is not a public host; write one that the internet knows or, if it is your own, urls with a port",
        )
        return None if local else _instead(host, *advice)
    if len(host) <= LONGEST_HOST and _HOST.fullmatch(host):
        return None
    return _instead(
        host, "n'est pas un hôte ; écrivez-le comme 'www.example.org'", "is not a host; write it like 'www.example.org'"
    )


def read_url(url: str, role: Role, expect: tuple[int, ...], *, allow_local: bool) -> Target | Said:
    """A target, or a sentence on what is wrong with its URL."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return _like(url, "n'est pas une adresse", "is not a URL")
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or not url.isprintable() or " " in url:
        return _like(url, "n'est pas une adresse web", "is not a web address")
    if parts.username is not None or parts.fragment:
        return _instead(
            url,
            "contient un nom d'utilisateur ou un fragment (#…) ; écrivez-la sans",
            "holds a user name or a fragment; write it without",
        )
    if trouble := trouble_with_host(host, local=allow_local or port is not None):
        return Said(f"url : {trouble.french}", f"url: {trouble.english}")
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


def _instead(what: str, french: str, english: str) -> Said:
    return Said(f"{quoted(what)} {french}", f"{quoted(what)} {english}")


def _like(url: str, french: str, english: str) -> Said:
    form = "'https://www.example.org/'"
    return _instead(url, f"{french} ; écrivez-la comme {form}", f"{english}; write it like {form}")
