"""The commands of `python -m tests.benchmarks`: what they print, and what they exit with."""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from pathlib import Path

import pytest

from hamodel import Budget
from hamodel.guide import build, load, shipped
from hamodel.guide.manifest import Expected, Scenario, read_manifest, write_manifest
from tests.agreement.campaign import campaign
from tests.benchmarks import agreement, bars, manifest, reachable
from tests.benchmarks.__main__ import main
from tests.benchmarks.bars import Bar, report, run, status
from tests.benchmarks.planted import row
from tests.benchmarks.tables import commit, machine, table

MET = Bar("start", "s", (0.1, 0.3, 0.2), at_most=0.5)
MISSED = Bar("coverage", "%", (90.0,), at_least=95)
REPORTED = Bar("memory", "MB", (512.0,))
UNKNOWN = Bar("pytest", "s", at_most=300, note="ask with --with-tests")


def test_a_bar_is_met_by_its_median() -> None:
    """One slow run among quick ones is no miss."""
    assert not Bar("start", "s", (0.1, 9.0, 0.2), at_most=0.5).missed
    assert MISSED.missed
    assert not REPORTED.missed
    assert not UNKNOWN.missed


def test_a_miss_is_exit_1() -> None:
    """Bars that are met, reported or not measured are exit 0; one that is missed is 1."""
    assert 0 == status([MET, REPORTED, UNKNOWN])
    assert 1 == status([MET, MISSED])


def test_bars_are_a_table_with_the_machine_under_it() -> None:
    """Name, target, median, spread, verdict."""
    lines = report([MET, MISSED, REPORTED, UNKNOWN]).splitlines()

    assert ["start", "≤", "0.5", "s", "0.2", "s", "0.1", "to", "0.3", "(3)", "met"] == (
        lines[2].split()
    )
    assert "≥ 95 %" in lines[3]
    assert "missed" in lines[3]
    assert "reported" in lines[4]
    assert lines[5].endswith("not measured  ask with --with-tests")
    assert f"machine: {machine()}" == lines[-1]


