"""Notices on Mastodon and its kin: posts that answer nothing and mention one account, once each.

No server of this kind refuses a second post for good (Idempotency-Key is ignored by some, forgotten by others after an
hour), so a notice that was begun is looked for among our own posts first.
"""

import hashlib
from datetime import timedelta

from pydantic import ValidationError

from bot.model import Author, Notice, PostRef
from bot.social.mastodon_client import GoneError, MastodonClient
from bot.social.mastodon_wire import AccountShape, StatusShape
from bot.social.text import html_to_text, says_no_bots, shorten

PAGE = 40
MOST_PAGES = 5  # 200 posts that are no replies: more than an outage lasts
CLOCKS_DIFFER = timedelta(hours=1)  # the server's and ours: posts from before this are not the one


async def find_account(client: MastodonClient, account: str) -> Author | None:
    """Who an account "@user@server" is; None: our server has not met them. Raises SocialError."""
    user, _, host = account.removeprefix("@").partition("@")
    is_local = host.casefold() == client.host.casefold()
    name = user if is_local else f"{user}@{host}"
    try:
        found = client.read(AccountShape, await client.ask(lambda api: api.account_lookup(name)))
    except GoneError:
        return None
    wants_no_bots = says_no_bots(found.note, is_html=True)
    # snac understands its own accounts by the short name only, where it has a port (measured, 2.75).
    handle = found.username if is_local else found.acct
    return Author(found.id, handle, is_bot=bool(found.bot), wants_no_bots=wants_no_bots)


async def notice_there(client: MastodonClient, notice: Notice, *, me: str) -> PostRef | None:
    """Look for a notice that may be posted already among the posts of `me`. Raises SocialError."""
    before: str | None = None
    for _ in range(MOST_PAGES):
        page = await _own_posts(client, me, before)
        for status in page:
            if status.in_reply_to_id is None and notice.incident_id in _text(status):
                return PostRef(status.id, status.url, was_there=True)
        if not page or page[-1].created_at < notice.due_at - CLOCKS_DIFFER or page[-1].id == before:
            return None
        before = page[-1].id
    return None


async def post_notice(
    client: MastodonClient, notice: Notice, provider: Author | None, *, name: str, visibility: str, longest: int
) -> PostRef:
    """Post it. `name` is that of our account, `visibility` the API's word. Raises SocialError."""
    call = f"@{provider.handle}" if provider else notice.account
    words = f"{call} {shorten(notice.text, longest - len(call) - 1)}"
    key = hashlib.sha256(f"{name}\nnotice\n{notice.incident_id}".encode()).hexdigest()
    said = await client.ask_once(
        lambda api: api.status_post(
            words,
            in_reply_to_id=None,
            visibility=visibility,
            spoiler_text=None,
            language=notice.language.value,
            idempotency_key=key,
            sensitive=None,
        )
    )
    status = client.read(StatusShape, said)
    return PostRef(status.id, status.url)


async def _own_posts(client: MastodonClient, me: str, before: str | None) -> list[StatusShape]:
    said = await client.ask(lambda api: api.account_statuses(me, exclude_replies=True, limit=PAGE, max_id=before))
    items: list[object] = list(said) if isinstance(said, list) else []  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] -- a list of whatever
    readable: list[StatusShape] = []
    for item in items:
        try:
            readable.append(StatusShape.model_validate(item))
        except ValidationError:  # one odd post must not hide the others
            continue
    return readable


def _text(status: StatusShape) -> str:
    return html_to_text(status.content or "", calls_the_bot=lambda _: False)
