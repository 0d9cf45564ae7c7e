"""Who answers a roll call now, beside those whom the running bot has seen earlier: settings in, agents out."""

import asyncio
from collections.abc import Sequence

from bot.app.clock import now
from bot.app.wiring import build_link
from bot.broker.messages import MessageError, read_presence
from bot.broker.subjects import ALL_HERE, ROLL_CALL, sender_of
from bot.settings import Settings
from bot.vantage.agents_file import AgentsFile
from bot.vantage.roster import Agent, Roster

_WAIT_S = 1.5


async def called(settings: Settings) -> Sequence[Agent]:
    """Everybody that is known, by name. Raises BrokerError if the broker cannot be reached."""
    roster = _known(settings)

    async def hear(subject: str, payload: bytes) -> None:
        try:
            roster.heard(sender_of(subject), read_presence(payload), now())
        except MessageError as error:
            roster.cannot_be_read(sender_of(subject), str(error), now(), presence=True)

    link = build_link(settings, label="cestmoiou agents")
    await link.subscribe(ALL_HERE, hear)
    try:
        await link.connect_once()
        await link.publish(ROLL_CALL, b"{}")
        await asyncio.sleep(_WAIT_S)
    finally:
        await link.close()
    return roster.agents


def remembered(settings: Settings) -> Sequence[Agent]:
    """Those whom the running bot has seen earlier, by name, without asking anybody."""
    return _known(settings).agents


def _known(settings: Settings) -> Roster:
    return Roster(agents=AgentsFile(settings.data_dir).read())
