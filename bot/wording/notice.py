"""A dossier in, what a provider is told of it in public out: short facts, how to get all of them, how to end this.

Their account is put before it by the network. It calls nobody else: what could be read as an account or a hashtag of
somebody's, in the name of a place say, is defused.
"""

import re
from collections.abc import Iterator
from datetime import tzinfo

from bot.model import Dossier, Language
from bot.wording.dossier_note import people_words, seen_words, when_words
from bot.wording.fitting import Piece, elide, fit
from bot.wording.voice import Voice, verdict_name, voice

_TAIL, _HEAD, _SINCE, _SEEN, _PEOPLE, _CONTACT = 90, 80, 70, 60, 50, 40
_CALLS = re.compile(r"(?<!\w)[@#\uff20\uff03\ufe6b\ufe5f]+")


def notice_words(dossier: Dossier, *, language: Language, limit: int, zone: tzinfo) -> str:
    """Say it in at most `limit` characters (160 or more); the incident's id is never left out."""
    return _CALLS.sub("", fit(list(_pieces(dossier, voice(language), zone)), limit))


def _pieces(dossier: Dossier, say: Voice, zone: tzinfo) -> Iterator[Piece]:
    incident, name = dossier.incident, dossier.platform.name
    verdict = verdict_name(incident.word, language=say.language)
    heads = [say.gettext("Report: {name}, {verdict}.", name=elide(name, most), verdict=verdict) for most in (60, 24)]
    yield Piece(tuple(dict.fromkeys(heads)), _HEAD)
    yield Piece((when_words(dossier, say, zone), ""), _SINCE)
    if seen := seen_words(dossier, say):
        yield Piece((*seen, ""), _SEEN, line=1)
    if dossier.tally is not None and dossier.tally.down:
        yield Piece((*people_words(dossier, say), ""), _PEOPLE, line=2)
    tail = say.gettext(
        "For the facts, reply “dossier”; to hear no more of outages, “stop”. Reference: {id}", id=incident.id
    )
    yield Piece(
        (tail, say.gettext("{label}: {value}", label=say.gettext("Reference"), value=incident.id)), _TAIL, line=3
    )
    if dossier.operator:
        yield Piece((say.gettext("The whole report: {contact}", contact=dossier.operator), ""), _CONTACT, line=4)
