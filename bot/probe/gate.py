"""What a stranger wrote in, the host to look at out, or a refusal; the same gate for every redirect. Pure, no DNS.

Only a host gets through: never an IP literal, a user, another port or scheme. Written for URLs that lie (measured:
httpx reaches 127.0.0.1 for `0x7f.1`, `127。0。0。1`, `good.fr\\@127.0.0.1` and fourteen more spellings).
"""

import re
from dataclasses import dataclass
from urllib.parse import quote, urljoin

import idna

MOST_CHARACTERS = 2048  # of what somebody types
MOST_OF_A_REDIRECT = 8192  # requests to sign in (SAML) take thousands; servers take no longer line
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,31}:")
_UP_TO_PATH = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]{0,31}:)?//[^/?#]{0,2048}")
_HOST_AND_PORT = re.compile(r"([^:]*)(?::(\d{0,5}))?")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_TOP_LABEL = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}")
_DOTS = re.compile("[。．｡]")  # the three full stops that IDNA takes for a dot (UTS 46)
_LONGEST_HOST = 254  # with the root's dot; looked at before IDNA, which is slow on what is longer
_DEFAULT_PORTS = {"http": 80, "https": 443}

# RFC 6761, RFC 6762 appendix G, RFC 7686, RFC 8375, RFC 9476, ICANN's .internal; and names for machines at home.
_SPECIAL_TOPS = frozenset(
    "localhost local localdomain internal intranet private corp home lan host onion alt test invalid arpa".split()  # noqa: SIM905
)
_SPECIAL_HOSTS = frozenset({"metadata.google.internal", "instance-data.ec2.internal"})


class HostRefusedError(ValueError):
    """What was written is no host that we look at. `reason` is a few words for the operator and the command line."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Place:
    """An address that passed the gate: `host` in punycode, `port` None for the scheme's own, `path` with the query."""

    scheme: str
    host: str
    port: int | None = None
    path: str = "/"

    @property
    def url(self) -> str:
        """The address as a browser would show it."""
        port = "" if self.port is None else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}{self.path}"

    @property
    def connect_port(self) -> int:
        """The port to connect to."""
        return self.port or _DEFAULT_PORTS[self.scheme]


def host_of(text: str) -> str:
    """Read a host or URL that somebody typed, and give its host in lower-case punycode; path and query are dropped.

    Raises HostRefusedError for anything but a public-looking name on port 80 or 443.
    """
    text = text.strip(" ")
    if not text or len(text) > MOST_CHARACTERS:
        raise HostRefusedError("empty" if not text else "too long")
    return _place(text, own_ports=frozenset()).host


def redirect_of(location: str, base: Place, *, own_port: int | None = None) -> Place:
    """Read a Location header against the address that sent it. `own_port` is the catalogue's own, allowed as well.

    Raises HostRefusedError.
    """
    if len(location) > MOST_OF_A_REDIRECT:
        raise HostRefusedError("too long")
    place = _led_to(_with_quoted_spaces(location), base, own_port)
    if len(place.path) > MOST_OF_A_REDIRECT:  # quoted, it may be six times as long
        raise HostRefusedError("too long")
    return place


def _led_to(location: str, base: Place, own_port: int | None) -> Place:
    _refuse_odd_characters(location)
    if not _SCHEME.match(location):
        if location.startswith("//"):
            location = f"{base.scheme}:{location}"
        else:
            location = (
                urljoin(f"{base.scheme}://{base.host}{base.path}", location).partition("://")[2].partition("/")[2]
            )
            return Place(base.scheme, base.host, base.port, _path(f"/{location}"))
    if not re.match(r"https?://", location, re.IGNORECASE):
        raise HostRefusedError("scheme")
    place = _place(location, own_ports=frozenset() if own_port is None else frozenset({own_port}))
    if place.port not in {None, 80, 443} and place.host != base.host:
        raise HostRefusedError("a port other than 80 and 443")
    return place


def check_host(host: str) -> str:
    """Check a bare host, and give it in lower-case punycode. Raises HostRefusedError."""
    if len(host) > _LONGEST_HOST:
        raise HostRefusedError("not a host name")
    host = _ascii(_DOTS.sub(".", host)).removesuffix(".")
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise HostRefusedError("not a host name")
    if not _TOP_LABEL.fullmatch(labels[-1]):  # 127.0.0.1, 0x7f.1, 2130706433: a top label is never a number
        raise HostRefusedError("an IP address, not a name" if labels[-1][:1].isdigit() else "not a host name")
    if len(labels) < 2:
        raise HostRefusedError("a single label")
    if labels[-1] in _SPECIAL_TOPS or host in _SPECIAL_HOSTS:
        raise HostRefusedError("a name for private use")
    return host


def _place(text: str, *, own_ports: frozenset[int]) -> Place:
    _refuse_odd_characters(text)
    scheme, authority, path = _split(text)
    if "@" in authority:
        raise HostRefusedError("a user name in the address")
    if "[" in authority or authority.count(":") > 1:
        raise HostRefusedError("an IP address, not a name")
    if "%" in authority:
        raise HostRefusedError("a percent sign in the host")
    parts = _HOST_AND_PORT.fullmatch(authority)
    if parts is None or not parts[1]:
        raise HostRefusedError("no host")
    port = int(parts[2]) if parts[2] else None
    if port is not None and port not in {80, 443} and port not in own_ports:
        raise HostRefusedError("a port other than 80 and 443")
    return Place(scheme, check_host(parts[1]), None if port == _DEFAULT_PORTS[scheme] else port, _path(path))


def _split(text: str) -> tuple[str, str, str]:
    if "://" in text[:40]:
        scheme, _, rest = text.partition("://")
        scheme = scheme.lower()
        if scheme not in _DEFAULT_PORTS:
            raise HostRefusedError("scheme")
    else:
        scheme, rest = "https", text
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    return scheme, authority, rest[len(authority) :].partition("#")[0]


def _with_quoted_spaces(location: str) -> str:
    # Browsers quote those of a path or query; one anywhere else stays, and is refused.
    authority = _UP_TO_PATH.match(location)
    start = authority.end() if authority else 0
    return location[:start] + location[start:].replace(" ", "%20")


def _path(path: str) -> str:
    path = path.partition("#")[0]
    path = path if path.startswith("/") else f"/{path}"
    return quote(path, safe="/?&=%:;@!$'()*+,~[]-._")


def _refuse_odd_characters(text: str) -> None:
    if any(character <= " " or "\x7f" <= character <= "\xa0" for character in text):
        raise HostRefusedError("a space or control character")
    if "\\" in text:
        raise HostRefusedError("a backslash")


def _ascii(host: str) -> str:
    if host.isascii():
        return host.lower()
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise HostRefusedError("not a host name") from error
