"""`cestmoiou login` as its operator meets it: on a terminal, on real servers; then `run` with what it kept."""

import html
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from tests.acceptance.typing_at import Person, person_at
from tests.acceptance.world import World, small_internet
from tests.servers.bluesky import BlueskyPeople, running_bluesky
from tests.servers.globalping_api import Answer, globalping_api
from tests.servers.mastodon_api import MastodonPeople
from tests.servers.middleman import Canned, running_middleman
from tests.servers.mock_mastodon import running_mock_mastodon
from tests.servers.running import NotInstalledError, leave_out, wait_until
from tests.servers.snac import running_snac

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def mock() -> Iterator[MastodonPeople]:
    with running_mock_mastodon() as people:
        yield people


@pytest.fixture(scope="module")
def snac() -> Iterator[MastodonPeople]:
    try:
        with running_snac() as people:
            yield people
    except NotInstalledError as missing:
        leave_out(missing)


@pytest.fixture(scope="module")
def bluesky() -> Iterator[BlueskyPeople]:
    try:
        with running_bluesky() as people:
            yield people
    except NotInstalledError as missing:
        leave_out(missing)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with small_internet(tmp_path) as world:
        yield world


def at(world: World, *words: str, language: str = "en") -> Mapping[str, str]:
    return world.environment({"CESTMOIOU_LANGUAGE": language})


def credentials(world: World) -> dict[str, dict[str, dict[str, str]]]:
    path = world.data_dir / "credentials.toml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return tomllib.loads(path.read_text("utf-8"))


def consent(people: MastodonPeople, said: str) -> str:
    """What the account's owner does in the browser; gives the code that the page shows."""
    url = re.search(r"http\S+/oauth/authorize\S+", said)
    assert url is not None, said
    if people.name == "mock":
        return "mockcode_bot"  # its page is a row of buttons that lead to this
    with httpx.Client(trust_env=False, timeout=10, limits=httpx.Limits(max_keepalive_connections=0)) as browser:
        page = browser.get(url.group()).text
        form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
        form |= {"login": "bot", "passwd": people.passwords["bot"]}
        return html.unescape(browser.post(f"{people.url}/oauth/x-snac-login", data=form).text.strip())


@pytest.fixture(params=["mock", "snac"])
def people(request: pytest.FixtureRequest) -> MastodonPeople:
    return request.getfixturevalue(request.param)


def through_to_the_code(person: Person, people: MastodonPeople, *, name: str = "main") -> None:
    person.reads("address")
    person.types(people.url)
    person.reads("May a bot")
    person.types("y")
    person.reads("name in the settings")
    person.types(name)
    person.reads("automated")
    person.types("y")
    said = person.reads("code that it shows")
    person.types_unseen(consent(people, said))


def test_mastodon_by_consent_in_the_browser(world: World, people: MastodonPeople) -> None:
    with person_at("login", "mastodon", environment=at(world)) as person:
        through_to_the_code(person, people)
        assert person.ends() == 0, person.said
    (kept,) = credentials(world)["accounts"].values()
    assert kept["server"] == people.url
    assert kept["token"] not in person.said
    assert "mockcode_bot" not in person.said
    checked = world.command("networks", "check", "--json")
    assert checked.returncode == 0, checked.stdout
    assert '"works": true' in checked.stdout
    assert '"says_it_is_a_bot": true' in checked.stdout
    with world.running():
        wait_until(lambda: "network is read" in world.log, within_s=30, what="the account is read")
    assert kept["token"] not in world.log


def test_bad_answers_are_asked_again_with_one_sentence(world: World, mock: MastodonPeople) -> None:
    with person_at("login", "mastodon", environment=at(world)) as person:
        person.reads("address")
        person.types("http://mamot.fr/@bot?x")
        person.reads("Write a server's address")
        person.types("localhost:1")
        person.reads("does not answer")
        person.types(mock.url)
        person.reads("May a bot")
        person.types("perhaps")
        person.reads("Answer y")
        person.types("")
        person.reads("name in the settings")
        person.types("Mon Compte")
        person.reads("small letters")
        person.types("main")
        person.reads("automated")
        person.types("n")
        person.reads("code that it shows")
        person.types_unseen("not-a-code-at-all")
        person.reads("does not take this code")
        person.types_unseen("mockcode_bot")
        assert person.ends() == 0, person.said
    assert "not-a-code-at-all" not in person.said
    assert list(credentials(world)["accounts"]) == ["main"]


def test_it_speaks_french(world: World, mock: MastodonPeople) -> None:
    with person_at("login", "mastodon", "--server", mock.url, environment=at(world, language="fr")) as person:
        person.reads("a-t-il sa place")
        person.types("non")
        assert person.ends() != 0
    assert "rien n'a été fait" in person.said
    assert "Traceback" not in person.said


@pytest.mark.parametrize("where", ["May a bot", "code that it shows"])
def test_ctrl_c_leaves_nothing_behind(world: World, mock: MastodonPeople, where: str) -> None:
    with person_at("login", "mastodon", "--server", mock.url, "--name", "main", environment=at(world)) as person:
        person.reads("May a bot")
        if where != "May a bot":
            person.types("y")
            person.reads("automated")
            person.types("y")
            person.reads(where)
        person.interrupts()
        assert person.ends() != 0
    assert "Traceback" not in person.said
    assert not world.data_dir.exists() or not list(world.data_dir.iterdir())


