"""The file that `cestmoiou login` keeps: accounts and their secrets, in the data folder, readable by its owner alone.

Not beside bot.toml: that folder is often read-only, or copied into images. It is ours to write; people need not look.
"""

import json
import os
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import cast

FILE_NAME = "credentials.toml"
TABLES = frozenset({"accounts", "globalping"})
_HEAD = "# Written by “cestmoiou login”. It holds secrets: show it to nobody.\n"

Values = Mapping[str, str | bool | int | float]


def credentials_file(data_dir: Path) -> Path:
    """Where it is, for a data folder."""
    return data_dir / FILE_NAME


def keep_credentials(data_dir: Path, table: tuple[str, ...], values: Values) -> Path:
    """Put a table, ("accounts", "mamot") or ("globalping",), into the file in one move; give the file.

    Whatever stood there under that name is replaced, the rest stays. Raises OSError and ValueError; nothing is changed
    then.
    """
    path = credentials_file(data_dir)
    tables = _tables(path)
    tables[table] = values
    write_secret(path, _HEAD + "".join(_written(name, tables[name]) for name in sorted(tables)))
    return path


def write_secret(path: Path, text: str) -> None:
    """Write a file of mode 600 in one move: the old text or the new one is there, whatever happens. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)  # of mode 600
    fresh = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def can_be_written(path: Path) -> bool:
    """Whether a secret could be written there now: before a token is made that would be lost."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            return False
        with tempfile.TemporaryFile(dir=path.parent):
            return True
    except OSError:
        return False


def _tables(path: Path) -> dict[tuple[str, ...], Values]:
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    accounts = cast("dict[str, Values]", raw.get("accounts", {}))
    found: dict[tuple[str, ...], Values] = {("accounts", name): values for name, values in accounts.items()}
    return found | {(name,): cast("Values", values) for name, values in raw.items() if name != "accounts"}


def _written(table: tuple[str, ...], values: Values) -> str:
    # What JSON makes of texts, numbers, true and false is TOML as well.
    lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items())
    return f"\n[{'.'.join(table)}]\n" + "".join(lines)
