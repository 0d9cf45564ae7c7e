"""What an agent takes on: a request in, the target of its own catalogue or the reason for a refusal out."""

from datetime import datetime, timedelta

from bot.broker.messages import NOT_MINE, TOO_OFTEN, Request
from bot.budgets import LookBudget
from bot.catalogue import Catalogue
from bot.model import Platform, Target
from bot.probe.gate import HostRefusedError, host_of

Decline = str
"""Why an agent does not look: one of the words of `bot/broker/messages.py`."""


class Requests:
    """Decides by the agent's own catalogue and budgets, whatever the bot that asks may have become."""

    def __init__(self, catalogue: Catalogue, budget: LookBudget, *, allow_typed: bool) -> None:
        self._known = {
            (target.scheme, target.host, target.port, target.path): (platform, target)
            for platform in catalogue.platforms.values()
            if platform.enabled and platform.probe
            for target in platform.targets
        }
        self._budget = budget
        self._allow_typed = allow_typed

    def decide(self, request: Request, now: datetime) -> Target | Decline:
        """The target to look at: our own entry of it. Counts the look."""
        known = self._known.get((request.scheme, request.host, request.port, request.path))
        if known is not None:
            platform, target = known
            # Each target for itself: one question about a platform is up to four requests.
            counted = Platform(key=f"{platform.key} {target.url}", name=platform.name)
        elif self._allow_typed and (host := _typed(request)) is not None:
            target = Target(host, scheme=request.scheme, typed=True)
            counted = Platform(key=f"url:{host}", name=host)
        else:
            return NOT_MINE
        return TOO_OFTEN if self._budget.take(counted, now) > timedelta(0) else target


def _typed(request: Request) -> str | None:
    """The host of a request for what somebody typed, through the gate; path and port are left behind."""
    try:
        return host_of(request.host)
    except HostRefusedError:
        return None
