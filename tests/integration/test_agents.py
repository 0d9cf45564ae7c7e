"""Agents over a real nats-server: whoever freezes, lies, floods or dies changes nothing for the others."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from datetime import timedelta
from pathlib import Path

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from bot.app.heartbeat import what_is_wrong
from bot.broker.client import LastingClient
from bot.broker.keys import new_key_pair, read_credentials
from bot.broker.link import BrokerError, Link
from bot.broker.messages import About, Answer, Presence, written
from bot.broker.subjects import ASK, answer_of, answers_of, ask_of, here_of
from bot.budgets import LookRates, Rate
from bot.checking import Checking
from bot.model import CauseId, Control, Observation, Platform, Target, VantagePoint, Verdict, Word
from bot.probe.controls import Controls, Reference
from bot.vantage.agents import GRACE_S
from bot.vantage.agents_file import Revoked
from bot.vantage.local import LocalVantage
from bot.vantage.roster import State
from tests.fakes.agents import (
    BROKEN,
    REFUSED,
    TARGET,
    StubVantage,
    bot_side,
    look,
    names,
    now,
    running,
    service,
    state_of,
    until,
)
from tests.fakes.store import FakeStore
from tests.servers.misbehaving import OTHER, SITE, World, answer, serve
from tests.servers.nats_server import NatsServer, running_nats
from tests.servers.running import NotInstalledError, leave_out

pytestmark = pytest.mark.servers

SITES = ("aix", "angers", "limoges", "nice", "paris", "rennes")
THREE = SITES[:3]


@pytest.fixture(scope="module")
def server() -> Generator[NatsServer]:
    try:
        with running_nats(SITES) as running_server:
            yield running_server
    except NotInstalledError as missing:
        leave_out(missing)


@pytest.fixture(autouse=True)
def nobody_waits_for_the_roll_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.vantage.agents._ROLL_CALL_S", 0.0)  # `bot_side` waits for whom the test needs


@contextlib.asynccontextmanager
async def site(server: NatsServer, name: str, *, errors: list[str] | None = None) -> AsyncGenerator[Client]:
    """Somebody who has a site's key, and does with it what they like."""

    async def note(error: Exception) -> None:
        if errors is not None:
            errors.append(str(error))

    key = read_credentials(server.seed(name))
    client = LastingClient(key)
    await client.connect(server.url, signature_cb=key.sign, error_cb=note, allow_reconnect=False)
    try:
        yield client
    finally:
        await client.close()


async def hear_on(client: Client, subject: str, heard: Callable[[Msg], Awaitable[None]]) -> None:
    await client.subscribe(subject, cb=heard)  # pyright: ignore[reportUnknownMemberType] -- one parameter has no type


async def say_here(client: Client, name: str, **more: object) -> None:
    said = json.loads(written(Presence(run="ab" * 16, version="0.1.0", place="Elsewhere"))) | more
    await client.publish(here_of(name), json.dumps(said).encode())


async def answer_with(client: Client, name: str, payload: object, *, as_name: str | None = None) -> list[bytes]:
    """Answer every request with a payload; `{id}` in it is the request's. What was heard is in the list."""
    heard = list[bytes]()

    async def hear(message: Msg) -> None:
        heard.append(message.data)
        request = json.loads(message.data)["id"]
        text = payload if isinstance(payload, bytes) else json.dumps(payload).replace("{id}", request).encode()
        await client.publish(answer_of(as_name or name, request), text)

    await hear_on(client, ASK, hear)
    await hear_on(client, ask_of(name), hear)
    await say_here(client, name)
    await client.flush()
    return heard


# -------------------------------------------------------------------- asking


async def test_all_are_asked_at_once_and_each_tells_what_it_saw_from_where(server: NatsServer) -> None:
    stubs = {name: StubVantage(takes_s=0.1) for name in THREE}
    async with running(*(service(server, *each) for each in stubs.items())), bot_side(server, sees=THREE) as agents:
        facts = await look(agents)
    assert names(facts) == sorted(THREE)
    assert {(fact.vantage_point.place, fact.vantage_point.network) for fact in facts} >= {("Aix", "net of aix")}
    assert all(stub.asked == [TARGET] and stub.within[0] <= timedelta(seconds=5) for stub in stubs.values())


