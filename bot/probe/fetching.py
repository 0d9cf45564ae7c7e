"""One fetch: a target in, its final answer with the first bytes of the body out, or a failure; follows redirects."""

import asyncio
import warnings
from dataclasses import dataclass, field, replace
from http.cookiejar import Cookie
from typing import cast

import httpcore
import httpx

from bot.model import Failure, FailureKind, Phase, Target
from bot.probe.bodies import Body
from bot.probe.charsets import text_of
from bot.probe.failures import ProbeFailedError, failed
from bot.probe.gate import HostRefusedError, Place, redirect_of
from bot.probe.hop import Head, Hops, Tools
from bot.probe.meter import Meter

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FALL_BACK = frozenset({FailureKind.REFUSED, FailureKind.TIMEOUT, FailureKind.UNREACHABLE, FailureKind.RESET})
_ENOUGH_TO_SHOW = 1024  # raw bytes of a page that stalls: below, nothing of it can be read
_MOST_COOKIES, _LONGEST_COOKIE = 50, 4096  # of one answer: RFC 6265, section 6.1
_MOST_COOKIE_BYTES = 32 * 1024  # of one request: servers refuse far less, and ten redirects could collect a megabyte
_LONGEST_PATH = 500
_HANGS_FROM_S = 5.0  # a place that was waited for as long does not answer; one that came late had no time left
_ENOUGH_TO_JUDGE = 64 * 1024  # as many as the fingerprints look at


@dataclass(frozen=True, slots=True)
class Fetched:
    """A final answer. `hosts` are all that were asked, the last one answered, for `path` with its query.

    `headers` have names in lower case.
    """

    status: int
    hosts: tuple[str, ...]
    headers: dict[str, str]
    body: bytes
    notes: tuple[str, ...]
    redirects: int = 0
    path: str = "/"

    @property
    def text(self) -> str:
        """As much of the body as is judged, as text; never fails."""
        return text_of(self.body[:_ENOUGH_TO_JUDGE], self.headers.get("content-type", ""))


