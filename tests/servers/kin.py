"""Kin of Mastodon that no package manager has, as they were measured: GoToSocial 0.20 and takahe 0.11.

One small server that keeps everything in memory; a `Family` says in what it differs from Mastodon. None of them knows
Idempotency-Key: the same request twice is two posts.
"""

from __future__ import annotations

import html
import itertools
import json
import re
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast
from urllib.parse import parse_qs, urlsplit

from tests.servers.mastodon_api import Account, MastodonPeople

Json = dict[str, object]
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VISIBLE_TO_ALL = frozenset({"public", "unlisted"})


@dataclass(frozen=True, slots=True)
class Family:
    """In what a server differs: ids, what it says of a post, who is told, and how it says no."""

    name: str
    ids_are_ulids: bool
    says_language: bool
    local_acct_has_host: bool
    tells_of_own_mentions: bool
    out_of_order: bool
    reply_to_gone: int
    bad_token: int
    dismissal: int
    trailing_slash: int
    longest: int


GOTOSOCIAL = Family(
    "gotosocial",
    ids_are_ulids=True,
    says_language=True,
    local_acct_has_host=False,
    tells_of_own_mentions=True,
    out_of_order=False,
    reply_to_gone=404,
    bad_token=401,
    dismissal=405,
    trailing_slash=404,
    longest=5000,
)
TAKAHE = Family(
    "takahe",
    ids_are_ulids=False,
    says_language=False,
    local_acct_has_host=True,
    tells_of_own_mentions=False,
    out_of_order=True,
    reply_to_gone=200,
    bad_token=400,
    dismissal=200,
    trailing_slash=404,
    longest=500,
)
FAMILIES = {family.name: family for family in (GOTOSOCIAL, TAKAHE)}


