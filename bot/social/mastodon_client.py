"""Mastodon.py behind one thread and one deadline: a question goes in, a checked answer or a port's exception comes out.

Mastodon.py blocks, is not safe across threads, and costs about 4.5 ms of parsing a notification (measured, 2.3.3); so
each account has one thread of its own, and a server that hangs holds back nobody else.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar, cast
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from bot.ports import SocialError
from bot.social.account_facts import wait_of
from bot.social.mastodon_worker import Worker

CONNECT_TIMEOUT_S = 2.5  # for each address of the server
READ_TIMEOUT_S = 8.0  # for each read of the socket; Mastodon.py's own default is 300 s
DEADLINE_S = 20.0  # for the whole call, its wait for the thread included: a server can drip a byte at a time
USER_AGENT = "cestmoiou"

Form = Mapping[str, str | Sequence[str]]
Shape = TypeVar("Shape", bound=BaseModel)
Answer = TypeVar("Answer")


class GoneError(SocialError):
    """404: what we asked for is deleted, or its author blocks us. Always permanent."""


class UnheardError(SocialError):
    """The server itself said nothing: no answer came, or only that of a gateway before it (502, 504)."""


class NotReachedError(UnheardError):
    """There was no answer: never sent, or the answer lost. It may pass."""


class RefusedRequestError(SocialError):
    """The server said no (400, 401, 403, 410, 422), to this request or to the account. Always permanent.

    `in_its_own_words`: with an error as Mastodon's API has them, which a firewall's page is not.
    """

    def __init__(self, sentence: str, *, status: int, in_its_own_words: bool) -> None:
        super().__init__(sentence, permanent=True)
        self.status = status
        self.in_its_own_words = in_its_own_words


class HttpAnswer(Protocol):
    """An answer of the client's own HTTP session."""

    ok: bool
    status_code: int
    headers: Mapping[str, str]

    def json(self) -> object: ...  # noqa: D102


class HttpSession(Protocol):
    """The client's own HTTP session."""

    trust_env: bool

    def request(  # noqa: D102
        self, method: str, url: str, *, data: Form | None, headers: Mapping[str, str], timeout: tuple[float, float]
    ) -> HttpAnswer: ...


class Api(Protocol):
    """The part of Mastodon.py that we use. Its own return types are checked by `read` instead of believed."""

    session: HttpSession
    ratelimit_reset: float | None

    def account_verify_credentials(self) -> object: ...  # noqa: D102
    def account_lookup(self, acct: str) -> object: ...  # noqa: D102
    def account_statuses(  # noqa: D102
        self,
        id: str,  # noqa: A002
        *,
        exclude_replies: bool,
        limit: int,
        max_id: str | None,
    ) -> object: ...
    def notifications(self, *, types: Sequence[str], limit: int, max_id: str | None) -> object: ...  # noqa: D102
    def status(self, id: str) -> object: ...  # noqa: A002, D102
    def status_context(self, id: str) -> object: ...  # noqa: A002, D102
    def status_delete(self, id: str) -> object: ...  # noqa: A002, D102
    def status_post(  # noqa: D102
        self,
        status: str,
        *,
        in_reply_to_id: str | None,
        visibility: str,
        spoiler_text: str | None,
        language: str | None,
        idempotency_key: str,
        sensitive: bool | None,
    ) -> object: ...


