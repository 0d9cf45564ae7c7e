"""Hosts in a post: a text goes in; its hosts come out in order, or the text without the secrets in its addresses."""

import re
import unicodedata
from collections.abc import Iterator
from importlib.resources import files
from urllib.parse import unquote

import idna

from bot.model import Way

LONGEST_TEXT = 5_000
# What is longer than 2,000 characters is not read, but goes with the rest.
_URL = re.compile(r"(?P<scheme>https?)://(?P<rest>[^\s<>«»\"“”]{1,2000})[^\s<>«»\"“”]*", re.IGNORECASE)
# An address within another: EZproxy (login?url=, qurl=), OpenAthens (redirector/…?url=), Shibboleth (target=, return=).
_WITHIN = re.compile(r"[?&;#](?:amp;)?(?:q?url|target|return|rurl)=(?P<url>[^\s&]{1,2000})", re.IGNORECASE)
# Whose sign-in service it is (Shibboleth's WAYFless addresses).
_SIGN_IN = re.compile(r"[?&;#](?:amp;)?(?:entityid|providerid|idp)=(?P<url>[^\s&]{1,2000})", re.IGNORECASE)
# Only these lead somewhere else; a page that checks or translates another one (check?url=…) is meant itself. An empty
# path is what `without_secrets` leaves.
_LEADS_ON = re.compile(
    r"^[^/?#]*/?(?:[?#]|$)|^[^?#]*/(?:[\w.-]*login|connect|redirector|shibboleth\.sso|wayf\w*|proxy|auth|sso|ds|idp)\b"
    r"|^[^/?#]*(?:proxy|openathens|idm\.oclc|shibboleth)",
    re.IGNORECASE,
)
_AT_THE_PLATFORM = re.compile(r"^[^?#]*/shibboleth\.sso/", re.IGNORECASE)
_MOST_TIMES_ENCODED = 3
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
# Not within a handle, an e-mail address or a longer word; a port and a path may follow.
_BARE = re.compile(
    rf"(?<![\w@./-])(?P<host>{_LABEL}(?:\.{_LABEL}){{1,9}})\.?(?P<port>:\d{{1,5}})?(?:(?P<path>[/?#][^\s<>«»\"“”]{{0,2000}})[^\s<>«»\"“”]*)?(?![\w@])"
)
# What is left of a query where no address was recognised (localhost:80/x?token=…, an address broken by a space); the
# addresses that `without_secrets` writes itself stay.
_QUERY = re.compile(
    r"[?&;#][\w.%[\]-]{1,64}=(?!https://[\w.-]+/(?:[?&](?:url|entityID)=|[^\w/?#%&=.-]|$))[^\s<>«»\"“”]+"
)
_FIGURES = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
# Endings that people mean as addresses when they write a name with a dot. Others ("fini.merci") need https:// before.
_ENDINGS = frozenset(files("bot.understanding.lexicon").joinpath("endings.txt").read_text("ascii").split())
_TRAILING = ".,;:!?…)]}'’\""


def hosts_in(text: str) -> tuple[str, ...]:
    """The hosts written in a post, each once, in order: lower-case punycode, without port, user, path and query.

    Of an address that leads to another (`login?url=…`, `qurl=…`, a sign-in for `target=…`) only the one within counts.
    """
    return tuple(dict.fromkeys(way.host for way in _every_way(text)))


def ways_in(text: str) -> tuple[Way, ...]:
    """The hosts in a post to which its addresses lead through a proxy or a sign-in service, and these."""
    return tuple(dict.fromkeys(way for way in _every_way(text) if way.proxy or way.login))


def _every_way(text: str) -> Iterator[Way]:
    text = text[:LONGEST_TEXT]
    found = [way_of_url(match.group("rest")) for match in _URL.finditer(text)]
    bare = [match for match in _BARE.finditer(_URL.sub(" ", text)) if _is_host(match)]
    found += [way_of_url(f"{match.group('host')}{match.group('path') or ''}") for match in bare]
    return (way for way in found if way is not None)


def without_hosts(text: str, *, instead: str = " ") -> str:
    """The text with its URLs and bare hosts taken out, for what remains to be read as words; `instead` stands there."""
    return _BARE.sub(lambda match: instead if _is_host(match) else match.group(), _URL.sub(instead, text))


