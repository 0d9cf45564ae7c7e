"""A social network in memory: what it lists and what was posted on it, with the troubles a test wants."""

import asyncio
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.model import Accounts, Author, Mention, Notice, PostKind, PostRef, Reply, Visibility
from bot.ports import SocialError

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def mention(
    text: str = "c'est moi ou Solide est couché ?",
    *,
    id: str = "1",
    at: datetime = NOON,
    network: str = "fake",
    bot: bool = False,
    visibility: Visibility = Visibility.PUBLIC,
    by: str = "a1",
    answers: str | None = None,
) -> Mention:
    return Mention(
        network=network,
        id=id,
        author=Author(id=by, handle="asker@example", is_bot=bot),
        text=text,
        language=None,
        posted_at=at,
        listed_at=at,
        visibility=visibility,
        answers=answers,
    )


@dataclass
class FakeNetwork:
    """Posts once per mention if told `tried_before`, as a real adapter does. `fails` are raised first, in order.

    `posts` holds all that was ever posted, `there` what is there now, by id; `edits` what was changed, and to what.
    """

    name: str = "fake"
    text_limit: int = 500
    can_edit: bool = True
    posts_once: bool = False
    there: dict[str, tuple[str, Reply]] = field(default_factory=dict[str, tuple[str, Reply]])
    edits: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    listed: list[Mention] = field(default_factory=list[Mention])
    posts: list[tuple[Mention, Reply, Visibility]] = field(default_factory=list[tuple[Mention, Reply, Visibility]])
    known: dict[str, Author] = field(default_factory=dict[str, Author])
    announced: list[tuple[Notice, Author | None, Visibility]] = field(
        default_factory=list[tuple[Notice, Author | None, Visibility]]
    )
    left: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    fails: list[Exception] = field(default_factory=list[Exception])
    lose_answer_once: Exception | None = None
    refuses: Exception | None = None  # every post
    refused: int = 0
    walks: list[datetime | None] = field(default_factory=list[datetime | None])
    break_off_after: int | None = None
    ahead: timedelta | None = None
    hangs: bool = False

    async def clock_ahead(self) -> timedelta | None:
        return self.ahead

    async def mentions(self, *, since: datetime | None) -> AsyncIterator[Mention]:
        self.walks.append(since)
        if self.fails:
            raise self.fails.pop(0)
        newest_first = sorted(self.listed, key=lambda m: m.listed_at, reverse=True)
        for count, found in enumerate(newest_first):
            if count == self.break_off_after:
                raise SocialError("the connection broke off")
            if since is None or found.listed_at > since - timedelta(minutes=10):
                yield found

    async def reply(
        self,
        mention: Mention,
        reply: Reply,
        *,
        visibility: Visibility,
        tried_before: bool,
        besides: Collection[str] = (),
    ) -> PostRef:
        if self.fails:
            raise self.fails.pop(0)
        if self.hangs:
            await asyncio.sleep(3600)
        if self.refuses:
            self.refused += 1
            raise self.refuses
        found = [post for post, (above, _) in self.there.items() if above == mention.id and post not in besides]
        was_there = tried_before and bool(found)
        if not was_there:
            self.posts.append((mention, reply, visibility))
            found = [_id_of(mention, reply.kind)]
            self.there[found[0]] = (mention.id, reply)
        if self.lose_answer_once:
            lost, self.lose_answer_once = self.lose_answer_once, None
            raise lost
        return PostRef(found[0], was_there=was_there)

    async def edit(self, post: PostRef, mention: Mention, reply: Reply) -> None:
        if self.fails:
            raise self.fails.pop(0)
        if post.id not in self.there or not self.can_edit:
            raise SocialError("it is gone", permanent=True)
        self.edits.append((post.id, reply.text))

    async def delete(self, post: PostRef) -> None:
        if self.fails:
            raise self.fails.pop(0)
        self.there.pop(post.id, None)

    @property
    def can_post_quietly(self) -> bool:
        return not self.posts_once

    def account_in(self, accounts: Accounts) -> str | None:
        return accounts.bluesky if self.posts_once else accounts.mastodon

    async def find(self, account: str) -> Author | None:
        if self.fails:
            raise self.fails.pop(0)
        return self.known.get(account)

    async def announce(
        self, notice: Notice, provider: Author | None, *, visibility: Visibility, tried_before: bool
    ) -> PostRef:
        if self.hangs:
            await asyncio.sleep(3600)
        if self.refuses:
            raise self.refuses
        post = f"notice-of-{notice.incident_id}"
        was_there = post in self.there and (tried_before or self.posts_once)
        if not was_there:
            self.announced.append((notice, provider, visibility))
            self.there[post] = "", Reply(notice.text, notice.language)
        if self.lose_answer_once:
            lost, self.lose_answer_once = self.lose_answer_once, None
            raise lost
        return PostRef(post, was_there=was_there)

    def address_of(self, author: Author) -> str | None:
        return author.handle

    async def leave(self, mention: Mention, reason: str) -> None:
        self.left.append((mention.id, reason))

    async def close(self) -> None: ...


def _id_of(mention: Mention, kind: PostKind) -> str:
    return f"{kind}-to-{mention.id}" if kind.is_follow_up else f"reply-to-{mention.id}"
