"""Notices on Bluesky: posts that answer nothing and mention one account, once each.

A notice stands at an address drawn from its incident, so that the network itself refuses a second one.
"""

from datetime import UTC, datetime

from bot.model import Author, Notice, PostRef
from bot.ports import SocialError
from bot.social.bluesky_client import BlueskyClient
from bot.social.bluesky_records import POSTS, put_once
from bot.social.bluesky_text import link_facets
from bot.social.bluesky_wire import GetProfiles, ProfilesShape
from bot.social.text import says_no_bots, shorten


async def find_account(client: BlueskyClient, account: str) -> Author:
    """Who "@handle" is. Raises SocialError, permanent if there is no such account, or it blocks us.

    Asked for as a list: that leaves out who is not there, while for a single profile the error of an account that was
    taken down is the same as if it were our own.
    """
    await client.ready()
    said = await client.query("app.bsky.actor.getProfiles", GetProfiles(actors=(account.removeprefix("@"),)))
    profiles = client.read(ProfilesShape, said).profiles
    if not profiles or profiles[0].viewer.blocked_by:
        raise SocialError("the provider's account is not there, or blocks us", permanent=True)
    found = profiles[0]
    wants_no_bots = says_no_bots(found.description, is_html=False)
    return Author(found.did, found.handle, is_bot=found.says_it_is_a_bot, wants_no_bots=wants_no_bots)


async def post_notice(
    client: BlueskyClient, notice: Notice, provider: Author, *, key: str, longest: int, now: datetime
) -> PostRef:
    """Post it at `key`, unless it stands there already; say so then. Raises SocialError."""
    await client.ready()
    return await put_once(client, key, _record(notice, provider, longest, max(now, notice.due_at)))


def _record(notice: Notice, provider: Author, longest: int, written_at: datetime) -> dict[str, object]:
    call = notice.account  # what people read; whom it reaches is said by the DID
    text = f"{call} {shorten(notice.text, longest - len(call) - 1)}"
    mention = {
        "index": {"byteStart": 0, "byteEnd": len(call.encode())},
        "features": [{"$type": "app.bsky.richtext.facet#mention", "did": provider.id}],
    }
    return {
        "$type": POSTS,
        "text": text,
        "createdAt": written_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "langs": [notice.language.value],
        "facets": [mention, *link_facets(text)],
    }
