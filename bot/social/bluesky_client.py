"""atproto's client with a session that is kept: a method and its parameters go in, checked data or an error comes out.

Passwords buy few sessions (300 a day and account, failed ones counted), so a session is saved, refreshed and used
again after a restart, and a password that was refused once is not tried again.
"""

# atproto has its types inline, but no py.typed:
# pyright: reportMissingTypeStubs=false

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Never, Protocol, TypeVar, cast
from urllib.parse import urlsplit

import httpx
import structlog
from pydantic import BaseModel, ValidationError

from bot.ports import AccountRefusedError, SocialError
from bot.social.account_facts import RateLimit, clock_ahead, rate_limit, wait_of
from bot.social.bluesky_wire import SavedSession

if TYPE_CHECKING:
    from atproto_client.exceptions import RequestErrorBase

TIMEOUT_S = 10.0
DEADLINE_S = 30.0  # a call may hold a refresh or a login as well
CLOSING_S = 2.0
_STALE_SESSION = frozenset({"ExpiredToken", "InvalidToken", "AuthMissing"})
_REFUSED_LOGIN = frozenset({"AuthenticationRequired", "AuthFactorTokenRequired"})  # and AccountTakedown

Shape = TypeVar("Shape", bound=BaseModel)
Answer = TypeVar("Answer")

log = structlog.stdlib.get_logger(__name__)


class RefusedRequestError(SocialError):
    """The server understood and said no (400); `error_name` is its word for why."""

    def __init__(self, sentence: str, error_name: str) -> None:
        super().__init__(sentence)
        self.error_name = error_name


class DeniedError(SocialError):
    """401 or 403: to this one request, or by something before the server, unless it is the answer to a login."""

    def __init__(self, sentence: str, error_name: str) -> None:
        super().__init__(sentence)
        self.error_name = error_name


class _StaleSessionError(Exception):
    """The tokens are of no more use."""


class _Response(Protocol):
    content: object


class _AtProto(Protocol):
    """The part of atproto's AsyncClient that we use: its parsed models would lose a page for one odd record."""

    async def login(
        self,
        login: str | None = None,
        password: str | None = None,
        session_string: str | None = None,
        *,
        fetch_bsky_profile: bool,
    ) -> object: ...

    def export_session_string(self) -> str: ...

    def on_session_change(self, callback: Callable[[object, object], None]) -> None: ...

    async def invoke_query(self, nsid: str, params: BaseModel) -> _Response: ...

    async def invoke_procedure(self, nsid: str, *, content: bytes, headers: Mapping[str, str]) -> _Response: ...


