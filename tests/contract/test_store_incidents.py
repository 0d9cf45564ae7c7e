"""What every Store promises of incidents: kept whole, found again, saved with what is owed by them, forgotten."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.incidents.following import followed, opened
from bot.model import (
    Addresses,
    FollowUp,
    Incident,
    Language,
    LookTaken,
    Mention,
    PostKind,
    Report,
    Verdict,
    Word,
)
from bot.ports import Store
from bot.verdict import judge
from tests.contract.test_store import NOON, mention, own_post
from tests.unit.verdict_scenes import answer, evidence, look, place

MINUTE = timedelta(minutes=1)


HOST = Addresses("192.0.2.7", alive=("192.0.2.7",))


def verdict(at: datetime = NOON, status: int = 503) -> Verdict:
    places = [place("Paris", "Renater"), place("Rennes")]
    return judge(evidence(*(look(answer(status), where, addresses=HOST) for where in places)), at=at)


async def saved(store: Store, at: datetime = NOON) -> Incident:
    first = verdict(at)
    incident = opened(first)
    await store.save_incident(incident, LookTaken.of(first), [])
    return incident


async def test_an_incident_comes_back_as_it_was_with_all_that_was_seen(store: Store) -> None:
    incident = await saved(store)
    assert await store.incident(incident.id) == incident
    assert await store.latest_incident("cairn") == incident
    assert await store.open_incidents() == (incident,)
    assert await store.looks(incident.id) == (LookTaken.of(verdict()),)


async def test_one_that_is_over_is_found_among_the_recent_ones_only(store: Store) -> None:
    incident = await saved(store)
    for minutes in (5, 7):
        good = verdict(NOON + minutes * MINUTE, 200)
        incident = followed(incident, good)
        await store.save_incident(incident, LookTaken.of(good), [])
    assert incident.closed_at == NOON + 7 * MINUTE
    assert await store.open_incidents() == ()
    assert await store.incidents(since=NOON) == (incident,)
    assert await store.incidents(since=NOON + 8 * MINUTE) == ()
    assert [taken.word for taken in await store.looks(incident.id)] == [Word.DOWN, Word.UP, Word.UP]


async def test_a_look_that_is_saved_twice_is_kept_once(store: Store) -> None:
    incident = await saved(store)
    await store.save_incident(incident, LookTaken.of(verdict()), [])
    assert len(await store.looks(incident.id)) == 1


async def test_of_a_long_incident_the_first_look_and_the_newest_are_kept(store: Store) -> None:
    incident, bare = await saved(store), LookTaken(NOON, Word.DOWN, verdict().cause, 0.9)
    for number in range(1, 503):
        await store.save_incident(incident, replace(bare, at=NOON + number * MINUTE), [])
    looks = await store.looks(incident.id)
    assert len(looks) == 501
    assert (looks[0].at, looks[1].at, looks[-1].at) == (NOON, NOON + 3 * MINUTE, NOON + 502 * MINUTE)


async def test_what_is_owed_by_a_look_is_owed_when_the_incident_is_saved(store: Store) -> None:
    asked = mention("1")
    await store.take([asked], owed=True)
    await store.settle(asked, outcome="answered", at=NOON, post=own_post("post-1"))
    first = verdict()
    back = FollowUp("mamot", "1", PostKind.BACK, "Revenu.", Language.FRENCH, NOON, ("cairn",))
    assert await store.save_incident(opened(first), LookTaken.of(first), [back, back]) == 1
    (owed,) = await store.owed_follow_ups("mamot", now=NOON, limit=5)
    assert owed.follow_up == back


async def test_our_verdicts_on_a_platform_are_found_on_all_networks(store: Store) -> None:
    told = {"1": ("cairn", Word.DOWN), "2": ("cairn-mundo", Word.UP), "3": ("cairn", Word.UP)}
    for number, (key, word) in told.items():
        asked: Mention = replace(mention(number), network="bsky" if number == "3" else "mamot")
        await store.take([asked], owed=True)
        post = replace(
            own_post(f"post-{number}", answers=number), network=asked.network, platforms=(key,), told=(word,)
        )
        await store.settle(asked, outcome="answered", at=NOON, post=post)
    found = await store.posts_about("cairn", since=NOON - MINUTE)
    assert [(post.network, post.told) for post in found] == [("mamot", (Word.DOWN,)), ("bsky", (Word.UP,))]
    assert await store.posts_about("cairn", since=NOON + MINUTE) == ()
    await store.mark_deleted(found[:1], at=NOON)
    assert await store.posts_about("cairn", since=NOON - MINUTE) == found[1:]


async def test_where_a_report_comes_from_is_kept(store: Store) -> None:
    report = Report("mamot", "7", "cairn", False, "Nice", NOON, "9", server="mamot.fr", is_new_account=True)
    await store.add_report(report)
    assert await store.reports("cairn", since=NOON) == (report,)


async def test_incidents_that_are_over_are_forgotten_and_open_ones_never(store: Store) -> None:
    still_open, over = await saved(store), await saved(store, NOON + MINUTE)
    over = replace(over, id="over", closed_at=NOON + 2 * MINUTE)
    await store.save_incident(over, LookTaken.of(verdict()), [])
    await store.prune_incidents(before=NOON + 2 * MINUTE)
    assert await store.incident("over") == over
    await store.prune_incidents(before=NOON + 3 * MINUTE)
    assert await store.incident("over") is None
    assert await store.looks("over") == ()
    assert await store.incident(still_open.id) == still_open
