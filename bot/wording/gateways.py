"""What stands between an asker and a platform: verdicts on proxies and sign-in services in, pieces of the reply out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from bot.model import Between, GatewayVerdict, Role, Verdict, Word
from bot.wording.causes import cause_words
from bot.wording.fitting import Piece, elide
from bot.wording.voice import Voice, mark

# What goes first when a reply is too long, among the pieces of bot/wording/pieces.py: that it fails is the news.
_FINE, _FAILS = 15, 80
_LIKELY = 0.75  # from which confidence on a "down" is said that it fails
_LONGEST_HOST = 60


def gateway_pieces(gateways: Iterable[GatewayVerdict], verdict: Verdict, say: Voice, *, line: int) -> list[Piece]:
    """Say, after the verdict on a platform, how each gateway to it is, and which of them is the trouble."""
    own = [gateway for gateway in gateways if gateway.to == verdict.platform.key]
    return [_piece(gateway, verdict, say, line) for gateway in own]


def _piece(gateway: GatewayVerdict, platform: Verdict, say: Voice, line: int) -> Piece:
    said = gateway.verdict
    words = _WORDS[gateway.between]
    name = elide(said.platform.name, _LONGEST_HOST)
    cause = cause_words(said.cause, language=say.language)
    match said.word:
        case Word.DOWN:
            message, short = _down_words(gateway, platform)
            return Piece((say.gettext(message, name=name, cause=cause), say.gettext(short, name=name)), _FAILS, line)
        case Word.DEGRADED:
            sign_in = said.step is Role.LOGIN
            message = _PROXY_SIGN_IN_FAILS if sign_in else words.limps
            return Piece((say.gettext(message, name=name, cause=cause), ""), _FAILS, line)
        case Word.UP:
            return Piece((say.gettext(words.up, name=name), ""), _FINE, line)
        case Word.INCONCLUSIVE | Word.UNKNOWN:
            # Why is not told: strangers could learn which names exist on the operator's own network.
            return Piece((say.gettext(words.unknown, name=name), ""), _FINE, line)
        case _:
            assert_never(said.word)


def _down_words(gateway: GatewayVerdict, platform: Verdict) -> tuple[str, str]:
    words = _WORDS[gateway.between]
    if gateway.verdict.confidence < _LIKELY:
        return words.may_fail, words.short
    return words.fails if platform.word is Word.UP else words.fails_as_well, words.short


_PROXY_SIGN_IN_FAILS = mark("The proxy ({name}) answers, but signing in there does not: {cause}.")


@dataclass(frozen=True, slots=True)
class _Words:
    fails: str
    fails_as_well: str
    may_fail: str
    short: str
    limps: str
    up: str
    unknown: str


_WORDS = {
    Between.PROXY: _Words(
        fails=mark("It is the proxy ({name}) that fails: {cause}."),
        fails_as_well=mark("The proxy ({name}) fails as well: {cause}."),
        may_fail=mark("The proxy ({name}) may be failing: {cause}."),
        short=mark("The proxy ({name}) fails."),
        limps=mark("The proxy ({name}) answers, but not well: {cause}."),
        up=mark("The proxy ({name}) answers."),
        unknown=mark("I can tell nothing about the proxy ({name}) from here."),
    ),
    Between.LOGIN: _Words(
        fails=mark("It is the sign-in service ({name}) that fails: {cause}."),
        fails_as_well=mark("The sign-in service ({name}) fails as well: {cause}."),
        may_fail=mark("The sign-in service ({name}) may be failing: {cause}."),
        short=mark("The sign-in service ({name}) fails."),
        limps=mark("The sign-in service ({name}) answers, but not well: {cause}."),
        up=mark("The sign-in service ({name}) answers."),
        unknown=mark("I can tell nothing about the sign-in service ({name}) from here."),
    ),
}
