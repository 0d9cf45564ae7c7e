"""The probe goes nowhere private, whatever names and redirects say: a canary on loopback stays untouched."""

import asyncio
import socket
import time
from pathlib import Path

import pytest

from bot.model import Blame, Failure, FailureKind, Phase, Response, Target, VantagePoint
from bot.probe.dialling import Dialler, Policy, RollCall, dial_tcp
from bot.probe.failures import ProbeFailedError
from bot.probe.limits import Limits
from bot.probe.rows import read_fingerprints
from tests.servers.misbehaving import (
    OTHER,
    SHORT,
    SITE,
    Behaviour,
    World,
    answer,
    drip,
    flood,
    gzip_bomb,
    redirect,
    send,
    serve,
    silence,
)

HERE = VantagePoint("here")
SHIPPED = read_fingerprints(Path("config/fingerprints.toml").read_text(encoding="utf-8"))
PLAIN = Target("site.example", scheme="http")


@pytest.mark.parametrize(
    "ip",
    ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::ffff:127.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::1", "::1"],
)
async def test_a_name_of_a_private_address_is_refused(ip: str) -> None:
    with World({"site.example": [ip]}) as world:
        seen = await world.prober().probe(PLAIN, vantage_point=HERE)
        assert world.dialled == []
    assert isinstance(seen.result, Failure)
    assert (seen.result.phase, seen.result.kind) == (Phase.POLICY, FailureKind.ADDRESS_REFUSED)
    assert seen.addresses.refused == (ip,)


@pytest.mark.parametrize("host", ["127.0.0.1", "0x7f.1", "2130706433", "localhost", "printer.local"])
async def test_an_intranet_that_is_allowed_has_names_for_strangers_but_no_addresses(host: str) -> None:
    async with serve(answer()) as canary:
        with World(allow_nets=["127.0.0.0/8"]) as world:
            typed = Target(host, scheme="http", port=canary.port, typed=True)
            seen = await world.prober().probe(typed, vantage_point=HERE)
            assert (world.dialled, world.asked, canary.requests) == ([], [], 0)
    assert isinstance(seen.result, Failure)
    assert (seen.result.phase, seen.result.kind) == (Phase.POLICY, FailureKind.INPUT_REFUSED)


async def test_of_a_mixed_set_only_the_public_address_is_used() -> None:
    async with serve(answer()) as served:
        with World({"site.example": ["10.0.0.5", SITE]}, {(SITE, 80): served.port}) as world:
            seen = await world.prober().probe(PLAIN, vantage_point=HERE)
            assert world.dialled == [(SITE, 80)]
    assert isinstance(seen.result, Response)
    assert seen.addresses.refused == ("10.0.0.5",)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1:{port}", "127.0.0.1", "2130706433:{port}", "0x7f.1:{port}", "0177.0.0.1:{port}", "[::1]:{port}"),
        *("[::ffff:127.0.0.1]:{port}", "localhost:{port}", "site.example@127.0.0.1:{port}", "１２７.０.０.１:{port}"),
        *("inside.example:{port}", "inside.example", "169.254.169.254", "site.example:{port}", "[::]:{port}"),
    ],
)
@pytest.mark.parametrize("before", ["http://", "//"])
async def test_no_redirect_reaches_a_server_of_ours(before: str, host: str) -> None:
    async with serve(answer()) as canary:
        async with serve(redirect(before + host.format(port=canary.port) + "/admin")) as served:
            names = {"site.example": [SITE], "inside.example": ["127.0.0.1"]}
            with World(names, {(SITE, 80): served.port}) as world:
                seen = await world.prober().probe(PLAIN, vantage_point=HERE)
                assert {ip for ip, _ in world.dialled} == {SITE}
        assert canary.requests == 0
    assert isinstance(seen.result, Failure)
    assert (seen.result.phase, seen.result.kind) == (Phase.POLICY, FailureKind.REDIRECT_REFUSED)


