"""One thread that blocking calls are made in, one after the other, and that never keeps the process from ending.

An executor's thread is joined when the interpreter exits: a server that drips a byte at a time would hold the process.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TypeVar

Answer = TypeVar("Answer")


class Worker:
    """A daemon thread, started with the first call. A call that was given up before its turn is never begun."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = False

    async def run(self, call: Callable[[], Answer]) -> Answer:
        """Make the call in the thread. Raises RuntimeError after `close()`."""
        if self._closed:
            raise RuntimeError("the thread has ended")
        promise: Future[Answer] = Future()
        self._calls.put(lambda: _keep(promise, call))
        self._start()
        return await asyncio.wrap_future(promise)

    def close(self) -> None:
        """End the thread after the calls that it has, without waiting for them: whoever waits has a deadline."""
        self._closed = True
        self._calls.put(None)

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            call()
            del call  # or what it holds stays until the next one


def _keep(promise: "Future[Answer]", call: Callable[[], Answer]) -> None:
    if not promise.set_running_or_notify_cancel():
        return
    try:
        answer = call()
    except BaseException as error:  # noqa: BLE001 -- it rises where the call is awaited
        promise.set_exception(error)
    else:
        promise.set_result(answer)
