"""What a login wizard shows before somebody answers."""

import io

import pytest

from bot.catalogue.sentences import Said
from bot.cli.login_asking import Wizard
from bot.model import Language

ASKED = Said("Le nom", "The name")


@pytest.mark.parametrize(
    ("language", "shown"),
    [(Language.FRENCH, "Le nom [mamot] : \n"), (Language.ENGLISH, "The name [mamot]: \n")],
    ids=str,
)
def test_a_question_ends_as_its_language_has_it(
    language: Language, shown: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    wizard = Wizard(language, ASKED)
    assert wizard.ask(ASKED, lambda answer: answer, default="mamot") == "mamot"
    assert capsys.readouterr().out == shown
