"""What pages are when they are not the site: a page in, the marks of config/fingerprints.toml that fit out.

A row fits if all that it names fits. Headers are looked at by name, never all together: a policy header that names a
challenge service is no challenge. Expressions see a header, an address, a title or a heading, a few hundred characters
each; in the page itself (the first 64 KiB) only plain words are looked for. A page with ways on into the site is the
site, whatever it says: news of an outage, a course in maintenance, a contact form with a captcha.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property

from bot.model import Family, Mark
from bot.probe.fetching import Fetched
from bot.probe.pages import heading_of, is_furnished, links_in, text_in, title_of
from bot.probe.words import Words

Said = Callable[[], frozenset[str]]


@dataclass(frozen=True)
class Page:
    """What rows look at. `hosts` are those of all redirects, `path` the last one's; `text` the first 64 KiB."""

    status: int
    hosts: tuple[str, ...]
    headers: dict[str, str]
    size: int
    text: str
    path: str = "/"

    @classmethod
    def of(cls, fetched: Fetched) -> "Page":
        """Make it of a fetched answer."""
        return cls(fetched.status, fetched.hosts, fetched.headers, len(fetched.body), fetched.text, fetched.path)

    @cached_property
    def landed(self) -> str:
        """Where redirects led to, as in site.example/login; empty without a redirect."""
        return f"{self.hosts[-1]}{self.path}" if len(self.hosts) > 1 else ""

    @cached_property
    def is_site(self) -> bool:
        """Whether it is a page of the site, or data, whatever it speaks of; never so with an error's status."""
        return self.status < 400 and (self._is_data or is_furnished(self.lower, self.hosts[-1]))

    @property
    def _is_data(self) -> bool:
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return kind.endswith(("json", "xml")) and kind != "application/xhtml+xml"

    @cached_property
    def lower(self) -> str:
        """The text in lower case, as long as the text."""
        lower = self.text.lower()
        return lower if len(lower) == len(self.text) else "".join(c.lower()[:1] for c in self.text)  # İ becomes two

    @cached_property
    def title(self) -> str | None:
        """The title, at most 200 characters."""
        return title_of(self.text, self.lower)

    @cached_property
    def heading(self) -> str | None:
        """The first heading, at most 200 characters."""
        return heading_of(self.text, self.lower)

    @cached_property
    def links(self) -> int:
        """How many links there are."""
        return links_in(self.lower)

    @cached_property
    def letters(self) -> int:
        """How many characters people read, without spaces."""
        return text_in(self.text, self.lower)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """One row. What is empty or None asks for nothing. `words`: one of them stands in the page, in lower case.

    `hosts` are suffixes, one of which a redirect led to; `landed` fits the address where it led to, `any_header` are
    names of which one is there. `titled` fits the title or the first heading. `unless_titled`, `unless_words`,
    `most_bytes`, `most_links` and `most_text` keep ordinary pages out that only speak of it; unless `with_ways`, so do
    ways on into the site.
    """

    id: str
    family: Family
    date: date
    source: str
    status: tuple[int, ...] = ()
    hosts: tuple[str, ...] = ()
    landed: re.Pattern[str] | None = None
    headers: tuple[tuple[str, re.Pattern[str]], ...] = ()
    any_header: tuple[str, ...] = ()
    titled: re.Pattern[str] | None = None
    unless_titled: re.Pattern[str] | None = None
    words: tuple[str, ...] = ()
    unless_words: tuple[str, ...] = ()
    most_bytes: int | None = None
    most_links: int | None = None
    most_text: int | None = None
    with_ways: bool = False

    def fits(self, page: Page, said: Said) -> bool:
        """Say whether all that the row names fits the page, cheapest first; `said` gives the words that are in it."""
        return (
            (not self.status or page.status in self.status)
            and (self.most_bytes is None or page.size <= self.most_bytes)
            and (not self.headers or self._is_headed(page))
            and (not self.any_header or not page.headers.keys().isdisjoint(self.any_header))
            and (not self.hosts or any(_is_under(host, self.hosts) for host in page.hosts))
            and (self.landed is None or self.landed.search(page.landed) is not None)
            and (self.with_ways or not page.is_site)
            and (not self.words or not said().isdisjoint(self.words))
            and (not self.unless_words or said().isdisjoint(self.unless_words))
            and (self.most_links is None or page.links <= self.most_links)
            and ((self.titled is None and self.unless_titled is None) or self._is_titled(page))
            and (self.most_text is None or page.letters <= self.most_text)
        )

    def _is_headed(self, page: Page) -> bool:
        return all(pattern.search(page.headers.get(name, "")) for name, pattern in self.headers)

    def _is_titled(self, page: Page) -> bool:
        """Say whether the title or the heading fits, and does not speak against it: the other one may."""
        but = self.unless_titled
        texts = [text for text in (page.title or "", page.heading or "") if but is None or not but.search(text)]
        if self.titled is None:
            return len(texts) == 2
        return any(map(self.titled.search, texts))


@dataclass(frozen=True)
class Fingerprints:
    """All rows, in the file's order."""

    rows: tuple[Fingerprint, ...] = ()

    def marks(self, page: Page) -> tuple[Mark, ...]:
        """Give the marks of all rows that fit, in the file's order."""
        said = cache(lambda: self._words.among(page.lower))  # hundreds of words are asked for, or none
        rows = self._rows_by_status.get(page.status, self._rows_of_any_status)
        return tuple(Mark(row.id, row.family) for row in rows if row.fits(page, said))

    @cached_property
    def _words(self) -> Words:
        return Words(word for row in self.rows for word in (*row.words, *row.unless_words))

    @cached_property
    def _rows_of_any_status(self) -> tuple[Fingerprint, ...]:
        return tuple(row for row in self.rows if not row.status)

    @cached_property
    def _rows_by_status(self) -> dict[int, tuple[Fingerprint, ...]]:
        statuses = {200, *(status for row in self.rows for status in row.status)}
        return {each: tuple(row for row in self.rows if not row.status or each in row.status) for each in statuses}


def _is_under(host: str, suffixes: tuple[str, ...]) -> bool:
    return any(host == suffix or host.endswith(f".{suffix}") for suffix in suffixes)
