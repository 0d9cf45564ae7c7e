"""One lasting connection to the broker, made again for as long as it takes. Only it and `client.py` know NATS.

nats-py could reconnect by itself. A new client for each connection is simpler to be sure of: nothing of the old one is
left, a refused key and a wrong certificate are met by the same few lines, and what is subscribed is always what
`subscribe` was told.
"""

import asyncio
import contextlib
import random
import ssl
import warnings
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from bot.broker.keys import read_credentials
from bot.ports import OutsideError

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg

_CONNECT_S = 5
_PING_S, _PINGS = 5, 2  # a line that is dead in one direction is found out within 15 s
_CLOSE_S = 2.0
_LOOK_S = 0.25
_FIRST_WAIT_S, _SOON_S, _LATER_S = 0.2, 2.0, 20.0
_LONG_S = 120.0  # a broker that was away for so long is asked less often
_QUEUE, _QUEUE_BYTES = 10_000, 4 * 1024 * 1024  # of one subscription: more is dropped, and is nobody else's loss

Heard = Callable[[str, bytes], Awaitable[None]]
"""Is told the subject and the payload of a message."""

log = structlog.stdlib.get_logger("cestmoiou")


class BrokerError(OutsideError):
    """The broker cannot be reached, or refuses us."""


class Link:
    """A connection to one of `urls`, made by `start`, and kept until `close`.

    `credentials` are an nkey's seed or the text of a .creds file, None for a broker that asks for none. `on_up` runs
    each time that the connection is there (again), after everything is subscribed.

    Raises BrokerError if the credentials cannot be any.
    """

    def __init__(
        self,
        urls: Sequence[str],
        *,
        credentials: str | None,
        ca: Path | None = None,
        label: str,
        on_up: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        try:
            self._credentials = read_credentials(credentials) if credentials is not None else None
        except ValueError as error:
            sentence = "broker.credentials is neither the seed of a key nor the text of a .creds file"
            raise BrokerError(sentence, permanent=True) from error
        self._urls = tuple(urls)
        self._ca = ca
        self._label = label
        self.on_up = on_up
        self._subjects: dict[str, Heard] = {}
        self._client: Client | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._down_since: float | None = None
        self.trouble: str | None = None

    @property
    def is_up(self) -> bool:
        """Whether a message may be sent now. It may still be lost: a broken line is found out within 15 s."""
        return self._client is not None and self._client.is_connected

    @property
    def down_s(self) -> float:
        """For how many seconds there has been no connection; 0 with one, and before `start`."""
        return 0.0 if self.is_up or self._down_since is None else _now() - self._down_since

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._down_since = _now()
        self._keeper = asyncio.create_task(self._keep(), name="broker")

    async def connect_once(self) -> None:
        """Connect now, for a command that is over soon. Raises BrokerError with one sentence."""
        self._client = await self._connect(self._urls[0])
        await self._subscribe_all(self._client)

    async def subscribe(self, subject: str, heard: Heard) -> None:
        """Hear a subject from now on, over every connection to come."""
        self._subjects[subject] = heard
        if self._client is not None and self.is_up:
            await self._subscribe(self._client, subject, heard)

    async def publish(self, subject: str, payload: bytes) -> bool:
        """Send; False if there is no connection. True promises nothing but that it left."""
        client = self._client
        if client is None or not client.is_connected:
            return False
        from nats.errors import Error

        try:
            await client.publish(subject, payload)
        except (Error, OSError, TimeoutError):
            return False
        return True

    async def flush(self, *, within_s: float = 1.0) -> None:
        """Wait until the broker has what was sent, or the time is up."""
        if self._client is None or not self.is_up:
            return
        from nats.errors import Error

        with contextlib.suppress(Error, OSError, TimeoutError):
            async with asyncio.timeout(within_s):
                await self._client.flush()

    async def close(self) -> None:
        """Disconnect for good. Never raises; ends within 3 s."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait({self._keeper}, timeout=1)
        client, self._client = self._client, None
        if client is not None:
            await _closed(client)

    # ---------------------------------------------------------------- keeping it up

    async def _keep(self) -> None:
        tries = 0
        while True:
            for url in self._urls:
                try:
                    client = await self._connect(url)
                except BrokerError as error:
                    self._say(str(error))
                    continue
                tries = 0
                await self._while_up(client)
            self._down_since = _now() if self._down_since is None else self._down_since
            longest = _SOON_S if self.down_s < _LONG_S else _LATER_S
            # Jitter: two hundred agents that lost the same broker do not come back in the same moment.
            await asyncio.sleep(min(_FIRST_WAIT_S * 2 ** min(tries, 10), longest) * random.uniform(0.6, 1.2))  # noqa: S311
            tries += 1

    async def _while_up(self, client: "Client") -> None:
        try:
            await self._subscribe_all(client)
            self._client = client
            self._down_since, self.trouble = None, None
            log.info("the broker is reached")
            if self.on_up is not None:
                await self.on_up()
            while client.is_connected:  # noqa: ASYNC110 -- what it calls when it is gone comes half a minute late
                await asyncio.sleep(_LOOK_S)
        except BrokerError as error:
            self._say(str(error))
        finally:
            self._client = None
            self._down_since = _now()
            # In the background: an encrypted line that is dead takes half a minute to be closed.
            _background(_closed(client))
        log.warning("the broker is gone; connecting again")

    def _say(self, sentence: str) -> None:
        if sentence != self.trouble:
            log.warning("no connection to the broker; trying again", why=sentence)
            self.trouble = sentence

    async def _connect(self, url: str) -> "Client":
        from nats.errors import Error

        from bot.broker.client import LastingClient

        client, last = LastingClient(self._credentials), list[Exception]()

        async def note(error: Exception) -> None:
            last[:] = [error]

        async def leave() -> None:
            if len(self._urls) > 1:
                _background(_closed(client))  # a server that is about to go: there is another one

        known = self._credentials
        jwt = known.jwt if known is not None else None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # how it calls aiohttp is not our affair
                async with asyncio.timeout(_CONNECT_S + 1):
                    await client.connect(
                        [url],
                        name=self._label,
                        tls=self._tls(url),
                        signature_cb=None if known is None else known.sign,
                        user_jwt_cb=None if jwt is None else jwt.encode,
                        allow_reconnect=False,
                        max_reconnect_attempts=1,
                        reconnect_time_wait=0,
                        connect_timeout=_CONNECT_S,
                        ping_interval=_PING_S,
                        max_outstanding_pings=_PINGS,
                        error_cb=note,
                        lame_duck_mode_cb=leave,
                    )
        except (Error, OSError, TimeoutError, ValueError) as error:
            _background(_closed(client))
            raise BrokerError(_sentence(url, last[-1] if last else error)) from error
        return client

    def _tls(self, url: str) -> ssl.SSLContext | None:
        if not url.startswith(("tls://", "wss://")):
            return None
        try:
            return ssl.create_default_context(cafile=self._ca)
        except (OSError, ssl.SSLError) as error:
            raise BrokerError(f"cannot read certificates from {self._ca}; correct broker.ca") from error

    async def _subscribe_all(self, client: "Client") -> None:
        for subject, heard in list(self._subjects.items()):
            await self._subscribe(client, subject, heard)

    async def _subscribe(self, client: "Client", subject: str, heard: Heard) -> None:
        from nats.errors import Error

        async def hear(message: "Msg") -> None:
            try:
                await heard(message.subject, message.data)
            except Exception:
                log.exception("a message of the broker could not be handled: this is a bug")

        try:
            await client.subscribe(  # pyright: ignore[reportUnknownMemberType] -- one of its parameters has no type
                subject, cb=hear, pending_msgs_limit=_QUEUE, pending_bytes_limit=_QUEUE_BYTES
            )
        except (Error, OSError) as error:
            raise BrokerError("the broker broke the connection off") from error


_running: set[asyncio.Task[None]] = set()


def _background(work: Awaitable[None]) -> None:
    async def run() -> None:
        await work

    task = asyncio.create_task(run())
    _running.add(task)  # the loop itself would forget it
    task.add_done_callback(_running.discard)


async def _closed(client: "Client") -> None:
    """Close whatever is left of a client, and let nothing of it be heard."""
    with contextlib.suppress(Exception):  # it is thrown away
        async with asyncio.timeout(_CLOSE_S):
            await client.close()


def _sentence(url: str, error: Exception) -> str:
    """One sentence for the operator, of what nats-py, aiohttp and OpenSSL say in many."""
    text = str(error).lower()
    if "authorization" in text or "authentication" in text:
        return f"{url} does not know this key; compare broker.credentials with the server's users"
    certificate = error if isinstance(error, ssl.SSLCertVerificationError) else error.__cause__
    if isinstance(certificate, ssl.SSLCertVerificationError) or "certificate verify failed" in text:
        return f"{url} shows a certificate that cannot be trusted; look at broker.ca"
    if isinstance(error, ssl.SSLError) or "ssl" in text:
        return f"{url} does not speak TLS as it should"
    if isinstance(error, TimeoutError):
        return f"{url} does not answer"
    return f"{url} cannot be reached ({type(error).__name__})"


def _now() -> float:
    return asyncio.get_running_loop().time()
