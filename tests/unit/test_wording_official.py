"""What a reply says of the provider's own page, beside every verdict; and that nobody else's words get into a reply."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import (
    Addresses,
    Blame,
    Cause,
    CauseId,
    Difference,
    Failure,
    FailureKind,
    Family,
    GiveVerdicts,
    Language,
    OfficialLevel,
    OfficialWord,
    Phase,
    Response,
    Role,
    Target,
    Verdict,
    Word,
)
from bot.verdict import judge
from bot.wording import word
from tests.unit.verdict_scenes import (
    CAIRN,
    HOME,
    NOW,
    SEARCH,
    STRANGER,
    TYPED,
    answer,
    controls,
    evidence,
    failure,
    look,
    place,
)

PARIS_TIME = ZoneInfo("Europe/Paris")
LEVEL = OfficialLevel
VERDICTS: dict[str, Verdict] = {
    "up": judge(evidence(look(answer())), at=NOW),
    "down": judge(evidence(look(answer(503))), at=NOW),
    "slow": judge(evidence(look(answer(), first_byte=9)), at=NOW),
    "one step fails": judge(evidence(look(answer()), look(answer(500), target=SEARCH)), at=NOW),
    "differs": judge(evidence(look(answer(), place("Paris")), look(answer(503), place("Nice"))), at=NOW),
    "wall": judge(evidence(look(answer(403, Family.WALL))), at=NOW),
    "offline": judge(evidence(look(failure(Phase.TCP, FailureKind.TIMEOUT)), checks=controls(0)), at=NOW),
    "no such name": judge(
        evidence(look(failure(Phase.DNS, FailureKind.NXDOMAIN), target=TYPED), platform=STRANGER), at=NOW
    ),
    "nothing measured": judge(evidence(), at=NOW),
}
WELL = ("Leur page d'état n'annonce rien (lue à 10:41).", "Their status page says all is well (read at 10:41).")
TROUBLE = (
    "Leur page d'état annonce des difficultés (lue à 10:41).",
    "Their status page announces trouble (read at 10:41).",
)
OUTAGE = ("Leur page d'état annonce une panne (lue à 10:41).", "Their status page announces an outage (read at 10:41).")
WORKS = (
    "Leur page d'état annonce une maintenance (lue à 10:41).",
    "Their status page announces maintenance (read at 10:41).",
)
NOTHING = ("", "")
SEEN_AS: dict[LEVEL, tuple[str, str]] = {
    LEVEL.OK: WELL,
    LEVEL.DEGRADED: TROUBLE,
    LEVEL.DOWN: OUTAGE,
    LEVEL.MAINTENANCE: WORKS,
    LEVEL.UNKNOWN: NOTHING,
}
UNTOLD = {("up", LEVEL.OK)} | {(seen, level) for seen in ("offline", "no such name") for level in LEVEL}
CASES = [
    pytest.param(seen, level, NOTHING if (seen, level) in UNTOLD else SEEN_AS[level], id=f"{seen}, page {level}")
    for seen in VERDICTS
    for level in LEVEL
]


def plain(text: str) -> str:
    return text.replace("’", "'").replace("\u202f", " ").replace("\u00a0", " ")


def say(verdict: Verdict, language: Language, limit: int = 1000) -> str:
    return plain(word(GiveVerdicts((verdict,)), language=language, limit=limit, zone=PARIS_TIME))


def page(level: LEVEL, since: timedelta | None = None) -> OfficialWord:
    read_at = NOW - timedelta(minutes=1)
    return OfficialWord(level, "https://etat.example", read_at, since=None if since is None else read_at - since)


@pytest.mark.parametrize(("seen", "level", "expected"), CASES)
def test_the_page_is_told_where_it_helps(seen: str, level: LEVEL, expected: tuple[str, str]) -> None:
    verdict = replace(VERDICTS[seen], official=page(level))
    for language, sentence in zip((Language.FRENCH, Language.ENGLISH), expected, strict=True):
        text = say(verdict, language)
        if sentence:
            assert sentence in text
        else:
            assert "page d'état" not in text
            assert "status page" not in text


def test_an_announcement_is_told_with_its_beginning() -> None:
    verdict = replace(VERDICTS["down"], official=page(LEVEL.DOWN, timedelta(minutes=29)))
    assert "annonce une panne depuis 10:12 (lue à 10:41)." in say(verdict, Language.FRENCH)
    assert "announces an outage since 10:12 (read at 10:41)." in say(verdict, Language.ENGLISH)


@pytest.mark.parametrize("since", [timedelta(days=3), timedelta(hours=-1)], ids=["long ago", "to come"])
def test_a_beginning_that_helps_nobody_is_left_out(since: timedelta) -> None:
    verdict = replace(VERDICTS["down"], official=page(LEVEL.DOWN, since))
    assert OUTAGE[1] in say(verdict, Language.ENGLISH)


def test_what_they_announce_is_likelier_than_trouble_nearer() -> None:
    assert "nearer" in say(VERDICTS["up"], Language.ENGLISH)
    assert "nearer" not in say(replace(VERDICTS["up"], official=page(LEVEL.DOWN)), Language.ENGLISH)


def test_a_contradiction_outlives_the_cause_when_there_is_little_room() -> None:
    tight = say(replace(VERDICTS["down"], official=page(LEVEL.OK)), Language.FRENCH, limit=120)
    assert "n'annonce rien" in tight
    assert "HTTP 503" not in tight


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("role", list(Role))
def test_a_step_that_is_only_slow_is_not_said_to_fail(role: Role, language: Language) -> None:
    step = Target("www.cairn.info", path="/x", role=role)
    slow, broken = (look(answer(), target=step, first_byte=9), look(answer(500), target=step))
    platform = replace(CAIRN, targets=(HOME, step))
    verdicts = [judge(evidence(look(answer()), one, platform=platform), at=NOW) for one in (slow, broken)]
    said = {say(verdict, language) for verdict in verdicts}
    assert len(said) == 2
    assert sum("HTTP 500" in text for text in said) == 1


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("difference", Difference)
def test_why_places_differ_is_told(difference: Difference, language: Language) -> None:
    known, told = (
        say(replace(VERDICTS["differs"], cause=Cause(CauseId.DIFFERS_BY_PLACE, difference=one)), language)
        for one in (None, difference)
    )
    assert told.startswith(known)
    assert len(told) > len(known)


MARK = "zqxj"


def marked_response(status: int, families: list[Family], notes: tuple[str, ...]) -> Response:
    headers = [("server", MARK), ("location", MARK), ("retry-after", MARK)]
    return answer(status, *families, headers=headers, notes=notes, title=MARK, host=f"{MARK}.example")


def marked_failure(phase: Phase, kind: FailureKind, blame: Blame) -> Failure:
    return Failure(phase, kind, blame, detail=f"{MARK}: {MARK}")


RESPONSES = st.builds(
    marked_response,
    st.integers(100, 599),
    st.lists(st.sampled_from(Family), max_size=1),
    st.sampled_from([(), ("body_cut",), ("body_empty",), ("plain_http",), ("body_bad_gzip",)]),
)
FAILURES = st.builds(marked_failure, st.sampled_from(Phase), st.sampled_from(FailureKind), st.sampled_from(Blame))


@given(
    st.lists(RESPONSES | FAILURES, min_size=1, max_size=4),
    st.sampled_from(LEVEL),
    st.sampled_from(Language),
    st.sampled_from([HOME, SEARCH]),
)
def test_nothing_that_a_server_sent_gets_into_a_reply(
    results: list[Response | Failure], level: LEVEL, language: Language, target: Target
) -> None:
    addresses = Addresses(used=f"2001:db8::{MARK}", dead=(MARK,), alive=(MARK,), refused=(MARK,))
    looks = [look(one, place(f"P{n}"), target=target, addresses=addresses) for n, one in enumerate(results)]
    official = replace(page(level), title=MARK, url=f"https://{MARK}.example")
    verdict = replace(judge(evidence(*looks), at=NOW), official=official)
    assert MARK not in say(verdict, language)
    assert verdict.word in Word
