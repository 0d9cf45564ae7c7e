"""The few things of a page that judging needs: title, first heading, how much is there. By search, not by parsing.

No expression runs over a whole page: `<h1[^>]*>` took 408 ms on a hostile page of 30 KB (measured), and an HTML parser
of the standard library 308 s on another. Text in, text out; pure.
"""

import html
import re

MOST_TITLE = 200
_HIDDEN = (*((f"<{tag}", f"</{tag}>") for tag in ("script", "style", "svg", "title")), ("<!--", "-->"))
_TAG = re.compile(r"<[^<>]{0,300}>")
_HREF = re.compile(r"href\s{0,3}=\s{0,3}[\"']?([^\"'\s>]{0,200})")
_MOST_ANCHORS = 300  # looked at: where none of so many leads on, none is taken to
_LANDMARKS = (
    *("<nav", 'role="navigation"', 'role="search"', 'type="search"', 'name="q"'),
    *('class="menu', 'id="menu', 'class="nav', 'id="nav', "<header", "<article"),
)
# What pages that stand in for a site link to as well: languages, home, signing in, contact, legal notices.
_NOT_ON = re.compile(
    r"(?:^|/)(?:(?:en|fr|de|es|it|pt|nl|ca|eu|gl|oc|br|pl|sv|da|no|fi|ro|el|eng|fra|deu|spa|ita)(?:[-_][a-z]{2})?"
    r"|index|home|accueil|default|log-?in|sign-?in|connexion|users?|admin|account|help|aide|support|faq|retry"
    r"|contact(?:-us|o)?|nous-contacter|kontakt|contatti|legal|mentions.{0,20}|impressum|imprint|datenschutz.{0,20}"
    r"|privacy.{0,20}|cookies?|terms.{0,20}|status|maintenance)(?:\.[a-z]{2,5})?$"
)
_SPACES = re.compile(r"\s{1,1000}")


def title_of(page: str, lower: str) -> str | None:
    """Give the title, entities and spaces resolved, at most 200 characters; None if there is none or it is empty."""
    return _inside(page, lower, "title")


def heading_of(page: str, lower: str) -> str | None:
    """Give the text of the first h1, like `title_of`."""
    return _inside(page, lower, "h1")


def links_in(lower: str) -> int:
    """Count the links of a page in lower case."""
    return lower.count("<a ") + lower.count("<a\n")


def is_furnished(lower: str, host: str) -> bool:
    """Say whether a page in lower case leads on into its own site, as pages do that stand for nothing but themselves.

    That is: links to three places of it, or to one beside a navigation, a search or an article of its own.
    """
    ways = _ways_on(lower, host)
    return ways >= 3 or (ways >= 1 and any(mark in lower for mark in _LANDMARKS))


def text_in(page: str, lower: str) -> int:
    """Count the characters that people read: no tags, comments, scripts, styles or drawings, and no spaces."""
    count, at = 0, 0
    while (start := lower.find("<", at)) >= 0:
        count += _letters(page[at:start])
        hidden = next((end for begin, end in _HIDDEN if lower.startswith(begin, start)), ">")
        end = lower.find(hidden, start + 1)
        if end < 0:
            return count  # the rest is a tag that never ends
        at = end + len(hidden)
    return count + _letters(page[at:])


def _ways_on(lower: str, host: str) -> int:
    """Count the places of its own site that a page links to, up to three; sign-in, contact and the like left out."""
    ways, at = set[str](), -1
    for _ in range(_MOST_ANCHORS):
        at = lower.find("<a", at + 1)
        if at < 0 or len(ways) >= 3:
            break
        found = _HREF.search(lower, at, at + 300) if lower[at + 2 : at + 3].isspace() else None
        if found and (way := _way(found[1], host)):
            ways.add(way)
    return len(ways)


def _way(link: str, host: str) -> str:
    """Give the path of a link into the page's own site; empty for its front page, other sites and the like."""
    scheme, colon, rest = link.partition(":")
    if colon and "/" not in scheme:
        if scheme not in ("http", "https") or not rest.startswith("//"):
            return ""
        link = rest
    if link.startswith("//"):
        its, _, path = link[2:].partition("/")
        if its.removeprefix("www.") != host.removeprefix("www."):
            return ""
        link = path
    path, _, query = link.partition("#")[0].partition("?")
    path = path.strip("./")
    if query and not query.startswith(("lang", "locale", "hl=")):
        return f"{path}?{query}"
    return "" if _NOT_ON.search(path) else path


def _letters(text: str) -> int:
    return len("".join(text.split()))


def _inside(page: str, lower: str, tag: str) -> str | None:
    start = lower.find(f"<{tag}")
    opened = lower.find(">", start, start + 500) if start >= 0 else -1
    if opened < 0:
        return None
    closed = lower.find(f"</{tag}", opened, opened + 4000)
    text = page[opened + 1 : closed if closed >= 0 else opened + 1 + MOST_TITLE]
    words = _SPACES.sub(" ", html.unescape(_TAG.sub(" ", text))).strip()
    return words[:MOST_TITLE].strip() or None