class _NoError(Exception):
    """The server says no: a status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass
class _Status:
    id: str
    author: str
    text: str
    visibility: str
    above: str | None
    warning: str
    language: str | None
    mentions: frozenset[str]
    at: datetime


@dataclass
class Kin:
    """The server's memory. All methods are called with its lock held."""

    family: Family
    url: str
    accounts: dict[str, str]  # handle to token
    lock: threading.Lock = field(default_factory=threading.Lock)
    statuses: dict[str, _Status] = field(default_factory=dict[str, _Status])
    told: dict[str, list[tuple[str, str, datetime]]] = field(default_factory=dict[str, list[tuple[str, str, datetime]]])

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self._late: list[tuple[str, str]] = []  # takahe: who is told of which post only after the next one

    def new_id(self, at: datetime) -> str:
        number = next(self._numbers)
        if not self.family.ids_are_ulids:
            return str(int(at.timestamp() * 1000) << 16 | number & 0xFFFF)
        value = int(at.timestamp() * 1000) << 80 | number
        return "".join(_LETTERS[value >> shift & 31] for shift in range(125, -1, -5))

    def post(self, author: str, form: dict[str, str]) -> _Status:
        above = form.get("in_reply_to_id") or None
        if above and above not in self.statuses and self.family.reply_to_gone != 200:
            raise _NoError(self.family.reply_to_gone, "Not Found")
        text = form.get("status", "")
        if not text.strip():
            raise _NoError(400, "no text")
        if len(text) + len(form.get("spoiler_text", "")) > self.family.longest:
            raise _NoError(400, f"text with spoiler exceed max chars ({self.family.longest})")
        now = datetime.now(UTC)
        called = frozenset(name for name in self.accounts if re.search(rf"@{name}\b", text))
        if above and above in self.statuses and not self.family.tells_of_own_mentions:
            called |= {self.statuses[above].author}  # takahe adds whom a reply answers
        made = _Status(
            id=self.new_id(now),
            author=author,
            text=text,
            visibility=form.get("visibility", "public"),
            above=above,
            warning=form.get("spoiler_text", ""),
            language=form.get("language") or "en",
            mentions=called,
            at=now,
        )
        self.statuses[made.id] = made
        for name in sorted(called):
            if name != author or self.family.tells_of_own_mentions:
                self._tell(name, made)
        return made

    def _tell(self, name: str, status: _Status) -> None:
        if self.family.out_of_order and not self._late:
            self._late.append((name, status.id))
            threading.Timer(0.4, self._tell_the_late).start()
            return
        self._note(name, status.id)

    def _tell_the_late(self) -> None:
        with self.lock:
            for name, status in self._late:
                self._note(name, status)
            self._late.clear()

    def _note(self, name: str, status: str) -> None:
        now = datetime.now(UTC)
        self.told.setdefault(name, []).append((self.new_id(now), status, now))

    def seen_by(self, me: str, id: str) -> _Status:
        status = self.statuses.get(id)
        if status is None:
            raise _NoError(404, "Not Found")
        if status.visibility not in _VISIBLE_TO_ALL and me != status.author and me not in status.mentions:
            raise _NoError(404, "Not Found")
        return status

    def below(self, me: str, id: str) -> list[_Status]:
        found, todo = list[_Status](), [id]
        while todo:
            above = todo.pop()
            for status in [each for each in self.statuses.values() if each.above == above]:
                todo.append(status.id)
                if status.visibility in _VISIBLE_TO_ALL or me == status.author or me in status.mentions:
                    found.append(status)
        return sorted(found, key=lambda status: status.at)

    def named(self, account: str) -> str:
        user, _, host = account.partition("@")
        if user not in self.accounts or host not in {"", urlsplit(self.url).netloc}:
            raise _NoError(404, "Not Found")
        return user

    def own(self, me: str, id: str, *, without_replies: bool) -> list[Json]:
        theirs = [each for each in self.statuses.values() if self.account(each.author)["id"] == id]
        shown = [each for each in theirs if each.visibility in _VISIBLE_TO_ALL or me in (each.author, *each.mentions)]
        return [self.status(each) for each in reversed(shown) if not (without_replies and each.above)]

    def notifications(self, me: str, limit: int, max_id: str | None) -> list[Json]:
        all_of_mine = [each for each in reversed(self.told.get(me, [])) if each[1] in self.statuses]
        if max_id:
            ids = [each[0] for each in all_of_mine]
            all_of_mine = all_of_mine[ids.index(max_id) + 1 :] if max_id in ids else []
        return [
            {
                "id": key,
                "type": "mention",
                "created_at": _written(at),
                "account": self.account(self.statuses[status].author),
                "status": self.status(self.statuses[status]),
            }
            for key, status, at in all_of_mine[:limit]
        ]

    def account(self, name: str) -> Json:
        host = urlsplit(self.url).netloc
        acct = f"{name}@{host}" if self.family.local_acct_has_host else name
        number = str(1000 + list(self.accounts).index(name))
        return {
            "id": f"01ACCOUNT{number}" if self.family.ids_are_ulids else number,
            "username": name,
            "acct": acct,
            "url": f"{self.url}/@{name}",
            "note": "",
            "bot": False,
        }

    def status(self, status: _Status) -> Json:
        return {
            "id": status.id,
            "created_at": _written(status.at),
            "account": self.account(status.author),
            "content": self._content(status),
            "visibility": status.visibility,
            "spoiler_text": status.warning,
            "language": status.language if self.family.says_language else None,
            "in_reply_to_id": status.above,
            "url": f"{self.url}/@{status.author}/{status.id}",
            "media_attachments": [],
            "mentions": [self.account(name) for name in sorted(status.mentions)],
        }

    def _content(self, status: _Status) -> str:
        text = html.escape(status.text).replace("\n", "<br>")
        for name in self.accounts:
            address = f'href="{self.url}/@{name}" class="u-url mention"'
            link = f'<span class="h-card"><a {address}>@<span>{name}</span></a></span>'
            text = re.sub(rf"@{name}(@[\w.:-]*\w)?\b", link, text)
        return f"<p>{text}</p>"


