"""`cestmoiou agent` and `cestmoiou agents` as people use them: real processes, a real broker."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app.clock import now
from bot.app.heartbeat import Heartbeat, NetworkState, write_heartbeat
from bot.model import VantagePoint
from bot.vantage.agents_file import AgentsFile
from bot.vantage.roster import Agent
from tests.servers.nats_server import NatsServer, running_nats
from tests.servers.running import NotInstalledError, leave_out, stop, wait_until

COMMAND = Path(sys.executable).with_name("cestmoiou")
SITES = ("nice", "rennes")


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Settings as variables, in a data folder of the test's own."""
    folder.mkdir(exist_ok=True)
    base = {"PATH": os.environ["PATH"], "CESTMOIOU_DATA_DIR": str(folder), "TMPDIR": str(folder)}
    return base | {f"CESTMOIOU_{key}": value for key, value in more.items()}


def said(*arguments: str, env: dict[str, str], code: int = 0) -> str:
    done = subprocess.run([COMMAND, *arguments], env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def server() -> Generator[NatsServer]:
    try:
        with running_nats(SITES) as running_server:
            yield running_server
    except NotInstalledError as missing:
        leave_out(missing)


@contextmanager
def agent(env: dict[str, str], log: Path) -> Generator[subprocess.Popen[bytes]]:
    with log.open("wb") as file:
        process = subprocess.Popen([COMMAND, "agent"], env=env, stderr=file)
        try:
            wait_until(lambda: "the broker is reached" in log.read_text(), within_s=30, what="the agent connects")
            yield process
        finally:
            stop(process)


def settings_of(server: NatsServer, folder: Path, name: str, **more: str) -> dict[str, str]:
    own = {"AGENT__NAME": name, "VANTAGE__PLACE": name.title()} if name != "bot" else {}
    return environment(folder, BROKER__URLS=server.url, BROKER__CREDENTIALS=server.seed(name), **own, **more)


@pytest.mark.servers
def test_an_agent_is_listed_looks_stops_and_is_revoked(server: NatsServer, tmp_path: Path) -> None:
    bot = settings_of(server, tmp_path / "bot", "bot")
    rennes = settings_of(server, tmp_path / "rennes", "rennes")
    with agent(rennes, tmp_path / "log") as process:
        (row,) = [json.loads(line) for line in said("agents", "--json", env=bot).splitlines()]
        assert (row["name"], row["place"], row["state"]) == ("rennes", "Rennes", "ready")
        assert abs(row["clock_offset_s"]) < 5
        assert "right" in said("agents", env=bot)
        assert said("healthcheck", env=rennes) == "well\n"
        assert "not heard any more" in said("agents", "revoke", "rennes", env=bot)
        assert json.loads(said("agents", "--json", env=bot))["state"] == "revoked"
        said("agents", "restore", "rennes", env=bot)
        assert "was asked to stop" in said("agents", "stop", "rennes", env=bot)
        assert process.wait(12) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()


@pytest.mark.servers
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_agent_ends_in_time_when_it_is_told_to(server: NatsServer, tmp_path: Path, number: signal.Signals) -> None:
    with agent(settings_of(server, tmp_path / "nice", "nice"), tmp_path / "log") as process:
        process.send_signal(number)
        assert process.wait(10) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()


@pytest.mark.servers
def test_an_agent_that_was_killed_comes_back_as_if_nothing_had_been(server: NatsServer, tmp_path: Path) -> None:
    env, bot = settings_of(server, tmp_path / "nice", "nice"), settings_of(server, tmp_path / "bot", "bot")
    with agent(env, tmp_path / "log") as process:
        process.kill()
        process.wait(5)
    with agent(env, tmp_path / "log"):
        assert json.loads(said("agents", "--json", env=bot))["state"] == "ready"


def test_agents_that_were_seen_are_listed_when_no_broker_answers(tmp_path: Path) -> None:
    nobody_there = environment(tmp_path / "data", BROKER__URLS="nats://127.0.0.1:1")
    where = VantagePoint("agent:rennes", place="Rennes", network="Renater", asn=2200)
    seen = Agent("rennes", where, now() - timedelta(hours=3), version="0.1.0")
    AgentsFile(tmp_path / "data").write([seen], now())
    told = said("agents", env=nobody_there, code=2)
    assert "rennes" in told
    assert "3 h ago" in told
    assert "silent" in told
    assert "nats://127.0.0.1:1 cannot be reached" in told
    assert "these agents are known from earlier" in told
    assert '"state": "silent"' in said("agents", "--json", env=nobody_there, code=2)


def test_a_bot_without_its_broker_is_degraded_and_not_ill(tmp_path: Path) -> None:
    env = environment(tmp_path)
    where = subprocess.run(
        [sys.executable, "-c", "from bot.settings import heartbeat_path; print(heartbeat_path())"],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    beat = Heartbeat(now(), {"mamot": NetworkState(now())}, degraded="no broker for 20 s: nats://x cannot be reached")
    write_heartbeat(Path(where.stdout.strip()), beat)
    assert said("healthcheck", env=env) == "degraded: no broker for 20 s: nats://x cannot be reached\n"


def test_a_key_is_made_for_a_site_and_its_secret_half_is_for_its_owner(tmp_path: Path) -> None:
    env = environment(tmp_path / "data")
    users, seed = tmp_path / "users.conf", tmp_path / "rennes.seed"
    said("agents", "add", "bot", "--users", str(users), "--seed", str(tmp_path / "bot.seed"), env=env)
    told = said("agents", "add", "rennes", "--users", str(users), "--seed", str(seed), env=env)
    assert seed.read_text().startswith("SU")
    assert seed.stat().st_mode & 0o777 == 0o600
    assert seed.read_text().strip() not in told + users.read_text()
    assert said("agents", "public", str(seed), env=env).strip() in users.read_text()
    assert "has a key for rennes already" in said("agents", "add", "rennes", "--users", str(users), env=env, code=2)
    said("agents", "revoke", "rennes", "--users", str(users), env=env)
    assert "# site rennes" not in users.read_text()
    assert "# the bot" in users.read_text()
    again = said("agents", "add", "rennes", "--users", str(users), "--seed", str(seed), env=env, code=2)
    assert "exists already" in again
    assert "# site rennes" not in users.read_text()


def test_the_first_key_makes_the_folder_of_the_file_of_users(tmp_path: Path) -> None:
    env = environment(tmp_path / "data")
    users, seed = tmp_path / "users" / "users.conf", tmp_path / "bot.seed"
    said("agents", "add", "bot", "--users", str(users), "--seed", str(seed), env=env)
    assert "# the bot" in users.read_text()


def test_a_key_that_the_server_is_not_told_leaves_no_secret_behind(tmp_path: Path) -> None:
    env = environment(tmp_path / "data")
    users, seed = tmp_path / "users.conf", tmp_path / "rennes.seed"
    users.write_text("somebody else's\n")
    said("agents", "add", "rennes", "--users", str(users), "--seed", str(seed), env=env, code=2)
    assert not seed.exists()
    assert users.read_text() == "somebody else's\n"


def test_who_cannot_be_written_down_as_revoked_is_said_in_one_line(tmp_path: Path) -> None:
    env = environment(tmp_path / "data") | {"CESTMOIOU_DATA_DIR": "/proc/nowhere"}
    for verb in ("revoke", "restore"):
        assert "agents-revoked.txt cannot be written" in said("agents", verb, "rennes", env=env, code=2)


@pytest.mark.parametrize(
    ("arguments", "more", "sentence"),
    [
        (("agents",), {}, "broker.urls: no broker is configured"),
        (("agent",), {}, "broker.urls: write the broker's address"),
        (("agent",), {"BROKER__URLS": "nats://127.0.0.1:1"}, "agent.name: write the name"),
        (
            ("agent",),
            {"BROKER__URLS": "nats://127.0.0.1:1", "AGENT__NAME": "nice", "BROKER__CREDENTIALS": "secret-word"},
            "broker.credentials is neither the seed of a key nor",
        ),
        (("agents",), {"BROKER__URLS": "nats://127.0.0.1:1"}, "nats://127.0.0.1:1 cannot be reached"),
        (("agents", "stop", "Rennes!"), {"BROKER__URLS": "nats://127.0.0.1:1"}, "1 to 32 small letters"),
        (("agents", "add", "../etc"), {}, "1 to 32 small letters"),
        (("agents", "public", "/dev/null"), {}, "/dev/null"),
    ],
    ids=["no-broker", "no-address", "no-name", "no-key", "nobody-there", "odd-name", "odd-path", "no-seed"],
)
def test_what_is_missing_is_said_in_one_line(
    tmp_path: Path, arguments: tuple[str, ...], more: dict[str, str], sentence: str
) -> None:
    told = said(*arguments, env=environment(tmp_path / "data", **more), code=2)
    assert sentence in told
    assert "secret-word" not in told
