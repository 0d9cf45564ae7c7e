"""The bot's account on Bluesky: a first login, the self-label, and what the account can and cannot do."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import cast

from pydantic import BaseModel

from bot.ports import SocialError
from bot.social.account_facts import AccountFacts, Can, PrivateMentions, printable
from bot.social.bluesky_client import BlueskyClient, RefusedRequestError
from bot.social.bluesky_wire import ListNotifications, PageShape, RecordShape, SavedSession

TEXT_LIMIT = 300
_PROFILE = "app.bsky.actor.profile"
_LABELS = "com.atproto.label.defs#selfLabels"
_NO_POST = (
    "2222222222222"  # the key of a post of 1970: deleting what is not there is fine, and proves the right to write
)


class GetRecord(BaseModel):
    """What we ask of com.atproto.repo.getRecord."""

    repo: str
    collection: str
    rkey: str


@dataclass(frozen=True, slots=True)
class Found:
    """An account that let us in, and its session, to be kept for the first start."""

    did: str
    session: str


class BlueskyAccount:
    """An account under examination. Its session is kept in `session_file`; `close()` at the end."""

    def __init__(
        self, *, server: str, identifier: str, password: str, session_file: Path, clock: Callable[[], datetime]
    ) -> None:
        self._server = server
        self._session_file = session_file
        self._client = BlueskyClient(
            server=server, identifier=identifier, password=password, session_file=session_file, clock=clock
        )

    async def log_in(self) -> Found:
        """Log in once; give the account's DID and the session as it is kept for it. Raises SocialError."""
        await self._client.ready()
        saved = SavedSession.model_validate_json(self._session_file.read_bytes())
        kept = SavedSession(server=self._server, identifier=self._client.did, session=saved.session)
        return Found(self._client.did, kept.model_dump_json())

    async def label_as_bot(self) -> None:
        """Write into the profile that it is a bot's; all else in it stays. Raises SocialError."""
        record, cid = await self._profile()
        if _says_bot(record):
            return
        labels = record.get("labels")
        values = [*_values(labels), {"val": "bot"}]
        body = {
            "repo": self._client.did,
            "collection": _PROFILE,
            "rkey": "self",
            "record": {"$type": _PROFILE, **record, "labels": {"$type": _LABELS, "values": values}},
            "swapRecord": cid,
        }
        await self._client.procedure("com.atproto.repo.putRecord", json.dumps(body).encode())

    async def inspect(self) -> AccountFacts:
        """Find out what the account can do, by calls that change nothing. Raises nothing."""
        facts = AccountFacts(text_limit=TEXT_LIMIT, private_mentions=PrivateMentions.NONE)
        try:
            await self._client.ready()
            handle = f"@{printable(self._client.handle)} ({self._client.did})"
            said = await self._client.query("app.bsky.notification.listNotifications", ListNotifications(limit=1))
            self._client.read(PageShape, said)
            facts = replace(facts, handle=handle, can={"read": Can.YES})
            facts = replace(facts, says_it_is_a_bot=_says_bot((await self._profile())[0]))
            facts = replace(facts, can={**facts.can, "write": await self._may_write()})
        except SocialError as error:
            facts = replace(facts, trouble=error)
        return replace(facts, clock_ahead=self._client.clock_ahead, rate=self._client.rate)

    async def close(self) -> None:
        """Give back the connections."""
        await self._client.close()

    async def _profile(self) -> tuple[dict[str, object], str | None]:
        params = GetRecord(repo=self._client.did, collection=_PROFILE, rkey="self")
        try:
            said = await self._client.query("com.atproto.repo.getRecord", params)
        except RefusedRequestError as error:
            if error.error_name != "RecordNotFound":
                raise
            return {}, None
        found = self._client.read(RecordShape, said)
        return dict(found.value), found.cid

    async def _may_write(self) -> Can:
        body = {"repo": self._client.did, "collection": "app.bsky.feed.post", "rkey": _NO_POST}
        try:
            await self._client.procedure("com.atproto.repo.deleteRecord", json.dumps(body).encode())
        except RefusedRequestError:
            return Can.NO
        return Can.YES


def _values(labels: object) -> list[dict[str, object]]:
    listed = cast("dict[str, object]", labels).get("values") if isinstance(labels, dict) else None
    items = cast("list[object]", listed) if isinstance(listed, list) else []
    return [cast("dict[str, object]", item) for item in items if isinstance(item, dict)]


def _says_bot(record: dict[str, object]) -> bool:
    return any(value.get("val") == "bot" for value in _values(record.get("labels")))
