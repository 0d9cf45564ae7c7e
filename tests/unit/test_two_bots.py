"""Two copies of the bot, of which one wears no mark, talk to each other: whatever begins it, it ends by itself."""

from collections import deque
from datetime import timedelta

import pytest

from bot.model import Mention
from tests.fakes.network import NOON, FakeNetwork, mention
from tests.unit.test_answering import Desk


class Line:
    """Two bots, each on its own server; what one posts mentions the other, as a reply does."""

    def __init__(self) -> None:
        self.now = NOON
        self.desks = {name: Desk(FakeNetwork(), clock=lambda: self.now) for name in ("ours", "theirs")}
        self.replies = dict.fromkeys(self.desks, 0)

    async def begins(self, text: str) -> None:
        """Somebody has "theirs" mention "ours" with a text; then both answer what they get, for a while."""
        waiting = deque([("ours", text)])
        for number in range(20):
            if not waiting:
                return
            to, said = waiting.popleft()
            above = f"reply-to-p{number - 2}" if number > 1 else None  # what `to` itself said before
            self.now += timedelta(seconds=90)  # each answer is looked for anew: no echo is fresh enough to be one
            other = "theirs" if to == "ours" else "ours"
            answered = await self._hears(to, mention(said, id=f"p{number}", at=self.now, by=other, answers=above))
            if answered:
                self.replies[to] += 1
                waiting.append((other, self.desks[to].words))
        raise AssertionError(f"they go on and on: {self.replies}")

    async def _hears(self, who: str, said: Mention) -> bool:
        desk = self.desks[who]
        await desk.store.take([said], owed=True)
        (owed,) = await desk.store.owed("fake", now=self.now, limit=10)
        return await desk.answering.settle(owed, desk.network) == "answered"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("c'est moi ou Fragile est couché ?", id="it is down"),
        pytest.param("is Fragile down?", id="it is down, in English"),
        pytest.param("c'est moi ou Solide est couché ?", id="it is up"),
        pytest.param("¿está caído Fragile?", id="in Spanish"),
        pytest.param("Ist Fragile kaputt?", id="in German"),
        pytest.param("Fragile et Solide sont en panne ?", id="both"),
        pytest.param("c'est moi ou Trucmuche est en panne ?", id="an unknown name"),
        pytest.param("is Whatsitcalled down?", id="an unknown name, in English"),
        pytest.param("aide", id="help"),
        pytest.param("stop", id="stop"),
    ],
)
async def test_two_bots_end_after_one_reply_each(text: str) -> None:
    line = Line()
    await line.begins(text)
    assert line.replies["ours"] == 1
    assert line.replies["theirs"] <= 1
