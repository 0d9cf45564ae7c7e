"""What every Store promises, over the real one and over the fake that other tests use."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.model import (
    Author,
    Cause,
    CauseId,
    History,
    Language,
    Leaning,
    Mention,
    Observation,
    OwnPost,
    Phases,
    Platform,
    PostKind,
    PostRef,
    Reading,
    Response,
    Target,
    VantagePoint,
    Verdict,
    Visibility,
    Vote,
    Word,
)
from bot.ports import Store

NOON = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CAIRN = Platform(key="cairn", name="Cairn.info")
RENNES = VantagePoint("local", "Rennes", "Renater")


def mention(number: str = "1", *, at: datetime = NOON, network: str = "mamot") -> Mention:
    return Mention(
        network=network,
        id=number,
        author=Author(id="42", handle="lea@mamot.fr", created_at=at - timedelta(days=400)),
        text="c'est moi ou Cairn est couché ? 📚",
        language="fr",
        posted_at=at - timedelta(seconds=3),
        listed_at=at,
        visibility=Visibility.UNLISTED,
        content_warning="panne",
        parent_text="Cairn ne répond plus",
        reply_ref='{"root": "at://x"}',
    )


def own_post(
    number: str,
    *,
    answers: str = "1",
    kind: PostKind = PostKind.VERDICT,
    at: datetime = NOON,
    to: str = "42",
    network: str = "mamot",
    about: tuple[str, ...] = ("cairn",),
) -> OwnPost:
    return OwnPost(
        network=network,
        ref=PostRef(number, f"https://mamot.fr/@bot/{number}"),
        mention_id=answers,
        author_id=to,
        kind=kind,
        language=Language.FRENCH,
        visibility=Visibility.UNLISTED,
        posted_at=at,
        platforms=about,
    )


def verdict(word: Word, at: datetime, *, cause: CauseId = CauseId.NOTHING_MEASURED, seen: Response | None = None,
            first_byte_ms: int = 300) -> Verdict:  # fmt: skip
    votes = ()
    if seen is not None:
        observation = Observation(
            RENNES,
            Target("www.cairn.info"),
            at,
            timedelta(seconds=1),
            seen,
            Phases(first_byte=timedelta(milliseconds=first_byte_ms)),
        )
        votes = (Vote(RENNES, Leaning.UP, "up-2xx", Cause(cause), observation=observation),)
    return Verdict(word, CAIRN, Cause(cause), "rule", at, votes=votes)


PAGE = Response(status=200, url_host="www2.cairn.info", title="Cairn.info")


async def test_a_mention_comes_back_as_it_was_taken(store: Store) -> None:
    assert await store.take([mention()], owed=True) == 1
    (owed,) = await store.owed("mamot", now=NOON, limit=10)
    assert (owed.mention, owed.attempts) == (replace(mention(), thread="1"), 0)  # it begins one


async def test_a_mention_comes_back_with_the_instant_from_which_an_answer_is_late(store: Store) -> None:
    await store.take([mention()], owed=True, late_at=NOON + MINUTE)
    assert [each.late_at for each in await store.owed("mamot", now=NOON, limit=10)] == [NOON + MINUTE]


async def test_only_new_mentions_are_counted_and_kept_once(store: Store) -> None:
    await store.take([mention("1")], owed=True)
    assert await store.take([mention("1"), mention("2"), mention("2")], owed=True) == 1
    assert len(await store.owed("mamot", now=NOON, limit=10)) == 2


async def test_taking_nothing_is_fine(store: Store) -> None:
    assert await store.take([], owed=True) == 0


async def test_two_networks_may_use_the_same_id(store: Store) -> None:
    assert await store.take([mention("1", network="mamot"), mention("1", network="piaille")], owed=True) == 2


async def test_what_was_taken_as_seen_is_never_owed(store: Store) -> None:
    await store.take([mention()], owed=False)
    assert await store.take([mention()], owed=True) == 0
    assert await store.owed("mamot", now=NOON, limit=10) == ()


async def test_the_oldest_comes_first_and_the_limit_holds(store: Store) -> None:
    await store.take([mention("new", at=NOON), mention("old", at=NOON - MINUTE), mention("mid", at=NOON)], owed=True)
    assert [each.mention.id for each in await store.owed("mamot", now=NOON, limit=2)] == ["old", "mid"]


async def test_begun_answers_are_counted(store: Store) -> None:
    await store.take([mention()], owed=True)
    await store.begin(mention(), at=NOON, not_before=NOON)
    await store.begin(mention(), at=NOON, not_before=NOON)
    (owed,) = await store.owed("mamot", now=NOON, limit=1)
    assert owed.attempts == 2


async def test_a_begun_answer_is_left_alone_until_its_time(store: Store) -> None:
    await store.take([mention()], owed=True)
    await store.begin(mention(), at=NOON, not_before=NOON + MINUTE)
    assert await store.owed("mamot", now=NOON + MINUTE / 2, limit=1) == ()
    assert len(await store.owed("mamot", now=NOON + MINUTE, limit=1)) == 1


async def test_each_network_has_its_own_waiting_mentions(store: Store) -> None:
    await store.take([mention("1"), mention("2", network="piaille")], owed=True)
    assert [each.mention.id for each in await store.owed("piaille", now=NOON, limit=10)] == ["2"]


async def test_an_author_from_the_end_of_time_harms_nobody(store: Store) -> None:
    posted = datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-12)))
    await store.take([replace(mention("1"), posted_at=posted), mention("2")], owed=True)
    assert len(await store.owed("mamot", now=NOON, limit=10)) == 2


async def test_settled_mentions_are_pruned_and_owed_ones_stay(store: Store) -> None:
    await store.take([mention("settled"), mention("owed")], owed=True)
    await store.take([mention("seen", at=NOON - MINUTE)], owed=False)
    await store.settle(mention("settled"), outcome="answered", at=NOON)
    assert await store.prune(before=NOON, reports_before=NOON) == 1
    assert await store.prune(before=NOON + MINUTE, reports_before=NOON) == 1
    assert len(await store.owed("mamot", now=NOON, limit=10)) == 1


async def test_an_answer_to_what_is_not_owed_cannot_be_begun(store: Store) -> None:
    with pytest.raises(LookupError):
        await store.begin(mention(), at=NOON, not_before=NOON)
    await store.take([mention()], owed=True)
    await store.settle(mention(), outcome="answered", at=NOON)
    with pytest.raises(LookupError):
        await store.begin(mention(), at=NOON, not_before=NOON)


async def test_a_settled_mention_is_owed_no_more_and_not_new_again(store: Store) -> None:
    await store.take([mention()], owed=True)
    await store.settle(mention(), outcome="answered", at=NOON, post=own_post("99"))
    await store.settle(mention(), outcome="gone", at=NOON)
    await store.postpone(mention(), reason="late", not_before=NOON)
    assert await store.owed("mamot", now=NOON + MINUTE, limit=10) == ()
    assert await store.take([mention()], owed=True) == 0


async def test_a_postponed_mention_waits_for_its_time(store: Store) -> None:
    await store.take([mention()], owed=True)
    await store.postpone(mention(), reason="too many requests", not_before=NOON + MINUTE)
    assert await store.owed("mamot", now=NOON + MINUTE - timedelta(microseconds=1), limit=10) == ()
    assert len(await store.owed("mamot", now=NOON + MINUTE, limit=10)) == 1


async def test_reading_begins_once_and_never_goes_back(store: Store) -> None:
    assert await store.reading("mamot", answer_since=NOON) == Reading(NOON, NOON)
    await store.set_read_until("mamot", NOON + MINUTE, at=NOON)
    await store.set_read_until("mamot", NOON - MINUTE, at=NOON + 2 * MINUTE)
    known = Reading(NOON, NOON + MINUTE, read_at=NOON + 2 * MINUTE)
    assert await store.reading("mamot", answer_since=NOON + 9 * MINUTE) == known
    assert await store.reading("bsky", answer_since=NOON - MINUTE) == Reading(NOON - MINUTE, NOON - MINUTE)


async def test_nothing_is_known_of_a_platform_before_the_first_look(store: Store) -> None:
    assert await store.history("cairn") == History()


async def test_a_good_look_shows_what_is_usual(store: Store) -> None:
    for ms in (100, 900, 300):
        await store.remember(verdict(Word.UP, NOON, seen=PAGE, first_byte_ms=ms))
    assert await store.history("cairn") == History(
        last_up_at=NOON,
        usual_status=200,
        usual_first_byte=timedelta(milliseconds=300),
        usual_title="Cairn.info",
        usual_host="www2.cairn.info",
    )


async def test_a_trouble_is_bounded_by_the_last_good_and_the_first_bad_look(store: Store) -> None:
    await store.remember(verdict(Word.UP, NOON))
    await store.remember(verdict(Word.DEGRADED, NOON + MINUTE))
    await store.remember(verdict(Word.DOWN, NOON + 2 * MINUTE))
    assert await store.history("cairn") == History(last_up_at=NOON, first_down_at=NOON + MINUTE)
    await store.remember(verdict(Word.UP, NOON + 3 * MINUTE))
    assert await store.history("cairn") == History(last_up_at=NOON + 3 * MINUTE)


async def test_a_trouble_before_any_good_look_has_one_bound_only(store: Store) -> None:
    await store.remember(verdict(Word.DOWN, NOON))
    assert await store.history("cairn") == History(first_down_at=NOON)


@pytest.mark.parametrize(
    "doubt",
    [
        pytest.param(verdict(Word.UNKNOWN, NOON + MINUTE, cause=CauseId.OWN_NETWORK), id="our own outage"),
        pytest.param(verdict(Word.INCONCLUSIVE, NOON + MINUTE, cause=CauseId.ODD_STATUS), id="an odd status"),
    ],
)
async def test_a_doubt_changes_nothing(store: Store, doubt: Verdict) -> None:
    await store.remember(verdict(Word.UP, NOON, seen=PAGE))
    before = await store.history("cairn")
    await store.remember(doubt)
    assert await store.history("cairn") == before


async def test_a_wall_is_usual_until_we_get_through(store: Store) -> None:
    await store.remember(verdict(Word.INCONCLUSIVE, NOON, cause=CauseId.BOT_WALL))
    assert await store.history("cairn") == History(walled_as_usual=True)
    await store.remember(verdict(Word.UP, NOON + MINUTE))
    assert await store.history("cairn") == History(last_up_at=NOON + MINUTE)


async def test_hosts_that_somebody_typed_are_forgotten_in_time_and_platforms_are_not(store: Store) -> None:
    old, fresh, walled = (Platform(f"url:{name}.example", name) for name in ("old", "fresh", "walled"))
    await store.remember(verdict(Word.UP, NOON))
    await store.remember(replace(verdict(Word.UP, NOON), platform=old))
    await store.remember(replace(verdict(Word.UP, NOON), platform=fresh))
    await store.remember(replace(verdict(Word.DOWN, NOON + MINUTE), platform=fresh))
    await store.remember(replace(verdict(Word.INCONCLUSIVE, NOON, cause=CauseId.BOT_WALL), platform=walled))
    await store.prune(before=NOON + MINUTE, reports_before=NOON)
    assert await store.history(old.key) == await store.history(walled.key) == History()
    assert await store.history(fresh.key) == History(last_up_at=NOON, first_down_at=NOON + MINUTE)
    assert await store.history("cairn") == History(last_up_at=NOON)


async def test_half_an_emoji_does_not_stop_the_others(store: Store) -> None:
    broken = replace(mention("broken"), text="couché ? \ud83d")
    assert await store.take([broken, mention("whole")], owed=True) == 2
    assert len(await store.owed("mamot", now=NOON, limit=10)) == 2
