"""Observations and controls of an agent on the wire: facts in, JSON tables out; and tables in, checked facts out.

An agent's instants count only as lengths: a fact tells how long before the answer it began, and the reader puts that
on its own clock. The target is the one that was asked about, whatever the agent may think it looked at.
"""

import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from bot.broker.clean import plain
from bot.model import (
    Addresses,
    Blame,
    Control,
    Failure,
    FailureKind,
    Family,
    Mark,
    Observation,
    Phase,
    Phases,
    Response,
    Target,
    VantagePoint,
)

_LONGEST_MS = 120_000
_PhaseName = Literal["dns", "tcp", "tls", "first_byte", "body"]
_Ms = Annotated[float, Field(ge=0, le=_LONGEST_MS, allow_inf_nan=False)]
_Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,80}$")]
_Host = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.:_\[\]-]{1,253}$")]


def _text(most: int) -> BeforeValidator:
    return BeforeValidator(lambda value: plain(value, most))  # pyright: ignore[reportUnknownLambdaType] -- plain takes any object


def _address(value: object) -> str:
    return str(ipaddress.ip_address(str(value)))


_Address = Annotated[str, BeforeValidator(_address)]
_Several = Annotated[tuple[_Address, ...], Field(max_length=16)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class _Response(_Table):
    kind: Literal["response"] = "response"
    status: Annotated[int, Field(ge=100, le=999)]
    url_host: _Host
    headers: Annotated[tuple[tuple[_Name, Annotated[str, _text(200)]], ...], Field(max_length=20)] = ()
    title: Annotated[str, _text(200)] | None = None
    size: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    redirects: Annotated[int, Field(ge=0, le=100)] = 0
    marks: Annotated[tuple[tuple[_Name, Family], ...], Field(max_length=20)] = ()
    notes: Annotated[tuple[_Name, ...], Field(max_length=20)] = ()

    def fact(self) -> Response:
        return Response(
            status=self.status,
            url_host=self.url_host,
            headers=self.headers,
            title=self.title,
            size=self.size,
            redirects=self.redirects,
            marks=tuple(Mark(name, family) for name, family in self.marks),
            notes=self.notes,
        )


class _Failure(_Table):
    kind: Literal["failure"] = "failure"
    phase: Phase
    how: FailureKind
    blame: Blame
    detail: Annotated[str, _text(200)] = ""
    behind: bool = False
    other_resolver: bool = False
    redirects: Annotated[int, Field(ge=0, le=100)] = 0

    def fact(self) -> Failure:
        return Failure(self.phase, self.how, self.blame, self.detail, self.behind, self.other_resolver, self.redirects)


class _Addresses(_Table):
    used: _Address | None = None
    alive: _Several = ()
    dead: _Several = ()
    refused: _Several = ()
    half_resolved: bool = False


class _Observation(_Table):
    fact: Literal["observation"] = "observation"
    ago_ms: _Ms
    took_ms: _Ms
    attempt: Annotated[int, Field(ge=1, le=10)] = 1
    result: Annotated[_Response | _Failure, Field(discriminator="kind")]
    phases_ms: dict[_PhaseName, _Ms] = Field(default_factory=dict[_PhaseName, _Ms])
    addresses: _Addresses = _Addresses()


class _Control(_Table):
    fact: Literal["control"] = "control"
    ago_ms: _Ms
    host: _Host
    works: bool
    resolved: bool
    captive: bool = False
    ipv6: bool = False


_FACT: TypeAdapter[_Observation | _Control] = TypeAdapter(
    Annotated[_Observation | _Control, Field(discriminator="fact")]
)


def written_facts(facts: Sequence[Observation | Control], *, at: datetime) -> tuple[dict[str, object], ...]:
    """The tables of facts, for an answer that leaves at `at` by the clock that the facts were made by."""
    tables = (_of_observation(fact, at) if isinstance(fact, Observation) else _of_control(fact, at) for fact in facts)
    return tuple(table.model_dump(mode="json", exclude_none=True) for table in tables)


def read_facts(
    tables: Sequence[object], target: Target, place: VantagePoint, *, received_at: datetime, asked_at: datetime
) -> list[Observation | Control]:
    """The facts of an answer, on our own clock, none before the question. One that cannot be understood is left out.

    A newer agent may know failures that we do not; the rest of what it saw is as good as ever.
    """
    facts = list[Observation | Control]()
    for table in tables:
        try:
            read = _FACT.validate_python(table)
        except ValidationError:
            continue
        began = max(asked_at, received_at - timedelta(milliseconds=read.ago_ms))
        facts.append(_control(read, place, began) if isinstance(read, _Control) else _seen(read, target, place, began))
    return facts


def _seen(read: _Observation, target: Target, place: VantagePoint, began: datetime) -> Observation:
    known = read.addresses
    return Observation(
        vantage_point=place,
        target=target,
        observed_at=began,
        took=timedelta(milliseconds=read.took_ms),
        result=read.result.fact(),
        phases=Phases(**{name: timedelta(milliseconds=length) for name, length in read.phases_ms.items()}),
        addresses=Addresses(known.used, known.alive, known.dead, known.refused, known.half_resolved),
        attempt=read.attempt,
    )


def _control(read: _Control, place: VantagePoint, began: datetime) -> Control:
    return Control(place, read.host, began, read.works, read.resolved, read.captive, read.ipv6)


def _of_observation(seen: Observation, at: datetime) -> _Observation:
    phases = {name: getattr(seen.phases, name) for name in ("dns", "tcp", "tls", "first_byte", "body")}
    known = seen.addresses
    return _Observation(
        ago_ms=_ms(at - seen.observed_at),
        took_ms=_ms(seen.took),
        attempt=seen.attempt,
        result=_of_response(seen.result) if isinstance(seen.result, Response) else _of_failure(seen.result),
        phases_ms={name: _ms(length) for name, length in phases.items() if length is not None},  # pyright: ignore[reportArgumentType] -- the names are those five
        addresses=_Addresses(
            used=known.used,
            alive=known.alive[:16],
            dead=known.dead[:16],
            refused=known.refused[:16],
            half_resolved=known.half_resolved,
        ),
    )


def _of_response(seen: Response) -> _Response:
    return _Response(
        status=seen.status,
        url_host=seen.url_host,
        headers=seen.headers[:20],
        title=seen.title,
        size=seen.size,
        redirects=seen.redirects,
        marks=tuple((mark.id, mark.family) for mark in seen.marks[:20]),
        notes=seen.notes[:20],
    )


def _of_failure(seen: Failure) -> _Failure:
    return _Failure(
        phase=seen.phase,
        how=seen.kind,
        blame=seen.blame,
        detail=seen.detail,
        behind=seen.behind,
        other_resolver=seen.other_resolver,
        redirects=seen.redirects,
    )


def _of_control(seen: Control, at: datetime) -> _Control:
    return _Control(
        ago_ms=_ms(at - seen.checked_at),
        host=seen.host,
        works=seen.works,
        resolved=seen.resolved,
        captive=seen.captive,
        ipv6=seen.ipv6,
    )


def _ms(length: timedelta) -> float:
    return round(min(max(0.0, length.total_seconds() * 1000), _LONGEST_MS), 1)
