"""What every social network's adapter says when the network fails it: one sentence, and whether to try again."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.model import Language, Reply, Visibility
from bot.ports import AccountRefusedError, SocialError, SocialNetwork
from tests.contract.social_accounts import NETWORKS, connect, now
from tests.servers.bluesky import BlueskyPeople
from tests.servers.mastodon_api import MastodonPeople
from tests.servers.middleman import Canned, running_middleman
from tests.servers.people import People
from tests.servers.running import free_port

pytestmark = pytest.mark.servers

ANSWER = Reply("HAL répond normalement d'ici.", Language.FRENCH)


@pytest.fixture(params=NETWORKS)
def people(request: pytest.FixtureRequest) -> People:
    return request.getfixturevalue(request.param)


async def trouble(network: SocialNetwork) -> SocialError:
    """The error with which listing mentions ends."""
    try:
        with pytest.raises(SocialError) as failure:
            assert [mention async for mention in network.mentions(since=None)] == []
    finally:
        await network.close()
    assert "\n" not in str(failure.value)
    return failure.value


async def test_a_wrong_secret_is_said_in_one_sentence_without_it(people: People, tmp_path: Path) -> None:
    error = await trouble(connect(people, tmp_path, secret="a-wrong-secret"))
    assert isinstance(error, AccountRefusedError)
    assert "a-wrong-secret" not in str(error)


async def test_a_server_that_is_down_is_asked_again_later(people: People, tmp_path: Path) -> None:
    error = await trouble(connect(people, tmp_path, through=f"http://localhost:{free_port()}"))
    assert "cannot be reached" in str(error)
    assert not error.permanent


LISTING = {"mock": "/notifications", "bluesky": "listNotifications"}
REFUSALS = {
    "401": Canned(401, b'{"error": "AuthenticationRequired", "message": "The access token was revoked"}'),
    "403": Canned(403, b'{"error": "This action is outside the authorized scopes"}'),
    "403 of a firewall": Canned(403, b"<html>Forbidden</html>", "text/html"),
}


@pytest.mark.parametrize("answer", REFUSALS.values(), ids=REFUSALS.keys())
@pytest.mark.parametrize("people", ["mock_mastodon", "bluesky"], indirect=True)
async def test_one_refused_request_silences_no_account(people: People, answer: Canned, tmp_path: Path) -> None:
    assert isinstance(people, MastodonPeople | BlueskyPeople)
    with running_middleman(people.url) as middleman:
        middleman.always = answer
        middleman.always_for = LISTING[people.name]
        error = await trouble(connect(people, tmp_path, through=middleman.url))
    assert not isinstance(error, AccountRefusedError)
    assert not error.permanent


@pytest.mark.parametrize("people", ["mock_mastodon", "bluesky"], indirect=True)
async def test_an_account_that_is_refused_at_the_door_is_said_to_be(people: People, tmp_path: Path) -> None:
    assert isinstance(people, MastodonPeople | BlueskyPeople)
    with running_middleman(people.url) as middleman:
        middleman.always = REFUSALS["401"]
        error = await trouble(connect(people, tmp_path, through=middleman.url))
    assert isinstance(error, AccountRefusedError)


@pytest.mark.parametrize("people", ["mock_mastodon", "bluesky"], indirect=True)
async def test_a_firewall_before_everything_may_go_away(people: People, tmp_path: Path) -> None:
    assert isinstance(people, MastodonPeople | BlueskyPeople)
    with running_middleman(people.url) as middleman:
        middleman.always = REFUSALS["403 of a firewall"]
        error = await trouble(connect(people, tmp_path, through=middleman.url))
    assert not isinstance(error, AccountRefusedError)
    assert not error.permanent


@pytest.mark.parametrize("people", ["mock_mastodon"], indirect=True)
async def test_a_server_that_has_lost_everything_is_no_reason_to_give_a_mention_up(
    people: People, tmp_path: Path
) -> None:
    assert isinstance(people, MastodonPeople)
    people.ask("@bot HAL rame ?")
    with running_middleman(people.url) as middleman:
        network = connect(people, tmp_path, through=middleman.url)
        (mention, *_) = [mention async for mention in network.mentions(since=None)]
        middleman.always = Canned(404, b"<html>Nothing here</html>", "text/html")
        with pytest.raises(SocialError) as failure:
            await network.reply(mention, ANSWER, visibility=Visibility.UNLISTED, tried_before=False)
        await network.close()
    assert not failure.value.permanent


ODD_ANSWERS = {
    "a page of HTML": Canned(200, b"<html><body>Maintenance</body></html>", "text/html"),
    "an error with status 200": Canned(200, b'{"error": "oops"}'),
    "an empty body": Canned(200, b""),
    "garbage": Canned(200, b"\x00\x8f{[", "application/octet-stream"),
    "numbers": Canned(200, b"[1, 2, 3]"),
    "null": Canned(200, b"null"),
    "HTML that says it is JSON": Canned(200, b"<html></html>"),
    "404": Canned(404, b'{"error": "Not found"}'),
    "500": Canned(500, b"", "text/html"),
    "502": Canned(502, b"<html>Bad gateway</html>", "text/html"),
    "503": Canned(503, b'{"error": "Service unavailable"}'),
}


@pytest.mark.parametrize("answer", ODD_ANSWERS.values(), ids=ODD_ANSWERS.keys())
@pytest.mark.parametrize("where", ["everywhere", "list"])
@pytest.mark.parametrize("people", ["mock_mastodon", "bluesky"], indirect=True)
async def test_a_server_that_answers_oddly_is_asked_again_later(
    people: People, where: str, answer: Canned, tmp_path: Path
) -> None:
    assert isinstance(people, MastodonPeople | BlueskyPeople)
    with running_middleman(people.url) as middleman:
        middleman.always = answer
        middleman.always_for = LISTING[people.name] if where == "list" else ""
        error = await trouble(connect(people, tmp_path, through=middleman.url))
    assert not isinstance(error, AccountRefusedError)
    assert not error.permanent


@pytest.mark.parametrize("people", ["mock_mastodon", "bluesky"], indirect=True)
async def test_too_many_requests_says_how_long_to_wait(people: People, tmp_path: Path) -> None:
    assert isinstance(people, MastodonPeople | BlueskyPeople)
    reset = (now() + timedelta(seconds=100)).isoformat()
    headers = (("X-RateLimit-Reset", reset), ("Retry-After", "100"))
    with running_middleman(people.url) as middleman:
        middleman.always = Canned(429, b'{"error": "RateLimitExceeded"}', headers=headers)
        middleman.always_for = LISTING[people.name]
        error = await trouble(connect(people, tmp_path, through=middleman.url))
    assert error.retry_after is not None
    assert timedelta(seconds=90) < error.retry_after <= timedelta(seconds=101)
    assert not error.permanent
