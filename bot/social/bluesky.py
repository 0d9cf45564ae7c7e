"""Bluesky: mentions come out, replies go in. atproto is imported only when the first call is made: it costs 1.8 s.

Never trusted: `isRead` (a late or back-dated mention arrives already read) and the end of a page. The key of a mention
is its address, and our reply stands at an address drawn from it, so that the network itself refuses a second one.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from pydantic import ValidationError

from bot.model import Author, Mention, PostRef, Reply, Visibility
from bot.ports import AccountRefusedError, SocialError
from bot.social.bluesky_client import BlueskyClient, RefusedRequestError
from bot.social.bluesky_text import link_facets, plain_text
from bot.social.bluesky_wire import (
    GetPosts,
    ListNotifications,
    NotificationShape,
    PageShape,
    PostsShape,
    PostViewShape,
    StrongRef,
    WrittenShape,
)
from bot.social.text import UNREADABLE

TEXT_LIMIT = 300  # graphemes; app.bsky.feed.post
PAGE = 100
MOST_PAGES = 50
OVERLAP = timedelta(minutes=10)  # a post may say that it was written earlier, and is then listed that much deeper
SHORT_TEXT = 40  # a text of so few characters may only point at the post that it answers
MOST_PARENTS = 200
POSTS_A_CALL = 25
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
            session_file=data_dir / f"bluesky-{name}.session",
        )
        self._parents: dict[str, str | None] = {}

    @property
    def name(self) -> str:
        """The account's name in the settings."""
        return self._name

    @property
    def text_limit(self) -> int:
        """The network's own; a reply tells the asker by itself, without their handle."""
        return TEXT_LIMIT

    async def mentions(self, *, since: datetime | None) -> AsyncIterator[Mention]:
        """Walk the notifications, newest first, back to `since` and ten minutes more; None: the newest page."""
        await self._client.ready()
        sent: str | None = None
        for _ in range(MOST_PAGES):
            page = await self._page(sent)
            notifications = self._readable(page)
            async for mention in self._mentions(notifications):
                yield mention
            if page.cursor is None or _is_enough(notifications, since):
                return
            sent = _a_little_later(page.cursor, sent)
        log.warning("more mentions than one walk reads", network=self._name, pages=MOST_PAGES)

    async def reply(self, mention: Mention, reply: Reply, *, visibility: Visibility, tried_before: bool) -> PostRef:
        """Answer under the mention, once: the address of the answer is drawn from the mention's. Raises SocialError.

        `visibility` and `tried_before` change nothing here: every post is public, and every try is safe.
        """
        del visibility, tried_before
        asked = await self._post_to_answer(mention)
        key = record_key(mention.id)
        body = {
            "repo": self._client.did,
            "collection": "app.bsky.feed.post",
            "rkey": key,
            "record": self._record(asked, reply),
            "swapRecord": None,  # only if there is nothing yet
        }
        uri = f"at://{self._client.did}/app.bsky.feed.post/{key}"
        try:
            said = await self._client.procedure("com.atproto.repo.putRecord", json.dumps(body).encode())
            uri = self._client.read(WrittenShape, said).uri
        except RefusedRequestError as error:
            if error.error_name != "InvalidSwap":  # that one says: our answer is there already
                raise SocialError(str(error), permanent=True) from error
        return PostRef(uri, f"https://bsky.app/profile/{self._client.did}/post/{key}")

    async def leave(self, mention: Mention, reason: str) -> None:
        """Nobody waits here: silence is silence."""

    async def close(self) -> None:
        """Give back the connections."""
        await self._client.close()

    async def _page(self, cursor: str | None) -> PageShape:
        params = ListNotifications(limit=PAGE, cursor=cursor)
        said = await self._client.query("app.bsky.notification.listNotifications", params)
        return self._client.read(PageShape, said)

    def _readable(self, page: PageShape) -> list[NotificationShape]:
        readable: list[NotificationShape] = []
        for item in page.notifications:
            try:
                readable.append(NotificationShape.model_validate(item))
            except ValidationError:  # one odd record must not hide the others
                log.warning("a notification cannot be read", network=self._name)
        if page.notifications and not readable:
            raise SocialError("Bluesky answered a page without one readable notification")
        return readable

    async def _mentions(self, notifications: Sequence[NotificationShape]) -> AsyncIterator[Mention]:
        ours = [notification for notification in notifications if self._is_for_us(notification)]
        await self._read_parents(ours)
        for notification in ours:
            try:
                mention = self._mention(notification)
            except UNREADABLE:  # one odd post must not hide the others, and its words are not for the log
                log.warning("a mention cannot be read", network=self._name)
            else:
                yield mention

    def _is_for_us(self, notification: NotificationShape) -> bool:
        """Replies are told of four levels deep: one to somebody else's reply is strangers' talk."""
        if notification.author.did == self._client.did:
            return False
        if notification.reason == "mention":
            return True
        above = notification.record.reply
        return notification.reason == "reply" and above is not None and self._wrote(above.parent)

    def _wrote(self, ref: StrongRef) -> bool:
        return ref.uri.startswith(f"at://{self._client.did}/")

    def _mention(self, notification: NotificationShape) -> Mention:
        author, record = notification.author, notification.record
        above = record.reply.parent.uri if record.reply else ""
        return Mention(
            network=self._name,
            id=notification.uri,
            author=Author(author.did, author.handle, is_bot=author.says_it_is_a_bot),
            text=plain_text(record, without_mentions_of=self._client.did),
            language=record.langs[0] if record.langs else None,
            posted_at=_posted_at(notification),
            listed_at=notification.indexed_at,
            parent_text=self._parents.get(above) if self._says_little(notification) else None,
        )

    def _says_little(self, notification: NotificationShape) -> bool:
        return len(plain_text(notification.record, without_mentions_of=self._client.did)) <= SHORT_TEXT

    async def _read_parents(self, notifications: Sequence[NotificationShape]) -> None:
        """Read the posts above those that say little by themselves; asked for once, and done without if it fails."""
        refs = [item.record.reply.parent for item in notifications if item.record.reply and self._says_little(item)]
        unknown = {ref.uri for ref in refs if not self._wrote(ref)} - self._parents.keys()
        wanted = sorted(unknown)[:POSTS_A_CALL]
        if not wanted:
            return
        try:
            posts = await self._posts(wanted)
        except AccountRefusedError:
            raise
        except SocialError:
            return
        while len(self._parents) > MOST_PARENTS:
            self._parents.pop(next(iter(self._parents)))
        self._parents.update(dict.fromkeys(wanted))
        for post in posts:
            self._parents[post.uri] = plain_text(post.record, without_mentions_of=self._client.did)

    async def _posts(self, uris: Sequence[str]) -> list[PostViewShape]:
        said = await self._client.query("app.bsky.feed.getPosts", GetPosts(uris=tuple(uris)))
        return self._client.read(PostsShape, said).posts

    async def _post_to_answer(self, mention: Mention) -> PostViewShape:
        """The server takes replies to what is deleted, blocked or closed, and shows them to nobody: look first."""
        await self._client.ready()
        posts = await self._posts([mention.id])
        if not posts:
            raise SocialError("the post is deleted, or a block stands between us", permanent=True)
        if posts[0].viewer.reply_disabled:
            raise SocialError("the thread is closed to our replies", permanent=True)
        return posts[0]

    def _record(self, asked: PostViewShape, reply: Reply) -> dict[str, object]:
        parent = {"uri": asked.uri, "cid": asked.cid}
        above = asked.record.reply
        root = {"uri": above.root.uri, "cid": above.root.cid} if above else parent
        facets = link_facets(reply.text)
        record: dict[str, object] = {
            "$type": "app.bsky.feed.post",
            "text": reply.text,
            "createdAt": self._clock().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "langs": [reply.language.value],
            "reply": {"root": root, "parent": parent},
        }
        return record | ({"facets": facets} if facets else {})


