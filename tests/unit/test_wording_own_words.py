"""What another copy of the bot says is known as such, in every language; what people say is not."""

import pytest

from bot.model import Answer, AskForAddress, AskWhich, GiveHelp, Language, SayGoodbye
from bot.wording import is_our_own_words, word
from tests.fakes.flow import PARIS

INVITATIONS: dict[str, Answer] = {
    "help": GiveHelp(),
    "which one": AskWhich(),
    "which of these": AskWhich(("Moodle", "l'ENT")),
    "is it that one": AskWhich(("Moodle",)),
    "its address": AskForAddress("Trucmuche"),
    "its address, or one of these": AskForAddress("Persee", ("Persée", "Isidore")),
    "goodbye": SayGoodbye(),
}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("answer", INVITATIONS.values(), ids=INVITATIONS.keys())
@pytest.mark.parametrize("limit", [300, 120])
def test_what_invites_an_answer_is_known_as_ours(answer: Answer, language: Language, limit: int) -> None:
    said = word(answer, language=language, limit=limit, zone=PARIS)
    assert is_our_own_words(said)
    assert is_our_own_words(f"@panne@social.example {said}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c'est moi ou Cairn est en panne ?",
        "Is it just me, or is it down?",
        "Which site is it about?",
        "I do not know that name.",
        "is Cairn down?",
        "example.org?",
        "Mon collègue me demande ce que tu réponds quand on t'appelle, et voilà ce que j'ai vu hier soir : "
        "« Which site is it about? With a name or an address, I can take a look. » Et Cairn ?",
    ],
)
def test_what_people_say_is_not_ours(text: str) -> None:
    assert not is_our_own_words(text)
