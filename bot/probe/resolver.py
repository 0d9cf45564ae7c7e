"""A host name in, its addresses or what became of the lookup out. dnspython alone: no hosts file, no search list.

getaddrinfo gives the same "temporary failure" for no data, SERVFAIL, REFUSED, a broken DNSSEC and silence (measured);
here each record type has its own fate.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

import dns.asyncresolver
import dns.edns
import dns.exception
import dns.message
import dns.name
import dns.nameserver
import dns.rcode
import dns.rdatatype
import dns.resolver

from bot.model import Blame, Failure, FailureKind, Phase
from bot.probe.datagrams import PlainBackend
from bot.probe.failures import ProbeFailedError, own_fault
from bot.probe.limits import Limits

_BACKEND = PlainBackend()
_DNSSEC_EDE = frozenset({1, 2, *range(5, 13)})  # RFC 8914: what a validating resolver says of a broken DNSSEC


@dataclass(frozen=True, slots=True)
class Lookup:
    """Addresses as text, IPv6 and IPv4 each in the server's order; never empty.

    `half_resolved`: one of the two record types failed or stayed silent.
    """

    v6: tuple[str, ...] = ()
    v4: tuple[str, ...] = ()
    half_resolved: bool = False


class Resolver:
    """Asks the given servers ("host:port", "[v6]:port" or an address), the system's if there are none.

    The second servers are asked only after a failure, to tell a dead name from a dead resolver.
    """

    def __init__(self, servers: Sequence[str], second_servers: Sequence[str], limits: Limits) -> None:
        self._limits = limits
        self._first = _stub(servers, limits.dns_server_s)
        self._second = _stub(second_servers, limits.dns_server_s) if second_servers else None

    async def lookup(self, host: str, *, within_s: float, as_outside: bool = False) -> Lookup:
        """Look A and AAAA up at once. Ends within `within_s` seconds. Raises ProbeFailedError.

        With `as_outside`, a name that fails here and does not exist for the second servers does not exist.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + within_s
        result = await self._ask(self._first, host, min(self._limits.dns_s, within_s))
        if isinstance(result, Lookup):
            return result
        again = await self.second_opinion(host, within_s=until - loop.time())
        if as_outside and isinstance(again, Failure) and again.kind is FailureKind.NXDOMAIN:
            raise ProbeFailedError(again)
        raise ProbeFailedError(replace(result, other_resolver=isinstance(again, Lookup)))

    async def second_opinion(self, host: str, *, within_s: float) -> Lookup | Failure | None:
        """Say what the second servers know of a name; None if there are none, or no time. Never raises."""
        if self._second is None or within_s <= 0:
            return None
        return await self._ask(self._second, host, min(self._limits.second_dns_s, within_s))

    async def _ask(self, stub: "_Stub | None", host: str, within_s: float) -> Lookup | Failure:
        if stub is None:
            return Failure(Phase.DNS, FailureKind.DNS_ERROR, Blame.VANTAGE_POINT, "no DNS server is configured")
        kinds = (dns.rdatatype.AAAA, dns.rdatatype.A)
        asks = {asyncio.create_task(_records(stub, host, kind, within_s)): kind for kind in kinds}
        try:
            await self._wait(set(asks))
            v6, v4 = [task.result() if task.done() else _silent() for task in asks]
        finally:
            for task in asks:
                task.cancel()
        return _both(v6, v4)

    async def _wait(self, asks: set["asyncio.Task[_Fate]"]) -> None:
        # Once one record type has given addresses, the other gets the time of one retransmission, not the whole limit.
        began = asyncio.get_running_loop().time()
        done, pending = await asyncio.wait(asks, return_when=asyncio.FIRST_COMPLETED)
        if not pending:
            return
        has_addresses = any(isinstance(task.result(), tuple) and task.result() for task in done)
        spent = asyncio.get_running_loop().time() - began
        await asyncio.wait(pending, timeout=max(0.0, self._limits.other_s - spent) if has_addresses else None)


_Stub = dns.asyncresolver.Resolver
_Fate = tuple[str, ...] | Failure  # no addresses and no failure: the name has no such records


def _stub(servers: Sequence[str], server_s: float) -> _Stub | None:
    try:
        stub = dns.asyncresolver.Resolver(configure=not servers)
    except dns.resolver.NoResolverConfiguration:
        return None
    if servers:
        stub.nameservers = [dns.nameserver.Do53Nameserver(*_host_and_port(server)) for server in servers]
    stub.timeout = server_s
    stub.search = []
    stub.cache = None
    stub.use_edns(0, 0, 1232)  # DNS flag day 2020: never fragmented
    return stub


def _host_and_port(server: str) -> tuple[str, int]:
    if server.startswith("["):
        host, _, port = server[1:].partition("]")
        return host, int(port.removeprefix(":") or 53)
    host, _, port = server.partition(":") if server.count(":") == 1 else (server, "", "")
    return host, int(port or 53)


