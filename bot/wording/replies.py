"""An answer in, the text of its reply out: in the asker's language, within the network's limit."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import assert_never

from bot.model import (
    Answer,
    AskForAddress,
    AskWhich,
    GiveDossier,
    GiveHelp,
    GiveVerdicts,
    Language,
    NothingToReport,
    SayGoodbye,
    Verdict,
)
from bot.wording.dossier_note import dossier_note, nothing_to_report
from bot.wording.fitting import Piece, elide, fit
from bot.wording.gateways import gateway_pieces
from bot.wording.pieces import pieces_of
from bot.wording.voice import Voice, voice

_WITHOUT_LIMIT = 10_000
_NAME_LENGTHS = (60, 40, 24, 12)  # tried in turn, only when the text does not fit
_MOST_CANDIDATES = 6


def word(answer: Answer, *, language: Language, limit: int, zone: tzinfo) -> str:
    """Say the answer in at most `limit` characters (120 or more). Times are told in `zone`.

    What does not fit is left out by importance, never cut mid-word; the verdict itself is always there. Only names of
    the catalogue (or the host or name that the asker wrote) and the table of causes get in.
    """
    say = voice(language)
    match answer:
        case GiveVerdicts():
            return _verdicts(answer, say, limit, zone)
        case AskForAddress(name, closest):
            return _ask_for_address(name, closest, say, limit)
        case AskWhich(candidates):
            return _ask_which(candidates, say, limit)
        case GiveHelp():
            return _help(say, limit)
        case GiveDossier(dossier):
            return dossier_note(dossier, language=language, limit=limit, zone=zone)
        case NothingToReport(name):
            return nothing_to_report(name, language=language)
        case SayGoodbye():
            return _goodbye(say, limit)
        case _:
            assert_never(answer)


def verdict_line(verdict: Verdict, *, language: Language, zone: tzinfo) -> str:
    """Say everything about one verdict on one line, for the terminal."""
    return word(GiveVerdicts((verdict,)), language=language, limit=_WITHOUT_LIMIT, zone=zone)


def _verdicts(answer: GiveVerdicts, say: Voice, limit: int, zone: tzinfo) -> str:
    for said in range(len(answer.verdicts), 0, -1):
        left_out = answer.left_out + len(answer.verdicts) - said
        for length in _NAME_LENGTHS:
            text = fit(
                _pieces(replace(answer, verdicts=answer.verdicts[:said], left_out=left_out), say, zone, length), limit
            )
            if len(text) <= limit:
                return text
    # One verdict on a name that is longer than the reply may be: the verdict without the name.
    return fit(_pieces(replace(answer, verdicts=answer.verdicts[:1], left_out=0), say, zone, 0), limit)


def _pieces(answer: GiveVerdicts, say: Voice, zone: tzinfo, name_length: int) -> list[Piece]:
    verdicts, left_out = answer.verdicts, answer.left_out
    alone = len(verdicts) == 1 and not answer.gateways
    pieces: list[Piece] = []
    for line, verdict in enumerate(verdicts):
        name = elide(verdict.platform.name, name_length) if name_length else say.gettext("That site")
        pieces += pieces_of(verdict, name, say, zone, line=line, alone=alone)
        pieces += gateway_pieces(answer.gateways, verdict, say, line=line)
    if left_out:
        full = say.ngettext(
            "I leave {number} more aside: four at a time at most.",
            "I leave {number} more aside: four at a time at most.",
            left_out,
        )
        pieces.append(Piece((full, f"(+ {left_out})"), weight=60, line=len(verdicts)))
    return pieces


def _ask_for_address(name: str, closest: Sequence[str], say: Voice, limit: int) -> str:
    asked = say.gettext(
        "I do not know “{name}”. With its address (cairn.info, for instance), I can take a look.", name=elide(name, 40)
    )
    short = say.gettext("I do not know that name. With its address, I can take a look.")
    if not closest:
        return fit([Piece((asked, short), weight=0)], limit)
    offered = say.gettext(
        "I do not know “{name}”. Is it {names}? Else its address would help (cairn.info, for instance).",
        name=elide(name, 40),
        names=say.listing([elide(other, 40) for other in closest], style="or"),
    )
    return fit([Piece((offered, asked, short), weight=0)], limit)


def _ask_which(candidates: Sequence[str], say: Voice, limit: int) -> str:
    open_question = say.gettext("Which site is it about? With a name or an address, I can take a look.")
    if not candidates:
        return open_question
    shown = [elide(name, 40) for name in candidates[:_MOST_CANDIDATES]]
    wordings = [
        say.gettext("Which one is it about: {names}?", names=say.listing(shown[:many], style="or"))
        for many in range(len(shown), 1, -1)
    ]
    if len(shown) == 1:
        wordings = [say.gettext("Is it about {name}? With its address, I can take a look.", name=shown[0])]
    return fit([Piece((*wordings, open_question), weight=0)], limit)


def _help(say: Voice, limit: int) -> str:
    first = say.gettext("Is it just me, or is it down? I take a look at sites and services, and say what I see.")
    second = say.gettext("Mention me with a name or an address: “is Cairn down?”, “example.org?”.")
    return fit([Piece((first, ""), weight=0), Piece((second,), weight=1, line=1)], limit)


def _goodbye(say: Voice, limit: int) -> str:
    full = say.gettext("Understood: not a word from me any more, until you ask me something.")
    return fit([Piece((full,), weight=0)], limit)
