"""What outlives the process about agents, as two small files of the data folder: who was seen when, who is revoked.

The list is for people (`cestmoiou agents`) and for the first question after a restart; nothing depends on it, so a file
that cannot be read is begun anew. The revoked are read again when their file changes: no restart is needed.
"""

import json
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import structlog

from bot.model import VantagePoint
from bot.vantage.roster import Agent

LIST, REVOKED = "agents.json", "agents-revoked.txt"
_EVERY = timedelta(seconds=30)
_NAME = re.compile(r"[a-z0-9-]{1,32}")

log = structlog.stdlib.get_logger("cestmoiou")


class AgentsFile:
    """The list of agents in a data folder; written at most every 30 s, and at the end."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / LIST
        self._written_at: datetime | None = None

    def read(self) -> list[Agent]:
        """Everybody in the file; none if there is none, or nothing that we understand."""
        try:
            rows = cast("list[dict[str, object]]", json.loads(self._path.read_text("utf-8")))
            return [_agent(row) for row in rows]
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return []

    def write(self, agents: Iterable[Agent], now: datetime, *, at_once: bool = False) -> None:
        """Write the list, whole or not at all; says in the log if that cannot be done."""
        if self._written_at is not None and abs(now - self._written_at) < _EVERY and not at_once:
            return
        self._written_at = now
        new = self._path.with_suffix(".new")
        try:
            new.write_text(json.dumps([_row(agent) for agent in agents], ensure_ascii=False), "utf-8")
            new.replace(self._path)
        except OSError as error:
            log.warning("cannot write the list of agents", why=error.strerror or str(error))


class Revoked:
    """The names that are not heard any more: those of the settings, and those of `cestmoiou agents revoke`."""

    def __init__(self, data_dir: Path, settings: Iterable[str] = ()) -> None:
        self._path = data_dir / REVOKED
        self._settings = frozenset(settings)
        self._names = self._settings
        self._read_in_state: tuple[int, int] | None = None

    def __call__(self) -> frozenset[str]:
        """All of them, as the file is now."""
        try:
            file = self._path.stat()
        except OSError:
            return self._settings
        state = file.st_mtime_ns, file.st_ino  # each change is a new file; the time alone moves in steps
        if state != self._read_in_state:
            self._names = self._settings | frozenset(self._written())
            self._read_in_state = state
        return self._names

    def revoke(self, name: str) -> None:
        """Hear this one no more. Raises OSError."""
        self._write({*self._written(), name})

    def restore(self, name: str) -> bool:
        """Hear it again; False if the settings name it, which no command changes. Raises OSError."""
        self._write(set(self._written()) - {name})
        return name not in self._settings

    def _written(self) -> list[str]:
        try:
            return [line for line in self._path.read_text("utf-8").split() if _NAME.fullmatch(line)]
        except (FileNotFoundError, UnicodeDecodeError):
            return []

    def _write(self, names: set[str]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        new = self._path.with_suffix(".new")
        new.write_text("".join(f"{name}\n" for name in sorted(names)), "utf-8")
        new.replace(self._path)


def _row(agent: Agent) -> dict[str, object]:
    return {
        "name": agent.name,
        "place": agent.where.place,
        "network": agent.where.network,
        "asn": agent.where.asn,
        "seen_at": agent.seen_at.isoformat(),
        "run": agent.run,
        "version": agent.version,
        "clock_offset_s": None if agent.clock_offset is None else agent.clock_offset.total_seconds(),
        "takes_typed": agent.takes_typed,
        "left": agent.left,
        "late": agent.late,
        "trouble": agent.trouble,
        "unreadable": agent.unreadable,
    }


def _agent(row: dict[str, object]) -> Agent:
    """Raises KeyError, TypeError or ValueError for a row that is none."""
    name, offset, asn = str(row["name"]), row.get("clock_offset_s"), row.get("asn")
    if not _NAME.fullmatch(name):
        raise ValueError("not an agent's name")
    return Agent(
        name=name,
        where=VantagePoint(
            f"agent:{name}",
            place=_text(row.get("place")),
            network=_text(row.get("network")),
            asn=asn if isinstance(asn, int) else None,
        ),
        seen_at=_instant(row["seen_at"]),
        run=str(row["run"]),
        version=str(row["version"]),
        clock_offset=timedelta(seconds=offset) if isinstance(offset, int | float) else None,
        takes_typed=row.get("takes_typed") is True,
        left=row.get("left") is True,
        late=row.get("late") is True,
        trouble=_text(row.get("trouble")),
        unreadable=row.get("unreadable") is True,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _instant(value: object) -> datetime:
    instant = datetime.fromisoformat(str(value))
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone")
    return instant
