"""Ways to write an address that is none of a stranger's business: hypothesis strategies, each gives texts.

What they lead to are canaries: loopback, private networks, the metadata services of clouds, the bot's own machine.
"""

from ipaddress import IPv4Address, IPv6Address
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

T = TypeVar("T")

INSIDE_V4 = (
    "127.0.0.1", "127.1.2.3", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "192.168.77.2",
    "169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "255.255.255.255", "224.0.0.1",
)  # fmt: skip
INSIDE_V6 = ("::", "::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "fd77::2", "4000::1")
_DIGITS = (
    "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗", "𝟬𝟭𝟮𝟯𝟰𝟱𝟲𝟳𝟴𝟵", "⁰¹²³⁴⁵⁶⁷⁸⁹", "₀₁₂₃₄₅₆₇₈₉",
    "⓪①②③④⑤⑥⑦⑧⑨",
)  # fmt: skip
_NAMES = (
    "localhost", "localhost.localdomain", "foo.localhost", "ip6-localhost", "metadata.google.internal", "redis",
    "intranet",
    "printer.local", "host.docker.internal", "kubernetes.default.svc", "nas.lan", "router.home.arpa", "db.corp",
    "127.0.0.1.nip.example", "0x7f.1.nip.example", "localtest.example", "1.0.0.127.in-addr.arpa", "x.onion",
)  # fmt: skip
_LETTERS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ")


def distinct(strategy: st.SearchStrategy[T], examples: int) -> list[T]:
    """Generate so many examples, the same ones in every run, and give those that differ."""
    found: dict[T, None] = {}

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example],
    )
    @given(strategy)
    def collect(made: T) -> None:
        found[made] = None

    collect()
    return list(found)


_v4 = st.sampled_from(INSIDE_V4) | st.integers(0, 0xFF_FFFF).map(lambda low: str(IPv4Address(0x7F00_0000 + low)))


def _spell(v4: str, bases: tuple[int, ...], dot: str, digits: str, end: str) -> str:
    value = int(IPv4Address(v4))
    last = len(bases) - 1
    parts = [value >> (24 - 8 * place) & 0xFF for place in range(last)]
    parts.append(value & (1 << (8 * (4 - last))) - 1)
    text = dot.join(_WRITTEN[base].format(part, part + (1 << 32)) for part, base in zip(parts, bases, strict=True))
    return text.translate(str.maketrans("0123456789", digits)) + end


_WRITTEN = ("{0}", "{0}", "0{0:o}", "0x{0:x}", "0X{0:X}", "000{0:o}", "0x0000{0:x}", "{1}", "+{0}")
_bases = st.lists(st.integers(0, len(_WRITTEN) - 1), min_size=1, max_size=4).map(tuple)
numbers = st.builds(
    _spell,
    _v4,
    _bases | st.sampled_from(((0,) * 4, (0,) * 4, (0,))),
    st.sampled_from("..。．｡"),
    st.sampled_from(("0123456789", "0123456789", *_DIGITS)),
    st.sampled_from(("", "", ".", "。", "..")),
)
"""An IPv4 address as inet_aton takes it: one to four numbers, each in some base, perhaps not in ASCII."""


def _embed(v4: str, way: int, shape: int) -> str:
    low = int(IPv4Address(v4))
    made = (
        0xFFFF_0000_0000 + low, low, 0xFFFF_0000_0000_0000 + low, (0x64FF9B << 96) + low, (0x64FF9B_0001 << 80) + low,
        (0x2002 << 112) + (low << 80), (0x2001 << 112) + (low ^ 0xFFFF_FFFF), (0xFE80 << 112) + (0x5EFE << 32) + low,
        *(int(IPv6Address(each)) for each in INSIDE_V6),
    )  # fmt: skip
    address = IPv6Address(made[way % len(made)])
    dotted = f"{address.exploded[:30]}{IPv4Address(int(address) & 0xFFFF_FFFF)}"
    return (address.compressed, address.exploded, address.compressed.upper(), dotted)[shape]


