"""Brings a database to the tables of this version, and refuses one that is not ours or is newer."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from bot.ports import StoreError

HEAD = "0001"
"""The newest migration. Kept here so that Alembic (17 MB, 0.5 s) is imported only when there is work for it."""

MIGRATIONS = Path(__file__).parent / "migrations"


def bring_to_head(engine: Engine, folder: Path) -> None:
    """Create or migrate the tables, in one transaction. Raises StoreError for a database that is newer or foreign."""
    with engine.begin() as connection:
        if (revision := _revision_of(connection, folder)) != HEAD:
            _migrate(connection, revision, folder)


def _revision_of(connection: Connection, folder: Path) -> str | None:
    tables = inspect(connection).get_table_names()
    if "alembic_version" in tables:
        return connection.scalar(text("SELECT version_num FROM alembic_version"))
    if tables:
        raise StoreError(
            f"The file cestmoiou.db in {folder} belongs to another program; set another data_dir.", permanent=True
        )
    return None


def _migrate(connection: Connection, revision: str | None, folder: Path) -> None:
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
