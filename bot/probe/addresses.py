"""Where we never connect to: an IP address in, the reason why it is refused out, or None. Pure.

`ipaddress.is_global` is no such policy: it lets multicast, NAT64 of a metadata service, fec0::/10 and ::7f00:1 through,
and 6to4 on Python 3.11.7 (measured on 3.11.7 and 3.14.2, 79 addresses).
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

# IANA's special-purpose registries for IPv4, multicast and the reserved block, and one address of a cloud's own.
_REFUSED_V4: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(block), reason)
    for block, reason in (
        ("0.0.0.0/8", "this host"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),  # 100.100.100.200 is Alibaba's metadata service
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),  # 169.254.169.254 is the metadata service of most clouds
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),  # 192.0.0.192 is Oracle's metadata service
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "AS112"),
        ("192.52.193.0/24", "AMT"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "AS112"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("168.63.129.16/32", "cloud metadata"),  # Azure's wire server
    )
)
_PUBLIC_V6 = IPv6Network("2000::/3")
_REFUSED_V6: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(block), reason)
    for block, reason in (
        ("2001::/23", "protocol assignments"),  # Teredo among them
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("2620:4f:8000::/48", "AS112"),
        ("3fff::/20", "documentation"),
    )
)
_EMBEDDING_V4 = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))  # IPv4-mapped; NAT64, RFC 6052


def judge_address(ip: str, *, allow_nets: Sequence[Network] = (), deny_nets: Sequence[Network] = ()) -> str | None:
    """Say why `ip` must not be connected to, in two words for a log; None if it may be.

    An IPv4 address inside an IPv6 one (mapped, NAT64) is what gets judged, so that hosts behind DNS64 work. The
    operator's `allow_nets` win over everything, `deny_nets` over the rest.
    """
    if "%" in ip:
        return "scoped address"
    try:
        address = _unwrapped(ip_address(ip))
    except ValueError:
        return "not an address"
    if _is_in(address, allow_nets):
        return None
    if _is_in(address, deny_nets):
        return "our own address"
    return _special_v4(address) if isinstance(address, IPv4Address) else _special_v6(address)


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Read networks in CIDR form, a bare address as a network of one. Raises ValueError with the text in it."""
    return tuple(ip_network(text, strict=False) for text in texts)


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv6Address) and any(address in network for network in _EMBEDDING_V4):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _is_in(address: IPv4Address | IPv6Address, nets: Sequence[Network]) -> bool:
    return any(address.version == net.version and address in net for net in nets)


def _special_v4(address: IPv4Address) -> str | None:
    return next((reason for network, reason in _REFUSED_V4 if address in network), None)


def _special_v6(address: IPv6Address) -> str | None:
    if address not in _PUBLIC_V6:
        return "not global unicast"
    return next((reason for network, reason in _REFUSED_V6 if address in network), None)
