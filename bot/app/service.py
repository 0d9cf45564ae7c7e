"""The running bot: scheduled jobs that poll the networks, answer what is owed and give signs of life."""

import asyncio
import contextlib
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import structlog

from bot.answering import Answering
from bot.app.circuit import Circuit
from bot.app.heartbeat import BEAT_EVERY, Heartbeat, NetworkState, write_heartbeat
from bot.app.memory import give_back_memory
from bot.app.polling import Account, Pace, next_pace, take_mentions
from bot.app.schedule import Schedule
from bot.gathering import POSTS_KEPT, REPORTS_KEPT
from bot.model import Debt, FollowUp, Notice
from bot.notifying import Notifying
from bot.ports import AccountRefusedError, OutsideError, SocialError, Store, StoreError
from bot.posting import PUT_OFF, TOO_LATE

LOOK_FOR_OWED_EVERY = timedelta(seconds=1)
WATCH_EVERY = timedelta(seconds=5)
JITTER = 0.1  # of the time between two polls: accounts, and bots, drift apart
LONGEST_BACK_OFF = timedelta(minutes=5)
AFTER_A_BUG = timedelta(minutes=5)
STORE_REST = timedelta(seconds=10)  # a store that fails is left alone this long, and so are the networks
KEPT = POSTS_KEPT  # settled mentions and our posts; polling takes nothing older than two days as new
INCIDENTS_KEPT = timedelta(days=365)
PRUNE_EVERY = timedelta(hours=24)
DRAIN = timedelta(seconds=6)  # a graceful stop ends within 10 s:
CLOSE = timedelta(seconds=2)  # what is begun has 6 s, the networks have 2 s to hang up

log = structlog.stdlib.get_logger("cestmoiou")

