"""The formats of status pages: the `kind` in the catalogue, where a machine reads it, and who reads it."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from bot.model import StatusPage
from bot.official import (
    betterstack,
    booleans,
    cachet,
    cstate,
    feed,
    google,
    instatus,
    slack,
    statusio,
    statuspage,
    uptimekuma,
    uptimerobot,
)
from bot.official.said import Said

Reader = Callable[[str, str | None], Said]

_READERS: dict[str, Reader] = {
    "statuspage": statuspage.read,
    "incident.io": statuspage.read,
    "rootly": statuspage.read,
    "betterstack": betterstack.read,
    "instatus": instatus.read,
    "cachet": cachet.read,
    "cstate": cstate.read,
    "google": google.read,
    "slack": slack.read,
    "status.io": statusio.read,
    "uptime-kuma": uptimekuma.read,
    "uptimerobot": uptimerobot.read,
    "boolean": booleans.read,
}
_FEEDS = ("rss", "atom")
_USUAL_PATHS = {
    "statuspage": "/api/v2/summary.json",
    "incident.io": "/api/v2/summary.json",
    "rootly": "/api/v1/status.json",
    "betterstack": "/index.json",
    "instatus": "/summary.json",
    "cachet": "/api/v1/components?per_page=100",
    "cstate": "/index.json",
}
KINDS = (*_READERS, *_FEEDS)


def machine_url(page: StatusPage) -> str | None:
    """Say where a machine reads the page; None for a page that we do not read, or of which we are not sure."""
    if page.kind not in KINDS or page.confidence == "unconfirmed":
        return None
    if page.api_url is not None:
        return page.api_url
    if page.kind in _USUAL_PATHS:
        return page.url.rstrip("/") + _USUAL_PATHS[page.kind]
    if page.kind == "uptime-kuma":
        return _heartbeats(page.url)
    return page.url if page.kind in _FEEDS else None


def read(page: StatusPage, text: str, *, now: datetime) -> Said:
    """Read the text of a page of a kind that we read. Never raises, whatever the text is."""
    if page.kind in _FEEDS:
        return feed.read(text, page.component, now=now)
    return _READERS[page.kind](text, page.component)


def _heartbeats(url: str) -> str:
    # A page is shown at /status/<slug>, and its monitors' beats are read at /api/status-page/heartbeat/<slug>.
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/api/status-page/heartbeat/{parts.path.rstrip('/').rpartition('/')[2]}"
