"""Seven towns and two social networks: the shipped bot in Angers, six shipped agents, a broker, the web between them.

    with staged(folder) as france:
        france.web["shs.cairn.info"].now = answer(503)
        asked = france.ask("bluesky", "asker", "@bot c'est moi ou Cairn est couché ?")

Every town is a machine of its own (`tests/namespace/sites.py`); snac, the Bluesky servers and nats-server are real and
on this machine's loopback, to which the towns have no way but theirs: the bot's networks come to its own loopback, the
broker has an address on the web. Times that are long in life are short here, by settings that operators have as well.
"""

import asyncio
import html
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.namespace.cases import FINE
from tests.namespace.internet import Internet, Site, internet
from tests.namespace.sites import BROKER, Machine, machine_here, machines
from tests.namespace.spaces import listen
from tests.servers.bluesky import BlueskyPeople, running_bluesky
from tests.servers.mastodon_api import MastodonPeople
from tests.servers.misbehaving import Behaviour, answer
from tests.servers.nats_server import NatsServer, running_nats
from tests.servers.people import Post
from tests.servers.relay import relayed
from tests.servers.running import ANSWERED_WITHIN_S, CHECKOUT, stop, wait_until
from tests.servers.snac import running_snac

BROKER_NAME = "broker.example"
EVERY_S, STEADY_S = 8, 5
RHYTHM = {
    "CESTMOIOU_INCIDENTS__FIRST_LOOKS": f"{EVERY_S}s,{2 * EVERY_S}s",
    "CESTMOIOU_INCIDENTS__EVERY": f"{EVERY_S}s",
    "CESTMOIOU_INCIDENTS__STEADY": f"{STEADY_S}s",
}
# An hour's looks are taken within minutes here: for the bot and its agents alike.
BUDGETS = {"CESTMOIOU_BUDGETS__TARGET": "20 + 1 per 5s"}
LEAST_BETWEEN_LOOKS_S = 4


@dataclass(frozen=True, slots=True)
class Town:
    """Where somebody looks from. `name` is what it is called on the broker."""

    name: str
    place: str
    network: str
    asn: int


ANGERS = Town("angers", "Angers", "Renater", 2200)
AGENTS = (
    Town("limoges", "Limoges", "Renater", 2200),
    Town("rennes", "Rennes", "Renater", 2200),
    Town("paris", "Paris", "Free", 12322),
    Town("aix", "Aix-en-Provence", "Orange", 3215),
    Town("chambery", "Chambéry", "SFR", 15557),
    Town("nice", "Nice", "Bouygues Telecom", 5410),
)


@dataclass
class Switch:
    """What a site does now; `for_some` by the visitor's address comes first, and `wait_s` by it before either.

    All of it can be changed while it runs.
    """

    now: Behaviour = FINE
    for_some: dict[str, Behaviour] = field(default_factory=dict[str, Behaviour])
    wait_s: dict[str, float] = field(default_factory=dict[str, float])

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visitor = str(writer.get_extra_info("peername")[0])
        await asyncio.sleep(self.wait_s.get(visitor, 0))
        await self.for_some.get(visitor, self.now)(reader, writer)


CONTROLS = {
    "detectportal.firefox.com": Site(http=answer(200, b"success\n")),
    "connectivitycheck.gstatic.com": Site(http=answer(204, b"", length=False)),
    "nmcheck.gnome.org": Site(http=answer(200, b"NetworkManager is online\n")),
}
PLATFORMS: Mapping[str, Sequence[str]] = {
    "cairn": ("shs.cairn.info", "www.cairn.info", "stm.cairn.info"),
    "persee": ("www.persee.fr", "data.persee.fr"),
    "openedition": (
        "www.openedition.org",
        "journals.openedition.org",
        "books.openedition.org",
        "search.openedition.org",
    ),
    "thesesfr": ("theses.fr",),
}


