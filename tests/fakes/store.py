"""A store in memory, under the same contract as the real one; `fails` are raised first, one a call, in order."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.model import History, Mention, Owed, PostRef, Verdict
from bot.ports import StoreError
from bot.store.memory import Memory, after

Key = tuple[str, str]


@dataclass
class Kept:
    mention: Mention
    outcome: str | None = None
    attempts: int = 0
    not_before: datetime | None = None
    reason: str | None = None
    post: PostRef | None = None


@dataclass
class FakeStore:
    kept: dict[Key, Kept] = field(default_factory=dict[Key, Kept])
    cursors: dict[str, datetime] = field(default_factory=dict[str, datetime])
    memories: dict[str, Memory] = field(default_factory=dict[str, Memory])
    fails: list[StoreError] = field(default_factory=list[StoreError])
    closed: bool = False

    async def take(self, mentions: Sequence[Mention], *, owed: bool) -> int:
        self._fail()
        new = {_key(each): each for each in reversed(mentions) if _key(each) not in self.kept}
        self.kept |= {key: Kept(each, outcome=None if owed else "seen") for key, each in new.items()}
        return len(new)

    async def owed(self, *, now: datetime, limit: int) -> tuple[Owed, ...]:
        self._fail()
        waiting = [
            each
            for each in self.kept.values()
            if each.outcome is None and (each.not_before is None or each.not_before <= now)
        ]
        waiting.sort(key=lambda each: (each.mention.listed_at, _key(each.mention)))
        return tuple(Owed(each.mention, each.attempts) for each in waiting[:limit])

    async def begin(self, mention: Mention, *, at: datetime) -> None:
        self._fail()
        kept = self.kept.get(_key(mention))
        if kept is None or kept.outcome is not None:
            raise LookupError("an answer was begun to a mention that is not owed")
        kept.attempts += 1

    async def settle(self, mention: Mention, *, outcome: str, at: datetime, post: PostRef | None = None) -> None:
        self._fail()
        kept = self.kept.get(_key(mention))
        if kept is not None and kept.outcome is None:
            kept.outcome, kept.post = outcome, post
            kept.mention = replace(kept.mention, text="", parent_text=None, content_warning=None)

    async def postpone(self, mention: Mention, *, reason: str, not_before: datetime) -> None:
        self._fail()
        kept = self.kept.get(_key(mention))
        if kept is not None and kept.outcome is None:
            kept.reason, kept.not_before = reason, not_before

    async def read_until(self, network: str) -> datetime | None:
        self._fail()
        return self.cursors.get(network)

    async def set_read_until(self, network: str, until: datetime) -> None:
        self._fail()
        self.cursors[network] = max(until, self.cursors.get(network, until))

    async def history(self, platform_key: str) -> History:
        self._fail()
        return self.memories.get(platform_key, Memory()).history

    async def remember(self, verdict: Verdict) -> None:
        self._fail()
        known = self.memories.get(verdict.platform.key, Memory())
        self.memories[verdict.platform.key] = after(known, verdict)

    async def close(self) -> None:
        self.closed = True

    def _fail(self) -> None:
        if self.fails:
            raise self.fails.pop(0)


def _key(mention: Mention) -> Key:
    return mention.network, mention.id
