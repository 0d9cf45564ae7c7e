from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.manners import (
    IN_LINE,
    UnderWay,
    asks_again,
    is_echo,
    posts_to_take_back,
    reply_visibility,
    why_no_reply,
    why_not_answer,
)
from bot.model import Act, Conversation, Language, Mention, OwnPost, PostKind, PostRef, Visibility
from tests.fakes.network import NOON, mention

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        pytest.param(Visibility.PUBLIC, Visibility.UNLISTED, id="public questions get quiet answers"),
        pytest.param(Visibility.UNLISTED, Visibility.UNLISTED, id="unlisted stays unlisted"),
        pytest.param(Visibility.FOLLOWERS, Visibility.DIRECT, id="their followers are not ours"),
        pytest.param(Visibility.DIRECT, Visibility.DIRECT, id="private stays private"),
    ],
)
def test_a_reply_is_never_seen_wider_than_the_question(asked: Visibility, answered: Visibility) -> None:
    assert reply_visibility(asked) is answered


def test_bots_and_those_who_want_none_are_not_answered() -> None:
    assert why_not_answer(mention(bot=True)) == "a-bot-wrote-it"
    shy = mention()
    assert why_not_answer(replace(shy, author=replace(shy.author, wants_no_bots=True))) == "wants-no-bots"
    assert why_not_answer(mention()) is None


def post(
    number: int,
    *,
    to: str = "a1",
    ago: timedelta = MINUTE,
    kind: PostKind = PostKind.VERDICT,
    answers: str | None = None,
    about: tuple[str, ...] = ("cairn",),
) -> OwnPost:
    return OwnPost(
        "fake",
        PostRef(f"p{number}"),
        answers or f"m{number}",
        to,
        kind,
        Language.FRENCH,
        Visibility.UNLISTED,
        NOON - ago,
        about,
    )


def posts(count: int, *, ago: timedelta = MINUTE, to: str = "a1") -> tuple[OwnPost, ...]:
    return tuple(post(number, ago=ago, to=to) for number in range(count))


ASKED = replace(mention(id="now"), thread="t")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        pytest.param(Conversation(), None, id="a first question"),
        pytest.param(Conversation(in_thread=posts(2)), None, id="a third reply in a thread"),
        pytest.param(Conversation(in_thread=posts(3)), "enough-in-this-thread", id="a fourth reply in a thread"),
        pytest.param(
            Conversation(in_thread=posts(3, to="others")), "enough-in-this-thread", id="a fourth, to whomever"
        ),
        pytest.param(
            Conversation(in_thread=(*posts(2), post(7, kind=PostKind.BACK), post(8, kind=PostKind.CORRECTION))),
            None,
            id="follow-ups have a bound of their own",
        ),
        pytest.param(Conversation(to_author=posts(9)), None, id="the tenth in an hour"),
        pytest.param(Conversation(to_author=posts(10)), "enough-for-this-person", id="the eleventh in an hour"),
        pytest.param(Conversation(to_author=posts(39, ago=61 * MINUTE)), None, id="an hour has gone by"),
        pytest.param(
            Conversation(to_author=posts(40, ago=61 * MINUTE)), "enough-for-this-person", id="forty in a day: a machine"
        ),
    ],
)
def test_how_often_a_thread_and_a_person_are_answered(said: Conversation, reason: str | None) -> None:
    assert why_no_reply(ASKED, said, now=NOON) == reason


@pytest.mark.parametrize(
    ("said", "under_way", "waits"),
    [
        pytest.param(posts(2), UnderWay("x", "t", "a2"), True, id="the third of the thread is being written"),
        pytest.param(posts(2), UnderWay("x", "other", "a2"), False, id="in another thread"),
        pytest.param(posts(2), UnderWay("now", "t", "a1"), False, id="it is this one itself"),
        pytest.param(posts(2), UnderWay("m1", "t", "a1"), False, id="it is posted, and not yet out of hand"),
        pytest.param(posts(1), UnderWay("x", "t", "a2"), False, id="there is room for both"),
    ],
)
def test_what_is_being_written_makes_the_next_one_wait(
    said: tuple[OwnPost, ...], under_way: UnderWay, *, waits: bool
) -> None:
    found = why_no_reply(ASKED, Conversation(in_thread=said), now=NOON, under_way=[under_way])
    assert found == (IN_LINE if waits else None)


