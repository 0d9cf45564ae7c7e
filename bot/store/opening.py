"""A data folder in, its database ready for use out: made, locked and brought up to date, or only read."""

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from bot.ports import StoreError
from bot.store.engine import make_engine, make_reading_engine
from bot.store.faults import as_store_error
from bot.store.lock import lock_folder
from bot.store.schema import bring_to_head, check_head

DATABASE = "cestmoiou.db"


@dataclass(frozen=True, slots=True)
class Opened:
    """A data folder with its database; `lock` is held by the one process that may write."""

    folder: Path
    lock: int | None
    engine: Engine

    def give_back(self) -> None:
        """Close the database, then let others have the folder."""
        self.engine.dispose()
        if self.lock is not None:
            os.close(self.lock)


def open_to_write(data_dir: Path) -> Opened:
    """Make the folder if it is not there, lock it, bring its database up to date. Raises StoreError."""
    folder = data_dir.absolute()
    with as_store_error(folder):
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except FileNotFoundError as error:
            raise StoreError(
                f"The data folder {folder} cannot be made: {folder.parent} is not there.", permanent=True
            ) from error
        except FileExistsError as error:
            raise StoreError(f"The data folder {folder} is a file; set another data_dir.", permanent=True) from error
        opened = Opened(folder, lock_folder(folder), make_engine(folder / DATABASE))
        try:
            (folder / DATABASE).touch(mode=0o600)  # SQLite's own files beside it take over the mode
            bring_to_head(opened.engine, folder)
        except BaseException:
            opened.give_back()
            raise
        return opened


def open_to_read(data_dir: Path) -> Opened:
    """Open the database beside whoever writes it, changing nothing. Raises StoreError."""
    folder = data_dir.absolute()
    with as_store_error(folder):
        if not (folder / DATABASE).exists():
            raise StoreError(
                f"The data folder {folder} has no records: no bot has run with it yet, or data_dir is another.",
                permanent=True,
            )
        opened = Opened(folder, None, make_reading_engine(folder / DATABASE))
        try:
            check_head(opened.engine, folder)
        except BaseException:
            opened.give_back()
            raise
        return opened