@contextmanager
def running_kin(family: Family, *, people: int = 2) -> Generator[MastodonPeople]:
    """Listen on a free port of loopback with the accounts asker, bot, third and, beyond 2 `people`, others."""
    names = ["asker", "bot", "third", *(f"colleague{number}" for number in range(3, people + 1))]
    kin = Kin(family, "", {name: f"{name}-token-0123456789" for name in names})
    server = _Server(kin)
    kin.url = f"http://localhost:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    accounts = {name: Account(name, token) for name, token in kin.accounts.items()}
    made = MastodonPeople(
        name=family.name,
        url=kin.url,
        accounts=accounts,
        has_language_tags=family.says_language,
        delivery_s=2,
    )
    try:
        yield made
    finally:
        made.close()
        server.shutdown()
        server.server_close()
        thread.join(5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, kin: Kin) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.kin = kin

    def handle_error(self, request: object, client_address: object) -> None:
        """Somebody hung up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        kin = cast(_Server, self.server).kin
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        time.sleep(0.002)
        try:
            with kin.lock:
                self._say(200, self._act(kin, url.path, query, body))
        except _NoError as error:
            self._say(error.status, {"error": str(error)})

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 -- the library's names

    def _act(self, kin: Kin, path: str, query: dict[str, str], body: bytes) -> object:
        if path.endswith("/instance"):
            return {"configuration": {"statuses": {"max_characters": kin.family.longest}}}
        if path.endswith("/"):
            raise _NoError(kin.family.trailing_slash, "Not Found")
        me = self._who(kin)
        parts = path.removeprefix("/api/v1/").split("/")
        match self.command, *parts:
            case "GET", "accounts", *rest:
                return self._account(kin, me, rest, query)
            case "GET", "notifications":
                return kin.notifications(me, int(query.get("limit", "20")), query.get("max_id"))
            case "POST", "notifications", _, "dismiss":
                raise _NoError(kin.family.dismissal, "no")
            case "POST", "statuses":
                return kin.status(kin.post(me, self._form(body)))
            case "GET", "statuses", id:
                return kin.status(kin.seen_by(me, id))
            case "GET", "statuses", id, "context":
                kin.seen_by(me, id)
                return {"ancestors": [], "descendants": [kin.status(each) for each in kin.below(me, id)]}
            case "PUT" | "DELETE", "statuses", id:
                return self._change(kin, kin.seen_by(me, id), me, body)
            case _:
                raise _NoError(404, "Not Found")

    def _account(self, kin: Kin, me: str, parts: list[str], query: dict[str, str]) -> object:
        match parts:
            case ["verify_credentials"]:
                return kin.account(me)
            case ["lookup"]:
                return kin.account(kin.named(query.get("acct", "")))
            case [id, "statuses"]:
                return kin.own(me, id, without_replies=query.get("exclude_replies") in {"1", "true", "True"})
            case _:
                raise _NoError(404, "Not Found")

    def _change(self, kin: Kin, status: _Status, me: str, body: bytes) -> Json:
        if status.author != me:
            raise _NoError(404, "Not Found")
        if self.command == "DELETE":
            return kin.status(kin.statuses.pop(status.id))
        form = self._form(body)
        status.text, status.warning = form.get("status", ""), form.get("spoiler_text", "")
        status.language = form.get("language") or "en"
        return kin.status(status)

    def _who(self, kin: Kin) -> str:
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        for name, theirs in kin.accounts.items():
            if token == theirs:
                return name
        raise _NoError(kin.family.bad_token, "Unauthorized")

    def _form(self, body: bytes) -> dict[str, str]:
        kind = self.headers.get("Content-Type") or ""
        if kind.startswith("application/json"):
            return {
                name: str(value) for name, value in cast(Json, json.loads(body or b"{}")).items() if value is not None
            }
        return {name: values[0] for name, values in parse_qs(body.decode()).items()}

    def _say(self, status: int, said: object) -> None:
        body = json.dumps(said).encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _written(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