@dataclass
class France:
    """All of it, running. `machines` by town, the bot's under "angers"; `web` is what each site does, by host."""

    folder: Path
    world: Internet
    mastodon: MastodonPeople
    bluesky: BlueskyPeople
    nats: NatsServer
    web: Mapping[str, Switch]
    machines: dict[str, Machine]
    bot: subprocess.Popen[bytes] | None = None
    agents: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict[str, subprocess.Popen[bytes]])

    @property
    def people(self) -> Mapping[str, MastodonPeople | BlueskyPeople]:
        return {"snac": self.mastodon, "bluesky": self.bluesky}

    def platform_is(self, key: str, behaviour: Behaviour, *, at: Sequence[str] = ()) -> None:
        """Have all sites of a platform behave so; `at` towns only, and as before elsewhere."""
        for host in PLATFORMS[key]:
            if at:
                self.web[host].for_some |= {self.machines[town].address: behaviour for town in at}
            else:
                self.web[host].now, self.web[host].for_some = behaviour, {}

    def slow_down(self, town: str, seconds: float) -> None:
        """Have every site keep the people of a town waiting for so long; 0: no more."""
        for switch in self.web.values():
            switch.wait_s[self.machines[town].address] = seconds

    def addresses(self, key: str) -> list[str]:
        return [str(self.world.dns.answers[host][0]) for host in PLATFORMS[key]]  # type: ignore[index]

    def log(self, town: str = "angers") -> str:
        return (self.folder / f"{town}.log").read_text("utf-8")

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the shipped command beside the running bot, to its end."""
        return subprocess.run(
            self.machines["angers"].space.command(sys.executable, "-m", "bot", *words),
            env=self.environment(ANGERS),
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def environment(self, town: Town) -> dict[str, str]:
        """The settings of the machine in a town."""
        home = self.folder / town.name
        home.mkdir(exist_ok=True)
        ours = {
            "CESTMOIOU_CONFIG_DIR": str(self.folder / "config"),
            "CESTMOIOU_DATA_DIR": str(home),
            "CESTMOIOU_VANTAGE__PLACE": town.place,
            "CESTMOIOU_VANTAGE__NETWORK": town.network,
            "CESTMOIOU_VANTAGE__ASN": str(town.asn),
            "CESTMOIOU_BROKER__URLS": f"tls://{BROKER_NAME}:{self.nats.port}",
            "CESTMOIOU_BROKER__CA": str(self.nats.ca),
            "TMPDIR": str(home),
            **BUDGETS,
        }
        if town is ANGERS:
            ours |= RHYTHM | self._accounts() | {"CESTMOIOU_BROKER__CREDENTIALS": self.nats.seed("bot")}
        else:
            ours |= {"CESTMOIOU_AGENT__NAME": town.name, "CESTMOIOU_BROKER__CREDENTIALS": self.nats.seed(town.name)}
        return self.world.environment(home, ours)

    def _accounts(self) -> dict[str, str]:
        bot = self.bluesky.accounts["bot"]
        accounts = {
            "SNAC__KIND": "mastodon",
            "SNAC__SERVER": self.mastodon.url,
            "SNAC__TOKEN": self.mastodon.bot_token,
            "SNAC__POLL": "1s",
            "BLUESKY__KIND": "bluesky",
            "BLUESKY__SERVER": self.bluesky.url,
            "BLUESKY__LOGIN": bot.did,
            "BLUESKY__APP_PASSWORD": bot.password,
            "BLUESKY__POLL": "1s",
        }
        return {f"CESTMOIOU_ACCOUNTS__{name}": value for name, value in accounts.items()}

    def start(self, town: Town, ends: ExitStack) -> None:
        """Start the bot, or an agent; it is stopped at the end."""
        machine = self.machines[town.name]
        with (self.folder / f"{town.name}.log").open("ab") as log:
            process = subprocess.Popen(
                machine.space.command(sys.executable, "-m", "bot", "run" if town is ANGERS else "agent"),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment(town),
                cwd=CHECKOUT,
            )
        ends.callback(stop, process)
        if town is ANGERS:
            self.bot = process
        else:
            self.agents[town.name] = process

    def wait_until_ready(self) -> None:
        """Both networks are read, and every agent has said that it is there."""
        wait_until(
            lambda: self.log().count("network is read") == 2 and self.log().count("an agent is there") >= len(AGENTS),
            within_s=90,
            what="both networks are read and six agents are there",
        )


@contextmanager
def staged(folder: Path, *, people: Mapping[str, Sequence[str]]) -> Generator[France]:
    """Start everything at once. `people` get accounts on the networks "snac" and "bluesky", beside asker and third.

    Raises NotInstalledError where the servers are missing.
    """
    web = {host: Switch() for hosts in PLATFORMS.values() for host in hosts}
    sites = {**CONTROLS, **{host: Site(https=switch, http=switch) for host, switch in web.items()}}
    with ExitStack() as ends:
        mastodon = ends.enter_context(running_snac(people["snac"]))
        bluesky = ends.enter_context(running_bluesky())
        nats = ends.enter_context(running_nats([town.name for town in AGENTS], tls=True, host=BROKER_NAME))
        world = ends.enter_context(internet(sites, folder, names={BROKER_NAME: [BROKER]}, more=(BROKER,)))
        there = ends.enter_context(machines(world.space, [town.name for town in AGENTS]))
        there["angers"] = machine_here(world.here, world.space)
        ways = [
            (world.space.socket(lambda: listen(BROKER, nats.port)), nats.port),
            *((_own_loopback(there["angers"], port), port) for port in map(_port_of, (mastodon.url, bluesky.url))),
        ]
        ends.enter_context(relayed(*ways))
        _configure(folder / "config")
        france = France(folder, world, mastodon, bluesky, nats, web, there)
        for who in people["bluesky"]:
            bluesky.sign_up(who)
        for town in (ANGERS, *AGENTS):
            france.start(town, ends)
        france.wait_until_ready()
        yield france


def _port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


def _own_loopback(machine: Machine, port: int) -> socket.socket:
    return machine.space.socket(lambda: listen("127.0.0.1", port))


def _configure(config: Path) -> None:
    """The configuration as shipped; only the platforms of the play may be looked at more often than once a minute."""
    shutil.copytree(CHECKOUT / "config", config)
    for file in (config / "platforms").glob("*.toml"):
        text = file.read_text("utf-8")
        for key in PLATFORMS:
            text = re.sub(rf"(?m)^\[{key}\]$", f"[{key}]\nmin_interval_s = {LEAST_BETWEEN_LOOKS_S}", text)
        file.write_text(text, "utf-8")


def readable(text: str) -> str:
    """Without the markup of a Mastodon post, and with ordinary spaces and apostrophes."""
    plain = html.unescape(re.sub(r"<[^>]+>", "", text))
    return plain.replace("\u202f", " ").replace("\xa0", " ").replace("’", "'")


def posts_under(france: France, network: str, asked: str) -> list[Post]:
    """What the bot posted under a post, oldest first."""
    return france.people[network].answers(asked)


def until_answered(
    france: France, network: str, asked: str, *, number: int = 1, within_s: float = ANSWERED_WITHIN_S
) -> str:
    """Wait for post number `number` of the bot under a post, and give its words."""
    found: list[Post] = []

    def there() -> bool:
        found[:] = posts_under(france, network, asked)
        time.sleep(0.2)
        return len(found) >= number

    wait_until(there, within_s=within_s, what=f"post {number} under {asked}")
    return readable(found[number - 1].text)
