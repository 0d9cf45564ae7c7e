"""No address that is not the public internet's gets through, whatever it hides in."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.probe.addresses import judge_address, networks
from bot.probe.own_addresses import read_fib_trie, read_if_inet6

REFUSED = """
0.0.0.0 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1
172.31.255.255 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 192.175.48.1 198.18.0.1 198.51.100.1
203.0.113.1 224.0.0.1 239.255.255.250 255.255.255.255 168.63.129.16 :: ::1 ::7f00:1 ::ffff:127.0.0.1
::ffff:0:127.0.0.1 64:ff9b::127.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 100::1 2001::1 2001:db8::1
2002:7f00:1::1 2002:808:808::1 3fff::1 4000::1 5f00::1 8000::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1
ff02::1 fe80::1%eth0 2a02::1%eth0 127.1 0x7f000001 localhost 2130706433
"""


@pytest.mark.parametrize("ip", REFUSED.split())
def test_it_is_refused(ip: str) -> None:
    assert judge_address(ip)


@pytest.mark.parametrize(
    "ip", ["8.8.8.8", "172.32.0.1", "192.0.1.1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2a02:2e0::1"]
)
def test_a_public_address_is_not(ip: str) -> None:
    assert judge_address(ip) is None


def test_the_operators_word_wins_and_our_own_addresses_are_refused() -> None:
    intranet, own = networks(["10.1.0.0/16"]), networks(["8.8.8.8", "10.1.2.3"])
    assert judge_address("10.1.2.3", allow_nets=intranet, deny_nets=own) is None
    assert judge_address("::ffff:10.1.2.4", allow_nets=intranet) is None
    assert judge_address("10.2.0.1", allow_nets=intranet)
    assert judge_address("8.8.8.8", deny_nets=own) == "our own address"
    assert judge_address("::ffff:8.8.8.8", deny_nets=own) == "our own address"


@given(some.ip_addresses(v=4))
def test_an_address_is_judged_alike_in_all_its_clothes(ip: IPv4Address) -> None:
    inside = [IPv6Address(int(IPv6Address(prefix)) | int(ip)) for prefix in ("::ffff:0:0", "64:ff9b::")]
    assert {judge_address(str(address)) for address in inside} == {judge_address(str(ip))}
    if not ip.is_global:
        assert judge_address(str(ip))


@given(some.ip_addresses(v=6))
def test_nothing_outside_global_unicast_passes(ip: IPv6Address) -> None:
    embedding = IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96")
    if ip not in IPv6Network("2000::/3") and not any(ip in net for net in embedding):
        assert judge_address(str(ip))


FIB_TRIE = """Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 192.0.2.0
        /24 link UNICAST
     |-- 192.0.2.2
        /32 host LOCAL
     |-- 192.0.2.255
        /32 link BROADCAST
"""
IF_INET6 = "20010db8000000000000000000000002 02 40 00 80     eth0\n"


def test_linux_tells_our_own_addresses() -> None:
    assert read_fib_trie(FIB_TRIE) == ["192.0.2.2"]
    assert read_if_inet6(IF_INET6) == ["2001:db8::2"]
