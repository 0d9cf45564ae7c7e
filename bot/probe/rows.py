"""The rows of config/fingerprints.toml, read and checked: text in, Fingerprints out, or every fault at once.

Nothing that can be slow is let in: each expression is bounded, and no repeat is nested in another.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from typing import cast

from bot.model import Family
from bot.probe.fingerprints import Fingerprint, Fingerprints


class FingerprintsError(ValueError):
    """The fingerprints cannot be used. `faults` are sentences, one for each thing to mend."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def read_fingerprints(text: str) -> Fingerprints:
    """Read config/fingerprints.toml. Raises FingerprintsError with all its faults."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FingerprintsError((f"not TOML: {error}",)) from error
    rows, shared = table.get("fingerprint"), table.get("shared", {})
    if set(table) - {"shared"} != {"fingerprint"} or not isinstance(rows, list):
        raise FingerprintsError(("the file must consist of [[fingerprint]] tables",))
    reader = _Reader(_shared_of(shared))
    found = tuple(reader.row(row, index) for index, row in enumerate(cast("list[object]", rows), start=1))
    ids = [row.id for row in found if row is not None]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    reader.faults += [f"{name}: the id is there twice" for name in twice]
    if reader.faults:
        raise FingerprintsError(tuple(reader.faults))
    return Fingerprints(tuple(row for row in found if row is not None))


def _shared_of(raw: object) -> dict[str, str]:
    """The expressions that rows name as %name%."""
    table = cast("dict[str, object]", raw) if isinstance(raw, dict) else {"": raw}
    shared = {f"%{name}%": text for name, text in table.items() if isinstance(text, str)}
    if len(shared) < len(table):
        raise FingerprintsError(("[shared] must consist of expressions by name",))
    return shared


_KEYS = frozenset(
    {"id", "family", "date", "source", "status", "hosts", "headers", "titled", "words", "most_bytes", "most_links"}
    | {"unless_titled", "unless_words", "most_text", "landed", "any_header", "with_ways"}
)
_CONDITIONS = ("status", "hosts", "landed", "headers", "any_header", "titled", "words")
_DECISIVE = ("hosts", "landed", "headers", "any_header")
_ID = re.compile(r"[a-z0-9]{1,30}(?:-[a-z0-9]{1,30}){0,8}")
_MOST_PATTERN = 1000  # alternatives of a few words each; a title has 200 characters at most
_MOST_REPEATS = 200


class _Reader:
    """Reads rows and collects what is wrong with them."""

    def __init__(self, shared: Mapping[str, str]) -> None:
        self.faults: list[str] = []
        self._where = ""
        self._shared = shared

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
            any_header=self._lower(table, "any_header"),
            landed=self._pattern_if_there(table, "landed"),
            titled=self._pattern_if_there(table, "titled"),
            unless_titled=self._pattern_if_there(table, "unless_titled"),
            words=self._words(table, "words"),
            unless_words=self._words(table, "unless_words"),
            most_bytes=self._number(table, "most_bytes"),
            most_links=self._number(table, "most_links"),
            most_text=self._number(table, "most_text"),
            with_ways=self._with_ways(table),
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

    def _lower(self, table: dict[str, object], key: str) -> tuple[str, ...]:
        texts = self._texts(table, key)
        if any(text != text.lower() for text in texts):
            self._fault(f"{key} must be in lower case")
        return texts

    def _with_ways(self, table: dict[str, object]) -> bool:
        # An address or a header says it whatever the page looks like, and so does an edge's; people sign in anywhere.
        decided = any(key in table for key in _DECISIVE) or table.get("family") in (Family.LOGIN, Family.ORIGIN)
        value = table.get("with_ways", decided)
        if isinstance(value, bool):
            return value
        self._fault("with_ways must be true or false")
        return False

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

    def _pattern_if_there(self, table: dict[str, object], key: str) -> re.Pattern[str] | None:
        return self._pattern(table, key) if key in table else None

    def _pattern(self, table: dict[str, object], key: str) -> re.Pattern[str]:
        text = self._text(table, key)
        for name, expression in self._shared.items():
            text = text.replace(name, expression)
        try:
            if (reason := _why_slow(text)) is not None:
                self._fault(f"{key}: {reason}")
            return re.compile(text, re.IGNORECASE)
        except re.error as error:
            self._fault(f"{key} is not a regular expression: {error}")
            return re.compile("")


_GROUP = re.compile(r"\((?:\?:)?([^()]{0,1000})\)")
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
    if re.search(r"\\[1-9]|\(\?P=", pattern):
        return "refers back to a group"
    if re.search(r"\(\?(?!:)", pattern):
        return "has flags or looks around; only (?:…) may begin with a question mark"
    # Tried one way and then the other, over and over: twice as long with each such group.
    groups = (found[1].split("|") for found in _GROUP.finditer(pattern))
    return "says the same alternative twice" if any(len(set(each)) < len(each) for each in groups) else None
