"""Whatever somebody posts, the mentions of the others are read. The lists are ours, the adapters are the real ones."""

import json
import subprocess
import sys
import time
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.model import Language, Mention, Reply, Visibility
from bot.ports import AccountRefusedError, SocialError, SocialNetwork
from bot.social.above import MOST_FOR_ONE
from bot.social.mastodon import MastodonNetwork
from tests.contract.social_accounts import connect, now
from tests.servers.bluesky import BlueskyPeople
from tests.servers.middleman import Canned, Middleman, running_middleman

pytestmark = pytest.mark.servers

OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
ANSWER = Reply("HAL répond.", Language.FRENCH)
DATES = {
    "beyond what UTC can hold": "9999-12-31T23:59:59-12:00",
    "before what UTC can hold": "0001-01-01T00:00:00+12:00",
    "no date": "hier",
}
HTML = {
    "half an address of IPv6": '<p><a href="http://[x">secret</a></p>',
    "a host that is no host": '<p><a href="http://a℀b/secret">secret</a></p>',
    "tags without end": "<div>" * 3000 + "secret",
}


def canned(data: object) -> Canned:
    return Canned(200, json.dumps(data).encode())


def account(name: str) -> dict[str, object]:
    return {"id": name, "acct": name, "username": name, "url": f"https://social.example/@{name}"}


def status(key: str, content: str, **more: object) -> dict[str, object]:
    post = {"id": key, "account": account("lea"), "content": content, "created_at": now().isoformat()}
    return post | {"visibility": "public", **more}


def notified(post: object, *, at: str | None = None) -> dict[str, object]:
    key = str(post.get("id")) if isinstance(post, dict) else "odd"  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    return {"id": f"n{key}", "type": "mention", "created_at": at or now().isoformat(), "status": post}


@pytest.fixture
def server() -> Generator[Middleman]:
    with running_middleman() as middleman:
        middleman.canned = {
            "verify_credentials": canned(account("bot")),
            "/instance": canned({"configuration": {"statuses": {"max_characters": 3000}}}),
        }
        yield middleman


def mastodon(server: Middleman) -> MastodonNetwork:
    return MastodonNetwork(name="odd", server=server.url, token="a-token", clock=now)


async def listed(network: SocialNetwork) -> dict[str, Mention]:
    try:
        return {mention.id: mention async for mention in network.mentions(since=None)}
    finally:
        await network.close()


@pytest.mark.parametrize("html", HTML.values(), ids=HTML.keys())
async def test_an_odd_post_hides_no_other_on_mastodon(server: Middleman, html: str) -> None:
    server.canned["/notifications"] = canned([notified(status("1", html)), notified(status("2", "<p>HAL ?</p>"))])
    with capture_logs() as logs:
        found = await listed(mastodon(server))
    assert found["2"].text == "HAL ?"
    assert found["1"].text.startswith("secret")
    assert "secret" not in str(logs)


async def test_a_post_of_another_shape_is_skipped_without_its_words(server: Middleman) -> None:
    odd = status("1", "secret") | {"account": "secret"}
    server.canned["/notifications"] = canned([notified(odd), notified(status("2", "HAL ?"))])
    with capture_logs() as logs:
        found = await listed(mastodon(server))
    assert list(found) == ["2"]
    assert "secret" not in str(logs)
    assert logs


@pytest.mark.parametrize("date", [date for date in DATES.values() if date != "hier"])
async def test_a_wrong_date_moves_no_cursor_on_mastodon(server: Middleman, date: str) -> None:
    odd = status("1", "HAL ?") | {"created_at": date}
    late = notified(status("3", "HAL ?"), at="2999-01-01T00:00:00Z")
    server.canned["/notifications"] = canned([notified(odd), notified(status("2", "HAL ?")), late])
    found = await listed(mastodon(server))
    assert {"2", "3"} <= found.keys()
    assert all(OLDEST <= mention.posted_at <= mention.listed_at for mention in found.values())
    assert all(mention.listed_at <= now() + timedelta(days=1) for mention in found.values())


async def test_the_length_of_a_reply_is_known_once_mentions_were_read(server: Middleman) -> None:
    server.canned["/notifications"] = canned([])
    network = mastodon(server)
    await listed(network)
    assert network.text_limit == 2900


@pytest.mark.parametrize(("age", "taken"), [(timedelta(minutes=1), False), (timedelta(minutes=11), True)])
async def test_a_bare_tag_waits_ten_minutes_for_the_post_above(server: Middleman, age: timedelta, taken: bool) -> None:
    bare = notified(status("1", "@bot ?", in_reply_to_id="above"), at=(now() - age).isoformat())
    server.canned |= {"/notifications": canned([bare]), "/statuses/above": Canned(503, b"{}")}
    assert ("1" in await listed(mastodon(server))) is taken


