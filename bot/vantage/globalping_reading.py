"""What Globalping's probes saw, as our own facts: one measurement of its API in, Observations and Controls out. Pure.

Only those who can speak about the target are heard: `failureSource` says whose trouble a failure is ("target",
"resolver", "internal"; experimental, may be absent). Certificates are not enforced there, redirects not followed.
Field names and values: the API's own description, version 1, August 2026.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import cast

from bot.model import (
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


def read_measurement(
    measurement: Json, target: Target, *, fingerprints: Fingerprints
) -> tuple[Observation | Control, ...]:
    """What each probe that ended says of the target; nothing from those that are offline or still at work.

    An error of the API (no "results") says nothing of the target: an empty tuple. Raises nothing for odd content.
    """
    at = _instant(measurement.get("createdAt"))
    facts: list[Observation | Control] = []
    if at is None:
        return ()
    for row in _tables(measurement.get("results")):
        where, seen = _vantage_point(_table(row.get("probe"))), _table(row.get("result"))
        result = _result(seen, target, fingerprints)
        if result is not None:
            facts += _facts(where, target, at, seen, result)
    return tuple(facts)


def _facts(
    where: VantagePoint, target: Target, at: datetime, seen: Json, result: Response | Failure
) -> Iterator[Observation | Control]:
    phases = _phases(_table(seen.get("timings")))
    parts = (phases.dns, phases.tcp, phases.tls, phases.first_byte, phases.body)
    took = sum((part for part in parts if part is not None), timedelta())
    yield Observation(where, target, at, took, result, phases)
    if isinstance(result, Failure) and result.blame is Blame.TARGET:
        # That the failure reached us, over Globalping, is the proof that the probe itself was online.
        yield Control(where, "api.globalping.io", at, works=True, resolved=True)


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
    city, asn = str(probe.get("city") or "?"), probe.get("asn")
    return VantagePoint(f"globalping:{city}:{asn}", place=city, network=f"AS{asn}" if isinstance(asn, int) else None)


def _phases(timings: Json) -> Phases:
    return Phases(
        dns=_ms(timings.get("dns")),
        tcp=_ms(timings.get("tcp")),
        tls=_ms(timings.get("tls")),
        first_byte=_ms(timings.get("firstByte")),
        body=_ms(timings.get("download")),
    )


def _ms(value: object) -> timedelta | None:
    return timedelta(milliseconds=value) if isinstance(value, int | float) else None


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
