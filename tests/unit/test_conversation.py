"""Conversations with the bot, as people have them; fakes around it."""

from datetime import datetime, timedelta

import pytest

from bot.model import FollowUp, Language, LookTaken, PostKind
from bot.ports import SocialError
from tests.fakes.network import NOON, FakeNetwork, mention
from tests.fakes.probes import saw
from tests.unit.test_answering import Desk

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Talk:
    """A desk with a clock, where people say things under posts; `reply-to-1` is our answer to the first."""

    def __init__(self, *, network: FakeNetwork | None = None) -> None:
        self.now = NOON
        self.desk = Desk(network, clock=lambda: self.now)
        self.count = 0

    async def says(self, text: str, *, under: str | None = None, by: str = "a1", after: timedelta = 2 * MINUTE) -> str:
        self.count += 1
        self.now += after
        said = mention(text, id=str(self.count), at=self.now, by=by, answers=under, network=self.desk.network.name)
        await self.desk.store.take([said], owed=True)
        return await self.what_is_owed()

    async def what_is_owed(self) -> str:
        (owed,) = await self.desk.store.owed(self.desk.network.name, now=self.now, limit=10)
        return await self.desk.answering.settle(owed, self.desk.network)

    async def follow_up(
        self, kind: PostKind = PostKind.BACK, *, text: str = "Revenu.", late: timedelta = MINUTE
    ) -> str:
        due = FollowUp("fake", "1", kind, text, Language.FRENCH, self.now, ("fragile",))
        await self.desk.store.owe([due])
        return await self.posts_what_is_due(self.now + late)

    async def posts_what_is_due(self, at: datetime) -> str:
        self.now = at
        (owed,) = await self.desk.store.owed_follow_ups("fake", now=self.now, limit=10)
        return await self.desk.answering.posting.follow_up(owed, self.desk.network)

    @property
    def words(self) -> list[str]:
        return [reply.text for _, reply, _ in self.desk.network.posts]

    @property
    def there(self) -> list[str]:
        return list(self.desk.network.there)


ASKS = "c'est moi ou Fragile est couché ?"


@pytest.mark.parametrize(
    "text",
    ["et à Lyon ?", "and in Lyon?", "et depuis Lyon ?", "et à Lyon, ça marche ?", "et Lyon ?"],
)
async def test_a_question_that_names_a_town_and_nothing_else_is_about_the_platform_of_the_thread(text: str) -> None:
    talk = Talk()
    await talk.says(ASKS)
    looks = len(talk.desk.probes.looks)
    assert await talk.says(text, under="reply-to-1") == "answered"
    assert "Fragile" in talk.words[-1]
    assert len(talk.desk.probes.looks) > looks


async def test_a_question_that_names_something_unknown_in_a_thread_is_a_new_one() -> None:
    talk = Talk()
    await talk.says(ASKS)
    await talk.says("et Zorglubus à Lyon ?", under="reply-to-1")
    assert "Fragile" not in talk.words[-1]


async def test_still_down_in_a_thread_looks_again() -> None:
    talk = Talk()
    await talk.says(ASKS)
    assert await talk.says("toujours couché ?", under="reply-to-1") == "answered"
    assert "Fragile" in talk.words[1]
    assert len(talk.desk.probes.looks) == 2


async def test_still_down_after_a_verdict_on_two_looks_at_both() -> None:
    talk = Talk()
    await talk.says("Fragile et Solide sont couchés ?")
    await talk.says("et maintenant ?", under="reply-to-1")
    assert "Fragile" in talk.words[1]
    assert "Solide" in talk.words[1]


async def test_and_another_one_in_a_thread_is_a_new_question() -> None:
    talk = Talk()
    await talk.says(ASKS)
    assert await talk.says("et Solide ?", under="reply-to-1", by="a2") == "answered"
    assert "Solide" in talk.words[1]