async def test_a_failure_comes_with_its_controls_and_is_told_in_full(server: NatsServer) -> None:
    async with (
        running(service(server, "aix", StubVantage(lambda _: REFUSED))),
        bot_side(server, sees=["aix"]) as agents,
    ):
        facts = await look(agents)
    (seen,) = [fact for fact in facts if isinstance(fact, Observation)]
    (control,) = [fact for fact in facts if isinstance(fact, Control)]
    assert (seen.result, seen.target) == (REFUSED, TARGET)
    assert (control.vantage_point.id, control.host, control.works) == ("agent:aix", "ref.example", True)


async def test_only_those_who_are_meant_look_a_second_time(server: NatsServer) -> None:
    stubs = {name: StubVantage() for name in THREE}
    async with running(*(service(server, *each) for each in stubs.items())), bot_side(server, sees=THREE) as agents:
        facts = await look(agents, only={"agent:angers", "local", "agent:nobody"})
    assert names(facts) == ["angers"]
    assert [name for name, stub in stubs.items() if stub.asked] == ["angers"]


async def test_without_any_agent_nobody_is_waited_for(server: NatsServer) -> None:
    async with bot_side(server) as agents:
        began = time.monotonic()
        assert await look(agents) == []
        assert time.monotonic() - began < 0.5


# -------------------------------------------------------------------- what an agent takes on


async def test_an_agent_looks_at_what_its_own_catalogue_has_and_at_nothing_else(server: NatsServer) -> None:
    stub = StubVantage()
    others = [
        Target("other.example.org"),
        Target("www.example.org", path="/search?q=1"),
        Target("www.example.org", port=8443),
        Target("www.example.org", scheme="http"),
        Target("intranet"),
    ]
    async with running(service(server, "aix", stub)), bot_side(server, sees=["aix"]) as agents:
        assert [await look(agents, other) for other in others] == [[]] * len(others)
    assert stub.asked == []


async def test_what_somebody_typed_is_shown_to_nobody_but_those_who_take_it(server: NatsServer) -> None:
    typed = Target("asked-about.example.org", typed=True)
    willing = StubVantage()
    about = About("0.1.0", place="Nice", takes_typed=True)
    agents_there = running(service(server, "aix", StubVantage()), service(server, "nice", willing, about=about))
    async with agents_there, site(server, "paris") as curious, bot_side(server, sees=["aix", "nice"]) as agents:
        heard = await answer_with(curious, "paris", b"")
        assert names(await look(agents, typed)) == ["nice"]
        assert heard == []
    assert willing.asked == [Target("asked-about.example.org", typed=True)]


async def test_an_agent_that_takes_what_is_typed_still_has_its_gate(server: NatsServer) -> None:
    about = About("0.1.0", takes_typed=True)
    stub = StubVantage()
    async with running(service(server, "aix", stub, about=about)), bot_side(server, sees=["aix"]) as agents:
        for host in ("localhost", "127.0.0.1", "metadata.google.internal", "10.0.0.8"):
            assert await look(agents, Target(host, typed=True)) == []
    assert stub.asked == []


async def test_an_agent_has_budgets_of_its_own_whatever_the_bot_asks(server: NatsServer) -> None:
    stub = StubVantage()
    rates = LookRates(target=Rate(2, timedelta(hours=1)))
    async with running(service(server, "aix", stub, rates=rates)), bot_side(server, sees=["aix"]) as agents:
        looks = [names(await look(agents)) for _ in range(4)]
    assert looks == [["aix"], ["aix"], [], []]
    assert len(stub.asked) == 2


# -------------------------------------------------------------------- who does not play by the rules


async def test_a_frozen_agent_costs_the_others_half_a_second_and_only_once_its_whole_time(server: NatsServer) -> None:
    async with (
        running(*(service(server, name) for name in THREE)),
        site(server, "nice") as frozen,
        bot_side(server, sees=THREE) as agents,
    ):
        await say_here(frozen, "nice")
        await until(lambda: state_of(agents, "nice") is State.READY)
        assert names(await look(agents, within_s=1.5)) == sorted(THREE)  # four: all are waited for
        assert state_of(agents, "nice") is State.LATE
        began = time.monotonic()
        assert names(await look(agents)) == sorted(THREE)
        assert time.monotonic() - began < 3  # of five


async def test_a_quorum_of_five_does_not_wait_for_the_sixth(server: NatsServer) -> None:
    others = SITES[:5]
    async with (
        running(*(service(server, name) for name in others)),
        site(server, "rennes") as frozen,
        bot_side(server, sees=others) as agents,
    ):
        await say_here(frozen, "rennes")
        await until(lambda: state_of(agents, "rennes") is State.READY)
        began = time.monotonic()
        assert names(await look(agents, within_s=10)) == sorted(others)
        assert GRACE_S <= time.monotonic() - began < 5


async def test_a_slow_agent_is_heard_if_it_is_within_the_grace(server: NatsServer) -> None:
    stubs = {name: StubVantage(takes_s=0.3 if name == "rennes" else 0.0) for name in SITES}
    async with running(*(service(server, *each) for each in stubs.items())), bot_side(server, sees=SITES) as agents:
        assert names(await look(agents)) == sorted(SITES)


async def test_a_late_answer_makes_an_agent_one_that_is_waited_for_again(server: NatsServer) -> None:
    slow = StubVantage(takes_s=1.2)
    async with running(service(server, "aix", slow)), bot_side(server, sees=["aix"]) as agents:
        await look(agents, within_s=0.6)
        assert state_of(agents, "aix") is State.LATE
        await until(lambda: state_of(agents, "aix") is State.READY)


async def test_a_look_that_never_ends_is_given_up_by_the_agent_itself(server: NatsServer) -> None:
    async with running(service(server, "aix", StubVantage(takes_s=3600))), bot_side(server, sees=["aix"]) as agents:
        assert await look(agents, within_s=0.6) == []
        assert state_of(agents, "aix") is State.LATE
        await until(lambda: state_of(agents, "aix") is State.READY)  # its answer came: nothing was seen


GARBAGE: dict[str, object] = {
    "no json": b"\x00\xff\x1b]0;pwned\x07",
    "empty": b"",
    "an answer without its id": {"v": 1, "facts": []},
    "another question's id": {"v": 1, "id": "00" * 16, "facts": []},
    "facts that are none": {"v": 1, "id": "{id}", "facts": [{"fact": "observation"}, 7, None, "x"]},
    "a list": [1, 2],
    "a thousand facts": {"v": 1, "id": "{id}", "facts": [{}] * 1000},
    "deep": b"[" * 100_000,
    "another version": {"v": 2, "id": "{id}", "said": "hello"},
    "200 kB": {"v": 1, "id": "{id}", "facts": [], "more": "x" * 200_000},
}


@pytest.mark.parametrize("payload", GARBAGE.values(), ids=GARBAGE.keys())
async def test_garbage_changes_nothing_for_the_others(server: NatsServer, payload: object) -> None:
    async with (
        running(*(service(server, name) for name in THREE)),
        site(server, "nice") as rogue,
        bot_side(server, sees=THREE) as agents,
    ):
        await answer_with(rogue, "nice", payload)
        await until(lambda: state_of(agents, "nice") is not None)
        began = time.monotonic()
        assert names(await look(agents, within_s=10)) == sorted(THREE)
        assert time.monotonic() - began < 5


async def test_a_megabyte_ends_at_the_server(server: NatsServer) -> None:
    errors = list[str]()
    async with (
        running(*(service(server, name) for name in THREE)),
        site(server, "nice", errors=errors) as rogue,
        bot_side(server, sees=THREE) as agents,
    ):
        rogue._max_payload = 10**8  # pyright: ignore[reportPrivateUsage] -- what a client that breaks the rules believes
        await answer_with(rogue, "nice", b"x" * 1_000_000)
        await until(lambda: state_of(agents, "nice") is not None)
        assert names(await look(agents, within_s=2)) == sorted(THREE)
        assert not rogue.is_connected


async def test_a_flood_of_answers_is_one_answer(server: NatsServer) -> None:
    async with (
        running(*(service(server, name) for name in THREE)),
        site(server, "nice") as rogue,
        bot_side(server, sees=THREE) as agents,
    ):

        async def flood(message: Msg) -> None:
            request = json.loads(message.data)["id"]
            for _ in range(3000):
                await rogue.publish(answer_of("nice", request), b"{" * 500)

        await hear_on(rogue, ASK, flood)
        await say_here(rogue, "nice")
        await until(lambda: state_of(agents, "nice") is not None)
        assert [names(await look(agents)) for _ in range(3)] == [sorted(THREE)] * 3


