"""A store in memory, under the same contract as the real one; `fails` are raised first, one a call, in order."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.model import History, Mention, Owed, PostRef, Reading, Verdict
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
    settled_at: datetime | None = None


@dataclass
class FakeStore:
    kept: dict[Key, Kept] = field(default_factory=dict[Key, Kept])
    cursors: dict[str, Reading] = field(default_factory=dict[str, Reading])
    memories: dict[str, Memory] = field(default_factory=dict[str, Memory])
    fails: list[StoreError] = field(default_factory=list[StoreError])
    closed: bool = False

    async def take(self, mentions: Sequence[Mention], *, owed: bool) -> int:
        self._fail()
        new = {_key(each): each for each in reversed(mentions) if _key(each) not in self.kept}
        self.kept |= {key: Kept(each, outcome=None if owed else "seen") for key, each in new.items()}
        return len(new)

    async def owed(self, network: str, *, now: datetime, limit: int) -> tuple[Owed, ...]:
        self._fail()
        waiting = [
            each
            for each in self.kept.values()
            if each.mention.network == network
            and each.outcome is None
            and (each.not_before is None or each.not_before <= now)
        ]
        waiting.sort(key=lambda each: (each.mention.listed_at, _key(each.mention)))
        return tuple(Owed(each.mention, each.attempts) for each in waiting[:limit])

    async def begin(self, mention: Mention, *, at: datetime, not_before: datetime) -> None:
        self._fail()
        kept = self.kept.get(_key(mention))
        if kept is None or kept.outcome is not None:
            raise LookupError("an answer was begun to a mention that is not owed")
        kept.attempts += 1
        kept.not_before = not_before

    async def settle(self, mention: Mention, *, outcome: str, at: datetime, post: PostRef | None = None) -> None:
        self._fail()
        kept = self.kept.get(_key(mention))
        if kept is not None and kept.outcome is None:
            kept.outcome, kept.post, kept.settled_at = outcome, post, at
            kept.mention = replace(kept.mention, text="", parent_text=None, content_warning=None)

    async def postpone(self, mention: Mention, *, reason: str, not_before: datetime) -> None:
        self._fail()
        kept = self.kept.get(_key(mention))
        if kept is not None and kept.outcome is None:
            kept.reason, kept.not_before = reason, not_before

    async def reading(self, network: str, *, answer_since: datetime) -> Reading:
        self._fail()
        return self.cursors.setdefault(network, Reading(answer_since, answer_since))

    async def set_read_until(self, network: str, until: datetime) -> None:
        self._fail()
        known = self.cursors[network]
        self.cursors[network] = replace(known, read_until=max(until, known.read_until))

    async def prune(self, *, before: datetime) -> int:
        self._fail()
        old = [
            key
            for key, each in self.kept.items()
            if each.outcome and (each.settled_at or each.mention.listed_at) < before
        ]
        for key in old:
            del self.kept[key]
        return len(old)

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
