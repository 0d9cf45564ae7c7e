"""The five verdicts that README.md shows are sentences that the bot says."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.model import Evidence, FailureKind, Family, GiveVerdicts, History, Language, Phase, Word
from bot.verdict import judge
from bot.wording import word
from tests.unit.test_project import read
from tests.unit.verdict_scenes import NOW, answer, controls, evidence, failure, look, place

SCENES: dict[Word, Evidence] = {
    Word.DOWN: evidence(look(answer(503), place("Paris")), history=History(last_up_at=NOW - timedelta(minutes=2))),
    Word.DEGRADED: evidence(
        look(answer(), first_byte=9.1), history=History(usual_first_byte=timedelta(milliseconds=400))
    ),
    Word.UP: evidence(look(answer())),
    Word.INCONCLUSIVE: evidence(look(answer(403, Family.WALL))),
    Word.UNKNOWN: evidence(look(failure(Phase.TCP, FailureKind.TIMEOUT)), checks=controls(0)),
}


def as_typed(text: str) -> str:
    return text.replace("’", "'").replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize("language", [Language.FRENCH, Language.ENGLISH])
@pytest.mark.parametrize("verdict", list(Word))
def test_the_readme_quotes_the_bot_word_for_word(verdict: Word, language: Language) -> None:
    judged = judge(SCENES[verdict], at=NOW)
    assert judged.word is verdict
    said = word(GiveVerdicts((judged,)), language=language, limit=500, zone=ZoneInfo("Europe/Paris"))
    assert as_typed(said) in as_typed(read("README.md"))
