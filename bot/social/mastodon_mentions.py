"""Notifications of a Mastodon server in, mentions out; posts above are read where a mention says little by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.model import Author, Mention, Visibility
from bot.ports import SocialError
from bot.social.above import SHORT_TEXT, Above, Context, ReadsForEach, context_of, make_room
from bot.social.mastodon_client import GoneError, MastodonClient, RefusedRequestError
from bot.social.mastodon_wire import AccountShape, NotificationShape, StatusShape
from bot.social.text import Link, credible, host_of_url, html_to_text, says_no_bots, tidy, without_leading_call

PATIENCE_FOR_PARENT = timedelta(minutes=10)  # no longer than the overlap of two walks, or the mention would be lost

VISIBILITY = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.UNLISTED,
    "private": Visibility.FOLLOWERS,
    "direct": Visibility.DIRECT,
}

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """Who we are on this server."""

    id: str
    username: str
    addresses: frozenset[str]
    hosts: frozenset[str]

    def is_called_by(self, link: Link) -> bool:
        """Whether a link in a post is our name, by its address or by its words."""
        if link.url.rstrip("/") in self.addresses:
            return True
        name, _, host = link.words.removeprefix("@").casefold().partition("@")
        if not link.words.startswith("@") or name != self.username.casefold():
            return False
        return (host or host_of_url(link.url, with_port=True)) in self.hosts


class _NotNowError(Exception):
    """A mention whose parent cannot be read at the moment."""


class MentionReader:
    """Reads the mentions of one account."""

    def __init__(self, *, name: str, client: MastodonClient, clock: Callable[[], datetime]) -> None:
        self._name = name
        self._client = client
        self._clock = clock
        self._above: dict[str, Above | None] = {}
        self._reads = ReadsForEach()

    async def read(self, notification: NotificationShape, me: OwnAccount) -> Mention | None:
        """Read one notification; None: no mention to answer, or none that can be read now. Raises SocialError.

        Whatever somebody manages to post, it must not hide the posts of the others: the newest page is always read.

        The log says nothing of the post: the message of an error may quote it.
        """
        if notification.status is None or notification.type != "mention":
            return None
        try:
            return await self._mention(notification, StatusShape.model_validate(notification.status), me)
        except SocialError:
            raise
        except _NotNowError:
            log.warning("a mention is left for later: the post that it answers cannot be read", network=self._name)
        except Exception as error:  # noqa: BLE001 -- see above
            log.warning("a mention cannot be read", network=self._name, error=type(error).__name__)
        return None

    async def _mention(self, notification: NotificationShape, status: StatusShape, me: OwnAccount) -> Mention | None:
        if status.account.id == me.id:
            return None  # GoToSocial notifies us of our own mentions
        posted_at, listed_at = credible(
            posted_at=status.created_at, listed_at=notification.created_at, now=self._clock()
        )
        patient = self._clock() < listed_at + PATIENCE_FOR_PARENT
        text = self._text(status, me)
        context = await self._context(status, text, me, patient=patient)
        return Mention(
            network=self._name,
            id=status.id,
            author=_author(status.account),
            text=text,
            language=status.language,
            posted_at=posted_at,
            listed_at=listed_at,
            visibility=VISIBILITY.get(status.visibility or "", Visibility.DIRECT),  # unknown: as narrow as can be
            content_warning=status.spoiler_text or None,
            parent_text=context.text,
            reply_ref=status.id,
            answers=context.answers,
        )

    def _text(self, status: StatusShape, me: OwnAccount) -> str:
        text = html_to_text(status.content or "", calls_the_bot=me.is_called_by)
        return tidy(without_leading_call(text, username=me.username, hosts=me.hosts))

    async def _context(self, status: StatusShape, text: str, me: OwnAccount, *, patient: bool) -> Context:
        """Read what stands above if the mention says little by itself. Raises _NotNowError if that may work later."""
        first = status.in_reply_to_id
        if len(text) > SHORT_TEXT:
            return Context(answers=first)
        while True:
            context = context_of(first, author_id=status.account.id, me=me.id, read=self._above)
            if context.unread is None:
                return context
            if not self._reads.allows(status.account.id, self._clock()):
                return Context(answers=first)
            try:
                above = await self._read_above(context.unread, me)
            except SocialError as error:
                if patient:
                    raise _NotNowError from error
                return Context(answers=first)
            self._reads.count(status.account.id, self._clock())
            make_room(self._above)
            self._above[context.unread] = above

    async def _read_above(self, post_id: str, me: OwnAccount) -> Above | None:
        try:
            post = self._client.read(StatusShape, await self._client.ask(lambda api: api.status(post_id)))
        except (GoneError, RefusedRequestError):
            return None
        return Above(post.account.id, self._text(post, me), post.in_reply_to_id)


def _author(account: AccountShape) -> Author:
    return Author(
        account.id,
        account.acct,
        is_bot=bool(account.bot),
        wants_no_bots=says_no_bots(account.note, is_html=True),
        created_at=account.created_at,
    )
