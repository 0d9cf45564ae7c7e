"""`cestmoiou catalogue check --live`: each target is called once, and what it answers is told.

For a machine that is on the network, before a release or after a change: a catalogue can be right in form and wrong in
fact. The hosts are called side by side, a few at a time; what one host has to answer is asked one after the other.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import click

from bot.app.clock import now
from bot.app.files import build_catalogue
from bot.app.logs import set_up_logs
from bot.app.wiring import build_prober
from bot.catalogue import Catalogue
from bot.catalogue.sentences import Said
from bot.cli.errors import UserError
from bot.model import (
    Cause,
    CauseId,
    Evidence,
    Failure,
    Language,
    Leaning,
    OfficialLevel,
    Platform,
    Target,
    VantagePoint,
)
from bot.official.pages import StatusPages
from bot.probe.prober import Prober
from bot.settings import Settings
from bot.verdict.votes import vote_of
from bot.wording import cause_words

HOSTS_AT_ONCE = 4
PAUSE = timedelta(seconds=1)  # between two calls of one host


@dataclass(frozen=True, slots=True)
class _Call:
    """One thing to call: a target, or with None the platform's status page."""

    platform: Platform
    host: str
    target: Target | None


def call_targets(keys: Sequence[str], settings: Settings) -> int:
    """Call the targets and status pages of these platforms, all if none is named. 1 if one does not answer, else 0."""
    catalogue = build_catalogue(settings)
    set_up_logs(level="error", log_format="console")
    platforms = list(_wanted(keys, catalogue, settings.language))
    return asyncio.run(_call_all(platforms, settings))


def _wanted(keys: Sequence[str], catalogue: Catalogue, language: Language) -> Iterable[Platform]:
    own = [platform for institution in catalogue.institutions for platform in institution.platforms]
    found = {key: _named(key, catalogue, own) for key in keys}
    if unknown := ", ".join(key for key, platforms in found.items() if not platforms):
        said = Said(
            f"{unknown} : aucune entrée de ce nom au catalogue ; écrivez des identifiants, comme cairn",
            f"{unknown}: no such entry in the catalogue; write ids, as in cairn",
        )
        raise UserError(said.told(language))
    named = [platform for platforms in found.values() for platform in platforms]
    every = named or [*catalogue.platforms.values(), *own]
    # What is switched off is called only if somebody asks for it by name.
    return {platform.key: platform for platform in every if named or (platform.enabled and platform.probe)}.values()


def _named(key: str, catalogue: Catalogue, own: Iterable[Platform]) -> list[Platform]:
    """What somebody who typed this means; an entry of config/local/ also by the id that it has in its file."""
    theirs = [platform for platform in own if key in (platform.name, platform.key.partition(".")[2])]
    shared = catalogue.by_key_or_name(key)
    return [*theirs, *([shared] if shared else [])]


async def _call_all(platforms: Sequence[Platform], settings: Settings) -> int:
    prober, language = build_prober(settings), settings.language
    no = Said("NON", "NO ").told(language)
    pages = StatusPages(prober, clock=now)
    by_host: dict[str, list[_Call]] = defaultdict(list)
    for platform in platforms:
        for target in platform.targets:
            by_host[target.host].append(_Call(platform, target.host, target))
        if platform.status_page is not None:
            host = platform.status_page.url.split("/")[2]
            by_host[host].append(_Call(platform, host, None))
    turns = asyncio.Semaphore(HOSTS_AT_ONCE)
    counts: dict[bool, int] = {True: 0, False: 0}

    async def call_host(calls: list[_Call]) -> None:
        async with turns:
            for place, call in enumerate(calls):
                if place:
                    await asyncio.sleep(PAUSE.total_seconds())
                target = call.target
                said = await (
                    _call(prober, call.platform, target, language) if target else _read(pages, call.platform, language)
                )
                counts[said[0]] += 1
                click.echo(f"{'ok ' if said[0] else no} [{call.platform.key}] {said[1]}")

    try:
        await asyncio.gather(*map(call_host, by_host.values()))
    finally:
        await pages.close()
    click.echo(
        Said(
            f"{counts[True]} comme attendu, {counts[False]} à regarder",
            f"{counts[True]} as expected, {counts[False]} to look at",
        ).told(language),
        err=True,
    )
    return 1 if counts[False] else 0


async def _call(prober: Prober, platform: Platform, target: Target, language: Language) -> tuple[bool, str]:
    """Whether a target answers as it should, and what it said; what that means, if not."""
    seen = await prober.probe(target, vantage_point=VantagePoint("local"))
    vote = vote_of([seen], Evidence(platform, (seen,)))
    match seen.result:
        case Failure() as failure:
            got = f"{failure.phase.value}: {failure.kind.value}"
        case response:
            got = f"HTTP {response.status}"
            got += f" {', '.join(sorted({mark.id for mark in response.marks}))}" if response.marks else ""
    fine = vote.leaning is Leaning.UP or (vote.leaning is Leaning.ABSTAIN and platform.bot_wall is not None)
    means = "" if fine else f" ({_meaning(vote.cause, language)})"
    return fine, f"{target.url} ({target.role.value}): {got}, {seen.took.total_seconds():.1f} s, {vote.rule}{means}"


def _meaning(cause: Cause, language: Language) -> str:
    if cause.id is CauseId.REFUSED_BY_POLICY:
        said = Said("réseau interne, que probe.allow_nets n'ouvre pas", "a private network, not in probe.allow_nets")
        return said.told(language)
    return cause_words(cause, language=language)


async def _read(pages: StatusPages, platform: Platform, language: Language) -> tuple[bool, str]:
    """Whether the status page says something that we understand."""
    page = platform.status_page
    word = await pages.read(platform)
    url = page.url if page else ""
    if word is None:
        said = Said("page d'état que le robot ne lit pas", "a status page that the bot does not read")
        return True, f"{url}: {said.told(language)}"
    return word.level is not OfficialLevel.UNKNOWN, f"{url}: {word.level.value} {word.title or ''}".rstrip()