class MastodonClient:
    """One account's thread. `clock` tells how long to wait when the server says until when.

    Without a `token`, the server is asked as anybody may.
    """

    def __init__(self, *, server: str, token: str | None, clock: Callable[[], datetime]) -> None:
        self._server = server.rstrip("/")
        self.token = token
        self._clock = clock
        self._thread = Worker(f"mastodon {self.host}")
        self._api: Api | None = None

    async def ask(self, question: Callable[[Api], Answer]) -> Answer:
        """Carry a question to the server in our thread. Raises SocialError."""
        try:
            async with asyncio.timeout(DEADLINE_S):
                return await self._thread.run(lambda: self._ask(question))
        except TimeoutError as error:
            raise UnheardError(f"{self.host} did not answer within {DEADLINE_S:g} s") from error

    async def ask_once(self, question: Callable[[Api], Answer]) -> Answer:
        """Carry to the server what must not be done twice: an error tells whether it may still come to be done.

        Raises SocialError.
        """
        try:
            return await self.ask(question)
        except UnheardError as error:
            raise SocialError(str(error), may_be_done=True) from error

    async def put(self, path: str, form: Form) -> object:
        """Change something, with a request of our own: Mastodon.py's `status_update` leaves the language out.

        Raises SocialError.
        """
        answer = await self.send("PUT", path, form)
        if not answer.ok:
            raise self._of_answer(answer)
        return json_or_none(answer)

    async def send(self, method: str, path: str, form: Form | None = None) -> HttpAnswer:
        """Make one request that may as well be made twice; give its answer, whatever its status.

        Raises SocialError if there is none. snac drops a kept connection now and then (3 in 270, measured): once more.
        """
        try:
            return await self.ask(lambda api: self._send(api, method, path, form))
        except NotReachedError:
            return await self.ask(lambda api: self._send(api, method, path, form))

    def read(self, shape: type[Shape], answer: object) -> Shape:
        """Check what the server said. Raises SocialError if it is something else."""
        try:
            return shape.model_validate(answer)
        except ValidationError as error:
            raise SocialError(f"{self.host} answered something that is not Mastodon's API") from error

    def close(self) -> None:
        """Let go of the thread, at once: it never holds the process."""
        self._thread.close()

    @property
    def host(self) -> str:
        """The server's name, for sentences."""
        return urlsplit(self._server).netloc

    @property
    def server(self) -> str:
        """The server's address, without a slash at its end."""
        return self._server

    def _ask(self, question: Callable[[Api], Answer]) -> Answer:
        from mastodon.errors import MastodonError  # here: 33 MB, only where an account is configured

        api = self._api = self._api or self._connect()
        try:
            return question(api)
        except SocialError:
            raise
        # Odd answers make Mastodon.py fail in odd ways (KeyError, AttributeError, RecursionError: measured, 2.3.3).
        except (MastodonError, ValueError, TypeError, LookupError, AttributeError, RecursionError, OSError) as error:
            raise self._translated(error, api) from error

    def _send(self, api: Api, method: str, path: str, form: Form | None) -> HttpAnswer:
        ours = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return api.session.request(
            method,
            f"{self._server}{path}",
            data=form,
            headers={"User-Agent": USER_AGENT} | ours,
            timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
        )

    def _of_answer(self, answer: HttpAnswer) -> SocialError:
        said = json_or_none(answer)
        error = self._of_status(answer.status_code, in_its_own_words=isinstance(said, dict) and "error" in said)
        wait = answer.headers.get("Retry-After", "")
        if answer.status_code == 429 and wait.isdecimal() and len(wait) < 10:
            error.retry_after = wait_of(int(wait))
        return error

    def _connect(self) -> Api:
        from mastodon import Mastodon

        make = cast(Callable[..., Api], Mastodon)
        api = make(
            access_token=self.token,
            api_base_url=self._server,
            # Both together keep Mastodon.py from asking the instance for its version, which recurses until
            # RecursionError if that fails, as it always does on takahe (halcy/Mastodon.py issue 450).
            mastodon_version="4.5.0",
            version_check_mode="created",
            ratelimit_method="throw",  # "wait", the default, sleeps up to 5 minutes in the thread
            request_timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
            user_agent=USER_AGENT,
        )
        # An institution's outgoing proxy is honoured, but no proxy can reach a server on our own loopback.
        api.session.trust_env = urlsplit(self._server).hostname not in {"localhost", "127.0.0.1", "::1"}
        return api

    def _translated(self, error: Exception, api: Api) -> SocialError:
        from mastodon.errors import MastodonNetworkError, MastodonRatelimitError

        if isinstance(error, MastodonRatelimitError):
            return SocialError(f"{self.host} says too many requests", retry_after=self._wait(api))
        if isinstance(error, MastodonNetworkError | OSError):
            return NotReachedError(f"{self.host} cannot be reached")
        status = error.args[1] if len(error.args) > 1 else None
        return self._of_status(status, in_its_own_words=error.args[3:4] not in {(), (None,)})

    def _of_status(self, status: int | str | None, *, in_its_own_words: bool) -> SocialError:
        match status:
            case 404:
                return GoneError(f"{self.host} does not have this: gone, or its author blocks us", permanent=True)
            case 400 | 401 | 403 | 410 | 422 as refusal:
                return self._refusal(int(refusal), in_its_own_words=in_its_own_words)
            case 429:
                return SocialError(f"{self.host} says too many requests")
            case 502 | 504:
                return UnheardError(f"{self.host} is in trouble (HTTP {status})")
            case int():
                return SocialError(f"{self.host} is in trouble (HTTP {status})")
            case _:
                return SocialError(f"{self.host} answered something that is not Mastodon's API")

    def _refusal(self, status: int, *, in_its_own_words: bool) -> RefusedRequestError:
        hint = (
            "; if it goes on, the token may lack a scope: “cestmoiou networks check” says which, "
            "“cestmoiou login mastodon” makes a new one"
        )
        sentence = f"{self.host} refused the request (HTTP {status}){hint if status == 403 else ''}"
        return RefusedRequestError(sentence, status=status, in_its_own_words=in_its_own_words)

    def _wait(self, api: Api) -> timedelta | None:
        """Mastodon.py has put the server's instant on our clock, by its Date header."""
        if api.ratelimit_reset is None:
            return None
        return wait_of(api.ratelimit_reset - self._clock().timestamp())


def json_or_none(answer: HttpAnswer) -> object:
    """What the answer says, None if it is not JSON (or too deep to be meant)."""
    try:
        return answer.json()
    except (ValueError, RecursionError):
        return None
