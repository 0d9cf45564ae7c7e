"""The flow with a test's own looks, store and clock behind it, wired as the bot wires it."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.answering import Answering
from bot.catalogue import Catalogue
from bot.checking import Checking
from bot.model import Language
from bot.ports import Store
from bot.posting import Posting
from bot.watching import Watching

PARIS = ZoneInfo("Europe/Paris")


def flow(catalogue: Catalogue, checking: Checking, store: Store, clock: Callable[[], datetime]) -> Answering:
    return Answering(
        catalogue=catalogue,
        checking=checking,
        watching=Watching(checking=checking, store=store, catalogue=catalogue, clock=clock, zone=PARIS),
        store=store,
        posting=Posting(store, clock),
        clock=clock,
        zone=PARIS,
        language=Language.FRENCH,
    )
