"""Plain sockets under dnspython: a question out, datagrams in, without asyncio's transport and queue for each.

Nothing else of dnspython changes: it goes on choosing servers, checking answers and falling back to TCP.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import cast

import dns.asyncbackend
import dns.exception


class PlainBackend(dns.asyncbackend.Backend):  # type: ignore[reportPrivateImportUsage] -- documented, not in __all__
    """dnspython's asyncio backend, but for UDP: a fifth less CPU for A and AAAA (measured with 2.9)."""

    def __init__(self) -> None:
        self._asyncio = dns.asyncbackend.get_backend("asyncio")

    def name(self) -> str:
        """The name that dnspython knows it by."""
        return "asyncio"

    async def make_socket(
        self,
        af: int,
        socktype: int,
        proto: int = 0,
        source: object = None,
        destination: object = None,
        timeout: float | None = None,
        ssl_context: object = None,
        server_hostname: str | None = None,
    ) -> object:
        """Make a socket for one question. Raises OSError."""
        if socktype != socket.SOCK_DGRAM or source is not None:
            make = cast("Callable[..., Awaitable[object]]", self._asyncio.make_socket)  # type: ignore[reportUnknownMemberType] -- untyped
            return await make(af, socktype, proto, source, destination, timeout, ssl_context, server_hostname)
        sock = socket.socket(af, socktype, proto)
        sock.setblocking(False)
        return _Datagrams(sock)

    async def sleep(self, interval: float) -> None:
        """Wait between two rounds of the servers."""
        await asyncio.sleep(interval)


class _Datagrams(dns.asyncbackend.DatagramSocket):  # type: ignore[reportPrivateImportUsage] -- as above
    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock.family, socket.SOCK_DGRAM)
        self._socket = sock

    async def sendto(self, what: bytes, destination: tuple[str, int], timeout: float | None) -> int:  # noqa: ARG002 -- never blocks long
        return await asyncio.get_running_loop().sock_sendto(self._socket, what, destination)

    async def recvfrom(self, size: int, timeout: float | None) -> tuple[bytes, tuple[str, int]]:
        try:
            async with asyncio.timeout(timeout):
                return await asyncio.get_running_loop().sock_recvfrom(self._socket, size)
        except TimeoutError as error:
            raise dns.exception.Timeout(timeout=timeout) from error

    async def close(self) -> None:
        self._socket.close()
