"""The real Bluesky servers (PLC, PDS, AppView, bsync) in one node process beside a PostgreSQL of their own."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import httpx

from tests.servers.people import Audience, Post
from tests.servers.running import NotInstalledError, free_port, stop, wait_until

FOLDER = Path(__file__).parent / "bluesky"
OFFSETS = (0, 2, 3, 4, 5, 6, 9)  # control, PLC, PDS, AppView, bsync, data plane, PostgreSQL
PASSWORD = "a-password-of-the-tests"

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class BlueskyAccount:
    """An account and how to log in to it."""

    did: str
    handle: str
    password: str = field(repr=False)
    access_token: str = field(repr=False)


@dataclass
class BlueskyPeople:
    """`People` of the Bluesky stack; `url` is its PDS."""

    url: str
    control_url: str
    accounts: dict[str, BlueskyAccount] = field(default_factory=dict[str, BlueskyAccount])
    name: str = "bluesky"
    audiences: tuple[Audience, ...] = ("public",)
    has_language_tags: bool = True
    can_delete: bool = True
    delivery_s: float = 10

    def __post_init__(self) -> None:
        self._http = httpx.Client(timeout=20, trust_env=False)

    def control(self, action: str) -> None:
        """What no public API gives: settle, indexer/stop|start, appview/down|up, pds/down|up, delay?ms=."""
        self._http.get(f"{self.control_url}/{action}").raise_for_status()

    def settle(self) -> None:
        self.control("settle")

    def sign_up(self, who: str) -> BlueskyAccount:
        """Make the account the-`who`.test (the PDS keeps "bot" for itself)."""
        data: Json = {"handle": f"the-{who}.test", "email": f"{who}@example.org", "password": PASSWORD}
        made = self._http.post(f"{self.url}/xrpc/com.atproto.server.createAccount", json=data).raise_for_status().json()
        account = BlueskyAccount(made["did"], made["handle"], PASSWORD, made["accessJwt"])
        self.accounts[who] = account
        return account

    def ask(
        self,
        text: str,
        *,
        audience: Audience = "public",
        who: str = "asker",
        language: str = "fr",
        under: str | None = None,
        warning: str | None = None,
        written_at: datetime | None = None,
    ) -> str:
        """`written_at`: when the post says that it was written; the author's choice on this network."""
        assert audience == "public", "every post is public on Bluesky"
        assert warning is None, "there are no content warnings on Bluesky"
        bot = self.accounts["bot"]
        written = text.replace("@bot", f"@{bot.handle}")
        record: Json = {
            "$type": "app.bsky.feed.post",
            "text": written,
            "createdAt": (written_at or datetime.now(UTC)).isoformat().replace("+00:00", "Z"),
            "langs": [language],
            "facets": _mentions(written, bot),
        }
        if under:
            record["reply"] = self._reply_refs(under)
        made = self.call(
            "com.atproto.repo.createRecord",
            who,
            {
                "repo": self.accounts[who].did,
                "collection": "app.bsky.feed.post",
                "record": record,
            },
        )
        return str(made["uri"])

    def label_as_bot(self, who: str) -> None:
        """Write into the profile of `who` that it is a bot, as Bluesky asks bots to."""
        self._profile(who, {"labels": {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "bot"}]}})

    def describe(self, who: str, words: str) -> None:
        """Write words into the profile of `who`."""
        self._profile(who, {"description": words})

    def _profile(self, who: str, more: Json) -> None:
        repo, kind = self.accounts[who].did, "app.bsky.actor.profile"
        record = {"$type": kind, **more}
        self.call(
            "com.atproto.repo.putRecord", who, {"repo": repo, "collection": kind, "rkey": "self", "record": record}
        )

    def answers(self, post: str, *, who: str = "asker") -> list[Post]:
        self.settle()
        view = self.query("app.bsky.feed.getPostThread", {"uri": post, "depth": "1"}, who)
        replies = cast(list[Json], cast(Json, view["thread"]).get("replies") or [])
        views = [cast(Json, reply["post"]) for reply in replies if "post" in reply]
        views.sort(key=lambda view: str(view["indexedAt"]))  # an address says nothing of when it was posted
        return [found for found in map(_post, views) if found.author == self.accounts["bot"].handle]

    def replies_by_post(self) -> dict[str, list[str]]:
        """The texts of all the bot's replies by the post that they answer, as its own repository has them."""
        found, cursor = dict[str, list[str]](), None
        while True:
            params = {"repo": self.accounts["bot"].did, "collection": "app.bsky.feed.post", "limit": "100"}
            page = self.query("com.atproto.repo.listRecords", params | ({"cursor": cursor} if cursor else {}))
            for item in cast(list[Json], page["records"]):
                record = cast(Json, item["value"])
                parent = cast(Json, cast(Json, record["reply"])["parent"]) if record.get("reply") else None
                if parent:
                    found.setdefault(str(parent["uri"]), []).append(str(record["text"]))
            cursor = cast("str | None", page.get("cursor"))
            if not cursor:
                return found

    def announced(self) -> list[Post]:
        self.settle()
        params = {"actor": self.accounts["bot"].did, "filter": "posts_no_replies", "limit": "100"}
        feed = cast(list[Json], self.query("app.bsky.feed.getAuthorFeed", params)["feed"])
        views = sorted((cast(Json, item["post"]) for item in feed), key=lambda view: str(view["indexedAt"]))
        return [_post(view) for view in views]

    def is_told_of(self, answer: str) -> bool:
        page = self.query("app.bsky.notification.listNotifications", {"limit": "100"})
        return any(item["uri"] == answer for item in cast(list[Json], page["notifications"]))

    def delete(self, post: str) -> None:
        did, collection, rkey = post.removeprefix("at://").split("/")
        self.call("com.atproto.repo.deleteRecord", "asker", {"repo": did, "collection": collection, "rkey": rkey})
        self.settle()

    def query(self, method: str, params: dict[str, str], who: str = "asker") -> Json:
        """GET, in the name of an account."""
        headers = {"Authorization": f"Bearer {self.accounts[who].access_token}"}
        found = self._http.get(f"{self.url}/xrpc/{method}", params=params, headers=headers)
        return cast(Json, found.raise_for_status().json())

    def call(self, method: str, who: str, data: Json) -> Json:
        """POST, in the name of an account."""
        headers = {"Authorization": f"Bearer {self.accounts[who].access_token}"}
        done = self._http.post(f"{self.url}/xrpc/{method}", json=data, headers=headers)
        return cast(Json, done.raise_for_status().json())

    def close(self) -> None:
        self._http.close()

    def _reply_refs(self, under: str) -> Json:
        self.settle()
        found = cast(list[Json], self.query("app.bsky.feed.getPosts", {"uris": under})["posts"])[0]
        parent = {"uri": found["uri"], "cid": found["cid"]}
        above = cast(Json | None, cast(Json, found["record"]).get("reply"))
        return {"root": above["root"] if above else parent, "parent": parent}


