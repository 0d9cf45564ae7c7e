"""Globalping's API over HTTPS: requests go in, its JSON or a GlobalpingError comes out. Knows nothing of platforms.

Root, fields, errors and limits: the API's own description, version 1, August 2026.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import cast

import httpx

Json = Mapping[str, object]

CALL_S = 5.0  # one call; the whole measurement has its own deadline
MOST_BYTES = 4 * 1024 * 1024  # 50 results with 10,000 characters of body each are below 1 MiB
_LONGEST_WAIT = timedelta(hours=1)  # allowances are hourly


class Trouble(StrEnum):
    """What is wrong between Globalping and us. None of these says anything about a target."""

    TOKEN = "token"  # noqa: S105 -- a name
    SPENT = "spent"
    BUSY = "busy"
    NO_PROBES = "no-probes"
    REFUSED = "refused"
    FAILS = "fails"


class GlobalpingError(Exception):
    """The API gave no measurement. `retry_after`: it said when to come back. The text is one sentence, no secret."""

    def __init__(self, trouble: Trouble, sentence: str, retry_after: timedelta | None = None) -> None:
        super().__init__(sentence)
        self.trouble = trouble
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Left:
    """What the API says is left of the allowance: so many tests, until it is full again after `reset`."""

    tests: int
    reset: timedelta


@dataclass(frozen=True, slots=True)
class Created:
    """A measurement under way: its id, and what is left of the allowance, if the API said."""

    id: str
    left: Left | None


class GlobalpingClient:
    """One client, one token or none. `url` is the API's root; tests give their own."""

    def __init__(self, *, url: str, token: str | None, user_agent: str) -> None:
        self._url = url.rstrip("/")
        headers = {"User-Agent": user_agent, "Accept": "application/json", "Accept-Encoding": "gzip"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._http = httpx.AsyncClient(headers=headers, timeout=CALL_S, trust_env=False, follow_redirects=False)

    async def create(self, measurement: Json) -> Created:
        """Have a measurement made. Raises GlobalpingError."""
        try:
            response, answer = await self._call("POST", "/v1/measurements", measurement)
        except GlobalpingError as error:
            if error.trouble is not Trouble.FAILS:
                raise
            response, answer = await self._call("POST", "/v1/measurements", measurement)  # a 500 of theirs: once more
        name = answer.get("id")
        if not isinstance(name, str) or not name.isalnum():
            raise GlobalpingError(Trouble.FAILS, "Globalping answered without the id of a measurement")
        return Created(name, _left(response.headers))

    async def read(self, name: str) -> Json:
        """How far a measurement is. Wait 500 ms after each answer before asking again. Raises GlobalpingError."""
        return (await self._call("GET", f"/v1/measurements/{name}"))[1]

    async def left(self) -> Left | None:
        """What is left of the hourly allowance; this call counts for nothing. Raises GlobalpingError."""
        _, answer = await self._call("GET", "/v1/limits")
        rate: object = answer
        for key in ("rateLimit", "measurements", "create"):
            rate = cast("Json", rate).get(key) if isinstance(rate, Mapping) else None  # pyright: ignore[reportUnnecessaryCast] -- narrowed only the first time round
        if not isinstance(rate, Mapping):
            return None
        table = cast("Json", rate)
        tests, reset = table.get("remaining"), table.get("reset")
        return Left(tests, timedelta(seconds=reset)) if isinstance(tests, int) and isinstance(reset, int) else None

    async def close(self) -> None:
        """Drop the connections."""
        await self._http.aclose()

    async def _call(self, method: str, path: str, body: Json | None = None) -> tuple[httpx.Response, Json]:
        try:
            async with self._http.stream(method, self._url + path, json=body) as response:
                text = await _bounded(response)
        except httpx.HTTPError as error:
            raise GlobalpingError(Trouble.FAILS, f"Globalping cannot be reached ({type(error).__name__})") from error
        answer = _parsed(text)
        if response.status_code >= 300:
            raise _error(response, answer)
        if answer is None:
            raise GlobalpingError(Trouble.FAILS, "Globalping answered something that is not its JSON")
        return response, answer


async def _bounded(response: httpx.Response) -> bytes:
    text = bytearray()
    async for chunk in response.aiter_bytes():
        text += chunk
        if len(text) > MOST_BYTES:
            raise GlobalpingError(Trouble.FAILS, "Globalping's answer does not end")
    return bytes(text)


def _parsed(text: bytes) -> Json | None:
    try:
        answer = cast("object", json.loads(text))
    except (ValueError, RecursionError):
        return None
    return cast("Json", answer) if isinstance(answer, Mapping) else None


def _error(response: httpx.Response, answer: Json | None) -> GlobalpingError:
    error = (answer or {}).get("error")
    kind = str(cast("Json", error).get("type")) if isinstance(error, Mapping) else ""
    wait = _wait(response.headers)
    match response.status_code:
        case 401:  # without any body
            return GlobalpingError(Trouble.TOKEN, "Globalping refuses the token; correct globalping.token")
        case 403:
            return GlobalpingError(Trouble.TOKEN, "Globalping refuses us (403); look at globalping.token")
        case 422:
            return GlobalpingError(Trouble.NO_PROBES, "Globalping has no probe at any of globalping.places")
        case 429 if kind == "insufficient_credits":
            return GlobalpingError(Trouble.SPENT, "Globalping's credits are spent", wait or _LONGEST_WAIT)
        case 429 if kind == "rate_limit_exceeded":
            return GlobalpingError(Trouble.SPENT, "Globalping's hourly allowance is spent", wait or _LONGEST_WAIT)
        case 429:
            return GlobalpingError(Trouble.BUSY, "Globalping asks us to slow down", wait or timedelta(seconds=5))
        case status if status < 500:
            return GlobalpingError(Trouble.REFUSED, f"Globalping does not take this measurement ({status})")
        case status:
            return GlobalpingError(Trouble.FAILS, f"Globalping has trouble of its own ({status})")


def _left(headers: httpx.Headers) -> Left | None:
    tests, reset = (_number(headers, f"x-ratelimit-{name}") for name in ("remaining", "reset"))
    return None if tests is None or reset is None else Left(tests, timedelta(seconds=reset))


def _wait(headers: httpx.Headers) -> timedelta | None:
    seconds = _number(headers, "retry-after")
    if seconds is None:
        seconds = _number(headers, "x-ratelimit-reset")
    return None if seconds is None else min(timedelta(seconds=seconds), _LONGEST_WAIT)


def _number(headers: httpx.Headers, name: str) -> int | None:
    value = headers.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 9 else None
