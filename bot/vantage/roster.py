"""Which agents there are: signs of life and answers go in, whom to ask and how each of them is comes out.

Time comes in; nothing here waits.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.broker.messages import Presence, vantage_point_of
from bot.model import VantagePoint

SILENT_AFTER = timedelta(seconds=35)  # three signs of life missed
FORGOTTEN_AFTER = timedelta(days=90)
MOST_AGENTS = 1000  # names come from the server's users, so this is a net below the net
CLOCK_IS_OFF = timedelta(seconds=30)


class State(StrEnum):
    """How an agent is. LATE: it did not answer the last question in time; it is asked, and no more waited for."""

    READY = "ready"
    LATE = "late"
    SILENT = "silent"
    STOPPED = "stopped"
    TWICE = "twice"
    INCOMPATIBLE = "incompatible"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Agent:
    """What is known of an agent. `clock_offset`: how far its clock is ahead of ours, if it told one.

    `former_run` was heard before `run`: if it is heard again, two processes use one key. `trouble` is one sentence
    about a message that could not be used; `unreadable`: its sign of life is among them.
    """

    name: str
    where: VantagePoint
    seen_at: datetime
    run: str = ""
    former_run: str = ""
    version: str = ""
    clock_offset: timedelta | None = None
    takes_typed: bool = False
    left: bool = False
    late: bool = False
    twice_at: datetime | None = None
    trouble: str | None = None
    unreadable: bool = False

    def state(self, now: datetime, revoked: Collection[str]) -> State:
        """How it is now."""
        if self.name in revoked:
            return State.REVOKED
        if self.unreadable:
            return State.INCOMPATIBLE
        if self.left:
            return State.STOPPED
        if abs(now - self.seen_at) > SILENT_AFTER:
            return State.SILENT
        if self.twice_at is not None and now - self.twice_at < 3 * SILENT_AFTER:
            return State.TWICE
        return State.LATE if self.late else State.READY


_HEARD = (State.READY, State.LATE, State.TWICE)


class Roster:
    """All agents by name. `revoked` names those that are not heard, and is asked anew each time."""

    def __init__(self, revoked: Callable[[], Collection[str]] = frozenset, agents: Iterable[Agent] = ()) -> None:
        self._revoked = revoked
        self._agents = {agent.name: agent for agent in agents}

    @property
    def agents(self) -> tuple[Agent, ...]:
        """Every agent that was ever heard of, by name."""
        return tuple(self._agents[name] for name in sorted(self._agents))

    def get(self, name: str) -> Agent | None:
        """One of them."""
        return self._agents.get(name)

    def is_revoked(self, name: str) -> bool:
        """Whether the operator does not want to hear an agent any more."""
        return name in self._revoked()

    def present(self, now: datetime, *, typed: bool = False) -> dict[str, Agent]:
        """Those who can be asked now; with `typed`, those who look at hosts that no catalogue knows."""
        revoked = self._revoked()
        return {
            name: agent
            for name, agent in self._agents.items()
            if agent.state(now, revoked) in _HEARD and (agent.takes_typed or not typed)
        }

    def heard(self, name: str, said: Presence, now: datetime) -> Agent | None:
        """Note a sign of life; None if there is no room for one more name."""
        known = self._agents.get(name)
        if known is None and not self._has_room(now):
            return None
        last = known or Agent(name, vantage_point_of(name, said), now)
        is_other = bool(last.run) and said.run != last.run
        agent = Agent(
            name=name,
            where=vantage_point_of(name, said),
            seen_at=now,
            run=said.run,
            former_run=last.run if is_other else last.former_run,
            version=said.version,
            clock_offset=_offset(said.clock, now),
            takes_typed=said.takes_typed,
            left=said.leaving,
            late=last.late,
            twice_at=now if is_other and said.run == last.former_run else last.twice_at,
            trouble=None if last.unreadable else last.trouble,
        )
        self._agents[name] = agent
        return agent

    def cannot_be_read(self, name: str, sentence: str, now: datetime, *, presence: bool) -> bool:
        """Note a message that cannot be used, a sign of life or an answer; True if that is news."""
        known = self._agents.get(name)
        if known is None and not self._has_room(now):
            return False
        last = known or Agent(name, VantagePoint(f"agent:{name}"), now)
        self._agents[name] = replace(last, seen_at=now, trouble=sentence, unreadable=last.unreadable or presence)
        return last.trouble != sentence

    def answered(self, name: str) -> None:
        """Note that an agent answered, in time or later."""
        if (known := self._agents.get(name)) is not None and (known.late or known.trouble):
            self._agents[name] = replace(known, late=False, trouble=None)

    def missed(self, names: Iterable[str]) -> None:
        """Note those who did not answer before a question's time was up."""
        for name in names:
            if (known := self._agents.get(name)) is not None:
                self._agents[name] = replace(known, late=True)

    def _has_room(self, now: datetime) -> bool:
        if len(self._agents) >= MOST_AGENTS:
            for name, agent in list(self._agents.items()):
                if abs(now - agent.seen_at) > FORGOTTEN_AFTER:
                    del self._agents[name]
        return len(self._agents) < MOST_AGENTS


def _offset(clock: datetime | None, now: datetime) -> timedelta | None:
    return None if clock is None or clock.tzinfo is None else clock - now
