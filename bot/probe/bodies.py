"""A body's raw chunks in, its first bytes out, inflated within bounds.

httpx's own decoders are never used: 199 KiB of gzip became 462 MiB of memory (measured with httpx 0.28.1).
"""

import zlib
from dataclasses import dataclass, field
from typing import Protocol

from bot.probe.limits import Limits

_INFLATED = frozenset({"gzip", "x-gzip", "deflate"})
_PACKED = frozenset(
    {"br", "zstd", "compress", "x-compress", "dcb", "dcz", *_INFLATED}
)  # IANA's registry; others mean nothing


class _Inflater(Protocol):
    @property
    def unconsumed_tail(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


@dataclass(slots=True)
class Body:
    """Collects a body. `feed` until it says that it has enough, then `text` and `notes`."""

    encoding: str
    limits: Limits
    raw_size: int = 0
    notes: list[str] = field(default_factory=list[str])
    _data: bytearray = field(default_factory=bytearray)
    _unread: bool = False
    _inflater: "_Inflater | None" = None
    _broken: bool = False

    def __post_init__(self) -> None:
        # We ask for gzip alone; what comes packed otherwise, or twice, is there for browsers, but we cannot read it.
        packings = [name for part in self.encoding.split(",") if (name := part.strip()) in _PACKED]
        self.encoding = packings[0] if len(packings) == 1 else ""
        if len(packings) > 1 or (packings and self.encoding not in _INFLATED):
            self._unread = True
            self.notes.append("body_undecodable")

    @property
    def size(self) -> int:
        """How many bytes there are, inflated."""
        return len(self._data)

    @property
    def data(self) -> bytes:
        """The bytes, inflated; empty if they cannot be decoded."""
        return bytes(self._data)

    @property
    def is_blank(self) -> bool:
        """Whether there is something, and nothing of it to see."""
        return bool(self._data) and self._data.isspace()

    def feed(self, chunk: bytes) -> bool:
        """Take a chunk; False if the caps are reached."""
        self.raw_size += len(chunk)
        self._data += self._inflated(chunk)
        full = self.size >= self.limits.body_bytes
        if full:
            del self._data[self.limits.body_bytes :]
        if full or self.raw_size >= self.limits.raw_bytes:
            self.notes.append("body_bomb" if full and self._is_bomb() else "body_capped")
            return False
        return True

    def _is_bomb(self) -> bool:
        # Pages shrink to a fifth or a tenth; gzip can do 1:1032.
        if self._inflater is None:
            return False
        return self.size > 100 * (self.raw_size - len(self._inflater.unconsumed_tail))

    def _inflated(self, chunk: bytes) -> bytes:
        if self._broken or self._unread or not chunk:
            return b""
        if self.encoding not in _INFLATED:
            return chunk
        room = self.limits.body_bytes - self.size
        try:
            if self._inflater is None:
                self._inflater = zlib.decompressobj(_window_bits(self.encoding, chunk))
            return self._inflater.decompress(chunk, max(1, room))
        except zlib.error:
            self._broken = True
            self.notes.append("body_bad_gzip")
            return b""


def _window_bits(encoding: str, chunk: bytes) -> int:
    if encoding != "deflate":
        return zlib.MAX_WBITS | 16
    # "deflate" means zlib's format (RFC 9110), but some servers send the bare stream, and browsers take it.
    is_zlib = len(chunk) < 2 or (chunk[0] & 0x0F == 8 and int.from_bytes(chunk[:2], "big") % 31 == 0)
    return zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS
