"""Twenty agents, five of whom misbehave in each round; and a broker that is killed again and again. The short form:
`scripts/bench agents` plays 500 rounds and 20 restarts, and prints how long it took.
"""

import gc
import logging
from collections.abc import Generator

import pytest

from tests.fakes.agents import bot_side, running
from tests.fakes.agents_stage import play, rounds, staged, storm
from tests.servers.nats_server import NatsServer, running_nats
from tests.servers.running import NotInstalledError, leave_out

pytestmark = pytest.mark.servers

TWENTY = tuple(f"site-{number:02}" for number in range(20))


@pytest.fixture
def server() -> Generator[NatsServer]:
    try:
        with running_nats(TWENTY) as running_server:
            yield running_server
    except NotInstalledError as missing:
        leave_out(missing)


async def test_the_verdict_is_that_of_the_honest_whatever_five_of_twenty_do(
    server: NatsServer, caplog: pytest.LogCaptureFixture
) -> None:
    stage = rounds(TWENTY, 24, seed=2009)
    async with running(*staged(server, TWENTY, stage)), bot_side(server, sees=TWENTY) as agents:
        outcome = await play(agents, stage, at_once=6)
    gc.collect()  # what a broken connection left behind is told when it is thrown away
    assert outcome.wrong == []
    assert len(outcome.added_s) == 24
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_no_question_is_lost_while_the_broker_is_killed_and_started(server: NatsServer) -> None:
    stage = rounds(TWENTY, 2000, seed=2010, bad=(), truths=("up", "broken"))
    services = staged(server, TWENTY, stage)
    async with running(*services), bot_side(server, sees=TWENTY) as agents:
        seen = await storm(server, services, agents, stage, restarts=3, askers=5)
    assert (seen.lost, seen.wrong, seen.tracebacks) == (0, 0, [])
    assert seen.asked > 15
    assert max(seen.back_s) < 5  # it is a promise to people, not a speed
