"""Tells providers who want to hear of it that they are down: one public post a confirmed incident, on one network.

    open incidents ─▶ confirmed? wanted? ─▶ a notice owed, worded ─▶ found, not stopped ─▶ posted once (`posting.py`)

Off unless the operator says of a platform that its provider has agreed. A notice is owed by the store once an incident,
whatever happens afterwards, so that neither a crash nor a second network nor a relapse makes two of it.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from bot.catalogue import Catalogue
from bot.gathering import gather
from bot.incidents.following import RHYTHM
from bot.incidents.notices import is_confirmed
from bot.manners import DAY, STOPPED
from bot.model import (
    Author,
    Incident,
    Language,
    Notice,
    OwedNotice,
    OwnPost,
    Platform,
    PostKind,
    Visibility,
)
from bot.ports import SocialNetwork, Store
from bot.posting import OVER_BUDGET, PUT_OFF, Posting
from bot.wording.notice import notice_words

MOST_A_DAY = 3  # to one account: who runs six platforms that fail together is told of three
IS_NEWS = timedelta(minutes=60)  # what could not be posted for so long is none any more
OVER = "over"
NO_NEWS = "no-news-any-more"


@dataclass(slots=True)
class Notifying:
    """Owes and posts notices. `agreed` are keys of platforms whose provider wants them, besides those that say so
    themselves (`Platform.notify`); `language` is for providers who are not known to want another; `operator` is whom
    to ask for the whole dossier ("" if not told); `steady` the least time between the two looks that confirm.
    """

    catalogue: Catalogue
    store: Store
    posting: Posting
    clock: Callable[[], datetime]
    zone: tzinfo
    language: Language
    agreed: Collection[str] = ()
    operator: str = ""
    steady: timedelta = RHYTHM.steady
    _told: set[str] = field(default_factory=set[str])

    @property
    def is_wanted(self) -> bool:
        """Whether any provider wants to hear of outages."""
        own = [platform for each in self.catalogue.institutions for platform in each.platforms]
        return any(map(self._wants, (*self.catalogue.platforms.values(), *own)))

    async def owe(self, networks: Sequence[SocialNetwork]) -> int:
        """Write down what is owed by the incidents that are open; say how many are new. Raises StoreError.

        `networks` are those that work, best first; one on which a post can be quiet goes before one where it cannot.
        """
        new, now = 0, self.clock()
        incidents = await self.store.open_incidents()
        self._told.intersection_update(incident.id for incident in incidents)
        for incident in incidents:
            platform = self.catalogue.of_key(incident.platform_key)
            if incident.id in self._told or platform is None or not self._wants(platform):
                continue
            if not is_confirmed(incident, now=now, steady=self.steady):
                continue
            if network := _network_for(platform, networks):
                new += await self.store.owe_notice(await self._notice(incident, platform, network, now))
                self._told.add(incident.id)
        return new

    async def post(self, owed: OwedNotice, network: SocialNetwork) -> str:
        """Post a notice, or leave it for good, or put it off; tell which in a word.

        Raises AccountRefusedError (it stays owed), StoreError.
        """
        notice, now = owed.notice, self.clock()
        incident = await self.store.incident(notice.incident_id)
        platform = self.catalogue.of_key(notice.platform_key)
        if incident is None or not incident.is_bad or platform is None or not self._wants(platform):
            return await self._leave(notice, OVER)
        if now - notice.due_at > IS_NEWS:
            return await self._leave(notice, NO_NEWS)
        if wait := await self.posting.reserve(notice):
            await self.store.postpone(notice, reason=OVER_BUDGET, not_before=now + wait)
            return PUT_OFF

        async def make() -> OwnPost | str:
            provider = await network.find(notice.account)
            whom = provider.id if provider else notice.account.casefold()
            if reason := await self._why_not(notice, provider, whom):
                return reason
            ref = await network.announce(
                notice, provider, visibility=Visibility.UNLISTED, tried_before=owed.attempts > 0
            )
            return OwnPost(
                network=notice.network,
                ref=ref,
                mention_id="",
                author_id=whom,
                kind=PostKind.NOTICE,
                language=notice.language,
                visibility=Visibility.UNLISTED,
                posted_at=self.clock(),
                platforms=(notice.platform_key,),
            )

        return await self.posting.once(notice, network, attempts=owed.attempts, make=make)

    def _wants(self, platform: Platform) -> bool:
        return platform.accounts.are_known and (platform.notify or platform.key in self.agreed)

    async def _notice(self, incident: Incident, platform: Platform, network: SocialNetwork, now: datetime) -> Notice:
        account = network.account_in(platform.accounts) or ""
        language = platform.accounts.language or self.language
        dossier = await gather(incident, self.store, self.catalogue, at=now, operator=self.operator)
        limit = network.text_limit - len(account) - 1
        text = notice_words(dossier, language=language, limit=limit, zone=self.zone)
        return Notice(network.name, incident.id, platform.key, account, text, language, now)

    async def _why_not(self, notice: Notice, provider: Author | None, whom: str) -> str | None:
        if provider is not None and provider.wants_no_bots:
            return "wants-no-bots"
        if await self.store.has_stopped(notice.network, whom):
            return STOPPED
        posts = await self.store.own_posts(notice.network, since=self.clock() - DAY)
        told = [post for post in posts if post.kind is PostKind.NOTICE and post.author_id == whom]
        return "enough-for-this-day" if len(told) >= MOST_A_DAY else None

    async def _leave(self, notice: Notice, outcome: str) -> str:
        self.posting.release(notice)
        await self.store.settle(notice, outcome=outcome, at=self.clock())
        return outcome


def _network_for(platform: Platform, networks: Sequence[SocialNetwork]) -> SocialNetwork | None:
    there = [network for network in networks if network.account_in(platform.accounts)]
    return next((network for network in there if network.can_post_quietly), there[0] if there else None)
