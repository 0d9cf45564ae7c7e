"""What only Bluesky has: a session to keep, self-labels, replies among strangers, closed threads. On real servers."""

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.model import Language, Mention, Reply, Visibility
from bot.ports import AccountRefusedError, SocialError
from bot.social.bluesky import BlueskyNetwork
from tests.servers.bluesky import BlueskyPeople
from tests.servers.middleman import Canned, running_middleman

pytestmark = pytest.mark.servers

ANSWER = Reply("HAL répond : https://hal.science.", Language.FRENCH)


def connect(people: BlueskyPeople, folder: Path, *, through: str, password: str | None = None) -> BlueskyNetwork:
    bot = people.accounts["bot"]
    return BlueskyNetwork(
        name="main",
        server=through,
        identifier=bot.did,
        password=password or bot.password,
        data_dir=folder,
        clock=lambda: datetime.now(UTC),
    )


async def mentions(network: BlueskyNetwork) -> dict[str, Mention]:
    return {mention.id: mention async for mention in network.mentions(since=None)}


def logins(requests: list[str]) -> int:
    return sum("createSession" in request for request in requests)


async def test_who_blocks_the_bot_is_given_up_at_once_and_others_are_answered(
    bluesky: BlueskyPeople, tmp_path: Path
) -> None:
    blocker, other = bluesky.sign_up("blocker"), bluesky.ask("@bot c'est moi ou HAL est couché ?")
    asked = bluesky.ask("@bot HAL est en panne ?", who="blocker")
    bluesky.settle()
    network = connect(bluesky, tmp_path, through=bluesky.url)
    before = await mentions(network)
    block = {
        "$type": "app.bsky.graph.block",
        "subject": bluesky.accounts["bot"].did,
        "createdAt": "2026-11-25T09:00:00Z",
    }
    repo = {"repo": blocker.did, "collection": "app.bsky.graph.block"}
    bluesky.call("com.atproto.repo.createRecord", "blocker", {**repo, "record": block})
    bluesky.settle()
    with pytest.raises(SocialError, match="a block") as refusal:
        await network.reply(before[asked], ANSWER, visibility=Visibility.PUBLIC, tried_before=False)
    assert refusal.value.permanent
    assert asked not in await mentions(network)
    await network.reply(before[other], ANSWER, visibility=Visibility.PUBLIC, tried_before=False)
    await network.close()
    replies = bluesky.replies_by_post()
    assert asked not in replies
    assert len(replies[other]) == 1


async def test_a_session_is_kept_for_the_next_start(bluesky: BlueskyPeople, tmp_path: Path) -> None:
    with running_middleman(bluesky.url) as middleman:
        for _ in range(3):
            network = connect(bluesky, tmp_path, through=middleman.url)
            await mentions(network)
            await network.close()
        assert logins(middleman.requests) == 1
    file = tmp_path / "bluesky-main.session"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert bluesky.accounts["bot"].password not in file.read_text()


@pytest.mark.parametrize("where", ["in the file", "while running"])
async def test_a_session_that_is_over_is_replaced_by_one_login(
    bluesky: BlueskyPeople, tmp_path: Path, where: str
) -> None:
    file = tmp_path / "bluesky-main.session"
    with running_middleman(bluesky.url) as middleman:
        network = connect(bluesky, tmp_path, through=middleman.url)
        await mentions(network)
        if where == "in the file":
            await network.close()
            saved = json.loads(file.read_text())
            handle, did, access, *rest = saved["session"].split(":::")
            head, body, signature = access.split(".")
            saved["session"] = ":::".join([handle, did, f"{head}.{body}.{signature[::-1]}", *rest])
            file.write_text(json.dumps(saved))
            network = connect(bluesky, tmp_path, through=middleman.url)
        else:
            middleman.always = Canned(400, b'{"error": "ExpiredToken", "message": "Token has expired"}')
            middleman.always_for = "listNotifications"
            with pytest.raises(SocialError):
                await mentions(network)
            middleman.always = None
        await mentions(network)
        await mentions(network)
        await network.close()
        assert logins(middleman.requests) == 2