def test_answers_under_way_to_one_person_count_as_well() -> None:
    under_way = [UnderWay(f"x{n}", f"t{n}", "a1") for n in range(10)]
    assert why_no_reply(ASKED, Conversation(), now=NOON, under_way=under_way) == IN_LINE
    assert why_no_reply(ASKED, Conversation(), now=NOON, under_way=under_way[:9]) is None


@pytest.mark.parametrize(
    ("act", "listed_at", "again"),
    [
        pytest.param(Act.ASK, NOON + MINUTE, True, id="a question"),
        pytest.param(Act.RECHECK, NOON + MINUTE, True, id="still down?"),
        pytest.param(Act.HELP, NOON + MINUTE, True, id="help"),
        pytest.param(Act.REPORT_DOWN, NOON + MINUTE, False, id="a report asks nothing"),
        pytest.param(Act.NONE, NOON + MINUTE, False, id="thanks"),
        pytest.param(Act.ASK, NOON - MINUTE, False, id="a question of before"),
    ],
)
def test_what_takes_stop_back(act: Act, listed_at: datetime, *, again: bool) -> None:
    said = Conversation(stopped_by="s", stopped_at=NOON)
    assert asks_again(replace(ASKED, listed_at=listed_at), said, act) is again
    assert not asks_again(replace(ASKED, listed_at=listed_at), Conversation(), act)


@pytest.mark.parametrize(
    ("above", "echo"),
    [
        pytest.param(post(1, ago=timedelta(seconds=2)), True, id="at once, the same"),
        pytest.param(post(1, ago=timedelta(seconds=61)), False, id="a new look would be made"),
        pytest.param(post(1, ago=timedelta(seconds=2), about=("persee",)), False, id="about another one"),
        pytest.param(post(1, ago=timedelta(seconds=2), to="a2"), False, id="by somebody else"),
        pytest.param(post(1, ago=timedelta(seconds=2), kind=PostKind.BACK), False, id="after it is back"),
        pytest.param(None, False, id="not under our answer"),
    ],
)
def test_the_same_question_at_once_under_our_answer_is_an_echo(above: OwnPost | None, *, echo: bool) -> None:
    assert is_echo(ASKED, Conversation(above=above), ["cairn"], now=NOON) is echo


MINE, MINE_TOO = post(1), post(2, answers="m1", kind=PostKind.BACK)
OTHERS, ANOTHER = post(3, to="a2"), post(4)


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        pytest.param(
            Conversation(in_thread=(MINE, MINE_TOO, ANOTHER), above=MINE), (MINE, MINE_TOO), id="under our answer"
        ),
        pytest.param(Conversation(in_thread=(MINE, OTHERS), above=OTHERS), (), id="under an answer to somebody else"),
        pytest.param(Conversation(in_thread=(MINE, OTHERS, ANOTHER)), (MINE, ANOTHER), id="elsewhere in the thread"),
        pytest.param(Conversation(to_author=(MINE, ANOTHER)), (ANOTHER,), id="out of the blue: the last one"),
        pytest.param(Conversation(), (), id="nothing was said"),
    ],
)
def test_what_is_taken_back(said: Conversation, taken: tuple[OwnPost, ...]) -> None:
    assert posts_to_take_back(ASKED, said) == taken


def test_a_mention_of_somebody_else_takes_nothing_back() -> None:
    stranger: Mention = replace(ASKED, author=replace(ASKED.author, id="a9"))
    assert posts_to_take_back(stranger, Conversation(in_thread=(MINE, ANOTHER), above=MINE)) == ()