@pytest.mark.parametrize(
    ("text", "works"),
    [pytest.param("pareil à Limoges", False, id="down there"), pytest.param("chez moi ça marche", True, id="up there")],
)
async def test_a_word_from_elsewhere_counts_and_gets_no_reply(text: str, *, works: bool) -> None:
    talk = Talk()
    await talk.says(ASKS)
    assert await talk.says(text, under="reply-to-1", by="a2") == "counted"
    (report,) = await talk.desk.store.reports("fragile", since=NOON)
    assert (report.author_id, report.works) == ("a2", works)
    assert report.place == (None if works else "Limoges")
    assert len(talk.words) == 1


async def test_a_report_outside_a_thread_counts_and_is_looked_into() -> None:
    talk = Talk()
    assert await talk.says("Fragile est en panne depuis ce matin") == "answered"
    assert len(await talk.desk.store.reports("fragile", since=NOON)) == 1


async def test_the_bot_asks_back_once_a_thread_and_understands_the_bare_answer() -> None:
    talk = Talk()
    assert await talk.says("c'est moi ou Trucmuche est en panne ?") == "answered"
    assert await talk.says("c'est moi ou Bidulechose est en panne ?", under="reply-to-1") == "asked-already"
    assert await talk.says("www.solide.example", under="reply-to-1") == "answered"
    assert "Solide" in talk.words[-1]


async def test_the_name_alone_answers_the_bots_question() -> None:
    talk = Talk()
    await talk.says("c'est moi ou Trucmuche est en panne ?")
    assert await talk.says("Fragile", under="reply-to-1") == "answered"
    assert "Fragile" in talk.words[-1]
    assert await talk.says("merci", under="reply-to-2") == "nothing-to-say"


async def test_stop_is_confirmed_once_and_ends_everything_until_they_ask_again() -> None:
    talk = Talk()
    await talk.says(ASKS)
    assert await talk.says("stop", under="reply-to-1") == "answered"
    assert await talk.says("stop", under="reply-to-1") == "they-said-stop"
    assert await talk.says("Fragile est en panne") == "they-said-stop"
    assert await talk.desk.store.owe([FollowUp("fake", "1", PostKind.BACK, "…", Language.FRENCH, NOON)]) == 0
    assert len(talk.words) == 2
    assert await talk.says(ASKS) == "answered"
    assert await talk.says("stop") == "answered"


async def test_stop_is_confirmed_once_even_if_the_receipt_is_lost() -> None:
    talk = Talk(network=FakeNetwork(lose_answer_once=SocialError("lost")))
    assert await talk.says("stop") == "put-off"
    talk.now += MINUTE
    assert await talk.what_is_owed() == "answered"
    assert len(talk.words) == 1


async def test_what_others_say_is_nothing_to_who_said_stop() -> None:
    talk = Talk()
    await talk.says("stop", by="a2")
    assert await talk.says(ASKS) == "answered"


async def test_a_question_of_before_stop_does_not_take_it_back() -> None:
    talk = Talk()
    await talk.says("stop")
    assert await talk.says(ASKS, after=-5 * MINUTE) == "they-said-stop"


async def test_delete_takes_the_reply_and_what_followed_back_without_a_word() -> None:
    talk = Talk()
    await talk.says(ASKS)
    assert await talk.follow_up() == "posted"
    assert talk.there == ["reply-to-1", "back-to-1"]
    assert await talk.says("efface", under="reply-to-1") == "deleted"
    assert (talk.there, len(talk.words)) == ([], 2)


async def test_nobody_deletes_what_was_said_to_somebody_else() -> None:
    talk = Talk()
    await talk.says(ASKS)
    assert await talk.says("efface", under="reply-to-1", by="a2") == "nothing-to-take-back"
    assert talk.there == ["reply-to-1"]


async def test_a_removal_that_fails_is_made_later() -> None:
    talk = Talk()
    await talk.says(ASKS)
    talk.desk.network.fails = [SocialError("not now")]
    assert await talk.says("efface", under="reply-to-1") == "put-off"
    talk.now += MINUTE
    assert await talk.what_is_owed() == "deleted"
    assert talk.there == []


async def test_a_thread_gets_three_replies_and_then_silence() -> None:
    talk = Talk()
    await talk.says(ASKS)
    outcomes = [await talk.says("toujours couché ?", under=f"reply-to-{n}", by=f"a{n}") for n in (1, 2, 3)]
    assert outcomes == ["answered", "answered", "enough-in-this-thread"]


