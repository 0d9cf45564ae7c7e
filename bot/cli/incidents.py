"""`cestmoiou incidents [--json] [--since 7d]`: what is and was down, read beside the running bot."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from textwrap import fill
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from bot.app.clock import now
from bot.app.files import build_catalogue
from bot.cli.errors import UserError
from bot.gathering import people_of, platform_of
from bot.incidents.export import incident_row, interval_object
from bot.incidents.intervals import began, ended, length
from bot.model import Incident, Language, Tally
from bot.settings import Settings, load_settings
from bot.settings.values import read_duration
from bot.store import open_store
from bot.wording.summary import ListedIncident, incident_cells, incident_headings, no_incident_words

LONGEST = timedelta(days=36500)
_AS_WIDE_AS_IT_LIKES = 10_000


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--since", default="7d", show_default=True, help="Also those that ended so long ago, as in 12h or 30d.")
def incidents(*, as_json: bool, since: str) -> None:
    """List what is and was down: open ones, and those of the last days; the newest first."""
    settings = load_settings()
    found = asyncio.run(_found(settings, now() - _length_of(since)))
    language, zone = Language(settings.language), ZoneInfo(settings.timezone)
    if as_json:
        for one in found:
            click.echo(json.dumps(_row(one), ensure_ascii=False))
    elif not found:
        click.echo(no_incident_words(language=language))
    else:
        listed = [ListedIncident(one.incident, one.name, one.tally, one.askers) for one in found]
        _print_list(
            incident_headings(language=language),
            [incident_cells(one, language=language, zone=zone, now=now()) for one in listed],
        )


def _print_list(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """No cell is cut, however narrow the terminal: `dossier` takes an incident's id as it stands there."""
    table = Table(box=None, pad_edge=False)
    for heading, cells in zip(headings, zip(*rows, strict=True), strict=True):
        words = max(len(word) for word in (*heading.split(), *cells) if word)
        table.add_column(Text(fill(heading, words, break_long_words=False)), no_wrap=True)
    for row in rows:
        table.add_row(*map(Text, row))  # as text: what stands in brackets would be read as a style
    wide = Console(highlight=False, width=_AS_WIDE_AS_IT_LIKES)
    needed = Measurement.get(wide, wide.options, table).maximum
    Console(highlight=False, width=max(Console().width, needed)).print(table)


@dataclass(frozen=True, slots=True)
class _Found:
    incident: Incident
    name: str
    tally: Tally | None
    askers: int | None


async def _found(settings: Settings, since: datetime) -> Sequence[_Found]:
    catalogue = build_catalogue(settings)
    store = await open_store(settings.data_dir, read_only=True)
    try:
        return [
            _Found(one, platform_of(one, catalogue).name, *await people_of(one, store, at=now()))
            for one in await store.incidents(since=since)
        ]
    finally:
        await store.close()


def _row(found: _Found) -> dict[str, object]:
    one, tally = found.incident, found.tally
    back, lasted = ended(one), length(one)
    return {
        **incident_row(one),
        "name": found.name,
        "began": interval_object(began(one)),
        "ended": interval_object(back) if back and not one.is_open else None,
        "lasted_s": {
            "least": lasted.least.total_seconds(),
            "most": lasted.most.total_seconds() if lasted.most is not None else None,
        }
        if lasted
        else None,
        "asked": found.askers,
        "say_down": tally.down if tally else None,
        "say_up": tally.up if tally else None,
    }


def _length_of(written: str) -> timedelta:
    try:
        return min(read_duration(written), LONGEST)
    except (ValueError, OverflowError) as error:
        raise UserError(f"“{written[:40]}” is no length of time; write --since 12h, or --since 30d") from error
