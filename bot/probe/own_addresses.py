"""The addresses of this machine's own interfaces, for `deny_nets`: a stranger must not look at our own services.

Without a dependency there is no portable list. Linux tells in /proc; elsewhere, and beside it, the kernel is asked
which address it would use towards the internet, by connecting a UDP socket, which sends nothing.
"""

import re
import socket
from ipaddress import IPv6Address
from pathlib import Path

_FIB_TRIE = Path("/proc/net/fib_trie")
_IF_INET6 = Path("/proc/net/if_inet6")
_LOCAL_V4 = re.compile(r"\|-- (\d{1,3}(?:\.\d{1,3}){3})\n\s{0,64}/32 host LOCAL")
_TOWARDS = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))  # documentation addresses


def own_addresses() -> tuple[str, ...]:
    """List this machine's addresses as text, without those of the loopback block, sorted; empty if nothing tells."""
    found = {*read_fib_trie(_text(_FIB_TRIE)), *read_if_inet6(_text(_IF_INET6)), *_from_routes()}
    return tuple(sorted(address for address in found if not address.startswith("127.") and address != "::1"))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return ""


def read_fib_trie(text: str) -> list[str]:
    """Find the local IPv4 addresses in the text of /proc/net/fib_trie."""
    return [match[1] for match in _LOCAL_V4.finditer(text)]


def read_if_inet6(text: str) -> list[str]:
    """Find the addresses in the text of /proc/net/if_inet6."""
    return [str(IPv6Address(int(line[:32], 16))) for line in text.splitlines() if re.match(r"[0-9a-f]{32} ", line)]


def _from_routes() -> list[str]:
    found: list[str] = []
    for family, address in _TOWARDS:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((address, 9))
                found.append(str(probe.getsockname()[0]))
        except OSError:
            continue  # no such family, or no route: then there is no such address either
    return found
