"""The operator's choices: where they come from, which wins, and the sentence for each fault."""

import subprocess
import sys
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from bot.budgets import Rate
from bot.model import Language
from bot.settings import (
    BlueskyAccount,
    MastodonAccount,
    SettingsError,
    config_dir_of,
    heartbeat_path,
    load_settings,
    load_with_origins,
)
from bot.settings.credentials import keep_credentials

REPOSITORY = Path(__file__).parents[2]
MAMOT = '[accounts.mamot]\nkind = "mastodon"\nserver = "https://mamot.fr"\ntoken = "of-the-file"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def write(folder: Path, toml: str) -> None:
    (folder / "bot.toml").write_text(toml, encoding="utf-8")


def faults(folder: Path, environ: Mapping[str, str] | None = None) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        load_settings(folder, {"CESTMOIOU_SECRETS_DIR": str(folder / "secrets")} | dict(environ or {}))
    return [str(fault).replace(f"{folder}/", "") for fault in refused.value.faults]


def test_nothing_written_is_a_bot_that_runs(folder: Path) -> None:
    settings = load_settings(folder, {})
    assert (settings.language, settings.timezone, settings.data_dir) == (Language.FRENCH, "Europe/Paris", Path("data"))
    assert settings.probe.question_deadline == timedelta(seconds=10)
    assert len(settings.probe.controls) == 3
    assert settings.accounts == {}
    assert settings.config_dir == folder


def test_accounts_of_both_kinds(folder: Path) -> None:
    write(
        folder, MAMOT + '[accounts.bsky]\nkind = "bluesky"\nlogin = "bot.example.org"\napp_password = "p"\npoll = 30\n'
    )
    accounts = load_settings(folder, {}).accounts
    mamot, bsky = accounts["mamot"], accounts["bsky"]
    assert isinstance(mamot, MastodonAccount)
    assert isinstance(bsky, BlueskyAccount)
    assert mamot.token.get_secret_value() == "of-the-file"
    assert (bsky.server, bsky.poll) == ("https://bsky.social", timedelta(seconds=30))


def test_the_stronger_source_wins(folder: Path) -> None:
    write(folder, MAMOT)
    secrets = folder / "secrets"
    secrets.mkdir()
    token = "CESTMOIOU_ACCOUNTS__MAMOT__TOKEN"
    environ = {"CESTMOIOU_SECRETS_DIR": str(secrets)}

    def now() -> tuple[str, str]:
        loaded = load_with_origins(folder, environ)
        account = loaded.settings.accounts["mamot"]
        assert isinstance(account, MastodonAccount)
        return account.token.get_secret_value(), loaded.origins["accounts", "mamot", "token"]

    assert now() == ("of-the-file", str(folder / "bot.toml"))
    (secrets / token.lower()).write_text("of-the-secrets\n")
    assert now() == ("of-the-secrets", str(secrets / token.lower()))
    (folder / "named").write_text("of-a-named-file\r\n")
    environ[f"{token}_FILE"] = str(folder / "named")
    assert now() == ("of-a-named-file", f"{token}_FILE")
    environ[token] = "of-the-variable"
    assert now() == ("of-the-variable", token)
    environ[token] = ""  # as compose writes a variable that is not set
    assert now() == ("of-a-named-file", f"{token}_FILE")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('"15s"', timedelta(seconds=15)),
        ('"5m"', timedelta(minutes=5)),
        ('"5 min"', timedelta(minutes=5)),
        ('"1h30m"', timedelta(hours=1, minutes=30)),
        ('"250ms"', timedelta(milliseconds=250)),
        ('"2d"', timedelta(days=2)),
        ('"90"', timedelta(seconds=90)),
        ("90", timedelta(seconds=90)),
        ("1.5", timedelta(seconds=1.5)),
    ],
)
def test_durations(folder: Path, written: str, meant: timedelta) -> None:
    write(folder, f"answer_backlog = {written}")
    assert load_settings(folder, {}).answer_backlog == meant


