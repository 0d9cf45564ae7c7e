"""One bot, a dozen accounts, each with its own misfortune: one clear line each, and the good ones are answered.

All at once, in one `run` and one `networks check`: that none holds back another is the point.
"""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import cast

import pytest

from tests.acceptance.world import World, small_internet
from tests.servers.bluesky import BlueskyPeople, running_bluesky
from tests.servers.mastodon_api import MastodonPeople
from tests.servers.middleman import Canned, Middleman, running_middleman
from tests.servers.mock_mastodon import running_mock_mastodon
from tests.servers.running import ANSWERED_WITHIN_S, NotInstalledError, leave_out, wait_until

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]

FAULTS = {
    "html": Canned(200, b"<html><body>Maintenance</body></html>", "text/html"),
    "error-200": Canned(200, b'{"error": "oops"}'),
    "empty": Canned(200, b""),
    "garbage": Canned(200, b"\x00\x8f{[", "application/octet-stream"),
    "firewall": Canned(403, b"<html>Forbidden</html>", "text/html"),
    "down": Canned(503, b"", "text/html"),
}
REVOKED = {
    "mastodon": Canned(401, b'{"error": "The access token was revoked"}'),
    "bluesky": Canned(401, b'{"error": "AuthenticationRequired", "message": "Invalid identifier or password"}'),
}
STALE = Canned(400, b'{"error": "ExpiredToken", "message": "Token has been revoked"}')
BEYOND = Canned(403, b'{"error": "This action is outside the authorized scopes"}')
WATCHED_S = 6.0


@dataclass
class Stage:
    """The bot's world, the servers, and what stands between them and each account."""

    world: World
    mastodon: MastodonPeople
    bluesky: BlueskyPeople
    middlemen: dict[str, Middleman]
    log: str = ""
    requests: dict[str, int] | None = None

    def lines(self, account: str) -> list[dict[str, str]]:
        """The warnings and errors about an account."""
        found = [cast("dict[str, str]", json.loads(line)) for line in self.log.splitlines() if line.startswith("{")]
        bad = [line for line in found if line["level"] in {"warning", "error", "critical"}]
        return [line for line in bad if line.get("network") == account]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with ExitStack() as stack:
        try:
            bluesky = stack.enter_context(running_bluesky())
        except NotInstalledError as missing:
            leave_out(missing)
        mastodon = stack.enter_context(running_mock_mastodon())
        middlemen: dict[str, Middleman] = {}
        settings = ""
        for kind, server in (("mastodon", mastodon.url), ("bluesky", bluesky.url)):
            for fault in (*FAULTS, "wrong", "revoked", "scope", "fast", "slow", "good"):
                name = f"{kind}-{fault}"
                middlemen[name] = stack.enter_context(running_middleman(server))
                settings += account(kind, name, middlemen[name].url, mastodon, bluesky)
        world = stack.enter_context(small_internet(tmp_path_factory.mktemp("bad"), settings=settings))
        stage = Stage(world, mastodon, bluesky, middlemen)
        run_it(stage)
        yield stage


def account(kind: str, name: str, server: str, mastodon: MastodonPeople, bluesky: BlueskyPeople) -> str:
    bot = bluesky.accounts["bot"]
    secret = "a-wrong-secret" if name.endswith("wrong") else ""
    mine = (
        f'token = "{secret or mastodon.bot_token}"'
        if kind == "mastodon"
        else f'login = "{bot.did}"\napp_password = "{secret or bot.password}"'
    )
    return f'[accounts.{name}]\nkind = "{kind}"\nserver = "{server}"\n{mine}\npoll = "1s"\n\n'


def misbehave(stage: Stage) -> None:
    for name, middleman in stage.middlemen.items():
        kind, _, fault = name.partition("-")
        middleman.always = FAULTS.get(fault)
        middleman.clock_ahead = {"fast": 3 * 3600, "slow": -3 * 3600}.get(fault, 0)
        if fault == "scope":
            middleman.always = BEYOND
            middleman.always_for = "/notifications?" if kind == "mastodon" else "listNotifications"


