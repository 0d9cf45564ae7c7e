"""Which adapter is behind which port: the one place that knows them all."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.answering import Answering
from bot.app.clock import now
from bot.app.files import build_catalogue, build_fingerprints, build_hosters, providers_to_notify
from bot.app.polling import Account
from bot.budgets import LookBudget, LookRates, QuestionBudget
from bot.catalogue import Catalogue
from bot.checking import Checking
from bot.incidents.following import Rhythm
from bot.model import Language, VantagePoint
from bot.notifying import Notifying
from bot.official.pages import StatusPages
from bot.ports import SocialNetwork, Store
from bot.posting import Posting
from bot.probe.controls import Controls, Reference
from bot.probe.limits import Limits
from bot.probe.own_addresses import own_addresses
from bot.probe.prober import Prober
from bot.settings import BlueskyAccount, MastodonAccount, Settings
from bot.store import open_store
from bot.vantage.local import LocalVantage
from bot.watching import Watching

if TYPE_CHECKING:
    from bot.app.agent import AgentService
    from bot.broker.link import Link
    from bot.vantage.agents import Agents
    from bot.vantage.globalping import Globalping


@dataclass(frozen=True, slots=True)
class Bot:
    """Everything that answers, ready to be given networks."""

    answering: Answering
    checking: Checking
    catalogue: Catalogue
    vantage: LocalVantage
    store: Store
    notifying: Notifying
    degraded: Callable[[], str | None]  # a sentence about what looks and answers must do without just now


@contextlib.asynccontextmanager
async def build_bot(
    settings: Settings, *, catalogue: Catalogue | None = None, store_dir: Path | None = None
) -> AsyncGenerator[Bot]:
    """Open the store and wire everything to it; close it at the end. Raises StoreError and the faults of the files.

    `store_dir`: a store beside that of the running bot, for one question at the command line.
    """
    catalogue = catalogue or build_catalogue(settings)
    hosters = build_hosters(settings)
    prober = build_prober(settings)
    vantage = build_vantage(settings, prober)
    globalping = build_globalping(settings)
    agents = build_agents(settings, keeps_list=store_dir is None)
    official = StatusPages(prober, clock=now)
    store = await open_store(store_dir or settings.data_dir)
    try:
        if agents is not None:
            await agents.start()
        budgets = settings.budgets
        checking = Checking(
            [network for network in (vantage, agents, globalping) if network is not None],
            store,
            now,
            official=official,
            deadline=settings.probe.question_deadline,
            budget=_look_budget(settings),
        )
        watching = Watching(
            checking=checking,
            store=store,
            catalogue=catalogue,
            clock=now,
            zone=ZoneInfo(settings.timezone),
            hosters=hosters,
            rhythm=Rhythm(settings.incidents.first_looks, settings.incidents.every, settings.incidents.steady),
        )
        answering = Answering(
            catalogue=catalogue,
            checking=checking,
            watching=watching,
            store=store,
            posting=Posting(store, now, most_an_hour=budgets.posts_an_hour),
            clock=now,
            zone=ZoneInfo(settings.timezone),
            language=Language(settings.language),
            questions=QuestionBudget(budgets.person),
            replies_an_hour=budgets.replies_an_hour,
        )
        notifying = build_notifying(settings, catalogue, answering.posting)
        trouble = (lambda: None) if agents is None else agents.trouble
        yield Bot(answering, checking, catalogue, vantage, store, notifying, trouble)
    finally:
        if agents is not None:
            await agents.close()
        if globalping is not None:
            await globalping.close()
        await official.close()
        await store.close()


def build_notifying(settings: Settings, catalogue: Catalogue, posting: Posting) -> Notifying:
    """What tells providers. Raises FilesError for one in `incidents.notify` who cannot be told."""
    return Notifying(
        catalogue=catalogue,
        store=posting.store,
        posting=posting,
        clock=now,
        zone=ZoneInfo(settings.timezone),
        language=Language(settings.language),
        agreed=providers_to_notify(settings, catalogue),
        operator=settings.contact,
        steady=settings.incidents.steady,
    )


def build_prober(settings: Settings) -> Prober:
    """What looks from this machine. Raises FingerprintsError with every fault of config/fingerprints.toml."""
    probe = settings.probe
    return Prober(
        user_agent=settings.user_agent,
        clock=now,
        fingerprints=build_fingerprints(settings),
        dns_servers=probe.dns_servers,
        second_dns_servers=probe.second_dns_servers,
        allow_nets=probe.allow_nets,
        deny_nets=own_addresses(),
        limits=Limits(probe_s=probe.probe_deadline.total_seconds()),
    )


def build_vantage(settings: Settings, prober: Prober) -> LocalVantage:
    """This machine as a vantage point."""
    probe = settings.probe
    references = [Reference(control.url, control.status, control.body or "") for control in probe.controls]
    where = settings.vantage
    here = VantagePoint("local", place=where.place or None, network=where.network or None, asn=where.asn)
    controls = Controls(prober, references, clock=now)
    return LocalVantage(prober, controls, here, clock=now, parallel=probe.parallel)


def build_globalping(settings: Settings) -> "Globalping | None":
    """The world as vantage points; None, and nothing of it is imported, until the operator switches it on."""
    chosen = settings.globalping
    if not chosen.enabled:
        return None
    from bot.vantage.globalping import Globalping
    from bot.vantage.globalping_allowance import WITH_TOKEN, WITHOUT_TOKEN, Allowance
    from bot.vantage.globalping_client import GlobalpingClient

    token = chosen.token.get_secret_value() if chosen.token else None
    hourly = chosen.hourly_tests or (WITH_TOKEN if token else WITHOUT_TOKEN)
    return Globalping(
        GlobalpingClient(url=chosen.url, token=token, user_agent=settings.user_agent),
        chosen.places,
        fingerprints=build_fingerprints(settings),
        allowance=Allowance(hourly, chosen.reserve),
        clock=now,
    )


def build_link(settings: Settings, *, label: str) -> "Link":
    """The connection to the broker, not begun yet. Raises BrokerError for credentials that cannot be any."""
    from bot.broker.link import Link

    chosen = settings.broker
    secret = chosen.credentials.get_secret_value() if chosen.credentials else None
    return Link(chosen.urls, credentials=secret, ca=chosen.ca, label=label)


def build_agents(settings: Settings, *, keeps_list: bool) -> "Agents | None":
    """Colleagues' agents as vantage points; None, and nothing of it is imported, without a broker.

    `keeps_list`: what is heard of them is written down; the list and the revoked are read in any case.
    """
    if not settings.broker.urls:
        return None
    from bot.vantage.agents import Agents
    from bot.vantage.agents_file import AgentsFile, Revoked
    from bot.vantage.roster import Roster

    kept = AgentsFile(settings.data_dir)
    roster = Roster(Revoked(settings.data_dir, settings.broker.revoked), kept.read())
    return Agents(build_link(settings, label="cestmoiou"), roster, clock=now, kept=kept if keeps_list else None)


def build_agent(settings: Settings, *, name: str) -> "AgentService":
    """What answers a bot's requests from here. Raises BrokerError, and the faults of the files."""
    from bot.app.agent import AgentService
    from bot.app.requests import Requests
    from bot.broker.messages import About

    vantage = build_vantage(settings, build_prober(settings))
    where, allow_typed = settings.vantage, settings.agent.allow_typed
    return AgentService(
        name=name,
        link=build_link(settings, label=f"cestmoiou agent {name}"),
        vantage=vantage,
        requests=Requests(build_catalogue(settings), _look_budget(settings), allow_typed=allow_typed),
        about=About(version("cestmoiou"), where.place or None, where.network or None, where.asn, allow_typed),
        clock=now,
        heartbeat=settings.heartbeat_path,
    )


def _look_budget(settings: Settings) -> LookBudget:
    budgets = settings.budgets
    return LookBudget(LookRates(budgets.target, budgets.all_looks, budgets.unknown_hosts))


def build_accounts(settings: Settings) -> list[Account]:
    """The configured networks, each behind its adapter; a library is imported only if an account needs it."""
    return [
        Account(_network(name, account, settings), account.poll, settings.answer_backlog, account.quietest_poll)
        for name, account in settings.accounts.items()
    ]


def _network(name: str, account: MastodonAccount | BlueskyAccount, settings: Settings) -> SocialNetwork:
    match account:
        case MastodonAccount():
            from bot.social.mastodon import MastodonNetwork

            return MastodonNetwork(name=name, server=account.server, token=account.token.get_secret_value(), clock=now)
        case BlueskyAccount():
            from bot.social.bluesky import BlueskyNetwork

            return BlueskyNetwork(
                name=name,
                server=account.server,
                identifier=account.login,
                password=account.app_password.get_secret_value(),
                data_dir=settings.data_dir,
                clock=now,
            )


async def stop_signal() -> None:
    """Wait for SIGTERM or SIGINT. A second SIGINT is Python's own: it cuts."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
    loop.remove_signal_handler(signal.SIGINT)