async def test_an_old_answer_does_not_pass_for_a_new_one(server: NatsServer) -> None:
    """It is replayed as it was, under its old id, and under the new question's subject."""
    async with running(service(server, "aix")), site(server, "nice") as rogue, bot_side(server, sees=["aix"]) as agents:
        old = list[tuple[str, bytes]]()

        async def replay(message: Msg) -> None:
            request = json.loads(message.data)["id"]
            if not old:
                old.append((request, written(Answer(id=request, facts=(saw_up(),)))))
            for subject in (answer_of("nice", old[0][0]), answer_of("nice", request)):
                await rogue.publish(subject, old[0][1])

        await hear_on(rogue, ASK, replay)
        await say_here(rogue, "nice")
        await until(lambda: state_of(agents, "nice") is not None)
        assert names(await look(agents)) == ["aix", "nice"]
        assert [names(await look(agents)) for _ in range(3)] == [["aix"]] * 3


def saw_up() -> dict[str, object]:
    result = {"kind": "response", "status": 200, "url_host": "www.example.org"}
    return {"fact": "observation", "ago_ms": 10, "took_ms": 10, "result": result}


async def test_nobody_can_answer_as_somebody_else(server: NatsServer) -> None:
    errors = list[str]()
    async with (
        running(*(service(server, name, StubVantage(lambda _: BROKEN, 0.3)) for name in THREE)),
        site(server, "nice", errors=errors) as liar,
        bot_side(server, sees=THREE) as agents,
    ):
        await answer_with(liar, "nice", {"v": 1, "id": "{id}", "name": "aix", "facts": [saw_up()]}, as_name="aix")
        facts = await look(agents, within_s=2)
        await say_here(liar, "aix", place="Nowhere")
        await liar.flush()
        await asyncio.sleep(0.1)
        known = agents.roster.get("aix")
    seen = {fact.vantage_point.id: fact.result for fact in facts if isinstance(fact, Observation)}
    assert seen == {f"agent:{name}": BROKEN for name in THREE}
    assert known is not None
    assert known.where.place == "Aix"
    assert any("permissions violation" in error.lower() for error in errors)


async def test_a_name_in_the_answer_is_nothing_but_a_word(server: NatsServer) -> None:
    async with site(server, "nice") as liar, bot_side(server) as agents:
        await answer_with(liar, "nice", {"v": 1, "id": "{id}", "name": "paris", "facts": [saw_up()]})
        await until(lambda: state_of(agents, "nice") is not None)
        assert names(await look(agents)) == ["nice"]


@pytest.mark.parametrize(
    "subject",
    [answers_of("aix"), "cestmoiou.said.>", "cestmoiou.>", ">", "cestmoiou.here.*", ask_of("aix"), "_INBOX.>"],
)
async def test_a_site_cannot_listen_to_what_is_not_for_it(server: NatsServer, subject: str) -> None:
    errors, heard = list[str](), list[bytes]()

    async def hear(message: Msg) -> None:
        heard.append(message.data)

    async with (
        running(service(server, "aix")),
        site(server, "nice", errors=errors) as curious,
        bot_side(server, sees=["aix"]) as agents,
    ):
        await hear_on(curious, subject, hear)
        await look(agents, only={"agent:aix"})
        await curious.flush()
    assert heard == []
    assert any("permissions violation" in error.lower() for error in errors)


@pytest.mark.parametrize("subject", [ASK, ask_of("aix"), "cestmoiou.roll", "cestmoiou.stop.aix"])
async def test_a_site_cannot_ask_or_stop_another(server: NatsServer, subject: str) -> None:
    errors, stub = list[str](), StubVantage()
    request = {"v": 1, "id": "ab" * 16, "scheme": "https", "host": TARGET.host, "within_ms": 1000}
    async with (
        running(service(server, "aix", stub)),
        site(server, "nice", errors=errors) as rogue,
        bot_side(server, sees=["aix"]) as agents,
    ):
        await rogue.publish(subject, json.dumps(request).encode())
        await until(lambda: bool(errors))
        assert names(await look(agents)) == ["aix"]
    assert len(stub.asked) == 1
    assert "permissions violation" in errors[0].lower()


# -------------------------------------------------------------------- clocks, names, words, versions


