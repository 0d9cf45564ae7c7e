"""Posts on Bluesky at addresses of our choice: written there once, however often it is tried."""

import json
from collections.abc import Mapping

from bot.model import PostRef
from bot.ports import AccountRefusedError, SocialError
from bot.social.bluesky_client import BlueskyClient, RefusedRequestError
from bot.social.bluesky_wire import WrittenShape

POSTS = "app.bsky.feed.post"


async def put_once(client: BlueskyClient, key: str, record: Mapping[str, object]) -> PostRef:
    """Write a post at `key` of our repository, unless one stands there already; say so then. Raises SocialError."""
    body = {
        "repo": client.did,
        "collection": POSTS,
        "rkey": key,
        "record": record,
        "swapRecord": None,  # only if there is nothing yet
    }
    address = f"https://bsky.app/profile/{client.did}/post/{key}"
    try:
        said = await client.procedure("com.atproto.repo.putRecord", json.dumps(body).encode())
    except RefusedRequestError as error:
        if error.error_name != "InvalidSwap":  # that one says: it is there already
            raise SocialError(str(error), permanent=True) from error
        return PostRef(f"at://{client.did}/{POSTS}/{key}", address, was_there=True)
    except AccountRefusedError:
        raise
    except SocialError as error:
        raise SocialError(str(error), retry_after=error.retry_after, may_be_done=True) from error
    return PostRef(client.read(WrittenShape, said).uri, address)
