"""Towns on the internet of `internet.py`: a machine each, in a network namespace with a cable and addresses of its own.

A cable can be pulled, or the way to the web be lost while the way to one address stays (a broken provider, and a line
to the broker beside it). All of it is gone at the end.
"""

import contextlib
import subprocess
from collections.abc import Generator, Sequence
from dataclasses import dataclass

from tests.namespace.internet import RESOLVER
from tests.namespace.spaces import CABLE, GATEWAY_V4, GATEWAY_V6, HERE_V4, Space, resolver_of

BROKER = "45.90.0.42"
"""What is still reached when the way to the web is lost."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine in a town: its namespace, its address, and the gateways and the name of its cable on the other side."""

    space: Space
    internet: Space
    address: str
    gateways: tuple[str, str]
    port: str

    def lose_the_web(self) -> None:
        """Leave nothing but the way to the broker: a provider whose own lines are down."""
        self.space.ip("route del default", "route del ::/0")

    def find_the_web(self) -> None:
        v4, v6 = self.gateways
        self.space.ip(f"route replace default via {v4}", f"route replace ::/0 via {v6}")

    def unplug(self) -> None:
        """Pull the cable."""
        self.internet.ip(f"link set {self.port} down")

    def plug_in(self) -> None:
        self.internet.ip(f"link set {self.port} up", f"address replace {self.gateways[1]}/64 dev {self.port} nodad")

    def cannot_reach(self, address: str) -> None:
        """Have the first router on its way say that this address is unreachable, as when a route is lost."""
        self.internet.ip(f"rule add pref 10 iif {self.port} to {address} unreachable")

    def reaches_again(self, address: str) -> None:
        self.internet.ip(f"rule del pref 10 iif {self.port} to {address}")


def machine_here(here: Space, internet: Space) -> Machine:
    """The bot's own machine, as `two_spaces` joined it."""
    found = Machine(here, internet, HERE_V4, (GATEWAY_V4, GATEWAY_V6), CABLE)
    here.ip(f"route add {BROKER}/32 via {GATEWAY_V4}")
    # What a router refuses is refused before it is found to be an address of its own.
    internet.ip("rule add pref 100 lookup local", "rule del pref 0")
    return found


@contextlib.contextmanager
def machines(internet: Space, names: Sequence[str]) -> Generator[dict[str, Machine]]:
    """A machine for each name, joined to the internet's namespace."""
    with contextlib.ExitStack() as ends:
        yield {name: ends.enter_context(_machine(internet, name, number)) for number, name in enumerate(names, 1)}


@contextlib.contextmanager
def _machine(internet: Space, name: str, number: int) -> Generator[Machine]:
    space = Space(f"{internet.name}-{number}")
    net4, net6, port = f"45.70.{number}", f"2a01:e0a:70:{number}", f"to-{number}"
    made = Machine(space, internet, f"{net4}.2", (f"{net4}.1", f"{net6}::1"), port)
    with contextlib.ExitStack() as undo:
        subprocess.run(["ip", "netns", "add", space.name], check=True)
        undo.callback(subprocess.run, ["ip", "netns", "del", space.name], check=True)
        undo.enter_context(resolver_of(space, RESOLVER))
        cable = ["link", "add", CABLE, "type", "veth", "peer", "name", port, "netns", internet.name]
        subprocess.run(["ip", "-n", space.name, *cable], check=True)
        space.ip(
            "link set lo up",
            f"address add {net4}.2/24 dev {CABLE}",
            f"address add {net6}::2/64 dev {CABLE} nodad",
            f"link set {CABLE} up",
        )
        internet.ip(
            f"address add {net4}.1/24 dev {port}", f"address add {net6}::1/64 dev {port} nodad", f"link set {port} up"
        )
        space.ip(
            f"route add default via {net4}.1", f"route add ::/0 via {net6}::1", f"route add {BROKER}/32 via {net4}.1"
        )
        yield made
