"""A store in memory, under the same contract as the real one; `fails` are raised first, one a call, in order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.model import (
    Conversation,
    Debt,
    FollowUp,
    History,
    Incident,
    LookTaken,
    Mention,
    Notice,
    Owed,
    OwedFollowUp,
    OwedNotice,
    OwnPost,
    PostKind,
    Reading,
    Report,
    Saying,
    Verdict,
)
from bot.ports import MOST_REPORTS, StoreError
from bot.store.memory import Memory, after

Key = tuple[str, ...]


@dataclass
class State:
    """How it stands with a debt."""

    outcome: str | None = None
    attempts: int = 0
    not_before: datetime | None = None
    reason: str | None = None
    settled_at: datetime | None = None
    saying: Saying | None = None

    def settle(self, outcome: str, at: datetime) -> None:
        if self.outcome is None:
            self.outcome, self.settled_at, self.saying = outcome, at, None


@dataclass
class Kept(State):
    mention: Mention = field(kw_only=True)
    thread: str = field(kw_only=True)
    late_at: datetime | None = None


@dataclass
class KeptFollowUp(State):
    follow_up: FollowUp = field(kw_only=True)
    author_id: str = field(kw_only=True)


@dataclass
class KeptNotice(State):
    notice: Notice = field(kw_only=True)


@dataclass
class KeptPost:
    post: OwnPost
    thread: str
    deleted: bool = False


@dataclass
class FakeStore:
    kept: dict[Key, Kept] = field(default_factory=dict[Key, Kept])
    cursors: dict[str, Reading] = field(default_factory=dict[str, Reading])
    memories: dict[str, Memory] = field(default_factory=dict[str, Memory])
    posts: dict[Key, KeptPost] = field(default_factory=dict[Key, KeptPost])
    follow_ups: dict[Key, KeptFollowUp] = field(default_factory=dict[Key, KeptFollowUp])
    notices: dict[str, KeptNotice] = field(default_factory=dict[str, KeptNotice])
    stopped: dict[Key, Mention] = field(default_factory=dict[Key, Mention])
    reported: dict[Key, Report] = field(default_factory=dict[Key, Report])
    kept_incidents: dict[str, Incident] = field(default_factory=dict[str, Incident])
    kept_looks: dict[str, list[LookTaken]] = field(default_factory=dict[str, list[LookTaken]])
    fails: list[StoreError] = field(default_factory=list[StoreError])
    closed: bool = False

    async def take(self, mentions: Sequence[Mention], *, owed: bool, late_at: datetime | None = None) -> int:
        self._fail()
        new = 0
        for each in reversed(mentions):
            if _key(each) not in self.kept:
                new += 1
                thread = self._thread_of(each)
                known = replace(each, thread=thread)
                self.kept[_key(each)] = Kept(None if owed else "seen", mention=known, thread=thread, late_at=late_at)
        return new

    def _thread_of(self, mention: Mention) -> str:
        if mention.thread is not None:
            return mention.thread
        above = (mention.network, mention.answers or "")
        found = self.posts.get(above) or self.kept.get(above)
        return found.thread if found else mention.answers or mention.id

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
        return tuple(Owed(each.mention, each.attempts, each.late_at, each.saying) for each in waiting[:limit])

    def _state(self, debt: Debt) -> State | None:
        if isinstance(debt, FollowUp):
            return self.follow_ups.get((debt.network, debt.mention_id, debt.kind.value))
        return self.notices.get(debt.incident_id) if isinstance(debt, Notice) else self.kept.get(_key(debt))

    async def begin(self, debt: Debt, *, at: datetime, not_before: datetime, saying: Saying | None = None) -> None:
        self._fail()
        state = self._state(debt)
        if state is None or state.outcome is not None:
            raise LookupError("a post was begun that is not owed")
        state.attempts += 1
        state.not_before = not_before
        state.saying = state.saying or saying

    async def settle(self, debt: Debt, *, outcome: str, at: datetime, post: OwnPost | None = None) -> None:
        self._fail()
        state = self._state(debt)
        is_another_edit = isinstance(state, KeptFollowUp) and state.follow_up != debt
        if state is not None and not is_another_edit:
            state.settle(outcome, at)
        if isinstance(state, Kept):
            words = {"text": "", "parent_text": None, "content_warning": None}
            state.mention = replace(state.mention, **words, author=replace(state.mention.author, handle=""))
        if post is not None:
            thread = self.kept[post.network, post.mention_id].thread if post.mention_id else post.ref.id
            self.posts.setdefault((post.network, post.ref.id), KeptPost(post, thread))

    async def postpone(self, debt: Debt, *, reason: str, not_before: datetime, unsaid: bool = False) -> None:
        self._fail()
        state = self._state(debt)
        if state is not None and state.outcome is None:
            state.reason, state.not_before = reason, not_before
            state.saying = None if unsaid else state.saying

    async def conversation(self, mention: Mention, *, since: datetime) -> Conversation:
        self._fail()
        thread, stop = self.kept[_key(mention)].thread, self.stopped.get((mention.network, mention.author.id))
        ours = [each for each in self.posts.values() if each.post.network == mention.network]
        alive = [each for each in ours if each.thread == thread and not each.deleted]
        above = self.posts.get((mention.network, mention.answers or ""))
        to_author = [each for each in ours if each.post.author_id == mention.author.id and each.post.posted_at >= since]
        return Conversation(
            in_thread=_in_order(alive),
            above=above.post if above and not above.deleted else None,
            to_author=_in_order(to_author),
            taken_back=frozenset(each.post.ref.id for each in to_author if each.deleted),
            stopped_by=stop.id if stop else None,
            stopped_at=stop.listed_at if stop else None,
            awaits_receipts=any(
                each.saying is not None and key[0] == mention.network and key != _key(mention)
                for key, each in self.kept.items()
            ),
        )

    async def own_posts(self, network: str, *, since: datetime) -> tuple[OwnPost, ...]:
        self._fail()
        ours = [each for each in self.posts.values() if each.post.network == network]
        return _in_order([each for each in ours if each.post.posted_at >= since])

    async def stop(self, mention: Mention, *, at: datetime) -> bool:
        self._fail()
        author = (mention.network, mention.author.id)
        for each in self.follow_ups.values():
            if (each.follow_up.network, each.author_id) == author:
                each.settle("they-said-stop", at)
        return self.stopped.setdefault(author, mention).id == mention.id

    async def resume(self, mention: Mention) -> None:
        self._fail()
        self.stopped.pop((mention.network, mention.author.id), None)

    async def mark_deleted(self, posts: Sequence[OwnPost], *, at: datetime) -> None:
        self._fail()
        for post in posts:
            self.posts[post.network, post.ref.id].deleted = True
            for each in self.follow_ups.values():
                if (each.follow_up.network, each.follow_up.mention_id) == (post.network, post.mention_id):
                    each.settle("deleted", at)

    async def owe(self, follow_ups: Sequence[FollowUp]) -> int:
        self._fail()
        return sum(self._owe(each) for each in follow_ups)

    def _owe(self, one: FollowUp) -> int:
        key = (one.network, one.mention_id, one.kind.value)
        answers = [each for each in self._under(one.network, one.mention_id) if not each.deleted]
        if not answers or (one.network, answers[0].post.author_id) in self.stopped:
            return 0
        known = self.follow_ups.get(key)
        corrected = (one.network, one.mention_id, PostKind.CORRECTION.value) in self.follow_ups
        if one.kind is PostKind.COLLEAGUES and corrected:
            return 0
        if known is not None and one.kind is PostKind.COLLEAGUES and known.outcome is None and not known.attempts:
            one = replace(one, due_at=min(one.due_at, known.follow_up.due_at))
        elif known is not None and one.kind is not PostKind.TALLY:
            return 0
        if one.kind in (PostKind.CORRECTION, PostKind.BACK):
            for each in self.follow_ups.values():
                theirs = (each.follow_up.network, each.author_id) == (one.network, answers[0].post.author_id)
                if theirs and each.follow_up.kind is PostKind.COLLEAGUES and not each.attempts:
                    each.settle("told-otherwise", one.due_at)
        self.follow_ups[key] = KeptFollowUp(not_before=one.due_at, follow_up=one, author_id=answers[0].post.author_id)
        return 1

    def _under(self, network: str, mention_id: str) -> Iterator[KeptPost]:
        under = [each for each in self.posts.values() if each.post.mention_id == mention_id]
        return iter(sorted((each for each in under if each.post.network == network), key=_order))

    async def owed_follow_ups(self, network: str, *, now: datetime, limit: int) -> tuple[OwedFollowUp, ...]:
        self._fail()
        waiting = [
            each for each in self.follow_ups.values() if each.follow_up.network == network and each.outcome is None
        ]
        waiting.sort(key=lambda each: (-each.attempts, each.follow_up.due_at, each.follow_up.kind.value))
        first = dict[str, KeptFollowUp]()
        for each in waiting:
            first.setdefault(each.follow_up.mention_id, each)
        due = [each for each in first.values() if each.not_before is None or each.not_before <= now]
        due.sort(key=lambda each: (each.follow_up.due_at, each.follow_up.mention_id))
        return tuple(
            OwedFollowUp(
                each.follow_up,
                self.kept[network, each.follow_up.mention_id].mention,
                tuple(kept.post for kept in self._under(network, each.follow_up.mention_id)),
                each.attempts,
            )
            for each in due[:limit]
        )

    async def owe_notice(self, notice: Notice) -> bool:
        self._fail()
        is_new = notice.incident_id not in self.notices
        self.notices.setdefault(notice.incident_id, KeptNotice(not_before=notice.due_at, notice=notice))
        return is_new

    async def owed_notices(self, network: str, *, now: datetime, limit: int) -> tuple[OwedNotice, ...]:
        self._fail()
        waiting = [
            each
            for each in self.notices.values()
            if each.notice.network == network
            and each.outcome is None
            and (each.not_before is None or each.not_before <= now)
        ]
        waiting.sort(key=lambda each: (each.notice.due_at, each.notice.incident_id))
        return tuple(OwedNotice(each.notice, each.attempts) for each in waiting[:limit])

    async def has_stopped(self, network: str, author_id: str) -> bool:
        self._fail()
        return (network, author_id) in self.stopped

    async def add_report(self, report: Report) -> None:
        self._fail()
        key = (report.network, report.author_id, report.platform_key)
        known = self.reported.get(key)
        if known is None or known.reported_at <= report.reported_at:
            self.reported[key] = report

    async def reports(self, platform_key: str, *, since: datetime) -> tuple[Report, ...]:
        self._fail()
        found = [
            each for each in self.reported.values() if each.platform_key == platform_key and each.reported_at >= since
        ]
        ordered = sorted(found, key=lambda each: (each.reported_at, each.network, each.author_id))
        kept = [each for works in (True, False) for each in [r for r in ordered if r.works is works][-MOST_REPORTS:]]
        return tuple(sorted(kept, key=lambda each: (each.reported_at, each.network, each.author_id)))

    async def posts_about(self, platform_key: str, *, since: datetime) -> tuple[OwnPost, ...]:
        self._fail()
        found = [
            each.post
            for each in self.posts.values()
            if each.post.kind is PostKind.VERDICT
            and platform_key in each.post.platforms
            and each.post.posted_at >= since
            and not each.deleted
        ]
        return tuple(sorted(found, key=lambda post: (post.posted_at, post.ref.id)))

    async def latest_incident(self, platform_key: str) -> Incident | None:
        self._fail()
        theirs = [each for each in self.kept_incidents.values() if each.platform_key == platform_key]
        return max(theirs, key=lambda each: each.opened_at, default=None)

    async def open_incidents(self) -> tuple[Incident, ...]:
        self._fail()
        found = [each for each in self.kept_incidents.values() if each.is_open]
        return tuple(sorted(found, key=lambda each: each.next_look_at))

    async def incidents(self, *, since: datetime) -> tuple[Incident, ...]:
        self._fail()
        found = [
            each
            for each in self.kept_incidents.values()
            if each.closed_at is None or each.opened_at >= since or each.closed_at >= since
        ]
        return tuple(sorted(found, key=lambda each: each.opened_at, reverse=True))

    async def incident(self, incident_id: str) -> Incident | None:
        self._fail()
        return self.kept_incidents.get(incident_id)

    async def looks(self, incident_id: str) -> tuple[LookTaken, ...]:
        self._fail()
        return tuple(self.kept_looks.get(incident_id, ()))

    async def save_incident(self, incident: Incident, look: LookTaken, follow_ups: Sequence[FollowUp]) -> int:
        self._fail()
        self.kept_incidents[incident.id] = incident
        looks = self.kept_looks.setdefault(incident.id, [])
        if all(each.at != look.at for each in looks):
            looks.append(look)
            looks.sort(key=lambda each: each.at)
        del looks[1:-500]
        return sum(self._owe(each) for each in follow_ups)

    async def prune_incidents(self, *, before: datetime) -> int:
        self._fail()
        old = [each.id for each in self.kept_incidents.values() if each.closed_at and each.closed_at < before]
        for incident_id in old:
            del self.kept_incidents[incident_id]
            self.kept_looks.pop(incident_id, None)
        return len(old)

    async def reading(self, network: str, *, answer_since: datetime) -> Reading:
        self._fail()
        return self.cursors.setdefault(network, Reading(answer_since, answer_since))

    async def set_read_until(self, network: str, until: datetime, *, at: datetime) -> None:
        self._fail()
        known = self.cursors[network]
        self.cursors[network] = replace(known, read_until=max(until, known.read_until), read_at=at)

    async def prune(self, *, before: datetime, reports_before: datetime) -> int:
        self._fail()
        old = [
            key
            for key, each in self.kept.items()
            if each.outcome and (each.settled_at or each.mention.listed_at) < before
        ]
        for key in old:
            del self.kept[key]
        self.posts = {key: each for key, each in self.posts.items() if each.post.posted_at >= before}
        self.reported = {key: each for key, each in self.reported.items() if each.reported_at >= reports_before}
        self.follow_ups = {
            key: each
            for key, each in self.follow_ups.items()
            if key[:2] in self.kept and (each.settled_at or before) >= before
        }
        self.notices = {
            key: each for key, each in self.notices.items() if each.settled_at is None or each.settled_at >= before
        }
        self.memories = {key: each for key, each in self.memories.items() if not _is_old(key, each.history, before)}
        return len(old)

    async def history(self, platform_key: str) -> History:
        self._fail()
        return self.memories.get(platform_key, Memory()).history

    async def answered(self, *, since: datetime, until: datetime) -> tuple[str, ...]:
        self._fail()
        ups = {key: memory.history.last_up_at for key, memory in self.memories.items()}
        return tuple(sorted(key for key, up_at in ups.items() if up_at is not None and since <= up_at <= until))

    async def remember(self, verdict: Verdict) -> None:
        self._fail()
        known = self.memories.get(verdict.platform.key, Memory())
        self.memories[verdict.platform.key] = after(known, verdict)

    async def close(self) -> None:
        self.closed = True

    def _fail(self) -> None:
        if self.fails:
            raise self.fails.pop(0)


def _is_old(key: str, known: History, before: datetime) -> bool:
    seen = [at for at in (known.last_up_at, known.first_down_at) if at is not None]
    return key.startswith("url:") and not any(at >= before for at in seen)


def _order(kept: KeptPost) -> tuple[datetime, str]:
    return kept.post.posted_at, kept.post.ref.id


def _in_order(kept: list[KeptPost]) -> tuple[OwnPost, ...]:
    return tuple(each.post for each in sorted(kept, key=_order))


def _key(mention: Mention) -> Key:
    return mention.network, mention.id