@pytest.mark.parametrize("content", ["", "garbage", '{"server": 1}', "a session of somebody else"])
async def test_a_session_file_that_is_no_use_is_replaced(bluesky: BlueskyPeople, tmp_path: Path, content: str) -> None:
    file = tmp_path / "bluesky-main.session"
    if content == "a session of somebody else":
        content = json.dumps({"server": "https://elsewhere.example", "identifier": "x", "session": "a:::b:::c:::d"})
    file.write_text(content)
    network = connect(bluesky, tmp_path, through=bluesky.url)
    await mentions(network)
    await network.close()
    assert bluesky.accounts["bot"].did in file.read_text()


async def test_a_password_that_was_refused_is_not_tried_again(bluesky: BlueskyPeople, tmp_path: Path) -> None:
    with running_middleman(bluesky.url) as middleman:
        network = connect(bluesky, tmp_path, through=middleman.url, password="wrong-password")
        for _ in range(3):
            with pytest.raises(AccountRefusedError):
                await mentions(network)
        await network.close()
        assert logins(middleman.requests) == 1


async def test_an_account_that_says_it_is_a_bot_is_known_as_one(bluesky: BlueskyPeople, tmp_path: Path) -> None:
    bluesky.sign_up("robot")
    bluesky.label_as_bot("robot")
    bluesky.settle()
    post = bluesky.ask("@bot c'est moi ou HAL rame ?", who="robot")
    bluesky.settle()
    network = connect(bluesky, tmp_path, through=bluesky.url)
    assert (await mentions(network))[post].author.is_bot
    await network.close()


async def test_replies_are_for_us_only_under_our_own_post(bluesky: BlueskyPeople, tmp_path: Path) -> None:
    asked = bluesky.ask("@bot c'est moi ou Gallica rame ?")
    bluesky.settle()
    network = connect(bluesky, tmp_path, through=bluesky.url)
    ours = await network.reply(
        (await mentions(network))[asked], ANSWER, visibility=Visibility.PUBLIC, tried_before=False
    )
    under_ours = bluesky.ask("pareil à Limoges", under=ours.id)
    among_strangers = bluesky.ask("ah bon ?", who="third", under=under_ours)
    bluesky.settle()
    listed = await mentions(network)
    await network.close()
    assert listed[under_ours].text == "pareil à Limoges"
    assert listed[under_ours].parent_text is None
    assert among_strangers not in listed


async def test_addresses_in_a_reply_can_be_followed(bluesky: BlueskyPeople, tmp_path: Path) -> None:
    asked = bluesky.ask("@bot HAL est en panne ?")
    bluesky.settle()
    network = connect(bluesky, tmp_path, through=bluesky.url)
    await network.reply((await mentions(network))[asked], ANSWER, visibility=Visibility.PUBLIC, tried_before=False)
    await network.close()
    bluesky.settle()
    thread = json.dumps(bluesky.query("app.bsky.feed.getPostThread", {"uri": asked}))
    assert '"uri": "https://hal.science"' in thread


async def test_a_closed_thread_is_not_answered(bluesky: BlueskyPeople, tmp_path: Path) -> None:
    asked = bluesky.ask("@bot Isidore est en panne ?")
    did, collection, key = asked.removeprefix("at://").split("/")
    gate: dict[str, object] = {
        "$type": "app.bsky.feed.threadgate",
        "post": asked,
        "allow": [],
        "createdAt": datetime.now(UTC).isoformat(),
    }
    bluesky.call(
        "com.atproto.repo.createRecord",
        "asker",
        {"repo": did, "collection": "app.bsky.feed.threadgate", "rkey": key, "record": gate},
    )
    bluesky.settle()
    network = connect(bluesky, tmp_path, through=bluesky.url)
    mention = (await mentions(network))[asked]
    with pytest.raises(SocialError) as failure:
        await network.reply(mention, ANSWER, visibility=Visibility.PUBLIC, tried_before=False)
    await network.close()
    assert failure.value.permanent
    assert collection == "app.bsky.feed.post"
    assert bluesky.answers(asked) == []
