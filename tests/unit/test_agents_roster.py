"""Who is there, who is late, who is gone; what outlives a restart."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.app.wiring import build_agents
from bot.broker.messages import Presence
from bot.settings import load_settings
from bot.vantage.agents import quorum_of
from bot.vantage.agents_file import AgentsFile, Revoked
from bot.vantage.roster import MOST_AGENTS, SILENT_AFTER, Roster, State

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ONE, TWO = "1" * 32, "2" * 32


def here(run: str = ONE, **more: object) -> Presence:
    return Presence.model_validate({"run": run, "version": "0.1.0", "place": "Rennes", "clock": NOON} | more)


def state(roster: Roster, at: datetime = NOON, name: str = "rennes") -> State | None:
    agent = roster.get(name)
    return agent.state(at, ()) if agent else None


@pytest.mark.parametrize(
    ("waited_for", "quorum"), [(0, 0), (1, 1), (3, 3), (4, 4), (5, 4), (6, 5), (20, 16), (200, 160)]
)
def test_a_quorum_is_all_up_to_four_and_four_fifths_beyond(waited_for: int, quorum: int) -> None:
    assert quorum_of(waited_for) == quorum


def test_an_agent_is_ready_then_silent_then_ready_again() -> None:
    roster = Roster()
    roster.heard("rennes", here(), NOON)
    assert state(roster) is State.READY
    later = NOON + SILENT_AFTER + timedelta(seconds=1)
    assert state(roster, later) is State.SILENT
    assert roster.present(later) == {}
    roster.heard("rennes", here(), later)
    assert list(roster.present(later)) == ["rennes"]


def test_a_clock_of_ours_that_is_set_back_makes_nobody_eternal() -> None:
    roster = Roster()
    roster.heard("rennes", here(), NOON)
    assert state(roster, NOON - timedelta(hours=1)) is State.SILENT


def test_one_restart_is_no_second_machine_and_two_that_take_turns_are() -> None:
    roster = Roster()
    for run in (ONE, ONE, TWO, TWO):
        roster.heard("rennes", here(run), NOON)
    assert state(roster) is State.READY
    roster.heard("rennes", here(ONE), NOON)
    assert state(roster) is State.TWICE
    assert state(roster, NOON + 4 * SILENT_AFTER) is State.SILENT


def test_who_misses_a_question_is_late_until_it_answers() -> None:
    roster = Roster()
    roster.heard("rennes", here(), NOON)
    roster.missed(["rennes", "nobody"])
    roster.heard("rennes", here(), NOON)
    assert state(roster) is State.LATE
    assert list(roster.present(NOON)) == ["rennes"]
    roster.answered("rennes")
    assert state(roster) is State.READY


def test_a_thousand_names_are_enough() -> None:
    roster = Roster()
    for number in range(MOST_AGENTS + 50):
        roster.heard(f"site-{number}", here(), NOON)
    assert len(roster.agents) == MOST_AGENTS
    assert not roster.cannot_be_read("one-more", "no", NOON, presence=True)


def test_the_list_outlives_a_restart(tmp_path: Path) -> None:
    roster = Roster()
    roster.heard("rennes", here(network="Renater", asn=2200, clock=NOON + timedelta(days=1), takes_typed=True), NOON)
    roster.cannot_be_read("nice", "a message that is not as agreed", NOON, presence=True)
    AgentsFile(tmp_path).write(roster.agents, NOON)
    again = Roster(agents=AgentsFile(tmp_path).read())
    assert again.agents == roster.agents


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", '[{"name": "x y"}]', '[{"name": "a", "seen_at": "2026-01-01"}]', "\0"]
)
def test_a_list_that_cannot_be_read_is_begun_anew(tmp_path: Path, text: str) -> None:
    (tmp_path / "agents.json").write_text(text)
    assert AgentsFile(tmp_path).read() == []
    assert AgentsFile(tmp_path / "none").read() == []


def test_the_list_is_not_written_with_every_breath(tmp_path: Path) -> None:
    kept, roster = AgentsFile(tmp_path), Roster()
    kept.write(roster.agents, NOON)
    roster.heard("rennes", here(), NOON)
    kept.write(roster.agents, NOON + timedelta(seconds=5))
    assert kept.read() == []
    kept.write(roster.agents, NOON + timedelta(seconds=31))
    assert len(kept.read()) == 1


def test_who_is_revoked_by_a_command_is_revoked_for_the_running_bot(tmp_path: Path) -> None:
    running, command = Revoked(tmp_path, ["old"]), Revoked(tmp_path, ["old"])
    assert running() == {"old"}
    command.revoke("rennes")
    assert running() == {"old", "rennes"}
    assert command.restore("rennes")
    assert running() == {"old"}
    assert not command.restore("old")


async def test_one_question_at_the_command_line_knows_the_revoked_and_leaves_the_list_alone(tmp_path: Path) -> None:
    roster = Roster()
    roster.heard("rennes", here(), NOON)
    AgentsFile(tmp_path).write(roster.agents, NOON)
    Revoked(tmp_path).revoke("rennes")
    variables = {"CESTMOIOU_DATA_DIR": str(tmp_path), "CESTMOIOU_BROKER__URLS": "nats://127.0.0.1:1"}
    agents = build_agents(load_settings(None, variables), keeps_list=False)
    assert agents is not None
    assert agents.roster.is_revoked("rennes")
    agents.roster.heard("nice", here(), NOON)
    await agents.close()
    assert [agent.name for agent in AgentsFile(tmp_path).read()] == ["rennes"]
