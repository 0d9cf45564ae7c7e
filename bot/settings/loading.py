"""Entries of all sources in, `Settings` and the origin of every value out, or a SettingsError with every fault."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pydantic import ValidationError

from bot.settings.advice import faults_of
from bot.settings.faults import SettingsError
from bot.settings.model import Settings
from bot.settings.sources import Entry, Key, config_dir_of, environment, read_sources


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings, and where each value that is written somewhere stands (file or variable); others are defaults."""

    settings: Settings
    origins: Mapping[Key, str]


def load_settings(config_dir: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """The effective settings. Raises SettingsError with every fault at once."""
    return load_with_origins(config_dir, environ).settings


def load_with_origins(config_dir: Path | None = None, environ: Mapping[str, str] | None = None) -> Loaded:
    """The same, with the origin of each value, for `config show`."""
    environ = environment() if environ is None else environ
    config_dir = config_dir_of(environ) if config_dir is None else config_dir
    entries, faults = read_sources(config_dir, environ)
    by_key = {entry.key: entry for entry in entries}
    try:
        settings = Settings.model_validate(_nested(entries) | {"config_dir": config_dir})
    except ValidationError as error:
        faults += faults_of(error, by_key, str(config_dir / "bot.toml"))
        raise SettingsError(faults) from None  # its text would repeat values, perhaps secret ones
    if faults:
        raise SettingsError(faults)
    return Loaded(settings, {key: entry.where for key, entry in by_key.items()})


def _nested(entries: list[Entry]) -> dict[str, object]:
    root: dict[str, object] = {}
    for entry in entries:
        table: dict[str, object] | None = root
        for name in entry.key[:-1]:
            table = None if table is None else _table_in(table, name)
        if table is not None:
            table[entry.key[-1]] = entry.value
    return root


def _table_in(table: dict[str, object], name: str) -> dict[str, object] | None:
    """None if a lone value stands where a table should be: it stays, and pydantic finds the fault."""
    below = table.setdefault(name, {})
    return cast(dict[str, object], below) if isinstance(below, dict) else None
