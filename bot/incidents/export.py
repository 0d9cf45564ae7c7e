"""A dossier in, the same for programs out: the keys are public and stable, docs/incidents.md explains them. Pure."""

from datetime import datetime, timedelta

from bot.model import Dossier, Failure, Incident, Interval, Observation, OfficialWord, Response, Seen, Tally


def incident_row(incident: Incident) -> dict[str, object]:
    """One incident as `cestmoiou incidents --json` tells it; instants in UTC, ISO 8601."""
    return {
        "incident": incident.id,
        "platform": incident.platform_key,
        "open": incident.is_open,
        "verdict": incident.word.value,
        "worst": incident.worst.value,
        "cause": incident.cause.id.value,
        "status": incident.cause.status,
        "confidence": round(incident.confidence, 3),
        "unstable": incident.is_unstable,
        "turns": incident.turns,
    }


def dossier_object(dossier: Dossier, *, local: str) -> dict[str, object]:
    """The whole dossier. Every key is always there; null means that it is not known. `local` names the time zone."""
    platform, lasted = dossier.platform, dossier.lasted
    return {
        **incident_row(dossier.incident),
        "name": platform.name,
        "urls": [target.url for target in platform.targets],
        "began": interval_object(dossier.began),
        "ended": interval_object(dossier.ended) if dossier.ended and not dossier.incident.is_open else None,
        "lasted_s": {"least": _s(lasted.least), "most": _s(lasted.most)} if lasted else None,
        "looks": {"all": dossier.looks, "saw_the_trouble": dossier.bad_looks},
        "places": [_place(seen) for seen in dossier.seen],
        "controls": [
            {"host": each.host, "ok": each.works, "place": each.vantage_point.place, "at": _at(each.checked_at)}
            for each in dossier.controls
        ],
        "other_services": {
            "worked": None if dossier.worked is None else list(dossier.worked),
            "in_trouble": list(dossier.failed),
            "share": _common(dossier),
        },
        "people": {"asked": dossier.askers, **_tally(dossier.tally)},
        "official": _official(dossier.official),
        "official_contradicts": dossier.contradicted if dossier.official else None,
        "official_lag_s": _s(dossier.official_lag),
        "contact": platform.contact,
        "access": {"proxied": False, "on_campus": None, "vpn": None},
        "browser": None,
        "user_agent": dossier.user_agent or None,
        "institution": None,
        "client_addresses": None,
        "document": None,
        "screenshot": None,
        "traceroute": None,
        "operator": dossier.operator or None,
        "made_at": _at(dossier.made_at),
        "time_zone": local,
    }


def interval_object(interval: Interval) -> dict[str, str | None]:
    """An instant between two; "after" is null if it is not known."""
    return {"after": _at(interval.after), "until": _at(interval.until)}


def _place(seen: Seen) -> dict[str, object]:
    place, look = seen.vantage_point, seen.observation
    return {
        "place": place.place,
        "network": place.network,
        "asn": place.asn,
        "vote": seen.leaning.value,
        "cause": seen.cause.id.value,
        "at": _at(seen.at),
        **(_look(look) if look else dict.fromkeys(_LOOK)),
    }


_LOOK = (
    *("url", "step", "address", "dead_addresses", "phase", "kind", "status", "title", "final_host", "redirects"),
    *("headers", "timings_ms", "link"),
)


def _look(look: Observation) -> dict[str, object]:
    values = (
        look.target.url,
        look.target.role.value,
        look.addresses.used,
        list(look.addresses.dead),
        *_outcome(look.result),
        _timings(look),
        look.link,
    )
    return dict(zip(_LOOK, values, strict=True))


def _outcome(result: Response | Failure) -> tuple[object, ...]:
    if isinstance(result, Failure):
        return result.phase.value, result.kind.value, None, None, None, result.redirects, {}
    return "done", "ok", result.status, result.title, result.url_host, result.redirects, dict(result.headers)


def _timings(look: Observation) -> dict[str, float | None]:
    phases = look.phases
    lengths = {"dns": phases.dns, "tcp": phases.tcp, "tls": phases.tls, "first_byte": phases.first_byte}
    every = {**lengths, "total": look.took}
    return {name: None if it is None else round(it.total_seconds() * 1000, 1) for name, it in every.items()}


def _common(dossier: Dossier) -> dict[str, object] | None:
    common = dossier.common
    return None if common is None else {"name": common.name or None, "services": list(common.platforms)}


def _tally(tally: Tally | None) -> dict[str, object]:
    if tally is None:
        return {"say_down": None, "say_up": None, "down_places": None, "up_places": None}
    return {
        "say_down": tally.down,
        "say_up": tally.up,
        "down_places": list(tally.down_places),
        "up_places": list(tally.up_places),
    }


def _official(official: OfficialWord | None) -> dict[str, object] | None:
    if official is None:
        return None
    return {
        "level": official.level.value,
        "title": official.title,
        "since": _at(official.since),
        "url": official.url,
        "read_at": _at(official.read_at),
    }


def _at(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def _s(length: timedelta | None) -> float | None:
    return None if length is None else round(length.total_seconds(), 3)
