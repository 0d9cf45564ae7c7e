"""The shipped command as it is, on a machine of its own in an internet of its own: all that people would meet.

Everything is as shipped: settings, catalogue, fingerprints, controls; only /etc/resolv.conf and the trusted authorities
are the test's. Sites are looked at 40 in one command.
"""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.namespace.cases import CASES, FINE, PRIVATE, Case, page
from tests.namespace.internet import Internet, Site, internet
from tests.namespace.spaces import CABLE, HERE_V4, HERE_V6, Wiretap, require_root
from tests.servers.misbehaving import answer, redirect, silence

pytestmark = [pytest.mark.root, pytest.mark.usefixtures("root")]

AT_ONCE = 40
CONTROLS = {
    "detectportal.firefox.com": Site(http=answer(200, b"success\n")),
    "connectivitycheck.gstatic.com": Site(http=answer(204, b"", length=False)),
    "nmcheck.gnome.org": Site(http=answer(200, b"NetworkManager is online\n")),
}
SITES = {
    **CONTROLS,
    **{case.host: case.site for case in CASES},
    "tickets.queue-it.net": Site(page("Queue-it", "You are in line")),
    "solide.fr": Site(FINE),
    "fragile.fr": Site(answer(500, b"x")),
}
NAMES = {"inside.example": ["10.0.0.1"], "own.example": [HERE_V4], "own6.example": [HERE_V6]}
PROXY: dict[str, str] = dict.fromkeys(("http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"), "http://127.0.0.1:3128")
RESOLVERS = {"45.90.0.53", "9.9.9.9", "1.1.1.1"}

Row = dict[str, Any]


@pytest.fixture(scope="module")
def root() -> None:
    require_root()


@dataclass(frozen=True)
class Seen:
    """What became of a world: the rows of `probe --json` by host, and who was spoken to."""

    rows: Mapping[str, Row]
    spoken_to: frozenset[tuple[str, int]]
    on_loopback: frozenset[tuple[str, int]]
    canary_hits: int


def probe(world: Internet, folder: Path, hosts: list[str], more: Mapping[str, str] | None = None) -> dict[str, Row]:
    done = world.command(folder, "probe", "--json", *hosts, more=more)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["asked"] for row in rows] == hosts
    return dict(zip(hosts, rows, strict=True))


@pytest.fixture(scope="module")
def world(root: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Internet]:
    with internet(SITES, tmp_path_factory.mktemp("internet"), canaries=PRIVATE, names=NAMES) as world:
        yield world


