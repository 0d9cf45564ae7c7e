"""People on a server that speaks the Mastodon API: plain HTTP, so that no library under test checks itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import httpx

from tests.servers.people import Audience, Post

Json = dict[str, object]
WORDS: dict[Audience, str] = {"public": "public", "followers": "private", "direct": "direct"}


@dataclass(frozen=True, slots=True)
class Account:
    """An account and its token."""

    handle: str
    token: str = field(repr=False)


@dataclass
class MastodonPeople:
    """`People` of a Mastodon-API server; `accounts` are asker, bot and third."""

    name: str
    url: str
    accounts: dict[str, Account]
    audiences: tuple[Audience, ...] = ("public", "followers", "direct")
    has_language_tags: bool = True
    can_delete: bool = True
    delivery_s: float = 0
    passwords: dict[str, str] = field(default_factory=dict[str, str], repr=False)

    def __post_init__(self) -> None:
        # snac drops kept-alive connections now and then (measured, 2.75).
        no_keep_alive = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.Client(base_url=self.url, timeout=20, trust_env=False, limits=no_keep_alive)
        self._asked_by: dict[str, str] = {}

    @property
    def bot_token(self) -> str:
        return self.accounts["bot"].token

    def ask(
        self,
        text: str,
        *,
        audience: Audience = "public",
        who: str = "asker",
        language: str = "fr",
        under: str | None = None,
        warning: str | None = None,
    ) -> str:
        form = {"status": text.replace("@bot", "@" + self.accounts["bot"].handle), "visibility": WORDS[audience]}
        form |= {"language": language}
        form |= {"in_reply_to_id": under} if under else {}
        form |= {"spoiler_text": warning} if warning else {}
        post = str(self._call("POST", "/api/v1/statuses", who, data=form)["id"])
        self._asked_by[post] = who
        return post

    def answers(self, post: str, *, who: str | None = None) -> list[Post]:
        """As `who` sees them; whoever posted what is answered, if nobody is named."""
        reader = who or self._asked_by.get(post, "asker")
        context = self._call("GET", f"/api/v1/statuses/{post}/context", reader)
        descendants = cast(list[Json], context["descendants"])
        descendants.sort(key=lambda status: (str(status["created_at"]), str(status["id"])))  # snac's ids change
        posts = map(_post, descendants)
        return [found for found in posts if found.parent == post and found.author.split("@")[0] == "bot"]

    def announced(self) -> list[Post]:
        bot = self._call("GET", f"/api/v1/accounts/lookup?acct={self.accounts['bot'].handle}", "asker")["id"]
        statuses = self._get_list(f"/api/v1/accounts/{bot}/statuses?limit=40", "asker")
        return sorted((_post(each) for each in statuses if not each.get("in_reply_to_id")), key=lambda post: post.id)

    def is_told_of(self, answer: str) -> bool:
        page = self._get_list("/api/v1/notifications?limit=80", "asker")
        statuses = [cast(Json, item["status"]) for item in page if item.get("status")]
        return any(status["id"] == answer for status in statuses)

    def delete(self, post: str) -> None:
        self._call("DELETE", f"/api/v1/statuses/{post}", "asker")

    def settle(self) -> None:
        """This API cannot tell: the caller looks again until `delivery_s` is over."""

    def close(self) -> None:
        self._http.close()

    def _call(self, method: str, path: str, who: str, data: dict[str, str] | None = None) -> Json:
        return cast(Json, self.send(method, path, who, data))

    def _get_list(self, path: str, who: str) -> list[Json]:
        return cast(list[Json], self.send("GET", path, who, None))

    def send(self, method: str, path: str, who: str, data: dict[str, str] | None) -> object:
        """Any request, in the name of an account."""
        headers = {"Authorization": f"Bearer {self.accounts[who].token}"}
        return self._http.request(method, path, data=data, headers=headers).raise_for_status().json()


def _post(status: Json) -> Post:
    parent, language = status.get("in_reply_to_id"), status.get("language")
    return Post(
        id=str(status["id"]),
        author=str(cast(Json, status["account"])["acct"]),
        text=str(status["content"]),
        parent=str(parent) if parent else None,
        language=str(language) if language else None,
        audience=str(status["visibility"]),
    )
