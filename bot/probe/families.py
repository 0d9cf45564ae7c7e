"""After a look over one of IPv4 and IPv6, the same over the other: sites fail over one of them and nobody notices.

A fetch and its outcome in, the other family's outcome out, None where there is nothing to compare.
"""

import asyncio

from bot.model import Failure, FailureKind, Phase
from bot.probe.fetching import Fetch, Fetched

_PAUSE_S = 0.3  # before trouble is believed: it must show twice
_COMPARED = frozenset({Phase.TLS, Phase.HTTP, Phase.CONTENT})
_SILENT = frozenset({FailureKind.NO_ANSWER, FailureKind.TIMEOUT, FailureKind.BODY_STALLED})
_OF_THE_SITE = frozenset(  # the same over both families, whatever carries it
    {
        FailureKind.REDIRECT_LOOP,
        FailureKind.REDIRECT_TOO_MANY,
        FailureKind.REDIRECT_INVALID,
        FailureKind.REDIRECT_REFUSED,
        FailureKind.HEADERS_TOO_BIG,
        FailureKind.HTTP2_ONLY,
        FailureKind.OUT_OF_TIME,
    }
)


async def over_the_other_family(fetch: Fetch, result: Fetched | Failure, until: float) -> Fetched | Failure | None:
    """Ask once more over the other family, if both connect; never raises, ends at the loop's time `until`.

    It has as long as the first family took twice over, and 2.2 s at least; where time does not allow that, silence
    says nothing.
    """
    address = fetch.meter.alive_beside()
    if address is None or not _is_compared(result):
        return None
    patience_s = max(fetch.tools.limits.other_s, 2 * fetch.meter.seconds.get("first_byte", 0.0))
    first = await _ask(fetch, address, patience_s, until)
    is_silent = isinstance(first, Failure) and first.kind in _SILENT
    if not is_trouble(first) or is_trouble(result) or is_silent:
        return first  # no blip lasts that long
    await asyncio.sleep(min(_PAUSE_S, max(0.0, until - _now())))
    return await _ask(fetch, address, patience_s, until)


def is_trouble(result: Fetched | Failure | None) -> bool:
    """Say whether an outcome is a failure or a server's error."""
    return result is not None and (isinstance(result, Failure) or result.status >= 500)


async def _ask(fetch: Fetch, address: str, patience_s: float, until: float) -> Fetched | Failure | None:
    enough = _now() + patience_s
    try:
        async with asyncio.timeout_at(min(enough, until) + 0.05):
            result = await fetch.again_over(address, min(enough, until))
    except TimeoutError:
        return None
    is_late = isinstance(result, Failure) and _now() >= until - 0.05
    return None if is_late and enough > until else result


def _is_compared(result: Fetched | Failure) -> bool:
    if isinstance(result, Failure):
        return result.phase in _COMPARED and result.kind not in _OF_THE_SITE
    return not 400 <= result.status < 500  # refused or walled: asking again is no use


def _now() -> float:
    return asyncio.get_running_loop().time()