async def test_an_address_is_judged_once_more_before_its_syn() -> None:
    async with serve(answer()) as canary:
        dialler = Dialler(Policy(), SHORT, dial_tcp)
        with pytest.raises(ProbeFailedError) as refused:
            await dialler.connect(["127.0.0.1"], canary.port, within_s=1, roll=RollCall(), call_all=False)
        assert canary.requests == 0
    assert refused.value.failure.kind is FailureKind.ADDRESS_REFUSED


async def test_the_operators_intranet_is_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with serve(answer()) as served:
        with World({"site.example": ["127.0.0.1"]}, allow_nets=["127.0.0.0/8"]) as world:
            prober = world.prober(dial_tcp)
            for host in ("site.example", "127.0.0.1"):
                seen = await prober.probe(Target(host, scheme="http", port=served.port), vantage_point=HERE)
                assert isinstance(seen.result, Response)


async def test_no_server_holds_a_probe_beyond_its_time() -> None:
    limits = Limits(probe_s=0.5)
    async with serve(drip(b"HTTP/1.1 200 OK\r\nA: b\r\n", 0.02)) as dripping, serve(silence) as silent:
        doors = {(SITE, 80): dripping.port, (OTHER, 443): silent.port}
        with World({"site.example": [SITE], "other.example": [OTHER]}, doors, limits=limits) as world:
            prober = world.prober()
            for target in (PLAIN, Target("other.example")):
                began = time.monotonic()
                seen = await prober.probe(target, vantage_point=HERE)
                assert time.monotonic() - began < 0.6
                assert isinstance(seen.result, Failure)
                assert seen.result.blame is Blame.TARGET


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(send(b"", then=flood(b"HTTP/1.1 103 Early\r\n\r\n" * 50)), id="1xx for ever"),
        pytest.param(send(b"HTTP/1.1 200 OK\r\n", then=flood(b"A: b\r\n" * 500)), id="endless headers"),
        pytest.param(send(b"HTTP/1.1 200 OK\r\n\r\n", then=flood(b"<h1" * 5000)), id="bait"),
        pytest.param(answer(200, gzip_bomb(20), "Content-Encoding: gzip"), id="gzip bomb"),
    ],
)
async def test_no_page_holds_the_event_loop(behaviour: Behaviour) -> None:
    longest_s = 0.0

    async def watch() -> None:
        nonlocal longest_s
        while True:
            began = time.thread_time()  # CPU of this thread: what others do to the machine does not count
            await asyncio.sleep(0.001)
            longest_s = max(longest_s, time.thread_time() - began)

    async with serve(behaviour) as served:
        with World({"site.example": [SITE]}, {(SITE, 80): served.port}, fingerprints=SHIPPED) as world:
            prober = world.prober()
            await prober.probe(Target("gone.example"), vantage_point=HERE)
            await prober.probe(PLAIN, vantage_point=HERE)  # what is loaded on first use is loaded now
            watcher = asyncio.create_task(watch())
            await asyncio.sleep(0.01)
            await prober.probe(PLAIN, vantage_point=HERE)
            watcher.cancel()
    assert longest_s < 0.05


async def test_nothing_is_left_running_behind_a_probe() -> None:
    async with serve(answer()) as served:
        with World({"site.example": [SITE, OTHER]}, {(SITE, 80): served.port}) as world:
            await world.prober().probe(PLAIN, vantage_point=HERE)
            await asyncio.sleep(0)
            assert [task for task in asyncio.all_tasks() if "Dialler" in repr(task.get_coro())] == []


async def test_a_bug_in_a_look_is_no_outage_of_theirs_and_no_lost_answer() -> None:
    async def broken(_: str, __: int) -> socket.socket:
        raise UnicodeEncodeError("ascii", "é", 0, 1, "a bug")

    with World({"site.example": [OTHER]}) as world:
        seen = await world.prober(broken).probe(PLAIN, vantage_point=HERE)
    assert isinstance(seen.result, Failure)
    assert (seen.result.kind, seen.result.blame) == (FailureKind.INTERNAL, Blame.VANTAGE_POINT)
