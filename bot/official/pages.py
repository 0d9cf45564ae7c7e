"""Implements `bot.ports.OfficialPages`: fetches status pages through the probe's own gate, each at most every 120 s."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.model import UNENCRYPTED, OfficialWord, Platform, Target
from bot.official.formats import machine_url, read
from bot.official.said import UNKNOWN
from bot.probe.fetching import Fetched
from bot.probe.prober import Prober

KEPT = timedelta(seconds=120)
LONGEST_READ = timedelta(seconds=6)  # nobody waits so long for it, but the next asker has it at once


@dataclass(frozen=True, slots=True)
class _Reading:
    begun_at: datetime
    text: asyncio.Task[str | None]


class StatusPages:
    """Reads status pages with the prober's gate, limits, redirects and User-Agent; a page is one request for all.

    Several platforms may share a page, so what is kept is its text; every platform reads its own part.
    """

    def __init__(self, prober: Prober, *, clock: Callable[[], datetime]) -> None:
        self._prober = prober
        self._clock = clock
        self._readings: dict[str, _Reading] = {}

    async def read(self, platform: Platform) -> OfficialWord | None:
        """See `OfficialPages.read`. Whoever stops waiting leaves the reading under way to the others."""
        page = platform.status_page
        target = _target(machine_url(page)) if page is not None else None
        if page is None or target is None:
            return None
        reading = self._reading_of(target)
        text = await asyncio.shield(reading.text)
        said = UNKNOWN if text is None else read(page, text, now=reading.begun_at)
        return OfficialWord(said.level, page.url, reading.begun_at, said.title, said.since)

    async def close(self) -> None:
        """Give up what is still being read."""
        tasks = [reading.text for reading in self._readings.values()]
        self._readings.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _reading_of(self, target: Target) -> _Reading:
        now = self._clock()
        for url, reading in list(self._readings.items()):
            if now - reading.begun_at >= KEPT and reading.text.done():
                del self._readings[url]
        known = self._readings.get(target.url)
        if known is None:
            task = asyncio.create_task(self._text_of(target), name=f"read {target.host}")
            self._readings[target.url] = known = _Reading(now, task)
        return known

    async def _text_of(self, target: Target) -> str | None:
        """Fetch the page; None if it gave no whole answer over a way that can be trusted."""
        _, fetched = await self._prober.fetch(target, within=LONGEST_READ)
        if not isinstance(fetched, Fetched) or fetched.status != 200 or not UNENCRYPTED.isdisjoint(fetched.notes):
            return None
        return fetched.body.decode("utf-8-sig", errors="replace")


def _target(url: str | None) -> Target | None:
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.hostname, parts.scheme, port, path)