def record_key(mention_id: str) -> str:
    """Draw the key of our answer from the address of the mention: a TID of 13 letters, as posts must have.

    The first letter holds 4 bits, the twelve others 5 each.
    """
    number = int.from_bytes(hashlib.sha256(mention_id.encode()).digest()[:8], "big")
    return "".join(_TID_LETTERS[number >> shift & 31] for shift in range(60, -1, -5))


def _is_enough(notifications: Sequence[NotificationShape], since: datetime | None) -> bool:
    """A page may be empty before the end: the server picks the reasons out after cutting it."""
    if not notifications:
        return False
    return since is None or notifications[-1].indexed_at < since - OVERLAP


def _posted_at(notification: NotificationShape) -> datetime:
    """The author's word, but no later than the network saw the post: people write any date there."""
    said = _instant(notification.record.created_at)
    return notification.indexed_at if said is None else min(said, notification.indexed_at)


def _a_little_later(cursor: str, sent: str | None) -> str:
    """Have the cursor's own millisecond read again, or mentions of that same one are lost at the page's edge.

    Not twice: a whole page of one millisecond would come back for ever.
    """
    at = _instant(cursor)
    if at is None:
        return cursor
    later = (at + timedelta(milliseconds=1)).astimezone(UTC).isoformat(timespec="milliseconds")
    return cursor if later.replace("+00:00", "Z") == sent else later.replace("+00:00", "Z")


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
