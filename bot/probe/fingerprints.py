"""What pages are when they are not the site: a page in, the marks of config/fingerprints.toml that fit out.

A row fits if all that it names fits. Headers are looked at by name, never all together: a policy header that names a
challenge service is no challenge. Expressions see a header, a title or a heading, a few hundred characters each;
in the page itself (the first 64 KiB) only plain words are looked for.
"""

import re
import sys
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from itertools import chain
from typing import cast

from bot.model import Family, Mark
from bot.probe.fetching import Fetched
from bot.probe.pages import heading_of, links_in, text_in, title_of


class FingerprintsError(ValueError):
    """The fingerprints cannot be used. `faults` are sentences, one for each thing to mend."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Page:
    """What rows look at. `hosts` are those of all redirects; `text` the page's first 64 KiB."""

    status: int
    hosts: tuple[str, ...]
    headers: dict[str, str]
    size: int
    text: str

    @classmethod
    def of(cls, fetched: Fetched) -> "Page":
        """Make it of a fetched answer."""
        return cls(fetched.status, fetched.hosts, fetched.headers, len(fetched.body), fetched.text)

    @cached_property
    def lower(self) -> str:
        """The text in lower case, as long as the text."""
        lower = self.text.lower()
        return lower if len(lower) == len(self.text) else "".join(c.lower()[:1] for c in self.text)  # İ becomes two

    @cached_property
    def grams(self) -> frozenset[int]:
        """Every four bytes in a row of the page in lower case, as numbers."""
        raw = self.lower.encode(errors="replace")
        shifted = (memoryview(raw)[start : start + (len(raw) - start) // 4 * 4] for start in range(min(4, len(raw))))
        return frozenset(chain.from_iterable(view.cast("I") for view in shifted))

    def says(self, word: str) -> bool:
        """Say whether a word of four characters or more, in lower case, stands in the page."""
        # Hundreds of words are asked for and hardly one is there: its ends tell that without reading the page again.
        return _ends_of(word) <= self.grams and word in self.lower

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

    `hosts` are suffixes, one of which a redirect led to. `titled` fits the title or the first heading. `unless_titled`,
    `unless_words`, `most_bytes`, `most_links` and `most_text` keep ordinary pages out that only speak of it.
    """

    id: str
    family: Family
    date: date
    source: str
    status: tuple[int, ...] = ()
    hosts: tuple[str, ...] = ()
    headers: tuple[tuple[str, re.Pattern[str]], ...] = ()
    titled: re.Pattern[str] | None = None
    unless_titled: re.Pattern[str] | None = None
    words: tuple[str, ...] = ()
    unless_words: tuple[str, ...] = ()
    most_bytes: int | None = None
    most_links: int | None = None
    most_text: int | None = None

    def fits(self, page: Page) -> bool:
        """Say whether all that the row names fits the page; the cheapest first."""
        return (
            (not self.status or page.status in self.status)
            and (self.most_bytes is None or page.size <= self.most_bytes)
            and all(pattern.search(page.headers.get(name, "")) for name, pattern in self.headers)
            and (not self.hosts or any(_is_under(host, self.hosts) for host in page.hosts))
            and (self.most_links is None or page.links <= self.most_links)
            and (self.titled is None or _any_title(page, self.titled))
            and (self.unless_titled is None or not _any_title(page, self.unless_titled))
            and (not self.words or any(map(page.says, self.words)))
            and not any(map(page.says, self.unless_words))
            and (self.most_text is None or page.letters <= self.most_text)
        )


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """All rows, in the file's order."""

    rows: tuple[Fingerprint, ...] = ()

    def marks(self, page: Page) -> tuple[Mark, ...]:
        """Give the marks of all rows that fit, in the file's order."""
        return tuple(Mark(row.id, row.family) for row in self.rows if row.fits(page))


def read_fingerprints(text: str) -> Fingerprints:
    """Read config/fingerprints.toml. Raises FingerprintsError with all its faults."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FingerprintsError((f"not TOML: {error}",)) from error
    reader = _Reader()
    rows = table.get("fingerprint")
    if set(table) != {"fingerprint"} or not isinstance(rows, list):
        raise FingerprintsError(("the file must consist of [[fingerprint]] tables",))
    found = tuple(reader.row(row, index) for index, row in enumerate(cast("list[object]", rows), start=1))
    ids = [row.id for row in found if row is not None]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    reader.faults += [f"{name}: the id is there twice" for name in twice]
    if reader.faults:
        raise FingerprintsError(tuple(reader.faults))
    return Fingerprints(tuple(row for row in found if row is not None))


_KEYS = frozenset(
    {"id", "family", "date", "source", "status", "hosts", "headers", "titled", "words", "most_bytes", "most_links"}
    | {"unless_titled", "unless_words", "most_text"}
)
_CONDITIONS = ("status", "hosts", "headers", "titled", "words")
_ID = re.compile(r"[a-z0-9]{1,30}(?:-[a-z0-9]{1,30}){0,8}")
_MOST_PATTERN = 1000  # alternatives of a few words each; a title has 200 characters at most
_MOST_REPEATS = 200


class _Reader:
    """Reads rows and collects what is wrong with them."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self._where = ""

    def row(self, raw: object, index: int) -> Fingerprint | None:
        self._where = f"fingerprint {index}"
        if not isinstance(raw, dict):
            return self._fault("must be a table")
        table = cast("dict[str, object]", raw)
        name = self._text(table, "id")
        if not _ID.fullmatch(name):
            return self._fault("id must be lower-case words joined by hyphens")
        self._where = name
        for key in sorted(set(table) - _KEYS):
            self._fault(f"{key} is not a key of a fingerprint")
        if not any(key in table for key in _CONDITIONS):
            self._fault(f"must name at least one of {', '.join(_CONDITIONS)}")
        return Fingerprint(
            id=name,
            family=self._family(table),
            date=self._date(table),
            source=self._text(table, "source"),
            status=self._statuses(table),
            hosts=self._texts(table, "hosts"),
            headers=self._headers(table),
            titled=self._pattern(table, "titled") if "titled" in table else None,
            unless_titled=self._pattern(table, "unless_titled") if "unless_titled" in table else None,
            words=self._words(table, "words"),
            unless_words=self._words(table, "unless_words"),
            most_bytes=self._number(table, "most_bytes"),
            most_links=self._number(table, "most_links"),
            most_text=self._number(table, "most_text"),
        )

    def _fault(self, sentence: str) -> None:
        self.faults.append(f"{self._where}: {sentence}")

    def _text(self, table: dict[str, object], key: str) -> str:
        value = table.get(key)
        if isinstance(value, str) and value:
            return value
        self._fault(f"{key} must be a text")
        return ""

    def _family(self, table: dict[str, object]) -> Family:
        try:
            return Family(table.get("family"))
        except ValueError:
            self._fault(f"family must be one of {', '.join(Family)}")
            return Family.WALL

    def _date(self, table: dict[str, object]) -> date:
        value = table.get("date")
        if isinstance(value, date):
            return value
        self._fault("date must be a day, as in 2026-11-22 without quotes")
        return date.min

    def _texts(self, table: dict[str, object], key: str) -> tuple[str, ...]:
        value = table.get(key, [])
        texts = cast("list[object]", value) if isinstance(value, list) else [None]
        if all(isinstance(text, str) and text for text in texts):
            return tuple(cast("list[str]", texts))
        self._fault(f"{key} must be a list of texts")
        return ()

    def _words(self, table: dict[str, object], key: str) -> tuple[str, ...]:
        words = self._texts(table, key)
        if any(word != word.lower() or len(word) < 4 for word in words):
            self._fault(f"{key} must be in lower case, four characters or more")
        return words

    def _statuses(self, table: dict[str, object]) -> tuple[int, ...]:
        value = table.get("status", [])
        numbers = cast("list[object]", value) if isinstance(value, list) else [None]
        if all(isinstance(number, int) and 100 <= number <= 999 for number in numbers):
            return tuple(cast("list[int]", numbers))
        self._fault("status must be a list of HTTP statuses")
        return ()

    def _number(self, table: dict[str, object], key: str) -> int | None:
        value = table.get(key)
        if value is None or (isinstance(value, int) and value >= 0):
            return value
        return self._fault(f"{key} must be a number, 0 or more")

    def _headers(self, table: dict[str, object]) -> tuple[tuple[str, re.Pattern[str]], ...]:
        value = table.get("headers", {})
        if not isinstance(value, dict):
            self._fault("headers must be a table of names and expressions")
            return ()
        named = cast("dict[str, object]", value)
        for name in named:
            if name != name.lower():
                self._fault(f"headers: {name} must be in lower case")
        return tuple((name, self._pattern(named, name)) for name in named)

    def _pattern(self, table: dict[str, object], key: str) -> re.Pattern[str]:
        text = self._text(table, key)
        try:
            if (reason := _why_slow(text)) is not None:
                self._fault(f"{key}: {reason}")
            return re.compile(text, re.IGNORECASE)
        except re.error as error:
            self._fault(f"{key} is not a regular expression: {error}")
            return re.compile("")


_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\]){0,200}\]|\{(\d{0,4})(,?)(\d{0,4})\}|.", re.DOTALL)


def _why_slow(pattern: str) -> str | None:
    """Say why an expression may take long; None if each of its parts repeats within bounds, and no repeat is nested."""
    if len(pattern) > _MOST_PATTERN:
        return f"longer than {_MOST_PATTERN} characters"
    before = ""
    for token in _TOKEN.finditer(pattern):
        text = token[0]
        if text in {"*", "+"} or (token[2] == "," and not token[3]):
            return "repeats without a bound; write {0,40} instead"
        if text.startswith("{") and len(text) > 1:
            if int(token[3] or token[1] or 0) > _MOST_REPEATS:
                return f"repeats more than {_MOST_REPEATS} times"
            if before == ")":
                return "repeats a group"
        before = text
    return "refers back to a group" if re.search(r"\\[1-9]|\(\?P=", pattern) else None


def _any_title(page: Page, pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(text or "") for text in (page.title, page.heading))


@cache
def _ends_of(word: str) -> frozenset[int]:
    raw = word.encode()
    return frozenset(int.from_bytes(end, sys.byteorder) for end in (raw[:4], raw[-4:]))


def _is_under(host: str, suffixes: tuple[str, ...]) -> bool:
    return any(host == suffix or host.endswith(f".{suffix}") for suffix in suffixes)
