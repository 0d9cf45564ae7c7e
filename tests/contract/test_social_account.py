"""What an account can and cannot do, as `networks check` is told; on real servers, and on ones that misbehave."""

import json
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.ports import AccountRefusedError
from bot.social.account_facts import AccountFacts, Can, PrivateMentions
from bot.social.bluesky_account import BlueskyAccount
from bot.social.mastodon_account import inspect_mastodon, mark_as_bot
from bot.social.mastodon_client import MastodonClient
from tests.contract.social_accounts import NETWORKS, now
from tests.servers.bluesky import BlueskyPeople
from tests.servers.mastodon_api import MastodonPeople
from tests.servers.middleman import Canned, Middleman, running_middleman
from tests.servers.people import People

pytestmark = pytest.mark.servers

SCOPE = Canned(403, b'{"error": "This action is outside the authorized scopes"}')


async def facts_of(
    people: People, folder: Path, *, through: str | None = None, secret: str | None = None
) -> AccountFacts:
    match people:
        case MastodonPeople():
            client = MastodonClient(server=through or people.url, token=secret or people.bot_token, clock=now)
            try:
                return await inspect_mastodon(client, now)
            finally:
                client.close()
        case BlueskyPeople():
            account = bluesky_account(people, folder, through=through, secret=secret)
            try:
                return await account.inspect()
            finally:
                await account.close()
        case _:
            raise TypeError


def bluesky_account(
    people: BlueskyPeople, folder: Path, *, who: str = "bot", through: str | None = None, secret: str | None = None
) -> BlueskyAccount:
    return BlueskyAccount(
        server=through or people.url,
        identifier=people.accounts[who].did,
        password=secret or people.accounts[who].password,
        session_file=folder / "session",
        clock=now,
    )


@pytest.fixture(params=NETWORKS)
def people(request: pytest.FixtureRequest) -> People:
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["mock_mastodon", "bluesky"])
def quick_people(request: pytest.FixtureRequest) -> MastodonPeople | BlueskyPeople:
    return request.getfixturevalue(request.param)


async def test_a_good_account_can_do_all_that_the_bot_does(people: People, tmp_path: Path) -> None:
    facts = await facts_of(people, tmp_path)
    assert facts.trouble is None
    assert facts.works
    assert set(facts.can.values()) == {Can.YES}
    assert facts.handle is not None
    assert "bot" in facts.handle
    assert facts.text_limit is not None
    assert facts.text_limit >= 300
    if people.name != "snac":  # which sends no Date (measured, 2.75)
        assert facts.clock_ahead is not None
        assert abs(facts.clock_ahead) < timedelta(seconds=30)


async def test_to_look_at_an_account_posts_and_changes_nothing(people: People, tmp_path: Path) -> None:
    assert isinstance(people, MastodonPeople | BlueskyPeople)
    with running_middleman(people.url) as middleman:
        await facts_of(people, tmp_path, through=middleman.url)
    changes = [request for request in middleman.requests if not request.startswith("GET")]
    harmless = (
        "DELETE /api/v1/statuses/0",
        "POST /xrpc/com.atproto.repo.deleteRecord",
        "POST /xrpc/com.atproto.server.",
    )
    assert all(request.startswith(harmless) for request in changes), changes


async def test_a_wrong_secret_is_the_trouble(people: People, tmp_path: Path) -> None:
    facts = await facts_of(people, tmp_path, secret="a-wrong-secret")
    assert isinstance(facts.trouble, AccountRefusedError)
    assert not facts.works
    assert "a-wrong-secret" not in str(facts)


@pytest.mark.parametrize(
    ("request_", "right"),
    [
        ("GET /api/v1/notifications", "read:notifications"),
        ("GET /api/v1/statuses/0", "read:statuses"),
        ("DELETE /api/v1/statuses/0", "write:statuses"),
    ],
)
async def test_a_missing_scope_is_named(
    mock_mastodon: MastodonPeople, tmp_path: Path, request_: str, right: str
) -> None:
    with running_middleman(mock_mastodon.url) as middleman:
        middleman.canned[request_] = SCOPE
        facts = await facts_of(mock_mastodon, tmp_path, through=middleman.url)
    assert [name for name, can in facts.can.items() if can is Can.NO] == [right]
    assert not facts.works


async def test_a_firewalls_page_is_no_missing_scope(mock_mastodon: MastodonPeople, tmp_path: Path) -> None:
    with running_middleman(mock_mastodon.url) as middleman:
        middleman.canned["DELETE "] = Canned(403, b"<html>Forbidden</html>", "text/html")
        facts = await facts_of(mock_mastodon, tmp_path, through=middleman.url)
    assert facts.can["write:statuses"] is Can.UNKNOWN


ODD_ANSWERS = {
    "a page of HTML": Canned(200, b"<html><body>Maintenance</body></html>", "text/html"),
    "an error with status 200": Canned(200, b'{"error": "oops"}'),
    "an empty body": Canned(200, b""),
    "garbage": Canned(200, b"\x00\x8f{[", "application/octet-stream"),
    "nested without end": Canned(200, b"[" * 100_000),
    "503": Canned(503, b"<html></html>", "text/html"),
}


@pytest.mark.parametrize("answer", ODD_ANSWERS.values(), ids=ODD_ANSWERS.keys())
@pytest.mark.parametrize("where", ["", "otifications"])
async def test_a_server_that_answers_oddly_is_the_trouble(
    quick_people: MastodonPeople | BlueskyPeople, tmp_path: Path, where: str, answer: Canned
) -> None:
    with running_middleman(quick_people.url) as middleman:
        middleman.always, middleman.always_for = answer, where
        facts = await facts_of(quick_people, tmp_path, through=middleman.url)
    assert not facts.works
    assert facts.trouble is not None or Can.UNKNOWN in facts.can.values()
    assert "\n" not in str(facts.trouble)


