"""One process a data folder: two bots on one database would answer everybody twice."""

import fcntl
import os
from pathlib import Path

from bot.ports import StoreError


def lock_folder(folder: Path) -> int:
    """Hold the folder until the returned descriptor is closed or the process ends, however it ends.

    Raises StoreError if another process holds it, OSError if the folder cannot be written.
    """
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise StoreError(
            f"Another cestmoiou already uses the data folder {folder}; stop it, or set another data_dir.",
            permanent=True,
        ) from error
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
