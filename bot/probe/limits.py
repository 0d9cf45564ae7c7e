"""How long and how much a probe may take. The figures are docs/probing.md's; tests use shorter ones."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one probe; lengths ending in `_s` are seconds.

    `other_s` is for what goes on alongside: addresses that are not needed, a record type that stays silent, port 80.
    It leaves room for one retransmission, so that one lost packet is not called dead.
    """

    probe_s: float = 9.0
    dns_server_s: float = 1.5
    dns_s: float = 4.0  # OONI
    second_dns_s: float = 2.0
    tcp_s: float = 4.0  # SYNs at 0, 1 and 3 s (Linux)
    stagger_s: float = 0.25  # RFC 8305
    other_s: float = 2.2
    tls_s: float = 4.0
    first_byte_s: float = 8.0
    body_s: float = 2.5
    addresses: int = 4
    redirects: int = 10  # OONI, blackbox_exporter and Uptime Kuma
    raw_bytes: int = 256 * 1024
    body_bytes: int = 512 * 1024