async def test_a_person_gets_ten_replies_an_hour() -> None:
    talk = Talk()
    outcomes = [await talk.says(ASKS) for _ in range(12)]
    assert outcomes == ["answered"] * 10 + ["enough-for-this-person"] * 2
    assert await talk.says(ASKS, by="a2") == "answered"
    assert await talk.says(ASKS, after=60 * MINUTE) == "answered"


async def test_a_machine_that_answers_our_answer_with_its_question_gets_one_reply() -> None:
    talk = Talk()
    await talk.says(ASKS)
    assert await talk.says(ASKS, under="reply-to-1", after=timedelta(seconds=1)) == "said-just-now"
    assert len(talk.words) == 1


async def test_an_answer_that_comes_too_late_is_not_given_but_stop_and_delete_are_heard() -> None:
    talk = Talk()
    await talk.says(ASKS)
    late = [
        mention(ASKS, id="l1", at=NOON),
        mention("efface", id="l2", at=NOON, answers="reply-to-1"),
        mention("stop", id="l3", at=NOON, by="a3"),
    ]
    await talk.desk.store.take(list(reversed(late)), owed=True, late_at=talk.now)
    owed = await talk.desk.store.owed("fake", now=talk.now, limit=10)
    assert [await talk.desk.answering.settle(each, talk.desk.network) for each in owed] == [
        "too-late",
        "deleted",
        "too-late",
    ]
    assert await talk.says("Fragile est en panne", by="a3") == "they-said-stop"


async def test_a_follow_up_whose_receipt_was_lost_is_posted_once_beside_the_answer() -> None:
    talk = Talk()
    await talk.says(ASKS)
    talk.desk.network.lose_answer_once = SocialError("lost")
    assert await talk.follow_up() == "put-off"
    assert await talk.posts_what_is_due(talk.now + MINUTE) == "posted"
    assert talk.there == ["reply-to-1", "back-to-1"]
    assert len(talk.words) == 2


async def test_a_follow_up_that_is_no_news_any_more_is_left() -> None:
    talk = Talk()
    await talk.says(ASKS)
    assert await talk.follow_up(PostKind.CORRECTION, late=61 * MINUTE) == "too-late"
    assert len(talk.words) == 1


async def test_that_it_is_back_is_news_for_some_hours() -> None:
    talk = Talk()
    await talk.says(ASKS)
    assert await talk.follow_up(late=5 * HOUR) == "posted"
    another = Talk()
    await another.says(ASKS)
    assert await another.follow_up(late=7 * HOUR) == "too-late"


async def test_a_tally_is_edited_into_the_verdict_where_that_can_be() -> None:
    talk = Talk()
    await talk.says(ASKS)
    assert await talk.follow_up(PostKind.TALLY, text="2 collègues") == "edited"
    assert await talk.follow_up(PostKind.TALLY, text="3 collègues") == "edited"
    assert talk.desk.network.edits == [("reply-to-1", "2 collègues"), ("reply-to-1", "3 collègues")]
    talk.desk.network.can_edit = False
    assert await talk.follow_up(PostKind.TALLY, text="4 collègues") == "cannot-be-edited"
    assert len(talk.words) == 1


async def test_a_follow_up_that_was_called_off_a_moment_ago_is_not_posted() -> None:
    talk = Talk()
    await talk.says(ASKS)
    await talk.desk.store.owe([FollowUp("fake", "1", PostKind.BACK, "Revenu.", Language.FRENCH, NOON)])
    (owed,) = await talk.desk.store.owed_follow_ups("fake", now=talk.now, limit=10)
    await talk.desk.store.stop(owed.mention, at=talk.now)
    assert await talk.desk.answering.posting.follow_up(owed, talk.desk.network) == "not-owed-any-more"
    assert len(talk.words) == 1


