"""A thread of its own for a library that blocks; it never keeps the process alive."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TypeVar

Answer = TypeVar("Answer")
_Job = Callable[[], None]


class DaemonWorker:
    """Does one thing after the other.

    The standard executor's threads are waited for at exit: a server that drips held the process for ever (measured).
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def run(self, work: Callable[[], Answer]) -> Answer:
        """Have the thread do it. Cancelled before its turn, it is not done at all."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name=self._name, daemon=True)
            self._thread.start()
        future: Future[Answer] = Future()
        self._jobs.put(lambda: _carry_out(work, future))
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Let the thread end, after what it is in."""
        self._jobs.put(None)

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


def _carry_out(work: Callable[[], Answer], future: "Future[Answer]") -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        answer = work()
    except BaseException as error:  # noqa: BLE001 -- it belongs to whoever waits
        future.set_exception(error)
    else:
        future.set_result(answer)
