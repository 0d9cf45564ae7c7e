"""Out with it, once: attempt counted → posted → settled, and what failed put off. Every post of the bot goes this way.

An attempt is counted before anything is posted, so whatever stops the process in between, the next try knows that it
must look for a post that is already there. A post whose network budget is used up waits, and is never begun.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import assert_never

from bot.budgets import CONSOLE, PostBudget
from bot.manners import HOUR, reply_visibility
from bot.model import (
    Debt,
    FollowUp,
    Mention,
    Notice,
    Owed,
    OwedFollowUp,
    OwnPost,
    PostKind,
    PostRef,
    Reply,
    Saying,
    Visibility,
)
from bot.ports import AccountRefusedError, SocialError, SocialNetwork, Store

ANSWERED = "answered"
PUT_OFF = "put-off"
TOO_LATE = "too-late"
OVER_BUDGET = "over-budget"
CANNOT_BE_ANSWERED = "cannot-be-answered"  # deleted, blocked, closed
CANNOT_BE_TAKEN_BACK = "cannot-be-taken-back"  # a server without removals
# A post whose receipt was lost may still be on its way: no second try, and no look for it, before it must be there.
# Longer than an adapter's whole reply may take.
UNTIL_A_POST_IS_SEEN = timedelta(seconds=15)
# A server that froze for half a minute makes a post that nobody waits for any more; asked again meanwhile, it makes
# two. Only where the network itself cannot tell that they are one.
UNTIL_A_LATE_POST_IS_SEEN = timedelta(seconds=45)
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=10)
FOLLOW_UP_IS_NEWS = timedelta(minutes=60)  # what could not be posted for so long is none any more
GOOD_NEWS_KEEPS = timedelta(hours=6)  # "it is back" is worth the wait behind a network's hourly budget

Trouble = Callable[[str, SocialError | None], None]
"""Called after each post with the network's name, and what failed in passing, or None: the network took it."""


