"""Follows what is down until it is back: verdicts in, incidents kept, follow-ups owed. Nobody is written to from here.

    verdict ─▶ incident as it is now ─▶ who is told what ─▶ all of it saved at once ─▶ `owed_follow_ups` of the store

What is due is looked at again by `look_again`, once in a while, through the same looks that askers share.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo

from bot.budgets import registrable_domain
from bot.catalogue import Catalogue
from bot.checking import REPORTS_COUNT_FOR, Checking
from bot.incidents.following import RHYTHM, Rhythm, after_look, given_up
from bot.incidents.intervals import ended, length
from bot.incidents.sharing import Hoster, InTrouble, common_causes
from bot.incidents.telling import (
    TOLD_BACK_WITHIN,
    is_worth_an_edit,
    look_to_tell,
    to_correct,
    to_edit,
    to_tell_back,
    to_tell_of_colleagues,
)
from bot.model import (
    Cause,
    CauseId,
    FollowUp,
    GiveVerdicts,
    Incident,
    LookTaken,
    Outage,
    OwnPost,
    Platform,
    PostKind,
    Tally,
    Verdict,
    Word,
)
from bot.ports import SocialNetwork, Store
from bot.verdict.crowd import tally_of
from bot.wording import word
from bot.wording.follow_ups import back_words, colleagues_words, correction_words

MOST_AT_ONCE = 8  # looks that are due; the others come with the next round
EDIT_AFTER = timedelta(seconds=20)  # several colleagues speak up within seconds: one edit for all
SEVERAL = 3  # people, and the one post that tells of them where nothing can be edited waits no longer than an edit
GATHERED_FOR = timedelta(minutes=5)  # it is posted once, so one or two wait for more
REPORTS_FROM = timedelta(hours=1)  # before the first bad look: people notice before they ask
MOST_TYPED = 100  # hosts that no catalogue knows, followed at the same time
_DEFAULT_LIMIT = 300  # of a network that is not there just now: the shortest of all
_MOST_NOTED = 2000


@dataclass(slots=True)
class Watching:
    """Keeps incidents. `networks` are those that follow-ups will go out on, by name; filled before the bot runs."""

    checking: Checking
    store: Store
    catalogue: Catalogue
    clock: Callable[[], datetime]
    zone: tzinfo
    hosters: Sequence[Hoster] = ()
    rhythm: Rhythm = RHYTHM
    networks: Mapping[str, SocialNetwork] = field(default_factory=dict[str, SocialNetwork])
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _noted: OrderedDict[str, Verdict] = field(default_factory=OrderedDict[str, Verdict])
    _newest: dict[str, LookTaken] = field(default_factory=dict[str, LookTaken])
    _edited: dict[str, int] = field(default_factory=dict[str, int])

    async def note(self, verdict: Verdict) -> Verdict:
        """Open, follow or close the platform's incident; give the verdict back with what it is part of.

        A verdict that was noted already costs nothing. Raises StoreError.
        """
        key = verdict.platform.key
        async with self._lock:
            known = self._noted.get(key)
            if known is None or known.judged_at != verdict.judged_at:
                known = await self._take_note(verdict)
                self._noted[key] = known
                self._noted.move_to_end(key)
                if len(self._noted) > _MOST_NOTED:
                    self._noted.popitem(last=False)
            return replace(known, platform=verdict.platform, stale=verdict.stale)

    async def look_again(self) -> int:
        """Look at the incidents that are due, at most eight; say how many. Raises StoreError."""
        now = self.clock()
        due = [incident for incident in await self.store.open_incidents() if incident.next_look_at <= now]
        await asyncio.gather(*map(self._look_at, due[:MOST_AT_ONCE]))
        return min(len(due), MOST_AT_ONCE)

    async def heard(self, platform_key: str) -> None:
        """Bring the tally of people up to date: for whoever shares the newest look, and where posts can be edited.

        Raises StoreError.
        """
        incident = await self.store.latest_incident(platform_key)
        platform = self.catalogue.of_key(platform_key)
        if incident is None or platform is None or not incident.is_open:
            return
        now = self.clock()
        async with self._lock:  # two who speak up at once: the count of the later one stands
            tally, look = await self._people_on(incident), await self._newest_look(incident)
            if platform_key in self._noted:
                self._noted[platform_key] = replace(self._noted[platform_key], tally=tally)
        if look is None or not look.word.is_bad:
            return  # an answer that says "down" is not edited into another one: that is what follow-ups are for
        if not is_worth_an_edit(self._edited.get(incident.id, 0), tally.down + tally.up):
            return
        self._edited[incident.id] = tally.down + tally.up
        looks = [*await self.store.looks(incident.id), look]
        posts = await self.store.posts_about(platform_key, since=incident.opened_at)
        there = [post for post in posts if post.network in self.networks]
        editable = [post for post in there if self.networks[post.network].can_edit]
        told = [(post, look_to_tell(post, incident, looks)) for post in to_edit(incident, editable, now=now)]
        verdicts = [(post, replace(_verdict_of(incident, platform, each), tally=tally)) for post, each in told]
        owed = [self._edit(post, verdict, now) for post, verdict in verdicts]
        fixed = [post for post in there if not self.networks[post.network].can_edit]
        reports = await self.store.reports(platform_key, since=incident.opened_at)
        newest = replace(_verdict_of(incident, platform, look), tally=tally)
        unedited = to_tell_of_colleagues(incident, fixed, reports, now=now)
        await self.store.owe(owed + [self._colleagues(post, newest, now) for post in unedited])

    async def found_late(self, network: str, mention_id: str, platforms: Sequence[str]) -> None:
        """Owe news of the return for a post that we learn of only now, if it would have been owed. Raises StoreError.

        Its receipt was lost, and what it says is bad may be over since: then nobody knew whom to tell.
        """
        now = self.clock()
        for key in platforms:
            incident, platform = await self.store.latest_incident(key), self.catalogue.of_key(key)
            if incident is None or platform is None or incident.is_open:
                continue
            posts = await self.store.posts_about(key, since=now - TOLD_BACK_WITHIN)
            waiting = to_tell_back(incident, posts, now=now)
            theirs = [post for post in waiting if (post.network, post.mention_id) == (network, mention_id)]
            before = to_tell_back(incident, [post for post in posts if post not in theirs], now=now)
            told = {(post.network, post.author_id) for post in before}
            look = await self._newest_look(incident)
            if look is not None:
                verdict = _verdict_of(incident, platform, look)
                unaware = [post for post in theirs if (post.network, post.author_id) not in told]
                await self.store.owe([self._back(post, incident, verdict, now) for post in unaware])

    async def _look_at(self, incident: Incident) -> None:
        platform = self.catalogue.of_key(incident.platform_key)
        if platform is None:
            now = self.clock()
            nothing = LookTaken(now, Word.UNKNOWN, Cause(CauseId.NOTHING_MEASURED), 0.0)
            await self.store.save_incident(given_up(incident, now), nothing, [])
            return
        await self.note(await self.checking.watch(platform))

    async def _take_note(self, verdict: Verdict) -> Verdict:
        latest = await self.store.latest_incident(verdict.platform.key)
        after = after_look(latest, verdict, self.rhythm)
        if after is None or not (_goes_on(latest) or await self._may_follow(after)):
            is_back = latest is not None and latest.good_since is not None and verdict.word is Word.UP
            return replace(verdict, tally=await self._people_on(latest)) if latest and is_back else verdict
        look = LookTaken.of(verdict)
        self._newest[after.id] = look
        # Whoever spoke up while we looked counts too: the verdict knows only who did before.
        verdict = replace(verdict, incident=after.id, tally=await self._people_on(after))
        if after.is_open:
            verdict = await self._with_common_cause(verdict, after)
            self._newest[after.id] = look = replace(look, common=verdict.common, tally=verdict.tally)
        if after != latest:
            now = self.clock()
            posts = await self.store.posts_about(after.platform_key, since=now - TOLD_BACK_WITHIN)
            await self.store.save_incident(after, look, self._owed_by(after, latest, verdict, posts, now))
        if not after.is_open:
            self._newest.pop(after.id, None)
            self._edited.pop(after.id, None)
        return verdict

    def _owed_by(
        self, after: Incident, before: Incident | None, verdict: Verdict, posts: Sequence[OwnPost], now: datetime
    ) -> list[FollowUp]:
        owed = [self._correction(post, verdict, now) for post in to_correct(after, before, posts, now=now)]
        if before is not None and before.is_open and not after.is_open:
            owed += [self._back(post, after, verdict, now) for post in to_tell_back(after, posts, now=now)]
        return owed

    async def _may_follow(self, incident: Incident) -> bool:
        """Anybody can type dead hosts: each would be looked at for weeks, and read whenever another one opens."""
        if not _is_typed(incident):
            return True
        return sum(map(_is_typed, await self.store.open_incidents())) < MOST_TYPED

    async def _with_common_cause(self, verdict: Verdict, incident: Incident) -> Verdict:
        """What it shares with others of the common catalogue.

        No host that somebody typed: a stranger could have it named, or a hoster blamed. Nor what one institution runs:
        that is for its people.
        """
        others = [one for one in await self.store.open_incidents() if one.id != incident.id and self._is_common(one)]
        if not others:
            return verdict
        in_trouble = [await self._in_trouble(each) for each in (incident, *others)]
        found = common_causes([each for each in in_trouble if each is not None], self.hosters)
        return replace(verdict, common=found.get(incident.platform_key))

    def _is_common(self, incident: Incident) -> bool:
        platform = None if _is_typed(incident) else self.catalogue.of_key(incident.platform_key)
        return platform is not None and platform.scope is None

    async def _in_trouble(self, incident: Incident) -> InTrouble | None:
        platform = self.catalogue.of_key(incident.platform_key)
        if platform is None:
            return None
        domains = frozenset(registrable_domain(target.host) for target in platform.targets)
        return InTrouble(incident, platform.name, domains, await self._newest_look(incident))

    async def _people_on(self, incident: Incident) -> Tally:
        """Who speaks of it as it is now: whoever said "down" before it came back was right, and is not against it."""
        if incident.good_since is not None:
            since = max(incident.good_since, self.clock() - REPORTS_COUNT_FOR)
        else:
            since = incident.first_down_at - REPORTS_FROM
        return tally_of(await self.store.reports(incident.platform_key, since=since), now=self.clock())

    async def _newest_look(self, incident: Incident) -> LookTaken | None:
        if incident.id not in self._newest:  # after a restart
            looks = await self.store.looks(incident.id)
            if not looks:
                return None
            self._newest[incident.id] = looks[-1]
        return self._newest[incident.id]

    def _correction(self, post: OwnPost, verdict: Verdict, now: datetime) -> FollowUp:
        text = correction_words(verdict, language=post.language, limit=self._limit(post), zone=self.zone)
        return _follow_up(post, PostKind.CORRECTION, text, now)

    def _back(self, post: OwnPost, incident: Incident, verdict: Verdict, now: datetime) -> FollowUp:
        back, lasted = ended(incident), length(incident)
        assert back is not None and back.after is not None and lasted is not None  # noqa: S101, PT018 -- it is closed
        text = back_words(
            verdict,
            last_bad=back.after,
            first_good=back.until,
            least=lasted.least,
            most=lasted.most,
            unstable=incident.is_unstable,
            language=post.language,
            limit=self._limit(post),
            zone=self.zone,
        )
        return _follow_up(post, PostKind.BACK, text, now)

    def _edit(self, post: OwnPost, verdict: Verdict, now: datetime) -> FollowUp:
        text = word(GiveVerdicts((verdict,)), language=post.language, limit=self._limit(post), zone=self.zone)
        return _follow_up(post, PostKind.TALLY, text, now + EDIT_AFTER)

    def _colleagues(self, post: OwnPost, verdict: Verdict, now: datetime) -> FollowUp:
        text = colleagues_words(verdict, language=post.language, limit=self._limit(post))
        several = verdict.tally.down + verdict.tally.up >= SEVERAL
        return _follow_up(post, PostKind.COLLEAGUES, text, now + (EDIT_AFTER if several else GATHERED_FOR))

    def _limit(self, post: OwnPost) -> int:
        network = self.networks.get(post.network)
        return network.text_limit if network is not None else _DEFAULT_LIMIT


def _goes_on(incident: Incident | None) -> bool:
    return incident is not None and incident.is_open


def _is_typed(incident: Incident) -> bool:
    return incident.platform_key.startswith("url:")


def _follow_up(post: OwnPost, kind: PostKind, text: str, due_at: datetime) -> FollowUp:
    return FollowUp(post.network, post.mention_id, kind, text, post.language, due_at, post.platforms)


def _verdict_of(incident: Incident, platform: Platform, look: LookTaken) -> Verdict:
    """The verdict that a look was, as far as words need it."""
    return Verdict(
        word=look.word,
        platform=platform,
        cause=look.cause,
        rule="incident",
        judged_at=look.at,
        confidence=look.confidence,
        votes=look.votes,
        controls=look.controls,
        outage=Outage(incident.first_down_at, incident.last_up_at),
        incident=incident.id,
        observations=look.observations,
    )
