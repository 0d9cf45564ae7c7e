"""What Globalping's probes saw, as our own facts: one measurement of its API in, Observations and Controls out. Pure.

Only those who can speak about the target are heard: `failureSource` says whose trouble a failure is ("target",
"resolver", "internal"; experimental, may be absent). Certificates are not enforced there, redirects not followed.
Field names and values: the API's own description, version 1, August 2026.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import cast

from bot.broker.clean import town
from bot.model import (
    Addresses,
    Blame,
    Control,
    Failure,
    FailureKind,
    Observation,
    Phase,
    Phases,
    Response,
    Target,
    VantagePoint,
)
from bot.probe.fingerprints import Fingerprints, Page

Json = Mapping[str, object]
NOT_FOLLOWED = "redirect_not_followed"
PREFIX = "globalping:"  # of the ids of vantage points: globalping:<town>:<AS number>
_LONGEST_MS = 120_000  # a probe gives up after 30 s

_TLS: Mapping[str, FailureKind] = {
    "CERT_HAS_EXPIRED": FailureKind.EXPIRED,
    "CERT_NOT_YET_VALID": FailureKind.NOT_YET_VALID,
    "CERT_REVOKED": FailureKind.REVOKED,
    "DEPTH_ZERO_SELF_SIGNED_CERT": FailureKind.SELF_SIGNED,
    "SELF_SIGNED_CERT_IN_CHAIN": FailureKind.SELF_SIGNED,
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE": FailureKind.INCOMPLETE_CHAIN,
    "UNABLE_TO_GET_ISSUER_CERT": FailureKind.UNKNOWN_ISSUER,
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY": FailureKind.UNKNOWN_ISSUER,
}
# The texts are made for people and may change: what none of these fits is still a failure of the target.
_TEXTS: tuple[tuple[str, Phase, FailureKind], ...] = (
    ("Private IP", Phase.POLICY, FailureKind.ADDRESS_REFUSED),
    ("ENOTFOUND", Phase.DNS, FailureKind.NXDOMAIN),
    ("ENODATA", Phase.DNS, FailureKind.NODATA),
    ("ESERVFAIL", Phase.DNS, FailureKind.SERVFAIL),
    ("ECONNREFUSED", Phase.TCP, FailureKind.REFUSED),
    ("EHOSTUNREACH", Phase.TCP, FailureKind.UNREACHABLE),
    ("ENETUNREACH", Phase.TCP, FailureKind.UNREACHABLE),
    ("ECONNRESET", Phase.HTTP, FailureKind.RESET),
    ("timeout", Phase.HTTP, FailureKind.NO_ANSWER),
)
_RESOLVER_TEXTS = ("ETIMEOUT", "EREFUSED", "ESERVFAIL")


@dataclass(frozen=True, slots=True)
class Seen:
    """What one probe saw. `moved_to` is the Location that it was sent to and did not follow."""

    observation: Observation
    control: Control | None
    moved_to: str | None = None


def read_measurement(
    measurement: Json, target: Target, *, fingerprints: Fingerprints, at: datetime | None = None
) -> tuple[Observation | Control, ...]:
    """What each probe that ended says of the target; nothing from those that are offline or still at work.

    `at` is when it was made, by our clock; None: by theirs. An error of the API (no "results") says nothing of the
    target: an empty tuple. Raises nothing for odd content.
    """
    seen = read_results(measurement, target, fingerprints=fingerprints, at=at)
    return tuple(fact for each in seen.values() for fact in (each.observation, each.control) if fact is not None)


def read_results(
    measurement: Json, target: Target, *, fingerprints: Fingerprints, at: datetime | None = None
) -> dict[int, Seen]:
    """The same, by the place of each probe in the list of results, which stays as it is while others still work."""
    at = at or _instant(measurement.get("createdAt"))
    found = dict[int, Seen]()
    if at is None:
        return found
    link = link_to(measurement.get("id"))
    met = Counter[str]()
    for index, row in enumerate(_tables(measurement.get("results"))):
        where, told = _vantage_point(_table(row.get("probe"))), _table(row.get("result"))
        met[where.id] += 1
        if met[where.id] > 1:  # two probes of one network in one town are two vantage points
            where = replace(where, id=f"{where.id}#{met[where.id]}")
        if (result := _result(told, target, fingerprints)) is not None:
            found[index] = _seen(where, target, at, told, result, link)
    return found


def link_to(measurement_id: object) -> str | None:
    """Where people can read a measurement, for up to 7 days; None for what is no id."""
    is_id = isinstance(measurement_id, str) and measurement_id.isascii() and measurement_id.isalnum()
    return f"https://globalping.io?measurement={measurement_id}" if is_id else None


def _seen(
    where: VantagePoint, target: Target, at: datetime, told: Json, result: Response | Failure, link: str | None
) -> Seen:
    phases = _phases(_table(told.get("timings")))
    parts = (phases.dns, phases.tcp, phases.tls, phases.first_byte, phases.body)
    took = sum((part for part in parts if part is not None), timedelta())
    address = _address(told.get("resolvedAddress"))
    addresses = Addresses(used=address, alive=(address,)) if address is not None else Addresses()
    observation = Observation(where, target, at, took, result, phases, addresses, link=link)
    control = None
    if isinstance(result, Failure) and result.blame is Blame.TARGET:
        # That the failure reached us, over Globalping, is the proof that the probe itself was online.
        control = Control(where, "api.globalping.io", at, works=True, resolved=True)
    is_moved = isinstance(result, Response) and NOT_FOLLOWED in result.notes
    location = _joined(_table(told.get("headers")).get("location")) if is_moved else None
    return Seen(observation, control, location)


def _result(seen: Json, target: Target, fingerprints: Fingerprints) -> Response | Failure | None:
    match seen.get("status"):
        case "finished":
            return _answer(seen, target, fingerprints)
        case "failed":
            return _failure(seen)
        case _:  # offline, in-progress
            return None


def _answer(seen: Json, target: Target, fingerprints: Fingerprints) -> Response | Failure | None:
    status, tls = seen.get("statusCode"), _table(seen.get("tls"))
    if not isinstance(status, int):
        return None
    if tls.get("authorized") is False:
        error = str(tls.get("error") or "")
        wrong_name = "ALTNAME" in error or "altnames" in error
        kind = FailureKind.NAME_MISMATCH if wrong_name else _TLS.get(error, FailureKind.UNKNOWN_ISSUER)
        return Failure(Phase.TLS, kind, Blame.TARGET, error[:200], behind=status < 500)
    headers = {name.lower(): _joined(value)[:500] for name, value in _table(seen.get("headers")).items()}
    body = seen.get("rawBody")
    text = body if isinstance(body, str) else ""
    page = Page(status, (target.host,), headers, len(text.encode()), text)
    return Response(
        status,
        target.host,
        headers=tuple((name, value[:200]) for name, value in headers.items() if name in {"retry-after", "server"}),
        title=page.title,
        # Without a body (HEAD, or left out) the size is not known; an empty page would be news.
        size=len(text.encode()) or 1,
        marks=fingerprints.marks(page),
        notes=(NOT_FOLLOWED,) if status in {301, 302, 303, 307, 308} and "location" in headers else (),
    )


def _failure(seen: Json) -> Failure:
    text = str(seen.get("rawOutput") or "")
    source = seen.get("failureSource") or _source_of(text)
    if source != "target":  # the probe's own trouble, or its resolver's: no word on the target
        return Failure(Phase.DNS, FailureKind.INTERNAL, Blame.VANTAGE_POINT, text[:200])
    for word, phase, kind in _TEXTS:
        if word in text:
            return Failure(phase, kind, Blame.TARGET, text[:200])
    return Failure(Phase.HTTP, FailureKind.NO_ANSWER, Blame.TARGET, text[:200])


def _source_of(text: str) -> str:
    """Guess whose trouble it is, for answers from before `failureSource` (July 2026)."""
    if any(word in text for word in _RESOLVER_TEXTS):
        return "resolver"
    return "target" if any(word in text for word, _, _ in _TEXTS) else "internal"


def _vantage_point(probe: Json) -> VantagePoint:
    # The API gives no id of a probe: a network in a town is what tells two witnesses apart.
    city, asn, network = probe.get("city"), probe.get("asn"), probe.get("network")
    return VantagePoint(
        id=f"{PREFIX}{city}:{asn}",
        place=town(city),
        network=town(network),
        asn=asn if isinstance(asn, int) and not isinstance(asn, bool) else None,
    )


def _address(value: object) -> str | None:
    """An IP address; None for what is none: whoever reads it later takes it for one."""
    try:
        return str(ip_address(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def _phases(timings: Json) -> Phases:
    return Phases(
        dns=_ms(timings.get("dns")),
        tcp=_ms(timings.get("tcp")),
        tls=_ms(timings.get("tls")),
        first_byte=_ms(timings.get("firstByte")),
        body=_ms(timings.get("download")),
    )


def _ms(value: object) -> timedelta | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return timedelta(milliseconds=value) if 0 <= value <= _LONGEST_MS else None  # neither does NaN lie there


def _instant(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return None


def _joined(value: object) -> str:
    return ", ".join(map(str, cast("list[object]", value))) if isinstance(value, list) else str(value)


def _table(value: object) -> Json:
    return cast("Json", value) if isinstance(value, Mapping) else {}


def _tables(value: object) -> list[Json]:
    return [_table(row) for row in cast("list[object]", value)] if isinstance(value, list) else []
