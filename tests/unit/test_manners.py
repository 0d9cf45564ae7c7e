import pytest

from bot.manners import reply_visibility, why_not_answer
from bot.model import Visibility
from tests.fakes.network import mention


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


def test_bots_are_not_answered() -> None:
    assert why_not_answer(mention(bot=True)) == "a-bot-wrote-it"
    assert why_not_answer(mention()) is None