async def test_what_is_over_the_budget_of_a_network_waits_and_the_oldest_goes_first() -> None:
    talk = Talk()
    talk.desk.answering.posting.most_an_hour = 2
    outcomes = [await talk.says(ASKS, by=f"a{n}") for n in range(2)]
    asked = [mention(ASKS, id=f"w{n}", at=talk.now + n * MINUTE, by=f"b{n}") for n in range(2)]
    await talk.desk.store.take(list(reversed(asked)), owed=True)
    owed = await talk.desk.store.owed("fake", now=talk.now, limit=10)
    outcomes += [await talk.desk.answering.settle(each, talk.desk.network) for each in owed]
    assert outcomes == ["answered"] * 2 + ["put-off"] * 2
    assert await talk.desk.store.owed("fake", now=talk.now + 57 * MINUTE, limit=10) == ()
    talk.now += 58 * MINUTE  # the first post is an hour old
    again = await talk.desk.store.owed("fake", now=talk.now, limit=10)
    assert [each.mention.id for each in again] == ["w0", "w1"]
    assert [await talk.desk.answering.settle(each, talk.desk.network) for each in again] == ["answered", "put-off"]
    assert len(talk.desk.probes.looks) == 3  # nobody looked in vain


async def test_a_restart_does_not_refill_the_budget_of_a_network() -> None:
    talk = Talk()
    talk.desk.answering.posting.most_an_hour = 2
    assert [await talk.says(ASKS, by=f"a{n}") for n in range(2)] == ["answered"] * 2
    store, network = talk.desk.store, talk.desk.network
    talk.desk = Desk(network, clock=lambda: talk.now, store=store)
    talk.desk.answering.posting.most_an_hour = 2
    assert await talk.says(ASKS, by="a3") == "put-off"


async def test_silence_takes_no_place_in_the_budget() -> None:
    talk = Talk()
    talk.desk.answering.posting.most_an_hour = 1
    for text in ("merci", "efface", "il fait beau"):
        await talk.says(text)
    assert await talk.says(ASKS) == "answered"


async def test_the_terminal_is_one_conversation_without_limits() -> None:
    talk = Talk(network=FakeNetwork("console"))
    outcomes = [await talk.says(ASKS, under="reply-to-1") for _ in range(20)]
    assert set(outcomes) == {"answered"}
    assert await talk.says("toujours couché ?", under="reply-to-20") == "answered"
    assert await talk.says("Solide est en panne", under="reply-to-20") == "answered"


async def test_who_asked_is_told_once_that_it_is_back_and_colleagues_are_counted_meanwhile() -> None:
    talk = Talk()
    await talk.says(ASKS)
    assert "Fragile est en panne" in talk.words[0]
    await talk.says("pareil à Limoges", under="reply-to-1", by="a2")
    assert await talk.posts_what_is_due(talk.now + MINUTE) == "edited"
    ((_, edited),) = talk.desk.network.edits
    assert "1 collègue confirme (Limoges)." in edited
    talk.desk.probes.answer = lambda target: [saw(target)]
    for minutes in (5, 6):
        talk.now += minutes * MINUTE
        await talk.desk.answering.watching.look_again()
    assert await talk.posts_what_is_due(talk.now + MINUTE) == "posted"
    assert talk.words[-1].startswith("C’est revenu")
    assert len(talk.words) == 2
    assert await talk.desk.store.owed_follow_ups("fake", now=talk.now + 9 * HOUR, limit=10) == ()


async def test_dossier_in_a_thread_is_the_evidence_in_short() -> None:
    talk = Talk()
    await talk.says(ASKS)
    assert await talk.says("dossier", under="reply-to-1", by="a2") == "answered"
    assert talk.words[1].startswith("Constat\u00a0: Fragile, ")
    assert "HTTP 503" in talk.words[1]
    assert "cestmoiou dossier fragile-" in talk.words[1]
    assert [post.kind for post in await talk.desk.store.own_posts("fake", since=NOON)][-1] is PostKind.DOSSIER


async def test_dossier_with_a_name_needs_no_thread() -> None:
    talk = Talk()
    await talk.says(ASKS)
    assert await talk.says("le dossier de Fragile svp", by="a2") == "answered"
    assert talk.words[1].startswith("Constat\u00a0: Fragile, ")


