"""`cestmoiou incidents` and `cestmoiou dossier`, beside a bot that runs and holds its data folder."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.world import CHECKOUT, World, small_internet


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A bot in a terminal that was just asked about Fragile, and waits for the next question."""
    with small_internet(tmp_path_factory.mktemp("incidents")) as world:
        command = [sys.executable, "-m", "bot", "run"]
        pipe = subprocess.PIPE
        with subprocess.Popen(
            command, stdin=pipe, stdout=pipe, env=world.environment(), cwd=CHECKOUT, text=True
        ) as bot:
            assert bot.stdin is not None
            assert bot.stdout is not None
            bot.stdin.write("c'est moi ou Fragile est couché ?\n")
            bot.stdin.flush()
            assert any("HTTP 503" in line for line in bot.stdout)
            yield world
            bot.stdin.close()
            bot.wait(20)


def test_the_list_has_what_is_down(world: World) -> None:
    done = world.command("incidents", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    (row,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert (row["platform"], row["name"], row["open"], row["verdict"]) == ("fragile", "Fragile", True, "down")
    assert (row["status"], row["unstable"], row["ended"], row["asked"]) == (503, False, None, 1)
    assert row["began"]["until"]
    told = world.command("incidents", "--since", "1h").stdout
    assert "Fragile" in told
    assert "en panne" in told


@pytest.mark.parametrize("columns", ["20", "80", "200"])
def test_the_reference_that_dossier_takes_stands_there_whole(world: World, columns: str) -> None:
    incident = json.loads(world.command("incidents", "--json").stdout)["incident"]
    told = world.command("incidents", more={"COLUMNS": columns}).stdout
    assert incident in told
    assert "…" not in told


@pytest.mark.parametrize("asked", ["fragile", "Fragile", "fragile.example"])
def test_a_platform_stands_for_its_newest_incident(world: World, asked: str) -> None:
    done = world.command("dossier", asked)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Constat de panne\u00a0: Fragile\n")
    assert "HTTP 503" in done.stdout
    assert "Serveur atteint\u00a0: 127.0.0.1" in done.stdout


def test_the_same_by_its_id_in_each_form_and_language(world: World) -> None:
    incident = json.loads(world.command("incidents", "--json").stdout)["incident"]
    page = world.command("dossier", incident, "--format", "markdown", "--lang", "en").stdout
    assert page.startswith("# Report of trouble: Fragile\n")
    made = json.loads(world.command("dossier", incident, "--format", "json").stdout)
    assert made["incident"] == incident
    assert [place["status"] for place in made["places"]] == [503]
    assert made["user_agent"].startswith("cestmoiou/")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("dossier", "fragil-2026"), "the nearest ids: fragile-", id="an id that is none"),
        pytest.param(("dossier", "Solide"), "no incident of Solide is remembered", id="a platform without one"),
        pytest.param(("dossier", "x" * 5000), "neither an incident nor a platform", id="five thousand letters"),
        pytest.param(("incidents", "--since", "bald"), "write --since 12h", id="no length of time"),
    ],
)
def test_what_is_not_there_is_one_sentence(world: World, words: tuple[str, ...], said: str) -> None:
    done = world.command(*words)
    assert (done.returncode, done.stdout) == (2, "")
    (sentence,) = done.stderr.splitlines()
    assert said in sentence
    assert len(sentence) < 300


def test_a_folder_without_a_bot_is_told_and_stays_as_it_was(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    done = world.command("incidents", more={"CESTMOIOU_DATA_DIR": str(folder)})
    assert done.returncode == 2
    assert "has no records" in done.stderr
    assert not folder.exists()
