"""Every setting is explained, in config/bot.toml and in both languages of docs/configuration.md."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.settings import (
    AgentSettings,
    BlueskyAccount,
    BrokerSettings,
    BudgetSettings,
    GlobalpingSettings,
    IncidentSettings,
    MastodonAccount,
    ProbeSettings,
    Settings,
    VantageSettings,
    load_settings,
)

REPOSITORY = Path(__file__).parents[2]
SHIPPED = (REPOSITORY / "config" / "bot.toml").read_text(encoding="utf-8")
FRENCH, ENGLISH = (REPOSITORY / "docs" / "configuration.md").read_text(encoding="utf-8").split("\n## English\n")

TABLES = {
    "vantage": VantageSettings,
    "probe": ProbeSettings,
    "budgets": BudgetSettings,
    "incidents": IncidentSettings,
    "globalping": GlobalpingSettings,
    "broker": BrokerSettings,
    "agent": AgentSettings,
}
ELSEWHERE = {"config_dir", "accounts"}


def names_of(model: type[BaseModel]) -> set[str]:
    return set(model.model_fields) - ELSEWHERE


def keys(account: str) -> Iterator[str]:
    yield from sorted(names_of(Settings) - set(TABLES))
    for table, model in TABLES.items():
        yield from (f"{table}.{name}" for name in sorted(names_of(model)))
    for name in sorted(names_of(MastodonAccount) | names_of(BlueskyAccount)):
        yield f"accounts.{account}.{name}"


def uncommented() -> str:
    """The shipped file as if every example in it were used."""
    return re.sub(r"^#(?=\S)", "", SHIPPED, flags=re.MULTILINE).replace("\n#  ", "\n  ")


@pytest.mark.parametrize("key", list(keys("NOM")))
def test_the_key_is_in_both_tables(key: str) -> None:
    assert f"\n| `{key}` |" in FRENCH
    assert f"\n| `{key.replace('NOM', 'NAME')}` |" in ENGLISH


@pytest.mark.parametrize("key", list(keys("NOM")))
def test_the_key_is_shown_in_the_shipped_file(key: str) -> None:
    assert re.search(rf"^#?{key.rpartition('.')[2]} = ", SHIPPED, re.MULTILINE)


def test_the_tables_name_no_key_that_is_gone() -> None:
    for text, account in ((FRENCH, "NOM"), (ENGLISH, "NAME")):
        assert set(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)) == set(keys(account))


def test_the_configuration_as_shipped_is_the_defaults(tmp_path: Path) -> None:
    assert load_settings(REPOSITORY / "config", {}) == load_settings(tmp_path, {}).model_copy(
        update={"config_dir": REPOSITORY / "config"}
    )


def test_every_commented_example_is_accepted_and_shows_the_default(tmp_path: Path) -> None:
    (tmp_path / "bot.toml").write_text(uncommented(), encoding="utf-8")
    shown, default = load_settings(tmp_path, {}), load_settings(tmp_path / "none", {})
    assert set(shown.accounts) == {"mamot", "bsky"}
    assert shown.probe.model_copy(update={"allow_nets": ()}) == default.probe
    assert shown.globalping.model_copy(update={"token": None, "hourly_tests": None}) == default.globalping
    assert shown.broker.urls == ("tls://broker.example.org:4222",)
    assert (shown.agent.name, shown.agent.allow_typed) == ("rennes", default.agent.allow_typed)
    same: dict[str, object] = {
        "config_dir": default.config_dir,
        "vantage": default.vantage,
        "accounts": {},
        "probe": default.probe,
        "globalping": default.globalping,
        "broker": default.broker,
        "agent": default.agent,
    }
    assert shown.model_copy(update=same) == default


def test_the_examples_are_found() -> None:
    assert "data_dir" in tomllib.loads(uncommented())
