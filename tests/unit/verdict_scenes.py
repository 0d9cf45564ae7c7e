"""Evidence for the tests of judging and wording: short names for what a place saw."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.model import (
    Addresses,
    Blame,
    Control,
    Evidence,
    Failure,
    FailureKind,
    Family,
    History,
    Mark,
    Observation,
    Phase,
    Phases,
    Platform,
    Response,
    Role,
    Target,
    VantagePoint,
)

NOW = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)
HOME = Target("www.cairn.info")
SEARCH = Target("www.cairn.info", path="/search", role=Role.SEARCH)
CAIRN = Platform("cairn", "Cairn.info", targets=(HOME, SEARCH))
TYPED = Target("exemple.fr", typed=True)
STRANGER = Platform("url:exemple.fr", "exemple.fr", targets=(TYPED,))
HERE = VantagePoint("here")


def place(name: str, network: str | None = None) -> VantagePoint:
    return VantagePoint(name.lower(), name, network)


def answer(
    status: int = 200,
    *families: Family,
    headers: Sequence[tuple[str, str]] = (),
    notes: Sequence[str] = (),
    size: int = 5000,
    title: str | None = "Cairn",
    host: str = "www.cairn.info",
) -> Response:
    marks = tuple(Mark(f"test-{family}", family) for family in families)
    return Response(status, host, tuple(headers), title, size, marks=marks, notes=tuple(notes))


def failure(
    phase: Phase,
    kind: FailureKind,
    blame: Blame = Blame.TARGET,
    *,
    behind: bool = False,
    other_resolver: bool = False,
    redirects: int = 0,
) -> Failure:
    return Failure(phase, kind, blame, behind=behind, other_resolver=other_resolver, redirects=redirects)


def look(
    result: Response | Failure,
    where: VantagePoint = HERE,
    *,
    target: Target = HOME,
    attempt: int = 1,
    after: float = 0.0,
    first_byte: float = 0.3,
    addresses: Addresses | None = None,
) -> Observation:
    return Observation(
        vantage_point=where,
        target=target,
        observed_at=NOW + timedelta(seconds=after),
        took=timedelta(seconds=first_byte),
        result=result,
        phases=Phases(first_byte=timedelta(seconds=first_byte)) if isinstance(result, Response) else Phases(),
        addresses=addresses or Addresses(),
        attempt=attempt,
    )


def controls(
    working: int, where: VantagePoint = HERE, *, of: int = 3, resolved: bool = True, captive: bool = False
) -> tuple[Control, ...]:
    return tuple(
        Control(
            where, f"reference-{n}.example", NOW, works=n < working, resolved=resolved or n < working, captive=captive
        )
        for n in range(of)
    )


def ipv6_control(*, works: bool, where: VantagePoint = HERE) -> Control:
    return Control(where, "reference-6.example", NOW, works=works, resolved=True, ipv6=True)


def evidence(
    *looks: Observation,
    checks: Sequence[Control] | None = None,
    history: History | None = None,
    platform: Platform = CAIRN,
) -> Evidence:
    """Every place is online by its controls, unless `checks` says otherwise."""
    online = tuple(control for seen in _places(looks) for control in controls(3, seen))
    return Evidence(platform, looks, online if checks is None else tuple(checks), history or History())


def _places(looks: Sequence[Observation]) -> tuple[VantagePoint, ...]:
    return tuple(dict.fromkeys(seen.vantage_point for seen in looks))