@pytest.mark.parametrize("written", ["127.0.0.1:5353, ::1", '["127.0.0.1:5353", "::1"]'], ids=["commas", "JSON"])
def test_a_list_in_a_variable(folder: Path, written: str) -> None:
    settings = load_settings(folder, {"CESTMOIOU_PROBE__DNS_SERVERS": written})
    assert settings.probe.dns_servers == ("127.0.0.1:5353", "::1")


def test_control_references_in_a_variable(folder: Path) -> None:
    written = '[{"url": "http://127.0.0.1:8080/", "body": "success\\n"}]'
    (control,) = load_settings(folder, {"CESTMOIOU_PROBE__CONTROLS": written}).probe.controls
    assert (control.status, control.body) == (200, "success\n")


def test_an_account_with_hyphens_in_a_variable(folder: Path) -> None:
    prefix = "CESTMOIOU_ACCOUNTS__MA_VILLE__"
    environ = {prefix + "KIND": "mastodon", prefix + "SERVER": "http://127.0.0.1:3000/", prefix + "TOKEN": "t"}
    account = load_settings(folder, environ).accounts["ma-ville"]
    assert account.server == "http://127.0.0.1:3000"


def test_a_pace_is_so_many_at_once_and_one_more_every_so_often(folder: Path) -> None:
    settings = load_settings(folder, {"CESTMOIOU_BUDGETS__PERSON": "5 + 1 per 1m30s"})
    assert settings.budgets.person == Rate(5, timedelta(seconds=90))
    assert str(settings.budgets.person) == "5 + 1 per 90s"


def test_settings_never_show_a_secret(folder: Path) -> None:
    write(folder, MAMOT)
    settings = load_settings(folder, {})
    assert "of-the-file" not in f"{settings!r} {settings} {settings.model_dump()}"


FILE = "bot.toml: "
POLL = 'write a duration from 1 second to 1 hour, as in "15s"'
NAME = 'write an account\'s name of 1 to 32 small letters, digits and hyphens, other than "console"'
SERVER = 'write the server\'s address, as in "https://mamot.fr" (https, no path)'
PACE = 'write so many at once, and one more every so often, as in "3 + 1 per 20s"'
KIND = 'write kind = "mastodon" or kind = "bluesky"'
LOGIN = 'write a handle without @, as in "cestmoiou.bsky.social", or a DID'


