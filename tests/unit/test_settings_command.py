"""`cestmoiou config check` and `config show`, as the operator sees them."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main

SHIPPED = Path(__file__).parents[2] / "config"
ACCOUNT = '[accounts.mamot]\nkind = "mastodon"\nserver = "https://mamot.fr"\ntoken = "hunter2"\n'


def cestmoiou(folder: Path, *arguments: str, **environ: str) -> Result:
    return CliRunner().invoke(main, list(arguments), env={"CESTMOIOU_CONFIG_DIR": str(folder)} | environ)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bot.toml").write_text(ACCOUNT, encoding="utf-8")
    return tmp_path


def test_settings_without_fault_are_ok() -> None:
    checked = cestmoiou(SHIPPED, "config", "check")
    assert (checked.exit_code, checked.output) == (
        0,
        f"ok: {SHIPPED}, the environment, no account (the bot talks in the terminal)\n",
    )


def test_all_is_shown_with_its_origin_and_without_secrets(folder: Path) -> None:
    shown = cestmoiou(folder, "config", "show", CESTMOIOU_VANTAGE__PLACE="Rennes")
    assert shown.exit_code == 0
    lines = {line.partition(" = ")[0]: line.partition(" = ")[2] for line in shown.output.splitlines()}
    assert lines["vantage.place"].split() == ['"Rennes"', "#", "CESTMOIOU_VANTAGE__PLACE"]
    assert lines["accounts.mamot.token"].split() == ['"••••"', "#", str(folder / "bot.toml")]
    assert lines["probe.probe_deadline"].split() == ['"9s"', "#", "default"]
    assert lines["language"].split() == ['"fr"', "#", "default"]
    assert r'body = "success\n"' in lines["probe.controls"]
    assert "hunter2" not in shown.output


def test_faults_are_told_without_a_traceback_and_without_secrets(folder: Path) -> None:
    for command in ("check", "show"):
        refused = cestmoiou(folder, "config", command, CESTMOIOU_LANGUAGE="eo", CESTMOIOU_PROBE__PARALLEL="many")
        assert refused.exit_code == 2
        assert refused.output.splitlines() == [
            'cestmoiou: CESTMOIOU_LANGUAGE: language: write "fr", "en", "es", "de", "it", "pt", "nl" or "ca", not "eo"',
            'cestmoiou: CESTMOIOU_PROBE__PARALLEL: probe.parallel: write a whole number from 1 to 256, not "many"',
        ]


def test_a_provider_who_cannot_be_told_is_named() -> None:
    refused = cestmoiou(SHIPPED, "config", "check", CESTMOIOU_INCIDENTS__NOTIFY='["nobody", "cairn", "datacite"]')
    assert refused.exit_code == 2
    told = " ".join(refused.output.split())
    assert "incidents.notify : nobody n'est l'identifiant d'aucune plateforme" in told
    assert "incidents.notify : [cairn] n'a pas de compte ; donnez-lui accounts au catalogue" in told
    assert "datacite" not in told
