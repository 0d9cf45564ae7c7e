"""The shipped command on a bad day: a token that is wrong, a disk that is full or closed, a database of tomorrow.

Each gets one clear sentence and no traceback, and no question is lost.
"""

import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.acceptance.world import World, small_internet
from tests.servers.mastodon_api import MastodonPeople
from tests.servers.mock_mastodon import running_mock_mastodon
from tests.servers.running import ANSWERED_WITHIN_S, wait_until


@pytest.fixture(scope="module")
def mastodon() -> Iterator[MastodonPeople]:
    with running_mock_mastodon() as people:
        yield people


def account(mastodon: MastodonPeople, *, name: str = "mamot", token: str | None = None) -> str:
    return (
        f'[accounts.{name}]\nkind = "mastodon"\nserver = "{mastodon.url}"\n'
        f'token = "{token or mastodon.bot_token}"\npoll = "1s"\n\n'
    )


@contextlib.contextmanager
def disk(folder: Path, *, options: str) -> Generator[Path]:
    """A small disk of its own, mounted on `folder`."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def one_sentence(world: World, *words: str) -> None:
    """`run` ends at once with exit code 2 and one sentence that holds these words."""
    done = world.command("run")
    assert done.returncode == 2, done.stdout + done.stderr
    assert len(done.stderr.splitlines()) == 1
    for word in words:
        assert word in done.stderr


def ill(world: World) -> str:
    """What the health check says, once it is not content: the sign of life is renewed every 5 s."""
    said: list[str] = []

    def is_ill() -> bool:
        health = world.command("healthcheck")
        said.append(health.stdout)
        return health.returncode == 1

    wait_until(is_ill, within_s=20, what="the health check tells")
    return said[-1]


def test_a_wrong_token_is_said_once_and_the_other_network_goes_on(tmp_path: Path, mastodon: MastodonPeople) -> None:
    settings = account(mastodon, name="wrong", token="no-such-token") + account(mastodon)
    with small_internet(tmp_path, settings=settings) as world, world.running():
        wait_until(lambda: "network is read" in world.log, within_s=30, what="the good account is read")
        post = mastodon.ask("@bot c'est moi ou Fragile est couché ?")
        wait_until(lambda: bool(mastodon.answers(post)), within_s=30, what="the good account answers")
        refusals = [line for line in world.log.splitlines() if "refuses this account" in line]
        health = ill(world)
        log = world.log
    assert len(refusals) == 1
    assert "no-such-token" not in log
    assert "Traceback" not in log
    assert health.startswith("wrong: ")


def test_a_data_folder_that_is_a_file(tmp_path: Path, mastodon: MastodonPeople) -> None:
    with small_internet(tmp_path, settings=account(mastodon)) as world:
        world.data_dir.write_text("not a folder", "utf-8")
        one_sentence(world, str(world.data_dir), "file")


def test_a_database_of_a_newer_version(tmp_path: Path, mastodon: MastodonPeople) -> None:
    with small_internet(tmp_path, settings=account(mastodon)) as world:
        with world.running():
            wait_until(lambda: "network is read" in world.log, within_s=30, what="the bot runs")
        with contextlib.closing(sqlite3.connect(world.data_dir / "cestmoiou.db")) as database:
            database.execute("UPDATE alembic_version SET version_num = '9999'")
            database.commit()
        one_sentence(world, "newer")


@pytest.mark.root
def test_a_data_folder_that_cannot_be_written(tmp_path: Path, mastodon: MastodonPeople) -> None:
    with small_internet(tmp_path, settings=account(mastodon)) as world, disk(world.data_dir, options="ro"):
        one_sentence(world, str(world.data_dir))


@pytest.mark.root
@pytest.mark.timeout(240)
def test_a_full_disk_loses_no_question(tmp_path: Path, mastodon: MastodonPeople) -> None:
    with small_internet(tmp_path, settings=account(mastodon)) as world, disk(world.data_dir, options="size=2m"):
        with world.running():
            wait_until(lambda: "network is read" in world.log, within_s=30, what="the bot runs")
            ballast = world.data_dir / "ballast"
            fill(ballast)
            post = mastodon.ask("@bot c'est moi ou Fragile est couché ?")
            wait_until(lambda: "full" in world.log, within_s=30, what="the log tells of the full disk")
            health = ill(world)
            assert mastodon.answers(post) == []
            ballast.unlink()
            wait_until(
                lambda: bool(mastodon.answers(post)),
                within_s=ANSWERED_WITHIN_S,
                what="the question is answered after all",
            )
        log = world.log
    assert "full" in health
    assert "Traceback" not in log
    assert len(mastodon.answers(post)) == 1


@pytest.mark.root
def test_a_disk_that_fills_up_ends_a_conversation_with_a_sentence(tmp_path: Path) -> None:
    with (
        small_internet(tmp_path) as world,
        disk(world.data_dir, options="size=1m"),
        subprocess.Popen(
            [sys.executable, "-m", "bot", "run"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=world.environment(),
            text=True,
        ) as bot,
    ):
        wait_until(lambda: (world.data_dir / "cestmoiou.db").exists(), within_s=20, what="the bot has its store")
        fill(world.data_dir / "ballast")
        said, sentence = bot.communicate("c'est moi ou Fragile est couché ?\n", timeout=20)
    assert bot.returncode == 2
    assert "full" in sentence
    assert len(sentence.splitlines()) == 1
    assert "HTTP 503" not in said


def fill(path: Path) -> None:
    """Write until nothing goes any more."""
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while file.write(b"x" * 512):
            pass
