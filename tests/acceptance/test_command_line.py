"""The shipped command, run by hand on a small internet: good questions and bad ones."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.acceptance.world import World, small_internet


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with small_internet(tmp_path_factory.mktemp("world")) as world:
        yield world


def test_a_conversation_in_the_terminal(world: World) -> None:
    done = world.command("run", typed="c'est moi ou Fragile est couché ?\nis it just me or is Solide down?\n")
    assert done.returncode == 0, done.stderr
    assert "Fragile" in done.stdout
    assert "HTTP 503" in done.stdout
    assert "Rennes" in done.stdout
    assert "Solide answers normally" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("question", "exit_code", "words"),
    [
        pytest.param("c'est moi ou Solide est couché ?", 0, "Solide répond normalement", id="up"),
        pytest.param("is Fragile down?", 1, "Fragile is down", id="down"),
        pytest.param("c'est moi ou Trucmuche est couché ?", 2, "Trucmuche", id="a name nobody knows"),
        pytest.param("c'est moi ou 127.0.0.1 est couché ?", 2, "", id="an address of ours"),
        pytest.param("merci !", 2, "", id="no question"),
    ],
)
def test_one_question(world: World, question: str, exit_code: int, words: str) -> None:
    done = world.command("ask", question)
    assert done.returncode == exit_code, done.stderr
    assert words in done.stdout
    assert "Traceback" not in done.stderr


def test_probe_prints_one_object_a_line_in_the_order_asked(world: World) -> None:
    done = world.command("probe", "--json", "fragile", "Solide", "nulle-part.example")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["asked"], row["platform"], row["verdict"], row["cause"]) for row in rows] == [
        ("fragile", "fragile", "down", "server-error"),
        ("Solide", "solide", "up", "answers-normally"),
        ("nulle-part.example", None, "unknown", "no-such-name"),
    ]
    assert rows[0]["places"][0]["status"] == 503
    assert rows[0]["places"][0]["place"] == "Rennes"
    assert [control["ok"] for control in rows[0]["controls"]] == [True, True, True]
    assert rows[1]["controls"] == []


def test_probe_explains_itself_to_people(world: World) -> None:
    done = world.command("probe", "fragile")
    assert done.returncode == 0, done.stderr
    for word in ("Fragile", "server-error", "503", "controle-1.example répond"):
        assert word in done.stdout


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param("127.0.0.1", id="an address"),
        pytest.param("http://solide.example@169.254.169.254/", id="a userinfo trick"),
        pytest.param("solide.example:22", id="a forbidden port"),
        pytest.param("a" * 5000, id="five thousand letters"),
        pytest.param("localhost", id="this machine"),
    ],
)
def test_probe_refuses_what_it_must_not_look_at(world: World, asked: str) -> None:
    before = len(world.asked)
    done = world.command("probe", asked)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert len(done.stderr) < 400
    assert len(world.asked) == before


def test_probe_looks_at_the_others_when_one_cannot_be_looked_at(world: World) -> None:
    before = len(world.asked)
    done = world.command("probe", "--json", "127.0.0.1", "Solide", "solide.example:22", "fragile")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 2
    assert [(row["asked"], row["verdict"]) for row in rows] == [("Solide", "up"), ("fragile", "down")]
    first, second = done.stderr.splitlines()  # a sentence each
    assert "127.0.0.1" in first
    assert "solide.example:22" in second
    assert [asked for asked in world.asked[before:] if "127.0.0.1" in asked] == []


PLACE = {"place", "network", "vote", "rule", "phase", "kind", "status", "timings_ms"}
TIMINGS = {"dns", "tcp", "tls", "first_byte", "total"}
ROW = {
    *("asked", "platform", "host", "verdict", "cause", "confidence", "places", "controls", "official", "looked_at"),
    *("rule", "step", "difference", "attempts"),
}


def test_probe_has_every_field_whatever_was_seen(world: World) -> None:
    names = ("fragile", "Solide", "nulle-part.example", "https://solide.example/page?q=1")
    done = world.command("probe", "--json", *names)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["asked"] for row in rows] == list(names)
    for row in rows:
        assert set(row) >= ROW
        assert datetime.fromisoformat(row["looked_at"]).utcoffset() == timedelta(0)
        assert isinstance(row["confidence"], float)
        assert row["places"]
        for place in row["places"]:
            assert set(place) >= PLACE
            assert set(place["timings_ms"]) == TIMINGS
            assert place["timings_ms"]["total"] > 0
        for attempt in row["attempts"]:
            assert set(attempt) >= {"attempt", "url", "observed_at", "other_family", *PLACE - {"vote", "rule"}}
        assert all(set(control) >= {"host", "ok"} for control in row["controls"])
    by_name = dict(zip(names, rows, strict=True))
    assert [attempt["attempt"] for attempt in by_name["fragile"]["attempts"]] == [1, 2]
    assert by_name["fragile"]["places"][0]["vote"] == "down"
    missing = by_name["nulle-part.example"]["places"][0]
    assert (missing["phase"], missing["kind"], missing["status"]) == ("dns", "nxdomain", None)
    assert missing["timings_ms"]["tcp"] is None
    assert by_name["Solide"]["places"][0]["phase"] == "done"
    assert by_name["Solide"]["official"] is None
    assert by_name[names[-1]]["host"] == "solide.example"


def test_the_bot_blames_itself_when_it_is_offline(tmp_path: Path) -> None:
    with small_internet(tmp_path) as world:
        toml = (world.config_dir / "bot.toml").read_text("utf-8")
        (world.config_dir / "bot.toml").write_text(
            toml.replace("dns_servers = [", 'dns_servers = ["127.0.0.1:9"] #', 1)
        )
        done = world.command("run", typed="c'est moi ou Solide est couché ?\n")
    assert "hors ligne" in done.stdout
    assert "scripts/run --demo" in done.stdout


def test_the_demonstration_gives_three_verdicts_without_internet(world: World) -> None:
    done = world.command(
        "run",
        "--demo",
        typed="".join(f"c'est moi ou {name} est couché ?\n" for name in ("Solide", "Fragile", "Tortue")),
    )
    answers = [line for line in done.stdout.splitlines()[1:] if not line.startswith("›")]
    lines = {name: next(line for line in answers if name in line) for name in ("Solide", "Fragile", "Tortue")}
    assert "répond normalement" in lines["Solide"]
    assert "HTTP 503" in lines["Fragile"]
    assert "lent" in lines["Tortue"]
    assert done.stderr == ""


def test_config_check_and_show(world: World) -> None:
    assert world.command("config", "check").returncode == 0
    shown = world.command(
        "config",
        "show",
        more={
            "CESTMOIOU_ACCOUNTS__MAMOT__KIND": "mastodon",
            "CESTMOIOU_ACCOUNTS__MAMOT__SERVER": "https://mamot.example",
            "CESTMOIOU_ACCOUNTS__MAMOT__TOKEN": "very-secret",
        },
    )
    assert shown.returncode == 0, shown.stderr
    assert "mamot.example" in shown.stdout
    assert "very-secret" not in shown.stdout


def test_a_broken_configuration_names_every_fault_and_starts_nothing(tmp_path: Path) -> None:
    with small_internet(
        tmp_path, settings='[accounts.mamot]\nkind = "mastodon"\nserver = "ftp://x"\ntokn = "t"\n'
    ) as world:
        (world.config_dir / "platforms" / "other.toml").write_text('[a]\nnam = "A"\n')
        for words in (("config", "check"), ("run",)):
            done = world.command(*words)
            assert done.returncode == 2
            assert "Traceback" not in done.stderr
            assert "tokn" in done.stderr
            assert "ftp://x" in done.stderr


def test_a_broken_catalogue_starts_nothing(tmp_path: Path) -> None:
    with small_internet(tmp_path) as world:
        (world.config_dir / "platforms" / "other.toml").write_text('[a]\nnam = "A"\n')
        for words in (("config", "check"), ("run",)):
            done = world.command(*words)
            assert done.returncode == 2
            assert "Traceback" not in done.stderr
            assert "other.toml" in done.stderr


def lose_the_fingerprints(config_dir: Path) -> None:
    (config_dir / "fingerprints.toml").unlink()


def lose_the_catalogue(config_dir: Path) -> None:
    (config_dir / "platforms" / "other.toml").unlink()


def save_as_latin_1(config_dir: Path) -> None:
    (config_dir / "platforms" / "other.toml").write_bytes(b'name = "\xe9"')


def misname_a_network(config_dir: Path) -> None:
    (config_dir / "hosters.toml").write_text('[[hoster]]\nname = "A"\nsource = "s"\nnets = ["10.0.0.1/8"]\n', "utf-8")


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        pytest.param(
            lose_the_fingerprints,
            "fingerprints.toml : n'existe pas ; vérifiez son nom et son dossier",
            id="no fingerprints",
        ),
        pytest.param(lose_the_catalogue, "il n'y a aucun fichier de plateformes", id="no catalogue"),
        pytest.param(
            misname_a_network,
            "A: 10.0.0.1/8 is no network; write one as in 198.51.100.0/24",
            id="a hoster's network",
        ),
        pytest.param(
            save_as_latin_1, "other.toml:1 : n'est pas de l'UTF-8 ; enregistrez-le en UTF-8", id="another encoding"
        ),
    ],
)
def test_files_that_cannot_be_read_are_one_sentence(
    tmp_path: Path, harm: Callable[[Path], None], sentence: str
) -> None:
    with small_internet(tmp_path) as world:
        harm(world.config_dir)
        done = world.command("config", "check")
    assert done.returncode == 2
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_without_a_terminal_and_without_accounts_there_is_a_clear_sentence(world: World) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "run"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=world.environment(),
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert "no account is configured" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_healthcheck_says_that_nothing_runs(world: World) -> None:
    done = world.command("healthcheck")
    assert done.returncode == 1
    assert "has not started" in done.stdout


def test_the_catalogue_is_checked_live(world: World) -> None:
    before = len(world.asked)
    done = world.command("catalogue", "check", "--live", "solide", "Fragile")
    assert done.returncode == 1
    lines = sorted(done.stdout.splitlines())
    assert [line.partition(" (home): ")[2].partition(",")[0] for line in lines] == ["HTTP 503", "HTTP 200"]
    assert [line.split()[:2] for line in lines] == [["NON", "[fragile]"], ["ok", "[solide]"]]
    assert lines[0].endswith(" (erreur du serveur (HTTP 503))")  # in words, for who does not read rule ids
    assert done.stderr == "1 comme attendu, 1 à regarder\n"
    assert sorted(world.asked[before:]) == ["fragile.example", "solide.example"]  # once each, nobody else


def test_a_live_check_of_nothing_we_know_asks_nobody(world: World) -> None:
    before = len(world.asked)
    done = world.command("catalogue", "check", "--live", "solide", "nulle-part")
    assert done.returncode == 2
    known = "aucune entrée de ce nom au catalogue ; écrivez des identifiants, comme cairn"
    assert done.stderr == f"cestmoiou: nulle-part : {known}\n"
    assert len(world.asked) == before


@pytest.mark.parametrize("name", ["ma-base", "univ.ma-base", "Ma base"])
def test_an_entry_of_ones_own_is_called_by_the_id_in_its_file(tmp_path: Path, name: str) -> None:
    with small_internet(tmp_path) as world:
        (world.config_dir / "local").mkdir(exist_ok=True)
        (world.config_dir / "local/univ.toml").write_text(
            '[institution]\nname = "U"\ninstances = ["u.fr"]\n\n[ma-base]\nname = "Ma base"\nkind = "other"\n'
            'hosts = ["ma-base.org"]\nurls = [{ role = "home", url = "https://ma-base.org/" }]\n',
            "utf-8",
        )
        done = world.command("catalogue", "check", "--live", name)
    assert done.stdout.startswith("NON [univ.ma-base] https://ma-base.org/ (home): dns: ")
    assert "DNS" in done.stdout.rpartition("(")[2]
