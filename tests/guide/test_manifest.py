"""The manifest's scenarios show what it expects of them; the large ones are run by a command."""

from __future__ import annotations

import pytest

from hamodel.cli.regenerate import regenerated
from hamodel.guide import shipped
from hamodel.guide.manifest import Scenario, shipped_manifest

STATES_MAX = 20_000
"""Scenarios up to this size are run here; `python -m tests.benchmarks manifest` runs all."""


def _size(scenario: Scenario) -> int:
    return max((expected.states or 0 for expected in scenario.expect), default=0)


SCENARIOS = shipped_manifest()
SMALL = [scenario for scenario in SCENARIOS if _size(scenario) <= STATES_MAX]


def test_there_are_scenarios() -> None:
    """The manifest has both shipped deployments whole, and scenarios that must fail."""
    names = [scenario.name for scenario in SCENARIOS]
    failing = [each for each in SCENARIOS if each.note.startswith("must fail")]

    assert 67 == len(names)
    assert set(shipped()) <= set(names)
    assert 32 == len(failing)
    assert 53 == len(SMALL)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_what_must_fail_is_expected_to(scenario: Scenario) -> None:
    """A scenario has a refuted expectation if its note says that it must fail; all have some."""
    statuses = {expected.status for expected in scenario.expect}

    assert statuses
    if scenario.note.startswith("must fail"):
        assert "REFUTED" in statuses


@pytest.mark.parametrize("scenario", SMALL, ids=lambda scenario: scenario.name)
def test_a_scenario_shows_what_is_expected(scenario: Scenario) -> None:
    """Verdicts, distinct states and depths of a scenario are those of the manifest."""
    found = regenerated(scenario, processes=1)

    assert len(scenario.expect) == len(found.expect)
    assert scenario.expect == found.expect
