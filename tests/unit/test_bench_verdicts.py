"""The scenarios of `scripts/bench verdicts` are a suite of tests as well: our reading and quorum are right on each."""

from pathlib import Path

import pytest

from bench.verdicts import OURS, RULES, Scenario, read_scenarios

SCENARIOS = read_scenarios((Path(__file__).parents[2] / "bench" / "scenarios.toml").read_text("utf-8"))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[f"{each.family}: {each.id}" for each in SCENARIOS])
def test_what_several_places_mean(scenario: Scenario) -> None:
    assert RULES[OURS](scenario) is scenario.truth


def test_there_are_scenarios_enough_to_compare_rules() -> None:
    assert len(SCENARIOS) >= 60
    assert len({each.family for each in SCENARIOS}) >= 16