async def test_a_clock_that_is_off_by_a_day_is_told_and_changes_no_time(server: NatsServer) -> None:
    def tomorrow():
        return now() + timedelta(days=1)

    stub = StubVantage(takes_s=0.1, clock=tomorrow)
    async with running(service(server, "aix", stub, clock=tomorrow)), bot_side(server, sees=["aix"]) as agents:
        began = now()
        (seen,) = await look(agents)
        ended = now()
        known = agents.roster.get("aix")
    assert isinstance(seen, Observation)
    assert began <= seen.observed_at <= ended
    assert timedelta(seconds=0.05) < seen.took < timedelta(seconds=2)
    assert known is not None
    assert known.clock_offset is not None
    assert timedelta(hours=23) < known.clock_offset < timedelta(hours=25)


async def test_words_of_an_agent_reach_nobody_as_they_are(server: NatsServer) -> None:
    result = {
        "kind": "response",
        "status": 200,
        "url_host": "www.example.org",
        "title": "\x1b[2J\u202e Revues \x07" + "x" * 500,
        "headers": [["server", "\x1b]0;x\x07nginx"]],
    }
    fact = saw_up() | {"result": result}
    async with site(server, "nice") as rogue, bot_side(server) as agents:
        await answer_with(rogue, "nice", {"v": 1, "id": "{id}", "facts": [fact]})
        await say_here(rogue, "nice", place="\x1b[31m@everyone@evil.example #now https://evil.example \u202eRennes" * 3)
        await until(lambda: state_of(agents, "nice") is not None)
        (seen,) = await look(agents)
    assert isinstance(seen, Observation)
    said = f"{seen.vantage_point.place}{seen.result}"
    assert seen.vantage_point.place is not None
    assert len(seen.vantage_point.place) <= 60
    assert not set("@#:/\x1b\u202e") & set(seen.vantage_point.place)
    assert said.isprintable()


async def test_two_machines_with_one_key_are_told(server: NatsServer) -> None:
    async with (
        running(service(server, "aix", tell_every_s=0.6), service(server, "aix", tell_every_s=0.7)),
        bot_side(server, sees=["aix"]) as agents,
    ):
        await until(lambda: state_of(agents, "aix") is State.TWICE)
        assert names(await look(agents)) == ["aix"]  # one voice, whoever of them is quicker


async def test_a_restarted_agent_is_not_two(server: NatsServer) -> None:
    async with bot_side(server) as agents:
        for _ in range(3):
            async with running(service(server, "aix")):
                await until(lambda: state_of(agents, "aix") is State.READY)
                await asyncio.sleep(0.6)
        await until(lambda: state_of(agents, "aix") is State.STOPPED)


async def test_an_agent_of_a_version_to_come_is_named_and_not_waited_for(server: NatsServer) -> None:
    async with running(service(server, "aix")), site(server, "nice") as newer, bot_side(server, sees=["aix"]) as agents:
        await say_here(newer, "nice", v=2)
        await until(lambda: state_of(agents, "nice") is State.INCOMPATIBLE)
        known = agents.roster.get("nice")
        assert known is not None
        assert known.trouble == "version 2 of the messages; this program speaks version 1: update the older"
        assert names(await look(agents)) == ["aix"]


async def test_what_a_newer_agent_says_beside_is_ignored(server: NatsServer) -> None:
    newer_fact = saw_up() | {
        "http3": True,
        "result": {"kind": "failure", "phase": "quic", "how": "new", "blame": "target"},
    }
    async with site(server, "nice") as newer, bot_side(server) as agents:
        facts = [saw_up() | {"colour": "blue"}, newer_fact]
        await answer_with(newer, "nice", {"v": 1, "id": "{id}", "facts": facts, "mood": "fine"})
        await say_here(newer, "nice", temperature=20)
        await until(lambda: state_of(agents, "nice") is State.READY)
        assert names(await look(agents)) == ["nice"]


# -------------------------------------------------------------------- keys


async def test_a_wrong_key_is_refused_in_one_sentence(server: NatsServer) -> None:
    link = Link([server.url], credentials=new_key_pair().seed, label="nobody")
    with pytest.raises(BrokerError, match="does not know this key"):
        await link.connect_once()
    await link.close()


@pytest.mark.parametrize("credentials", ["", "SUNOTASEED", "secret", "U" * 56])
def test_what_is_no_key_is_refused_before_anything_else(credentials: str) -> None:
    with pytest.raises(BrokerError, match="neither the seed of a key nor"):
        Link(["nats://127.0.0.1:1"], credentials=credentials, label="nobody")


