"""Notifications of Bluesky in, mentions out; posts above are read where a mention says little by itself."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta

import structlog
from pydantic import ValidationError

from bot.model import Author, Mention
from bot.ports import AccountRefusedError, SocialError
from bot.social.above import MOST_ABOVE, SHORT_TEXT, Above, Context, context_of, make_room
from bot.social.bluesky_client import BlueskyClient, RefusedRequestError
from bot.social.bluesky_text import plain_text
from bot.social.bluesky_wire import GetPosts, NotificationShape, PageShape, PostsShape, PostViewShape, StrongRef
from bot.social.text import credible, instant_or_none, says_no_bots

POSTS_A_CALL = 25
PATIENCE_FOR_PARENT = timedelta(minutes=10)  # no longer than the overlap of two walks, or the mention would be lost

log = structlog.stdlib.get_logger(__name__)


class MentionReader:
    """Reads the mentions of one account, whose client is ready."""

    def __init__(self, *, name: str, client: BlueskyClient, clock: Callable[[], datetime]) -> None:
        self._name = name
        self._client = client
        self._clock = clock
        self._above: dict[str, Above | None] = {}

    def readable(self, page: PageShape) -> list[NotificationShape]:
        """The notifications of a page, without those that make no sense. Raises SocialError if it holds none at all."""
        readable: list[NotificationShape] = []
        for item in page.notifications:
            try:
                readable.append(NotificationShape.model_validate(item))
            except ValidationError:  # one odd record must not hide the others
                log.warning("a notification cannot be read", network=self._name)
        if page.notifications and not any(isinstance(item, dict) for item in page.notifications):
            raise SocialError("Bluesky answered a page that holds no notifications")
        return readable

    async def read(self, notifications: Sequence[NotificationShape]) -> AsyncIterator[Mention]:
        """Yield the mentions among notifications, in their order. Raises AccountRefusedError."""
        ours = [item for item in notifications if self._is_for_us(item) and self._can_be_read(item)]
        await self._read_above(ours)
        for notification in ours:
            mention = self._mention(notification)
            if self._context(notification).unread and self._clock() < mention.listed_at + PATIENCE_FOR_PARENT:
                log.warning("a mention is left for later: the post that it answers cannot be read", network=self._name)
            else:
                yield mention

    def _can_be_read(self, notification: NotificationShape) -> bool:
        """Whatever somebody manages to post, it must not hide the posts of the others: the newest page is always read.

        The log says nothing of the post: the message of an error may quote it.
        """
        try:
            self._mention(notification)
        except Exception as error:  # noqa: BLE001 -- see above
            log.warning("a mention cannot be read", network=self._name, error=type(error).__name__)
            return False
        return True

    def _is_for_us(self, notification: NotificationShape) -> bool:
        """Replies are told of four levels deep: one to somebody else's reply is strangers' talk."""
        if notification.author.did == self._client.did:
            return False
        if notification.reason == "mention":
            return True
        above = notification.record.reply
        return notification.reason == "reply" and above is not None and self._wrote(above.parent)

    async def posts(self, uris: Sequence[str]) -> list[PostViewShape]:
        """The posts at some addresses, at most 25; what is deleted or blocked is left out. Raises SocialError."""
        said = await self._client.query("app.bsky.feed.getPosts", GetPosts(uris=tuple(uris)))
        readable: list[PostViewShape] = []
        for item in self._client.read(PostsShape, said).posts:
            try:
                readable.append(PostViewShape.model_validate(item))
            except ValidationError:
                log.warning("a post cannot be read", network=self._name)
        return readable

    def _wrote(self, ref: StrongRef) -> bool:
        return ref.uri.startswith(f"at://{self._client.did}/")

    def _mention(self, notification: NotificationShape) -> Mention:
        author, record, context = notification.author, notification.record, self._context(notification)
        posted_at, listed_at = credible(
            posted_at=instant_or_none(record.created_at) or notification.indexed_at,
            listed_at=notification.indexed_at,
            now=self._clock(),
        )
        return Mention(
            network=self._name,
            id=notification.uri,
            author=Author(
                author.did,
                author.handle,
                is_bot=author.says_it_is_a_bot,
                wants_no_bots=says_no_bots(author.description, is_html=False),
                created_at=author.created_at,
            ),
            text=plain_text(record, without_mentions_of=self._client.did),
            language=record.langs[0] if record.langs else None,
            posted_at=posted_at,
            listed_at=listed_at,
            parent_text=context.text,
            answers=context.answers,
            thread=record.reply.root.uri if record.reply else notification.uri,
        )

    def _context(self, notification: NotificationShape) -> Context:
        """What stands above, as far as it was read, if the mention says little by itself."""
        reply = notification.record.reply
        first = reply.parent.uri if reply else None
        says_little = len(plain_text(notification.record, without_mentions_of=self._client.did)) <= SHORT_TEXT
        if reply is None or not says_little or self._wrote(reply.parent):
            return Context(answers=first)
        return context_of(first, author_id=notification.author.did, me=self._client.did, read=self._above)

    async def _read_above(self, notifications: Sequence[NotificationShape]) -> None:
        """Read the posts above those that say little by themselves; what fails in passing is asked for again."""
        for _ in range(MOST_ABOVE):
            wanted = {uri for item in notifications if (uri := self._context(item).unread)}
            unread = sorted(wanted)
            for start in range(0, len(unread), POSTS_A_CALL):
                uris = unread[start : start + POSTS_A_CALL]
                try:
                    posts = await self.posts(uris)
                except AccountRefusedError:
                    raise
                except RefusedRequestError:  # one of the addresses is none: better no parent than no mention
                    posts = []
                except SocialError:
                    return
                make_room(self._above)
                self._above.update(dict.fromkeys(uris))
                self._above.update({post.uri: self._above_of(post) for post in posts})

    def _above_of(self, post: PostViewShape) -> Above:
        above = post.record.reply
        text = plain_text(post.record, without_mentions_of=self._client.did)
        return Above(post.author.did, text, above.parent.uri if above else None)
