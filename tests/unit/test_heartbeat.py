from datetime import timedelta
from pathlib import Path

import pytest

from bot.app.heartbeat import Heartbeat, NetworkState, what_is_missing, what_is_wrong, write_heartbeat
from tests.fakes.network import NOON

WELL = NetworkState(good_at=NOON)


def wrong(folder: Path, beat: Heartbeat, *, later: timedelta = timedelta(seconds=5)) -> str | None:
    write_heartbeat(folder / "heartbeat.json", beat)
    return what_is_wrong(folder / "heartbeat.json", NOON + later)


def test_a_bot_that_works_is_well(tmp_path: Path) -> None:
    assert wrong(tmp_path, Heartbeat(NOON, {"mamot": WELL, "bsky": NetworkState(NOON, was_read=True)})) is None


@pytest.mark.parametrize(
    ("beat", "later", "sentence"),
    [
        pytest.param(Heartbeat(NOON, {}), timedelta(minutes=2), "the bot stands still", id="the loop hangs"),
        pytest.param(
            Heartbeat(NOON, {"mamot": NetworkState(NOON, "mamot.example does not accept the token", refused=True)}),
            timedelta(seconds=1),
            "mamot: mamot.example does not accept the token",
            id="a refused token",
        ),
        pytest.param(
            Heartbeat(NOON, {"mamot": NetworkState(NOON - timedelta(hours=1))}),
            timedelta(seconds=1),
            "mamot: nothing could be read for 3601 s: the poll hangs",
            id="a poll that hangs",
        ),
        pytest.param(
            Heartbeat(NOON, {"mamot": NetworkState(NOON - timedelta(seconds=61), "mamot.example is no server")}),
            timedelta(seconds=1),
            "mamot: nothing could be read since the start, 62 s ago: mamot.example is no server",
            id="a network that was never read",
        ),
        pytest.param(
            Heartbeat(NOON, {}, "the disk is full"), timedelta(seconds=1), "the disk is full", id="no records"
        ),
    ],
)
def test_a_bot_that_does_no_work_is_not_well(tmp_path: Path, beat: Heartbeat, later: timedelta, sentence: str) -> None:
    assert (wrong(tmp_path, beat, later=later) or "").startswith(sentence)


def test_a_network_that_is_down_for_a_moment_is_not_the_bots_illness(tmp_path: Path) -> None:
    state = NetworkState(NOON, "mamot.example does not answer")
    assert wrong(tmp_path, Heartbeat(NOON, {"mamot": state})) is None
    earlier = NetworkState(NOON - timedelta(minutes=10), "mamot.example does not answer", was_read=True)
    assert wrong(tmp_path, Heartbeat(NOON, {"mamot": earlier})) is None


def test_before_the_start_and_with_a_broken_file_there_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "heartbeat.json"
    assert "has not started" in (what_is_wrong(path, NOON) or "")
    path.write_text("{", encoding="utf-8")
    assert "cannot read" in (what_is_wrong(path, NOON) or "")


def test_what_the_bot_does_without_is_told_and_is_no_illness(tmp_path: Path) -> None:
    assert wrong(tmp_path, Heartbeat(NOON, {"mamot": WELL}, degraded="no broker for 20 s")) is None
    assert what_is_missing(tmp_path / "heartbeat.json") == "no broker for 20 s"
    assert wrong(tmp_path, Heartbeat(NOON, {"mamot": WELL})) is None
    assert what_is_missing(tmp_path / "heartbeat.json") is None
    assert what_is_missing(tmp_path / "none.json") is None
