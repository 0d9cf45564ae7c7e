"""Hosts in a post: a text goes in; its hosts come out in order, or the text without the secrets in its addresses."""

import re
import unicodedata
from importlib.resources import files
from urllib.parse import unquote

import idna

LONGEST_TEXT = 5_000
_URL = re.compile(r"(?P<scheme>https?)://(?P<rest>[^\s<>«»\"“”]{1,2000})", re.IGNORECASE)
_BEHIND = re.compile(r"[?&](?:q?url)=(?P<url>[^\s]{1,2000})", re.IGNORECASE)
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
# Not within a handle, an e-mail address or a longer word; a port and a path may follow.
_BARE = re.compile(
    rf"(?<![\w@./-])(?P<host>{_LABEL}(?:\.{_LABEL}){{1,9}})\.?(?P<port>:\d{{1,5}})?(?P<path>[/?#][^\s<>«»\"“”]{{0,2000}})?(?![\w@])"
)
_FIGURES = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
# Endings that people mean as addresses when they write a name with a dot. Others ("fini.merci") need https:// before.
_ENDINGS = frozenset(files("bot.understanding.lexicon").joinpath("endings.txt").read_text("ascii").split())
_TRAILING = ".,;:!?…)]}'’\""


def hosts_in(text: str) -> tuple[str, ...]:
    """The hosts written in a post, each once, in order: lower-case punycode, without port, user, path and query.

    Of an address that holds another (`login?url=…`, `qurl=…`) only the one within counts.
    """
    found = [host_of_url(match.group("rest")) or "" for match in _URL.finditer(text[:LONGEST_TEXT])]
    rest = _URL.sub(" ", text[:LONGEST_TEXT])
    found += [clean_host(match.group("host")) or "" for match in _BARE.finditer(rest) if _is_host(match)]
    return tuple(dict.fromkeys(host for host in found if host))


def without_hosts(text: str) -> str:
    """The text with its URLs and bare hosts taken out, for what remains to be read as words."""
    return _BARE.sub(lambda match: " " if _is_host(match) else match.group(), _URL.sub(" ", text))


def host_of_url(rest: str) -> str | None:
    """The host of what follows "https://"; the one within, if the address holds another."""
    within = _BEHIND.search(rest)
    if within:
        address = unquote(within.group("url"))
        behind = clean_host(_authority(re.sub(r"^https?://", "", address, flags=re.IGNORECASE)))
        if behind and "." in behind:
            return behind
    return clean_host(_authority(rest))


def without_secrets(text: str) -> str:
    """Take path, query, fragment and user name out of every address in a post, keeping scheme and host.

    Of an address that holds another one, scheme and host of both are kept: https://proxy.example/login?url=https://…
    """
    return _BARE.sub(_bare_without_secrets, _URL.sub(_url_without_secrets, text))


def _url_without_secrets(match: re.Match[str]) -> str:
    scheme, rest = match.group("scheme").lower(), match.group("rest")
    end = rest[len(rest.rstrip(_TRAILING)) :] if not re.search(r"[/?#]", rest) else ""
    outer = clean_host(_authority(rest))
    if outer is None:
        return f"{scheme}://"
    inner = host_of_url(rest)
    within = f"/?url=https://{inner}/" if inner and inner != outer else "/"
    return f"{scheme}://{outer}{within}{end}"


def _bare_without_secrets(match: re.Match[str]) -> str:
    before = match.string[max(match.start() - 3, 0) : match.start()]
    path = match.group("path")
    if path is None or before.endswith("://"):
        return match.group()
    inner = host_of_url(f"{match.group('host')}{path}")
    outer = clean_host(match.group("host"))
    return f"{match.group('host')}/?url=https://{inner}/" if inner and inner != outer else f"{match.group('host')}/"


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