async def test_with_another_sites_key_an_agent_is_heard_under_no_name(server: NatsServer) -> None:
    stub = StubVantage()
    async with (
        running(service(server, "aix", stub, seed=server.seed("nice")), service(server, "paris")),
        bot_side(server, sees=["paris"]) as agents,
    ):
        assert names(await look(agents)) == ["paris"]
        assert {agent.name for agent in agents.roster.agents} == {"paris"}


async def test_a_revoked_agent_is_not_heard_from_that_moment_on(server: NatsServer, tmp_path: Path) -> None:
    revoked = Revoked(tmp_path)
    async with (
        running(*(service(server, name) for name in THREE)),
        bot_side(server, sees=THREE, revoked=revoked) as agents,
    ):
        assert names(await look(agents)) == sorted(THREE)
        revoked.revoke("angers")
        assert names(await look(agents)) == ["aix", "limoges"]
        assert state_of(agents, "angers") is State.REVOKED
        revoked.restore("angers")
        assert names(await look(agents)) == sorted(THREE)


async def test_a_key_that_the_server_does_not_know_any_more_is_out() -> None:
    with running_nats(["aix", "nice"]) as server:
        agent = service(server, "nice")
        async with running(service(server, "aix"), agent), bot_side(server, sees=["aix", "nice"]) as agents:
            assert names(await look(agents)) == ["aix", "nice"]
            server.remove("nice")
            await until(lambda: agent.link.trouble is not None)
            assert "does not know this key" in str(agent.link.trouble)
            assert names(await look(agents, within_s=2)) == ["aix"]


# -------------------------------------------------------------------- the broker and the lines to it


@pytest.mark.parametrize("way", ["tls", "wss"])
async def test_it_works_encrypted_and_through_port_443(way: str) -> None:
    with running_nats(THREE, tls=True) as server:
        url = server.websocket_url if way == "wss" else server.url
        async with (
            running(*(service(server, name, url=url) for name in THREE)),
            bot_side(server, sees=THREE) as agents,
        ):
            assert names(await look(agents)) == sorted(THREE)
            server.kill()
            server.start()
            await until(lambda: agents.is_up)
            assert names(await look(agents, within_s=8)) == sorted(THREE)


@pytest.mark.parametrize("way", ["tls", "wss"])
async def test_a_server_that_nobody_vouches_for_gets_no_key(way: str) -> None:
    with running_nats(["aix"], tls=True) as server:
        url = server.websocket_url if way == "wss" else server.url
        link = Link([url], credentials=server.seed("aix"), ca=None, label="aix")
        with pytest.raises(BrokerError, match="certificate that cannot be trusted"):
            await link.connect_once()
        await link.close()


async def test_a_broker_that_is_killed_in_mid_question_loses_no_answer() -> None:
    with running_nats(THREE) as server:
        stubs = {name: StubVantage(takes_s=1.0) for name in THREE}
        async with running(*(service(server, *each) for each in stubs.items())), bot_side(server, sees=THREE) as agents:
            asking = asyncio.create_task(look(agents, within_s=9))
            await until(lambda: all(stub.asked for stub in stubs.values()))
            server.kill()
            server.start()
            assert names(await asking) == sorted(THREE)
        assert all(len(stub.asked) == 1 for stub in stubs.values())  # asked again, looked once


async def test_a_broker_that_is_away_holds_no_question_up_for_long() -> None:
    with running_nats(["aix"]) as server:
        async with running(service(server, "aix")), bot_side(server, sees=["aix"]) as agents:
            assert names(await look(agents)) == ["aix"]
            server.kill()
            await until(lambda: not agents.is_up)
            began = time.monotonic()
            assert await look(agents, within_s=10) == []
            assert await look(agents, within_s=10) == []
            assert time.monotonic() - began < 5
            server.start()
            await until(lambda: agents.is_up)
            await look(agents)
            assert names(await look(agents)) == ["aix"]


async def test_a_broker_that_says_that_it_will_go_is_left_for_another() -> None:
    with running_nats(["aix"]) as going, running_nats(["aix"]) as staying:
        staying.keys = going.keys
        staying.users.write_text(going.users.read_text())
        staying.kill()
        staying.start()
        link = Link([going.url, staying.url], credentials=going.seed("bot"), label="bot")
        link.start()
        await until(lambda: link.is_up)
        going.go_lame()
        await until(lambda: not link.is_up)
        await until(lambda: link.is_up)
        going.kill()  # it would take ten more seconds
        await asyncio.sleep(0.3)
        assert link.is_up
        await link.close()


