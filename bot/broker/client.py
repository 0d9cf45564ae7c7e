"""nats-py's client, but for one fault: imported only when a connection is made."""

import contextlib

from nats.aio.client import Client

from bot.broker.keys import Credentials


class LastingClient(Client):
    """Signs with our own reader of keys, and ends whole.

    nats-py 2.16 gives up in the middle of closing if the line breaks just then: its tasks would stay.
    """

    def __init__(self, credentials: Credentials | None) -> None:
        super().__init__()
        self._public_nkey = credentials.public if credentials is not None else None

    async def _close(self, status: int, do_cbs: bool = True) -> None:
        try:
            await super()._close(status, do_cbs)
        except OSError:
            self._let_go()

    def _let_go(self) -> None:
        for subscription in list(self._subs.values()):
            task = subscription._wait_for_msgs_task  # pyright: ignore[reportPrivateUsage, reportUnknownVariableType, reportUnknownMemberType]  # noqa: SLF001
            if task is not None:
                task.cancel()
        self._subs.clear()
        if self._transport is not None:
            with contextlib.suppress(OSError):
                self._transport.close()
