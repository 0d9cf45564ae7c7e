"""The running bot: scheduled jobs that poll the networks, answer what is owed and give signs of life."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import structlog

from bot.answering import Answering
from bot.app.heartbeat import BEAT_EVERY, Heartbeat, NetworkState, write_heartbeat
from bot.app.polling import Account, take_mentions
from bot.app.schedule import Schedule
from bot.model import Owed
from bot.ports import AccountRefusedError, OutsideError, SocialError, Store, StoreError

AT_ONCE = 16  # mentions answered at the same time; each probe has its own limit below
LOOK_FOR_OWED_EVERY = timedelta(seconds=1)
LONGEST_BACK_OFF = timedelta(minutes=5)
AFTER_A_BUG = timedelta(minutes=5)
DRAIN = timedelta(seconds=8)  # a graceful stop ends within 10 s

log = structlog.stdlib.get_logger("cestmoiou")


@dataclass(slots=True)
class Service:
    """Runs until it is told to stop. Nothing here decides anything about platforms or people."""

    accounts: Sequence[Account]
    answering: Answering
    store: Store
    clock: Callable[[], datetime]
    heartbeat: Path
    beat_every: timedelta = BEAT_EVERY
    _schedule: Schedule = field(init=False)
    _states: dict[str, NetworkState] = field(init=False, default_factory=dict[str, NetworkState])
    _failures: dict[str, int] = field(init=False, default_factory=dict[str, int])
    _answers: dict[tuple[str, str], asyncio.Task[None]] = field(
        init=False, default_factory=dict[tuple[str, str], asyncio.Task[None]]
    )
    _store_trouble: str | None = field(init=False, default=None)

    async def run(self, until: Awaitable[object]) -> None:
        """Work until `until` is done, then finish what is begun within 8 s and stop."""
        self._schedule = Schedule(self.clock)
        for account in self.accounts:
            self._states[account.network.name] = NetworkState()
            self._poll_every(account, account.poll_every)
        self._schedule.every(LOOK_FOR_OWED_EVERY, self._answer_owed, name="answer")
        self._schedule.every(self.beat_every, self._beat, name="heartbeat")
        self._schedule.start()
        try:
            await until
        finally:
            await self._stop()

    async def _stop(self) -> None:
        self._schedule.pause()
        if self._answers:
            await asyncio.wait(self._answers.values(), timeout=DRAIN.total_seconds())
        for task in self._answers.values():
            task.cancel()  # still owed: answered after the next start
        await asyncio.gather(*self._answers.values(), return_exceptions=True)
        await self._schedule.stop()
        for account in self.accounts:
            await account.network.close()
        with contextlib.suppress(OSError):
            self.heartbeat.unlink(missing_ok=True)

    def _poll_every(self, account: Account, length: timedelta, *, wait: timedelta = timedelta(0)) -> None:
        self._schedule.every(length, partial(self._poll, account), name=_poll_of(account), wait=wait)

    async def _poll(self, account: Account) -> None:
        name = account.network.name
        try:
            new = await take_mentions(account, self.store, self.clock)
        except AccountRefusedError as error:
            self._account_refused(account, error)
        except OutsideError as error:
            self._poll_failed(account, error)
        except Exception:
            log.exception("a poll broke off: this is a bug", network=name)
            self._back_off(account, AFTER_A_BUG)
        else:
            self._poll_went_well(account)
            if new:
                log.info("mentions taken", network=name, new=new)
                await self._answer_owed()

    def _poll_went_well(self, account: Account) -> None:
        name = account.network.name
        if self._states[name].polled_at is None:
            log.info("network is read", network=name)  # from here on every new mention is answered
        if self._failures.pop(name, 0):
            log.info("network answers again", network=name)
            self._poll_every(account, account.poll_every, wait=account.poll_every)
        self._store_trouble = None
        self._states[name] = NetworkState(polled_at=self.clock())

    def _poll_failed(self, account: Account, error: OutsideError) -> None:
        name = account.network.name
        self._failures[name] = self._failures.get(name, 0) + 1
        if isinstance(error, StoreError):
            self._store_trouble = str(error)
        if self._states[name].trouble != str(error):
            log.warning("cannot read mentions", network=name, why=str(error))
        self._states[name] = NetworkState(polled_at=self.clock(), trouble=str(error))
        doubled = account.poll_every * 2 ** min(self._failures[name], 10)
        self._back_off(account, max(error.retry_after or timedelta(0), min(doubled, LONGEST_BACK_OFF)))

    def _back_off(self, account: Account, wait: timedelta) -> None:
        self._poll_every(account, max(wait, account.poll_every), wait=wait)

    def _account_refused(self, account: Account, error: AccountRefusedError) -> None:
        # Every further try would count against the account: wait for the operator, and say so in the health check.
        name = account.network.name
        log.error("the network refuses this account; it is left alone until a restart", network=name, why=str(error))
        self._states[name] = NetworkState(polled_at=self.clock(), trouble=str(error), refused=True)
        self._schedule.drop(_poll_of(account))

    async def _answer_owed(self) -> None:
        room = AT_ONCE - len(self._answers)
        if room <= 0:
            return
        try:
            waiting = await self.store.owed(now=self.clock(), limit=AT_ONCE + len(self._answers))
        except StoreError as error:
            self._store_failed(error)
            return
        networks = {account.network.name: account for account in self.accounts}
        for owed in waiting:
            key, account = (owed.mention.network, owed.mention.id), networks.get(owed.mention.network)
            if room > 0 and account and key not in self._answers and not self._states[key[0]].refused:
                room -= 1
                self._answers[key] = task = asyncio.create_task(self._answer(owed, account))
                task.add_done_callback(lambda _, key=key: self._answers.pop(key, None))

    async def _answer(self, owed: Owed, account: Account) -> None:
        network = account.network.name
        try:
            outcome = await self.answering.settle(owed, account.network)
            log.info("mention settled", network=network, outcome=outcome)
        except AccountRefusedError as error:
            self._account_refused(account, error)
        except StoreError as error:
            self._store_failed(error)
        except SocialError as error:
            log.warning("cannot answer", network=network, why=str(error))
        except Exception:
            log.exception("an answer broke off: this is a bug; it is tried again later", network=network)
            with contextlib.suppress(StoreError):
                await self.store.postpone(owed.mention, reason="bug", not_before=self.clock() + AFTER_A_BUG)

    def _store_failed(self, error: StoreError) -> None:
        if self._store_trouble != str(error):
            log.error("cannot keep records", why=str(error))
        self._store_trouble = str(error)

    async def _beat(self) -> None:
        beat = Heartbeat(at=self.clock(), networks=dict(self._states), trouble=self._store_trouble)
        try:
            write_heartbeat(self.heartbeat, beat)
        except OSError as error:
            log.warning("cannot write the sign of life", why=str(error))


def _poll_of(account: Account) -> str:
    return f"poll {account.network.name}"
