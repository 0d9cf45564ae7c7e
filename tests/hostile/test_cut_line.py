"""Our line is cut, and a thousand people ask: nobody is called down, and the bot says that it is itself offline."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.answering import Answering
from bot.catalogue import read_catalogue
from bot.checking import Checking
from bot.model import Answer, GiveVerdicts, Language, VantagePoint, Word
from bot.probe.controls import Controls, Reference
from bot.probe.limits import Limits
from bot.probe.prober import Prober
from bot.vantage.local import LocalVantage
from bot.wording import word
from tests.fakes.flow import flow
from tests.fakes.network import mention
from tests.fakes.store import FakeStore
from tests.hostile.lair import RESOLVER, living_in
from tests.namespace.spaces import CABLE, Space, require_root, two_spaces

pytestmark = [pytest.mark.root, pytest.mark.enable_socket]

ASKS = 1000
IMPATIENT = Limits(probe_s=3.0, dns_server_s=0.5, dns_s=1.0, second_dns_s=1.0, tcp_s=1.0, other_s=0.5)
ZONE = ZoneInfo("Europe/Paris")


@pytest.fixture
def spaces() -> Iterator[tuple[Space, Space]]:
    require_root()
    with two_spaces([RESOLVER], dns=RESOLVER) as both:
        yield both


@pytest.mark.parametrize(
    ("cut", "sites"),
    [("link down", ASKS), ("no route", ASKS), ("link up, nothing beyond", 100)],
    ids=lambda value: str(value),
)
def test_a_thousand_asks_with_the_line_cut(spaces: tuple[Space, Space], cut: str, sites: int) -> None:
    here, beyond = spaces
    match cut:
        case "link down":
            here.ip(f"link set {CABLE} down")
        case "no route":
            here.ip("route del 0.0.0.0/0", "route del ::/0")
        case _:
            beyond.ip(f"link set {CABLE} down")
    with living_in(here) as loop:
        answers = asyncio.run_coroutine_threadsafe(ask(sites), loop).result(100)
    assert len(answers) == ASKS
    said = [word(answer, language=Language.FRENCH, limit=300, zone=ZONE) for answer in answers]
    assert [text for text in said if "c’est moi qui suis hors ligne" not in text] == []
    verdicts = [verdict for answer in answers if isinstance(answer, GiveVerdicts) for verdict in answer.verdicts]
    assert len(verdicts) == ASKS
    assert {verdict.word for verdict in verdicts} == {Word.UNKNOWN}


async def ask(sites: int) -> list[Answer]:
    """A thousand questions about so many sites, all at once; the operator's own, which no budget holds back."""
    bot = answering()
    texts = [f"c'est moi ou https://site{number % sites}-bis.fr est en panne ?" for number in range(ASKS)]
    answers = await asyncio.gather(*(bot.answer(bot.understand(mention(text))) for text in texts))
    return [answer for answer in answers if answer is not None]


def answering() -> Answering:
    prober = Prober(
        user_agent="cestmoiou-test (+https://example.org)",
        clock=now,
        dns_servers=[RESOLVER],
        second_dns_servers=["9.9.9.9"],
        limits=IMPATIENT,
    )
    references = [Reference(f"http://{ip}/", 204) for ip in ("45.80.0.1", "45.81.0.1", "45.82.0.1")]
    controls = Controls(prober, references, clock=now)
    vantage = LocalVantage(
        prober, controls, VantagePoint("here"), clock=now, parallel=ASKS, hedge_s=2.0, pause_s=(0.1, 0.2)
    )
    store = FakeStore()
    return flow(read_catalogue({}), Checking([vantage], store, now), store, now)


def now() -> datetime:
    return datetime.now(UTC)
