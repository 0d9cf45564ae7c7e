"""A post of Bluesky goes in, its text without the words that call the bot comes out; and links of ours, by bytes."""

import re

from bot.social.bluesky_wire import FacetShape, PostShape
from bot.social.text import host_of_url, tidy

_ADDRESS = re.compile(r"https?://[^\s<>«»]*[^\s<>«».,;:!?)…]")


def plain_text(post: PostShape, *, without_mentions_of: str) -> str:
    """Give the text, the mentions of this DID taken out, shortened links written out. Facets count bytes of UTF-8."""
    text = post.text.encode()
    for facet in sorted(post.facets, key=lambda facet: facet.index.byte_start, reverse=True):
        start, end = facet.index.byte_start, facet.index.byte_end
        if not 0 <= start < end <= len(text):  # the network takes facets that lie beyond the text
            continue
        words = text[start:end].decode(errors="replace")
        text = text[:start] + _instead(words, facet, without_mentions_of).encode() + text[end:]
    return tidy(text.decode(errors="replace"))


def link_facets(text: str) -> list[dict[str, object]]:
    """Say which bytes of a text are addresses, so that they can be followed."""
    return [
        {
            "index": {
                "byteStart": len(text[: found.start()].encode()),
                "byteEnd": len(text[: found.end()].encode()),
            },
            "features": [{"$type": "app.bsky.richtext.facet#link", "uri": found.group()}],
        }
        for found in _ADDRESS.finditer(text)
    ]


def _instead(words: str, facet: FacetShape, did: str) -> str:
    for feature in facet.features:
        if feature.did == did:
            return " "
        if feature.uri and words.endswith(("...", "…")):
            return feature.uri
        if feature.uri and (host_of_url(feature.uri) or "").removeprefix("www.") not in words.casefold():
            return f"{words} ({feature.uri})"
    return words