async def test_a_bare_tag_does_not_wait_for_a_post_that_is_gone(server: Middleman) -> None:
    bare = notified(status("1", "@bot ?", in_reply_to_id="above"))
    server.canned |= {"/notifications": canned([bare]), "/statuses/above": Canned(404, b'{"error": "gone"}')}
    assert (await listed(mastodon(server)))["1"].parent_text is None


async def test_a_walk_goes_on_until_the_date(server: Middleman) -> None:
    for number in range(60):
        page = [notified(status(str(number), "HAL ?"), at=(now() - timedelta(minutes=number)).isoformat())]
        server.canned[f"max_id=n{number - 1}&" if number else "/notifications?"] = canned(page)
    server.canned = {part: server.canned[part] for part in reversed(server.canned)}  # the page without a cursor last
    network = mastodon(server)
    found = [mention.id async for mention in network.mentions(since=now() - timedelta(minutes=37))]
    await network.close()
    assert len(found) == 60


async def test_a_refused_reply_is_this_mentions_trouble_alone(server: Middleman) -> None:
    server.canned["/notifications"] = canned([notified(status("1", "HAL ?"))])
    network = mastodon(server)
    (mention,) = [mention async for mention in network.mentions(since=None)]
    server.canned["GET /api/v1/statuses/1"] = canned(status("1", "HAL ?"))
    server.canned["POST /api/v1/statuses"] = Canned(403, b'{"error": "This action is not allowed"}')
    server.canned["/statuses/0"] = Canned(404, b'{"error": "Record not found"}')
    with pytest.raises(SocialError) as failure:
        await network.reply(mention, ANSWER, visibility=Visibility.PUBLIC, tried_before=False)
    await network.close()
    assert failure.value.permanent
    assert type(failure.value).__name__ != "AccountRefusedError"


@pytest.mark.parametrize("where", ["GET /api/v1/statuses/1", "POST /api/v1/statuses"])
async def test_a_firewall_that_keeps_one_reply_out_is_no_reason_to_give_it_up(server: Middleman, where: str) -> None:
    server.canned["/notifications"] = canned([notified(status("1", "HAL ?"))])
    network = mastodon(server)
    (mention,) = [mention async for mention in network.mentions(since=None)]
    server.canned["GET /api/v1/statuses/1"] = canned(status("1", "HAL ?"))
    server.canned[where] = Canned(403, b"<html>Just a moment...</html>", "text/html")
    with pytest.raises(SocialError) as failure:
        await network.reply(mention, ANSWER, visibility=Visibility.PUBLIC, tried_before=False)
    await network.close()
    assert not failure.value.permanent


@pytest.mark.parametrize("where", ["GET /api/v1/statuses/1", "POST /api/v1/statuses"])
async def test_who_has_blocked_the_bot_is_given_up_at_once_and_the_others_are_read(
    server: Middleman, where: str
) -> None:
    """To whom it is blocked Mastodon says 404, of their posts as of a reply to them."""
    server.canned["/notifications"] = canned([notified(status("1", "HAL ?")), notified(status("2", "Persée ?"))])
    network = mastodon(server)
    first, other = [mention async for mention in network.mentions(since=None)]
    for which in ("1", "2"):
        server.canned[f"GET /api/v1/statuses/{which}"] = canned(status(which, "HAL ?"))
    server.canned["POST /api/v1/statuses"] = canned(status("9", "HAL répond."))
    working = dict(server.canned)
    server.canned[where] = Canned(404, b'{"error": "Record not found"}')
    with pytest.raises(SocialError) as failure:
        await network.reply(first, ANSWER, visibility=Visibility.PUBLIC, tried_before=False)
    assert failure.value.permanent
    assert not isinstance(failure.value, AccountRefusedError)
    server.canned.update(working)
    assert (await network.reply(other, ANSWER, visibility=Visibility.PUBLIC, tried_before=False)).id == "9"
    await network.close()


@pytest.mark.parametrize(("method", "scope"), [("GET", "read:statuses"), ("DELETE", "write:statuses")])
async def test_a_token_without_a_scope_is_the_accounts_trouble(server: Middleman, method: str, scope: str) -> None:
    server.canned["/notifications"] = canned([notified(status("1", "HAL ?"))])
    network = mastodon(server)
    (mention,) = [mention async for mention in network.mentions(since=None)]
    beyond = Canned(403, b'{"error": "This action is outside the authorized scopes"}')
    server.canned["GET /api/v1/statuses/1"] = canned(status("1", "HAL ?"))
    server.canned[f"{method} /api/v1/statuses/0"] = server.canned["POST /api/v1/statuses"] = beyond
    server.canned["/statuses/0"] = Canned(404, b'{"error": "Record not found"}')
    with pytest.raises(AccountRefusedError, match=scope):
        await network.reply(mention, ANSWER, visibility=Visibility.PUBLIC, tried_before=False)
    await network.close()


