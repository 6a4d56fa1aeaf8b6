"""The long comparison, in short: what it counts, and that it notices a wrong reading."""

from __future__ import annotations

import pytest

from tests.agreement import campaign as module
from tests.agreement.campaign import campaign, campaign_of_scenarios
from tests.agreement.readings import READINGS, Reading


def test_a_short_campaign_counts_what_it_compared() -> None:
    """It goes on until there are enough systems of the size, and enough with a dead end."""
    result = campaign(10, 100, 1)

    assert 10 <= result["systems"]
    assert 1 <= result["deadlocks"] <= result["systems"]
    assert [] == result["disagreements"]
    assert [0, result["systems"] + result["smaller"]] == result["seeds"]
    assert result["systems"] + result["smaller"] == sum(result["histogram"].values())
    assert result["smaller"] == result["histogram"]["1–99"]
    assert result["states"] >= 100 * result["systems"]


def test_a_campaign_keeps_what_disagrees(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reading without successors is reported with its seeds, and the campaign ends."""
    stuck: dict[str, Reading] = {
        "stuck": lambda system, budget: (READINGS["machines"](system, budget)[0], lambda _: [])
    }
    monkeypatch.setattr(module, "READINGS", stuck)
    result = campaign(500, 100, 100, reading="stuck")
    [row, *_] = campaign_of_scenarios(reading="stuck")

    assert 10 == len(result["disagreements"])
    assert all(each["found"].startswith("in {") for each in result["disagreements"])
    assert row["disagreement"].startswith("in {")


def test_every_scenario_has_a_row() -> None:
    """Each search of each scenario is counted, cut off where it is told to be."""
    rows = campaign_of_scenarios(limit_states=20)

    assert 2 <= len(rows)
    assert {20} == {row["states"] for row in rows}
    assert {False} == {row["complete"] for row in rows}
    assert {""} == {row["disagreement"] for row in rows}
