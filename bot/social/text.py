"""What strangers put into a post, made fit to use.

HTML goes in, the text as its author typed it comes out, without the words that only call the bot; addresses and dates
are taken for what they are, or for nothing.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

# HTML's own white space: a no-break space (French has one before « ? ») is a character that somebody typed.
_SPACES = re.compile(r"[ \t\r\n\f]+")
_BLOCKS = frozenset({"p", "div", "ul", "ol", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6"})
_LINES = frozenset({"br", "li"})
_NO_BOTS = re.compile(r"#no_?bots?(?!\w)", re.IGNORECASE)
_SILENT = frozenset({"script", "style", "head", "title", "template"})
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # older than any network
CLOCKS_DIFFER = timedelta(days=1)  # a server's clock may be ahead of ours by so much, and no more


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


def says_no_bots(bio: str | None, *, is_html: bool) -> bool:
    """Whether somebody's bio says #nobot, however its hashtag is marked up: « #<span>NoBot</span> » is Mastodon's."""
    if not bio:
        return False
    words = html_to_text(bio, calls_the_bot=lambda _: False) if is_html else bio
    return _NO_BOTS.search(words) is not None


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


def host_of_url(url: str, *, with_port: bool = False) -> str | None:
    """Give the host that a web address leads to; None for anything else, such as "http://[x", which urllib refuses."""
    try:
        parts = urlsplit(url)
        found = parts.netloc.rpartition("@")[2] if with_port else parts.hostname
    except ValueError:  # its message holds the address, and so people's words
        return None
    return found.casefold() if found and parts.scheme in {"http", "https"} else None


def instant_or_none(said: object) -> datetime | None:
    """Read an instant of whoever wrote it, in UTC if it says no zone; None for what is none."""
    if isinstance(said, datetime):
        at = said
    else:
        try:
            at = datetime.fromisoformat(said) if isinstance(said, str) else None
        except ValueError:
            return None
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


def credible(*, posted_at: datetime, listed_at: datetime, now: datetime) -> tuple[datetime, datetime]:
    """Give both instants in UTC: listing within [2000, a day from now], writing within [2000, listing].

    `posted_at` is the author's word, and may be 9999-12-31T23:59:59-12:00, which no datetime can hold in UTC.
    """
    listed = _within(listed_at, now + CLOCKS_DIFFER)
    return _within(posted_at, listed), listed


def _within(at: datetime, latest: datetime) -> datetime:
    return min(max(at, EARLIEST), latest).astimezone(UTC)


def _pieces(root: LexborNode, calls_the_bot: Callable[[Link], bool]) -> Iterator[str]:
    """Walk in reading order, without recursion: anybody can nest tags deeper than Python's stack."""
    todo: list[LexborNode | str] = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, str):
            yield node
        elif node.tag == "-text":
            yield _SPACES.sub(" ", node.text(deep=False))
        elif node.tag in _SILENT or _is_quoted_address(node):
            continue
        elif node.tag == "a":
            yield _link(node, calls_the_bot)
        else:
            before, after = _edges(node.tag or "")
            yield before
            todo += [after, *reversed(list(node.iter(include_text=True)))]


def _edges(tag: str) -> tuple[str, str]:
    if tag in _LINES:
        return "\n", ""
    return ("\n\n", "\n\n") if tag in _BLOCKS else ("", "")


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
    host = host_of_url(link.url)
    return host is None or host.removeprefix("www.") in link.words.casefold()