@dataclass(slots=True)
class Fetch:
    """Fetches one target once. `hosts` and `meter` tell what happened, also after a failure.

    `avoid` is an address to try last: one of two servers may be ill, and it was asked before.
    """

    tools: Tools
    target: Target
    until: float
    avoid: str | None = None
    meter: Meter = field(default_factory=Meter)
    hosts: list[str] = field(default_factory=list[str])
    _last: tuple[Place, str | None] | None = None
    _asked_at: float = 0.0
    _redirects: int = 0
    _cookies: httpx.Cookies | None = None
    _seen: set[tuple[str, frozenset[str]]] = field(default_factory=set[tuple[str, frozenset[str]]])

    async def run(self) -> Fetched | Failure:
        """Fetch, to the end of the body's bounds. Never raises for anything the outside does."""
        hops = Hops(self.tools, self.meter, self.until, typed=self.target.typed, avoid=self.avoid)
        first = Place(self.target.scheme, self.target.host, self.target.port, self.target.path)
        try:
            return await self._follow_or_fall_back(hops, first)
        except ProbeFailedError as error:
            return self._after_redirect(error.failure)
        finally:
            await hops.finish()

    async def again_over(self, address: str, until: float) -> Fetched | Failure | None:
        """Ask the last place once more, at another of its addresses, until the loop's time `until`; follow nothing."""
        if self._last is None:
            return None
        place, cookie = self._last
        again = Fetch(self.tools, self.target, until, hosts=list(self.hosts))
        hops = Hops(self.tools, again.meter, until, typed=self.target.typed)
        hops.pin(place.host, address)
        try:
            head = await hops.request(place, cookie)
            try:
                return await again._fetched(hops, head, place)
            finally:
                await head.transport.aclose()
        except ProbeFailedError as error:
            return error.failure

    async def _follow_or_fall_back(self, hops: Hops, first: Place) -> Fetched:
        try:
            return await self._follow(hops, first)
        except ProbeFailedError as error:
            failure = error.failure
            is_closed = failure.phase is Phase.TCP and failure.kind in _FALL_BACK and not self._redirects
            if not (is_closed and first.scheme == "https" and first.port is None):
                raise
            try:
                return await self._over_plain_http(hops, first)
            except ProbeFailedError:
                self._redirects = 0
                raise error from None

    async def _over_plain_http(self, hops: Hops, first: Place) -> Fetched:
        # Browsers fall back to port 80; so do we before we say "down", and note it.
        hops.tcp_s = self.tools.limits.other_s
        fetched = await self._follow(hops, replace(first, scheme="http"))
        return replace(fetched, notes=(*fetched.notes, "plain_http"))

    async def _follow(self, hops: Hops, place: Place) -> Fetched:
        for _ in range(self.tools.limits.redirects + 1):
            self.hosts.append(place.host)
            self._refuse_loop(place)
            cookie = self._cookie_for(place)
            self._last, self._asked_at = (place, cookie), asyncio.get_running_loop().time()
            head = await hops.request(place, cookie)
            try:
                if head.response.status_code not in _REDIRECTS:
                    return await self._fetched(hops, head, place)
                self._keep_cookies(head.response)
                place = self._next(place, head.response)
                self._redirects += 1
            finally:
                await head.transport.aclose()
        raise failed(Phase.HTTP, FailureKind.REDIRECT_TOO_MANY, f"more than {self.tools.limits.redirects} redirects")

    def _next(self, place: Place, response: httpx.Response) -> Place:
        location = _header(response, b"location")
        if location is None:
            raise failed(Phase.HTTP, FailureKind.REDIRECT_INVALID, f"{response.status_code} without a Location")
        try:
            return redirect_of(location, place, own_port=self.target.port)
        except HostRefusedError as error:
            raise failed(Phase.POLICY, FailureKind.REDIRECT_REFUSED, error.reason) from error

    def _after_redirect(self, failure: Failure) -> Failure:
        """Add after how many redirects it failed: where a site sends people is the site's own doing."""
        redirects = self._redirects
        if redirects and failure.kind is FailureKind.ADDRESS_REFUSED:
            failure = replace(failure, kind=FailureKind.REDIRECT_REFUSED)
        now = asyncio.get_running_loop().time()
        is_over = now >= self.until - 0.05 and now - self._asked_at < _HANGS_FROM_S
        if redirects and failure.kind is FailureKind.NO_ANSWER and is_over:
            failure = replace(failure, kind=FailureKind.OUT_OF_TIME)
        return replace(failure, redirects=redirects)

    def _refuse_loop(self, place: Place) -> None:
        # Only the same address with the same cookies is a loop: many sites set a cookie and send people round once.
        cookies = self._cookies.jar if self._cookies is not None else ()
        state = frozenset(f"{cookie.domain}{cookie.path}{cookie.name}={cookie.value}" for cookie in cookies)
        if (place.url, state) in self._seen:
            raise failed(Phase.HTTP, FailureKind.REDIRECT_LOOP, "the same address, the same cookies, twice")
        self._seen.add((place.url, state))

    def _keep_cookies(self, response: httpx.Response) -> None:
        if "set-cookie" in response.headers:
            self._cookies = self._cookies if self._cookies is not None else httpx.Cookies()
            # A jar reads thousands of them for a tenth of a second (measured), while everybody else waits.
            # Raw, since a cookie may hold any bytes.
            lines = [value for name, value in response.headers.raw if name.lower() == b"set-cookie"][:_MOST_COOKIES]
            headers = [(b"set-cookie", line[:_LONGEST_COOKIE]) for line in lines]
            with warnings.catch_warnings():  # the jar drops what it cannot read, and prints a traceback of it
                warnings.simplefilter("ignore")
                self._cookies.extract_cookies(httpx.Response(200, headers=headers, request=response.request))

    def _cookie_for(self, place: Place) -> str | None:
        if self._cookies is None:
            return None
        for cookie in list(self._cookies.jar):
            if not _is_sendable(cookie):
                self._cookies.jar.clear(cookie.domain, cookie.path, cookie.name)
        request = httpx.Request("GET", place.url)
        self._cookies.set_cookie_header(request)
        cookie = cast("str | None", request.headers.get("cookie"))
        return cookie if cookie is None or len(cookie) <= _MOST_COOKIE_BYTES else None

    async def _fetched(self, hops: Hops, head: Head, place: Place) -> Fetched:
        headers = {name: value[:500] for name, value in head.response.headers.items()}
        body = Body(headers.get("content-encoding", "").strip().lower(), self.tools.limits)
        with self.meter.timing("body"):
            await self._read(hops, head, body)
        if not body.raw_size or body.is_blank:
            body.notes.append("body_empty")
        if self._redirects and (self.target.scheme, place.scheme) == ("https", "http"):
            body.notes.append("unencrypted")
        status, notes = head.response.status_code, tuple(body.notes)
        return Fetched(
            status, tuple(self.hosts), headers, body.data, notes, self._redirects, place.path[:_LONGEST_PATH]
        )

    async def _read(self, hops: Hops, head: Head, body: Body) -> None:
        is_error_page = head.response.status_code >= 400  # then the status says it all
        try:
            async with asyncio.timeout(hops.left_s(self.tools.limits.body_s)):
                async for chunk in head.response.stream:  # type: ignore[reportUnknownVariableType] -- a union in httpx
                    if not body.feed(cast("bytes", chunk)):
                        break
                    await asyncio.sleep(0)  # 64 KiB may be ten thousand chunks, all there already
        except TimeoutError:
            if not is_error_page and body.raw_size < _ENOUGH_TO_SHOW:
                raise failed(Phase.CONTENT, FailureKind.BODY_STALLED, f"{body.raw_size} bytes, then nothing") from None
            body.notes.append("body_slow" if body.raw_size < _ENOUGH_TO_JUDGE else "body_capped")
        except (OSError, httpcore.ProtocolError, httpcore.NetworkError) as error:
            ended_early = "peer closed connection" in str(error) and body.raw_size > 0  # browsers show what came
            if not is_error_page and not ended_early:
                raise failed(Phase.CONTENT, FailureKind.BODY_CUT, str(error)[:200]) from error
            body.notes.append("body_cut")


def _header(response: httpx.Response, name: bytes) -> str | None:
    # Read raw: a Location may hold any bytes, and httpx would guess an encoding for all headers together.
    raw = next((value for key, value in response.headers.raw if key.lower() == name), b"")
    return raw.decode("utf-8", errors="replace").strip() or None  # browsers take an empty one for none


def _is_sendable(cookie: Cookie) -> bool:
    text = f"{cookie.name}{cookie.value}"
    return text.isascii() and text.isprintable()
