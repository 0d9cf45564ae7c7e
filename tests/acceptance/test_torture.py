"""The shipped command on every network at once, over bad lines, killed when servers have just taken its posts.

The short form of scripts/torture: each fault once, in turn; then the servers are asked how many replies there are.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.servers.faulty import ALL_FAULTS, InTurn
from tests.servers.running import NotInstalledError, leave_out
from tests.torture.counting import wait
from tests.torture.plan import Plan
from tests.torture.play import Torture, finish, torture
from tests.torture.subjects import NAMES, Subject, subject

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]

PLAN = Plan(
    mentions=0,
    kills=0,
    seed=5,
    bad_to_the_end_s=0,
    patience_s=120,
    patience_for_news_s=60,
    quiet_s=2,
    freeze_s=2,
    outage_s=1,
    pause_s=0.1,
    restless=True,
)


@pytest.fixture(scope="module")
def subjects() -> Iterator[Sequence[Subject]]:
    with ExitStack() as stack:
        try:
            yield [
                stack.enter_context(subject(name, InTurn(ALL_FAULTS, every=3), held_s=12, colleagues=2))
                for name in NAMES
            ]
        except NotInstalledError as missing:
            leave_out(missing)


def test_every_question_has_one_answer_and_everybody_hears_once_that_it_is_back(
    subjects: Sequence[Subject], tmp_path: Path
) -> None:
    began = time.monotonic()
    with torture(subjects, PLAN, tmp_path) as played:
        for it in subjects:
            everybody_asks(played, it, "c'est moi ou Fragile est couché ?", "is Fragile down for you too?")
        for it in subjects:
            everybody_asks(played, it, "is Fragile down for you too?", "Solide est tombé ?")
            played.kill_at_a_post(it, within_s=6)
        played.go("freeze")
        played.go("outage")
        wait(lambda: all(had_each_fault(it) and played.told_of_return(it) for it in subjects), 45)
        played.go("back")
        played.go("ask")
        outcomes = finish(played, began)
        assert all(outcome.is_right for outcome in outcomes), "\n".join(outcome.told() for outcome in outcomes)
        assert all(had_each_fault(it) for it in subjects), "each network went wrong in every way"
        assert all(outcome.back[1] for outcome in outcomes), "somebody was told on each network"


def had_each_fault(it: Subject) -> bool:
    return set(it.line.done) == set(ALL_FAULTS)


def everybody_asks(played: Torture, it: Subject, *texts: str) -> None:
    for who, text in zip(it.askers, texts, strict=True):
        played.ask(it, who, text)