def bluesky(login: str) -> str:
    return f'[accounts.b]\nkind = "bluesky"\napp_password = "hunter2"\nlogin = "{login}"'


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        pytest.param('log_levl = "info"', "log_levl: is not a setting; did you mean log_level?", id="typo"),
        pytest.param(
            "[vantage]\nzzz = 1",
            "vantage.zzz: is not a setting; remove it, or choose among place, network, asn",
            id="unknown key",
        ),
        pytest.param(
            'language = "eo"',
            'language: write "fr", "en", "es", "de", "it", "pt", "nl" or "ca", not "eo"',
            id="language",
        ),
        pytest.param(
            'timezone = "Europe/Pariss"',
            'timezone: write a time zone, as in "Europe/Paris", not "Europe/Pariss"',
            id="time zone",
        ),
        pytest.param(
            'timezone = "../etc"', 'timezone: write a time zone, as in "Europe/Paris", not "../etc"', id="no zone"
        ),
        pytest.param(
            'log_level = "loud"',
            'log_level: write "debug", "info", "warning" or "error", not "loud"',
            id="log level",
        ),
        pytest.param(
            'answer_backlog = "soon"',
            'answer_backlog: write a duration from 0 to 48 hours, as in "2h", not "soon"',
            id="duration",
        ),
        pytest.param(
            "answer_backlog = -1",
            'answer_backlog: write a duration from 0 to 48 hours, as in "2h", not -1',
            id="negative",
        ),
        pytest.param('[budgets]\nperson = "often"', f'budgets.person: {PACE}, not "often"', id="no pace"),
        pytest.param(
            '[incidents]\nfirst_looks = ["5m", "1m"]',
            "incidents.first_looks: write a list of durations, each longer than the one before, as in "
            '["1m", "5m", "15m"]',
            id="looks out of order",
        ),
        pytest.param('[budgets]\ntarget = "0 + 1 per 2m"', f'budgets.target: {PACE}, not "0 + 1 per 2m"', id="never"),
        pytest.param(
            '[budgets]\nperson = "3 + 1 per 2d"', f'budgets.person: {PACE}, not "3 + 1 per 2d"', id="a pace of days"
        ),
        pytest.param("data_dir = 3", 'data_dir: write a folder, as in "data", not 3', id="folder"),
        pytest.param("probe = 3", "probe: write a table: [probe], not 3", id="table"),
        pytest.param(
            '[probe]\nparallel = "many"',
            'probe.parallel: write a whole number from 1 to 256, not "many"',
            id="number",
        ),
        pytest.param(
            "[probe]\nparallel = 0", "probe.parallel: write a whole number from 1 to 256, not 0", id="too few"
        ),
        pytest.param(
            '[probe]\nsecond_dns_servers = ["dns.example"]',
            "probe.second_dns_servers[0]: write a list of IP addresses, as in "
            '["9.9.9.9", "127.0.0.1:5353", "[2620:fe::fe]:53"], not "dns.example"',
            id="DNS server",
        ),
        pytest.param(
            '[probe]\nallow_nets = ["10.0.0.1/8"]',
            'probe.allow_nets[0]: write a list of networks, as in ["10.1.0.0/16", "2001:db8::/48"], not "10.0.0.1/8"',
            id="network",
        ),
        pytest.param(
            '[probe]\ncontrols = [{ url = "ftp://x" }]',
            'probe.controls[0].url: write an address, as in "http://example.org/204", not "ftp://x"',
            id="control",
        ),
        pytest.param(
            "[probe]\ncontrols = []",
            'probe.controls: write a list of references, as in [{ url = "http://example.org/204", status = 204 }]',
            id="no control",
        ),
        pytest.param(
            '[probe]\nprobe_deadline = "20s"',
            "probe: write a probe_deadline that is not longer than question_deadline",
            id="deadlines",
        ),
        pytest.param(MAMOT.replace("mamot]", "console]"), f"accounts.console: {NAME}", id="the console is no account"),
        pytest.param(MAMOT.replace("mamot]", "Mamot]"), f"accounts.Mamot: {NAME}", id="capitals"),
        pytest.param(MAMOT.replace("kind", "# kind"), f"accounts.mamot: has no kind; {KIND}", id="no kind"),
        pytest.param(
            MAMOT.replace('"mastodon"', '"threads"'), f"accounts.mamot: has an unknown kind; {KIND}", id="kind"
        ),
        pytest.param(
            MAMOT.replace("token", "# token"),
            "accounts.mamot.token: is missing; write the access token of the application",
            id="no token",
        ),
        pytest.param(
            MAMOT.replace('"of-the-file"', "12345"),
            "accounts.mamot.token: write the access token of the application",
            id="a token is not repeated",
        ),
        pytest.param(
            MAMOT.replace("https://mamot.fr", "http://mamot.fr"),
            f'accounts.mamot.server: {SERVER}, not "http://mamot.fr"',
            id="plain HTTP",
        ),
        pytest.param(
            MAMOT.replace("https://mamot.fr", "mamot.fr"),
            f'accounts.mamot.server: {SERVER}, not "mamot.fr"',
            id="no scheme",
        ),
        pytest.param(MAMOT + 'poll = "1ms"', f'accounts.mamot.poll: {POLL}, not "1ms"', id="too often"),
        pytest.param(bluesky("@bot.example.org"), f'accounts.b.login: {LOGIN}, not "@bot.example.org"', id="leading @"),
        pytest.param(bluesky("bot"), f'accounts.b.login: {LOGIN}, not "bot"', id="no handle"),
        pytest.param(
            "language = fr",
            'is not TOML: Invalid value (at line 1, column 12); a text needs quotes, as in key = "text"',
            id="no TOML",
        ),
    ],
)
def test_a_wrong_file_is_one_sentence_with_the_key_and_what_to_write(folder: Path, toml: str, sentence: str) -> None:
    write(folder, toml)
    assert faults(folder) == [FILE + sentence]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        pytest.param(
            "CESTMOIOU_LOGLEVEL", "info", "loglevel: is not a setting; did you mean CESTMOIOU_LOG_LEVEL?", id="typo"
        ),
        pytest.param(
            "CESTMOIOU_PROBE__PARALLELS",
            "3",
            "probe.parallels: is not a setting; did you mean CESTMOIOU_PROBE__PARALLEL?",
            id="typo below",
        ),
        pytest.param(
            "CESTMOIOU_PROBES__PARALLEL", "3", "probes: is not a setting; remove it, or choose among data_dir, "
            "language, timezone, contact, log_level, log_format, answer_backlog, vantage, probe, budgets, incidents, "
            "globalping, broker, agent, accounts",
            id="table",
        ),
        pytest.param(
            "CESTMOIOU_LANGUAGE",
            "eo",
            'language: write "fr", "en", "es", "de", "it", "pt", "nl" or "ca", not "eo"',
            id="value",
        ),
        pytest.param("CESTMOIOU_PROBE", "3", 'probe: write a table: [probe], not "3"', id="a table's name"),
        pytest.param(
            "CESTMOIOU_LANGUAGE_FILE",
            "/nowhere",
            "cannot read /nowhere (No such file or directory); name a readable UTF-8 text file",
            id="file",
        ),
    ],
)  # fmt: skip
def test_a_wrong_variable_is_named(folder: Path, name: str, value: str, sentence: str) -> None:
    write(folder, "[probe]\nparallel = 4")
    assert faults(folder, {name: value}) == [f"{name}: {sentence}"]


