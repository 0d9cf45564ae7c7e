"""Every setting, its default, and (`description`) what may be written there: a fault's advice is made of it."""

from datetime import timedelta
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from bot.budgets import ALL_LOOKS, ASKER, POSTS_AN_HOUR, TARGET, UNKNOWN_HOSTS
from bot.incidents.following import RHYTHM
from bot.manners import MOST_REPLIES_AN_HOUR
from bot.model import Language
from bot.settings.sources import heartbeat_of
from bot.settings.values import (
    AccountName,
    Age,
    AgentName,
    AtLeastOne,
    BrokerUrl,
    Deadline,
    DnsServer,
    Keep,
    Listed,
    Login,
    MagicPlace,
    Net,
    Pace,
    Poll,
    Server,
    Step,
    TimeZone,
    WebAddress,
)

NETS = 'a list of networks, as in ["10.1.0.0/16", "2001:db8::/48"]'
SERVERS = 'a list of IP addresses, as in ["9.9.9.9", "127.0.0.1:5353", "[2620:fe::fe]:53"]'
POLL = 'a duration from 1 second to 1 hour, as in "15s"'
PACE = 'so many at once, and one more every so often, as in "3 + 1 per 20s"'
HOW_MANY = "a whole number from 1 to 1000"
DEADLINE = 'a duration from 1 to 60 seconds, as in "9s"'
STEP = 'a duration from 1 second to 24 hours, as in "15m"'
STEPS = 'a list of durations, each longer than the one before, as in ["1m", "5m", "15m"]'
BROKER_URLS = 'a list of addresses, as in ["tls://broker.example.org:4222"] or ["wss://broker.example.org"]'
AGENT_NAME = 'a name of 1 to 32 small letters, digits and hyphens, as in "rennes"'
AGENT_NAMES = 'a list of agents\' names, as in ["rennes"]'
MAGIC_PLACES = 'a list of places, as in ["Paris+eyeball-network", "FR+datacenter-network", "Belgium"]'
# In and around France; people's lines and data centres fail differently, so both are asked.
PLACES = (
    "France+eyeball-network",
    "France+eyeball-network",
    "France+datacenter-network",
    "Belgium",
    "Germany+datacenter-network",
)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)


class VantageSettings(_Part):
    """[vantage]: where this machine is. Empty texts: the operator does not say."""

    place: str = Field(default="", max_length=60, description='a town, as in "Rennes", of at most 60 characters')
    network: str = Field(default="", max_length=60, description='a provider, as in "Renater", of at most 60 characters')
    asn: int | None = Field(default=None, ge=1, le=4_294_967_295, description="the network's number, as in 2200")


class ControlReference(_Part):
    """A well-known page whose answer is known: it tells whether we ourselves are online."""

    url: WebAddress = Field(description='an address, as in "http://example.org/204"')
    status: int = Field(default=200, ge=100, le=599, description="the HTTP status that it gives, as in 204")
    body: str | None = Field(default=None, description="the exact text that it gives")

    # str_strip_whitespace must leave the body alone: "success\n" ends in a line break.
    model_config = ConfigDict(str_strip_whitespace=False)


CONTROLS = (
    # Three operators, three networks; plain HTTP, because captive portals answer in their place.
    ControlReference(url="http://detectportal.firefox.com/success.txt", status=200, body="success\n"),
    ControlReference(url="http://connectivitycheck.gstatic.com/generate_204", status=204),
    ControlReference(
        url="http://nmcheck.gnome.org/check_network_status.txt", status=200, body="NetworkManager is online\n"
    ),
)


