"""A token for the bot's account: an application is registered, its owner consents in a browser, a code comes back.

Works on Mastodon, GoToSocial, takahe and snac, without a web page of ours: the server shows the code to be copied.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, cast
from urllib.parse import urlsplit

from bot.ports import SocialError
from bot.social.mastodon_client import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, USER_AGENT, Api, MastodonClient

SCOPES = ("read:accounts", "read:notifications", "read:statuses", "write:statuses")
FOR_PRIVATE_MENTIONS = "write:notifications"  # to have strangers' private mentions let through
FOR_THE_BOT_FLAG = "write:accounts"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class CodeRefusedError(SocialError):
    """The server does not take this code: it is mistyped, used up, or too old."""


class _Auth(Protocol):
    client_id: str | None
    client_secret: str | None
    access_token: str | None
    session: object

    def auth_request_url(
        self, *, scopes: Sequence[str], force_login: bool, state: str, lang: str, skip_server_info: bool
    ) -> str: ...
    def log_in(self, *, code: str, scopes: Sequence[str], allow_http: bool) -> str: ...


class Registration:
    """One application of ours on one server, for one wizard.

    `wanted` are the scopes to ask for beyond `SCOPES`, `language` that of the server's page.
    """

    def __init__(self, *, server: str, wanted: Sequence[str], language: str, clock: Callable[[], datetime]) -> None:
        self._server = server
        self._language = language
        self._wanted = wanted
        self._client = MastodonClient(server=server, token=None, clock=clock)
        self._scopes: tuple[str, ...] = ()

    async def begin(self) -> str:
        """Register the application; give the address at which the account's owner consents. Raises SocialError.

        A server that does not know one of the wanted scopes is asked for the others.
        """
        try:
            return await self._begin((*SCOPES, *self._wanted))
        except SocialError:
            return await self._begin(SCOPES)

    async def finish(self, code: str) -> str:
        """Change the code into a token. Raises CodeRefusedError, or SocialError for what may pass.

        snac shows the code with more behind an "&", and drops connections now and then (measured, 2.75): so the
        request is made twice if it must.
        """
        shown = code.partition("code=")[2] or code
        bare = shown.partition("&")[0]
        try:
            return await self._client.ask(lambda api: self._exchange(cast(_Auth, api), bare))
        except CodeRefusedError:
            raise
        except SocialError:
            return await self._client.ask(lambda api: self._exchange(cast(_Auth, api), bare))

    def close(self) -> None:
        """Give back the thread."""
        self._client.close()

    async def _begin(self, scopes: tuple[str, ...]) -> str:
        self._scopes = scopes
        return await self._client.ask(self._register)

    def _register(self, api: Api) -> str:
        from mastodon import Mastodon

        auth = cast(_Auth, api)
        register = cast(Callable[..., tuple[str, str]], Mastodon.create_app)
        auth.client_id, auth.client_secret = register(
            USER_AGENT,
            scopes=list(self._scopes),
            api_base_url=self._server,
            session=auth.session,
            request_timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
            user_agent=USER_AGENT,
        )
        # No state: nothing comes back to us but what a person copies.
        return auth.auth_request_url(
            scopes=self._scopes, force_login=True, state="", lang=self._language, skip_server_info=True
        )

    def _exchange(self, auth: _Auth, code: str) -> str:
        from mastodon.errors import MastodonError, MastodonNetworkError

        on_loopback = urlsplit(self._server).hostname in _LOOPBACK
        try:
            return auth.log_in(code=code, scopes=self._scopes, allow_http=on_loopback)
        except (MastodonError, LookupError, ValueError) as error:
            if auth.access_token:  # with fewer scopes than asked for, or without a word about them
                return auth.access_token
            if isinstance(error.__context__, MastodonNetworkError):
                raise SocialError(f"{self._client.host} cannot be reached") from None
            # Its text may hold the code, or what the server answered.
            raise CodeRefusedError(f"{self._client.host} does not take this code") from None