class BlueskyClient:
    """One account. `identifier` is a handle or, better, a DID; the session is kept in `session_file`, mode 600.

    `clock` is this machine's; the session's age is told by the server's, as far as its answers have shown it.
    """

    def __init__(
        self, *, server: str, identifier: str, password: str, session_file: Path, clock: Callable[[], datetime]
    ) -> None:
        self._server = server.rstrip("/")
        self._identifier = identifier.removeprefix("@")  # the server refuses the @
        self._password = password
        self._session_file = session_file
        self._clock = clock
        self._lock = asyncio.Lock()
        self._client: _AtProto | None = None
        self._closers: list[Callable[[], Awaitable[None]]] = []  # of the clients that are open, oldest first
        self._refused: str | None = None
        self.did = ""
        self.handle = ""
        self.clock_ahead: timedelta | None = None  # our clock less the server's
        self.rate: RateLimit | None = None

    async def query(self, method: str, params: BaseModel) -> object:
        """Ask. Raises SocialError."""
        return await self._carry(lambda client: client.invoke_query(method, params))

    async def procedure(self, method: str, body: bytes) -> object:
        """Have something done; `body` is JSON, ours byte for byte (the library leaves out every null)."""
        headers = {"Content-Type": "application/json"}
        return await self._carry(lambda client: client.invoke_procedure(method, content=body, headers=headers))

    def read(self, shape: type[Shape], answer: object) -> Shape:
        """Check what the server said. Raises SocialError if it is something else."""
        try:
            return shape.model_validate(answer)
        except ValidationError as error:
            raise SocialError(f"{self._host} answered something that is not the AT Protocol") from error

    async def ready(self) -> None:
        """Be logged in; after this `did` is ours. Raises SocialError."""
        try:
            async with asyncio.timeout(DEADLINE_S):
                await self._logged_in()
        except TimeoutError as error:
            raise self._too_slow() from error

    async def close(self) -> None:
        """Give back the connections."""
        self._client = None
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_S):
                await self._close_all_but(0)

    async def _close_all_but(self, kept: int) -> None:
        while len(self._closers) > kept:
            try:
                await self._closers.pop(0)()
            except (OSError, RuntimeError, httpx.HTTPError) as error:
                log.debug("a connection to Bluesky did not close well", error=type(error).__name__)

    @property
    def _host(self) -> str:
        return urlsplit(self._server).netloc

    async def _carry(self, call: Callable[[_AtProto], Awaitable[_Response]]) -> object:
        try:
            async with asyncio.timeout(DEADLINE_S):
                client = await self._logged_in()
                try:
                    return (await self._guard(call(client))).content
                except _StaleSessionError:
                    client = await self._logged_in(instead_of=client)
                    return (await self._guard(call(client))).content
        except TimeoutError as error:
            raise self._too_slow() from error
        except _StaleSessionError as error:
            raise SocialError(f"{self._host} refuses a session that it has just given") from error

    def _too_slow(self) -> SocialError:
        return SocialError(f"{self._host} did not answer within {DEADLINE_S:g} s")

    async def _logged_in(self, *, instead_of: _AtProto | None = None) -> _AtProto:
        """Give a client with a session: the one there is, the saved one, or a new one, with the password, once."""
        async with self._lock:
            if self._client is not None and self._client is not instead_of:
                return self._client
            if self._refused:
                raise AccountRefusedError(self._refused)
            saved = self._saved_session() if instead_of is None else None
            client = self._connect()
            try:
                if saved is None or not await self._resume(client, saved):
                    await self._log_in(client)
            except BaseException:  # given up, too: a client is half a megabyte
                await self._closers.pop()()
                raise
            await self._close_all_but(2)  # the one before may be in use for a last moment
            client.on_session_change(lambda _event, _session: self._save(client))
            self._client = client
            self.handle, self.did = client.export_session_string().split(":::")[:2]
            return client

    async def _resume(self, client: _AtProto, saved: str) -> bool:
        """Take up a saved session; asks nothing of the server. False if the file holds none."""
        try:
            await client.login(session_string=saved, fetch_bsky_profile=False)
        except (ValueError, LookupError, TypeError):
            return False
        return True

    async def _log_in(self, client: _AtProto) -> None:
        try:
            # The profile would come through the AppView: with that down, a good login would fail.
            await self._guard(client.login(self._identifier, self._password, fetch_bsky_profile=False))
        except AccountRefusedError as error:
            self._refused = str(error)
            raise
        except DeniedError as error:
            if error.error_name not in _REFUSED_LOGIN:  # a firewall's 403, say
                raise
            self._refused = f"{self._host} refuses the account ({error.error_name}): give it a new app password"
            raise AccountRefusedError(self._refused) from error
        except _StaleSessionError as error:
            raise SocialError(f"{self._host} cannot log us in") from error
        self._save(client)

    def _connect(self) -> _AtProto:
        from atproto_client import AsyncClient  # here: 1.8 s of CPU, only where Bluesky is configured
        from atproto_client.request import AsyncRequest

        # An institution's outgoing proxy is honoured, but no proxy can reach a server on our own loopback.
        on_loopback = urlsplit(self._server).hostname in {"localhost", "127.0.0.1", "::1"}
        request = AsyncRequest(timeout=TIMEOUT_S, trust_env=not on_loopback, event_hooks={"response": [self._hear]})
        self._closers.append(request.close)
        client = AsyncClient(self._server, request=request)
        # It refreshes a session by the clock: 3 h ahead, before every call; 3 h behind, never.
        vars(client)["get_current_time"] = self._server_time
        return cast(_AtProto, client)

    def _server_time(self) -> datetime:
        return self._clock() - (self.clock_ahead or timedelta(0))

    async def _hear(self, answer: httpx.Response) -> None:
        """Note what every answer tells beside its content."""
        ahead = clock_ahead(answer.headers, self._clock())
        self.clock_ahead = self.clock_ahead if ahead is None else ahead
        self.rate = rate_limit(answer.headers) or self.rate

    async def _guard(self, call: Awaitable[Answer]) -> Answer:
        """Translate every error of the library, and httpx's own, some of which it lets through."""
        from atproto_client.exceptions import RequestErrorBase
        from atproto_core.exceptions import AtProtocolError

        try:
            return await call
        except RequestErrorBase as error:
            self._translate(error)
        except (AtProtocolError, httpx.HTTPError) as error:
            raise SocialError(f"{self._host} cannot be reached or does not speak the AT Protocol") from error
        except ValueError as error:  # a body that claims to be JSON and is not
            raise SocialError(f"{self._host} answered something that is not the AT Protocol") from error

    def _translate(self, error: "RequestErrorBase") -> Never:
        from atproto_client.exceptions import RateLimitExceededError
        from atproto_client.models.common import XrpcError

        if error.response is None:
            raise SocialError(f"{self._host} cannot be reached") from error
        status, content = error.response.status_code, error.response.content
        name = content.error if isinstance(content, XrpcError) else ""
        if isinstance(error, RateLimitExceededError):
            raise SocialError(f"{self._host} says too many requests", retry_after=wait_of(error.retry_after)) from error
        if name in _STALE_SESSION:
            raise _StaleSessionError from error
        if name == "AccountTakedown":  # a refresh, which the library makes within any call, says so as well
            raise AccountRefusedError(f"{self._host} has taken the account down") from error
        if status in {401, 403}:
            why = f"denies us this ({name})" if name else f"or something before it keeps us out (HTTP {status})"
            raise DeniedError(f"{self._host} {why}", name) from error
        if status == 400:
            raise RefusedRequestError(f"{self._host} refused the request ({name or status})", name) from error
        raise SocialError(f"{self._host} is in trouble (HTTP {status})") from error

    def _saved_session(self) -> str | None:
        try:
            saved = SavedSession.model_validate_json(self._session_file.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError):
            log.warning("the saved Bluesky session cannot be read: logging in", file=str(self._session_file))
            return None
        ours = (saved.server, saved.identifier) == (self._server, self._identifier)
        return saved.session if ours else None

    def _save(self, client: _AtProto) -> None:
        """Write the session down in one move, readable by us alone. Done without if the folder is read-only."""
        saved = SavedSession(server=self._server, identifier=self._identifier, session=client.export_session_string())
        try:
            handle, path = tempfile.mkstemp(dir=self._session_file.parent, prefix=self._session_file.name)
            with os.fdopen(handle, "w", encoding="utf-8") as file:  # mkstemp makes it mode 600
                file.write(saved.model_dump_json())
            Path(path).replace(self._session_file)
        except OSError:
            log.warning("the Bluesky session cannot be saved", file=str(self._session_file))