def bare_hosts(text: str) -> Iterator[tuple[int, int]]:
    """Where hosts stand in a text without a scheme, a port and a path: from where up to where."""
    for match in _BARE.finditer(_URL.sub(lambda url: " " * len(url.group()), text[:LONGEST_TEXT])):
        if _is_host(match) and match.group("port") is None and match.group("path") in (None, "/"):
            yield match.span("host")


def way_of_url(rest: str) -> Way | None:
    """Where what follows "https://" leads, and through what; None if it has no host."""
    outer = clean_host(_authority(rest))
    if outer is None:
        return None
    if not _LEADS_ON.search(rest):
        return Way(outer)
    inner, sign_in = _host_within(_WITHIN, rest), _host_within(_SIGN_IN, rest)
    if _AT_THE_PLATFORM.search(rest):  # the address is the platform's own, and asks for a sign-in elsewhere
        return Way(inner or outer, login=sign_in)
    if inner is None or inner == outer:
        return Way(outer)
    return Way(inner, proxy=outer, login=sign_in)


def _host_within(where: re.Pattern[str], rest: str) -> str | None:
    """The host of the first address that is the value of such a parameter, encoded or not."""
    for match in where.finditer(rest):
        address = match.group("url")
        for _ in range(_MOST_TIMES_ENCODED):
            address = unquote(address)
        host = clean_host(_authority(re.sub(r"^https?:/{1,2}", "", address, flags=re.IGNORECASE)))
        if host and "." in host:
            return host
    return None


def without_secrets(text: str) -> str:
    """Take path, query, fragment and user name out of every address in a post, keeping scheme and host.

    Of an address that leads to another, scheme and host of each are kept: https://proxy.example/?url=https://…
    """
    return _QUERY.sub("", _BARE.sub(_bare_without_secrets, _URL.sub(_url_without_secrets, text)))


def _url_without_secrets(match: re.Match[str]) -> str:
    scheme, rest = match.group("scheme").lower(), match.group("rest")
    end = rest[len(rest.rstrip(_TRAILING)) :] if not re.search(r"[/?#\\]", rest) else ""
    return f"{scheme}://{_hosts_only(rest) or ''}{end}"


def _bare_without_secrets(match: re.Match[str]) -> str:
    before = match.string[max(match.start() - 3, 0) : match.start()]
    path = match.group("path")
    if path is None or before.endswith("://"):
        return match.group()
    return _hosts_only(f"{match.group('host')}{path}") or match.group("host")


def _hosts_only(rest: str) -> str | None:
    """What `way_of_url` reads in the same way, with nothing in it but hosts; None if there is none."""
    way = way_of_url(rest)
    if way is None:
        return None
    sign_in = f"&entityID=https://{way.login}/" if way.login else ""
    if way.proxy:
        return f"{way.proxy}/?url=https://{way.host}/{sign_in}"
    return f"{way.host}/Shibboleth.sso/?url=https://{way.host}/{sign_in}" if sign_in else f"{way.host}/"


def _authority(rest: str) -> str:
    authority = re.split(r"[/?#\\]", rest, maxsplit=1)[0].rpartition("@")[2]
    return authority if authority.startswith("[") else authority.rstrip(_TRAILING).split(":")[0]


def _is_host(match: re.Match[str]) -> bool:
    host = match.group("host")
    ending = fold_host(host).rpartition(".")[2]
    return bool(_FIGURES.fullmatch(host)) or ending in _ENDINGS or ending.startswith("xn--")


def fold_host(host: str) -> str:
    """Full-width letters and dots made plain, lower case, no trailing dot."""
    return unicodedata.normalize("NFKC", host).replace("。", ".").lower().strip(".")


def clean_host(host: str) -> str | None:
    """A host as the network writes it, lower-case punycode (UTS 46); None if it can be none."""
    host = fold_host(host).strip(_TRAILING)
    if not host or len(host) > 253:
        return None
    try:
        return host if host.isascii() and _plain(host) else idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return None


def _plain(host: str) -> bool:
    return re.fullmatch(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*", host) is not None
