"""`cestmoiou agent` at work: requests of the bot in, what was seen from here out, for as long as it is wanted.

It looks at what stands in its own catalogue, with its own gate, limits, controls and budgets, whatever the bot says:
a bot that was taken over can make a colleague's machine look at known platforms now and then, and do nothing else.
"""

import asyncio
import contextlib
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from bot.app.heartbeat import BEAT_EVERY, Heartbeat, NetworkState, write_heartbeat
from bot.app.requests import Requests
from bot.broker.facts import written_facts
from bot.broker.link import Link
from bot.broker.messages import BUSY, MOST_FACTS, About, Answer, MessageError, Presence, Request, read_request, written
from bot.broker.subjects import ASK, ROLL_CALL, answer_of, ask_of, here_of, stop_of
from bot.model import Control, Observation, Target
from bot.ports import ProbeNetwork

TELL_EVERY_S = 10.0
DRAIN_S = 8.0  # what is begun is finished; the whole stop stays below 10 s
AT_ONCE = 64
_KEPT = 128  # answers, for a bot that lost the first one with its connection
_SPREAD_S = 0.5  # two hundred agents need not answer a roll call in the same moment

log = structlog.stdlib.get_logger("cestmoiou")


@dataclass
class AgentService:
    """One vantage point, called `name`, behind a broker. `requests` says what it takes, `vantage` looks."""

    name: str
    link: Link
    vantage: ProbeNetwork
    requests: Requests
    about: About
    clock: Callable[[], datetime]
    heartbeat: Path | None = None
    tell_every_s: float = TELL_EVERY_S
    run_id: str = field(default_factory=lambda: secrets.token_hex(16))
    _looks: "OrderedDict[str, asyncio.Task[bytes]]" = field(
        init=False, default_factory=lambda: OrderedDict[str, asyncio.Task[bytes]]()
    )
    _sending: set[asyncio.Task[None]] = field(init=False, default_factory=set[asyncio.Task[None]])
    _told_to_stop: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _said: str | None = field(init=False, default=None)
    _good_at: datetime | None = field(init=False, default=None)
    _was_up: bool = field(init=False, default=False)

    async def run(self, until: Awaitable[object]) -> None:
        """Answer until `until` is done or the bot's operator says stop; then finish what is begun, within 10 s."""
        self._good_at = self.clock()
        for subject, heard in (
            (ASK, self._hear),
            (ask_of(self.name), self._hear),
            (ROLL_CALL, self._hear_roll_call),
            (stop_of(self.name), self._hear_stop),
        ):
            await self.link.subscribe(subject, heard)
        self.link.on_up = self._tell
        self.link.start()
        beats = [asyncio.create_task(self._tell_often()), asyncio.create_task(self._beat_often())]
        ends = [asyncio.ensure_future(until), asyncio.create_task(self._told_to_stop.wait())]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*ends, *beats):
                task.cancel()
            await self._stop()

    async def _stop(self) -> None:
        await self.link.publish(here_of(self.name), self._presence(leaving=True))
        under_way = {*self._sending, *self._looks.values()}
        if under_way:
            await asyncio.wait(under_way, timeout=DRAIN_S)
        for task in {*self._sending, *self._looks.values()}:
            task.cancel()
        await self.link.flush()
        await self.link.close()
        if self.heartbeat is not None:
            with contextlib.suppress(OSError):
                self.heartbeat.unlink(missing_ok=True)

    # ---------------------------------------------------------------- requests

    async def _hear(self, _subject: str, payload: bytes) -> None:
        try:
            request = read_request(payload)
        except MessageError as error:
            if self._said != str(error):
                log.warning("the bot cannot be understood", why=str(error))
                self._said = str(error)
            return
        look = self._looks.get(request.id)
        if look is None:
            look = self._looks[request.id] = asyncio.create_task(self._answer(request), name=f"look {request.id}")
            self._forget_old_looks()
        elif not look.done():
            return  # it asks again, after a broken connection; the answer is on its way
        sending = asyncio.create_task(self._send(request.id, look))
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)

    async def _send(self, request: str, look: "asyncio.Task[bytes]") -> None:
        await self.link.publish(answer_of(self.name, request), await asyncio.shield(look))

    async def _answer(self, request: Request) -> bytes:
        declined, facts = None, list[Observation | Control]()
        decided = BUSY if self._under_way() > AT_ONCE else self.requests.decide(request, self.clock())
        if isinstance(decided, Target):
            await self._look(decided, request.within, facts)
            log.info("looked", host=decided.host, facts=len(facts))
        else:
            declined = decided
            log.info("did not look", why=declined)
        now = self.clock()
        return written(
            Answer(id=request.id, clock=now, refused=declined, facts=written_facts(facts[:MOST_FACTS], at=now))
        )

    async def _look(self, target: Target, within: timedelta, facts: list[Observation | Control]) -> None:
        with contextlib.suppress(TimeoutError):  # what was seen by then counts
            async with asyncio.timeout(within.total_seconds() + 0.5):
                async for fact in self.vantage.observe(target, within=within):
                    facts.append(fact)  # noqa: PERF401 -- it may end in the middle

    def _under_way(self) -> int:
        return sum(1 for look in self._looks.values() if not look.done())

    def _forget_old_looks(self) -> None:
        while len(self._looks) > _KEPT and next(iter(self._looks.values())).done():
            self._looks.popitem(last=False)

    # ---------------------------------------------------------------- signs of life

    def _presence(self, *, leaving: bool = False) -> bytes:
        about = self.about
        return written(
            Presence(
                run=self.run_id,
                version=about.version,
                clock=self.clock(),
                place=about.place,
                network=about.network,
                asn=about.asn,
                takes_typed=about.takes_typed,
                leaving=leaving,
            )
        )

    async def _tell(self) -> None:
        await self.link.publish(here_of(self.name), self._presence())

    async def _hear_roll_call(self, _subject: str, _payload: bytes) -> None:
        await asyncio.sleep(secrets.randbelow(1000) / 1000 * _SPREAD_S)
        await self._tell()

    async def _hear_stop(self, _subject: str, _payload: bytes) -> None:
        log.warning("the bot's operator asked this agent to stop")
        self._told_to_stop.set()

    async def _tell_often(self) -> None:
        while True:
            await asyncio.sleep(self.tell_every_s)
            await self._tell()

    async def _beat_often(self) -> None:
        while self.heartbeat is not None:
            now = self.clock()
            self._was_up = self._was_up or self.link.is_up
            if self.link.is_up or self._good_at is None:
                self._good_at = now
            state = NetworkState(good_at=self._good_at, trouble=self.link.trouble, was_read=self._was_up)
            try:
                write_heartbeat(self.heartbeat, Heartbeat(at=now, networks={"broker": state}))
            except OSError as error:
                log.warning("cannot write the sign of life", why=str(error))
            await asyncio.sleep(BEAT_EVERY.total_seconds())
