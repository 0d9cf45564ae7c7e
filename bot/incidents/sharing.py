"""What platforms that are in trouble at the same time have in common: a hoster, a domain, a range of addresses. Pure.

It is told as a fact ("also in trouble at OVHcloud: …") and changes no verdict.
"""

import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import cast

from bot.model import CommonCause, Incident, LookTaken

SAME_TIME = timedelta(minutes=45)  # between the first bad looks: people ask about one service after the other
LEAST_AT_A_HOSTER = 3  # thousands of sites share one, and two of them may well fail by chance
LEAST_ELSEWHERE = 2
_RANGE_BITS = {4: 24, 6: 48}

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class HostersError(ValueError):
    """config/hosters.toml cannot be used; `faults` are sentences."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Hoster:
    """Somebody whose servers many platforms run on, or stand behind, and their address ranges."""

    name: str
    nets: tuple[Network, ...]


@dataclass(frozen=True, slots=True)
class InTrouble:
    """An open incident, the platform's name as people call it, its registrable domains and its newest bad look."""

    incident: Incident
    name: str
    domains: frozenset[str]
    look: LookTaken | None


def common_causes(open_ones: Sequence[InTrouble], hosters: Sequence[Hoster]) -> dict[str, CommonCause]:
    """For each platform key that shares something with others in trouble: what. The widest group wins."""
    groups: dict[tuple[str, str], list[InTrouble]] = {}
    for one in open_ones:
        for what in _shared_by(one, hosters):
            groups.setdefault(what, []).append(one)
    found: dict[str, CommonCause] = {}
    for (kind, name), members in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])):
        for one in members:
            together = [other for other in members if _at_the_same_time(one, other)]
            least = LEAST_AT_A_HOSTER if kind == "hoster" else LEAST_ELSEWHERE
            if len(together) >= least and one.incident.platform_key not in found:
                names = tuple(sorted({other.name for other in together}, key=str.casefold))
                found[one.incident.platform_key] = CommonCause("" if kind == "range" else name, names)
    return found


def read_hosters(text: str) -> tuple[Hoster, ...]:
    """Read config/hosters.toml. Raises HostersError with every fault."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise HostersError((f"not TOML: {error}",)) from error
    faults: list[str] = []
    rows = table.get("hoster")
    if not isinstance(rows, list):
        raise HostersError(("the file must consist of [[hoster]] tables",))
    found = [_hoster(row, index, faults) for index, row in enumerate(cast("list[object]", rows), start=1)]
    if faults:
        raise HostersError(tuple(faults))
    return tuple(hoster for hoster in found if hoster is not None)


def _hoster(row: object, index: int, faults: list[str]) -> Hoster | None:
    fields: Mapping[str, object] = cast("dict[str, object]", row) if isinstance(row, dict) else {}
    name, nets = fields.get("name"), fields.get("nets")
    where = f"hoster {index}"
    if not isinstance(name, str) or not name:
        faults.append(f"{where}: name must be a text")
        return None
    if not isinstance(fields.get("source"), str):
        faults.append(f"{name}: source must say where the ranges come from")
    texts = cast("list[object]", nets) if isinstance(nets, list) else []
    if not texts:
        faults.append(f'{name}: nets must be a list of networks, as in ["198.51.100.0/24"]')
    return Hoster(name, tuple(_networks(texts, name, faults)))


def _networks(texts: Iterable[object], name: str, faults: list[str]) -> Iterator[Network]:
    for text in texts:
        try:
            yield ip_network(str(text))
        except ValueError:
            faults.append(f"{name}: {text} is no network; write one as in 198.51.100.0/24")


def _shared_by(one: InTrouble, hosters: Sequence[Hoster]) -> set[tuple[str, str]]:
    """What one platform has that others may have as well. Of two hosters, the one that comes first in the file."""
    found = {("domain", domain) for domain in one.domains}
    addresses = _addresses(one.look)
    for address in (address for address in addresses if address.is_global):  # a private range is nobody's
        found.add(("range", str(ip_network(f"{address}/{_RANGE_BITS[address.version]}", strict=False))))
    at = next((hoster.name for hoster in hosters if any(_is_in(address, hoster.nets) for address in addresses)), None)
    return found | ({("hoster", at)} if at is not None else set())


def _addresses(look: LookTaken | None) -> list[Address]:
    if look is None:
        return []
    texts = {text for seen in look.observations for text in (seen.addresses.used, *seen.addresses.dead) if text}
    return [ip_address(text) for text in sorted(texts)]


def _is_in(address: Address, nets: Collection[Network]) -> bool:
    return any(address.version == net.version and address in net for net in nets)


def _at_the_same_time(one: InTrouble, other: InTrouble) -> bool:
    return abs(one.incident.first_down_at - other.incident.first_down_at) <= SAME_TIME
