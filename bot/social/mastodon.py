"""Mastodon and its kin (GoToSocial, takahe, snac, Pleroma, Akkoma …): mentions come out, replies go in.

Never trusted: ids (opaque, unordered), Idempotency-Key (several servers ignore it), `mentions` and `language` of a post
(missing or wrong on some). Relied on: the type of a notification, and the thread as the server shows it.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

import structlog

from bot.model import Accounts, Author, Mention, Notice, PostKind, PostRef, Reply, Visibility
from bot.ports import AccountRefusedError, SocialError
from bot.social.account_facts import PrivateMentions, clock_ahead, clock_is_off
from bot.social.depth import Depth
from bot.social.mastodon_account import accept_private_mentions, account_of, instance_of, missing_scope
from bot.social.mastodon_client import GoneError, MastodonClient, RefusedRequestError
from bot.social.mastodon_mentions import VISIBILITY, MentionReader, OwnAccount
from bot.social.mastodon_notices import find_account, notice_there, post_notice
from bot.social.mastodon_paging import RHYTHM, Pages
from bot.social.mastodon_wire import ContextShape, StatusShape
from bot.social.text import host_of_url, shorten

DEFAULT_LENGTH = 500
ROOM_FOR_HANDLE = 100  # of the asker's handle and content warning, which count as well
# The app tries again 15 s after a try began. A request that is under way when we give it up can still be sent, as long
# as its connecting takes: 2.5 s for each address of the server, mostly two, after its name is looked up.
REPLY_DEADLINE_S = 9.0

_VISIBILITY_WORDS = {visibility: word for word, visibility in VISIBILITY.items()}

log = structlog.stdlib.get_logger(__name__)


class MastodonNetwork:
    """A `SocialNetwork`. `server` is an address (https://mamot.fr); nothing is asked of it before the first call."""

    def __init__(self, *, name: str, server: str, token: str, clock: Callable[[], datetime]) -> None:
        self._name = name
        self._clock = clock
        self._server = server.rstrip("/")
        self._client = MastodonClient(server=server, token=token, clock=clock)
        self._self: OwnAccount | None = None
        self._longest: int | None = None  # None until the server has said, or said that it does not
        self._ahead: timedelta | None = None
        self._private_mentions: PrivateMentions | None = None
        self._depth = Depth(RHYTHM)
        reader = MentionReader(name=name, client=self._client, clock=clock)
        self._pages = Pages(name=name, client=self._client, reader=reader)

    @property
    def name(self) -> str:
        """The account's name in the settings."""
        return self._name

    @property
    def text_limit(self) -> int:
        """The server's limit, less room for the asker's handle and content warning; a usual one before we asked."""
        return (self._longest or DEFAULT_LENGTH) - ROOM_FOR_HANDLE

    async def mentions(self, *, since: datetime | None) -> AsyncIterator[Mention]:
        """Walk the notifications, newest first, back to `since`, and as deep as `Depth` says; None: the first page.

        Raises SocialError.
        """
        me = await self._who_we_are()
        await self._get_ready()
        walk = self._depth.walk(since, self._clock())
        whole = False
        try:
            async for mention in self._pages.walk(walk, me):
                yield mention
            whole = True
        finally:
            walk.ended(whole=whole)

    async def clock_ahead(self) -> timedelta | None:
        """As the server's Date said when it was first reached. Raises SocialError."""
        await self._who_we_are()
        await self._get_ready()
        return self._ahead

    @property
    def can_edit(self) -> bool:
        """Mastodon since 4.0, and its kin."""
        return True

    @property
    def posts_once(self) -> bool:
        """Idempotency-Key is ignored by GoToSocial, takahe and snac, and forgotten by Mastodon after an hour."""
        return False

    async def reply(
        self,
        mention: Mention,
        reply: Reply,
        *,
        visibility: Visibility,
        tried_before: bool,
        besides: Collection[str] = (),
    ) -> PostRef:
        """Post under the mention, to its author, once a kind. Raises SocialError."""
        async with self._in_time("reply"):
            me = await self._who_we_are()
            found = await self._answer_there(mention, me, besides) if tried_before else None
            return found or await self._post(mention, await self._look_at(mention), reply, visibility)

    async def edit(self, post: PostRef, mention: Mention, reply: Reply) -> None:
        """Change the words of a post of ours. All of it must be sent again, or it is lost. Raises SocialError."""
        async with self._in_time("edit"):
            asked = await self._look_at(mention)
            there = self._client.read(StatusShape, await self._client.ask(lambda api: api.status(post.id)))
            words = self._words(asked, reply)
            form: dict[str, str | list[str]] = {"status": words, "language": reply.language.value}
            if warning := shorten(there.spoiler_text or "", self._most - len(words)):
                form["spoiler_text"] = warning
            if there.media_attachments:
                form["media_ids[]"] = [media.id for media in there.media_attachments]
            await self._client.put(f"/api/v1/statuses/{quote(post.id, safe='')}", form)

    async def delete(self, post: PostRef) -> None:
        """Take a post of ours back. Raises SocialError."""
        async with self._in_time("removal"):
            try:
                await self._client.ask(lambda api: api.status_delete(post.id))
            except GoneError:
                await self._make_sure_of_removal(post)

    @property
    def can_post_quietly(self) -> bool:
        """Unlisted: not in the public timelines, nor in hashtags or search."""
        return True

    def account_in(self, accounts: Accounts) -> str | None:
        """The account that is on any server of this kind."""
        return accounts.mastodon

    async def find(self, account: str) -> Author | None:
        """Look an account up on our server. Raises SocialError."""
        async with self._in_time("question"):
            return await find_account(self._client, account)

    async def announce(
        self, notice: Notice, provider: Author | None, *, visibility: Visibility, tried_before: bool
    ) -> PostRef:
        """Post a notice, once: one that was begun is looked for among our own posts. Raises SocialError."""
        async with self._in_time("notice"):
            me = await self._who_we_are()
            found = await notice_there(self._client, notice, me=me.id) if tried_before else None
            words = _VISIBILITY_WORDS[visibility]
            return found or await post_notice(
                self._client, notice, provider, name=self._name, visibility=words, longest=self._most
            )

    async def leave(self, mention: Mention, reason: str) -> None:
        """Nobody waits here: silence is silence."""

    async def close(self) -> None:
        """Give back the thread."""
        self._client.close()

    @asynccontextmanager
    async def _in_time(self, what: str) -> AsyncGenerator[None]:
        try:
            async with asyncio.timeout(REPLY_DEADLINE_S):
                yield
        except TimeoutError as error:
            host = urlsplit(self._server).netloc
            sentence = f"{host} did not take the {what} within {REPLY_DEADLINE_S:g} s"
            raise SocialError(sentence, may_be_done=True) from error
        except (GoneError, RefusedRequestError) as error:
            await account_of(self._client)  # a server that answers so to everything is no reason to give up
            if isinstance(error, RefusedRequestError) and error.status == 403:
                if not error.in_its_own_words:  # a firewall's page about this one request: it may pass
                    raise SocialError(str(error)) from error
                await self._make_sure_of_scopes()
            raise

    async def _make_sure_of_scopes(self) -> None:
        """403 to a reply: the mention's trouble, unless the token may read or write no post at all."""
        if missing := await missing_scope(self._client):
            raise AccountRefusedError(
                f"{self._client.host} does not let the account do its work: the token lacks the scope {missing}; "
                "make a new one, with “cestmoiou login mastodon”"
            )

    async def _make_sure_of_removal(self, post: PostRef) -> None:
        """404: it is gone, or the server has no removal (snac 2.75: its post stays)."""
        try:
            await self._client.ask(lambda api: api.status(post.id))
        except GoneError:
            return
        raise SocialError(f"{urlsplit(self._server).netloc} does not remove posts through its API", permanent=True)

    @property
    def _most(self) -> int:
        return self._longest or DEFAULT_LENGTH

    def _words(self, asked: StatusShape, reply: Reply) -> str:
        # Without the handle GoToSocial does not tell the asker, nor show them a direct reply.
        call = f"@{asked.account.acct} "
        return call + shorten(reply.text, self._most - len(call))

    async def _who_we_are(self) -> OwnAccount:
        if self._self is None:
            account = await account_of(self._client)
            addresses = {account.url.rstrip("/")} if account.url else set[str]()
            self._self = OwnAccount(
                id=account.id,
                username=account.username,
                addresses=frozenset(addresses),
                hosts=frozenset(urlsplit(address).netloc.casefold() for address in {self._server, *addresses}),
            )
        return self._self

    async def _get_ready(self) -> None:
        """Learn the server's limit and open the account to private mentions: once, again only after passing trouble."""
        if self._longest is None:
            instance = await instance_of(self._client)
            self._longest = instance.longest or (DEFAULT_LENGTH if instance.was_reached else None)
            self._ahead = ahead = clock_ahead(instance.headers or {}, self._clock())
            if ahead is not None and clock_is_off(ahead):
                log.warning("this clock and the server's differ", network=self._name, by_s=round(ahead.total_seconds()))
        if self._private_mentions is None:
            try:
                self._private_mentions = await accept_private_mentions(self._client)
            except SocialError as error:
                log.debug("cannot ask about private mentions now", network=self._name, why=str(error))
            if self._private_mentions is PrivateMentions.FILTERED:
                log.warning(
                    "strangers' private mentions are filtered, and the token lacks write:notifications to change that",
                    network=self._name,
                )

    def address_of(self, author: Author) -> str | None:
        """The account with its server, "marie@piaille.fr"; those on our own server have none in their handle."""
        if "@" in author.handle:
            return author.handle
        return f"{author.handle}@{host_of_url(self._server)}"

    async def _look_at(self, mention: Mention) -> StatusShape:
        """Raise GoneError if the mention is no more: takahe would let us reply into the void."""
        return self._client.read(StatusShape, await self._client.ask(lambda api: api.status(mention.id)))

    async def _answer_there(self, mention: Mention, me: OwnAccount, besides: Collection[str]) -> PostRef | None:
        said = await self._client.ask(lambda api: api.status_context(mention.id))
        for status in self._client.read(ContextShape, said).descendants:
            if status.account.id == me.id and status.in_reply_to_id == mention.id and status.id not in besides:
                return PostRef(status.id, status.url, was_there=True)
        return None

    async def _post(self, mention: Mention, asked: StatusShape, reply: Reply, visibility: Visibility) -> PostRef:
        words = self._words(asked, reply)
        asked_behind = reply.content_warning or asked.spoiler_text or ""
        warning = shorten(asked_behind, self._most - len(words)) or None
        said = await self._client.ask_once(
            lambda api: api.status_post(
                words,
                in_reply_to_id=mention.id,
                visibility=_VISIBILITY_WORDS[visibility],
                spoiler_text=warning,
                language=reply.language.value,
                idempotency_key=self._key(mention, reply.kind),
                sensitive=None,  # a form field that Hollo refuses
            )
        )
        status = self._client.read(StatusShape, said)
        return PostRef(status.id, status.url)

    def _key(self, mention: Mention, kind: PostKind) -> str:
        which = f"{self._name}\n{mention.id}" + (f"\n{kind}" if kind.is_follow_up else "")
        return hashlib.sha256(which.encode()).hexdigest()