def test_all_faults_are_told_at_once(folder: Path) -> None:
    write(folder, 'language = "eo"\n[probe]\nparallel = 0\n' + MAMOT.replace("token", "tokn"))
    assert len(faults(folder, {"CESTMOIOU_TIMEZONE": "Mars", "CESTMOIOU_X_FILE": "/nowhere"})) == 6


def test_a_folder_that_was_named_must_hold_the_file(folder: Path) -> None:
    with pytest.raises(
        SettingsError, match=r"bot\.toml: there is no such file; create it, or correct CESTMOIOU_CONFIG"
    ):
        load_settings(environ={"CESTMOIOU_CONFIG_DIR": str(folder)})


def test_a_file_that_is_not_utf8(folder: Path) -> None:
    (folder / "bot.toml").write_bytes("[vantage]\nplace = 'Orléans'".encode("latin-1"))
    assert faults(folder) == ["bot.toml: cannot be read (not UTF-8); make it a readable UTF-8 text"]


def test_where_the_configuration_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert config_dir_of({"CESTMOIOU_CONFIG_DIR": "/etc/cestmoiou"}) == Path("/etc/cestmoiou")
    assert config_dir_of({}) == REPOSITORY / "config"
    (folder / "config").mkdir()
    write(folder / "config", "")
    assert config_dir_of({}) == Path("config")


def test_health_is_looked_for_where_the_bot_writes_it(folder: Path) -> None:
    write(folder, 'data_dir = "elsewhere"')
    environ = {"CESTMOIOU_CONFIG_DIR": str(folder)}
    assert heartbeat_path(environ) == load_settings(environ=environ).heartbeat_path
    assert heartbeat_path(environ) != heartbeat_path(environ | {"CESTMOIOU_DATA_DIR": str(folder)})


