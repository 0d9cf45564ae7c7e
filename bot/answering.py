"""From a mention to its reply: the whole flow. Read this file first.

    mention ─▶ understand ─▶ Intent ─▶ catalogue ─▶ Platform ─▶ checking ─▶ Verdict ─▶ word ─▶ reply

A mention was written down as owed before we see it here (`app/polling.py`), and stays owed until it is settled. So
whatever stops the process in between, the answer is given the next time; and since every attempt is counted before
anything is posted, the next time knows that it must look for an answer that is already there.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import assert_never

from bot.budgets import ASKS_TOO_OFTEN, TOO_BUSY, QuestionBudget, asker_of
from bot.catalogue import Catalogue, Found
from bot.checking import Checking, Later
from bot.manners import MOST_PLATFORMS, reply_visibility, why_not_answer
from bot.model import (
    Act,
    Answer,
    AskForAddress,
    AskWhich,
    Gateway,
    GatewayVerdict,
    GiveHelp,
    GiveVerdicts,
    Intent,
    Language,
    Mention,
    Owed,
    OwnPost,
    Platform,
    PostKind,
    Reply,
    Verdict,
)
from bot.ports import AccountRefusedError, SocialError, SocialNetwork, Store
from bot.understanding import understand
from bot.wording import word

# A post whose receipt was lost may still be on its way: no second try, and no look for it, before it must be there.
# Longer than an adapter's whole reply may take.
UNTIL_A_POST_IS_SEEN = timedelta(seconds=15)
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=10)
MOST_GATEWAYS = 2  # looks beside those at the platforms: a proxy and a sign-in service


@dataclass(frozen=True, slots=True)
class _LookAt:
    """The answer takes a look at these platforms; `left_out` counts those beyond what one reply holds.

    `gateways` are looked at beside them: a proxy or sign-in service on the asker's way there.
    """

    platforms: tuple[Platform, ...]
    left_out: int
    gateways: tuple[Gateway, ...] = ()

    @property
    def looks(self) -> int:
        return len(self.platforms) + len(self.gateways)


@dataclass(frozen=True, slots=True)
class _Silence:
    reason: str


@dataclass(frozen=True, slots=True)
class Answering:
    """Answers mentions. `zone` is where the times in replies are told, `language` the one for posts that show none."""

    catalogue: Catalogue
    checking: Checking
    store: Store
    clock: Callable[[], datetime]
    zone: tzinfo
    language: Language
    questions: QuestionBudget = field(default_factory=QuestionBudget)

    async def settle(self, owed: Owed, network: SocialNetwork) -> str:
        """Answer one owed mention, or settle that there is nothing to say, or put it off; tell which in a word.

        Raises AccountRefusedError (the mention stays owed) and StoreError.
        """
        mention = owed.mention
        if reason := why_not_answer(mention):
            return await self._stay_silent(mention, network, reason)
        intent = self.understand(mention)
        match await self._answer_to(mention, intent, network.address_of(mention.author)):
            case _Silence(reason):
                return await self._stay_silent(mention, network, reason)
            case Later(wait):
                await self.store.postpone(mention, reason=TOO_BUSY, not_before=self.clock() + wait)
                return "put-off"
            case answer:
                return await self._post(owed, network, self._reply(mention, intent, answer, network.text_limit))

    def understand(self, mention: Mention) -> Intent:
        """What the mention wants, from its own words, else from those of the post that it answers."""
        return understand(mention.text, tag=mention.language, default=self.language, parent=mention.parent_text)

    async def answer(self, intent: Intent, *, asker: str | None = None) -> Answer | None:
        """Decide what to say, None for nothing; looks if it takes that, whatever the budgets say. Raises StoreError.

        For the operator's own questions; strangers' go through `settle`. `asker` is who asks
        (`SocialNetwork.address_of`).
        """
        decided = self._decide(intent, asker)
        if not isinstance(decided, _LookAt):
            return decided
        every = (*decided.platforms, *(gateway.platform for gateway in decided.gateways))
        verdicts = await asyncio.gather(*map(self.checking.check, every))
        return _verdicts_of(decided, verdicts)

    def _decide(self, intent: Intent, asker: str | None) -> Answer | _LookAt | None:
        match intent.act:
            case Act.HELP:
                return GiveHelp()
            case Act.ASK | Act.REPORT_DOWN:
                return self._decide_about_platforms(intent, asker)
            case Act.RECHECK | Act.REPORT_UP | Act.STOP | Act.DELETE | Act.NONE:
                return None
            case _:
                assert_never(intent.act)

    def _decide_about_platforms(self, intent: Intent, asker: str | None) -> Answer | _LookAt | None:
        found = self.catalogue.find(intent, asker)
        if found.platforms:
            followed = tuple(platform for platform in found.platforms if platform.enabled)
            asked = followed[:MOST_PLATFORMS]
            return _LookAt(asked, len(followed) - len(asked), _gateways_to(asked, found)) if asked else None
        if found.act is not Act.ASK:
            return None  # small talk after all, or a report on something that we do not know
        if found.candidates:
            return AskWhich(found.candidates)
        return AskForAddress(found.unknown, found.closest) if found.unknown else AskWhich()

    async def _answer_to(self, mention: Mention, intent: Intent, asker: str | None) -> Answer | _Silence | Later:
        if asker_of(mention) is None:
            return await self.answer(intent, asker=asker) or _Silence("nothing-to-say")
        decided = self._decide(intent, asker)
        if decided is None:
            return _Silence("nothing-to-say")
        looks = decided.looks if isinstance(decided, _LookAt) else 0
        # A reply to say so would be one more: who asks too often gets none (docs/decisions/).
        if not self.questions.allows(mention, platforms=max(1, looks), now=self.clock()):
            return _Silence(ASKS_TOO_OFTEN)
        return await self._look_for_a_stranger(mention, decided) if isinstance(decided, _LookAt) else decided

    async def _look_for_a_stranger(self, mention: Mention, asked: _LookAt) -> GiveVerdicts | _Silence | Later:
        every = (*asked.platforms, *(gateway.platform for gateway in asked.gateways))
        results = await asyncio.gather(*map(self.checking.check_for_a_stranger, every))
        # Nobody waits for a gateway: without a look at it, the answer is about the platform alone.
        waits = [result.wait for result in results[: len(asked.platforms)] if isinstance(result, Later)]
        if not waits:
            return _verdicts_of(asked, results)
        # What was seen of the others is fresh for a while, or stale but told: the next try needs fewer looks.
        return _Silence(TOO_BUSY) if self.questions.gives_up(mention, now=self.clock()) else Later(max(waits))

    async def _stay_silent(self, mention: Mention, network: SocialNetwork, reason: str) -> str:
        await network.leave(mention, reason)
        await self.store.settle(mention, outcome=reason, at=self.clock())
        return reason

    def _reply(self, mention: Mention, intent: Intent, answer: Answer, limit: int) -> Reply:
        return Reply(
            text=word(answer, language=intent.language, limit=limit, zone=self.zone),
            language=intent.language,
            content_warning=mention.content_warning,
            verdicts=answer.verdicts if isinstance(answer, GiveVerdicts) else (),
            kind=_kind_of(answer),
        )

    async def _post(self, owed: Owed, network: SocialNetwork, reply: Reply) -> str:
        mention, now = owed.mention, self.clock()
        await self.store.begin(mention, at=now, not_before=now + UNTIL_A_POST_IS_SEEN)
        visibility = reply_visibility(mention.visibility)
        try:
            ref = await network.reply(mention, reply, visibility=visibility, tried_before=owed.attempts > 0)
        except AccountRefusedError:
            raise  # not the mention's trouble: it stays owed until the operator mends the account
        except SocialError as error:
            return await self._post_failed(owed, error)
        post = OwnPost(
            network=mention.network,
            ref=ref,
            mention_id=mention.id,
            author_id=mention.author.id,
            kind=reply.kind,
            language=reply.language,
            visibility=visibility,
            posted_at=self.clock(),
            platforms=tuple(verdict.platform.key for verdict in reply.verdicts),
        )
        await self.store.settle(mention, outcome="answered", at=post.posted_at, post=post)
        return "answered"

    async def _post_failed(self, owed: Owed, error: SocialError) -> str:
        if error.permanent:
            await self.store.settle(owed.mention, outcome="cannot-be-answered", at=self.clock())
            return "cannot-be-answered"
        wait = max(error.retry_after or timedelta(0), wait_before_retry(owed.attempts))
        await self.store.postpone(owed.mention, reason=str(error), not_before=self.clock() + wait)
        return "put-off"


def _gateways_to(platforms: Sequence[Platform], found: Found) -> tuple[Gateway, ...]:
    keys = {platform.key for platform in platforms}
    return tuple(gateway for gateway in found.gateways if gateway.to in keys)[:MOST_GATEWAYS]


def _verdicts_of(asked: _LookAt, results: Sequence[Verdict | Later]) -> GiveVerdicts:
    """Sort out the results of the looks, which are in the order of the platforms and the gateways."""
    platforms, gateways = results[: len(asked.platforms)], results[len(asked.platforms) :]
    return GiveVerdicts(
        tuple(result for result in platforms if isinstance(result, Verdict)),
        left_out=asked.left_out,
        gateways=tuple(
            GatewayVerdict(gateway.between, result, gateway.to)
            for gateway, result in zip(asked.gateways, gateways, strict=True)
            if isinstance(result, Verdict)
        ),
    )


def wait_before_retry(attempts: int) -> timedelta:
    """How long to wait after attempt number `attempts` (from 0) failed: 15 s, doubled each time, at most 10 min."""
    return min(FIRST_WAIT * 2 ** min(attempts, 10), LONGEST_WAIT)


def _kind_of(answer: Answer) -> PostKind:
    match answer:
        case GiveVerdicts():
            return PostKind.VERDICT
        case AskForAddress() | AskWhich():
            return PostKind.QUESTION
        case GiveHelp():
            return PostKind.HELP
