"""What every Store promises of notices: one an incident, on whichever network, owed until it is settled for good."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model import Language, Notice, OwedNotice, OwnPost, PostKind, PostRef, Visibility
from bot.ports import Store
from bot.store import open_store
from tests.contract.test_store import NOON, mention

MINUTE = timedelta(minutes=1)
TOLD = Notice("mamot", "cairn-1", "cairn", "@cairn@piaille.fr", "En panne. cairn-1", Language.FRENCH, NOON)


async def owed(store: Store, network: str = "mamot", minutes: float = 0) -> tuple[OwedNotice, ...]:
    return await store.owed_notices(network, now=NOON + minutes * MINUTE, limit=5)


async def test_a_notice_is_owed_as_it_was_written(store: Store) -> None:
    assert await store.owe_notice(TOLD)
    assert await owed(store) == (OwedNotice(TOLD, 0),)
    assert await owed(store, "bsky") == ()


async def test_an_incident_has_one_notice_on_all_networks_together(store: Store) -> None:
    await store.owe_notice(TOLD)
    assert not await store.owe_notice(TOLD)
    assert not await store.owe_notice(replace(TOLD, network="bsky", account="@cairn.info"))
    assert await owed(store, "bsky") == ()
    assert len(await owed(store)) == 1


async def test_a_settled_notice_is_never_owed_again(store: Store) -> None:
    await store.owe_notice(TOLD)
    await store.settle(TOLD, outcome="over", at=NOON)
    assert not await store.owe_notice(TOLD)
    assert await owed(store) == ()
    with pytest.raises(LookupError):
        await store.begin(TOLD, at=NOON, not_before=NOON)


async def test_one_that_was_begun_waits_and_knows_how_often(store: Store) -> None:
    await store.owe_notice(TOLD)
    await store.begin(TOLD, at=NOON, not_before=NOON + MINUTE)
    assert await owed(store, minutes=0.9) == ()
    assert await owed(store, minutes=1) == (OwedNotice(TOLD, 1),)
    await store.postpone(TOLD, reason="over-budget", not_before=NOON + 2 * MINUTE)
    assert await owed(store, minutes=1) == ()


async def test_the_post_is_kept_and_begins_a_thread(store: Store) -> None:
    await store.owe_notice(TOLD)
    ref = PostRef("post-1", None)
    post = OwnPost(
        "mamot", ref, "", "provider", PostKind.NOTICE, Language.FRENCH, Visibility.UNLISTED, NOON, ("cairn",)
    )
    await store.settle(TOLD, outcome="posted", at=NOON, post=post)
    assert await store.own_posts("mamot", since=NOON) == (post,)
    below = replace(mention("2"), answers="post-1")
    await store.take([below], owed=True)
    said = await store.conversation(below, since=NOON)
    assert (said.above, said.in_thread, said.about) == (post, (post,), ("cairn",))


async def test_who_said_stop_is_known_by_their_account(store: Store) -> None:
    asked = mention("1")
    await store.take([asked], owed=True)
    assert not await store.has_stopped("mamot", asked.author.id)
    await store.stop(asked, at=NOON)
    assert await store.has_stopped("mamot", asked.author.id)
    assert not await store.has_stopped("bsky", asked.author.id)
    await store.resume(asked)
    assert not await store.has_stopped("mamot", asked.author.id)


async def test_settled_notices_are_forgotten_in_the_end_and_owed_ones_are_not(store: Store) -> None:
    await store.owe_notice(TOLD)
    await store.owe_notice(replace(TOLD, incident_id="cairn-2", text="cairn-2"))
    await store.settle(TOLD, outcome="posted", at=NOON)
    await store.prune(before=NOON + MINUTE, reports_before=NOON)
    assert [each.notice.incident_id for each in await owed(store)] == ["cairn-2"]
    assert await store.owe_notice(TOLD)


async def test_notices_survive_a_restart(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    await store.owe_notice(TOLD)
    await store.begin(TOLD, at=NOON, not_before=NOON)
    await store.close()
    store = await open_store(tmp_path)
    assert not await store.owe_notice(TOLD)
    assert await owed(store) == (OwedNotice(TOLD, 1),)
    await store.close()
