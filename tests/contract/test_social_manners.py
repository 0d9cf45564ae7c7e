"""What the adapters see to by themselves: late mentions, private ones, clocks that differ, texts that are too long."""

import json
import re
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from structlog.testing import capture_logs

from bot.model import Author, Language, Mention, PostRef, Reply, Visibility
from bot.ports import SocialError
from bot.social.bluesky import BlueskyNetwork
from bot.social.mastodon import MastodonNetwork
from tests.contract.social_accounts import connect, now
from tests.contract.test_social_odd_posts import account, bluesky_post, canned, notified, status
from tests.servers.bluesky import BlueskyPeople
from tests.servers.mastodon_api import MastodonPeople
from tests.servers.middleman import Canned, Middleman, running_middleman

pytestmark = pytest.mark.servers

ANSWER = Reply("HAL répond.", Language.FRENCH)
THREE_HOURS = timedelta(hours=3)


def bluesky_bot(
    people: BlueskyPeople, folder: Path, *, through: str, ahead: timedelta = timedelta(0)
) -> BlueskyNetwork:
    bot = people.accounts["bot"]
    return BlueskyNetwork(
        name="main",
        server=through,
        identifier=bot.did,
        password=bot.password,
        data_dir=folder,
        clock=lambda: datetime.now(UTC) + ahead,
    )


@pytest.fixture
def mastodon_server() -> Generator[Middleman]:
    with running_middleman() as middleman:
        middleman.canned = {
            "verify_credentials": canned(account("bot")),
            "/instance": canned({"configuration": {"statuses": {"max_characters": 300}}}),
            "/notifications/policy": Canned(404, b'{"error": "Not found"}'),
            "GET /api/v1/notifications": canned([]),
        }
        yield middleman


async def read(network: MastodonNetwork, *, times: int = 1) -> dict[str, Mention]:
    found: dict[str, Mention] = {}
    try:
        for _ in range(times):
            found |= {mention.id: mention async for mention in network.mentions(since=None)}
    finally:
        await network.close()
    return found


def mastodon_bot(server: str, *, token: str | None = None, ahead: timedelta = timedelta(0)) -> MastodonNetwork:
    return MastodonNetwork(name="odd", server=server, token=token or "a-token", clock=lambda: now() + ahead)


async def test_private_mentions_by_strangers_are_let_through(mock_mastodon: MastodonPeople) -> None:
    filtering = {"for_private_mentions": "filter", "for_limited_accounts": "filter"}
    path = "/api/v2/notifications/policy"
    mock_mastodon.send("PATCH", path, "bot", filtering)
    with running_middleman(mock_mastodon.url) as middleman:
        await read(mastodon_bot(middleman.url, token=mock_mastodon.bot_token), times=2)
    policy = mock_mastodon.send("GET", path, "bot", None)
    assert isinstance(policy, dict)
    assert {policy[name] for name in filtering} == {"accept"}
    assert sum(path in request for request in middleman.requests) == 2  # looked once, changed once


async def test_a_token_that_may_not_let_them_through_is_told_of_once(mastodon_server: Middleman) -> None:
    policy = b'{"for_private_mentions": "filter", "for_limited_accounts": "filter"}'
    mastodon_server.canned = {
        "PATCH /api/v2/notifications/policy": Canned(403, b'{"error": "This action is outside the authorized scopes"}'),
        "GET /api/v2/notifications/policy": Canned(200, policy),
    } | {part: said for part, said in mastodon_server.canned.items() if "policy" not in part}
    with capture_logs() as logs:
        await read(mastodon_bot(mastodon_server.url), times=3)
    assert len([line for line in logs if "write:notifications" in line["event"]]) == 1


async def test_the_limit_is_asked_for_again_if_the_server_had_trouble(mastodon_server: Middleman) -> None:
    mastodon_server.canned["/instance"] = Canned(503, b"")
    network = mastodon_bot(mastodon_server.url)
    assert [mention async for mention in network.mentions(since=None)] == []
    mastodon_server.canned["/instance"] = canned({"configuration": {"statuses": {"max_characters": 5000}}})
    assert [mention async for mention in network.mentions(since=None)] == []
    await network.close()
    assert network.text_limit == 4900


