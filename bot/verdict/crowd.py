"""What people report, counted: each person once, and not everybody fully. Pure.

People raise or lower how sure a verdict is; they never decide one alone. Who counts less, and why:
- accounts younger than a week: those of one server count as one person together, and that one as half. Making accounts
  is free, and nobody can tell ten new ones of one server from one person.
- established accounts of one server: the first three count in full, the others as 0.3 each, like further probes on a
  network that has spoken. On a small server they may be one person; on a large one, three are enough to be heard.
Bots are not counted at all: they are not read (bot/manners.py).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.model import Report, Tally

RECENT = timedelta(minutes=15)  # reports that make a verdict surer; older ones are told and weigh nothing
NEW_ACCOUNT = timedelta(days=7)
OF_ONE_SERVER = 3
FURTHER = 0.3
NEWCOMERS = 0.5
MOST_WEIGHT = 6  # 1 - 0.9^6 = 0.47: never enough alone
_MOST_PLACES = 12


def tally_of(reports: Sequence[Report], *, now: datetime, askers: int = 0) -> Tally:
    """Count reports on one platform, one a person (the store keeps the latest of each)."""
    ordered = sorted(reports, key=lambda report: report.reported_at)
    down = [report for report in ordered if not report.works]
    recent = [report for report in down if now - report.reported_at <= RECENT]
    return Tally(
        down=len(down),
        up=len(ordered) - len(down),
        weight=weight_of(recent),
        down_places=_places(down),
        up_places=_places(report for report in ordered if report.works),
        askers=askers,
    )


def weight_of(reports: Iterable[Report]) -> float:
    """How many people these reports are worth."""
    established, newcomers = Counter[str](), set[str]()
    for report in reports:
        server = f"{report.network} {report.server}"
        if report.is_new_account:
            newcomers.add(server)
        else:
            established[server] += 1
    full = sum(min(count, OF_ONE_SERVER) for count in established.values())
    further = sum(max(0, count - OF_ONE_SERVER) for count in established.values())
    return round(full + FURTHER * further + NEWCOMERS * len(newcomers), 3)


def is_new(created_at: datetime | None, *, now: datetime) -> bool:
    """Say whether an account is too young to count in full; one whose age the network does not tell is not."""
    return created_at is not None and now - created_at < NEW_ACCOUNT


def surer_down(confidence: float, tally: Tally) -> float:
    """How sure a "down" is once people say so too: each of them halves nothing, but takes a tenth of the doubt."""
    return 1 - (1 - confidence) * 0.9 ** min(tally.weight, MOST_WEIGHT)


def less_sure_up(confidence: float, tally: Tally) -> float:
    """How sure an "up" is while people say "down"."""
    return confidence * 0.9 ** min(tally.weight, MOST_WEIGHT)


def _places(reports: Iterable[Report]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(report.place for report in reports if report.place))[:_MOST_PLACES]