class ProbeSettings(_Part):
    """[probe]: how the bot looks."""

    dns_servers: Annotated[tuple[DnsServer, ...], Listed] = Field(
        default=(), description=SERVERS + "; [] means the system's"
    )
    second_dns_servers: Annotated[tuple[DnsServer, ...], Listed] = Field(
        default=("9.9.9.9", "1.1.1.1"), description=SERVERS
    )
    allow_nets: Annotated[tuple[Net, ...], Listed] = Field(default=(), description=NETS)
    controls: Annotated[tuple[ControlReference, ...], Listed, AtLeastOne] = Field(
        default=CONTROLS,
        description='a list of references, as in [{ url = "http://example.org/204", status = 204 }]',
    )
    question_deadline: Deadline = Field(default=timedelta(seconds=10), description=DEADLINE)
    probe_deadline: Deadline = Field(default=timedelta(seconds=9), description=DEADLINE)
    parallel: int = Field(default=16, ge=1, le=256, description="a whole number from 1 to 256")

    @model_validator(mode="after")
    def _a_probe_ends_before_its_question(self) -> Self:
        if self.probe_deadline > self.question_deadline:
            raise ValueError("write a probe_deadline that is not longer than question_deadline")
        return self


class GlobalpingSettings(_Part):
    """[globalping]: a public probe network that looks from other places as well. Off until the operator says so."""

    enabled: bool = Field(default=False, description="true or false")
    token: SecretStr | None = Field(default=None, min_length=1, description="a token from dash.globalping.io")
    places: Annotated[tuple[MagicPlace, ...], Listed, AtLeastOne] = Field(
        default=PLACES, max_length=50, description=MAGIC_PLACES
    )
    hourly_tests: int | None = Field(
        default=None, ge=1, le=100_000, description="a whole number of tests, from 1 to 100000"
    )
    reserve: int = Field(default=50, ge=0, le=100_000, description="a whole number of tests, from 0 to 100000")
    url: Server = Field(
        default="https://api.globalping.io", description='an address, as in "https://api.globalping.io"'
    )


class BrokerSettings(_Part):
    """[broker]: the NATS server over which colleagues' agents are asked. Without `urls` nothing of it is loaded."""

    urls: Annotated[tuple[BrokerUrl, ...], Listed] = Field(default=(), max_length=8, description=BROKER_URLS)
    credentials: SecretStr | None = Field(
        default=None, min_length=1, description='an nkey\'s seed ("SU…"), or the whole text of a .creds file'
    )
    ca: Path | None = Field(default=None, description="a file of certificates (PEM), of the broker's own authority")
    revoked: Annotated[tuple[AgentName, ...], Listed] = Field(default=(), description=AGENT_NAMES)

    @model_validator(mode="after")
    def _one_kind_of_address(self) -> Self:
        if len({url.startswith(("ws://", "wss://")) for url in self.urls}) > 1:
            raise ValueError("write urls that are all tls:// or all wss://")
        return self


class AgentSettings(_Part):
    """[agent]: what `cestmoiou agent` is called, and whether it looks at more than its own catalogue."""

    name: AgentName | None = Field(default=None, description=AGENT_NAME)
    allow_typed: bool = Field(default=False, description="true or false")


class BudgetSettings(_Part):
    """[budgets]: how often people may ask, and how often the bot looks."""

    person: Pace = Field(default=ASKER, description=PACE)
    target: Pace = Field(default=TARGET, description=PACE)
    all_looks: Pace = Field(default=ALL_LOOKS, description=PACE)
    unknown_hosts: Pace = Field(default=UNKNOWN_HOSTS, description=PACE)
    replies_an_hour: int = Field(default=MOST_REPLIES_AN_HOUR, ge=1, le=1000, description=HOW_MANY)
    posts_an_hour: int = Field(default=POSTS_AN_HOUR, ge=1, le=1000, description=HOW_MANY)