async def test_a_reply_that_is_too_long_after_all_is_cut_at_a_word(mock_mastodon: MastodonPeople) -> None:
    asked = mock_mastodon.ask("@bot c'est moi ou Cairn est couché ?")
    network = mastodon_bot(mock_mastodon.url, token=mock_mastodon.bot_token)
    mention = {mention.id: mention async for mention in network.mentions(since=None)}[asked]
    long = Reply("mot " * 300, Language.FRENCH)
    await network.reply(mention, long, visibility=Visibility.UNLISTED, tried_before=False)
    await network.close()
    (answer,) = mock_mastodon.answers(asked)
    assert re.search(r"mot…(</p>)?$", answer.text)


async def test_our_own_mentions_are_skipped_on_servers_that_tell_us_of_them(mastodon_server: Middleman) -> None:
    own = status("1", "@bot je me parle") | {"account": account("bot")}
    mastodon_server.canned["GET /api/v1/notifications"] = canned([notified(own), notified(status("2", "HAL ?"))])
    assert list(await read(mastodon_bot(mastodon_server.url))) == ["2"]


MENTION = Mention(
    network="odd",
    id="1",
    author=Author("lea", ""),
    text="",
    language=None,
    posted_at=datetime(2026, 1, 1, tzinfo=UTC),
    listed_at=datetime(2026, 1, 1, tzinfo=UTC),
)


async def test_an_edit_sends_again_what_would_be_lost_without(mastodon_server: Middleman) -> None:
    """GoToSocial and Mastodon drop the warning and the pictures, GoToSocial the language, if they are left out."""
    ours = status("9", "<p>avant</p>", spoiler_text="panne", media_attachments=[{"id": "m1"}, {"id": "m2"}])
    mastodon_server.canned |= {"/statuses/1": canned(status("1", "HAL ?")), "/statuses/9": canned(ours)}
    network = mastodon_bot(mastodon_server.url)
    await network.edit(PostRef("9"), MENTION, Reply("après", Language.FRENCH))
    await network.close()
    request, body = mastodon_server.requests[-1], parse_qs(mastodon_server.bodies[-1])
    assert request == "PUT /api/v1/statuses/9"
    assert body == {
        "status": ["@lea après"],
        "language": ["fr"],
        "spoiler_text": ["panne"],
        "media_ids[]": ["m1", "m2"],
    }


async def test_an_edit_that_comes_too_soon_says_how_long_to_wait(mastodon_server: Middleman) -> None:
    busy = Canned(429, b'{"error": "Too many requests"}', headers=(("Retry-After", "77"),))
    mastodon_server.canned = {"PUT /api": busy, "/statuses": canned(status("1", "HAL ?"))} | mastodon_server.canned
    network = mastodon_bot(mastodon_server.url)
    with pytest.raises(SocialError) as failure:
        await network.edit(PostRef("1"), MENTION, Reply("après", Language.FRENCH))
    await network.close()
    assert failure.value.retry_after == timedelta(seconds=77)
    assert not failure.value.permanent


@pytest.mark.parametrize("said", ["2020-01-02T00:00:00.000Z", "hier", None])
async def test_the_age_of_an_account_is_told(mastodon_server: Middleman, said: str | None) -> None:
    post = status("1", "HAL ?") | {"account": account("lea") | {"created_at": said}}
    mastodon_server.canned["GET /api/v1/notifications"] = canned([notified(post)])
    found = await read(mastodon_bot(mastodon_server.url))
    assert found["1"].author.created_at == (datetime(2020, 1, 2, tzinfo=UTC) if said and "2020" in said else None)


@pytest.mark.parametrize("ahead", [THREE_HOURS, -THREE_HOURS])
async def test_a_clock_that_is_hours_off_is_told_of_once_on_mastodon(
    mastodon_server: Middleman, ahead: timedelta
) -> None:
    with capture_logs() as logs:
        await read(mastodon_bot(mastodon_server.url, ahead=ahead), times=3)
    assert len([line for line in logs if "clock" in line["event"]]) == 1


