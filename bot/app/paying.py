"""Answers out: what the ledger owes in a network, a few at a time, until nothing is owed there."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.answering import Answering
from bot.app.circuit import Circuit
from bot.app.polling import Account
from bot.app.records import Records
from bot.model import Debt, FollowUp, Notice
from bot.notifying import Notifying
from bot.ports import AccountRefusedError, SocialError, Store, StoreError
from bot.posting import PUT_OFF, TOO_LATE

AFTER_A_BUG = timedelta(minutes=5)
DRAIN = timedelta(seconds=6)  # of the 10 s that a graceful stop may take

log = structlog.stdlib.get_logger("cestmoiou")

Key = tuple[str, str, str]  # network, mention or incident, what is owed to it: one of each is under way at most


@dataclass(slots=True)
class Paying:
    """Pays what is owed, in each network as much at once as its circuit allows. Decides nothing about people.

    `on_refused` is told of an account that its network refuses, `on_too_late` of a network where a question waited for
    so long that it is left unanswered.
    """

    answering: Answering
    store: Store
    clock: Callable[[], datetime]
    records: Records
    on_refused: Callable[[Account, AccountRefusedError], None]
    on_too_late: Callable[[str], None]
    notifying: Notifying | None = None
    _circuits: defaultdict[str, Circuit] = field(init=False, default_factory=lambda: defaultdict(Circuit))
    _answers: dict[Key, asyncio.Task[bool]] = field(init=False, default_factory=dict[Key, asyncio.Task[bool]])
    _more_owed: set[str] = field(init=False, default_factory=set[str])
    _reading: defaultdict[str, asyncio.Lock] = field(init=False, default_factory=lambda: defaultdict(asyncio.Lock))
    _begun_before: dict[str, set[Key]] = field(init=False, default_factory=dict[str, set[Key]])
    _refills: dict[str, asyncio.Task[None]] = field(init=False, default_factory=dict[str, asyncio.Task[None]])

    async def begin_owed_in(self, account: Account) -> None:
        """Begin to pay the oldest that the account owes; as each ends, the next one is begun. Never raises."""
        async with self._reading[account.network.name]:  # two at once would begin what the other has ended meanwhile
            await self._begin_owed_in(account)

    def posted(self, network: str, error: SocialError | None) -> None:
        """Note what became of a post in a network: None for well, or for a clear no."""
        if error is not None:
            log.warning("cannot post", network=network, why=str(error))
        self._circuits[network].tell(error, self.clock())

    async def stop(self) -> None:
        """Finish what is begun, within 6 s. What is not finished by then is still owed."""
        self._more_owed.clear()
        for refill in self._refills.values():
            refill.cancel()
        if self._answers:
            await asyncio.wait(self._answers.values(), timeout=DRAIN.total_seconds())
        for task in self._answers.values():
            task.cancel()  # answered after the next start
        await asyncio.gather(*self._answers.values(), return_exceptions=True)

    # ---------------------------------------------------------------- beginning

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
            self.records.failed(error)
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
            self.records.failed(error)
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
            self._refills[name] = task = asyncio.create_task(self.begin_owed_in(account), name=f"fill up {name}")
            task.add_done_callback(lambda _: self._refills.pop(name, None))

    def _under_way(self, network: str) -> int:
        return sum(1 for name, _, _ in self._answers if name == network)

    # ---------------------------------------------------------------- paying

    async def _pay(self, debt: Debt, account: Account, pay: Callable[[], Awaitable[str]]) -> bool:
        """Say whether it came to an outcome, be it "not now"."""
        network = account.network.name
        try:
            outcome = await pay()
        except AccountRefusedError as error:
            self.on_refused(account, error)
        except StoreError as error:
            self.records.failed(error)
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
        self.records.are_well()
        if outcome == PUT_OFF:
            log.info("put off: it stays owed", network=network, what=_what(debt))
        elif outcome == TOO_LATE:
            self.on_too_late(network)
        elif isinstance(debt, FollowUp):
            log.info("follow-up settled", network=network, kind=debt.kind.value, outcome=outcome)
        elif isinstance(debt, Notice):
            log.info("notice settled", network=network, platform=debt.platform_key, outcome=outcome)
        else:
            log.info("mention settled", network=network, outcome=outcome)


def _what(debt: Debt) -> str:
    return debt.kind.value if isinstance(debt, FollowUp) else "notice" if isinstance(debt, Notice) else "mention"
