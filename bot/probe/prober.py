"""Looks at targets over HTTP: a `Target` in, an `Observation` out, whatever the outside does."""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.model import Blame, Failure, FailureKind, Observation, Phase, Response, Role, Target, VantagePoint
from bot.probe.addresses import networks
from bot.probe.dialling import Dial, Policy, dial_tcp
from bot.probe.families import over_the_other_family
from bot.probe.fetching import Fetch, Fetched
from bot.probe.fingerprints import Fingerprints, Page
from bot.probe.gate import HostRefusedError, check_host
from bot.probe.hop import Tools
from bot.probe.limits import Limits
from bot.probe.meter import Meter
from bot.probe.resolver import Resolver

log = structlog.stdlib.get_logger("cestmoiou")
_JUDGED_HEADERS = frozenset(
    {
        "cf-mitigated", "content-type", "retry-after", "server", "via", "x-amzn-waf-action", "x-cache",
        "x-datadome", "x-sucuri-block", "x-vercel-mitigated",
    }
)  # fmt: skip
_OVERHEAD_S = 0.05  # kept back from the deadline, to close sockets and to build the observation


@dataclass(slots=True)
class Underway:
    """A probe under way. `answered` is set once its own outcome is there, before it is compared with another's."""

    answered: asyncio.Event = field(default_factory=asyncio.Event)
    meter: Meter = field(default_factory=Meter)

    @property
    def address(self) -> str | None:
        """The address that it asks; None before it is connected."""
        return self.meter.addresses().used


class Prober:
    """Probes with shared means: one TLS context (the system's trust roots), one resolver, no connection kept.

    `dns_servers` are "host:port", the system's if empty; `second_dns_servers` are asked only after a failed lookup.
    `allow_nets` (the operator's intranet) win over the address rules, `deny_nets` are refused beside them; both CIDR.
    `dial` replaces the TCP connection, after the address was judged. Raises ValueError for a network it cannot read.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        clock: Callable[[], datetime],
        fingerprints: Fingerprints | None = None,
        dns_servers: Sequence[str] = (),
        second_dns_servers: Sequence[str] = (),
        allow_nets: Sequence[str] = (),
        deny_nets: Sequence[str] = (),
        limits: Limits | None = None,
        dial: Dial = dial_tcp,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._clock = clock
        self._fingerprints = fingerprints or Fingerprints()
        self._limits = limits or Limits()
        self._tools = Tools(
            resolver=Resolver(dns_servers, second_dns_servers, self._limits),
            policy=Policy(networks(allow_nets), networks(deny_nets)),
            limits=self._limits,
            dial=dial,
            tls=_strict(tls or ssl.create_default_context()),
            loose_tls=_loose(),
            headers={
                "User-Agent": user_agent,
                "Accept": "text/html,*/*;q=0.8",
                "Accept-Language": "fr,en;q=0.8",
                "Accept-Encoding": "gzip",
                "Connection": "close",
            },
        )

    async def probe(
        self,
        target: Target,
        *,
        vantage_point: VantagePoint,
        attempt: int = 1,
        within: timedelta | None = None,
        underway: Underway | None = None,
        avoid: str | None = None,
    ) -> Observation:
        """Look once. Ends within `within`, at most the limit of 9 s. Never raises for anything the outside does.

        The first attempt at a front page is compared with the other of IPv4 and IPv6. `underway` is kept up to date.
        `avoid` is an address that was asked before: the last one of its family to be tried.
        """
        observed_at = self._clock()
        began = _now()
        until = began + self._length_s(within) - _OVERHEAD_S
        underway = underway or Underway()
        fetch, result = await self.fetch(target, within=within, avoid=avoid, meter=underway.meter)
        underway.answered.set()
        is_compared = attempt == 1 and target.role is Role.HOME
        other = await over_the_other_family(fetch, result, until) if is_compared else None
        return Observation(
            vantage_point=vantage_point,
            target=target,
            observed_at=observed_at,
            took=timedelta(seconds=_now() - began),
            result=result if isinstance(result, Failure) else self._response(result),
            other_family=self._response(other) if isinstance(other, Fetched) else other,
            phases=fetch.meter.phases(),
            addresses=fetch.meter.addresses(),
            attempt=attempt,
        )

    async def fetch(
        self, target: Target, *, within: timedelta | None = None, avoid: str | None = None, meter: Meter | None = None
    ) -> tuple[Fetch, Fetched | Failure]:
        """Look once, and give the answer with the beginning of its body. Never raises for the outside.

        What somebody typed goes through the gate first: allow_nets open an intranet's names, never its addresses.
        """
        until = _now() + self._length_s(within)
        fetch = Fetch(self._tools, target, until - _OVERHEAD_S, avoid=avoid, meter=meter or Meter())
        if target.typed and (refused := _refused(target.host)):
            return fetch, refused
        try:
            async with asyncio.timeout_at(until):
                return fetch, await fetch.run()
        except TimeoutError:  # no step kept to its limit: the net below the net
            return fetch, Failure(Phase.HTTP, FailureKind.OUT_OF_TIME, Blame.TARGET, "out of time")
        except Exception as error:  # a bug of ours is no outage of theirs, and no lost answer
            log.exception("a look broke off: this is a bug; this place abstains")
            return fetch, Failure(Phase.HTTP, FailureKind.INTERNAL, Blame.VANTAGE_POINT, type(error).__name__)

    def _length_s(self, within: timedelta | None) -> float:
        return self._limits.probe_s if within is None else min(within.total_seconds(), self._limits.probe_s)

    def _response(self, fetched: Fetched) -> Response:
        page = Page.of(fetched)
        return Response(
            status=fetched.status,
            url_host=fetched.hosts[-1],
            headers=tuple((name, value[:200]) for name, value in fetched.headers.items() if name in _JUDGED_HEADERS),
            title=page.title,
            size=len(fetched.body),
            redirects=fetched.redirects,
            marks=self._fingerprints.marks(page),
            notes=fetched.notes,
        )


def _refused(host: str) -> Failure | None:
    try:
        check_host(host)
    except HostRefusedError as error:
        return Failure(Phase.POLICY, FailureKind.INPUT_REFUSED, Blame.VANTAGE_POINT, error.reason)
    return None


# What browsers offer below TLS 1.3. Python leaves key exchange by RSA and SHA-1's MAC out, which some old servers have
# alone; and takes DHE in, where others choose a group too small for OpenSSL, though they have better to offer.
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:RSA+AESGCM:RSA+AES:!AESCCM:@SECLEVEL=2"
_OP_LEGACY_SERVER_CONNECT = 0x4  # ssl's name for it came with Python 3.12


def _strict(context: ssl.SSLContext) -> ssl.SSLContext:
    context.set_ciphers(_CIPHERS)
    # OpenSSL 3 refuses servers without RFC 5746, browsers do not; and Python 3.13 chains without key identifiers.
    context.options |= _OP_LEGACY_SERVER_CONNECT
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.hostname_checks_common_name = False  # browsers have not looked at the common name since 2017
    context.set_alpn_protocols(["http/1.1"])
    return context


def _loose() -> ssl.SSLContext:
    context = _strict(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))  # no trust roots to load
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _now() -> float:
    return asyncio.get_running_loop().time()
