"""An RSS or Atom feed in, what its newest item says out.

A feed tells events, not a state: what is announced now is what the newest item says, if it is of the last 24 hours. An
empty feed is the word of those that publish trouble only (AWS, Azure).

No DTD is ever parsed. XML can declare entities nowhere else (XML 1.0, 4.2), so that no entity expands and nothing is
fetched, on whatever version of Python and expat.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.etree import ElementTree

from bot.model import OfficialLevel
from bot.official.said import UNKNOWN, Said, announced
from bot.official.untrusted import MOST_ITEMS, MOST_PARTS, instant, title

FRESH = timedelta(hours=24)

_OK = ("[resolved]", "resolved", "operating normally", "back to normal", "completed", "résolu", "rétabli", "terminé")
_DOWN = ("outage", "unavailable", "down", "indisponible", "hors service", "panne")
_MAINTENANCE = ("maintenance", "scheduled", "planned")
_DEGRADED = (
    "degraded",
    "disruption",
    "degradation",
    "performance",
    "errors",
    "latency",
    "partial",
    "perturb",
    "incident",
)
# The first list of which a word stands in an item decides; "partial outage" is no outage.
_WORDS: tuple[tuple[OfficialLevel, re.Pattern[str]], ...] = tuple(
    (level, re.compile("|".join(rf"(?<!\w){re.escape(each)}" for each in words)))
    for level, words in (
        (OfficialLevel.OK, _OK),
        (OfficialLevel.MAINTENANCE, _MAINTENANCE),
        (OfficialLevel.DEGRADED, _DEGRADED),
        (OfficialLevel.DOWN, _DOWN),
    )
)
_STRONG = re.compile(r"<strong>([^<>]{1,60})</strong>")  # how Statuspage's feeds mark the state of an update


@dataclass(frozen=True, slots=True)
class _Item:
    title: str
    state: str
    at: datetime | None


def read(text: str, component: str | None, *, now: datetime) -> Said:
    """Read the newest item, or the newest whose title names the component."""
    found = _items(text)
    if found is None:
        return UNKNOWN
    ours = [item for item in found if component is None or component.casefold() in item.title.casefold()]
    if not ours:
        return Said(OfficialLevel.OK)
    newest = max(ours, key=lambda item: item.at.timestamp() if item.at else 0.0)
    level = _level(newest)
    if not announced(level):
        return Said(level)
    if newest.at is None or now - newest.at > FRESH:
        return UNKNOWN  # left there, or still so? The feed does not say
    return Said(level, newest.title or None, newest.at)


def _level(item: _Item) -> OfficialLevel:
    for said in (item.state, item.title.casefold()):
        for level, expression in _WORDS:
            if expression.search(said):
                return level
    return OfficialLevel.UNKNOWN


def _items(text: str) -> list[_Item] | None:
    """Give the items of a feed, None if this is no feed that we read."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text or text.count("<") > MOST_PARTS:
        return None
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 -- a document without a DTD has no entities of its own
    except (ElementTree.ParseError, ValueError):
        return None
    if _name(root) not in ("rss", "feed", "RDF"):
        return None
    entries = (element for element in root.iter() if _name(element) in ("item", "entry"))
    return [_item(entry) for entry, _ in zip(entries, range(MOST_ITEMS), strict=False)]


def _item(entry: ElementTree.Element) -> _Item:
    texts = dict(_texts(entry))
    when = next((texts[name] for name in ("pubDate", "updated", "published", "date") if name in texts), "")
    strong = _STRONG.search((texts.get("description") or texts.get("content") or texts.get("summary") or "")[:1000])
    return _Item(title(texts.get("title", "")) or "", strong[1].casefold() if strong else "", instant(when))


def _texts(entry: ElementTree.Element) -> Iterator[tuple[str, str]]:
    for child in list(entry)[:50]:
        yield _name(child), (child.text or "")


def _name(element: ElementTree.Element) -> str:
    """Give an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]