async def test_a_frozen_broker_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that takes everything and answers nothing looks alive; it is not, after two pings."""
    monkeypatch.setattr("bot.broker.link._PING_S", 0.3)
    with running_nats(["aix"]) as server:
        async with running(service(server, "aix")), bot_side(server, sees=["aix"]) as agents:
            server.pause()
            await until(lambda: not agents.is_up)
            server.resume()
            await until(lambda: agents.is_up)


async def test_an_agent_that_is_told_to_stop_finishes_what_it_has_begun(server: NatsServer) -> None:
    agent = service(server, "aix", StubVantage(takes_s=0.5))
    async with bot_side(server) as agents:
        running_agent = asyncio.create_task(agent.run(until=asyncio.Event().wait()))
        await until(lambda: state_of(agents, "aix") is State.READY)
        asking = asyncio.create_task(look(agents))
        await asyncio.sleep(1.2)
        operator = Link([server.url], credentials=server.seed("bot"), label="operator")
        await operator.connect_once()
        await operator.publish("cestmoiou.stop.aix", b"{}")
        await operator.close()
        assert names(await asking) == ["aix"]
        await asyncio.wait_for(running_agent, 5)
        await until(lambda: state_of(agents, "aix") is State.STOPPED)


async def test_the_sign_of_life_of_an_agent_tells_whether_it_reaches_its_broker(
    server: NatsServer, tmp_path: Path
) -> None:
    beat = tmp_path / "beat"
    async with running(service(server, "aix", heartbeat=beat)):
        await until(beat.exists)
        assert what_is_wrong(beat, now()) is None
        assert "stands still" in str(what_is_wrong(beat, now() + timedelta(minutes=5)))
    assert not await asyncio.to_thread(beat.exists)


async def test_a_platform_that_an_agent_alone_has_switched_off_is_not_looked_at_there(server: NatsServer) -> None:
    off = Platform("example", "Example", targets=(TARGET,), enabled=False)
    async with running(service(server, "aix", platforms=[off])), bot_side(server, sees=["aix"]) as agents:
        assert await look(agents) == []
        assert state_of(agents, "aix") is State.READY


async def test_a_real_look_from_two_sites_becomes_a_verdict(server: NatsServer) -> None:
    target = Target("site.example", scheme="http")
    platform = Platform("site", "Site", targets=(target,))

    async def verdict_with(world: World) -> Verdict:
        services = [service(server, name, platforms=[platform]) for name in ("aix", "nice")]
        for each in services:
            prober = world.prober()
            controls = Controls(prober, (Reference("http://ref.example/ok", 200, "success"),), clock=now)
            each.vantage = LocalVantage(prober, controls, VantagePoint("local"), clock=now, pause_s=(0.01, 0.02))
        async with running(*services), bot_side(server, sees=["aix", "nice"]) as agents:
            return await Checking([agents], FakeStore(), now, deadline=timedelta(seconds=6)).check(platform)

    async with serve(answer(503)) as site_server, serve(answer(200, b"success\n")) as reference:
        addresses = {"site.example": [SITE], "ref.example": [OTHER]}
        with World(addresses, {(SITE, 80): site_server.port, (OTHER, 80): reference.port}) as world:
            verdict = await verdict_with(world)
    assert (verdict.word, verdict.cause.id, verdict.cause.status) == (Word.DOWN, CauseId.SERVER_ERROR, 503)
    assert {vote.vantage_point.place for vote in verdict.votes} == {"Aix", "Nice"}
    assert {control.vantage_point.id for control in verdict.controls} == {"agent:aix", "agent:nice"}
    assert len(verdict.observations) == 4  # two attempts each


async def test_a_broker_that_is_missing_is_told_to_the_operator_until_it_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.vantage.agents.MISSING_AFTER_S", 0.3)
    with running_nats(["aix"]) as server:
        async with bot_side(server) as agents:
            assert agents.trouble() is None
            server.kill()
            await until(lambda: "cannot be reached" in (agents.trouble() or ""))
            assert "colleagues' agents are not asked" in (agents.trouble() or "")
            server.start()
            await until(lambda: agents.trouble() is None)
