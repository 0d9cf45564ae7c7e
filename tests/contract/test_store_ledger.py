"""What every Store promises of conversations: our own posts, follow-ups, « stop », reports."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.model import Author, FollowUp, Language, Mention, PostKind, Report, Saying, Word
from bot.ports import Store
from tests.contract.test_store import MINUTE, NOON, mention, own_post

DAY = timedelta(days=1)


def answering(above: str | None, number: str, *, by: str = "42", thread: str | None = None) -> Mention:
    return replace(mention(number), answers=above, thread=thread, author=Author(by, "somebody@mamot.fr"))


def follow_up(
    kind: PostKind = PostKind.BACK, *, to: str = "1", text: str = "Revenu.", due: datetime = NOON
) -> FollowUp:
    return FollowUp("mamot", to, kind, text, Language.FRENCH, due, ("cairn",))


async def answered(store: Store, number: str = "1", *, by: str = "42", post: str = "") -> Mention:
    """A mention, taken, answered by a verdict on Cairn and settled."""
    asked = answering(None, number, by=by)
    await store.take([asked], owed=True)
    await store.settle(
        asked, outcome="answered", at=NOON, post=own_post(post or f"post-{number}", answers=number, to=by)
    )
    return asked


async def owed_follow_ups(store: Store, *, now: datetime = NOON) -> list[tuple[str, PostKind]]:
    found = await store.owed_follow_ups("mamot", now=now, limit=10)
    return [(each.follow_up.mention_id, each.follow_up.kind) for each in found]


@pytest.mark.parametrize(
    ("above", "root"),
    [
        pytest.param("post-1", None, id="under our answer"),
        pytest.param("1", None, id="under the question"),
        pytest.param("somebody-else", "1", id="deeper, where the network tells the root"),
    ],
)
async def test_a_later_mention_finds_what_was_said_in_its_thread(store: Store, above: str, root: str | None) -> None:
    await answered(store)
    later = answering(above, "2", by="43", thread=root)
    await store.take([later], owed=True)
    said = await store.conversation(later, since=NOON - DAY)
    assert said.in_thread == (own_post("post-1"),)
    assert said.about == ("cairn",)
    assert said.to_author == ()
    assert said.above == (own_post("post-1") if above == "post-1" else None)


async def test_a_question_and_its_answer_by_a_stranger_taken_at_once_are_one_thread(store: Store) -> None:
    await store.take([answering("2", "3"), answering("1", "2"), answering(None, "1")], owed=True)  # newest first
    await store.settle(mention("1"), outcome="answered", at=NOON, post=own_post("post-1"))
    assert (await store.conversation(answering("2", "3"), since=NOON)).in_thread == (own_post("post-1"),)


async def test_people_who_tag_us_under_the_same_post_of_a_stranger_share_a_thread(store: Store) -> None:
    await store.take([answering("stranger", "1")], owed=True)
    await store.settle(mention("1"), outcome="answered", at=NOON, post=own_post("post-1"))
    await store.take([answering("stranger", "2", by="43")], owed=True)
    assert (await store.conversation(answering("stranger", "2"), since=NOON)).in_thread == (own_post("post-1"),)


async def test_other_threads_are_no_part_of_a_conversation(store: Store) -> None:
    await answered(store, "1", by="43")
    await store.take([answering(None, "2")], owed=True)
    said = await store.conversation(answering(None, "2"), since=NOON)
    assert (said.in_thread, said.about, said.above) == ((), (), None)


async def test_what_a_person_was_told_anywhere_is_known_since_an_instant(store: Store) -> None:
    old, new = answering(None, "1"), answering(None, "2")
    await store.take([old, new, answering(None, "3")], owed=True)
    await store.settle(old, outcome="answered", at=NOON, post=own_post("old", answers="1", at=NOON - DAY))
    await store.settle(new, outcome="answered", at=NOON, post=own_post("new", answers="2"))
    said = await store.conversation(answering(None, "3"), since=NOON - MINUTE)
    assert [post.ref.id for post in said.to_author] == ["new"]
    assert [post.ref.id for post in await store.own_posts("mamot", since=NOON - MINUTE)] == ["new"]
    assert await store.own_posts("elsewhere", since=NOON - DAY) == ()


async def test_a_deleted_post_counts_but_is_no_part_of_the_thread(store: Store) -> None:
    await answered(store)
    await store.owe([follow_up()])
    await store.mark_deleted([own_post("post-1")], at=NOON)
    later = answering("post-1", "2")
    await store.take([later], owed=True)
    said = await store.conversation(later, since=NOON)
    assert (said.in_thread, said.above, len(said.to_author)) == ((), None, 1)
    assert said.taken_back == {"post-1"}
    assert await owed_follow_ups(store) == []
    assert await store.owe([follow_up(PostKind.CORRECTION)]) == 0


async def test_stop_is_said_once_and_holds_until_it_is_taken_back(store: Store) -> None:
    first, second = answering(None, "1"), answering(None, "2")
    await store.take([first, second], owed=True)
    assert await store.stop(first, at=NOON)
    assert await store.stop(first, at=NOON)  # asked again after a crash
    assert not await store.stop(second, at=NOON)
    said = await store.conversation(second, since=NOON)
    assert (said.stopped_by, said.stopped_at) == ("1", NOON)
    await store.resume(second)
    assert (await store.conversation(second, since=NOON)).stopped_by is None


async def test_who_said_stop_is_owed_nothing_more(store: Store) -> None:
    asked = await answered(store)
    other = await answered(store, "2", by="43")
    await store.owe([follow_up(), follow_up(to="2")])
    await store.stop(asked, at=NOON)
    assert await owed_follow_ups(store) == [("2", PostKind.BACK)]
    assert await store.owe([follow_up(PostKind.CORRECTION)]) == 0
    assert await store.owe([follow_up(PostKind.CORRECTION, to=other.id)]) == 1


async def test_what_may_have_been_said_is_kept_until_it_is_settled_or_was_not_said(store: Store) -> None:
    first, second = answering(None, "1"), answering(None, "2")
    await store.take([first, second], owed=True)
    down = Saying(PostKind.VERDICT, Language.FRENCH, ("cairn",), (Word.DOWN,))
    up = replace(down, told=(Word.UP,))
    assert await sayings(store) == {"1": None, "2": None}
    await store.begin(first, at=NOON, not_before=NOON, saying=down)
    await store.begin(first, at=NOON, not_before=NOON, saying=up)  # the first may be there, so this one is not
    assert await sayings(store) == {"1": down, "2": None}
    assert not (await store.conversation(first, since=NOON)).awaits_receipts
    assert (await store.conversation(second, since=NOON)).awaits_receipts
    await store.postpone(first, reason="too many requests", not_before=NOON, unsaid=True)
    assert await sayings(store) == {"1": None, "2": None}
    await store.begin(first, at=NOON, not_before=NOON, saying=up)
    await store.settle(first, outcome="answered", at=NOON)
    assert not (await store.conversation(second, since=NOON)).awaits_receipts


async def sayings(store: Store) -> dict[str, Saying | None]:
    return {each.mention.id: each.saying for each in await store.owed("mamot", now=NOON, limit=10)}


async def test_a_follow_up_comes_back_as_it_was_owed_with_its_mention_and_our_posts(store: Store) -> None:
    await answered(store)
    assert await store.owe([follow_up()]) == 1
    (owed,) = await store.owed_follow_ups("mamot", now=NOON, limit=10)
    assert owed.follow_up == follow_up()
    assert (owed.mention.id, owed.mention.author.id, owed.mention.text) == ("1", "42", "")
    assert owed.mention.visibility is mention().visibility
    assert owed.posts == (own_post("post-1"),)
    assert owed.attempts == 0


async def test_a_follow_up_is_owed_once_a_kind_and_only_under_an_answer(store: Store) -> None:
    await answered(store)
    await store.take([answering(None, "silent")], owed=True)
    await store.settle(answering(None, "silent"), outcome="nothing-to-say", at=NOON)
    assert await store.owe([follow_up(), follow_up(text="Encore."), follow_up(to="silent"), follow_up(to="?")]) == 1
    (owed,) = await store.owed_follow_ups("mamot", now=NOON, limit=10)
    assert owed.follow_up.text == "Revenu."


async def test_an_edit_takes_the_place_of_the_one_before(store: Store) -> None:
    await answered(store)
    one, two = follow_up(PostKind.TALLY, text="1 collègue"), follow_up(PostKind.TALLY, text="2 collègues")
    assert await store.owe([one]) == 1
    await store.begin(one, at=NOON, not_before=NOON)
    assert await store.owe([two]) == 1
    await store.settle(one, outcome="edited", at=NOON)  # the first was under way: the second is owed all the same
    (owed,) = await store.owed_follow_ups("mamot", now=NOON, limit=10)
    assert (owed.follow_up.text, owed.attempts) == ("2 collègues", 0)
    await store.settle(two, outcome="edited", at=NOON)
    assert await store.owe([one]) == 1


async def test_what_colleagues_say_is_brought_up_to_date_until_it_is_begun_and_then_never_again(store: Store) -> None:
    await answered(store)
    one = follow_up(PostKind.COLLEAGUES, text="1 collègue", due=NOON + 5 * MINUTE)
    three = follow_up(PostKind.COLLEAGUES, text="3 collègues", due=NOON + MINUTE)
    four = follow_up(PostKind.COLLEAGUES, text="4 collègues", due=NOON + 9 * MINUTE)
    for each in (one, three, four):
        await store.owe([each])
    (owed,) = await store.owed_follow_ups("mamot", now=NOON + MINUTE, limit=10)
    assert (owed.follow_up.text, owed.follow_up.due_at) == ("4 collègues", NOON + MINUTE)
    await store.begin(owed.follow_up, at=NOON + MINUTE, not_before=NOON + 2 * MINUTE)
    await store.owe([one])
    (again,) = await store.owed_follow_ups("mamot", now=NOON + 2 * MINUTE, limit=10)
    assert (again.follow_up.text, again.attempts) == ("4 collègues", 1)
    await store.settle(again.follow_up, outcome="posted", at=NOON + 2 * MINUTE)
    await store.owe([one])
    assert await owed_follow_ups(store, now=NOON + 60 * MINUTE) == []


@pytest.mark.parametrize("kind", [PostKind.CORRECTION, PostKind.BACK])
async def test_other_news_makes_what_colleagues_say_needless(store: Store, kind: PostKind) -> None:
    await answered(store)
    await store.owe([follow_up(PostKind.COLLEAGUES, due=NOON + MINUTE)])
    await store.owe([follow_up(kind)])
    (owed,) = await store.owed_follow_ups("mamot", now=NOON + 60 * MINUTE, limit=10)
    assert owed.follow_up.kind is kind


async def test_who_was_corrected_gets_no_post_about_colleagues_as_well(store: Store) -> None:
    await answered(store)
    correction = follow_up(PostKind.CORRECTION)
    await store.owe([correction])
    await store.settle(correction, outcome="posted", at=NOON)
    assert await store.owe([follow_up(PostKind.COLLEAGUES, due=NOON + MINUTE)]) == 0
    assert await owed_follow_ups(store, now=NOON + 60 * MINUTE) == []


async def test_a_begun_follow_up_is_counted_and_left_alone_until_its_time(store: Store) -> None:
    await answered(store)
    await store.owe([follow_up(due=NOON + MINUTE)])
    assert await owed_follow_ups(store) == []
    await store.begin(follow_up(), at=NOON, not_before=NOON + 2 * MINUTE)
    assert await owed_follow_ups(store, now=NOON + MINUTE) == []
    (owed,) = await store.owed_follow_ups("mamot", now=NOON + 2 * MINUTE, limit=10)
    assert owed.attempts == 1


async def test_a_settled_follow_up_is_owed_no_more_and_cannot_be_begun(store: Store) -> None:
    await answered(store)
    await store.owe([follow_up()])
    back = own_post("back-1", kind=PostKind.BACK, at=NOON + MINUTE)
    await store.settle(follow_up(), outcome="posted", at=NOON, post=back)
    assert await owed_follow_ups(store) == []
    assert await store.owe([follow_up()]) == 0
    with pytest.raises(LookupError):
        await store.begin(follow_up(), at=NOON, not_before=NOON)
    await store.take([answering("back-1", "2")], owed=True)
    assert (await store.conversation(answering("back-1", "2"), since=NOON)).above == back


async def test_a_post_that_went_out_while_its_person_said_stop_is_kept(store: Store) -> None:
    asked = await answered(store)
    await store.owe([follow_up()])
    await store.begin(follow_up(), at=NOON, not_before=NOON)
    await store.stop(asked, at=NOON)
    await store.settle(follow_up(), outcome="posted", at=NOON, post=own_post("back-1", kind=PostKind.BACK))
    assert [post.ref.id for post in await store.own_posts("mamot", since=NOON)] == ["back-1", "post-1"]


async def test_the_follow_ups_of_a_mention_come_one_after_the_other(store: Store) -> None:
    """Else one could be taken for the other when the thread is searched for a lost one."""
    await answered(store)
    await answered(store, "2", by="43")
    correction = follow_up(PostKind.CORRECTION, due=NOON - MINUTE)
    await store.owe([follow_up(), correction, follow_up(to="2")])
    assert await owed_follow_ups(store) == [("1", PostKind.CORRECTION), ("2", PostKind.BACK)]
    await store.begin(correction, at=NOON, not_before=NOON + MINUTE)
    assert await owed_follow_ups(store) == [("2", PostKind.BACK)]
    await store.settle(correction, outcome="posted", at=NOON)
    assert ("1", PostKind.BACK) in await owed_follow_ups(store)


async def test_a_postponed_follow_up_waits_for_its_time(store: Store) -> None:
    await answered(store)
    await store.owe([follow_up()])
    await store.postpone(follow_up(), reason="too many requests", not_before=NOON + MINUTE)
    assert await owed_follow_ups(store) == []
    assert await owed_follow_ups(store, now=NOON + MINUTE) == [("1", PostKind.BACK)]


def report(by: str = "42", *, works: bool = False, at: datetime = NOON, about: str = "cairn") -> Report:
    return Report("mamot", by, about, works, "Limoges", at, f"said-by-{by}")


async def test_the_latest_word_of_each_person_counts(store: Store) -> None:
    await store.add_report(report(at=NOON))
    await store.add_report(report("43", at=NOON + MINUTE))
    await store.add_report(report(works=True, at=NOON + 2 * MINUTE))
    await store.add_report(report(works=False, at=NOON + MINUTE))  # read late
    await store.add_report(report(about="persee"))
    assert await store.reports("cairn", since=NOON - DAY) == (
        report("43", at=NOON + MINUTE),
        report(works=True, at=NOON + 2 * MINUTE),
    )
    assert await store.reports("cairn", since=NOON + 2 * MINUTE) == (report(works=True, at=NOON + 2 * MINUTE),)


async def test_what_people_said_and_what_we_said_is_forgotten_in_time(store: Store) -> None:
    await answered(store)
    await store.owe([follow_up()])
    await store.settle(follow_up(), outcome="posted", at=NOON)
    await store.add_report(report())
    await store.prune(before=NOON, reports_before=NOON)
    assert len(await store.own_posts("mamot", since=NOON - DAY)) == 1
    assert len(await store.reports("cairn", since=NOON - DAY)) == 1
    await store.prune(before=NOON + MINUTE, reports_before=NOON + MINUTE)
    assert await store.own_posts("mamot", since=NOON - DAY) == ()
    assert await store.reports("cairn", since=NOON - DAY) == ()


async def test_a_follow_up_whose_mention_was_forgotten_is_forgotten_as_well(store: Store) -> None:
    await answered(store)
    await store.owe([follow_up(due=NOON + MINUTE)])
    await store.prune(before=NOON + MINUTE, reports_before=NOON)
    assert await owed_follow_ups(store, now=NOON + MINUTE) == []
