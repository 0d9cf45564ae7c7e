"""One request of a fetch: a place in, the head of its answer out, or ProbeFailedError. Steps: dns, tcp, tls, http."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address
from itertools import chain, zip_longest

import httpcore
import httpx

from bot.model import Blame, Failure, FailureKind, Phase
from bot.probe.dialling import Dial, Dialler, Policy, RollCall
from bot.probe.failures import ProbeFailedError, answer_failure, failed, tls_failure
from bot.probe.gate import Place
from bot.probe.limits import Limits
from bot.probe.meter import Meter
from bot.probe.resolver import Lookup, Resolver
from bot.probe.streams import Stream, open_stream
from bot.probe.transport import PinnedTransport

_MOST_ROLL_CALLS = 2  # a bare domain and its www: enough to see a half-dead site, no more connections than needed


@dataclass(frozen=True, slots=True)
class Tools:
    """What all fetches share; `tls` verifies, `loose_tls` only finds out what is behind a chain it cannot verify."""

    resolver: Resolver
    policy: Policy
    limits: Limits
    dial: Dial
    tls: ssl.SSLContext
    loose_tls: ssl.SSLContext
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Head:
    """An answer whose headers are there and whose body is not read yet; close it."""

    response: httpx.Response
    transport: PinnedTransport


class Hops:
    """Makes the requests of one fetch. Every host is looked up once; what was checked then is what is connected to."""

    def __init__(self, tools: Tools, meter: Meter, until: float, *, typed: bool, avoid: str | None = None) -> None:
        """Prepare. `typed` says that a stranger named the host; `avoid` is the last of its family to be tried."""
        self._tools = tools
        self._meter = meter
        self._until = until
        self._typed = typed
        self._avoid = avoid
        self._pinned: dict[str, tuple[str, ...]] = {}
        self._rolls_left = _MOST_ROLL_CALLS
        self._dialler = Dialler(tools.policy, tools.limits, tools.dial)
        self.tcp_s = tools.limits.tcp_s

    def left_s(self, limit_s: float) -> float:
        """How many seconds a step may take: its own limit, or what the fetch has left."""
        return max(0.0, min(limit_s, self._until - _now()))

    def pin(self, host: str, address: str) -> None:
        """Connect to this address of a host, which was judged already, and to no other."""
        self._pinned[host] = (address,)

    async def request(self, place: Place, cookie: str | None) -> Head:
        """Ask a place. Raises ProbeFailedError."""
        addresses = await self._addresses(place.host)
        try:
            stream = await self._connect(place, addresses, self._tools.tls)
        except ProbeFailedError as error:
            failure = error.failure
            if failure.kind in {FailureKind.INCOMPLETE_CHAIN, FailureKind.UNKNOWN_ISSUER}:
                raise ProbeFailedError(replace(failure, behind=await self._is_behind(place, addresses))) from error
            raise
        return await self._ask(place, stream, cookie)

    async def finish(self) -> None:
        """Wait for what goes on alongside."""
        await self._dialler.finish(within_s=self.left_s(self._tools.limits.other_s))

    async def _addresses(self, host: str) -> tuple[str, ...]:
        if host not in self._pinned:
            with self._meter.timing("dns"):
                self._pinned[host] = await self._found(host)
        return self._pinned[host]

    async def _found(self, host: str) -> tuple[str, ...]:
        if (literal := _literal(host)) is not None:
            return self._judged(literal)
        limits = self._tools.limits
        within_s = self.left_s(limits.dns_s + limits.second_dns_s)
        lookup = await self._tools.resolver.lookup(host, within_s=within_s, as_outside=self._typed)
        try:
            return self._judged(lookup)
        except ProbeFailedError as error:
            return await self._as_outside(host, error)

    async def _as_outside(self, host: str, error: ProbeFailedError) -> tuple[str, ...]:
        """Ask what others know of a name that leads inside for us (docs/decisions/): its public addresses, if any.

        For what strangers typed, a name that nobody else knows does not exist: the same words, after the same work.
        """
        again = await self._tools.resolver.second_opinion(host, within_s=self.left_s(self._tools.limits.second_dns_s))
        if isinstance(again, Lookup):
            self._meter.refused.clear()
            return self._judged(again)
        is_redirected = bool(self._pinned)
        is_nowhere = isinstance(again, Failure) and again.kind is FailureKind.NXDOMAIN
        if self._typed and (is_nowhere or is_redirected):
            self._meter.refused.clear()
            raise failed(Phase.DNS, FailureKind.NXDOMAIN, "no such name outside") from error
        raise error

    def _judged(self, lookup: Lookup) -> tuple[str, ...]:
        self._meter.half_resolved |= lookup.half_resolved
        reasons = {ip: self._tools.policy.refuses(ip) for ip in _interleaved(lookup, self._avoid)}
        refused = [ip for ip, reason in reasons.items() if reason]
        self._meter.refused += refused
        allowed = [ip for ip, reason in reasons.items() if not reason]
        if not allowed:
            words = ", ".join(f"{ip} ({reasons[ip]})" for ip in refused[:4])
            raise failed(Phase.POLICY, FailureKind.ADDRESS_REFUSED, words)
        return tuple(allowed[: self._tools.limits.addresses])

    async def _connect(self, place: Place, addresses: tuple[str, ...], tls: ssl.SSLContext) -> Stream:
        roll = RollCall()
        self._meter.rolls.append(roll)
        call_all = self._rolls_left > 0
        self._rolls_left -= 1
        with self._meter.timing("tcp"):
            sock = await self._dialler.connect(
                addresses, place.connect_port, within_s=self.left_s(self.tcp_s), roll=roll, call_all=call_all
            )
        if place.scheme == "http":
            return await open_stream(sock, tls=None, name=None)
        try:
            with self._meter.timing("tls"):
                async with asyncio.timeout(self.left_s(self._tools.limits.tls_s)):
                    return await open_stream(sock, tls=tls, name=place.host)
        except (OSError, ssl.SSLError) as error:  # TimeoutError is an OSError
            raise ProbeFailedError(tls_failure(error)) from error

    async def _ask(self, place: Place, stream: Stream, cookie: str | None) -> Head:
        began = _now()
        url = httpx.URL(place.url)
        headers = self._tools.headers if cookie is None else {**self._tools.headers, "Cookie": cookie}
        transport = PinnedTransport(stream, url)
        try:
            async with asyncio.timeout(self.left_s(self._tools.limits.first_byte_s)):
                response = await transport.handle_async_request(httpx.Request("GET", url, headers=headers))
        except (OSError, httpcore.ProtocolError, httpcore.NetworkError) as error:
            raise ProbeFailedError(_answer_failure(error, stream)) from error
        finally:
            self._meter.add("first_byte", (stream.first_byte_at or _now()) - began)
        return Head(response, transport)

    async def _is_behind(self, place: Place, addresses: tuple[str, ...]) -> bool:
        # Browsers fetch a missing intermediate certificate themselves; so it matters whether the site is there.
        try:
            head = await self._ask(place, await self._connect(place, addresses, self._tools.loose_tls), None)
        except ProbeFailedError:
            return False
        await head.transport.aclose()
        return head.response.status_code < 500


def _answer_failure(error: Exception, stream: Stream) -> Failure:
    if stream.http2:
        return Failure(Phase.HTTP, FailureKind.HTTP2_ONLY, Blame.TARGET, "speaks HTTP/2 only")
    return answer_failure(error)


def _literal(host: str) -> Lookup | None:
    # Only the operator's own catalogue can name an address: strangers' words and redirects passed the gate, which
    # refuses them. It is judged like any other.
    try:
        version = ip_address(host).version
    except ValueError:
        return None
    return Lookup(v6=(host,)) if version == 6 else Lookup(v4=(host,))


def _interleaved(lookup: Lookup, avoid: str | None) -> list[str]:
    # RFC 8305: the families take turns, IPv6 first, so that a few addresses are enough to see both.
    v6, v4 = (sorted(family, key=lambda ip: ip == avoid) for family in (lookup.v6, lookup.v4))
    turns = chain.from_iterable(zip_longest(v6, v4))
    return list(dict.fromkeys(ip for ip in turns if ip is not None))


def _now() -> float:
    return asyncio.get_running_loop().time()