class IncidentSettings(_Part):
    """[incidents]: when what is down is looked at again, when it is back, and how long it is remembered then."""

    first_looks: Annotated[tuple[Step, ...], Listed] = Field(default=RHYTHM.first, max_length=20, description=STEPS)
    every: Step = Field(default=RHYTHM.every, description=STEP)
    steady: Step = Field(default=RHYTHM.steady, description=STEP)
    keep: Keep = Field(default=timedelta(days=365), description='a duration from 1 to 3650 days, as in "365d"')
    notify: Annotated[tuple[str, ...], Listed] = Field(
        default=(), max_length=200, description='a list of platforms, by their ids in the catalogue, as in ["datacite"]'
    )

    @field_validator("first_looks")
    @classmethod
    def _ever_later(cls, value: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
        if any(later <= sooner for sooner, later in pairwise(value)):
            raise ValueError("not in order")
        return value


class _PolledAccount(_Part):
    """How often an account's mentions are read: `poll` while people ask, `poll_quiet` at most when nobody does."""

    poll: Poll = Field(default=timedelta(seconds=5), description=POLL)
    poll_quiet: Poll | None = Field(default=None, description=POLL)

    @property
    def quietest_poll(self) -> timedelta:
        """Six times `poll` and 30 s at most, but never less than `poll`, unless the operator says."""
        return self.poll_quiet or max(self.poll, min(6 * self.poll, timedelta(seconds=30)))


class MastodonAccount(_PolledAccount):
    """[accounts.NAME] with kind = "mastodon"."""

    kind: Literal["mastodon"]
    server: Server = Field(description='the server\'s address, as in "https://mamot.fr" (https, no path)')
    token: SecretStr = Field(min_length=1, description="the access token of the application")


class BlueskyAccount(_PolledAccount):
    """[accounts.NAME] with kind = "bluesky"."""

    kind: Literal["bluesky"]
    server: Server = Field(
        default="https://bsky.social", description='the server\'s address, as in "https://bsky.social"'
    )
    login: Login = Field(description='a handle without @, as in "cestmoiou.bsky.social", or a DID')
    app_password: SecretStr = Field(min_length=1, description="an app password, made in Bluesky's settings")


Account = Annotated[MastodonAccount | BlueskyAccount, Field(discriminator="kind")]


class Settings(_Part):
    """All of it. Lengths are timedeltas; `accounts` by name; `config_dir` is where bot.toml and the catalogue are."""

    config_dir: Path = Field(exclude=True)
    data_dir: Path = Field(default=Path("data"), description='a folder, as in "data"')
    language: Language = Field(default=Language.FRENCH, description='"fr", "en", "es", "de", "it", "pt", "nl" or "ca"')
    timezone: TimeZone = Field(default="Europe/Paris", description='a time zone, as in "Europe/Paris"')
    contact: str = Field(default="", max_length=200, description="a web or mail address, of at most 200 characters")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description='"debug", "info", "warning" or "error"'
    )
    log_format: Literal["auto", "console", "json"] = Field(default="auto", description='"auto", "console" or "json"')
    answer_backlog: Age = Field(default=timedelta(0), description='a duration from 0 to 48 hours, as in "2h"')
    vantage: VantageSettings = Field(default_factory=lambda: VantageSettings(), description="a table: [vantage]")
    probe: ProbeSettings = Field(default_factory=lambda: ProbeSettings(), description="a table: [probe]")
    budgets: BudgetSettings = Field(default_factory=lambda: BudgetSettings(), description="a table: [budgets]")
    incidents: IncidentSettings = Field(default_factory=lambda: IncidentSettings(), description="a table: [incidents]")
    globalping: GlobalpingSettings = Field(
        default_factory=lambda: GlobalpingSettings(), description="a table: [globalping]"
    )
    broker: BrokerSettings = Field(default_factory=lambda: BrokerSettings(), description="a table: [broker]")
    agent: AgentSettings = Field(default_factory=lambda: AgentSettings(), description="a table: [agent]")
    accounts: dict[AccountName, Account] = Field(
        default_factory=dict[str, Account], description="one table an account, as in [accounts.mamot]"
    )

    @property
    def user_agent(self) -> str:
        """How our looks name themselves: whoever finds us in a log must be able to ask who we are."""
        contact = f"; {self.contact}" if self.contact else ""
        return f"cestmoiou/{version('cestmoiou')} (outage check on demand{contact})"

    @property
    def heartbeat_path(self) -> Path:
        """Where `run` leaves its sign of life; the same as `bot.settings.heartbeat_path()`."""
        return heartbeat_of(self.data_dir)
