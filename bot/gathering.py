"""An incident in, its dossier out: asks the store for all that it is made of, and changes nothing there."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.catalogue import Catalogue
from bot.incidents.dossier import REPORTS_FROM, askers_of, dossier_of, during
from bot.model import Dossier, Incident, Platform, Tally
from bot.ports import Store
from bot.verdict.crowd import tally_of

REPORTS_KEPT = timedelta(days=7)  # people's words on a platform, with their place
POSTS_KEPT = timedelta(days=90)  # our posts, and by them how many asked

NEWS = timedelta(days=7)  # of an outage that was over before, nobody in a thread asks for the evidence


async def gather(
    incident: Incident, store: Store, catalogue: Catalogue, *, at: datetime, user_agent: str = "", operator: str = ""
) -> Dossier:
    """Make the dossier of an incident. `operator` is whom to ask about the bot. Raises StoreError."""
    until = incident.closed_at or at
    tally, askers = await people_of(incident, store, at=at)
    worked = await store.answered(since=incident.first_down_at, until=until)
    others = [each for each in await store.incidents(since=incident.first_down_at) if each.opened_at <= until]
    return dossier_of(
        incident,
        await store.looks(incident.id),
        platform_of(incident, catalogue),
        at=at,
        tally=tally,
        askers=askers,
        worked=_names((key for key in worked if key != incident.platform_key), catalogue) or None,
        failed=_names((each.platform_key for each in others if each.id != incident.id), catalogue),
        user_agent=user_agent,
        operator=operator,
    )


async def gather_newest(keys: Sequence[str], store: Store, catalogue: Catalogue, *, at: datetime) -> Dossier | None:
    """The dossier of the first of some platforms that is in trouble, or was in the last week. Raises StoreError."""
    for key in keys:
        incident = await store.latest_incident(key)
        if incident is not None and (incident.closed_at is None or at - incident.closed_at <= NEWS):
            return await gather(incident, store, catalogue, at=at)
    return None


async def people_of(incident: Incident, store: Store, *, at: datetime) -> tuple[Tally | None, int | None]:
    """What people said of it, and how many asked; None for what is forgotten by now. Raises StoreError."""
    since, key = incident.first_down_at - REPORTS_FROM, incident.platform_key
    reports = during(incident, await store.reports(key, since=since))
    posts = await store.posts_about(key, since=since)
    return (
        None if not reports and at - since > REPORTS_KEPT else tally_of(reports, now=at),
        None if not posts and at - since > POSTS_KEPT else askers_of(incident, posts),
    )


def platform_of(incident: Incident, catalogue: Catalogue) -> Platform:
    """The platform of an incident; a bare name if the catalogue has it no more."""
    return catalogue.of_key(incident.platform_key) or Platform(incident.platform_key, incident.platform_key)


def _names(keys: Iterable[str], catalogue: Catalogue) -> tuple[str, ...]:
    """Names of the common catalogue: neither a host that somebody typed nor an institution's own service."""
    found = (catalogue.of_key(key) for key in keys if not key.startswith("url:"))
    return tuple(sorted({one.name for one in found if one is not None and one.scope is None}, key=str.casefold))
