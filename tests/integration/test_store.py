"""The real store against what happens to real disks and processes."""

import asyncio
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event
from sqlalchemy.engine import Engine

from bot.model import FollowUp, Language, PostKind, PostRef
from bot.ports import Store, StoreError
from bot.store import open_store
from bot.store.engine import make_engine
from bot.store.schema import HEAD, MIGRATIONS, migrate
from bot.store.tables import metadata, to_micros
from tests.contract.test_store import NOON, mention, own_post

REPOSITORY = Path(__file__).parents[2]

TAKER = """
import asyncio, sys
from pathlib import Path
from bot.store import open_store
from tests.contract.test_store import mention

async def main():
    store = await open_store(Path(sys.argv[1]))
    for number in range(100_000):
        await store.take([mention(str(number))], owed=True)
        print(number, flush=True)

asyncio.run(main())
"""

HOLDER = """
import asyncio, sys
from pathlib import Path
from bot.store import open_store

async def main():
    store = await open_store(Path(sys.argv[1]))
    print("open", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def start(script: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, str(folder)], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )


def kill(process: subprocess.Popen[str]) -> list[str]:
    process.send_signal(signal.SIGKILL)
    said, _ = process.communicate(timeout=10)
    return said.splitlines()


async def test_what_was_acknowledged_survives_sigkill(tmp_path: Path) -> None:
    process = start(TAKER, tmp_path)
    assert process.stdout is not None
    first = [process.stdout.readline() for _ in range(20)]
    rest = kill(process)
    acknowledged = {line.strip() for line in [*first, *rest] if line.strip().isdigit()}
    store = await open_store(tmp_path)
    kept = {each.mention.id for each in await store.owed("mamot", now=NOON, limit=100_000)}
    await store.close()
    assert len(acknowledged) >= 20
    assert acknowledged <= kept


async def test_a_second_process_on_the_folder_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    process = start(HOLDER, tmp_path)
    try:
        assert process.stdout is not None
        assert await asyncio.to_thread(process.stdout.readline) == "open\n"
        with pytest.raises(StoreError) as refused:
            await open_store(tmp_path)
        assert str(refused.value) == (
            f"Another cestmoiou already uses the data folder {tmp_path}; stop it, or set another data_dir."
        )
        assert refused.value.permanent
    finally:
        kill(process)
    await (await open_store(tmp_path)).close()


def size_of(path: Path) -> int:
    return path.stat().st_size


async def test_any_folder_name_will_do(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "données ?x=1#%41")
    await store.close()
    assert size_of(tmp_path / "données ?x=1#%41" / "cestmoiou.db") > 0


async def test_closing_gives_the_folder_back_and_may_be_repeated(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    await store.close()
    await store.close()
    await (await open_store(tmp_path)).close()


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_the_words_of_a_settled_mention_are_gone_from_the_disk(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    await store.take([mention("1"), mention("2")], owed=True)
    await store.settle(mention("1"), outcome="answered", at=NOON)
    await store.settle(mention("2"), outcome="nothing-to-say", at=NOON)
    await store.take([mention("3")], owed=False)
    await store.close()
    written = everything_in(tmp_path)
    assert b"nothing-to-say" in written  # the row is there
    assert b"lea@mamot.fr" not in written
    for words in ("couché", "panne", "Cairn ne répond plus"):
        assert words.encode() not in written


async def test_the_files_are_the_users_own(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "data")
    await store.take([mention()], owed=True)
    modes = {path.name: path.stat().st_mode & 0o077 for path in [tmp_path / "data", *(tmp_path / "data").iterdir()]}
    await store.close()
    assert set(modes.values()) == {0}, modes


def schema_of(file: Path) -> set[tuple[str, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        rows: list[tuple[str, str, str | None]] = connection.execute(
            "SELECT type, name, sql FROM sqlite_master"
        ).fetchall()
        versions: list[tuple[str]] = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    return {(kind, name, " ".join((sql or "").split())) for kind, name, sql in rows} | set(versions)


async def test_a_new_database_is_word_for_word_what_the_migrations_make(tmp_path: Path) -> None:
    await (await open_store(tmp_path)).close()
    engine = make_engine(tmp_path / "migrated.db")
    with engine.begin() as connection:
        migrate(connection, None, tmp_path)
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()
    assert schema_of(tmp_path / "cestmoiou.db") == schema_of(tmp_path / "migrated.db")


OF_THE_FIRST_VERSION = """
INSERT INTO mention (network, id, author_id, author_handle, author_is_bot, posted_at, listed_at, visibility, reply_ref,
    state, outcome, attempts, post_id, post_url, settled_at)