async def test_dossier_about_what_works_says_that_there_is_nothing_to_report() -> None:
    talk = Talk()
    await talk.says("c'est moi ou Solide est couché ?")
    assert await talk.says("dossier", under="reply-to-1") == "answered"
    assert talk.words[1] == "Rien à signaler pour Solide\u00a0: aucune panne en mémoire."


async def test_a_dossier_asked_for_before_stop_does_not_take_it_back() -> None:
    talk = Talk()
    await talk.says(ASKS)
    await talk.says("stop")
    assert await talk.says("dossier", under="reply-to-1", after=-MINUTE) == "they-said-stop"
    assert await talk.desk.store.has_stopped("fake", "a1")


async def test_who_asks_for_dossiers_without_end_has_none_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    talk = Talk()
    await talk.says(ASKS)
    made = list[str]()
    looks = talk.desk.store.looks

    async def counted(incident_id: str) -> tuple[LookTaken, ...]:
        made.append(incident_id)
        return await looks(incident_id)

    monkeypatch.setattr(talk.desk.store, "looks", counted)
    outcomes = [await talk.says("dossier Fragile", after=timedelta(seconds=1), by="a2") for _ in range(6)]
    assert outcomes == ["answered"] * 3 + ["asks-too-often"] * 3
    assert len(made) == 3


async def test_a_dossier_asked_for_after_stop_is_given() -> None:
    talk = Talk()
    await talk.says(ASKS)
    await talk.says("stop")
    assert await talk.says("dossier", under="reply-to-1") == "answered"


async def test_dossier_out_of_nowhere_is_an_ordinary_word() -> None:
    talk = Talk()
    assert await talk.says("dossier") == "nothing-to-say"


async def test_stop_is_confirmed_in_a_thread_that_has_had_its_replies() -> None:
    talk = Talk()
    for text in (ASKS, "toujours couché ?", "et Solide ?", "toujours couché ?"):
        await talk.says(text, under="reply-to-1" if talk.count else None)
    assert len(talk.words) == 3
    assert await talk.says("stop", under="reply-to-1") == "answered"
    assert len(talk.words) == 4
    assert await talk.says("stop", under="reply-to-1") == "they-said-stop"


async def test_delete_said_again_and_again_is_asked_of_the_network_once() -> None:
    talk = Talk()
    await talk.says(ASKS)
    assert await talk.says("efface") == "deleted"
    assert [await talk.says("efface") for _ in range(3)] == ["nothing-to-take-back"] * 3


async def test_a_network_that_has_enough_of_removals_still_takes_posts() -> None:
    talk = Talk()
    await talk.says(ASKS)
    told = list[SocialError | None]()
    talk.desk.answering.posting.on_trouble = lambda _network, error: told.append(error)
    talk.desk.network.fails = [SocialError("too many removals", retry_after=30 * MINUTE)]
    assert await talk.says("efface", under="reply-to-1") == "put-off"
    assert told == []


async def test_a_server_without_removals_is_said_to_be_one() -> None:
    talk = Talk()
    await talk.says(ASKS)
    talk.desk.network.fails = [SocialError("it does not remove posts", permanent=True)]
    assert await talk.says("efface", under="reply-to-1") == "cannot-be-taken-back"
    assert talk.there == ["reply-to-1"]


async def test_and_another_one_that_nobody_knows_is_asked_about_once() -> None:
    talk = Talk()
    await talk.says(ASKS)
    assert await talk.says("et Trucmuche ?", under="reply-to-1") == "answered"
    assert "adresse" in talk.words[1]
    assert await talk.says("et Machinchose ?", under="reply-to-1") == "asked-already"
    assert await talk.says("www.solide.example", under="reply-to-2") == "answered"
    assert "Solide" in talk.words[2]


async def test_a_thread_of_twenty_voices_is_one_thread() -> None:
    talk = Talk()
    await talk.says(ASKS)
    above = "reply-to-1"
    for number in range(2, 24):
        await talk.says("pareil à Limoges", under=above, by=f"a{number}")
        above = str(number)
    assert await talk.says("toujours couché ?", under=above, by="a99") == "answered"
    assert "Fragile" in talk.words[1]
    assert len(talk.words) == 2
    assert len(await talk.desk.store.reports("fragile", since=NOON)) == 22