embeddings = st.builds(_embed, _v4, st.integers(0, 15), st.integers(0, 3))
"""An IPv6 address that is private or holds a private IPv4 one: mapped, compatible, NAT64, 6to4, Teredo, ISATAP."""


def _scoped(address: str, shape: str, scope: str) -> str:
    return shape.format(address + scope)


def _cased(name: str, end: str, case: int) -> str:
    return (name.lower(), name.upper(), name.translate(_LETTERS))[case] + end


_literals = st.builds(
    _scoped,
    embeddings,
    st.sampled_from(("[{}]", "[{}]", "{}")),
    st.sampled_from(("", "", "%eth0", "%25eth0", "%lo")),
)
_names = st.builds(_cased, st.sampled_from(_NAMES), st.sampled_from(("", ".", "。")), st.integers(0, 2))
hosts = numbers | numbers | _literals | _names
"""Anything that a lenient reader takes for an inside host."""

_SCHEMES = st.sampled_from(
    (
        "", "http://", "https://", "//", "HTTP://", "hTTps://", "http:/", "http:", "http:///", "http:\\\\", "https:\\/",
        "gopher://", "file://", "ftp://", "dict://", "http://http://", "\thttp://", "http://\t", "view-source:http://",
    )
)  # fmt: skip
_BEFORE = st.sampled_from(
    (
        "", "", "", "", "good.example@", "good.example:80@", "a:b@", "good.example\\@", "good.example%40",
        "good.example#@",
        "good.example?@", "good.example&@", "good.example/@", "good.example\n", "%20", "@", "good.example\u2044",
        "\u200b",
        "good.example\uff0f@", "\u00ad",
    )
)  # fmt: skip
_AFTER = st.sampled_from(
    (
        "", "", "", ":80", ":443", ":22", ":6379", ":8080", ":６３７９", ":0x50", ":080", ":", ":99999", "\t",
        "\x00.good.example",
        "%00.good.example", "#.good.example", "\\.good.example", "@good.example", "%2egood.example",
    )
)  # fmt: skip
_PATHS = st.sampled_from(("", "", "/", "/admin?x=1", "/latest/meta-data/", "//", "?url=1", "#good.example"))


def _one_line(text: str) -> str:
    return "".join(character for character in text if character not in "\r\n\x00")


urls = st.tuples(_SCHEMES, _BEFORE, hosts, _AFTER, _PATHS).map("".join)
"""An inside host with all that may stand around it."""

_ABSOLUTE = st.sampled_from(("http://", "http://", "https://", "//", "HTTP:", "http:/", "gopher://", "/\\", "\\\\"))
locations = st.tuples(_ABSOLUTE, _BEFORE, hosts, _AFTER, _PATHS).map("".join).map(_one_line)
"""What a redirect may say: mostly absolute addresses, some by the scheme of the page. No line break in it."""

_BLOCKS = (
    ("0.0.0.0", 8), ("10.0.0.0", 8), ("100.64.0.0", 10), ("127.0.0.0", 8), ("169.254.0.0", 16), ("172.16.0.0", 12),
    ("192.0.0.0", 24), ("192.0.2.0", 24), ("192.168.0.0", 16), ("198.18.0.0", 15), ("203.0.113.0", 24),
    ("224.0.0.0", 4),
    ("240.0.0.0", 4),
)  # fmt: skip


def _within(block: tuple[str, int]) -> st.SearchStrategy[str]:
    first, bits = block
    return st.integers(0, (1 << (32 - bits)) - 1).map(lambda low: str(IPv4Address(int(IPv4Address(first)) + low)))


addresses = embeddings | _v4 | st.sampled_from(_BLOCKS).flatmap(_within)
"""An address that DNS may give: any of the refused ranges, of both families, as text."""