VALUES ('mamot', '1', '42', '', 0, 1, 1, 'public', '', 'settled', 'answered', 1, '99', 'https://mamot.fr/@bot/99', 2),
    ('mamot', '2', '42', 'lea@mamot.fr', 0, 1, 1, 'public', '', 'owed', NULL, 0, NULL, NULL, NULL)
"""


async def test_a_database_of_the_first_version_keeps_what_is_owed_and_what_was_posted(tmp_path: Path) -> None:
    engine = make_engine(tmp_path / "cestmoiou.db")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(OF_THE_FIRST_VERSION)
    engine.dispose()
    store = await open_store(tmp_path)
    assert [each.mention.id for each in await store.owed("mamot", now=NOON, limit=10)] == ["2"]
    (post,) = await store.own_posts("mamot", since=datetime(1970, 1, 1, tzinfo=UTC))
    await store.close()
    assert (post.ref, post.mention_id, post.author_id) == (PostRef("99", "https://mamot.fr/@bot/99"), "1", "42")


def test_the_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_a_database_new_or_at_head_is_opened_without_alembic(tmp_path: Path) -> None:
    script = HOLDER.replace('print("open", flush=True)', 'print("alembic" in sys.modules)').replace("60", "0")
    said = [
        subprocess.run(
            [sys.executable, "-c", script, str(tmp_path)],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    assert said == ["False\n", "False\n"]


def newer(folder: Path) -> None:
    with sqlite3.connect(folder / "cestmoiou.db") as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.execute("INSERT INTO alembic_version VALUES ('9999')")
    connection.close()


def foreign(folder: Path) -> None:
    with sqlite3.connect(folder / "cestmoiou.db") as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.close()


def not_a_database(folder: Path) -> None:
    (folder / "cestmoiou.db").write_text("Il était une fois " * 100)


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        pytest.param(
            newer,
            "The database in {} was written by a newer cestmoiou (its revision is 9999); install that version again, "
            "or put a backup in its place.",
            id="newer",
        ),
        pytest.param(
            foreign, "The file cestmoiou.db in {} belongs to another program; set another data_dir.", id="foreign"
        ),
        pytest.param(
            not_a_database,
            "The file cestmoiou.db in {} is damaged or not a database; put a backup in its place, or move it away.",
            id="not a database",
        ),
    ],
)
async def test_a_database_that_is_not_ours_is_refused_and_left_alone(
    tmp_path: Path, prepare: Callable[[Path], None], sentence: str
) -> None:
    prepare(tmp_path)
    before = (tmp_path / "cestmoiou.db").read_bytes()
    for _ in range(2):  # the refusal gives the lock back
        with pytest.raises(StoreError) as refused:
            await open_store(tmp_path)
        assert str(refused.value) == sentence.format(tmp_path)
        assert refused.value.permanent
    if prepare is not_a_database:
        assert (tmp_path / "cestmoiou.db").read_bytes() == before


async def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be made") as refused:
        await open_store(tmp_path / "a" / "b")
    assert refused.value.permanent
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="is a file") as refused:
        await open_store(tmp_path / "file")
    assert refused.value.permanent


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def make_read_only(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)


@pytest.mark.root
async def test_a_read_only_folder_is_one_sentence(small_disk: Path) -> None:
    await (await open_store(small_disk)).close()
    make_read_only(small_disk)
    with pytest.raises(StoreError) as refused:
        await open_store(small_disk)
    assert str(refused.value) == (
        f"The data folder {small_disk} cannot be written; give it to the user that runs the bot, or set data_dir."
    )
    assert refused.value.permanent


def fill(disk: Path) -> Path:
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (4096, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue
    return filler


async def take_until_it_fails(store: Store, kept: set[str]) -> None:
    for number in range(1000):  # a little room may be left in pages that SQLite has already
        await store.take([mention(f"full-{number}")], owed=True)
        kept.add(f"full-{number}")


@pytest.mark.root
async def test_a_full_disk_loses_nothing_and_the_same_store_goes_on(small_disk: Path) -> None:
    store = await open_store(small_disk)
    await store.take([mention("before")], owed=True)
    filler = fill(small_disk)
    kept = {"before"}
    with pytest.raises(StoreError) as refused:
        await take_until_it_fails(store, kept)
    assert str(refused.value) == f"The disk of the data folder {small_disk} is full; make room, nothing is lost."
    assert not refused.value.permanent
    assert {each.mention.id for each in await store.owed("mamot", now=NOON, limit=2000)} == kept
    filler.unlink()
    await store.take([mention("after")], owed=True)
    await store.close()
    again = await open_store(small_disk)
    assert {each.mention.id for each in await again.owed("mamot", now=NOON, limit=2000)} == kept | {"after"}
    await again.close()


@pytest.mark.root
async def test_a_disk_that_is_full_from_the_start_is_one_sentence_that_may_pass(small_disk: Path) -> None:
    filler = fill(small_disk)
    with pytest.raises(StoreError) as refused:
        await open_store(small_disk)
    assert str(refused.value) == f"The disk of the data folder {small_disk} is full; make room, nothing is lost."
    assert not refused.value.permanent
    filler.unlink()
    await (await open_store(small_disk)).close()


async def test_a_reader_reads_beside_the_one_that_holds_the_folder(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    await store.take([mention()], owed=True)
    reader = await open_store(tmp_path, read_only=True)
    assert len(await reader.owed("mamot", now=NOON, limit=10)) == 1
    await store.take([mention("2")], owed=True)
    assert len(await reader.owed("mamot", now=NOON, limit=10)) == 2
    with pytest.raises(StoreError, match="cannot be written"):
        await reader.take([mention("3")], owed=True)
    await reader.close()
    await store.close()


async def test_a_reader_of_what_a_bot_left_behind_keeps_none_out(tmp_path: Path) -> None:
    await (await open_store(tmp_path)).close()
    reader = await open_store(tmp_path, read_only=True)
    store = await open_store(tmp_path)
    await store.take([mention()], owed=True)
    assert len(await reader.owed("mamot", now=NOON, limit=10)) == 1
    await store.close()
    await reader.close()


async def test_a_reader_makes_nothing_and_changes_nothing(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="has no records"):
        await open_store(tmp_path, read_only=True)
    assert not (tmp_path / "cestmoiou.db").exists()
    engine = make_engine(tmp_path / "cestmoiou.db")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    with pytest.raises(StoreError, match=r"another version of cestmoiou \(its revision is 0001"):
        await open_store(tmp_path, read_only=True)
    with closing(sqlite3.connect(tmp_path / "cestmoiou.db")) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)


async def test_of_a_crowd_the_newest_thousand_of_each_word_are_read(tmp_path: Path) -> None:
    await (await open_store(tmp_path)).close()
    rows = [("mamot", f"d{number}", "cairn", 0, to_micros(NOON) + number, "1") for number in range(1200)]
    rows += [("mamot", f"u{number}", "cairn", 1, to_micros(NOON) - number, "1") for number in range(3)]
    with closing(sqlite3.connect(tmp_path / "cestmoiou.db")) as database, database:
        database.executemany(
            "INSERT INTO report (network, author_id, platform, works, reported_at, mention_id) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            rows,
        )
    store = await open_store(tmp_path)
    read = [report.author_id for report in await store.reports("cairn", since=NOON - timedelta(days=1))]
    await store.close()
    assert read == ["u2", "u1", "u0", *(f"d{number}" for number in range(200, 1200))]


async def test_finding_a_few_follow_ups_among_hundreds_reads_only_those(tmp_path: Path) -> None:
    """Each that is done begins the next: with a statement for each that waits, a storm's return took minutes."""
    statements = list[str]()

    def note(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    store = await open_store(tmp_path)
    try:
        for number in range(200):
            asked = mention(str(number))
            await store.take([asked], owed=True)
            post = own_post(f"post-{number}", answers=str(number), to=asked.author.id)
            await store.settle(asked, outcome="answered", at=NOON, post=post)
        due = [
            FollowUp("mamot", str(number), PostKind.BACK, "Revenu.", Language.FRENCH, NOON - timedelta(seconds=number))
            for number in range(200)
        ]
        assert await store.owe(due) == 200
        event.listen(Engine, "before_cursor_execute", note)
        found = await store.owed_follow_ups("mamot", now=NOON, limit=3)
    finally:
        if statements:
            event.remove(Engine, "before_cursor_execute", note)
        await store.close()
    assert [each.follow_up.mention_id for each in found] == ["199", "198", "197"]
    assert 0 < len(statements) < 20
