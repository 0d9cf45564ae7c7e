"""The operator's choices: config/bot.toml and the environment in, one frozen `Settings` or every fault at once out.

pydantic (0.2 s) is imported only when settings are loaded: the health check needs a path and nothing more.
"""

from typing import TYPE_CHECKING

from bot.settings.faults import Fault, SettingsError
from bot.settings.sources import config_dir_of, environment, heartbeat_path

if TYPE_CHECKING:
    from bot.settings.loading import Loaded, load_settings, load_with_origins
    from bot.settings.model import (
        AgentSettings,
        BlueskyAccount,
        BrokerSettings,
        BudgetSettings,
        ControlReference,
        GlobalpingSettings,
        IncidentSettings,
        MastodonAccount,
        ProbeSettings,
        Settings,
        VantageSettings,
    )

__all__ = [
    "AgentSettings",
    "BlueskyAccount",
    "BrokerSettings",
    "BudgetSettings",
    "ControlReference",
    "Fault",
    "GlobalpingSettings",
    "IncidentSettings",
    "Loaded",
    "MastodonAccount",
    "ProbeSettings",
    "Settings",
    "SettingsError",
    "VantageSettings",
    "config_dir_of",
    "environment",
    "heartbeat_path",
    "load_settings",
    "load_with_origins",
]


def __getattr__(name: str) -> object:
    """Import the rest when it is first asked for (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from bot.settings import loading, model

    return getattr(loading if hasattr(loading, name) else model, name)
