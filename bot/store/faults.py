"""The database's and the disk's troubles, as the one sentence that the operator reads."""

import errno
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from bot.ports import StoreError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_READ_ONLY = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


@contextmanager
def as_store_error(folder: Path) -> Generator[None]:
    """Turn what SQLite and the file system raise into a StoreError about `folder`; a bug passes through."""
    try:
        yield
    except DBAPIError as error:
        if not isinstance(error.orig, sqlite3.DatabaseError) or isinstance(error.orig, sqlite3.ProgrammingError):
            raise
        raise _of_sqlite(error.orig, folder) from error
    except OSError as error:
        raise _of_the_disk(error, folder) from error


def _of_sqlite(error: sqlite3.DatabaseError, folder: Path) -> StoreError:
    # The low byte is the primary code: https://www.sqlite.org/rescode.html
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_FULL:
            return full(folder)
        case sqlite3.SQLITE_IOERR:
            return StoreError(
                f"The disk of the data folder {folder} fails or is full ({error}); make room or look at it."
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return read_only(folder)
        case sqlite3.SQLITE_CANTOPEN:
            return StoreError(f"The database in {folder} cannot be opened ({error}).", permanent=True)
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return damaged(folder)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreError(f"The database in {folder} is held by another program; it is tried again.")
        case _:
            return StoreError(f"The database in {folder} refuses ({error}).")


def _of_the_disk(error: OSError, folder: Path) -> StoreError:
    if error.errno in _FULL:
        return full(folder)
    if error.errno in _READ_ONLY:
        return read_only(folder)
    return StoreError(f"The data folder {folder} cannot be used ({error.strerror or error}).", permanent=True)


def full(folder: Path) -> StoreError:
    """Waiting can help: somebody makes room, and the same store goes on."""
    return StoreError(f"The disk of the data folder {folder} is full; make room, nothing is lost.")


def read_only(folder: Path) -> StoreError:
    """The folder is there, and not ours to write."""
    return StoreError(
        f"The data folder {folder} cannot be written; give it to the user that runs the bot, or set data_dir.",
        permanent=True,
    )


def damaged(folder: Path) -> StoreError:
    """The file is no database, or a broken one."""
    return StoreError(
        f"The file cestmoiou.db in {folder} is damaged or not a database; put a backup in its place, or move it away.",
        permanent=True,
    )
