"""An httpx transport that cannot resolve names: it speaks HTTP/1.1 over one connection that was dialled before."""

from collections.abc import AsyncIterator
from typing import cast

import httpcore
import httpx

from bot.probe.streams import Stream


class PinnedTransport(httpx.AsyncBaseTransport):
    """Sends one request over one stream. No pool, no proxy, no redirect, no decoding, no environment."""

    def __init__(self, stream: Stream, url: httpx.URL) -> None:
        origin = httpcore.Origin(url.raw_scheme, url.raw_host, url.port or {"http": 80, "https": 443}[url.scheme])
        self._connection = httpcore.AsyncHTTP11Connection(origin=origin, stream=stream)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send, and give the answer once its headers are there. Raises httpcore's errors and OSError."""
        response = await self._connection.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
            )
        )
        body = _Body(cast("AsyncIterator[bytes]", response.stream))
        return httpx.Response(status_code=response.status, headers=response.headers, stream=body, request=request)

    async def aclose(self) -> None:
        """Drop the connection."""
        await self._connection.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._chunks)
