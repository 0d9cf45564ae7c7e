"""From a mention to its reply: the whole flow. Read this file first.

    mention ─▶ understand ─▶ Intent ─▶ catalogue ─▶ Platform ─▶ checking ─▶ Verdict ─▶ word ─▶ reply

A mention was written down as owed before we see it here (`app/polling.py`), and stays owed until it is settled. So
whatever stops the process in between, the answer is given the next time; and since every attempt is counted before
anything is posted, the next time knows that it must look for an answer that is already there.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import assert_never

from bot.catalogue import Catalogue
from bot.checking import Checking
from bot.manners import MOST_PLATFORMS, reply_visibility, why_not_answer
from bot.model import (
    Act,
    Answer,
    AskForAddress,
    AskWhich,
    GiveHelp,
    GiveVerdicts,
    Intent,
    Language,
    Mention,
    Owed,
    Reply,
)
from bot.ports import AccountRefusedError, SocialError, SocialNetwork, Store
from bot.understanding import understand
from bot.wording import word

# A post whose receipt was lost may still be on its way: no second try, and no look for it, before it must be there.
# Longer than an adapter's whole reply may take.
UNTIL_A_POST_IS_SEEN = timedelta(seconds=15)
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Answering:
    """Answers mentions. `zone` is where the times in replies are told, `language` the one for posts that show none."""

    catalogue: Catalogue
    checking: Checking
    store: Store
    clock: Callable[[], datetime]
    zone: tzinfo
    language: Language

    async def settle(self, owed: Owed, network: SocialNetwork) -> str:
        """Answer one owed mention, or settle that there is nothing to say, or put it off; tell which in a word.

        Raises AccountRefusedError (the mention stays owed) and StoreError.
        """
        mention = owed.mention
        intent = self.understand(mention)
        reason = why_not_answer(mention)
        answer = None if reason else await self.answer(intent)
        if answer is None:
            return await self._stay_silent(mention, network, reason or "nothing-to-say")
        return await self._post(owed, network, self._reply(mention, intent, answer, network.text_limit))

    def understand(self, mention: Mention) -> Intent:
        """What the mention wants, from its own words, else from those of the post that it answers."""
        return understand(mention.text, tag=mention.language, default=self.language, parent=mention.parent_text)

    async def answer(self, intent: Intent) -> Answer | None:
        """Decide what to say, None for nothing; looks at platforms if it takes that. Raises StoreError."""
        match intent.act:
            case Act.HELP:
                return GiveHelp()
            case Act.ASK | Act.REPORT_DOWN:
                return await self._answer_about_platforms(intent)
            case Act.RECHECK | Act.REPORT_UP | Act.STOP | Act.DELETE | Act.NONE:
                return None
            case _:
                assert_never(intent.act)

    async def _answer_about_platforms(self, intent: Intent) -> Answer | None:
        found = self.catalogue.find(intent)
        if found.platforms:
            asked = found.platforms[:MOST_PLATFORMS]
            verdicts = await asyncio.gather(*(self.checking.check(platform) for platform in asked))
            return GiveVerdicts(tuple(verdicts), left_out=len(found.platforms) - len(asked))
        if found.act is not Act.ASK:
            return None  # small talk after all, or a report on something that we do not know
        if found.candidates:
            return AskWhich(found.candidates)
        return AskForAddress(found.unknown) if found.unknown else AskWhich()

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
        )

    async def _post(self, owed: Owed, network: SocialNetwork, reply: Reply) -> str:
        mention, now = owed.mention, self.clock()
        await self.store.begin(mention, at=now, not_before=now + UNTIL_A_POST_IS_SEEN)
        try:
            post = await network.reply(
                mention,
                reply,
                visibility=reply_visibility(mention.visibility),
                tried_before=owed.attempts > 0,
            )
        except AccountRefusedError:
            raise  # not the mention's trouble: it stays owed until the operator mends the account
        except SocialError as error:
            return await self._post_failed(owed, error)
        await self.store.settle(mention, outcome="answered", at=self.clock(), post=post)
        return "answered"

    async def _post_failed(self, owed: Owed, error: SocialError) -> str:
        if error.permanent:
            await self.store.settle(owed.mention, outcome="cannot-be-answered", at=self.clock())
            return "cannot-be-answered"
        wait = max(error.retry_after or timedelta(0), wait_before_retry(owed.attempts))
        await self.store.postpone(owed.mention, reason=str(error), not_before=self.clock() + wait)
        return "put-off"


def wait_before_retry(attempts: int) -> timedelta:
    """How long to wait after attempt number `attempts` (from 0) failed: 15 s, doubled each time, at most 10 min."""
    return min(FIRST_WAIT * 2 ** min(attempts, 10), LONGEST_WAIT)
