"""A dossier in, a few lines of it out, for a thread: within the network's limit, and how to get the whole.

No page's title and nobody's address gets in: it stands under a stranger's post.
"""

from collections.abc import Iterator
from datetime import tzinfo
from ipaddress import ip_address, ip_network

from bot.model import Dossier, Failure, Language, Leaning, OfficialLevel, Outage, Seen
from bot.wording.fitting import Piece, elide, fit
from bot.wording.times import OLDEST_GOOD_LOOK, ended_words, interval_words, length_words, time_words
from bot.wording.voice import Voice, mark, verdict_name, voice

_MOST_SEEN = 3
_MOST_PLACES = 4
_HEAD, _WHOLE, _SINCE, _SEEN, _SAYS, _PEOPLE, _REFERENCES = 90, 80, 70, 60, 50, 40, 30
# Of an institution's own network (RFC 1918, 6598, 4193, link-local, loopback): what stands where, is told to nobody.
_INSIDE = tuple(
    map(
        ip_network,
        (
            *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8"),
            *("fc00::/7", "fe80::/10", "::1/128"),
        ),
    )
)
_SAYS_OF_ITSELF = {
    OfficialLevel.OK: mark("all is well, while the trouble was seen"),
    OfficialLevel.DEGRADED: mark("trouble"),
    OfficialLevel.DOWN: mark("an outage"),
    OfficialLevel.MAINTENANCE: mark("maintenance work"),
}


def dossier_note(dossier: Dossier, *, language: Language, limit: int, zone: tzinfo) -> str:
    """Say the main facts of a dossier in at most `limit` characters (120 or more), the least important left out."""
    return fit(list(_pieces(dossier, voice(language), zone)), limit)


def nothing_to_report(name: str, *, language: Language) -> str:
    """Say that there is no outage to make a dossier of."""
    return voice(language).gettext("Nothing to report on {name}: no outage is remembered.", name=elide(name, 40))


def _pieces(dossier: Dossier, say: Voice, zone: tzinfo) -> Iterator[Piece]:
    incident, name = dossier.incident, dossier.platform.name
    verdict = verdict_name(incident.word if incident.is_open else incident.worst, language=say.language)
    heads = [say.gettext("Report: {name}, {verdict}.", name=elide(name, most), verdict=verdict) for most in (60, 24)]
    yield Piece(tuple(dict.fromkeys(heads)), _HEAD)
    yield Piece((when_words(dossier, say, zone), ""), _SINCE)
    if seen := seen_words(dossier, say):
        yield Piece((*seen, ""), _SEEN, line=1)
    if dossier.controls:
        fine = sum(each.works for each in dossier.controls)
        told = say.gettext("Reference pages: {fine} of {number} answer.", fine=fine, number=len(dossier.controls))
        yield Piece((told, ""), _REFERENCES, line=1)
    if dossier.tally is not None and dossier.tally.down:
        yield Piece((*people_words(dossier, say), ""), _PEOPLE, line=2)
    if dossier.official is not None and dossier.official.level in _SAYS_OF_ITSELF:
        level = say.gettext(_SAYS_OF_ITSELF[dossier.official.level])
        page = say.gettext("{label}: {value}", label=say.gettext("Status page"), value=f"{level}.")
        yield Piece((page, ""), _SAYS, line=2)
    whole = say.gettext("The whole of it is with whoever runs me: cestmoiou dossier {id}", id=incident.id)
    yield Piece((whole, say.gettext("The whole of it is with whoever runs me.")), _WHOLE, line=3)


def when_words(dossier: Dossier, say: Voice, zone: tzinfo) -> str:
    """Say since when it lasts; or when it was seen and how long it was, if it is over."""
    incident, language = dossier.incident, say.language
    if incident.is_open:
        outage = Outage(incident.first_down_at, incident.last_up_at)
        return interval_words(outage, language=language, zone=zone, now=dossier.made_at)
    good = incident.last_up_at
    bad = incident.first_down_at
    if good is None or bad - good > OLDEST_GOOD_LOOK:
        began = time_words(bad, language=language, zone=zone, now=dossier.made_at)
    else:
        began = ended_words(good, bad, language=language, zone=zone, now=dossier.made_at)
    if dossier.lasted is None:
        return say.gettext("Seen at {time}.", time=began)
    lasted = length_words(dossier.lasted.least, dossier.lasted.most, language=language)
    return f"{say.gettext('Seen at {time}.', time=began)} {say.gettext('The trouble lasted {length}.', length=lasted)}"


def seen_words(dossier: Dossier, say: Voice) -> tuple[str, ...]:
    """What was seen, grouped by what: "HTTP 503 from Rennes and Nice (192.0.2.7)", ever shorter."""
    groups: dict[str, list[Seen]] = {}
    for one in dossier.seen:
        if one.observation is not None and one.leaning in (Leaning.DOWN, Leaning.UP):
            groups.setdefault(_outcome(one), []).append(one)
    if not groups:
        return ()
    shown = list(groups.items())[:_MOST_SEEN]
    full = say.series([_group(outcome, members, say, with_address=True) for outcome, members in shown])
    brief = say.series([_group(outcome, members, say, with_address=False) for outcome, members in shown])
    return tuple(dict.fromkeys((f"{full}.", f"{brief}.", f"{_group(*shown[0], say, with_address=False)}.")))


def _group(outcome: str, members: list[Seen], say: Voice, *, with_address: bool) -> str:
    places = list(dict.fromkeys(one.vantage_point.place for one in members if one.vantage_point.place))
    where = say.gettext("from {places}", places=say.listing(places[:_MOST_PLACES])) if places else ""
    used = dict.fromkeys(one.observation.addresses.used for one in members if one.observation is not None)
    addresses = ", ".join([address for address in used if address and not _is_inside(address)][:2])
    return " ".join(filter(None, (outcome, where, f"({addresses})" if with_address and addresses else "")))


def _is_inside(address: str) -> bool:
    at = ip_address(address)
    return any(at in net for net in _INSIDE if net.version == at.version)


def _outcome(one: Seen) -> str:
    look = one.observation
    if look is None:
        return ""
    result = look.result
    return f"{result.phase.value} / {result.kind.value}" if isinstance(result, Failure) else f"HTTP {result.status}"


def people_words(dossier: Dossier, say: Voice) -> tuple[str, ...]:
    """Say how many people say that it fails, and where; the shorter wording last."""
    tally = dossier.tally
    if tally is None:
        return ()
    label = say.gettext("Say that it fails")
    places = ", ".join(tally.down_places[:_MOST_PLACES])
    values = [f"{tally.down} ({places})." if places else f"{tally.down}.", f"{tally.down}."]
    return tuple(dict.fromkeys(say.gettext("{label}: {value}", label=label, value=value) for value in values))
