"""Bluesky: mentions come out, replies go in. atproto is imported only when the first call is made: it costs 1.8 s.

Never trusted: `isRead` (a late or back-dated mention arrives already read) and the end of a page. The key of a mention
is its address, and our reply stands at an address drawn from it, so that the network itself refuses a second one.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from bot.model import Accounts, Author, Mention, Notice, PostKind, PostRef, Reply, Visibility
from bot.ports import SocialError
from bot.social.account_facts import clock_is_off
from bot.social.bluesky_client import BlueskyClient
from bot.social.bluesky_mentions import MentionReader
from bot.social.bluesky_notices import find_account, post_notice
from bot.social.bluesky_paging import RHYTHM, a_little_later
from bot.social.bluesky_records import POSTS, put_once
from bot.social.bluesky_session import session_file
from bot.social.bluesky_text import link_facets
from bot.social.bluesky_wire import ListNotifications, PageShape, PostViewShape
from bot.social.depth import Depth, Walk
from bot.social.text import shorten

TEXT_LIMIT = 300  # graphemes; app.bsky.feed.post
PAGE = 100
MOST_PAGES = 500  # a fuse: 50,000 notifications
REPLY_DEADLINE_S = 14.0  # the app tries again 15 s after a try began; what is given up is never sent
UNCHECKED_HANDLE = "handle.invalid"  # the network's word for a handle whose domain does not confirm it
_TID_LETTERS = "234567abcdefghijklmnopqrstuvwxyz"

log = structlog.stdlib.get_logger(__name__)


class BlueskyNetwork:
    """A `SocialNetwork`. `server` is the PDS (https://bsky.social); the session is kept in `data_dir`."""

    def __init__(
        self,
        *,
        name: str,
        server: str,
        identifier: str,
        password: str,
        data_dir: Path,
        clock: Callable[[], datetime],
    ) -> None:
        self._name = name
        self._clock = clock
        self._client = BlueskyClient(
            server=server,
            identifier=identifier,
            password=password,
            session_file=session_file(data_dir, name),
            clock=clock,
        )
        self._depth = Depth(RHYTHM)
        self._told_of_clock = False
        self._reader = MentionReader(name=name, client=self._client, clock=clock)

    @property
    def name(self) -> str:
        """The account's name in the settings."""
        return self._name

    @property
    def text_limit(self) -> int:
        """The network's own; a reply tells the asker by itself, without their handle."""
        return TEXT_LIMIT

    async def mentions(self, *, since: datetime | None) -> AsyncIterator[Mention]:
        """Walk the notifications, newest first, back to `since`, and as deep as `Depth` says; None: the newest page.

        Every few minutes, back to all that was listed within two days.
        """
        await self._client.ready()
        walk = self._depth.walk(since, self._clock())
        whole = False
        try:
            async for mention in self._walk(walk):
                yield mention
            whole = True
        finally:
            walk.ended(whole=whole)

    async def _walk(self, walk: Walk) -> AsyncIterator[Mention]:
        sent: str | None = None
        stood_at: list[str] = []
        for _ in range(MOST_PAGES):
            page = await self._page(sent)
            self._look_at_the_clock()
            notifications = self._reader.readable(page)
            async for mention in self._reader.read(notifications):
                yield mention
            # A cursor comes twice where a page is one millisecond; three times only from a server that stands still.
            enough = walk.is_enough(notifications[-1].indexed_at if notifications else None)
            if page.cursor is None or enough or stood_at.count(page.cursor) > 1:
                return
            stood_at.append(page.cursor)
            sent = a_little_later(page.cursor, sent)
        log.error("more mentions than one walk reads: the oldest are left out", network=self._name, pages=MOST_PAGES)

    async def clock_ahead(self) -> timedelta | None:
        """As the Date of the server's newest answer says. Raises SocialError."""
        await self._client.ready()
        return self._client.clock_ahead

    @property
    def can_edit(self) -> bool:
        """Clients show a post as it was first written."""
        return False

    @property
    def posts_once(self) -> bool:
        """Our reply stands at an address drawn from the mention's."""
        return True

    async def reply(
        self,
        mention: Mention,
        reply: Reply,
        *,
        visibility: Visibility,
        tried_before: bool,
        besides: Collection[str] = (),
    ) -> PostRef:
        """Post under the mention, once a kind: the post's address is drawn from the mention's. Raises SocialError.

        `visibility`, `tried_before` and `besides` change nothing: every post is public, and every try is safe.
        """
        del visibility, tried_before, besides
        async with self._in_time("reply"):
            return await self._reply(mention, reply)

    async def edit(self, post: PostRef, mention: Mention, reply: Reply) -> None:
        """Refuse. Raises SocialError."""
        del post, mention, reply
        raise SocialError("Bluesky does not show edits", permanent=True)

    async def delete(self, post: PostRef) -> None:
        """Take a post of ours back; the server says yes to one that is gone. Raises SocialError."""
        async with self._in_time("removal"):
            await self._client.ready()
            body = {
                "repo": self._client.did,
                "collection": POSTS,
                "rkey": post.id.rpartition("/")[2],
            }
            await self._client.procedure("com.atproto.repo.deleteRecord", json.dumps(body).encode())

    @property
    def can_post_quietly(self) -> bool:
        """Every post is public."""
        return False

    def account_in(self, accounts: Accounts) -> str | None:
        """The handle."""
        return accounts.bluesky

    async def find(self, account: str) -> Author | None:
        """Ask who has a handle. Raises SocialError, permanent if nobody has, or they block us."""
        async with self._in_time("question"):
            return await find_account(self._client, account)

    async def announce(
        self, notice: Notice, provider: Author | None, *, visibility: Visibility, tried_before: bool
    ) -> PostRef:
        """Post a notice, once: its address is drawn from its incident's. Raises SocialError."""
        del visibility, tried_before
        async with self._in_time("notice"):
            key = record_key(f"notice\n{notice.incident_id}")
            provider = provider or await find_account(self._client, notice.account)
            return await post_notice(self._client, notice, provider, key=key, longest=TEXT_LIMIT, now=self._clock())

    async def leave(self, mention: Mention, reason: str) -> None:
        """Nobody waits here: silence is silence."""

    async def close(self) -> None:
        """Give back the connections."""
        await self._client.close()

    @asynccontextmanager
    async def _in_time(self, what: str) -> AsyncGenerator[None]:
        try:
            async with asyncio.timeout(REPLY_DEADLINE_S):
                yield
        except TimeoutError as error:
            sentence = f"Bluesky did not take the {what} within {REPLY_DEADLINE_S:g} s"
            raise SocialError(sentence, may_be_done=True) from error

    async def _reply(self, mention: Mention, reply: Reply) -> PostRef:
        asked = await self._post_to_answer(mention)
        record = self._record(asked, reply, not_before=mention.listed_at)
        return await put_once(self._client, record_key(mention.id, reply.kind), record)

    def _look_at_the_clock(self) -> None:
        ahead = self._client.clock_ahead
        if ahead is not None and clock_is_off(ahead) and not self._told_of_clock:
            log.warning("this clock and the server's differ", network=self._name, by_s=round(ahead.total_seconds()))
            self._told_of_clock = True

    async def _page(self, cursor: str | None) -> PageShape:
        params = ListNotifications(limit=PAGE, cursor=cursor)
        said = await self._client.query("app.bsky.notification.listNotifications", params)
        return self._client.read(PageShape, said)

    def address_of(self, author: Author) -> str | None:
        """The handle: it is a domain, and the network has checked that its owner says so."""
        return author.handle if author.handle != UNCHECKED_HANDLE else None

    async def _post_to_answer(self, mention: Mention) -> PostViewShape:
        """The server takes replies to what is deleted, blocked or closed, and shows them to nobody: look first."""
        await self._client.ready()
        posts = await self._reader.posts([mention.id])
        if not posts:
            raise SocialError("the post is deleted, or a block stands between us", permanent=True)
        if posts[0].viewer.reply_disabled:
            raise SocialError("the thread is closed to our replies", permanent=True)
        return posts[0]

    def _record(self, asked: PostViewShape, reply: Reply, *, not_before: datetime) -> dict[str, object]:
        """`not_before`: by a clock that is late, the reply would be listed hours back, read before anybody saw it."""
        parent = {"uri": asked.uri, "cid": asked.cid}
        above = asked.record.reply
        root = {"uri": above.root.uri, "cid": above.root.cid} if above else parent
        text = shorten(reply.text, TEXT_LIMIT)  # letters are never fewer than graphemes, nor a third of 3,000 bytes
        facets = link_facets(text)
        written_at = max(self._clock(), not_before).astimezone(UTC)
        record: dict[str, object] = {
            "$type": POSTS,
            "text": text,
            "createdAt": written_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "langs": [reply.language.value],
            "reply": {"root": root, "parent": parent},
        }
        return record | ({"facets": facets} if facets else {})


def record_key(mention_id: str, kind: PostKind = PostKind.VERDICT) -> str:
    """Draw the key of a post from the address of the mention: a TID of 13 letters, as posts must have.

    The first letter holds 4 bits, the twelve others 5 each. Whatever answers a mention has one key, so that it has one
    answer; each kind of follow-up has its own.
    """
    drawn_from = f"{mention_id}\n{kind}" if kind.is_follow_up else mention_id
    number = int.from_bytes(hashlib.sha256(drawn_from.encode()).digest()[:8], "big")
    return "".join(_TID_LETTERS[number >> shift & 31] for shift in range(60, -1, -5))
