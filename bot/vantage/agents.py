"""Colleagues' agents as vantage points: a target in, what each of them saw out, however some of them behave.

All are asked at once. The collection ends when everybody has answered; or half a second after a quorum has; or when
the question's time is up. A quorum is four fifths of those who are waited for, and all of them up to four: just what
the verdict asks for (docs/probing.md), so those who are missing could not turn what the others agree on. Who did not
answer one question is asked the next one too, and not waited for until it has answered again.
"""

import asyncio
import contextlib
import math
import secrets
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.broker.facts import read_facts
from bot.broker.link import Link
from bot.broker.messages import MessageError, Request, read_answer, read_presence, request_of_target, written
from bot.broker.subjects import ALL_HERE, ASK, ROLL_CALL, answers_of, ask_of, request_of, sender_of
from bot.model import Control, Observation, Target
from bot.vantage.agents_file import AgentsFile
from bot.vantage.roster import CLOCK_IS_OFF, MOST_AGENTS, Roster, State

UNANIMOUS_TO, MAJORITY = 4, 0.8  # as the verdict counts them
GRACE_S = 0.5
MISSING_AFTER_S = 15.0  # a restart of the broker is not worth a word
_MARGIN_S = 0.25  # for the way there and back, so that an agent's last word is still in time
_PATIENCE_S = 3.0  # with a broker that is being restarted; a broker that is away for longer holds nobody up
_ROLL_CALL_S = 1.0  # after it, those who are there have told; waited for once, at the start
_LATE_ANSWERS_S = 30.0  # how long a question is known after its end
_TELLS, _TELL_S = 10, 0.5  # so many signs of life of one agent are read at once, and one more every so often

log = structlog.stdlib.get_logger("cestmoiou")


@dataclass(slots=True)
class _Question:
    """A request under way: who is asked, who has answered. `answers` are the facts as they come in.

    `disturbed`: the connection broke meanwhile, so that nobody is to blame for an answer that did not come.
    """

    request: Request
    target: Target
    asked_at: datetime
    waited_for: frozenset[str]
    asked: frozenset[str]
    heard: set[str] = field(default_factory=set[str])
    answers: "asyncio.Queue[list[Observation | Control]]" = field(
        default_factory=lambda: asyncio.Queue[list[Observation | Control]]()
    )
    quorum_at: float | None = None
    disturbed: bool = False

    @property
    def is_complete(self) -> bool:
        return self.heard >= self.asked

    def hears(self, name: str, at: float) -> None:
        self.heard.add(name)
        # Somebody late who answers after all counts among those of whom four fifths are needed.
        if self.quorum_at is None and len(self.heard) >= quorum_of(len(self.waited_for | self.heard)):
            self.quorum_at = at


def quorum_of(waited_for: int) -> int:
    """How many of so many must have answered, before the others get half a second more."""
    return waited_for if waited_for <= UNANIMOUS_TO else math.ceil(MAJORITY * waited_for)


