"""The notifications of a Mastodon server, page by page: how far a walk goes comes in, mentions come out."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import structlog
from pydantic import ValidationError

from bot.model import Mention
from bot.ports import SocialError
from bot.social.depth import Rhythm, Walk
from bot.social.mastodon_account import account_of
from bot.social.mastodon_client import GoneError, MastodonClient, RefusedRequestError
from bot.social.mastodon_mentions import MentionReader, OwnAccount
from bot.social.mastodon_wire import NotificationShape

PAGE = 40  # Mastodon's own default
MOST_PAGES = 500  # a fuse: 20,000 mentions
QUICK_PAGES = 100  # Mastodon allows 300 paged requests in 15 minutes: one in 3 s, once these are used up
PAGE_EVERY_S = 3.0
# Notifications become visible out of order on some servers (measured on takahe, within 2 minutes), and a mention whose
# parent cannot be read is left for 10. Of the 300 paged requests, deep walks take a third.
RHYTHM = Rhythm(overlap=timedelta(minutes=12), free_pages=1, page_every=timedelta(seconds=9))

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pages:
    """The list of one account."""

    name: str
    client: MastodonClient
    reader: MentionReader

    async def walk(self, walk: Walk, me: OwnAccount) -> AsyncIterator[Mention]:
        """Yield the mentions of one page after the other, until the walk has enough. Raises SocialError."""
        max_id: str | None = None
        seen: set[str] = set()
        for number in range(MOST_PAGES):
            if number >= QUICK_PAGES:
                await asyncio.sleep(PAGE_EVERY_S)
            page = await self._page(max_id)
            new = [notification for notification in page if notification.id not in seen]
            for notification in new:
                mention = await self.reader.read(notification, me)
                if mention:
                    yield mention
            if not new or walk.is_enough(min(item.created_at for item in new)):
                return
            seen.update(item.id for item in new)
            max_id = page[-1].id
        log.error("more mentions than one walk reads: the oldest are left out", network=self.name, pages=MOST_PAGES)

    async def _page(self, max_id: str | None) -> list[NotificationShape]:
        try:
            said = await self.client.ask(lambda api: api.notifications(types=["mention"], limit=PAGE, max_id=max_id))
        except (GoneError, RefusedRequestError) as error:  # on a reply it would be for good, here it may pass
            await account_of(self.client)
            raise SocialError(str(error)) from error
        if not isinstance(said, list):  # a server can say {"error": …} with 200, which Mastodon.py lets through
            raise SocialError(f"{self.client.host} answered something that is not a list of notifications")
        items: list[object] = list(said)  # pyright: ignore[reportUnknownArgumentType] -- a list of whatever
        readable: list[NotificationShape] = []
        for item in items:
            try:
                readable.append(NotificationShape.model_validate(item))
            except ValidationError:  # one odd notification must not hide the others
                log.warning("a notification cannot be read", network=self.name)
        if items and not readable:
            raise SocialError(f"{self.client.host} answered a page without one readable notification")
        return readable
