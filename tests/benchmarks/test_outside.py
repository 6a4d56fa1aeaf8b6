"""The campaign `outside`: what storm was given is still what is written, and it still agrees."""

from __future__ import annotations

import argparse
import tomllib
from collections import Counter

import pytest

from tests.agreement.outside import (
    Case,
    by_hand,
    drawn_case,
    guide_cases,
    measured,
    missing,
    row,
    solved,
)
from tests.benchmarks.outside import command, kept, sort_of
from tests.benchmarks.tables import ROOT
from tests.engine.timed.examples import EXAMPLES

needs_storm = pytest.mark.skipif(bool(missing()), reason=f"not installed: {missing()}")
GUIDE = {case.name: case for case in guide_cases()}
DRAWN = 25
"""So many seeds are looked at again."""


def rows() -> dict[str, dict[str, object]]:
    """Return what is committed, by the name of the case."""
    return {each["name"]: each for each in kept()["cases"]}


def small() -> list[Case]:
    """Return the cases that take no time: all that are worked out by hand, and some drawn."""
    drawn = (drawn_case(seed) for seed in range(DRAWN))
    return [*by_hand(), *(case for case in drawn if case is not None)]


def test_enough_was_compared() -> None:
    """Deployments, and systems drawn by chance; every way in which a wait ends; no mismatch."""
    found = kept()
    names = [each["name"] for each in found["cases"]]
    guide = [each for each in found["cases"] if each["name"] in GUIDE]
    sorts = Counter(map(sort_of, found["cases"]))

    assert [] == found["mismatches"]
    assert found["commit"].isalnum()
    assert {*GUIDE, *EXAMPLES} <= set(names)
    assert sum(name.startswith("seed") for name in names) >= 100
    assert sum(bool(each["worst"]) for each in guide) >= 4
    assert all(sorts[sort] >= 5 for sort in ("some time", "no time", "without end", "none ends"))


@pytest.mark.parametrize("name", GUIDE)
def test_a_deployment_is_written_as_storm_was_given_it(name: str) -> None:
    """The same text, and the same times here; else: campaign outside --write."""
    kept_row, found = rows()[name], measured(GUIDE[name])

    assert (kept_row["text"], kept_row["tick"]) == (found.text, found.tick)
    assert (kept_row["worst"], kept_row["best"]) == (found.worst, found.best)
    assert kept_row["endless"] == found.endless


def test_small_cases_are_written_as_storm_was_given_them() -> None:
    """Worked out by hand, and drawn by chance: what is kept agrees with this engine as it is."""
    for case in small():
        its = rows()[case.name]
        storm: object = its["storm"]
        assert isinstance(storm, dict)
        values = storm["longest_ticks"], storm["shortest_ticks"], storm["ends"]
        assert its == row(case, {"states": storm["states"], "values": values})


@needs_storm
def test_storm_finds_the_same_again() -> None:
    """Of the small cases; the rest is the campaign's."""
    chosen = small()
    _, answers = solved([case.text for case in chosen])

    assert [rows()[case.name] for case in chosen] == [
        row(case, answer) for case, answer in zip(chosen, answers, strict=True)
    ]


def test_a_wrong_answer_is_noticed() -> None:
    """One tick more, or less, or none where there is no end."""
    case = next(iter(GUIDE.values()))
    right = rows()[case.name]["storm"]
    assert isinstance(right, dict)
    longest, shortest = right["longest_ticks"], right["shortest_ticks"]
    for values in ((longest + 1, shortest, 1), (longest, shortest - 1, 1), (None, shortest, 1)):
        with pytest.raises(AssertionError):
            row(case, {"states": right["states"], "values": values})


def test_without_stormpy_the_campaign_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """It is required there, and the status is 2."""
    chosen = argparse.Namespace(stormpy_python="false", write=False)

    assert 2 == command(chosen)
    assert "not installed: stormpy, of false" in capsys.readouterr().out


def test_stormpy_is_in_an_extra_of_its_own() -> None:
    """Its licence is the GPL: who does not ask for it gets none of it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]

    assert ["stormpy>=2.0"] == extras["oracle"]
    others = [each for name, its in extras.items() if name != "oracle" for each in its]
    assert not any("stormpy" in each for each in [*project["dependencies"], *others])
