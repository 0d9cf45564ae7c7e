"""The running bot: scheduled jobs that poll the networks, answer what is owed and give signs of life."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import structlog

from bot.answering import Answering
from bot.app.heartbeat import BEAT_EVERY, Heartbeat, NetworkState, write_heartbeat
from bot.app.memory import give_back_memory
from bot.app.paying import AFTER_A_BUG, Paying
from bot.app.polling import Account, Pace, next_pace, take_mentions
from bot.app.records import STORE_REST, Records
from bot.app.schedule import Schedule
from bot.gathering import POSTS_KEPT, REPORTS_KEPT
from bot.notifying import Notifying
from bot.ports import AccountRefusedError, OutsideError, Store, StoreError

LOOK_FOR_OWED_EVERY = timedelta(seconds=1)
WATCH_EVERY = timedelta(seconds=5)
JITTER = 0.1  # of the time between two polls: accounts, and bots, drift apart
LONGEST_BACK_OFF = timedelta(minutes=5)
KEPT = POSTS_KEPT  # settled mentions and our posts; polling takes nothing older than two days as new
INCIDENTS_KEPT = timedelta(days=365)
PRUNE_EVERY = timedelta(hours=24)
CLOSE = timedelta(seconds=2)  # a graceful stop ends within 10 s: the networks have 2 s of them to hang up

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
    store_rest: timedelta = STORE_REST
    incidents_kept: timedelta = INCIDENTS_KEPT
    on_store_trouble: Callable[[StoreError], None] | None = None
    notifying: Notifying | None = None  # None: no provider is told of anything
    degraded: Callable[[], str | None] = lambda: None  # a sentence about what is missing, none of it a network's
    _schedule: Schedule = field(init=False)
    _states: dict[str, NetworkState] = field(init=False, default_factory=dict[str, NetworkState])
    _failures: dict[str, int] = field(init=False, default_factory=dict[str, int])
    _paces: dict[str, Pace] = field(init=False, default_factory=dict[str, Pace])
    _records: Records = field(init=False)
    _paying: Paying = field(init=False)

    def __post_init__(self) -> None:
        self._records = Records(self.clock, self.store_rest, self.on_store_trouble)
        self._paying = Paying(
            answering=self.answering,
            store=self.store,
            clock=self.clock,
            records=self._records,
            on_refused=self._account_refused,
            on_too_late=self._too_late,
            notifying=self.notifying,
        )

    async def run(self, until: Awaitable[object]) -> None:
        """Work until `until` is done, then finish what is begun and stop, within 10 s."""
        self._schedule = Schedule(self.clock)
        self.answering.posting.on_trouble = self._paying.posted
        self.answering.watching.networks = {account.network.name: account.network for account in self.accounts}
        for account in self.accounts:
            name = account.network.name
            self._states[name] = NetworkState(good_at=self.clock())
            self._paces[name] = Pace(account.poll_every, quiet_since=self.clock())
            self._poll_every(account, account.poll_every)
        self._schedule.every(LOOK_FOR_OWED_EVERY, self._answer_owed, name="answer")
        self._schedule.every(WATCH_EVERY, self._watch, name="watch")
        if self.notifying is not None and self.notifying.is_wanted:
            self._schedule.every(WATCH_EVERY, self._notify, name="notify")
        self._schedule.every(self.beat_every, self._beat, name="heartbeat")
        self._schedule.every(PRUNE_EVERY, self._prune, name="prune", wait=timedelta(minutes=1))
        self._schedule.start()
        try:
            await until
        finally:
            await self._stop()

    async def _stop(self) -> None:
        self._schedule.pause()
        await self._paying.stop()
        await self._schedule.stop()
        closing = [asyncio.create_task(account.network.close()) for account in self.accounts]
        await asyncio.wait(closing, timeout=CLOSE.total_seconds())
        with contextlib.suppress(OSError):
            self.heartbeat.unlink(missing_ok=True)

    # ---------------------------------------------------------------- mentions in

    def _poll_every(self, account: Account, length: timedelta, *, wait: timedelta = timedelta(0)) -> None:
        self._schedule.every(length, partial(self._poll, account), name=_poll_of(account), wait=wait)

    async def _poll(self, account: Account) -> None:
        try:
            new = await take_mentions(account, self.store, self.clock)
        except AccountRefusedError as error:
            self._account_refused(account, error)
        except OutsideError as error:
            self._poll_failed(account, error)
        except Exception:
            log.exception("a poll broke off: this is a bug", network=account.network.name)
            self._back_off(account, AFTER_A_BUG)
        else:
            self._poll_went_well(account, new)
            await self._answer_owed()

    def _poll_went_well(self, account: Account, new: int) -> None:
        name, state = account.network.name, self._states[account.network.name]
        if state.refused:
            return  # refused while this poll was under way
        if not state.was_read:
            log.info("network is read", network=name)  # from here on every new mention is answered
            give_back_memory()  # the first call to a network has imported its library
        if self._failures.pop(name, 0):
            log.info("network answers again", network=name)
        if new:
            log.info("mentions taken", network=name, new=new)
            self._records.are_well()
        self._states[name] = replace(state, good_at=self.clock(), trouble=None, was_read=True)
        self._paces[name] = pace = next_pace(account, self._paces[name], new=new, now=self.clock())
        self._poll_every(account, pace.every, wait=pace.every * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311 -- no secret

    def _poll_failed(self, account: Account, error: OutsideError) -> None:
        name, state = account.network.name, self._states[account.network.name]
        if state.refused:
            return
        self._failures[name] = self._failures.get(name, 0) + 1
        if isinstance(error, StoreError):
            self._records.failed(error)
        elif state.trouble != str(error):
            log.warning("cannot read mentions", network=name, why=str(error))
        self._states[name] = replace(state, trouble=str(error))
        doubled = account.poll_every * 2 ** min(self._failures[name], 10)
        self._back_off(account, max(error.retry_after or timedelta(0), min(doubled, LONGEST_BACK_OFF)))

    def _back_off(self, account: Account, wait: timedelta) -> None:
        self._poll_every(account, max(wait, account.poll_every), wait=wait)

    def _account_refused(self, account: Account, error: AccountRefusedError) -> None:
        # Every further try would count against the account: wait for the operator, and say so in the health check.
        name, state = account.network.name, self._states[account.network.name]
        if state.refused:
            return
        log.error("the network refuses this account; it is left alone until a restart", network=name, why=str(error))
        self._states[name] = replace(state, trouble=str(error), refused=True)
        self._schedule.drop(_poll_of(account))

    # ---------------------------------------------------------------- answers out

    async def _answer_owed(self) -> None:
        if self._records.are_resting:
            return
        for account in self.accounts:
            state = self._states[account.network.name]
            if state.was_read and not state.refused:  # before the first poll, a network has not told its limits
                await self._paying.begin_owed_in(account)

    def _too_late(self, network: str) -> None:
        state = self._states[network]
        self._states[network] = replace(state, too_late=state.too_late + 1)
        log.warning("left unanswered: it waited for more than an hour", network=network, so_far=state.too_late + 1)

    # ---------------------------------------------------------------- incidents

    async def _watch(self) -> None:
        if self._records.are_resting:
            return
        try:
            await self.answering.watching.look_again()
        except StoreError as error:
            self._records.failed(error)
        except Exception:
            log.exception("a look at an incident broke off: this is a bug; it is made again")

    async def _notify(self) -> None:
        if self.notifying is None or self._records.are_resting:
            return
        states = self._states
        work = [each.network for each in self.accounts if states[each.network.name].trouble is None]
        try:
            await self.notifying.owe(work)
        except StoreError as error:
            self._records.failed(error)
        except Exception:
            log.exception("providers could not be told of incidents: this is a bug; it is tried again")

    # ---------------------------------------------------------------- signs of life

    async def _beat(self) -> None:
        beat = Heartbeat(
            at=self.clock(), networks=dict(self._states), trouble=self._records.trouble, degraded=self.degraded()
        )
        try:
            write_heartbeat(self.heartbeat, beat)
        except OSError as error:
            log.warning("cannot write the sign of life", why=str(error))

    async def _prune(self) -> None:
        try:
            now = self.clock()
            pruned = await self.store.prune(before=now - KEPT, reports_before=now - REPORTS_KEPT)
            forgotten = await self.store.prune_incidents(before=now - self.incidents_kept)
        except StoreError as error:
            self._records.failed(error)
        else:
            log.info("old mentions deleted", count=pruned, incidents=forgotten)


def _poll_of(account: Account) -> str:
    return f"poll {account.network.name}"