def test_the_health_check_needs_no_pydantic() -> None:
    script = "import sys; from bot.settings import heartbeat_path; heartbeat_path({}); print('pydantic' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"


@pytest.mark.parametrize(
    "url", ["tls://broker.example.org", "wss://broker.example.org/nats", "nats://127.0.0.1:4222", "nats://nats:4222"]
)
def test_a_brokers_address_is_encrypted_unless_it_is_near(folder: Path, url: str) -> None:
    write(folder, f'[broker]\nurls = ["{url}"]')
    assert load_settings(folder, {}).broker.urls == (url,)


@pytest.mark.parametrize(
    "urls",
    [
        "nats://broker.example.org",
        "ws://192.0.2.7",
        "https://broker.example.org",
        "tls://",
        "tls://bob:secret@b.example",
    ],
)
def test_a_brokers_address_that_would_show_what_is_said_is_refused(folder: Path, urls: str) -> None:
    write(folder, f'[broker]\nurls = ["{urls}"]')
    (fault,) = faults(folder)
    assert "broker.urls[0]" in fault
    assert "secret" not in fault


def test_two_kinds_of_way_to_one_broker_are_refused(folder: Path) -> None:
    write(folder, '[broker]\nurls = ["tls://b.example.org", "wss://b.example.org"]')
    (fault,) = faults(folder)
    assert "write urls that are all tls:// or all wss://" in fault


def test_what_login_keeps_beats_the_file_and_yields_to_variables(folder: Path) -> None:
    write(folder, f'data_dir = "{folder}/data"\n{MAMOT}poll = "5s"\n')
    kept = {"kind": "mastodon", "server": "https://mamot.fr", "token": "of-the-login"}
    path = keep_credentials(folder / "data", ("accounts", "mamot"), kept)
    loaded = load_with_origins(folder, {})
    mamot = loaded.settings.accounts["mamot"]
    assert isinstance(mamot, MastodonAccount)
    assert (mamot.token.get_secret_value(), mamot.poll) == ("of-the-login", timedelta(seconds=5))
    assert loaded.origins["accounts", "mamot", "token"] == str(path)
    mamot = load_settings(folder, {"CESTMOIOU_ACCOUNTS__MAMOT__TOKEN": "of-the-variable"}).accounts["mamot"]
    assert isinstance(mamot, MastodonAccount)
    assert mamot.token.get_secret_value() == "of-the-variable"


def test_credentials_are_found_where_a_variable_puts_the_data(folder: Path) -> None:
    keep_credentials(folder / "elsewhere", ("globalping",), {"enabled": True, "token": "t"})
    assert load_settings(folder, {}).globalping.enabled is False
    assert load_settings(folder, {"CESTMOIOU_DATA_DIR": f"{folder}/elsewhere"}).globalping.enabled is True


def test_credentials_are_readable_by_their_owner_alone_and_one_table_leaves_the_others(folder: Path) -> None:
    odd = 'quotes " backslash \\ and é🐢'
    for name, token in (("a", odd), ("b", "t"), ("a", f"{odd}!")):
        path = keep_credentials(folder, ("accounts", name), {"kind": "mastodon", "token": token})
        assert path.stat().st_mode & 0o777 == 0o600
    keep_credentials(folder, ("globalping",), {"enabled": True})
    kept = tomllib.loads(path.read_text("utf-8"))
    assert {name: account["token"] for name, account in kept["accounts"].items()} == {"a": f"{odd}!", "b": "t"}
    assert kept["globalping"] == {"enabled": True}
    assert [found.name for found in folder.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[accounts.a", "is not TOML"),
        ('language = "en"\n', "holds more than accounts"),
    ],
)
def test_a_credentials_file_that_somebody_spoilt_is_told_of(folder: Path, text: str, told: str) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "credentials.toml").write_text(text)
    (fault,) = faults(folder, {"CESTMOIOU_DATA_DIR": f"{folder}/data"})
    assert "credentials.toml" in fault
    assert told in fault