@pytest.mark.parametrize("network", ["mastodon", "bluesky", "globalping"])
def test_without_anybody_to_answer_it_says_what_is_missing(world: World, network: str) -> None:
    done = world.command("login", network)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "CESTMOIOU_" in done.stderr
    assert not list(world.data_dir.glob("*"))


def test_the_secret_alone_into_a_file_for_containers(world: World, mock: MastodonPeople, tmp_path: Path) -> None:
    secret = tmp_path / "secrets" / "token"
    words = ("login", "mastodon", "--server", mock.url, "--name", "ma-ville", "--secret-file", str(secret))
    done = world.command(*words, typed="y\nn\nmockcode_bot\n", more={"CESTMOIOU_LANGUAGE": "en"})
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert secret.read_text().strip() not in done.stdout + done.stderr
    variables = dict(line.strip().split("=", 1) for line in done.stdout.splitlines() if "CESTMOIOU_" in line)
    assert variables["CESTMOIOU_ACCOUNTS__MA_VILLE__TOKEN_FILE"] == str(secret)
    checked = world.command("networks", "check", "ma-ville", more=variables)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_server_without_registration_takes_a_token_made_by_hand(world: World, mock: MastodonPeople) -> None:
    with running_middleman(mock.url) as middleman:
        middleman.canned["/api/v1/apps"] = Canned(404, b"<html></html>", "text/html")
        words = ("login", "mastodon", "--server", middleman.url, "--name", "main")
        typed = f"y\nn\na-wrong-token\n{mock.bot_token}\n"
        done = world.command(*words, typed=typed, more={"CESTMOIOU_LANGUAGE": "en"})
    assert done.returncode == 0, done.stderr
    assert "Make a token by hand" in done.stdout
    assert credentials(world)["accounts"]["main"]["token"] == mock.bot_token
    assert mock.bot_token not in done.stdout + done.stderr
    assert "a-wrong-token" not in done.stdout + done.stderr


def test_a_second_account_leaves_the_first_and_a_name_that_is_taken_is_not_touched(
    world: World, mock: MastodonPeople
) -> None:
    english = {"CESTMOIOU_LANGUAGE": "en"}
    for name in ("one", "two", "one"):
        words = ("login", "mastodon", "--server", mock.url, "--name", name)
        assert world.command(*words, typed="y\nn\nmockcode_bot\n", more=english).returncode == 0
    assert list(credentials(world)["accounts"]) == ["one", "two"]
    by_hand = f'[accounts.mine]\nkind = "mastodon"\nserver = "{mock.url}"\ntoken = "mine"\n'
    with (world.config_dir / "bot.toml").open("a") as file:
        file.write(by_hand)
    words = ("login", "mastodon", "--server", mock.url, "--name", "mine")
    refused = world.command(*words, typed="y\n", more=english)
    assert refused.returncode == 2
    assert "set up elsewhere" in refused.stderr


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_asked(world: World) -> None:
    world.data_dir.write_text("not a folder")
    done = world.command("login", "bluesky")
    assert done.returncode == 2
    assert "--secret-file" in done.stderr


def test_bluesky_by_app_password(world: World, bluesky: BlueskyPeople) -> None:
    bot = bluesky.accounts["bot"]
    with (
        running_middleman(bluesky.url) as middleman,
        person_at("login", "bluesky", "--server", middleman.url, "--name", "sky", environment=at(world)) as person,
    ):
        person.reads("label")
        person.types("y")
        person.reads("handle")
        person.types("not a handle")
        person.reads("Write a handle")
        person.types(f"@{bot.handle}")
        person.reads("app password")
        person.types_unseen("wrong-password-here")
        person.reads("Try it all the same")
        person.types("y")
        person.reads("refuses")
        person.types(bot.handle)
        person.reads("app password")
        person.types_unseen(bot.password)
        person.reads("Try it all the same")
        person.types("y")
        assert person.ends() == 0, person.said
        logins = sum("createSession" in request for request in middleman.requests)
        checked = world.command("networks", "check", "sky", "--json")
        assert sum("createSession" in request for request in middleman.requests) == logins == 2
    assert bot.password not in person.said
    assert "wrong-password-here" not in person.said
    assert credentials(world)["accounts"]["sky"]["login"] == bot.did
    assert stat.S_IMODE((world.data_dir / "bluesky-sky.session").stat().st_mode) == 0o600
    assert checked.returncode == 0, checked.stdout
    assert '"says_it_is_a_bot": true' in checked.stdout


@pytest.mark.parametrize("token", ["a-good-token", ""])
def test_globalping_is_switched_on_after_saying_what_is_sent(world: World, token: str) -> None:
    limits = {"rateLimit": {"measurements": {"create": {"remaining": 500, "reset": 0}}}}
    with globalping_api(creates=[], reads=[Answer(401), Answer(200, limits)]) as api:
        done = world.command(
            "login",
            "globalping",
            typed=f"y\n{'a-wrong-token' + chr(10) if token else ''}{token}\n",
            more={"CESTMOIOU_LANGUAGE": "en", "CESTMOIOU_GLOBALPING__URL": api.url},
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "host name of a platform" in done.stdout
    kept = credentials(world)["globalping"]
    assert kept["enabled"] is True
    assert kept.get("token", "") == token
    assert "a-good-token" not in done.stdout + done.stderr
    assert ("refuses the token" in done.stdout) is bool(token)


def test_globalping_stays_off_without_a_yes(world: World) -> None:
    done = world.command("login", "globalping", typed="\n")
    assert done.returncode == 2
    assert not list(world.data_dir.glob("*"))