async def test_a_reply_is_given_up_in_time_on_a_server_that_drips(
    server: Middleman, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.social.mastodon.REPLY_DEADLINE_S", 0.3)
    server.canned["/notifications"] = canned([notified(status("1", "HAL ?"))])
    network = mastodon(server)
    (mention,) = [mention async for mention in network.mentions(since=None)]
    server.drips = "/statuses"
    began = time.monotonic()
    with pytest.raises(SocialError):
        await network.reply(mention, ANSWER, visibility=Visibility.PUBLIC, tried_before=False)
    await network.close()
    assert time.monotonic() - began < 2
    assert not any(request.startswith("POST") for request in server.requests)


def test_a_server_that_drips_does_not_hold_the_process(server: Middleman) -> None:
    server.drips = "/"
    code = f"""
import asyncio
from datetime import UTC, datetime
from bot.social.mastodon import MastodonNetwork

async def main():
    network = MastodonNetwork(name="odd", server={server.url!r}, token="x", clock=lambda: datetime.now(UTC))
    walk = asyncio.create_task(anext(network.mentions(since=None)))
    await asyncio.sleep(1.5)
    walk.cancel()
    await network.close()

asyncio.run(main())
"""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", code], check=True, timeout=20)
    assert server.requests
    assert time.monotonic() - began < 8


def bluesky_post(people: BlueskyPeople, key: str, **record: object) -> dict[str, object]:
    return {
        "uri": f"at://did:plc:lea/app.bsky.feed.post/{key}",
        "cid": "bafyreib2rxk3rybk3aobmv5cjuql3bm2twh4jo5uxgf5kpqcsgz7soitae",
        "author": {"did": people.accounts["asker"].did, "handle": "lea.test"},
        "reason": "mention",
        "record": {"$type": "app.bsky.feed.post", "text": "HAL ?", "createdAt": now().isoformat(), **record},
        "isRead": False,
        "indexedAt": now().isoformat(),
    }


def link(uri: str) -> list[object]:
    return [{"index": {"byteStart": 0, "byteEnd": 3}, "features": [{"uri": uri}]}]


ODD_RECORDS: dict[str, dict[str, object]] = {
    "half an address of IPv6": {"facets": link("http://[x")},
    "a host that is no host": {"facets": link("http://a℀b/")},
    **{name: {"createdAt": date} for name, date in DATES.items()},
}


@pytest.mark.parametrize("record", ODD_RECORDS.values(), ids=ODD_RECORDS.keys())
async def test_an_odd_post_hides_no_other_on_bluesky(
    bluesky: BlueskyPeople, tmp_path: Path, record: dict[str, object]
) -> None:
    with running_middleman(bluesky.url) as middleman:
        posts = [bluesky_post(bluesky, "odd", **record), bluesky_post(bluesky, "even"), {"uri": 1}]
        middleman.canned["listNotifications"] = canned({"notifications": posts})
        found = await listed(connect(bluesky, tmp_path, through=middleman.url))
    assert [mention.text for mention in found.values()] == ["HAL ?", "HAL ?"]
    assert all(OLDEST <= mention.posted_at <= mention.listed_at for mention in found.values())


async def test_a_bare_tag_waits_for_the_post_above_on_bluesky(bluesky: BlueskyPeople, tmp_path: Path) -> None:
    above = {"uri": "at://did:plc:third/app.bsky.feed.post/above", "cid": "x"}
    bare = bluesky_post(bluesky, "bare", reply={"root": above, "parent": above})
    old = bare | {"uri": "at://did:plc:lea/app.bsky.feed.post/old", "indexedAt": "2026-01-01T00:00:00Z"}
    with running_middleman(bluesky.url) as middleman:
        middleman.canned["listNotifications"] = canned({"notifications": [bare, old]})
        middleman.canned["getPosts"] = Canned(503, b"{}")
        found = await listed(connect(bluesky, tmp_path, through=middleman.url))
    assert list(found) == [old["uri"]]


async def test_a_login_that_fails_leaves_no_connections_behind(bluesky: BlueskyPeople, tmp_path: Path) -> None:
    with running_middleman(bluesky.url) as middleman:
        middleman.canned["createSession"] = Canned(503, b"{}")
        network = connect(bluesky, tmp_path, through=middleman.url)
        for _ in range(5):
            with pytest.raises(SocialError):
                assert [mention async for mention in network.mentions(since=None)] == []
        assert network._client._closers == []  # pyright: ignore -- what leaks is seen nowhere else
        await network.close()


async def test_a_bare_tag_under_ones_own_words_is_about_the_post_further_up(server: Middleman) -> None:
    own = status("own", "<p>vous aussi ?</p>", in_reply_to_id="strange")
    strange = status("strange", "<p>Cairn ne répond plus.</p>") | {"account": account("third")}
    server.canned |= {
        "/notifications": canned([notified(status("1", "@bot ?", in_reply_to_id="own"))]),
        "/statuses/own": canned(own),
        "/statuses/strange": canned(strange),
    }
    assert (await listed(mastodon(server)))["1"].parent_text == "Cairn ne répond plus.\n\nvous aussi ?"


async def test_many_bare_tags_of_one_account_use_up_no_requests_that_others_need(server: Middleman) -> None:
    strange = status("strange", "<p>Cairn ne répond plus.</p>") | {"account": account("third")}
    flood = [notified(status(str(number), "@bot ?", in_reply_to_id=f"s{number}")) for number in range(60)]
    other = status("other", "@bot ?", in_reply_to_id="strange") | {"account": account("max")}
    server.canned |= {"/notifications": canned([*flood, notified(other)]), "/statuses/": canned(strange)}
    found = await listed(mastodon(server))
    assert found["0"].parent_text == found["other"].parent_text == "Cairn ne répond plus."
    assert len(found) == 61
    assert sum("/statuses/" in request for request in server.requests) == MOST_FOR_ONE + 1


async def test_a_bare_tag_under_ones_own_words_on_bluesky(bluesky: BlueskyPeople, tmp_path: Path) -> None:
    strange = bluesky.ask("Cairn ne répond plus.", who="third")
    own = bluesky.ask("vous aussi ?", under=strange)
    bare = bluesky.ask("@bot ?", under=own)
    bluesky.settle()
    found = await listed(connect(bluesky, tmp_path))
    assert found[bare].parent_text == "Cairn ne répond plus.\n\nvous aussi ?"
    assert (found[bare].answers, found[bare].thread) == (own, strange)


BIOS = {
    "as Mastodon marks a hashtag up": (
        '<p>Bibliothécaire. <a href="https://social.example/tags/nobot" class="mention hashtag" rel="tag">'
        "#<span>nobot</span></a></p>",
        True,
    ),
    "in other letters": ('<p><a href="https://social.example/tags/NoBots">#<span>NoBots</span></a></p>', True),
    "plain": ("<p>#nobot</p>", True),
    "another tag": ('<p><a href="https://social.example/tags/nobotany">#<span>nobotany</span></a></p>', False),
    "without a hash": ("<p>nobot</p>", False),
    "nothing": (None, False),
}


@pytest.mark.parametrize(("bio", "shy"), BIOS.values(), ids=BIOS.keys())
async def test_who_wants_no_bots_is_known_by_the_bio(server: Middleman, bio: str | None, shy: bool) -> None:
    post = status("1", "HAL ?") | {"account": account("lea") | {"note": bio}}
    server.canned["/notifications"] = canned([notified(post)])
    assert (await listed(mastodon(server)))["1"].author.wants_no_bots is shy


async def test_who_wants_no_bots_is_known_by_the_bio_on_bluesky(bluesky: BlueskyPeople, tmp_path: Path) -> None:
    bluesky.sign_up("shy")
    bluesky.describe("shy", "Bibliothécaire. #NoBot")
    bluesky.settle()
    post = bluesky.ask("@bot c'est moi ou HAL rame ?", who="shy")
    bluesky.settle()
    assert (await listed(connect(bluesky, tmp_path)))[post].author.wants_no_bots


async def test_two_calls_in_one_post_are_one_mention(server: Middleman) -> None:
    call = (
        '<span class="h-card"><a href="https://social.example/@bot" class="u-url mention">@<span>bot</span></a></span>'
    )
    twice = status("1", f"<p>{call} c&#39;est moi ou HAL rame ? {call} merci</p>")
    server.canned["/notifications"] = canned([notified(twice), notified(twice) | {"id": "n2"}])
    found = [mention async for mention in mastodon(server).mentions(since=None)]
    assert {mention.id for mention in found} == {"1"}
    assert found[0].text == "c'est moi ou HAL rame ? merci"


async def test_a_call_added_to_an_old_post_is_listed_when_it_was_added(server: Middleman) -> None:
    long_ago = (now() - timedelta(hours=20)).isoformat()
    edited = status("1", "<p>@bot HAL rame ?</p>", edited_at=now().isoformat()) | {"created_at": long_ago}
    server.canned["/notifications"] = canned([notified(edited)])
    mention = (await listed(mastodon(server)))["1"]
    assert now() - mention.listed_at < timedelta(minutes=1)
    assert now() - mention.posted_at > timedelta(hours=19)
