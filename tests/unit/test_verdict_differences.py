"""What tells the places where a platform fails from those where it answers."""

import pytest

from bot.model import (
    Addresses,
    Cause,
    CauseId,
    Difference,
    Failure,
    FailureKind,
    Leaning,
    Phase,
    Response,
    VantagePoint,
    Vote,
)
from bot.verdict.differences import difference_between
from tests.unit.verdict_scenes import answer, failure, look, place

K, P = FailureKind, Phase
A, B, SIX = "81.2.69.1", "81.2.69.2", "2a02:2e0::1"
DNS = failure(P.DNS, K.SERVFAIL)
Ips = str | tuple[str, ...]
TIMEOUT = failure(P.TCP, K.TIMEOUT)


def vote(leaning: Leaning, where: VantagePoint, result: Response | Failure | None, **addresses: Ips) -> Vote:
    seen = None if result is None else look(result, where, addresses=Addresses(**addresses))  # type: ignore[arg-type]
    return Vote(where, leaning, "test", Cause(CauseId.SERVER_ERROR), observation=seen)


def down(name: str, result: Response | Failure | None, network: str | None = None, **addresses: Ips) -> Vote:
    return vote(Leaning.DOWN, place(name, network), result, **addresses)


def up(name: str, network: str | None = None, **addresses: Ips) -> Vote:
    return vote(Leaning.UP, place(name, network), answer(), **addresses)


CASES: dict[str, tuple[list[Vote], list[Vote], Difference | None]] = {
    "only their DNS fails": ([down("Paris", DNS), down("Nice", DNS)], [up("Lyon", used=A)], Difference.ONLY_DNS),
    "DNS fails here, the connection there": (
        [down("Paris", DNS), down("Nice", TIMEOUT, dead=(A,))],
        [up("Lyon", used=B)],
        None,
    ),
    "IPv6 fails, IPv4 answers": (
        [down("Paris", TIMEOUT, dead=(SIX,))],
        [up("Lyon", used=A, alive=(A,))],
        Difference.ONLY_IPV6,
    ),
    "IPv6 fails in one place and answers in another": (
        [down("Paris", TIMEOUT, dead=(SIX,))],
        [up("Lyon", used=SIX)],
        Difference.ON_THE_WAY,
    ),
    "one network fails, another answers": (
        [down("Paris", TIMEOUT, "Renater", dead=(A,)), down("Nice", TIMEOUT, "Renater", dead=(A,))],
        [up("Lyon", "Free", used=A)],
        Difference.ONLY_ONE_NETWORK,
    ),
    "one place alone does not stand for its network": (
        [down("Paris", answer(500), "Renater", used=A)],
        [up("Lyon", "Free", used=A)],
        None,
    ),
    "a network fails that answers elsewhere": (
        [down("Paris", answer(500), "Renater", used=A), down("Nice", answer(500), "Renater", used=A)],
        [up("Lyon", "Renater", used=A)],
        None,
    ),
    "a network that nobody named": (
        [down("Paris", answer(500), used=A), down("Nice", answer(500), used=A)],
        [up("Lyon", "Free", used=A)],
        None,
    ),
    "other servers": (
        [down("Paris", answer(500), used=A)],
        [up("Lyon", used=B, alive=(B,))],
        Difference.OTHER_ADDRESSES,
    ),
    "the same servers, which answer some": (
        [down("Paris", TIMEOUT, dead=(A,)), down("Nice", failure(P.TLS, K.RESET), used=A)],
        [up("Lyon", used=A)],
        Difference.ON_THE_WAY,
    ),
    "the same servers, and they answer errors": ([down("Paris", answer(500), used=A)], [up("Lyon", used=A)], None),
    "addresses that nobody knows": ([down("Paris", TIMEOUT)], [up("Lyon")], None),
    "a place of which nothing was seen": ([down("Paris", None)], [up("Lyon", used=A)], None),
    "nobody fails": ([], [up("Lyon", used=A)], None),
    "nobody answers": ([down("Paris", DNS)], [], None),
}


@pytest.mark.parametrize("case", CASES)
def test_difference(case: str) -> None:
    failing, answering, expected = CASES[case]
    assert difference_between(failing, answering) is expected
