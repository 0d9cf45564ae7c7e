"""When it is us and when it is them: portals, hijacked names, controls that fail in part or answer late."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.namespace.cases import FINE, page
from tests.namespace.internet import Site, internet, numbers
from tests.namespace.papers import paper
from tests.namespace.spaces import require_root
from tests.namespace.test_shipped_command import CONTROLS, Row, probe
from tests.servers.dns import Answer, Say, Silence
from tests.servers.misbehaving import after, answer, redirect

pytestmark = pytest.mark.root

ASKED = "asked.example"
WELCOME = page("Bienvenue au wifi", text="<form action=/login><input name=room></form> success")
PORTAL_AT: Answer = [numbers(0).v4]  # the portal is the first site of its world
DARK, SHUT = Site(dns=lambda each: [each.dead_v4]), Site()
FIRST, SECOND, THIRD = CONTROLS
UNKNOWN, OURS = "unknown", "own-network"


@dataclass(frozen=True, slots=True)
class Network:
    """Where the bot stands, and what it may say of a site that is asked about there."""

    word: str
    causes: str
    sites: Mapping[str, Site]
    names: Mapping[str, Answer] = field(default_factory=dict[str, Answer])


def _hijacked(portal: Site) -> Network:
    """Every name leads to the portal."""
    return Network(UNKNOWN, OURS, {"portal.example": portal}, {"*": PORTAL_AT})


def _all_say(said: Answer) -> dict[str, Site]:
    return {name: Site(dns=lambda _: said) for name in (*CONTROLS, ASKED)}


def _controls(*fail: str, by: Site = DARK) -> dict[str, Site]:
    return {**CONTROLS, **dict.fromkeys(fail, by)}


NETWORKS = {
    "names lead to a portal with its own page": _hijacked(Site(http=WELCOME)),
    "names lead to a portal that redirects": _hijacked(Site(http=redirect("http://portal.example/login"))),
    "names lead to a portal with its own certificate": _hijacked(Site(WELCOME, WELCOME, tls=paper(by="itself"))),
    "names lead to a portal that shows its good name": _hijacked(Site(WELCOME, WELCOME, tls=paper("portal.example"))),
    "names lead to a gate that says so": _hijacked(Site(http=answer(511, b"log in"))),
    "names lead to a proxy that reaches nobody": _hijacked(Site(http=answer(503, b"<h1>503</h1>"))),
    "a portal answers the controls, the site is dark": Network(
        UNKNOWN, OURS, {**_controls(*CONTROLS, by=Site(http=WELCOME)), ASKED: DARK}
    ),
    "a portal answers where the site leaves encryption": Network(
        UNKNOWN,
        OURS,
        {**_controls(*CONTROLS, by=Site(http=WELCOME)), ASKED: Site(redirect(f"http://{ASKED}/welcome"), WELCOME)},
    ),
    "a site that leaves encryption": Network(
        "up", "answers-normally", {**CONTROLS, ASKED: Site(redirect(f"http://{ASKED}/welcome"), FINE)}
    ),
    "one control has moved, the site shut": Network(
        "down", "port-closed", {**_controls(FIRST, by=Site(FINE, redirect(f"https://{FIRST}/"))), ASKED: SHUT}
    ),
    "a portal lets one control through": Network(
        "unknown|inconclusive",
        "own-network|port-closed",
        {**_controls(FIRST, THIRD, by=Site(http=WELCOME)), ASKED: SHUT},
    ),
    "one control of three, the site shut": Network(
        "inconclusive", "port-closed", {**_controls(FIRST, SECOND), ASKED: SHUT}
    ),
    "two controls of three, the site shut": Network("down", "port-closed", {**_controls(FIRST), ASKED: SHUT}),
    "slow controls, the site shut": Network(
        "down",
        "port-closed",
        {**{name: Site(http=after(2, site.http)) for name, site in CONTROLS.items() if site.http}, ASKED: SHUT},
    ),
    "no control, the site answers with an error": Network(
        "unknown|down", "own-network|server-error", {**_controls(*CONTROLS), ASKED: Site(answer(503, b"x"))}
    ),
    "no control, the site is fine": Network("up", "answers-normally", {**_controls(*CONTROLS), ASKED: Site(FINE)}),
    "controls with errors of their own, the site shut": Network(
        "unknown|inconclusive",
        "own-network|port-closed",
        {**_controls(*CONTROLS, by=Site(http=answer(500, b"x"))), ASKED: SHUT},
    ),
    "everything is shut": Network(UNKNOWN, OURS, {**_controls(*CONTROLS, by=SHUT), ASKED: SHUT}),
    "the resolver refuses everything": Network(UNKNOWN, "own-resolver", _all_say(Say("REFUSED"))),
    "the resolver fails at everything": Network(UNKNOWN, "own-resolver", _all_say(Say("SERVFAIL"))),
    "the resolver is silent": Network(UNKNOWN, "own-resolver", _all_say(Silence())),
    "the resolver knows no name": Network(UNKNOWN, "own-resolver|own-network|no-such-name", _all_say(Say("NXDOMAIN"))),
    "the resolver blocks with 0.0.0.0": Network(
        UNKNOWN, "refused-by-policy|no-such-name", {**CONTROLS, ASKED: Site(dns=lambda _: ["0.0.0.0"])}
    ),
}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Row]:
    """What is said of the site in each network."""
    require_root()

    def look(network: Network, folder: Path) -> Row:
        with internet(network.sites, folder, names=network.names) as world:
            return probe(world, folder, [ASKED])[ASKED]

    folders = [tmp_path_factory.mktemp("network") for _ in NETWORKS]
    with ThreadPoolExecutor(8) as threads:
        return dict(zip(NETWORKS, threads.map(look, NETWORKS.values(), folders), strict=True))


@pytest.mark.parametrize("name", NETWORKS)
def test_the_verdict_and_its_cause(name: str, rows: Mapping[str, Row]) -> None:
    row, network = rows[name], NETWORKS[name]
    verdict, cause = row["verdict"], row["cause"]
    assert verdict in network.word.split("|"), (cause, row["places"], row["controls"])
    assert cause in network.causes.split("|"), (verdict, row["places"], row["controls"])