@pytest.mark.parametrize("hours", [-3, 3])
async def test_a_clock_that_is_hours_off_is_seen(
    quick_people: MastodonPeople | BlueskyPeople, tmp_path: Path, hours: int
) -> None:
    with running_middleman(quick_people.url) as middleman:
        middleman.clock_ahead = -hours * 3600
        facts = await facts_of(quick_people, tmp_path, through=middleman.url)
    assert facts.clock_ahead is not None
    assert abs(facts.clock_ahead - timedelta(hours=hours)) < timedelta(minutes=1)
    assert not facts.works


@pytest.fixture
def server(mock_mastodon: MastodonPeople) -> Generator[Middleman]:
    with running_middleman(mock_mastodon.url) as middleman:
        yield middleman


@pytest.mark.parametrize(
    ("v2", "v1", "limit", "rules"),
    [
        pytest.param(
            {"configuration": {"statuses": {"max_characters": 5000}}, "rules": [{"id": "1", "text": "Soyez gentils"}]},
            None,
            5000,
            ("Soyez gentils",),
            id="Mastodon, GoToSocial",
        ),
        pytest.param(None, {"max_toot_chars": 5000, "rules": []}, 5000, (), id="Pleroma without v2"),
        pytest.param(
            {"configuration": {"statuses": {"max_characters": 1000}}},
            {"rules": [{"text": "Be kind\x1b[2J\nplease"}, {"id": 1}, "odd"]},
            1000,
            ("Be kind [2J please",),
            id="rules in v1 alone, with odd ones",
        ),
        pytest.param(
            {"rules": "none"}, {"configuration": {"statuses": {"max_characters": 3}}}, None, (), id="odd values"
        ),
        pytest.param(None, None, None, (), id="neither"),
    ],
)
async def test_limits_and_rules_are_read_from_whatever_the_server_has(
    server: Middleman,
    mock_mastodon: MastodonPeople,
    tmp_path: Path,
    v2: object,
    v1: object,
    limit: int | None,
    rules: tuple[str, ...],
) -> None:
    for version, said in (("v2", v2), ("v1", v1)):
        body = Canned(404, b'{"error": "Not found"}') if said is None else Canned(200, json.dumps(said).encode())
        server.canned[f"/api/{version}/instance"] = body
    facts = await facts_of(mock_mastodon, tmp_path, through=server.url)
    assert (facts.text_limit, facts.rules) == (limit, rules)
    assert facts.works


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (Canned(404, b'{"error": "Not found"}'), PrivateMentions.SAME),
        (
            Canned(200, b'{"for_private_mentions": "filter", "for_limited_accounts": "accept"}'),
            PrivateMentions.FILTERED,
        ),
        (
            Canned(200, b'{"for_private_mentions": "accept", "for_limited_accounts": "accept"}'),
            PrivateMentions.ACCEPTED,
        ),
        (SCOPE, PrivateMentions.UNKNOWN),
    ],
)
async def test_what_becomes_of_private_mentions_is_told(
    server: Middleman, mock_mastodon: MastodonPeople, tmp_path: Path, answer: Canned, what: PrivateMentions
) -> None:
    server.canned["/notifications/policy"] = answer
    assert (await facts_of(mock_mastodon, tmp_path, through=server.url)).private_mentions is what


async def test_calls_left_are_told_as_the_server_said(
    server: Middleman, mock_mastodon: MastodonPeople, tmp_path: Path
) -> None:
    headers = (("X-RateLimit-Limit", "300"), ("X-RateLimit-Remaining", "288"))
    server.canned["GET /api/v1/statuses/0"] = Canned(404, b"{}", headers=headers)
    rate = (await facts_of(mock_mastodon, tmp_path, through=server.url)).rate
    assert rate is not None
    assert (rate.limit, rate.remaining) == (300, 288)


async def test_the_bot_flag_is_set_and_seen(mock_mastodon: MastodonPeople, tmp_path: Path) -> None:
    third = mock_mastodon.accounts["third"].token
    assert (await facts_of(mock_mastodon, tmp_path, secret=third)).says_it_is_a_bot is False
    client = MastodonClient(server=mock_mastodon.url, token=third, clock=now)
    try:
        await mark_as_bot(client)
    finally:
        client.close()
    assert (await facts_of(mock_mastodon, tmp_path, secret=third)).says_it_is_a_bot is True


async def test_the_self_label_is_set_beside_what_the_profile_says(bluesky: BlueskyPeople, tmp_path: Path) -> None:
    robot = bluesky.sign_up("labelled")
    record = {"$type": "app.bsky.actor.profile", "displayName": "C'est moi ou…", "description": "Tenu par la BU."}
    where = {"repo": robot.did, "collection": "app.bsky.actor.profile", "rkey": "self"}
    bluesky.call("com.atproto.repo.putRecord", "labelled", {**where, "record": record})
    account = bluesky_account(bluesky, tmp_path, who="labelled")
    try:
        await account.log_in()
        assert (await account.inspect()).says_it_is_a_bot is False
        await account.label_as_bot()
        await account.label_as_bot()
        assert (await account.inspect()).says_it_is_a_bot is True
    finally:
        await account.close()
    kept = bluesky.query("com.atproto.repo.getRecord", where, "labelled")["value"]
    assert kept == record | {"labels": {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "bot"}]}}
