"""From a mention to its reply: the whole flow. Read this file first.

    mention ─▶ understand ─▶ Intent ─▶ catalogue ─▶ Platform ─▶ checking ─▶ Verdict ─▶ word ─▶ reply
                                                                               └─▶ watching: what follows by itself

A mention was written down as owed before we see it here (`app/polling.py`), and stays owed until it is settled. So
whatever stops the process in between, the answer is given the next time. How a post goes out, once: `posting.py`.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from typing import assert_never

from bot.budgets import ASKS_TOO_OFTEN, TOO_BUSY, QuestionBudget, asker_of
from bot.catalogue import Catalogue
from bot.checking import Checking, Later
from bot.deciding import LookAt, decide, kind_of, reports
from bot.gathering import gather_newest
from bot.hearing import NOTHING_SAID, Asked, hear
from bot.manners import (
    DAY,
    MOST_REPLIES_AN_HOUR,
    STOPPED,
    UnderWay,
    asks_again,
    has_asked_back,
    is_echo,
    posts_to_take_back,
    why_no_reply,
    why_not_answer,
)
from bot.model import (
    Act,
    Answer,
    AskForAddress,
    AskWhich,
    Conversation,
    GiveDossier,
    GiveVerdicts,
    Intent,
    Language,
    Mention,
    NothingToReport,
    Owed,
    Reply,
    SayGoodbye,
)
from bot.ports import SocialNetwork, Store
from bot.posting import ANSWERED, OVER_BUDGET, PUT_OFF, TOO_LATE, Posting
from bot.understanding.dossier import dossier_asked
from bot.watching import Watching
from bot.wording import is_our_own_words, with_place_first, word

ONE_AT_A_TIME = "one-at-a-time"
OUR_OWN_WORDS = "our-own-words"  # another copy of the bot, which wears no mark
UNTIL_RECEIPTS_ARE_THERE = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class _Silence:
    reason: str


@dataclass(frozen=True, slots=True)
class _DossierOf:
    """Wanted: put together only once it is sure that there will be a reply, since that means reading a lot."""

    keys: tuple[str, ...]
    name: str


@dataclass(frozen=True, slots=True)
class _PutOff:
    reason: str
    wait: timedelta


_Wanted = Answer | LookAt | _DossierOf


@dataclass(frozen=True, slots=True)
class Answering:
    """Answers mentions. `zone` is where the times in replies are told, `language` the one for posts that show none.

    `replies_an_hour` is how many one person may get.
    """

    catalogue: Catalogue
    checking: Checking
    watching: Watching
    store: Store
    posting: Posting
    clock: Callable[[], datetime]
    zone: tzinfo
    language: Language
    questions: QuestionBudget = field(default_factory=QuestionBudget)
    replies_an_hour: int = MOST_REPLIES_AN_HOUR
    _under_way: dict[tuple[str, str], UnderWay] = field(default_factory=dict[tuple[str, str], UnderWay])

    async def settle(self, owed: Owed, network: SocialNetwork) -> str:
        """Answer one owed mention, or settle that there is nothing to say, or put it off; tell which in a word.

        Raises AccountRefusedError (the mention stays owed) and StoreError.
        """
        mention = owed.mention
        reason = why_not_answer(mention) or (OUR_OWN_WORDS if is_our_own_words(mention.text) else None)
        if reason:
            return await self._stay_silent(mention, network, reason)
        said = await self.store.conversation(mention, since=self.clock() - DAY)
        catalogue = self.catalogue.seen_by(network.address_of(mention.author))
        asked = Asked(owed, self.understand(mention, said), said, catalogue)
        if asked.may_be_about_a_post_we_do_not_know:
            later = self.clock() + UNTIL_RECEIPTS_ARE_THERE
            await self.store.postpone(mention, reason="awaits-receipts", not_before=later)
            return PUT_OFF
        if (wanted := await self._dossier_for(asked)) is not None:
            return await self._reply_to(asked, network, wanted)
        match asked.intent.act:
            case Act.DELETE:
                return await self._take_back(asked, network)
            case Act.STOP:
                first = await self.store.stop(mention, at=self.clock())
                return await self._reply_to(asked, network, SayGoodbye() if first else _Silence(STOPPED))
            case Act.REPORT_DOWN | Act.REPORT_UP:
                address = network.address_of(mention.author)
                for report in reports(mention, asked.intent, catalogue, about=asked.about, address=address):
                    await self.store.add_report(report)
                    await self.watching.heard(report.platform_key)
            case Act.ASK | Act.RECHECK | Act.HELP | Act.NONE:
                pass
            case _:
                assert_never(asked.intent.act)
        return await self._reply_to(asked, network, await self._unless_stopped(asked))

    def understand(self, mention: Mention, said: Conversation = NOTHING_SAID) -> Intent:
        """What the mention wants, given what was said before it."""
        return hear(mention, said, catalogue=self.catalogue, default=self.language)

    async def answer(self, intent: Intent, *, asker: str | None = None) -> Answer | None:
        """Decide what to say, None for nothing; looks if it takes that, whatever the budgets say. Raises StoreError.

        For the operator's own questions; strangers' go through `settle`. `asker` is who asks
        (`SocialNetwork.address_of`).
        """
        catalogue = self.catalogue.seen_by(asker)
        decided = decide(intent, catalogue)
        if not isinstance(decided, LookAt):
            return decided
        return with_place_first(await self._look(decided), catalogue.vantage)

    # ---------------------------------------------------------------- what is wanted

    async def _dossier_for(self, asked: Asked) -> _DossierOf | _Silence | None:
        """« dossier », in a thread about a platform or with its name; None: that is not what is wanted."""
        name = dossier_asked(asked.mention.text)
        if name is None:
            return None
        meant = asked.catalogue.by_key_or_name(name) if name else None
        keys = asked.said.about if not name else (meant.key,) if meant else ()
        platform = asked.catalogue.of_key(keys[0]) if keys else None
        if platform is None:
            return None
        if asks_again(asked.mention, asked.said, Act.ASK):  # who asks for it wants to hear from us again
            await self.store.resume(asked.mention)
        elif asked.said.stopped_by is not None:
            return _Silence(STOPPED)
        return _DossierOf(keys, platform.name)

    async def _dossier(self, wanted: _DossierOf) -> GiveDossier | NothingToReport:
        made = await gather_newest(wanted.keys, self.store, self.catalogue, at=self.clock())
        return GiveDossier(made) if made else NothingToReport(wanted.name)

    async def _unless_stopped(self, asked: Asked) -> Answer | LookAt | _Silence:
        if asks_again(asked.mention, asked.said, asked.intent.act):
            await self.store.resume(asked.mention)
        elif asked.said.stopped_by is not None:
            return _Silence(STOPPED)
        decided = decide(asked.intent, asked.catalogue, about=asked.about)
        is_report = asked.intent.act in {Act.REPORT_DOWN, Act.REPORT_UP}
        return decided or _Silence("counted" if is_report else "nothing-to-say")

    async def _take_back(self, asked: Asked, network: SocialNetwork) -> str:
        posts = posts_to_take_back(asked.mention, asked.said)
        if not posts:
            return await self._stay_silent(asked.mention, network, "nothing-to-take-back")
        outcome = await self.posting.take_back(posts, asked.owed, network)
        if outcome != PUT_OFF:
            await network.leave(asked.mention, outcome)
        return outcome

    # ---------------------------------------------------------------- whether there is a reply, and its words

    async def _reply_to(self, asked: Asked, network: SocialNetwork, wanted: _Wanted | _Silence) -> str:
        mention = asked.mention
        try:
            match await self._answer_to(asked, wanted):
                case _Silence(reason):
                    self.posting.release(mention)
                    return await self._stay_silent(mention, network, reason)
                case _PutOff(reason, wait):
                    await self.store.postpone(mention, reason=reason, not_before=self.clock() + wait)
                    return PUT_OFF
                case answer:
                    answer = with_place_first(answer, asked.catalogue.vantage)
                    reply = self._worded(mention, asked.intent, answer, network.text_limit)
                    outcome = await self.posting.answer(asked.owed, network, reply)
                    if asked.owed.saying is not None and outcome == ANSWERED:
                        await self.watching.found_late(mention.network, mention.id, asked.owed.saying.platforms)
                    return outcome
        finally:
            self._under_way.pop(_key(mention), None)

    async def _answer_to(self, asked: Asked, wanted: _Wanted | _Silence) -> Answer | _Silence | _PutOff:
        if isinstance(wanted, _Silence):
            return wanted
        is_operator = asker_of(asked.mention) is None
        if not is_operator and (refused := await self._what_manners_say(asked, wanted)):
            return refused
        if isinstance(wanted, _DossierOf):
            return await self._dossier(wanted)
        if not isinstance(wanted, LookAt):
            return wanted
        if is_operator:
            return await self._noted(await self._look(wanted))
        answer = await self._look_for_a_stranger(asked.mention, wanted)
        if isinstance(answer, GiveVerdicts):
            return await self._noted(answer)
        if isinstance(answer, _PutOff):
            self.posting.release(asked.mention)
        return answer

    async def _noted(self, answer: GiveVerdicts) -> GiveVerdicts:
        return replace(answer, verdicts=tuple([await self.watching.note(verdict) for verdict in answer.verdicts]))

    async def _what_manners_say(self, asked: Asked, wanted: _Wanted) -> _Silence | _PutOff | None:
        """Why there is no reply: too late, too much, said already, an empty budget; None: go on, its place is kept."""
        now, mention = self.clock(), asked.mention
        platforms = [platform.key for platform in wanted.platforms] if isinstance(wanted, LookAt) else []
        looks = len(wanted.everything) if isinstance(wanted, LookAt) else 0
        if asked.owed.late_at is not None and now >= asked.owed.late_at:
            return _Silence(TOO_LATE)
        if isinstance(wanted, AskWhich | AskForAddress) and has_asked_back(asked.said):
            return _Silence("asked-already")
        if asked.intent.act is Act.ASK and is_echo(mention, asked.said, platforms, now=now):
            return _Silence("said-just-now")
        others = tuple(self._under_way.values())
        bye = isinstance(wanted, SayGoodbye)
        match why_no_reply(
            mention, asked.said, now=now, under_way=others, an_hour=self.replies_an_hour, is_goodbye=bye
        ):
            case str(reason):
                return _Silence(reason)
            case timedelta() as wait:
                return _PutOff(ONE_AT_A_TIME, wait)
            case None:
                self._under_way[_key(mention)] = UnderWay(mention.id, mention.thread, mention.author.id)
        # A reply to say so would be one more: who asks too often gets none (docs/decisions/).
        if not self.questions.allows(mention, platforms=max(1, looks), now=now):
            return _Silence(ASKS_TOO_OFTEN)
        wait = await self.posting.reserve(mention)
        return _PutOff(OVER_BUDGET, wait) if wait else None

    async def _look(self, asked: LookAt) -> GiveVerdicts:
        return asked.told(await asyncio.gather(*map(self.checking.check, asked.everything)))

    async def _look_for_a_stranger(self, mention: Mention, asked: LookAt) -> GiveVerdicts | _Silence | _PutOff:
        results = await asyncio.gather(*map(self.checking.check_for_a_stranger, asked.everything))
        # Nobody waits for a gateway: without a look at it, the answer is about the platform alone.
        waits = [result.wait for result in results[: len(asked.platforms)] if isinstance(result, Later)]
        if not waits:
            return asked.told([None if isinstance(result, Later) else result for result in results])
        # What was seen of the others is fresh for a while, or stale but told: the next try needs fewer looks.
        gives_up = self.questions.gives_up(mention, now=self.clock())
        return _Silence(TOO_BUSY) if gives_up else _PutOff(TOO_BUSY, max(waits))

    async def _stay_silent(self, mention: Mention, network: SocialNetwork, reason: str) -> str:
        await network.leave(mention, reason)
        await self.store.settle(mention, outcome=reason, at=self.clock())
        return reason

    def _worded(self, mention: Mention, intent: Intent, answer: Answer, limit: int) -> Reply:
        return Reply(
            text=word(answer, language=intent.language, limit=limit, zone=self.zone),
            language=intent.language,
            content_warning=mention.content_warning,
            verdicts=answer.verdicts if isinstance(answer, GiveVerdicts) else (),
            kind=kind_of(answer),
        )


def _key(mention: Mention) -> tuple[str, str]:
    return mention.network, mention.id