Key = tuple[str, str, str]  # network, mention or incident, what is owed to it: one of each is under way at most


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
    _schedule: Schedule = field(init=False)
    _states: dict[str, NetworkState] = field(init=False, default_factory=dict[str, NetworkState])
    _failures: dict[str, int] = field(init=False, default_factory=dict[str, int])
    _paces: dict[str, Pace] = field(init=False, default_factory=dict[str, Pace])
    _circuits: dict[str, Circuit] = field(init=False, default_factory=dict[str, Circuit])
    _answers: dict[Key, asyncio.Task[bool]] = field(init=False, default_factory=dict[Key, asyncio.Task[bool]])
    _more_owed: set[str] = field(init=False, default_factory=set[str])
    _reading: defaultdict[str, asyncio.Lock] = field(init=False, default_factory=lambda: defaultdict(asyncio.Lock))
    _begun_before: dict[str, set[Key]] = field(init=False, default_factory=dict[str, set[Key]])
    _refills: dict[str, asyncio.Task[None]] = field(init=False, default_factory=dict[str, asyncio.Task[None]])
    _store_trouble: str | None = field(init=False, default=None)
    _store_rests_until: datetime | None = field(init=False, default=None)

    async def run(self, until: Awaitable[object]) -> None:
        """Work until `until` is done, then finish what is begun and stop, within 10 s."""
        self._schedule = Schedule(self.clock)
        self.answering.posting.on_trouble = self._posted
        self.answering.watching.networks = {account.network.name: account.network for account in self.accounts}
        for account in self.accounts:
            name = account.network.name
            self._states[name] = NetworkState(good_at=self.clock())
            self._paces[name] = Pace(account.poll_every, quiet_since=self.clock())
            self._circuits[name] = Circuit()
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
        self._more_owed.clear()
        for refill in self._refills.values():
            refill.cancel()
        if self._answers:
            await asyncio.wait(self._answers.values(), timeout=DRAIN.total_seconds())
        for task in self._answers.values():
            task.cancel()  # still owed: answered after the next start
        await asyncio.gather(*self._answers.values(), return_exceptions=True)
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
            self._store_is_well()
        self._states[name] = replace(state, good_at=self.clock(), trouble=None, was_read=True)
        self._paces[name] = pace = next_pace(account, self._paces[name], new=new, now=self.clock())
        self._poll_every(account, pace.every, wait=pace.every * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311 -- no secret

    def _poll_failed(self, account: Account, error: OutsideError) -> None:
        name, state = account.network.name, self._states[account.network.name]
        if state.refused:
            return
        self._failures[name] = self._failures.get(name, 0) + 1
        if isinstance(error, StoreError):
            self._store_failed(error)
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
        if self._store_rests():
            return
        for account in self.accounts:
            state = self._states[account.network.name]
            if state.was_read and not state.refused:  # before the first poll, a network has not told its limits
                await self._answer_owed_in(account)

    async def _answer_owed_in(self, account: Account) -> None:
        async with self._reading[account.network.name]:  # two at once would begin what the other has ended meanwhile
            await self._begin_owed_in(account)

    async def _begin_owed_in(self, account: Account) -> None:
        name, network = account.network.name, account.network
        room = self._circuits[name].may_begin(self._under_way(name), self.clock())
        if not room:
            return
        limit = room + self._under_way(name)
        # These may end while the ledger is read, and stand in what was read all the same.
        self._begun_before[name] = set(self._answers)
        try:
            mentions = await self.store.owed(name, now=self.clock(), limit=limit)
            follow_ups = await self.store.owed_follow_ups(name, now=self.clock(), limit=limit)
        except StoreError as error:
            self._store_failed(error)
            return
        (self._more_owed.add if limit in {len(mentions), len(follow_ups)} else self._more_owed.discard)(name)
        for owed in mentions:
            answer = partial(self.answering.settle, owed, network)
            self._begin((name, owed.mention.id, "answer"), account, owed.mention, answer)
        for owed in follow_ups:
            post = partial(self.answering.posting.follow_up, owed, network)
            self._begin((name, owed.mention.id, "follow-up"), account, owed.follow_up, post)
        await self._begin_notices_in(account, limit)

    async def _begin_notices_in(self, account: Account, limit: int) -> None:
        """Last: who asked comes before who is told."""
        if self.notifying is None:
            return
        name, network = account.network.name, account.network
        try:
            notices = await self.store.owed_notices(name, now=self.clock(), limit=limit)
        except StoreError as error:
            self._store_failed(error)
            return
        for owed in notices:
            tell = partial(self.notifying.post, owed, network)
            self._begin((name, owed.notice.incident_id, "notice"), account, owed.notice, tell)

    def _begin(self, key: Key, account: Account, debt: Debt, pay: Callable[[], Coroutine[object, object, str]]) -> None:
        room = self._circuits[key[0]].may_begin(self._under_way(key[0]), self.clock())
        if key not in self._answers and key not in self._begun_before[key[0]] and room:
            self._answers[key] = task = asyncio.create_task(self._pay(debt, account, pay))
            task.add_done_callback(partial(self._ended, key, account))

    def _ended(self, key: Key, account: Account, ended: "asyncio.Task[bool]") -> None:
        """One is paid: if more are owed, the next begins now and not at the next turn of the schedule."""
        self._answers.pop(key, None)
        name = account.network.name
        well = not ended.cancelled() and ended.exception() is None and ended.result()
        if well and name in self._more_owed and name not in self._refills:
            self._refills[name] = task = asyncio.create_task(self._answer_owed_in(account), name=f"fill up {name}")
            task.add_done_callback(lambda _: self._refills.pop(name, None))

    def _under_way(self, network: str) -> int:
        return sum(1 for name, _, _ in self._answers if name == network)

    async def _pay(self, debt: Debt, account: Account, pay: Callable[[], Awaitable[str]]) -> bool:
        """Say whether it came to an outcome, be it "not now"."""
        network = account.network.name
        try:
            outcome = await pay()
        except AccountRefusedError as error:
            self._account_refused(account, error)
        except StoreError as error:
            self._store_failed(error)
        except SocialError as error:
            log.warning("cannot answer", network=network, why=str(error))
        except Exception:
            log.exception("an answer broke off: this is a bug; it is tried again later", network=network)
            with contextlib.suppress(StoreError):
                await self.store.postpone(debt, reason="bug", not_before=self.clock() + AFTER_A_BUG)
        else:
            self._paid(network, debt, outcome)
            return True
        return False

    def _paid(self, network: str, debt: Debt, outcome: str) -> None:
        self._store_is_well()
        if outcome == PUT_OFF:
            log.info("put off: it stays owed", network=network)
        elif outcome == TOO_LATE:
            state = self._states[network]
            self._states[network] = replace(state, too_late=state.too_late + 1)
            log.warning("left unanswered: it waited for more than an hour", network=network, so_far=state.too_late + 1)
        elif outcome == PUT_OFF:
            log.info("put off, to be tried again", network=network, what=_what(debt))
        elif isinstance(debt, FollowUp):
            log.info("follow-up settled", network=network, kind=debt.kind.value, outcome=outcome)
        elif isinstance(debt, Notice):
            log.info("notice settled", network=network, platform=debt.platform_key, outcome=outcome)
        else:
            log.info("mention settled", network=network, outcome=outcome)

    def _posted(self, network: str, error: SocialError | None) -> None:
        if error is not None:
            log.warning("cannot post", network=network, why=str(error))
        if network in self._circuits:
            self._circuits[network].tell(error, self.clock())

    # ---------------------------------------------------------------- incidents

    async def _watch(self) -> None:
        if self._store_rests():
            return
        try:
            await self.answering.watching.look_again()
        except StoreError as error:
            self._store_failed(error)
        except Exception:
            log.exception("a look at an incident broke off: this is a bug; it is made again")

    async def _notify(self) -> None:
        if self.notifying is None or self._store_rests():
            return
        states = self._states
        work = [each.network for each in self.accounts if states[each.network.name].trouble is None]
        try:
            await self.notifying.owe(work)
        except StoreError as error:
            self._store_failed(error)
        except Exception:
            log.exception("providers could not be told of incidents: this is a bug; it is tried again")

    # ---------------------------------------------------------------- signs of life

    def _store_failed(self, error: StoreError) -> None:
        if self._store_trouble != str(error):
            log.error("cannot keep records", why=str(error))
        if self.on_store_trouble is not None:
            self.on_store_trouble(error)
        self._store_trouble = str(error)
        self._store_rests_until = self.clock() + self.store_rest

    def _store_rests(self) -> bool:
        return self._store_rests_until is not None and self.clock() < self._store_rests_until

    def _store_is_well(self) -> None:
        """Something was written: only that proves it."""
        self._store_trouble = self._store_rests_until = None

    async def _beat(self) -> None:
        beat = Heartbeat(at=self.clock(), networks=dict(self._states), trouble=self._store_trouble)
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
            self._store_failed(error)
        else:
            log.info("old mentions deleted", count=pruned, incidents=forgotten)


def _what(debt: Debt) -> str:
    return debt.kind.value if isinstance(debt, FollowUp) else "mention"


def _poll_of(account: Account) -> str:
    return f"poll {account.network.name}"
