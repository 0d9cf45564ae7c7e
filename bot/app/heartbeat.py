"""The sign of life that `run` renews and `healthcheck` reads: it tells of work done, not of a port that answers."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

BEAT_EVERY = timedelta(seconds=5)
TICK_IS_LATE = timedelta(seconds=30)
POLL_IS_LATE = timedelta(minutes=15)  # three times the longest back-off from a network that fails
FIRST_POLL_IS_LATE = timedelta(minutes=1)  # who has just set it up is told soon


@dataclass(frozen=True, slots=True)
class NetworkState:
    """How a network goes. `good_at`: the end of the last good poll; before the first, the bot's start.

    `too_late` counts the questions that waited so long, since the start, that they were left unanswered.
    """

    good_at: datetime
    trouble: str | None = None
    refused: bool = False
    was_read: bool = False
    too_late: int = 0


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The bot's state at an instant (aware UTC).

    `trouble` is a sentence about what holds everything back, `degraded` one about what it must do without.
    """

    at: datetime
    networks: Mapping[str, NetworkState]
    trouble: str | None = None
    degraded: str | None = None


def write_heartbeat(path: Path, beat: Heartbeat) -> None:
    """Renew the file, whole or not at all. Raises OSError."""
    new = path.with_suffix(".new")
    new.write_text(json.dumps(asdict(beat), default=datetime.isoformat), encoding="utf-8")
    new.replace(path)


def what_is_wrong(path: Path, now: datetime) -> str | None:
    """One sentence about why the bot is not well, or None if it is."""
    try:
        beat = _read(path)
    except FileNotFoundError:
        return f"the bot has not started: there is no {path}"
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"cannot read {path}: {error}"
    if beat.at - now > TICK_IS_LATE:
        return f"the clock was set back by {_seconds(beat.at - now)}, and the bot has not noticed yet"
    if now - beat.at > TICK_IS_LATE:
        return f"the bot stands still: its last sign of life is {_seconds(now - beat.at)} old"
    if beat.trouble:
        return beat.trouble
    return next((wrong for name, state in beat.networks.items() if (wrong := _wrong_with(name, state, now))), None)


def what_is_missing(path: Path) -> str | None:
    """One sentence about what a bot that is well does without just now, or None."""
    try:
        return _read(path).degraded
    except (OSError, ValueError, KeyError, TypeError):
        return None  # which `what_is_wrong` tells


def _wrong_with(name: str, state: NetworkState, now: datetime) -> str | None:
    if state.refused:
        return f"{name}: {state.trouble}"
    if not state.was_read and state.trouble and now - state.good_at > FIRST_POLL_IS_LATE:
        return f"{name}: nothing could be read since the start, {_seconds(now - state.good_at)} ago: {state.trouble}"
    if now - state.good_at > POLL_IS_LATE:
        return f"{name}: nothing could be read for {_seconds(now - state.good_at)}: {state.trouble or 'the poll hangs'}"
    return None


def _seconds(length: timedelta) -> str:
    return f"{length.total_seconds():.0f} s"


def _read(path: Path) -> Heartbeat:
    raw = cast(dict[str, Any], json.loads(path.read_text(encoding="utf-8")))
    networks = {
        name: NetworkState(
            good_at=datetime.fromisoformat(state["good_at"]),
            trouble=state["trouble"],
            refused=state["refused"],
            was_read=state["was_read"],
            too_late=state["too_late"],
        )
        for name, state in raw["networks"].items()
    }
    return Heartbeat(
        at=datetime.fromisoformat(raw["at"]), networks=networks, trouble=raw["trouble"], degraded=raw.get("degraded")
    )