@contextmanager
def running_bluesky() -> Generator[BlueskyPeople]:
    """Start the servers from an empty state with the accounts asker, bot and third; forget everything after.

    Sessions do not name the PDS (DID_DOC=0), so that a client stays behind a proxy that a test put before it.
    """
    if not (FOLDER / "node_modules" / ".installed").exists():
        raise NotInstalledError("the Bluesky servers are not installed: run tests/servers/install.sh (npm, PostgreSQL)")
    base = free_port(OFFSETS)
    with tempfile.NamedTemporaryFile(prefix="bluesky-", suffix=".log") as log:
        settings = os.environ | {"BASE_PORT": str(base), "DID_DOC": "0"}
        process = subprocess.Popen([FOLDER / "start.sh"], stdout=log, stderr=log, env=settings)
        people = BlueskyPeople(url=f"http://localhost:{base + 3}", control_url=f"http://localhost:{base}")
        try:
            wait_until(lambda: _is_ready(people.control_url, process), within_s=90, what="the Bluesky servers answer")
            for who in ("asker", "bot", "third"):
                people.sign_up(who)
            people.settle()
            yield people
        finally:
            people.close()
            stop(process, within_s=20)


def _is_ready(control_url: str, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, (
        "the Bluesky servers ended while starting; run tests/servers/bluesky/start.sh to see why"
    )
    try:
        return httpx.get(f"{control_url}/ready", trust_env=False, timeout=2).is_success
    except httpx.TransportError:
        return False


def _mentions(text: str, account: BlueskyAccount) -> list[Json]:
    """Facets count bytes of UTF-8."""
    handle = f"@{account.handle}".encode()
    start = text.encode().find(handle)
    if start < 0:
        return []
    feature = {"$type": "app.bsky.richtext.facet#mention", "did": account.did}
    return [{"index": {"byteStart": start, "byteEnd": start + len(handle)}, "features": [feature]}]


def _post(view: Json) -> Post:
    record = cast(Json, view["record"])
    reply = cast(Json | None, record.get("reply"))
    languages = cast(list[str], record.get("langs") or [])
    return Post(
        id=str(view["uri"]),
        author=str(cast(Json, view["author"])["handle"]),
        text=str(record["text"]),
        parent=str(cast(Json, reply["parent"])["uri"]) if reply else None,
        language=languages[0] if languages else None,
        audience="public",
    )
