"""What we need to look at a platform: vantage points, and what its provider says."""

from collections.abc import AsyncIterator, Collection
from datetime import timedelta
from typing import Protocol

from bot.model import Control, Observation, OfficialWord, Platform, Target


class ProbeNetwork(Protocol):
    """One vantage point or many: the caller cannot tell."""

    def observe(
        self, target: Target, *, within: timedelta, only: Collection[str] | None = None, watching: bool = False
    ) -> AsyncIterator[Observation | Control]:
        """Look at a target from every vantage point, and yield each fact as it comes; end within `within`.

        `only` are the ids of the vantage points that shall look; a network that has none of them yields nothing.
        `watching`: nobody asked just now, the bot follows an incident; a network with an allowance keeps a part for it.
        A target that fails is an Observation with a Failure. A vantage point yields its controls only if an attempt of
        its failed. Never raises for anything the outside does.
        """
        ...


class OfficialPages(Protocol):
    """The status pages that providers keep of themselves."""

    async def read(self, platform: Platform) -> OfficialWord | None:
        """What the provider says of the platform, from a page read within the last 120 s; None: it has no such page.

        A page that cannot be read or understood is an UNKNOWN word. Never raises for anything the outside does.
        """
        ...