def run_it(stage: Stage) -> None:
    """Start it among misfortunes, watch it, ask the good ones, stop it."""
    misbehave(stage)
    world = stage.world
    path = world.config_dir / "bot.toml"
    path.write_text(f'log_format = "json"\n{path.read_text()}')
    with world.running():
        well = [f"{kind}-{fault}" for kind in REVOKED for fault in ("good", "revoked", "fast", "slow")]
        for name in well:
            wait_until(lambda name=name: is_read(world, name), within_s=60, what=f"{name} is read")
        for kind, answer in REVOKED.items():
            middleman = stage.middlemen[f"{kind}-revoked"]
            if kind == "bluesky":  # the session is refused, then the login as well
                middleman.canned["createSession"] = answer
                middleman.canned["/xrpc/"] = STALE
            else:
                middleman.always = answer
        before = {name: len(middleman.requests) for name, middleman in stage.middlemen.items()}
        time.sleep(WATCHED_S)
        stage.requests = {name: len(middleman.requests) - before[name] for name, middleman in stage.middlemen.items()}
        for people in (stage.mastodon, stage.bluesky):
            post = people.ask("@bot c'est moi ou Fragile est couché ?")
            wait_until(
                lambda people=people, post=post: bool(people.answers(post)),
                within_s=ANSWERED_WITHIN_S,
                what=f"{people.name} answers",
            )
        stage.log = world.log


def is_read(world: World, name: str) -> bool:
    return any("network is read" in line and f'"{name}"' in line for line in world.log.splitlines())


BAD = [f"{kind}-{fault}" for kind in REVOKED for fault in (*FAULTS, "wrong", "revoked", "scope", "fast", "slow")]


@pytest.mark.parametrize("name", BAD)
def test_each_misfortune_is_one_clear_line_in_the_log(stage: Stage, name: str) -> None:
    lines = stage.lines(name)
    assert len(lines) == 1, lines
    assert "why" in lines[0] or "clock" in lines[0]["event"]


@pytest.mark.parametrize("name", BAD)
def test_no_misfortune_makes_a_busy_loop(stage: Stage, name: str) -> None:
    assert stage.requests is not None
    assert stage.requests[name] <= 5 * WATCHED_S  # a poll a second, each of a few calls


def test_the_log_has_no_traceback_and_no_secret(stage: Stage) -> None:
    assert "Traceback" not in stage.log
    for secret in ("a-wrong-secret", stage.mastodon.bot_token, stage.bluesky.accounts["bot"].password, "couché"):
        assert secret not in stage.log


def test_the_good_accounts_have_nothing_to_complain_about(stage: Stage) -> None:
    assert stage.lines("mastodon-good") == stage.lines("bluesky-good") == []


@pytest.fixture(scope="module")
def checked(stage: Stage) -> dict[str, list[str]]:
    """The lines that `networks check` says of each account."""
    done = stage.world.command("networks", "check", more={"CESTMOIOU_LANGUAGE": "en"}, within_s=120)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    found: dict[str, list[str]] = {}
    name = ""
    for line in done.stdout.splitlines():
        if not line.startswith(" "):
            name = line.partition(" ")[0]
        found.setdefault(name, []).append(line.strip())
    return found


@pytest.mark.parametrize("name", BAD)
def test_each_misfortune_is_one_clear_line_in_networks_check(checked: dict[str, list[str]], name: str) -> None:
    wrong = [line for line in checked[name] if line.startswith("✗")]
    assert len(wrong) == 1, checked[name]


@pytest.mark.parametrize("name", ["mastodon-good", "bluesky-good"])
def test_nothing_is_wrong_with_the_good_accounts_in_networks_check(checked: dict[str, list[str]], name: str) -> None:
    assert not [line for line in checked[name] if line.startswith("✗")]
    assert [line for line in checked[name] if line.startswith("✓")]


def test_networks_check_of_a_good_account_ends_with_0_and_speaks_french(stage: Stage) -> None:
    done = stage.world.command("networks", "check", "mastodon-good", "bluesky-good")
    assert done.returncode == 0, done.stdout
    assert "✓ connecté : @bot@" in done.stdout


def test_networks_check_of_an_unknown_account_names_those_there_are(stage: Stage) -> None:
    done = stage.world.command("networks", "check", "mamot")
    assert done.returncode == 2
    assert "mastodon-good" in done.stderr
    assert len(done.stderr.splitlines()) == 1
