"""One observation in, `Facts` out: the small view of it that the rules ask their questions of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from bot.model import (
    UNENCRYPTED,
    Blame,
    Control,
    Evidence,
    Failure,
    FailureKind,
    Family,
    Observation,
    Phase,
    Response,
    Role,
)

SLOW_FROM = timedelta(seconds=5)  # people wait for the first byte; the probe itself gives up at 8 s


class Footing(Enum):
    """How sure a vantage point is to be online, by its controls.

    UNTESTED: it ran no control. That is no harm to an answer, but a silence seen from there proves little.
    """

    ONLINE = "online"
    DOUBTFUL = "doubtful"
    OFFLINE = "offline"
    CAPTIVE = "captive"
    UNTESTED = "untested"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules may ask. `kind` is None for an answer, `status` is None for a failure."""

    observation: Observation
    evidence: Evidence
    footing: Footing
    resolver_works: bool
    ipv6_works: bool
    phase: Phase
    kind: FailureKind | None
    blame: Blame | None
    status: int | None
    families: frozenset[Family]
    notes: frozenset[str]
    expected: bool
    never_seen: bool

    @property
    def failure(self) -> Failure | None:
        """The failure, if it was one."""
        return self.observation.result if isinstance(self.observation.result, Failure) else None

    @property
    def response(self) -> Response | None:
        """The answer, if there was one."""
        return self.observation.result if isinstance(self.observation.result, Response) else None

    @property
    def encrypted(self) -> bool:
        """The answer came over verified TLS: nobody on the way can have given it."""
        is_secure = self.observation.target.scheme == "https" and self.notes.isdisjoint(UNENCRYPTED)
        return self.status is not None and is_secure

    @property
    def waited(self) -> timedelta:
        """How long somebody stares at nothing: every phase up to the first byte."""
        phases = self.observation.phases
        parts = (phases.dns, phases.tcp, phases.tls, phases.first_byte)
        return sum((part for part in parts if part is not None), timedelta())

    @property
    def dead_addresses(self) -> tuple[str, ...]:
        """Addresses that are dead for other people too: without IPv6 of our own, theirs says nothing."""
        return tuple(address for address in self.observation.addresses.dead if self.ipv6_works or ":" not in address)

    @property
    def only_ipv6(self) -> bool:
        """Every address of the host that we know of is an IPv6 one."""
        addresses = self.observation.addresses
        known = (*addresses.alive, *addresses.dead)
        return bool(known) and all(":" in address for address in known)

    @property
    def usual_status(self) -> bool:
        """The target answered with the status that it has on a good day."""
        return self.status is not None and self.status == self.evidence.history.usual_status

    @property
    def another_page(self) -> bool:
        """The front page is another than on the last good day: both its title and its host have changed."""
        history, answer = self.evidence.history, self.response
        if answer is None or self.observation.target.role is not Role.HOME:
            return False
        if history.usual_title is None or history.usual_host is None or answer.title is None:
            return False
        return answer.title != history.usual_title and not _akin(answer.url_host, history.usual_host)


def facts_of(observation: Observation, evidence: Evidence) -> Facts:
    """Look at one observation together with the controls of its vantage point and with what we remember."""
    controls = tuple(c for c in evidence.controls if c.vantage_point.id == observation.vantage_point.id)
    result = observation.result
    answered = result if isinstance(result, Response) else None
    failed = result if isinstance(result, Failure) else None
    return Facts(
        observation=observation,
        evidence=evidence,
        footing=footing_of(controls),
        resolver_works=not controls or any(control.resolved for control in controls),
        ipv6_works=_ipv6_works(controls),
        phase=failed.phase if failed else Phase.DONE,
        kind=failed.kind if failed else None,
        blame=failed.blame if failed else None,
        status=answered.status if answered else None,
        families=frozenset(mark.family for mark in answered.marks) if answered else frozenset(),
        notes=frozenset(answered.notes) if answered else frozenset(),
        expected=answered is not None and answered.status in observation.target.expect,
        never_seen=observation.target.typed and evidence.history.last_up_at is None,
    )


def footing_of(controls: Sequence[Control]) -> Footing:
    """Half of the controls or more must work: 2 of 3 is online, 1 of 3 is doubtful (docs/probing.md, controls).

    A control over IPv6 only says nothing about being online: many good networks have no IPv6. A portal may let one
    reference through, never most of them.
    """
    general = [control for control in controls if not control.ipv6]
    if not general:
        return Footing.UNTESTED
    working = sum(control.works for control in general)
    if 2 * working > len(general):
        return Footing.ONLINE  # whatever the others say: a reference may change its answer
    if any(control.captive for control in general):
        return Footing.CAPTIVE
    if working == 0:
        return Footing.OFFLINE
    return Footing.ONLINE if 2 * working == len(general) else Footing.DOUBTFUL


def _ipv6_works(controls: Sequence[Control]) -> bool:
    tried = [control.works for control in controls if control.ipv6]
    return not tried or any(tried)


def _akin(host: str, other: str) -> bool:
    # www.example.org and example.org are one site, and so are two names below the same parent.
    parent = host.removeprefix("www.")
    usual = other.removeprefix("www.")
    return parent == usual or parent.endswith(f".{usual}") or usual.endswith(f".{parent}")