@dataclass(slots=True)
class Posting:
    """Posts on the networks. `most_an_hour` is the budget of each network; None: none (the tests, the terminal)."""

    store: Store
    clock: Callable[[], datetime]
    most_an_hour: int | None = None
    on_trouble: Trouble | None = None
    _budgets: dict[str, PostBudget] = field(default_factory=dict[str, PostBudget])

    async def reserve(self, debt: Debt) -> timedelta:
        """Take a place in the network's budget, and return zero; or say when to try again. Raises StoreError."""
        budget = await self._budget(debt.network)
        return budget.reserve(_key(debt), self.clock()) if budget else timedelta(0)

    def release(self, debt: Debt) -> None:
        """Give the place back: nothing was posted, and nothing will be."""
        if budget := self._budgets.get(debt.network):
            budget.release(_key(debt))

    async def answer(self, owed: Owed, network: SocialNetwork, reply: Reply) -> str:
        """Post the answer to a mention, whose place is kept. Raises AccountRefusedError (it stays owed), StoreError."""
        mention, saying = owed.mention, _saying_of(reply)
        await self._begin(mention, network, saying)
        visibility = reply_visibility(mention.visibility)
        try:
            ref = await network.reply(mention, reply, visibility=visibility, tried_before=owed.attempts > 0)
        except SocialError as error:
            return await self._failed(mention, network, owed.attempts, error, unsaid=owed.saying is None)
        if ref.was_there and owed.saying is not None:  # what it says was true then, and is what they were told
            saying = owed.saying
        await self._settle(mention, ANSWERED, _own_post(mention, ref, saying, visibility, self.clock()))
        return ANSWERED

    async def follow_up(self, owed: OwedFollowUp, network: SocialNetwork) -> str:
        """Post a follow-up, or edit the answer (TALLY), or leave it: too late, no answer to edit, not owed any more.

        Raises AccountRefusedError (it stays owed), StoreError.
        """
        follow_up = owed.follow_up
        keeps = GOOD_NEWS_KEEPS if follow_up.kind is PostKind.BACK else FOLLOW_UP_IS_NEWS
        if self.clock() - follow_up.due_at > keeps:
            return await self._leave(follow_up, TOO_LATE)
        is_edit = follow_up.kind is PostKind.TALLY
        if is_edit and not network.can_edit:
            return await self._leave(follow_up, "cannot-be-edited")
        if not is_edit and (wait := await self.reserve(follow_up)):
            await self.store.postpone(follow_up, reason=OVER_BUDGET, not_before=self.clock() + wait)
            return PUT_OFF
        try:
            await self._begin(follow_up, network)
        except LookupError:  # they said « stop », or took our answer back, a moment ago
            self.release(follow_up)
            return "not-owed-any-more"
        try:
            return await (self._edit(owed, network) if is_edit else self._post_follow_up(owed, network))
        except SocialError as error:
            return await self._failed(follow_up, network, owed.attempts, error)

    async def once(
        self, debt: Debt, network: SocialNetwork, *, attempts: int, make: Callable[[], Awaitable[OwnPost | str]]
    ) -> str:
        """Count the attempt, have `make` post it or say in a word why not, settle it; or put it off, if that failed.

        Its place in the budget is kept already. Raises AccountRefusedError (it stays owed), StoreError, and LookupError
        for what is not owed any more.
        """
        await self._begin(debt, network)
        try:
            made = await make()
        except SocialError as error:
            return await self._failed(debt, network, attempts, error)
        if isinstance(made, str):
            self.release(debt)
            await self.store.settle(debt, outcome=made, at=self.clock())
            return made
        await self._settle(debt, "posted", made)
        return "posted"

    async def take_back(self, posts: tuple[OwnPost, ...], owed: Owed, network: SocialNetwork) -> str:
        """Delete posts of ours, and settle the mention that asks for it. Twice is once. Raises as `answer` does."""
        await self._begin(owed.mention, network)
        try:
            for post in posts:
                await network.delete(post.ref)
        except SocialError as error:
            if not error.permanent:
                # Servers allow few removals (Mastodon: 30 in half an hour): whoever uses them up stops nobody's answer.
                return await self._put_off(owed.mention, network, owed.attempts, error)
            return await self._failed(owed.mention, network, owed.attempts, error, for_good=CANNOT_BE_TAKEN_BACK)
        await self.store.mark_deleted(posts, at=self.clock())
        await self._settle(owed.mention, "deleted", None)
        return "deleted"

    async def _post_follow_up(self, owed: OwedFollowUp, network: SocialNetwork) -> str:
        visibility = reply_visibility(owed.mention.visibility)
        reply = _reply_of(owed.follow_up)
        besides = [post.ref.id for post in owed.posts]
        ref = await network.reply(
            owed.mention, reply, visibility=visibility, tried_before=owed.attempts > 0, besides=besides
        )
        saying = Saying(reply.kind, reply.language, owed.follow_up.platforms)
        post = _own_post(owed.mention, ref, saying, visibility, self.clock())
        await self._settle(owed.follow_up, "posted", post)
        return "posted"

    async def _edit(self, owed: OwedFollowUp, network: SocialNetwork) -> str:
        verdict = next((post for post in owed.posts if post.kind is PostKind.VERDICT), None)
        if verdict is None:
            return await self._leave(owed.follow_up, "nothing-to-edit")
        await network.edit(verdict.ref, owed.mention, _reply_of(owed.follow_up))
        await self._settle(owed.follow_up, "edited", None)
        return "edited"

    async def _leave(self, follow_up: FollowUp, outcome: str) -> str:
        await self.store.settle(follow_up, outcome=outcome, at=self.clock())
        return outcome

    async def _begin(self, debt: Debt, network: SocialNetwork, saying: Saying | None = None) -> None:
        now = self.clock()
        wait = UNTIL_A_POST_IS_SEEN if network.posts_once else UNTIL_A_LATE_POST_IS_SEEN
        await self.store.begin(debt, at=now, not_before=now + wait, saying=saying)

    async def _settle(self, debt: Debt, outcome: str, post: OwnPost | None) -> None:
        self._tell(debt.network, None)
        await self.store.settle(debt, outcome=outcome, at=self.clock(), post=post)

    async def _failed(
        self,
        debt: Debt,
        network: SocialNetwork,
        attempts: int,
        error: SocialError,
        *,
        for_good: str = CANNOT_BE_ANSWERED,
        unsaid: bool = False,
    ) -> str:
        if isinstance(error, AccountRefusedError):
            raise error  # not the mention's trouble: it stays owed until the operator mends the account
        if error.permanent:
            self._tell(debt.network, None)  # it works: it said no
            self.release(debt)
            await self.store.settle(debt, outcome=for_good, at=self.clock())
            return for_good
        self._tell(debt.network, error)
        return await self._put_off(debt, network, attempts, error, unsaid=unsaid)

    async def _put_off(
        self, debt: Debt, network: SocialNetwork, attempts: int, error: SocialError, *, unsaid: bool = False
    ) -> str:
        wait = max(error.retry_after or timedelta(0), wait_before_retry(attempts))
        if error.may_be_done and not network.posts_once:
            wait = max(wait, UNTIL_A_LATE_POST_IS_SEEN)
        unsaid = unsaid and not error.may_be_done
        await self.store.postpone(debt, reason=str(error), not_before=self.clock() + wait, unsaid=unsaid)
        return PUT_OFF

    def _tell(self, network: str, error: SocialError | None) -> None:
        if self.on_trouble is not None:
            self.on_trouble(network, error)

    async def _budget(self, network: str) -> PostBudget | None:
        if self.most_an_hour is None or network == CONSOLE:
            return None
        if network not in self._budgets:
            posts = await self.store.own_posts(network, since=self.clock() - HOUR)
            fresh = PostBudget(self.most_an_hour, [post.posted_at for post in posts])
            self._budgets.setdefault(network, fresh)  # another may have read them meanwhile
        return self._budgets[network]


def wait_before_retry(attempts: int) -> timedelta:
    """How long to wait after attempt number `attempts` (from 0) failed: 15 s, doubled each time, at most 10 min."""
    return min(FIRST_WAIT * 2 ** min(attempts, 10), LONGEST_WAIT)


def _key(debt: Debt) -> str:
    match debt:
        case Mention():
            return debt.id
        case FollowUp():
            return f"{debt.kind} {debt.mention_id}"
        case Notice():
            return f"notice {debt.incident_id}"
        case _:
            assert_never(debt)


def _reply_of(follow_up: FollowUp) -> Reply:
    return Reply(follow_up.text, follow_up.language, kind=follow_up.kind)


def _saying_of(reply: Reply) -> Saying:
    about = tuple(verdict.platform.key for verdict in reply.verdicts)
    return Saying(reply.kind, reply.language, about, tuple(verdict.word for verdict in reply.verdicts))


def _own_post(mention: Mention, ref: PostRef, saying: Saying, visibility: Visibility, at: datetime) -> OwnPost:
    return OwnPost(
        network=mention.network,
        ref=ref,
        mention_id=mention.id,
        author_id=mention.author.id,
        kind=saying.kind,
        language=saying.language,
        visibility=visibility,
        posted_at=at,
        platforms=saying.platforms,
        told=saying.told,
    )
