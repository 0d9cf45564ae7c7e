"""A relay of TCP connections: a listening socket, in another network namespace perhaps, and a port of this machine."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable, Generator


@contextlib.contextmanager
def relayed(*ways: tuple[socket.socket, int]) -> Generator[None]:
    """Carry what comes in at each socket to 127.0.0.1 at its port, and back, until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="relay", daemon=True)
    thread.start()
    under_way = set[asyncio.Task[None]]()

    async def begin() -> list[asyncio.Server]:
        return [await asyncio.start_server(_to(port, under_way), sock=sock) for sock, port in ways]

    servers = asyncio.run_coroutine_threadsafe(begin(), loop).result(10)
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(_end(servers, under_way), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


Carry = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def _to(port: int, under_way: set[asyncio.Task[None]]) -> Carry:
    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        under_way.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.CancelledError):
                theirs, to_them = await asyncio.open_connection("127.0.0.1", port)
                try:
                    await asyncio.gather(_copy(reader, to_them), _copy(theirs, writer))
                finally:
                    to_them.close()
        finally:
            under_way.discard(task)
            writer.close()

    return carry


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.close()  # and so the other direction ends as well


async def _end(servers: list[asyncio.Server], under_way: set[asyncio.Task[None]]) -> None:
    for server in servers:
        server.close()
    tasks = list(under_way)
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
    await asyncio.sleep(0.05)
