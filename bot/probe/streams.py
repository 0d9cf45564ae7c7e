"""A connected socket as the stream that httpcore reads and writes, with or without TLS; HTTP's small slips tidied."""

import asyncio
import re
import socket
import ssl
from typing import Any

import httpcore

_READ_BYTES = 64 * 1024
_HEAD_READ_BYTES = 4 * 1024  # a flood of 1xx answers is parsed in portions, so that nobody else waits for it
_MOST_HEAD_BYTES = 256 * 1024
_FINAL_STATUS = re.compile(rb"HTTP/1\.[01] [2-9]")
_STATUS_LINE = re.compile(rb"\A(?i:http)/(1\.[01])[ \t]{1,8}(?=[0-9]{3}\b)")
_SPACE_BEFORE_COLON = re.compile(rb"(?m)^([A-Za-z0-9-]{1,64})[ \t]{1,8}:")


async def open_stream(sock: socket.socket, *, tls: ssl.SSLContext | None, name: str | None) -> "Stream":
    """Take over a connected socket; with `tls`, shake hands for `name` first. Raises OSError, ssl.SSLError."""
    try:
        reader, writer = await asyncio.open_connection(
            sock=sock, limit=_READ_BYTES, ssl=tls, server_hostname=name if tls is not None else None
        )
    except BaseException:
        sock.close()
        raise
    return Stream(reader, writer)


class Stream(httpcore.AsyncNetworkStream):
    """What httpcore sees of a connection. `first_byte_at` is the loop's time of the first byte, None before it.

    `http2`: the other side began with an HTTP/2 frame, though HTTP/1.1 was asked for.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._in_head = True
        self._is_final = False
        self._head_bytes = 0
        self.first_byte_at: float | None = None
        self.http2 = False

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        """Read what is there. The probe's own limits apply, not httpcore's. Raises OSError."""
        if not self._in_head:
            return await self._reader.read(max_bytes)
        data = await self._more_of_the_head()
        return await self._read_head(data) if data else data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        """Write all of it. Raises httpcore.WriteError: the answer may have come already."""
        try:
            self._writer.write(buffer)
            await self._writer.drain()
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    async def aclose(self) -> None:
        """Drop the connection at once: no goodbye that the other side could draw out."""
        self._writer.transport.abort()

    def get_extra_info(self, info: str) -> Any:  # noqa: ARG002 -- httpcore's signature
        """Say nothing: httpcore asks only whether an idle connection may be used again."""
        return None

    async def _more_of_the_head(self) -> bytes:
        await asyncio.sleep(0)  # reading what is there already never lets the loop go
        data = await self._reader.read(_HEAD_READ_BYTES)
        self._head_bytes += len(data)
        if self._head_bytes > _MOST_HEAD_BYTES:
            raise TimeoutError("headers without an end")
        return data

    async def _read_head(self, data: bytes) -> bytes:
        if self.first_byte_at is None:
            self.first_byte_at = asyncio.get_running_loop().time()
            self.http2 = data[3:5] == b"\x04\x00" and data[:1] == b"\x00"  # a SETTINGS frame, RFC 9113
            # Browsers forgive empty lines before the status line; h11 does not.
            while not (data := data.lstrip(b"\r\n")):
                if not (data := await self._more_of_the_head()):
                    return data
            data = _STATUS_LINE.sub(rb"HTTP/\1 ", data, count=1)
        head, blank, rest = data.partition(b"\r\n\r\n")
        self._is_final = self._is_final or _FINAL_STATUS.search(data) is not None
        self._in_head = not (self._is_final and blank)
        return _SPACE_BEFORE_COLON.sub(rb"\1:", head) + blank + rest