class Agents:
    """Implements `bot.ports.ProbeNetwork`. Vantage points are called "agent:NAME"; `start` it before the first look."""

    def __init__(
        self, link: Link, roster: Roster, *, clock: Callable[[], datetime], kept: AgentsFile | None = None
    ) -> None:
        self._link = link
        self._roster = roster
        self._clock = clock
        self._kept = kept
        self._questions: dict[str, _Question] = {}
        self._over: dict[str, float] = {}
        self._told_until: dict[str, float] = {}
        self._subscribed: set[str] = set()
        self._up = asyncio.Event()
        self._known_at: float | None = None

    @property
    def is_up(self) -> bool:
        """Whether the broker is there."""
        return self._link.is_up

    def trouble(self) -> str | None:
        """One sentence for the operator about a broker that has been missing for 15 s or more; None: all is well."""
        if self._link.is_up or self._link.down_s < MISSING_AFTER_S:
            return None
        why = self._link.trouble or "it is not reached"
        return f"no broker for {self._link.down_s:.0f} s, so that colleagues' agents are not asked: {why}"

    @property
    def roster(self) -> Roster:
        """Who is there."""
        return self._roster

    async def start(self) -> None:
        """Begin to connect, and to learn who is there; returns at once."""
        await self._link.subscribe(ALL_HERE, self._hear_presence)
        for agent in self._roster.agents:
            await self._hear_answers_of(agent.name)
        self._link.on_up = self._ask_again
        self._link.start()

    async def close(self) -> None:
        """Disconnect. Never raises; ends within 3 s."""
        await self._link.close()
        if self._kept is not None and self._roster.agents:
            self._kept.write(self._roster.agents, self._clock(), at_once=True)

    async def observe(
        self,
        target: Target,
        *,
        within: timedelta,
        only: Collection[str] | None = None,
        watching: bool = False,  # noqa: ARG002 -- an agent's budget is its own affair
    ) -> AsyncIterator[Observation | Control]:
        """See `ProbeNetwork.observe`. A host that somebody typed is shown only to agents that say they take such."""
        until = _now() + within.total_seconds()
        if not await self._is_up(until):
            return
        question = self._question(target, until, only)
        if question is None:
            return
        self._questions[question.request.id] = question
        try:
            await self._ask(question, broadcast=only is None and not target.typed)
            while (facts := await self._next(question, until)) is not None:
                for fact in facts:
                    yield fact
            if self._link.is_up and not question.disturbed:
                self._roster.missed(question.asked - question.heard)
        finally:
            self._end(question)

    def _question(self, target: Target, until: float, only: Collection[str] | None) -> _Question | None:
        now = self._clock()
        agents = self._roster.present(now, typed=target.typed)
        if only is not None:
            agents = {name: agent for name, agent in agents.items() if agent.where.id in only}
        if not agents:
            return None
        within = timedelta(seconds=until - _now() - _MARGIN_S)
        try:
            request = request_of_target(target, secrets.token_hex(16), within)
        except MessageError as error:
            log.warning("agents are not asked", why=str(error))
            return None
        waited_for = frozenset(name for name, agent in agents.items() if not agent.late)
        return _Question(request, target, now, waited_for, frozenset(agents))

    async def _is_up(self, until: float) -> bool:
        """Wait for a broker that went away a moment ago; say whether it is there."""
        left_s = min(_PATIENCE_S - self._link.down_s, until - _now())
        if not self._link.is_up and left_s > 0:
            self._up.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left_s):
                    await self._up.wait()
        if self._known_at is not None and (left_s := min(self._known_at, until) - _now()) > 0:
            await asyncio.sleep(left_s)
        return self._link.is_up

    async def _ask(self, question: _Question, *, broadcast: bool) -> None:
        payload = written(question.request)
        if broadcast:
            await self._link.publish(ASK, payload)
            return
        for name in question.asked:
            await self._link.publish(ask_of(name), payload)

    async def _next(self, question: _Question, until: float) -> list[Observation | Control] | None:
        """The next answer, None when the collection is over."""
        while True:
            if not question.answers.empty():
                return question.answers.get_nowait()
            if question.is_complete:
                return None
            if question.quorum_at is None and not question.waited_for:
                question.quorum_at = _now()
            ends = until if question.quorum_at is None else min(until, question.quorum_at + GRACE_S)
            try:
                async with asyncio.timeout_at(ends):
                    return await question.answers.get()
            except TimeoutError:
                return None

    def _end(self, question: _Question) -> None:
        now = _now()
        del self._questions[question.request.id]
        self._over[question.request.id] = now
        while self._over and now - next(iter(self._over.values())) > _LATE_ANSWERS_S:
            del self._over[next(iter(self._over))]

    # ---------------------------------------------------------------- what agents say

    async def _hear_answer(self, subject: str, payload: bytes) -> None:
        name, request = sender_of(subject), request_of(subject)
        question = self._questions.get(request)
        if question is None:
            if request in self._over:
                self._roster.answered(name)  # too late for that question, in time for the next
            return
        agent = self._roster.get(name)
        if agent is None or name not in question.asked or name in question.heard or self._roster.is_revoked(name):
            return
        received_at = self._clock()
        facts = list[Observation | Control]()
        try:
            answer = read_answer(payload, request)
        except MessageError as error:
            self._cannot_read(name, error, received_at)  # it has had its say, and is not waited for
        else:
            facts = read_facts(
                answer.facts, question.target, agent.where, received_at=received_at, asked_at=question.asked_at
            )
            if answer.refused is not None:
                log.debug("an agent does not look", agent=name, why=answer.refused)
            self._roster.answered(name)
        question.hears(name, _now())
        question.answers.put_nowait(facts)

    async def _hear_presence(self, subject: str, payload: bytes) -> None:
        name, now = sender_of(subject), self._clock()
        if not self._may_tell(name):
            return
        before = self._roster.get(name)
        try:
            agent = self._roster.heard(name, read_presence(payload), now)
        except MessageError as error:
            self._cannot_read(name, error, now, presence=True)
            return
        if agent is None:
            return
        await self._hear_answers_of(name)
        revoked = (name,) if self._roster.is_revoked(name) else ()
        state = agent.state(now, revoked)
        if before is None or before.state(now, revoked) != state:
            self._tell(name, state)
        if agent.clock_offset is not None and abs(agent.clock_offset) > CLOCK_IS_OFF and before is None:
            log.warning("an agent's clock is off", agent=name, by_s=round(agent.clock_offset.total_seconds()))
        await self._ask_late_comer(name)
        if self._kept is not None:
            self._kept.write(self._roster.agents, now)

    def _may_tell(self, name: str) -> bool:
        """Whether a sign of life is read: ten at once, and one more every half second."""
        budget = max(self._told_until.get(name, 0.0), _now()) + _TELL_S
        if budget - _now() > _TELLS * _TELL_S or len(self._told_until) > 2 * MOST_AGENTS:
            return False
        self._told_until[name] = budget
        return True

    def _cannot_read(self, name: str, error: MessageError, now: datetime, *, presence: bool = False) -> None:
        if self._roster.cannot_be_read(name, str(error), now, presence=presence):
            log.warning("an agent cannot be understood", agent=name, why=str(error))

    def _tell(self, name: str, state: State) -> None:
        tell = log.warning if state is State.TWICE else log.info
        tell("an agent is there" if state is not State.STOPPED else "an agent has left", agent=name, state=state.value)

    async def _hear_answers_of(self, name: str) -> None:
        # Each in a queue of its own: whoever floods us fills that one only.
        if name not in self._subscribed:
            self._subscribed.add(name)
            await self._link.subscribe(answers_of(name), self._hear_answer)

    # ---------------------------------------------------------------- after a broken connection

    async def _ask_again(self) -> None:
        """The broker is back: ask what is still open, whose answers may be lost, and who is there."""
        self._up.set()
        if self._known_at is None:  # who asks before it has heard who is there asks nobody
            self._known_at = _now() + _ROLL_CALL_S
        await self._link.publish(ROLL_CALL, b"{}")
        for question in list(self._questions.values()):
            question.disturbed = True
            await self._ask(question, broadcast=False)

    async def _ask_late_comer(self, name: str) -> None:
        for question in list(self._questions.values()):
            if name in question.asked and name not in question.heard:
                await self._link.publish(ask_of(name), written(question.request))


def _now() -> float:
    return asyncio.get_running_loop().time()
