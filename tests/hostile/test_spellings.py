"""Twelve thousand ways to make the bot speak to what is inside, and it never does: the gate, then real probes.

The spellings are the same in every run. What counts is what left the machine: canaries and taps, not what we return.
"""

import asyncio
from collections.abc import Iterator
from typing import TypeVar

import pytest
from hypothesis import strategies as st

from bot.model import Failure, Target
from bot.probe.gate import HostRefusedError, host_of
from tests.hostile.lair import BEYOND, PORTS, PUBLIC, WITHIN, Lair, lair
from tests.hostile.spellings import addresses, distinct, locations, urls
from tests.namespace.spaces import require_root
from tests.servers.dns import Alias, Answer, Each, Say, Turns

pytestmark = [pytest.mark.root, pytest.mark.enable_socket, pytest.mark.usefixtures("root")]

AT_ONCE = 50
T = TypeVar("T")


def batches(made: list[T]) -> Iterator[list[T]]:
    for first in range(0, len(made), AT_ONCE):
        yield made[first : first + AT_ONCE]


@pytest.fixture(scope="module")
def root() -> None:
    require_root()


@pytest.fixture(scope="module")
def inside(root: None) -> Iterator[Lair]:
    with lair() as made:
        made.dns.answers["*"] = ["127.0.0.1", "10.0.0.1", "::1", "169.254.169.254"]  # whatever name slips through
        made.dns.answers["good.example"] = [PUBLIC]
        yield made


def test_the_canaries_and_the_taps_work(inside: Lair) -> None:
    async def touch() -> None:
        for ip in (*BEYOND, *WITHIN):
            for port in PORTS:
                reader, writer = await asyncio.open_connection(ip, port)
                await reader.read()
                writer.close()

    inside.run(touch())
    inside.catch_up()
    touched, heard = len(inside.touched), {ip for ip, _ in inside.cable.heard | inside.loopback.heard}
    inside.forget()
    assert touched == len(PORTS) * len(BEYOND + WITHIN)
    assert heard >= {*BEYOND, *WITHIN}


def test_what_strangers_type(inside: Lair) -> None:
    texts = distinct(urls, 7000)
    assert len(texts) >= 6000
    for batch in batches(texts):
        inside.probe(target for text in batch for target in _typed(text))
        assert inside.strayed() == set(), batch


def _typed(text: str) -> list[Target]:
    """What the bot would look at; and the text as it is, as if the gate in front had let it through."""
    bare = Target(text, scheme="http", typed=True)
    try:
        host = host_of(text)
    except HostRefusedError:
        return [bare]
    return [bare, Target(host, typed=True)]


def test_where_redirects_lead(inside: Lair) -> None:
    texts = distinct(locations, 3000)
    assert len(texts) >= 2500
    hosts = [f"leads{number}.example" for number in range(AT_ONCE)]
    inside.dns.answers.update({host: [PUBLIC] for host in hosts})
    for batch in batches(texts):
        inside.locations.update(zip(hosts, batch, strict=False))
        inside.probe(Target(host, scheme="http", typed=True) for host in hosts)
        assert inside.strayed() == set(), batch
    assert (PUBLIC, 80) in inside.cable.heard


def test_names_that_lead_inside(inside: Lair) -> None:
    sets = distinct(st.lists(addresses, min_size=1, max_size=6).map(tuple), 2600)
    assert len(sets) >= 2000
    for batch in batches(sets):
        hosts = [f"inward{number}.example" for number in range(len(batch))]
        for number, (host, said) in enumerate(zip(hosts, batch, strict=True)):
            ways: tuple[Answer, ...] = (
                said,
                Alias(f"far.{host}"),
                Each(said, Say("SERVFAIL")),
                Alias(f"further.{host}"),
            )
            inside.dns.answers[f"far.{host}"] = said
            inside.dns.answers[f"further.{host}"] = Alias(f"far.{host}")
            inside.dns.answers[host] = ways[number % len(ways)]
        seen = inside.probe(Target(host, scheme="http", typed=True) for host in hosts)
        assert inside.strayed() == set(), batch
        assert [each.result for each in seen if not isinstance(each.result, Failure)] == []


def test_names_that_change_their_mind(inside: Lair) -> None:
    """Public at first, with a redirect to itself, then private; and public beside private, in one answer."""
    sets = distinct(st.lists(addresses, min_size=1, max_size=3).map(tuple), 1200)
    assert len(sets) >= 800
    for turn, batch in enumerate(batches(sets)):
        inside.dns.asked.clear()
        hosts = [f"turns{turn}-{number}.example" for number in range(len(batch))]
        for number, (host, said) in enumerate(zip(hosts, batch, strict=True)):
            mixed: Answer = (*said, PUBLIC) if number % 3 else Each([PUBLIC], said)
            inside.dns.answers[host] = Turns([PUBLIC], said) if number % 2 else mixed
            inside.locations[host] = f"http://{host}/again"
        inside.probe(Target(host, scheme="http", typed=True) for host in hosts)
        assert inside.strayed() == set(), batch