@pytest.mark.parametrize("ahead", [THREE_HOURS, -THREE_HOURS])
async def test_a_clock_that_is_hours_off_costs_no_sessions(
    bluesky: BlueskyPeople, tmp_path: Path, ahead: timedelta
) -> None:
    asked = bluesky.ask("@bot c'est moi ou HAL rame ?")
    bluesky.settle()
    found: dict[str, Mention] = {}
    with running_middleman(bluesky.url) as middleman, capture_logs() as logs:
        for _ in range(2):
            network = bluesky_bot(bluesky, tmp_path, through=middleman.url, ahead=ahead)
            for _ in range(3):
                found = {mention.id: mention async for mention in network.mentions(since=None)}
            await network.reply(found[asked], ANSWER, visibility=Visibility.PUBLIC, tried_before=False)
            await network.close()
    bluesky.settle()
    sessions = [request for request in middleman.requests if "Session" in request]
    assert len(sessions) <= 2, sessions  # a login, and at most one refresh after the restart
    assert len([line for line in logs if "clock" in line["event"]]) == 2  # once a start
    view = bluesky.query("app.bsky.feed.getPostThread", {"uri": asked})
    assert len(bluesky.answers(asked)) == 1
    written = re.findall(r'"createdAt": "([^"]+)"', json.dumps(view))
    assert max(datetime.fromisoformat(at) for at in written) >= found[asked].listed_at


async def test_the_age_of_an_account_is_told_on_bluesky(bluesky: BlueskyPeople, tmp_path: Path) -> None:
    new = bluesky.sign_up("newcomer")
    profile: dict[str, object] = {"$type": "app.bsky.actor.profile", "createdAt": "2026-01-02T00:00:00.000Z"}
    where: dict[str, object] = {"repo": new.did, "collection": "app.bsky.actor.profile", "rkey": "self"}
    bluesky.call("com.atproto.repo.putRecord", "newcomer", where | {"record": profile})
    bluesky.settle()
    asked = bluesky.ask("@bot c'est moi ou Persée rame ?", who="newcomer")
    bluesky.settle()
    network = bluesky_bot(bluesky, tmp_path, through=bluesky.url)
    found = {mention.id: mention async for mention in network.mentions(since=None)}
    await network.close()
    assert found[asked].author.created_at == datetime(2026, 1, 2, tzinfo=UTC)


