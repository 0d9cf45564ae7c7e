"""Where settings are written, weakest first: bot.toml, what `login` keeps, /run/secrets, CESTMOIOU_*_FILE, CESTMOIOU_*.

Every source becomes the same thing: entries of a dotted key, a value, and where it stands.
"""

import os
import tempfile
import tomllib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from bot.settings.credentials import TABLES, credentials_file
from bot.settings.faults import Fault

PREFIX = "CESTMOIOU_"
CONFIG_DIR = "CESTMOIOU_CONFIG_DIR"
SECRETS_DIR = "CESTMOIOU_SECRETS_DIR"
NOT_SETTINGS = frozenset({CONFIG_DIR, SECRETS_DIR})
"""Variables that say where to look, and are no settings themselves."""

FILE_NAME = "bot.toml"
_PACKAGE = Path(__file__).parent.parent

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A value and where it is written: a path, or a variable's name. From variables, values are texts."""

    key: Key
    value: object
    where: str


def environment() -> Mapping[str, str]:
    """The process's environment: the only place that reads it."""
    return os.environ  # noqa: TID251 -- the door


def config_dir_of(environ: Mapping[str, str]) -> Path:
    """Where bot.toml and the catalogue are.

    CESTMOIOU_CONFIG_DIR; else ./config if it holds bot.toml; else config/ of the checkout; else the one that came with
    the package.
    """
    if named := environ.get(CONFIG_DIR):
        return Path(named)
    here, checkout = Path("config"), _PACKAGE.parent / "config"
    if (here / FILE_NAME).is_file():
        return here
    return checkout if (checkout / FILE_NAME).is_file() else _PACKAGE / "shipped_config"


def heartbeat_path(environ: Mapping[str, str] | None = None) -> Path:
    """Where `run` leaves its sign of life and `healthcheck` looks for it: a file of this user and this data folder.

    Not in the data folder: when that disk is full, the sign of life must be able to say so.
    """
    environ = environment() if environ is None else environ
    entries, _ = read_sources(config_dir_of(environ), environ)
    return heartbeat_of(_data_dir(entries))


def heartbeat_of(data_dir: Path) -> Path:
    """The same, for a data folder that is known."""
    which = zlib.crc32(os.fsencode(data_dir.absolute()))
    return Path(tempfile.gettempdir()) / f"cestmoiou-{os.getuid()}-{which:08x}.heartbeat"


def read_sources(config_dir: Path, environ: Mapping[str, str]) -> tuple[list[Entry], list[Fault]]:
    """All entries, the stronger after the weaker; and what could not be read."""
    faults: list[Fault] = []
    weak = list(_of_toml(config_dir / FILE_NAME, faults, needed=bool(environ.get(CONFIG_DIR))))
    strong = _of_secrets(Path(environ.get(SECRETS_DIR) or "/run/secrets"), faults)
    files, plain = _variables(environ)
    strong += [entry for name, path in files for entry in _of_file(name, Path(path), name, faults)]
    strong += [Entry(_key_of(name), value, name) for name, value in plain]
    return [*weak, *_of_credentials(_data_dir([*weak, *strong]), faults), *strong], faults


def _data_dir(entries: Sequence[Entry]) -> Path:
    return Path(next((str(entry.value) for entry in reversed(entries) if entry.key == ("data_dir",)), "data"))


def _of_credentials(data_dir: Path, faults: list[Fault]) -> list[Entry]:
    path = credentials_file(data_dir)
    try:
        if not path.is_file():
            return []
    except OSError:  # a data folder that is closed to us: whoever opens the store says so
        return []
    found = list(_of_toml(path, faults, needed=False))
    if any(entry.key[0] not in TABLES for entry in found):
        faults.append(Fault(str(path), "", "holds more than accounts; write other settings into bot.toml"))
    return [entry for entry in found if entry.key[0] in TABLES]


def _of_toml(path: Path, faults: list[Fault], *, needed: bool) -> list[Entry]:
    try:
        return list(_flat(tomllib.loads(path.read_text("utf-8")), (), str(path)))
    except FileNotFoundError:
        if needed:
            faults.append(Fault(str(path), "", f"there is no such file; create it, or correct {CONFIG_DIR}"))
    except (OSError, UnicodeDecodeError) as error:
        faults.append(Fault(str(path), "", f"cannot be read ({_reason(error)}); make it a readable UTF-8 text"))
    except tomllib.TOMLDecodeError as error:
        faults.append(Fault(str(path), "", f'is not TOML: {error}; a text needs quotes, as in key = "text"'))
    return []


def _flat(table: Mapping[str, object], above: Key, where: str) -> Iterator[Entry]:
    for name, value in table.items():
        inner = cast(dict[str, object], value) if isinstance(value, dict) else {}
        if inner:
            yield from _flat(inner, (*above, name), where)
        else:
            yield Entry((*above, name), cast(object, value), where)


def _of_secrets(folder: Path, faults: list[Fault]) -> list[Entry]:
    try:
        paths = sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []  # most machines have none
    except OSError as error:
        faults.append(Fault(str(folder), "", f"cannot be read ({_reason(error)}); let the bot's user read it"))
        return []
    named = [path for path in paths if path.name.upper().startswith(PREFIX) and path.is_file()]
    return [entry for path in named for entry in _of_file(path.name.upper(), path, str(path), faults)]


def _variables(environ: Mapping[str, str]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    # An empty variable counts as not set: compose files write `CESTMOIOU_X: ${X:-}`.
    ours = sorted((k, v) for k, v in environ.items() if k.startswith(PREFIX) and k not in NOT_SETTINGS and v)
    files = [(name, value) for name, value in ours if name.endswith("_FILE")]
    return files, [(name, value) for name, value in ours if not name.endswith("_FILE")]


def _of_file(name: str, path: Path, where: str, faults: list[Fault]) -> list[Entry]:
    try:
        return [Entry(_key_of(name.removesuffix("_FILE")), path.read_text("utf-8").rstrip("\r\n"), where)]
    except (OSError, UnicodeDecodeError) as error:
        faults.append(Fault(where, "", f"cannot read {path} ({_reason(error)}); name a readable UTF-8 text file"))
        return []


def _key_of(name: str) -> Key:
    """CESTMOIOU_ACCOUNTS__MY_TOWN__TOKEN is accounts.my-town.token: account names have hyphens, variables cannot."""
    key = tuple(name.removeprefix(PREFIX).lower().split("__"))
    return (key[0], key[1].replace("_", "-"), *key[2:]) if key[0] == "accounts" and len(key) > 1 else key


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return "not UTF-8" if isinstance(error, UnicodeDecodeError) else (error.strerror or str(error))
