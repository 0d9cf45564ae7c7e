"""`cestmoiou probe NAME|HOST…`: look, and explain what was seen; `--json` for programs."""

import asyncio
import json
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import click
from rich.console import Console

from bot.app.logs import set_up_logs
from bot.app.wiring import Bot, build_bot
from bot.checking import MOST_TARGETS
from bot.cli.errors import UserError
from bot.model import Failure, Language, Observation, OfficialWord, Platform, Response, Target, Verdict, Vote
from bot.probe.gate import HostRefusedError, host_of
from bot.settings import Settings, load_settings
from bot.wording import explain

LONGEST_QUOTE = 60


@click.command()
@click.argument("names", metavar="NAME|HOST…", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, in the order asked.")
def probe(names: tuple[str, ...], *, as_json: bool) -> None:
    """Look at platforms or hosts, and explain what was seen.

    What is neither is told at the end, with exit code 2; the others are looked at all the same.
    """
    settings = load_settings()
    set_up_logs(level="error", log_format="console")
    asyncio.run(_probe(names, settings, as_json=as_json))


async def _probe(names: Sequence[str], settings: Settings, *, as_json: bool) -> None:
    console = Console(highlight=False)
    with tempfile.TemporaryDirectory(prefix="cestmoiou-probe-") as folder:
        async with build_bot(settings, store_dir=Path(folder)) as bot:
            platforms, faults = _platforms(names, bot)
            looks = _look_at([each for _, each in platforms], bot, parallel=settings.probe.parallel)
            if console.is_terminal and not as_json:
                with console.status("…"):
                    verdicts = await looks
            else:
                verdicts = await looks
    for (asked, _), verdict in zip(platforms, verdicts, strict=True):
        if as_json:
            click.echo(json.dumps(_as_json(asked, verdict), ensure_ascii=False))
        else:
            click.echo(explain(verdict, language=Language(settings.language), zone=bot.answering.zone))
    if faults:
        raise UserError(*faults)


async def _look_at(platforms: Sequence[Platform], bot: Bot, *, parallel: int) -> list[Verdict]:
    # Nobody waits in a post for this: each platform gets its whole time, however many there are.
    most_targets = max((min(len(platform.targets), MOST_TARGETS) for platform in platforms), default=1)
    turns = asyncio.Semaphore(max(1, parallel // max(1, most_targets)))

    async def look(platform: Platform) -> Verdict:
        async with turns:
            return await bot.checking.check(platform)

    return await asyncio.gather(*(look(platform) for platform in platforms))


def _platforms(names: Sequence[str], bot: Bot) -> tuple[list[tuple[str, Platform]], list[str]]:
    """Find what each name means; the others' faults, a sentence each."""
    found: list[tuple[str, Platform]] = []
    faults: list[str] = []
    for name in names:
        try:
            found.append((name, _platform(name, bot)))
        except UserError as error:
            faults += error.faults
    return found, faults


def _platform(name: str, bot: Bot) -> Platform:
    """The platform of that name, or one for the bare host. Raises UserError with one sentence."""
    known = bot.catalogue.by_key_or_name(name)
    if known is not None:
        return known
    try:
        host = host_of(name)
    except HostRefusedError as error:
        quoted = name if len(name) <= LONGEST_QUOTE else f"{name[:LONGEST_QUOTE]}…"
        raise UserError(
            f"“{quoted}” is no platform of the catalogue and no address to look at: {error.reason}"
        ) from error
    return bot.catalogue.of_host(host) or Platform(
        key=f"url:{host}", name=host, hosts=(host,), targets=(Target(host, typed=True),)
    )


def _as_json(asked: str, verdict: Verdict) -> dict[str, object]:
    platform = verdict.platform
    bare = platform.key.startswith("url:")
    return {
        "asked": asked,
        "platform": None if bare else platform.key,
        "host": platform.targets[0].host if platform.targets else None,
        "verdict": verdict.word.value,
        "cause": verdict.cause.id.value,
        "confidence": round(verdict.confidence, 3),
        "rule": verdict.rule,
        "places": [_place(vote) for vote in verdict.votes],
        "controls": [{"host": control.host, "ok": control.works} for control in verdict.controls],
        "step": verdict.step.value if verdict.step else None,
        "difference": verdict.cause.difference.value if verdict.cause.difference else None,
        "official": _official(verdict.official) if verdict.official else None,
        "attempts": [_attempt(seen) for seen in verdict.observations],
        "looked_at": verdict.judged_at.isoformat(),
    }


def _official(official: OfficialWord) -> dict[str, object]:
    return {
        "level": official.level.value,
        "title": official.title,
        "since": official.since.isoformat() if official.since else None,
        "url": official.url,
        "read_at": official.read_at.isoformat(),
    }


def _place(vote: Vote) -> dict[str, object]:
    seen = vote.observation
    return {
        "place": vote.vantage_point.place,
        "network": vote.vantage_point.network,
        "asn": vote.vantage_point.asn,
        "step": seen.target.role.value if seen else None,
        "vote": vote.leaning.value,
        "rule": vote.rule,
        **_outcome(seen),
        "timings_ms": _timings(seen) if seen else None,
    }


def _attempt(seen: Observation) -> dict[str, object]:
    return {
        "place": seen.vantage_point.place,
        "network": seen.vantage_point.network,
        "url": seen.target.url,
        "step": seen.target.role.value,
        "attempt": seen.attempt,
        "observed_at": seen.observed_at.isoformat(),
        **_outcome(seen),
        "other_family": _result(seen.other_family) if seen.other_family else None,
        "timings_ms": _timings(seen),
    }


def _outcome(seen: Observation | None) -> dict[str, object]:
    if seen is None:
        return {"phase": None, "kind": None, "status": None, "link": None}
    return {**_result(seen.result), "link": seen.link}


def _result(result: Response | Failure) -> dict[str, object]:
    if isinstance(result, Failure):
        return {"phase": result.phase.value, "kind": result.kind.value, "status": None}
    return {"phase": "done", "kind": "ok", "status": result.status}


def _timings(seen: Observation) -> dict[str, float | None]:
    phases = seen.phases
    return {
        "dns": _ms(phases.dns),
        "tcp": _ms(phases.tcp),
        "tls": _ms(phases.tls),
        "first_byte": _ms(phases.first_byte),
        "total": _ms(seen.took),
    }


def _ms(length: timedelta | None) -> float | None:
    return None if length is None else round(length.total_seconds() * 1000, 1)
