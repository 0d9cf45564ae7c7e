"""When a post asks for the dossier: the word alone, or with a name; never in the middle of a sentence."""

import pytest

from bot.understanding.dossier import dossier_asked


@pytest.mark.parametrize(
    ("text", "of"),
    [
        ("dossier", ""),
        ("@cestmoiou@mamot.fr Dossier, svp !", ""),
        ("le dossier s'il te plaît", ""),
        ("dossier ?", ""),
        ("evidence please", ""),
        ("evidence pack", ""),
        ("report for the provider", ""),
        ("Störungsbericht bitte", ""),
        ("dossier Cairn", "cairn"),
        ("un dossier d'OpenEdition, merci", "openedition"),
        ("the evidence for HAL, please", "hal"),
        ("mon dossier CAF est bloqué", None),
        ("il y a un dossier sur le bureau", None),
        ("merci", None),
        ("", None),
        ("dossier " + "x" * 5000, None),
    ],
)
def test_what_asks_for_a_dossier(text: str, of: str | None) -> None:
    assert dossier_asked(text) == of
