"""What was found out of an account goes in, lines for a terminal come out, in French or English."""

from collections.abc import Iterator
from datetime import timedelta
from typing import assert_never

from bot.catalogue.sentences import Said
from bot.model import Language
from bot.ports import AccountRefusedError, SocialError
from bot.social.account_facts import AccountFacts, Can, PrivateMentions, clock_is_off

_GOOD, _BAD, _HINT = "✓", "✗", "!"


def lines_of(name: str, server: str, facts: AccountFacts, language: Language) -> list[str]:
    """The account's name, then a line for each thing that is good (✓), wrong (✗) or worth a look (!)."""
    said = [f"  {mark} {sentence.told(language)}" for mark, sentence in _findings(facts)]
    return [f"{name} ({server})", *said]


def _findings(facts: AccountFacts) -> Iterator[tuple[str, Said]]:
    if facts.handle:
        yield _GOOD, Said(f"connecté : {facts.handle}", f"logged in: {facts.handle}")
    if facts.trouble:
        yield _BAD, _trouble(facts.trouble)
    yield from _rights(facts)
    if facts.trouble is None:
        yield from _private_mentions(facts.private_mentions)
    yield from _flag(facts)
    yield from _clock(facts.clock_ahead)
    if facts.text_limit:
        yield (
            _GOOD,
            Said(
                f"messages d'au plus {facts.text_limit} caractères", f"posts of at most {facts.text_limit} characters"
            ),
        )
    if facts.rate:
        left = f"{facts.rate.remaining}/{facts.rate.limit}"
        yield _GOOD, Said(f"appels restants, dit le serveur : {left}", f"calls left, says the server: {left}")
    for number, rule in enumerate(facts.rules, 1):
        yield " ", Said(f"règle {number} : {rule}", f"rule {number}: {rule}")


def _trouble(error: SocialError) -> Said:
    if isinstance(error, AccountRefusedError):
        return Said(f"le serveur refuse le compte : {error}", f"the server refuses the account: {error}")
    return Said(
        f"le serveur ne répond pas comme il faut : {error}", f"the server does not answer as it should: {error}"
    )


def _rights(facts: AccountFacts) -> Iterator[tuple[str, Said]]:
    by = {can: ", ".join(right for right, has in facts.can.items() if has is can) for can in Can}
    if by[Can.YES]:
        yield _GOOD, Said(f"droits : {by[Can.YES]}", f"rights: {by[Can.YES]}")
    if by[Can.NO]:
        yield (
            _BAD,
            Said(
                f"droits qui manquent : {by[Can.NO]} ; refaites « cestmoiou login »",
                f"rights that are missing: {by[Can.NO]}; do “cestmoiou login” again",
            ),
        )
    if by[Can.UNKNOWN]:
        yield (
            _HINT,
            Said(
                f"droits que le serveur ne dit pas : {by[Can.UNKNOWN]}",
                f"rights that the server does not tell: {by[Can.UNKNOWN]}",
            ),
        )


def _private_mentions(what: PrivateMentions) -> Iterator[tuple[str, Said]]:
    match what:
        case PrivateMentions.ACCEPTED | PrivateMentions.SAME:
            yield _GOOD, Said("les mentions privées d'inconnus arrivent", "strangers' private mentions arrive")
        case PrivateMentions.FILTERED:
            yield (
                _HINT,
                Said(
                    "les mentions privées d'inconnus sont filtrées : « run » y change ce que le jeton permet "
                    "(write:notifications), sinon voir docs/networks.md",
                    "strangers' private mentions are filtered: “run” changes that if the token lets it "
                    "(write:notifications), else see docs/networks.md",
                ),
            )
        case PrivateMentions.NONE:
            yield _GOOD, Said("tout y est public", "everything is public there")
        case PrivateMentions.UNKNOWN:
            yield (
                _HINT,
                Said(
                    "le serveur ne dit pas s'il filtre les mentions privées d'inconnus",
                    "the server does not tell whether it filters strangers' private mentions",
                ),
            )
        case _:
            assert_never(what)


def _flag(facts: AccountFacts) -> Iterator[tuple[str, Said]]:
    if facts.says_it_is_a_bot:
        yield _GOOD, Said("le compte dit qu'il est un robot", "the account says that it is a bot")
    elif facts.says_it_is_a_bot is not None:
        yield (
            _HINT,
            Said(
                "le compte ne dit pas qu'il est un robot : cochez-le dans son profil, ou refaites « cestmoiou login »",
                "the account does not say that it is a bot: tick it in its profile, or do “cestmoiou login” again",
            ),
        )


def _clock(ahead: timedelta | None) -> Iterator[tuple[str, Said]]:
    if ahead is None:
        return
    minutes = round(abs(ahead.total_seconds()) / 60)
    if not clock_is_off(ahead):
        yield _GOOD, Said("l'horloge est celle du serveur", "the clock is the server's")
        return
    length = f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
    fast = ahead > timedelta(0)
    yield (
        _BAD,
        Said(
            f"l'horloge de cette machine {'avance' if fast else 'retarde'} de {length} sur le serveur : "
            "mettez-la à l'heure",
            f"this machine's clock is {length} {'ahead of' if fast else 'behind'} the server's: set it",
        ),
    )