async def test_a_mention_dated_hours_back_is_found_by_the_sweep(
    bluesky: BlueskyPeople, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Listed behind all that was read already, and as read: by its author's date."""
    monkeypatch.setattr("bot.social.bluesky.PAGE", 2)
    first = bluesky.ask("@bot HAL est en panne ?")
    bluesky.settle()
    later = timedelta(0)
    bot = bluesky.accounts["bot"]
    network = BlueskyNetwork(
        name="main",
        server=bluesky.url,
        identifier=bot.did,
        password=bot.password,
        data_dir=tmp_path,
        clock=lambda: datetime.now(UTC) + later,
    )
    since = now()
    assert first in {mention.id async for mention in network.mentions(since=since)}
    back = bluesky.ask("@bot Gallica est en panne ?", written_at=now() - timedelta(hours=20))
    for minutes in range(60, 64):  # what lies between, so that the walk ends before
        bluesky.ask("@bot HAL est en panne ?", who="third", written_at=now() - timedelta(minutes=minutes))
    bluesky.settle()
    assert back not in {mention.id async for mention in network.mentions(since=now())}
    later = timedelta(minutes=6)
    assert back in {mention.id async for mention in network.mentions(since=since)}
    await network.close()


async def test_in_a_storm_most_walks_end_where_the_known_ones_begin(
    bluesky: BlueskyPeople, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one that was listed late, behind many newer ones, is found within a minute."""
    monkeypatch.setattr("bot.social.bluesky.PAGE", 2)
    for _ in range(5):
        bluesky.ask("@bot HAL est en panne ?")
        bluesky.ask("@bot Gallica est en panne ?", who="third")
    bluesky.settle()
    later = timedelta(0)
    bot = bluesky.accounts["bot"]
    with running_middleman(bluesky.url) as middleman:
        network = BlueskyNetwork(
            name="main",
            server=middleman.url,
            identifier=bot.did,
            password=bot.password,
            data_dir=tmp_path,
            clock=lambda: datetime.now(UTC) + later,
        )
        since = now()
        known = {mention.id async for mention in network.mentions(since=since)}
        late = bluesky.ask("@bot Isidore est en panne ?", written_at=now() - timedelta(minutes=2))
        bluesky.settle()
        before = len(middleman.requests)
        quick = {mention.id async for mention in network.mentions(since=since)}
        pages = [request for request in middleman.requests[before:] if "listNotifications" in request]
        later = timedelta(seconds=61)
        deep = {mention.id async for mention in network.mentions(since=since)}
        await network.close()
    assert len(known) >= 10
    assert (len(pages), late in quick) == (3, False)
    assert late in deep


async def test_between_two_sweeps_only_the_newest_is_read(bluesky: BlueskyPeople, tmp_path: Path) -> None:
    old = bluesky_post(bluesky, "old") | {"indexedAt": (now() - timedelta(hours=1)).isoformat()}
    page = {"notifications": [bluesky_post(bluesky, "new"), old], "cursor": (now() - timedelta(hours=1)).isoformat()}
    with running_middleman(bluesky.url) as middleman:
        middleman.canned["cursor="] = canned({"notifications": []})
        middleman.canned["listNotifications"] = canned(page)
        network = bluesky_bot(bluesky, tmp_path, through=middleman.url)
        for _ in range(3):
            assert [mention async for mention in network.mentions(since=now())]
        await network.close()
    asked = [request for request in middleman.requests if "listNotifications" in request]
    assert len(asked) == 4  # one sweep of two pages, then a page each


async def test_a_list_whose_cursor_stands_still_comes_to_an_end(bluesky: BlueskyPeople, tmp_path: Path) -> None:
    page = {"notifications": [bluesky_post(bluesky, "new")], "cursor": now().isoformat()}
    with running_middleman(bluesky.url) as middleman:
        middleman.canned["listNotifications"] = canned(page)
        network = bluesky_bot(bluesky, tmp_path, through=middleman.url)
        assert [mention async for mention in network.mentions(since=now() - timedelta(hours=1))]
        await network.close()
    assert len(middleman.requests) < 10


async def test_a_reply_that_is_too_long_after_all_is_cut_on_bluesky(bluesky: BlueskyPeople, tmp_path: Path) -> None:
    asked = bluesky.ask("@bot Isidore rame ?")
    bluesky.settle()
    network = bluesky_bot(bluesky, tmp_path, through=bluesky.url)
    found = {mention.id: mention async for mention in network.mentions(since=None)}
    long = Reply("é" * 200 + " mot" * 200, Language.FRENCH)
    await network.reply(found[asked], long, visibility=Visibility.PUBLIC, tried_before=False)
    await network.close()
    (answer,) = bluesky.answers(asked)
    assert len(answer.text) <= 300
    assert answer.text.endswith("mot…")


async def test_a_wait_of_years_is_cut_to_an_hour(bluesky: BlueskyPeople, tmp_path: Path) -> None:
    headers = (("Retry-After", "1e30"), ("X-RateLimit-Reset", "2999-01-01T00:00:00.000Z"))
    with running_middleman(bluesky.url) as middleman:
        middleman.always = Canned(429, b'{"error": "RateLimitExceeded"}', headers=headers)
        for network in (connect(bluesky, tmp_path, through=middleman.url), mastodon_bot(middleman.url)):
            with pytest.raises(SocialError) as failure:
                assert [mention async for mention in network.mentions(since=None)] == []
            await network.close()
            assert failure.value.retry_after == timedelta(hours=1)
