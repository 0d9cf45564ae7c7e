"""All we need from outside. Adapters implement these; the reasoning knows nothing else of the world."""

from bot.ports.looking import OfficialPages, ProbeNetwork
from bot.ports.social import SocialNetwork
from bot.ports.store import MOST_REPORTS, Store
from bot.ports.trouble import AccountRefusedError, OutsideError, SocialError, StoreError

__all__ = [
    "MOST_REPORTS",
    "AccountRefusedError",
    "OfficialPages",
    "OutsideError",
    "ProbeNetwork",
    "SocialError",
    "SocialNetwork",
    "Store",
    "StoreError",
]
