"""What one place saw, as labelled lines of a dossier: when, which server, how far it got, how long each phase took."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

from bot.model import Failure, FailureKind, Phase, Response, Role, Seen, VantagePoint
from bot.wording.causes import cause_words
from bot.wording.times import seconds_words
from bot.wording.voice import Voice, mark

_STEPS = {
    Role.HOME: mark("home page"),
    Role.SEARCH: mark("search"),
    Role.ARTICLE: mark("documents"),
    Role.API: mark("programming interface"),
    Role.LOGIN: mark("signing in"),
}
_REACHED = {
    Phase.POLICY: mark("none: its address is one where I do not go"),
    Phase.DNS: mark("looking up the name (DNS)"),
    Phase.TCP: mark("connecting (TCP)"),
    Phase.TLS: mark("encryption (TLS)"),
    Phase.HTTP: mark("waiting for the answer (HTTP)"),
    Phase.CONTENT: mark("reading the answer"),
    Phase.DONE: mark("the end, a page came"),
}
_PHASES = (Phase.POLICY, Phase.DNS, Phase.TCP, Phase.TLS, Phase.HTTP, Phase.CONTENT)

Line = tuple[str, str]


def instant_words(at: datetime, zone: tzinfo) -> str:
    """An instant as support desks read it: "2026-11-23 09:42:05 UTC (10:42:05 Europe/Paris)"."""
    utc, local = at.astimezone(UTC), at.astimezone(zone)
    shown = f"{local:%H:%M:%S}" if local.date() == utc.date() else f"{local:%Y-%m-%d %H:%M:%S}"
    return f"{utc:%Y-%m-%d %H:%M:%S} UTC ({shown} {zone})"


def place_name(where: VantagePoint, say: Voice) -> str:
    """Name a place and its network, "Rennes (Renater, AS2200)"."""
    network = where.network or (f"AS{where.asn}" if where.asn else "")
    if where.network and where.asn:
        network = f"{where.network}, AS{where.asn}"
    place = where.place or say.gettext("a place that was not named")
    return f"{place} ({network})" if network else place


def place_lines(seen: Seen, say: Voice, zone: tzinfo) -> Iterator[Line]:
    """All that is known of one look, the unknown said to be so."""
    look, unknown = seen.observation, say.gettext("unknown")
    yield say.gettext("Time"), instant_words(seen.at, zone)
    if look is None:
        yield say.gettext("Outcome"), cause_words(seen.cause, language=say.language)
        return
    step = say.gettext(_STEPS[look.target.role])
    yield say.gettext("Address asked"), f"{look.target.url} ({step})"
    own = seen.vantage_point
    asn = f"AS{own.asn}" if own.asn else ""
    yield say.gettext("Network of this place"), ", ".join(filter(None, (own.network, asn))) or unknown
    yield say.gettext("Server reached"), look.addresses.used or _not_reached(look.result, say)
    if look.addresses.dead:
        yield say.gettext("Servers that do not answer"), ", ".join(look.addresses.dead)
    yield say.gettext("Outcome"), say.series((_outcome(look.result), cause_words(seen.cause, language=say.language)))
    reached = look.result.phase if isinstance(look.result, Failure) else Phase.DONE
    yield say.gettext("Step reached"), say.gettext(_REACHED[reached])
    yield say.gettext("Encryption (TLS)"), _tls(seen, say)
    yield say.gettext("Times"), _times(seen, say)
    if isinstance(look.result, Response):
        yield from _answer(look.result, say)
    if look.other_family is not None:
        family = "IPv4" if ":" in (look.addresses.used or "") else "IPv6"
        yield say.gettext("Over {family}", family=family), _outcome(look.other_family)
    if look.link is not None:
        yield say.gettext("Public measurement"), look.link


def _answer(response: Response, say: Voice) -> Iterator[Line]:
    yield say.gettext("Title of the page"), response.title or say.gettext("none")
    if response.redirects:
        yield say.gettext("Redirects"), f"{response.redirects} → {response.url_host}"
    if response.headers:
        yield say.gettext("Headers of the answer"), ", ".join(f"{name}: {value}" for name, value in response.headers)


def _outcome(result: Response | Failure) -> str:
    return f"{result.phase.value} / {result.kind.value}" if isinstance(result, Failure) else f"HTTP {result.status}"


def _not_reached(result: Response | Failure, say: Voice) -> str:
    reached_none = isinstance(result, Failure) and result.phase in (Phase.POLICY, Phase.DNS, Phase.TCP)
    return say.gettext("none") if reached_none else say.gettext("unknown")


def _tls(seen: Seen, say: Voice) -> str:
    look = seen.observation
    if look is None:
        return say.gettext("unknown")
    if look.target.scheme != "https":
        return say.gettext("none: the address is not an encrypted one")
    result = look.result
    if isinstance(result, Failure):
        if result.phase is Phase.TLS:
            behind = result.kind not in (FailureKind.EOF, FailureKind.TIMEOUT) and result.behind
            return (
                say.gettext("failed ({kind}), but a page answers behind it", kind=result.kind.value)
                if behind
                else (say.gettext("failed ({kind})", kind=result.kind.value))
            )
        if _PHASES.index(result.phase) < _PHASES.index(Phase.TLS):
            return say.gettext("not reached")
    if look.phases.tls is None:
        return say.gettext("set up")
    return say.gettext("set up in {time}", time=_length(look.phases.tls, say))


def _times(seen: Seen, say: Voice) -> str:
    look = seen.observation
    if look is None:
        return say.gettext("unknown")
    phases = look.phases
    steps = (
        ("DNS", phases.dns),
        ("TCP", phases.tcp),
        ("TLS", phases.tls),
        (say.gettext("first byte"), phases.first_byte),
        (say.gettext("page"), phases.body),
    )
    times = [f"{name} {_length(length, say)}" for name, length in steps if length is not None]
    return ", ".join([*times, say.gettext("{time} in all", time=_length(look.took, say))])


def _length(length: timedelta, say: Voice) -> str:
    return seconds_words(length, language=say.language)