@pytest.fixture(scope="module")
def seen(world: Internet, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """Every case, in a few commands side by side, with proxies in the environment that lead nowhere."""
    hosts = [*(case.host for case in CASES), "own.example", "own6.example"]
    groups = [hosts[first : first + AT_ONCE] for first in range(0, len(hosts), AT_ONCE)]
    folders = [tmp_path_factory.mktemp("probe") for _ in groups]
    with Wiretap(world.space, CABLE) as cable, Wiretap(world.here, "lo") as loopback, ThreadPoolExecutor() as threads:
        running = [
            threads.submit(probe, world, folder, group, PROXY) for group, folder in zip(groups, folders, strict=True)
        ]
        answers = [each.result() for each in running]
    rows = {host: row for answer in answers for host, row in answer.items()}
    return Seen(rows, frozenset(cable.heard), frozenset(loopback.heard), world.hits["canary"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_verdict_and_its_cause(case: Case, seen: Seen) -> None:
    row = seen.rows[case.host]
    assert (row["verdict"], row["cause"]) == (case.word, case.cause), row["places"]


@pytest.mark.parametrize("host", ["own.example", "own6.example"])
def test_the_bots_own_machine_is_not_looked_at(host: str, seen: Seen) -> None:
    assert (seen.rows[host]["verdict"], seen.rows[host]["cause"]) == ("unknown", "refused-by-policy")


def test_nobody_inside_hears_of_us(seen: Seen) -> None:
    assert seen.canary_hits == 0
    assert seen.on_loopback == frozenset()  # no service of our own, no proxy from the environment
    assert {ip for ip, port in seen.spoken_to if port == 53} <= RESOLVERS
    others = {ip for ip, port in seen.spoken_to if port != 53}
    assert [ip for ip in others if not ip.startswith(("45.", "2a01:e0a:"))] == []
    assert {port for _, port in seen.spoken_to} <= {53, 80, 443}


def test_a_crowd_that_hangs_does_not_make_a_good_site_look_dead(
    root: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("crowd")
    good = [f"good-{number}.example" for number in range(5)]
    stuck = [f"stuck-{number}.example" for number in range(20)]
    sites = {**CONTROLS, **dict.fromkeys(good, Site(FINE)), **dict.fromkeys(stuck, Site(silence))}
    with internet(sites, folder) as world:
        rows = probe(world, folder, [*stuck, *good])
    assert {rows[host]["verdict"] for host in good} == {"up"}
    assert {rows[host]["cause"] for host in stuck} == {"accepts-connections-never-answers"}


def test_questions_in_the_terminal(world: Internet, tmp_path: Path) -> None:
    with ThreadPoolExecutor() as threads:
        up = threads.submit(world.command, tmp_path / "a", "ask", "c'est moi ou solide.fr est couché ?")
        down = threads.submit(world.command, tmp_path / "b", "ask", "is fragile.fr down?")
        typed = "c'est moi ou fragile.fr est couché ?\nc'est moi ou 10.0.0.1 est couché ?\n"
        (tmp_path / "c").mkdir(exist_ok=True)  # the data folder is made in it
        talk = threads.submit(world.command, tmp_path / "c", "run", typed=typed)
    assert (up.result().returncode, down.result().returncode) == (0, 1), (up.result(), down.result())
    assert "répond normalement" in up.result().stdout
    assert "HTTP 500" in down.result().stdout
    assert "fragile.fr" in talk.result().stdout
    assert "HTTP 500" in talk.result().stdout
    assert world.hits["canary"] == 0


def _portal(page_site: Site) -> dict[str, Site]:
    return dict.fromkeys(CONTROLS, page_site)


OWN_TROUBLE = {
    "captive portal with a page": (_portal(Site(http=page("Bienvenue au wifi"))), Site(http=page("Bienvenue au wifi"))),
    "captive portal that redirects": (
        _portal(Site(http=redirect("http://wifi.example/"))),
        Site(http=redirect("http://wifi.example/")),
    ),
    "behind a gate": (_portal(Site(http=answer(511, b"log in"))), Site(http=answer(511, b"log in"))),
    "controls and site dark": (
        _portal(Site(dns=lambda each: [each.dead_v4])),
        Site(dns=lambda each: [each.dead_v4]),
    ),
}


@pytest.mark.parametrize("name", OWN_TROUBLE)
def test_our_own_trouble_is_nobody_elses(root: None, name: str, tmp_path: Path) -> None:
    controls, site = OWN_TROUBLE[name]
    sites = {**controls, "asked.example": site, "wifi.example": Site(http=page("Bienvenue au wifi"))}
    with internet(sites, tmp_path) as world:
        row = probe(world, tmp_path, ["asked.example"])["asked.example"]
    assert (row["verdict"], row["cause"]) == ("unknown", "own-network")
    assert not any(control["ok"] for control in row["controls"])


@pytest.mark.parametrize("cut", ["link down", "no route", "link up, nothing beyond"])
def test_a_cut_line_is_nobody_elses_outage(root: None, cut: str, tmp_path: Path) -> None:
    with internet({**CONTROLS, "solide.fr": Site(FINE), "fragile.fr": Site(answer(500))}, tmp_path) as world:
        match cut:
            case "link down":
                world.here.ip(f"link set {CABLE} down")
            case "no route":
                world.here.ip("route del 0.0.0.0/0", "route del ::/0")
            case _:
                world.space.ip(f"link set {CABLE} down")
        rows = probe(world, tmp_path, ["solide.fr", "fragile.fr"])
    for row in rows.values():
        assert row["verdict"] == "unknown", row
        assert row["cause"].startswith("own-")


def test_controls_that_fail_do_not_silence_a_good_answer(root: None, tmp_path: Path) -> None:
    dark = Site(dns=lambda each: [each.dead_v4])
    with internet({**dict.fromkeys(CONTROLS, dark), "solide.fr": Site(FINE)}, tmp_path) as world:
        row = probe(world, tmp_path, ["solide.fr"])["solide.fr"]
    assert (row["verdict"], row["cause"], row["controls"]) == ("up", "answers-normally", [])


def test_a_machine_without_ipv6_says_so(root: None, tmp_path: Path) -> None:
    sites = {
        **CONTROLS,
        "six.example": Site(FINE, dns=lambda each: [each.v6]),
        "both.example": Site(FINE, dns=lambda each: [each.v6, each.v4]),
    }
    with internet(sites, tmp_path) as world:
        world.here.ip("route del ::/0")
        rows = probe(world, tmp_path, ["six.example", "both.example"])
    assert (rows["six.example"]["verdict"], rows["six.example"]["cause"]) == ("unknown", "own-no-ipv6")
    assert (rows["both.example"]["verdict"], rows["both.example"]["cause"]) == ("up", "answers-normally")


@pytest.mark.parametrize(
    "asked",
    ["127.0.0.1", "http://secure.example@10.0.0.1/", "secure.example:22", "a" * 5000, "file:///etc/passwd", "0x7f.1"],
    ids=lambda text: text[:20],
)
def test_what_is_no_host_gets_one_sentence_and_no_packet(world: Internet, asked: str, tmp_path: Path) -> None:
    with Wiretap(world.space, CABLE) as cable, Wiretap(world.here, "lo") as loopback:
        done = world.command(tmp_path, "probe", "--json", asked)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert cable.heard == loopback.heard == set()
