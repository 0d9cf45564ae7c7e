"""HTML of a post goes in, the text as its author typed it comes out, without the words that only call the bot."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

# HTML's own white space: a no-break space (French has one before « ? ») is a character that somebody typed.
_SPACES = re.compile(r"[ \t\r\n\f]+")
_BLOCKS = frozenset({"p", "div", "ul", "ol", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6"})
_LINES = frozenset({"br", "li"})
_DEEPEST = 50  # elements inside elements; deeper ones are read as plain text
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What reading one hostile post can raise, in our code or a library's; never the outside failing us."""
_SILENT = frozenset({"script", "style", "head", "title", "template"})


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a post: where it leads, and the words one sees."""

    url: str
    words: str


def html_to_text(html: str, *, calls_the_bot: Callable[[Link], bool]) -> str:
    """Give the plain text: one "\\n" for a line break, two between paragraphs, entities decoded, links as addresses.

    Links that call the bot are left out. A link whose words do not show its host gets its address in brackets.
    """
    root = LexborHTMLParser(html).body
    pieces = "".join(_pieces(root, calls_the_bot)) if root is not None else ""
    return tidy(pieces)


def tidy(text: str) -> str:
    """Take out the spaces that a word left behind, and the empty lines around and beyond one."""
    lines = (re.sub(r"[ \t]{2,}", " ", line).strip(" \t") for line in text.split("\n"))
    joined = re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
    return re.sub(r" ,", ",", joined).strip()


def without_leading_call(text: str, *, username: str, hosts: frozenset[str]) -> str:
    """Take `@username` and `@username@host` away from the start, however often they stand there."""
    names = "|".join(re.escape(host) for host in sorted(hosts))
    call = rf"@{re.escape(username)}(?:@(?:{names}))?(?![\w@.-]*\w)" if names else rf"@{re.escape(username)}(?![\w@])"
    return re.sub(rf"^(?:\s*{call}[\s,:]*)+", "", text, flags=re.IGNORECASE)


def shorten(text: str, limit: int) -> str:
    """Cut at a word so that at most `limit` characters stay, the "…" included; empty if nothing fits."""
    if len(text) <= limit:
        return text
    if limit < 2:
        return ""
    kept = text[: limit - 1]
    return (kept.rsplit(None, 1)[0] if " " in kept else kept).rstrip() + "…"


def netloc_of(url: str) -> str:
    """The host and port of an address as somebody wrote it; empty for what is none, `http://[x` for one."""
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def host_of(url: str) -> str | None:
    """The host of a web address, lower-case; None for what is none."""
    try:
        return urlsplit(url).hostname if url.startswith(("http://", "https://")) else None
    except ValueError:
        return None


def _pieces(node: LexborNode, calls_the_bot: Callable[[Link], bool], depth: int = 0) -> Iterator[str]:
    if depth > _DEEPEST:
        yield _SPACES.sub(" ", node.text(deep=True))
        return
    for child in node.iter(include_text=True):
        tag = child.tag or ""
        if tag == "-text":
            yield _SPACES.sub(" ", child.text(deep=False))
        elif tag in _SILENT or _is_quoted_address(child):
            continue
        elif tag == "a":
            yield _link(child, calls_the_bot)
        elif tag in _LINES:
            yield "\n"
            yield from _pieces(child, calls_the_bot, depth + 1)
        else:
            edge = "\n\n" if tag in _BLOCKS else ""
            yield edge
            yield from _pieces(child, calls_the_bot, depth + 1)
            yield edge


def _is_quoted_address(node: LexborNode) -> bool:
    """Mastodon puts « RE: address » before a post that quotes another: nobody typed it."""
    return "quote-inline" in (node.attributes.get("class") or "").split()


def _link(node: LexborNode, calls_the_bot: Callable[[Link], bool]) -> str:
    link = Link(url=node.attributes.get("href") or "", words=_SPACES.sub(" ", node.text(deep=True)).strip())
    if calls_the_bot(link):
        return " "
    return link.words if _says_where(link) else f"{link.words} ({link.url})"


def _says_where(link: Link) -> bool:
    if link.words.startswith(("@", "#")):
        return True
    host = host_of(link.url)
    return host is None or host.removeprefix("www.") in link.words.casefold()