def test_the_command_exits_1_on_a_miss(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`bars` prints every bar, and its exit status says whether one is missed."""
    monkeypatch.setattr(bars, "measured", lambda _: iter([MET, MISSED]))

    assert 1 == main(["bars"])
    assert "coverage" in capsys.readouterr().out


def test_a_process_is_measured_to_its_end() -> None:
    """Seconds, memory and exit status; nothing for one that is stopped."""
    ended = run([sys.executable, "-c", "raise SystemExit(3)"])
    stopped = run([sys.executable, "-c", "import time; time.sleep(60)"], timeout=0.2)

    assert ended is not None
    assert 3 == ended.status
    assert 1 < ended.megabytes
    assert stopped is None


def test_columns_of_numbers_are_set_to_the_right() -> None:
    """Words to the left, numbers to the right, no blanks at the end."""
    text = table(["what", "n"], [["a", "1"], ["long name", "1,234"]])

    assert ["what           n", "---------  -----", "a              1", "long name  1,234"] == (
        text.splitlines()
    )


def test_a_row_of_a_planted_bug() -> None:
    """The shortest length, and the middle, spread and misses of the shrunk ones."""
    assert ["bug", "5", "6", "5 to 9", "1", "1"] == row("bug", 5, (6, None, 5, 9))
    assert ["bug", "5", "–", "–", "0", "1"] == row("bug", 5, (None,))


def scenario(*, states: int) -> Scenario:
    """Return a scenario of the manifest, as small as can be."""
    changes = ("sip_server.pair=single", "resource_manager.mode=single", "media_server.count=1")
    expect = (Expected("RM-2", "remaining_resource_manager_accepts_requests", "REFUTED", states),)
    return Scenario("tiny", "reference", changes, "0", "", ("RM-2",), "", expect)


QUIET = scenario(states=1)


def test_manifest_says_what_differs_and_writes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong count is printed with the right one, and gone once it is written."""
    file = tmp_path / "manifest.toml"
    file.write_text(write_manifest([scenario(states=7)]), encoding="utf-8")

    assert 1 == manifest.regenerate(file, write=True)
    assert "RM-2 remaining_resource_manager_accepts_requests: REFUTED, 7 states" in (
        capsys.readouterr().out
    )
    assert 0 == manifest.regenerate(file)
    assert 0 == manifest.regenerate(file, ("another",))
    [kept] = read_manifest(file.read_text(encoding="utf-8"))
    assert 1 == kept.expect[0].states


def parsed_campaign(*, write: bool = False, reading: tuple[str, ...] = ()) -> argparse.Namespace:
    """Return the arguments of an agreement campaign as small as can be."""
    return argparse.Namespace(
        systems=1, seconds=1, states=200, only=[], reading=list(reading), write=write
    )


def test_a_disagreement_is_exit_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The agreement campaign fails when a reading has another step than the oracle."""
    random = {
        "systems": 1,
        "smaller": 0,
        "deadlocks": 0,
        "errors": 0,
        "states": 100,
        "steps": 7,
        "disagreements": [],
        "histogram": {"100–199": 1},
    }
    whole = {"scenario": "s", "budget": "b", "states": 9, "steps": 8, "complete": True}
    for wrong in ("", "in {x}"):
        rows = iter([{**whole, "disagreement": wrong}])
        monkeypatch.setattr(agreement, "campaign", lambda *_, **__: random)
        monkeypatch.setattr(agreement, "first_systems", lambda _: [])
        monkeypatch.setattr(agreement, "scenario_rows", lambda *_, found=rows: found)
        chosen = parsed_campaign()

        assert bool(wrong) == agreement.command(chosen)
        assert "1 searches, 1 of them whole, 9 states" in capsys.readouterr().out


def test_one_reading_is_compared_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`--reading NAME` writes what was found of it; what was written of others is kept."""
    file = tmp_path / "agreement.json"
    kept = {"random": {"disagreements": []}, "scenarios": []}
    file.write_text(json.dumps({"readings": {"machines": kept}}), encoding="utf-8")
    monkeypatch.setattr(agreement, "FILE", file)
    monkeypatch.setattr(agreement, "first_systems", lambda _: [[1, 0, 1, 0]])
    monkeypatch.setattr(agreement, "scenarios", lambda: {"tiny": QUIET})
    monkeypatch.setattr(
        agreement, "campaign", lambda _, reading: campaign(1, 1, 0, reading=reading)
    )

    assert 0 == agreement.command(parsed_campaign(write=True, reading=("packed",)))
    found = json.loads(file.read_text(encoding="utf-8"))["readings"]
    assert ["machines", "packed"] == list(found)
    assert kept == found["machines"]
    assert "packed" == found["packed"]["random"]["reading"]
    assert [200] == [row["states"] for row in found["packed"]["scenarios"]]


def test_scenarios_are_compared_within_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the time is up, only the beginning of each search is compared."""
    monkeypatch.setattr(agreement, "scenarios", lambda: {"tiny": QUIET})
    [some] = agreement.scenario_rows("machines", 600, 10)
    [begun] = agreement.scenario_rows("machines", 0, 10)

    assert ("tiny", 10, False, "") == tuple(
        some[key] for key in ("scenario", "states", "complete", "disagreement")
    )
    assert 10 < begun["states"] <= 500


def test_the_committed_agreement_holds_for_the_first_systems() -> None:
    """The first random systems have the states, steps, dead ends and errors that are committed."""
    found = json.loads(agreement.FILE.read_text(encoding="utf-8"))

    assert [] == agreement.disagreements(found)
    for reading, its in found["readings"].items():
        assert its["first"] == agreement.first_systems(reading)
        assert 500 <= its["random"]["systems"]
        assert 100 <= its["random"]["deadlocks"]


def test_the_commit_is_named() -> None:
    """A result says which commit it is of."""
    assert 12 <= len(commit().split()[0])


def test_sizes_of_whole_models_are_written_and_read() -> None:
    """The committed file has every shipped deployment; the smallest of its searches is redone."""
    sizes = tomllib.loads(reachable.FILE.read_text(encoding="utf-8"))
    system = build(load("reference"))
    budget = Budget({"resource-manager-crash": 1})

    assert set(shipped()) == set(sizes)
    assert 10 <= sum(map(len, sizes.values()))
    assert sizes["reference"][str(budget)] == reachable.size(system, budget)
    assert sizes == tomllib.loads(reachable.written(sizes))
