"""Brings a database to the tables of this version, and refuses one that is not ours or is newer."""

from pathlib import Path

from sqlalchemy import Column, Connection, Engine, MetaData, PrimaryKeyConstraint, String, Table, inspect, text

from bot.ports import StoreError
from bot.store.tables import metadata

HEAD = "0007"
"""The newest migration. Kept here so that Alembic (17 MB, 0.5 s) is imported only when there is work for it."""

MIGRATIONS = Path(__file__).parent / "migrations"

_VERSION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def bring_to_head(engine: Engine, folder: Path) -> None:
    """Create or migrate the tables, in one transaction. Raises StoreError for a database that is newer or foreign."""
    with engine.begin() as connection:
        tables = inspect(connection).get_table_names()
        if not tables:
            _create(connection)
        elif "alembic_version" not in tables:
            raise _foreign(folder)
        elif (revision := connection.scalar(text("SELECT version_num FROM alembic_version"))) != HEAD:
            migrate(connection, revision, folder)


def check_head(engine: Engine, folder: Path) -> None:
    """Raise StoreError for a database that is not this version's; change nothing."""
    with engine.begin() as connection:
        if "alembic_version" not in inspect(connection).get_table_names():
            raise _foreign(folder)
        revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if revision != HEAD:
        raise StoreError(
            f"The database in {folder} belongs to another version of cestmoiou (its revision is {revision}, here it is "
            f"{HEAD}); run the bot once with this version, or this command with the bot's own version.",
            permanent=True,
        )


def _foreign(folder: Path) -> StoreError:
    return StoreError(
        f"The file cestmoiou.db in {folder} belongs to another program; set another data_dir.", permanent=True
    )


def _create(connection: Connection) -> None:
    # A new database starts with the newest tables, as Alembic's own cookbook has it: a test holds them, word for word,
    # to what the migrations make.
    metadata.create_all(connection)
    _VERSION.create(connection)
    connection.execute(_VERSION.insert().values(version_num=HEAD))


def migrate(connection: Connection, revision: str | None, folder: Path) -> None:
    """Bring the tables from a revision (None: from nothing) to the newest. Raises StoreError for an unknown one."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise StoreError(
            f"The database in {folder} was written by a newer cestmoiou (its revision is {revision}); "
            "install that version again, or put a backup in its place.",
            permanent=True,
        )
    command.upgrade(config, "head")