async def _records(stub: _Stub, host: str, kind: dns.rdatatype.RdataType, within_s: float) -> _Fate:
    try:
        answer = await stub.resolve(
            dns.name.from_text(host),
            kind,
            lifetime=within_s,
            search=False,
            raise_on_no_answer=False,
            backend=_BACKEND,
        )
    except dns.resolver.NXDOMAIN as error:
        if cast("dns.name.Name", error.canonical_name) != dns.name.from_text(host):  # type: ignore[reportUnknownMemberType] -- untyped
            return Failure(Phase.DNS, FailureKind.NODATA, Blame.TARGET, "an alias of no name that exists")
        return Failure(Phase.DNS, FailureKind.NXDOMAIN, Blame.TARGET, "no such name")
    except dns.resolver.NoNameservers as error:
        return _from_errors(error)
    except dns.exception.Timeout:
        return _silent()
    except OSError as error:
        return _from_os(error)
    except dns.exception.DNSException as error:
        return Failure(Phase.DNS, FailureKind.DNS_ERROR, Blame.RESOLVER, f"{type(error).__name__}: {error}"[:200])
    return tuple(str(record) for record in cast("Iterable[object]", answer.rrset or ()))


def _silent() -> Failure:
    return Failure(Phase.DNS, FailureKind.DNS_TIMEOUT, Blame.RESOLVER, "no answer from the DNS servers")


def _from_os(error: OSError) -> Failure:
    own = own_fault(error)
    if own is not None:
        return Failure(Phase.DNS, own, Blame.VANTAGE_POINT, f"{type(error).__name__}: {error}")
    return Failure(Phase.DNS, FailureKind.DNS_ERROR, Blame.RESOLVER, str(error))


def _from_errors(error: dns.resolver.NoNameservers) -> Failure:
    kinds: list[Failure] = []
    for problem, response in _problems(error):
        if isinstance(problem, dns.message.ChainTooLong):  # a -> b -> a
            kinds.append(Failure(Phase.DNS, FailureKind.NODATA, Blame.TARGET, "CNAME loop"))
        elif response is not None:
            kinds.append(_from_rcode(response))
        elif isinstance(problem, OSError):
            kinds.append(_from_os(problem))
    return min(kinds, key=_rank, default=_silent())


_Problem = tuple[object, bool, int, object, dns.message.Message | None]


def _problems(error: dns.resolver.NoNameservers) -> Iterator[tuple[object, dns.message.Message | None]]:
    # dnspython keeps (server, tcp, port, error, response) for each question that led nowhere.
    errors = cast("Iterable[_Problem]", error.kwargs.get("errors", ()))  # type: ignore[reportUnknownMemberType] -- untyped
    for _server, _tcp, _port, problem, response in errors:
        yield problem, response


def _from_rcode(response: dns.message.Message) -> Failure:
    rcode = response.rcode()
    word = dns.rcode.to_text(rcode)
    if rcode == dns.rcode.REFUSED:
        return Failure(Phase.DNS, FailureKind.DNS_REFUSED, Blame.RESOLVER, word)
    if rcode != dns.rcode.SERVFAIL:
        return Failure(Phase.DNS, FailureKind.DNS_ERROR, Blame.RESOLVER, word)
    options = cast("tuple[dns.edns.Option, ...]", response.options)  # type: ignore[reportUnknownMemberType] -- untyped
    codes = {int(option.code) for option in options if isinstance(option, dns.edns.EDEOption)}
    if codes & _DNSSEC_EDE:
        return Failure(Phase.DNS, FailureKind.BOGUS, Blame.TARGET, f"{word}, EDE {sorted(codes)}")
    return Failure(Phase.DNS, FailureKind.SERVFAIL, Blame.TARGET, word)


_RANKS = (  # which fate to report when neither type has addresses: the most telling first
    FailureKind.RESOURCES,
    FailureKind.FIREWALL,
    FailureKind.NO_ROUTE,
    FailureKind.NXDOMAIN,
    FailureKind.BOGUS,
    FailureKind.SERVFAIL,
    FailureKind.NODATA,
    FailureKind.DNS_REFUSED,
    FailureKind.DNS_TIMEOUT,
    FailureKind.DNS_ERROR,
)


def _rank(failure: Failure) -> int:
    return _RANKS.index(failure.kind)


def _both(v6: _Fate, v4: _Fate) -> Lookup | Failure:
    failures = [fate for fate in (v6, v4) if isinstance(fate, Failure)]
    addresses_6 = () if isinstance(v6, Failure) else v6
    addresses_4 = () if isinstance(v4, Failure) else v4
    if addresses_6 or addresses_4:
        return Lookup(addresses_6, addresses_4, half_resolved=bool(failures))
    nodata = Failure(Phase.DNS, FailureKind.NODATA, Blame.TARGET, "neither A nor AAAA")
    return min(failures, key=_rank, default=nodata)
