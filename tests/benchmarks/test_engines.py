"""The engines campaign: what is committed meets its floors, and is found again."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from tests.agreement.features import all_features
from tests.benchmarks import engines as module
from tests.benchmarks.engines import (
    BLOCK,
    FILE,
    FIRST,
    FLOORS,
    campaign,
    compared,
    enough,
    histogram,
    log_of_this_content,
    outline,
    read_log,
    report,
    sorts,
    summary,
)


def committed() -> dict[str, Any]:
    """Return the committed result."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def row(seed: int, **fields: Any) -> dict[str, Any]:
    """Return a row as it is compared: a large system of two words with a dead end."""
    usual: dict[str, Any] = {
        "mismatch": "",
        "features": ["Rule.name"],
        "states": 150,
        "steps": 200,
        "depth": 9,
        "deadlocks": 1,
        "words": 2,
        "error": "",
        "complete": True,
        "working": 2,
        "happening": ["PROTOCOL"],
        "verdicts": ["ALWAYS PROVED"],
        "spin": "counts",
    }
    return {"seed": seed, **usual, **fields}


def test_the_committed_campaign_meets_its_floors() -> None:
    """A thousand systems, enough of every sort, every feature in some, and no mismatch."""
    found = committed()

    assert [] == found["mismatches"]
    for name, floor in FLOORS.items():
        assert floor <= found["counts"][name]
    assert list(all_features()) == list(found["features"])
    assert 1 <= min(found["features"].values())
    assert {"1", "2"} == set(found["threads"])
    assert {"PROTOCOL", "FAILURE", "REPAIR", "ENVIRONMENT"} == set(found["happening"])


def test_the_committed_counts_add_up() -> None:
    """Sizes and widths are those of the systems that were searched whole, whatever their sort."""
    found = committed()
    counts = found["counts"]
    whole = counts["systems"] - counts["with a step beyond a range"]

    assert whole == sum(found["sizes"].values()) == sum(found["words"].values())
    assert counts["of two words or more"] == whole - found["words"]["1"]
    assert counts["large"] == sum(list(found["sizes"].values())[2:])
    assert [0, counts["systems"] + counts["cut short, without SPIN"]] == found["seeds"]


@pytest.mark.parametrize("seed", range(FIRST))
def test_the_first_systems_are_found_again(seed: int) -> None:
    """What the campaign found of them: sizes, errors, verdicts."""
    assert committed()["first"][seed] == outline(compared(seed, with_spin=False))


def test_a_mismatch_is_kept_with_its_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    """It neither ends the campaign nor goes unseen."""

    def fail(*_: object) -> None:
        raise AssertionError("states, 2 threads: 3 but 4")

    monkeypatch.setattr(module, "compare_engines", fail)
    wrong = compared(6)
    found = summary([row(0), wrong])

    assert "AssertionError: states, 2 threads: 3 but 4" == wrong["mismatch"]
    assert [{"seed": 6, "found": wrong["mismatch"]}] == found["mismatches"]
    assert "  seed 6: AssertionError: states, 2 threads: 3 but 4" in report(found).splitlines()


def test_a_system_counts_where_it_was_searched_whole() -> None:
    """One with an error is a system, but of no size; one that is cut is none."""
    rows = [row(0), row(1, error="HA040 at depth 2", complete=False, spin="error")]
    rows += [row(2, complete=False, spin=""), row(3, states=99, deadlocks=0, words=1)]

    assert {
        "systems": 3,
        "large": 1,
        "with a deadlock": 1,
        "of two words or more": 1,
        "that two threads shared": 2,
        "with a step beyond a range": 1,
        "cut short, without SPIN": 1,
    } == sorts(rows)
    assert enough(rows, 2)
    assert not enough(rows, 4)
    assert not enough([], 0)


def test_a_histogram_has_every_size() -> None:
    """From one state to as many as a search may have."""
    found = histogram([1, 9, 10, 3_000])

    assert [2, 1, 1] == [found[size] for size in ("1–9", "10–99", "2,000–3,000")]
    assert 4 == sum(found.values())


def test_a_campaign_goes_on_where_it_was(tmp_path: Path) -> None:
    """What the log has is not compared again; half a line is none."""
    log = tmp_path / "log.jsonl"
    lines = [json.dumps(row(seed)) for seed in reversed(range(BLOCK))]
    log.write_text("\n".join([*lines, '{"seed": 2']), encoding="utf-8")

    assert BLOCK == len(list(read_log(log)))
    assert list(range(BLOCK)) == [each["seed"] for each in campaign(log, BLOCK, 1)]
    assert [] == list(read_log(tmp_path / "none"))
    assert log_of_this_content() == log_of_this_content()


def arguments(tmp_path: Path) -> argparse.Namespace:
    """Return the arguments of the command."""
    return argparse.Namespace(systems=1, processes=1, log=tmp_path / "log", write=True)


def test_the_command_exits_1_on_a_mismatch(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It prints tables, and writes what was found; without SPIN it is exit 2."""
    monkeypatch.setattr(module, "FILE", tmp_path / "engines.json")
    monkeypatch.setattr(module, "missing", str)
    monkeypatch.setattr(module, "versions", dict)
    for status, mismatch in ((0, ""), (1, "AssertionError: no")):
        rows = [row(seed, mismatch=mismatch if seed else "") for seed in range(FIRST - 8)]
        monkeypatch.setattr(module, "campaign", lambda *_, rows=rows: rows)
        assert status == module.command(arguments(tmp_path))
        assert status == len(json.loads(module.FILE.read_text(encoding="utf-8"))["mismatches"])
    assert "150 states and 200 steps" in capsys.readouterr().out

    monkeypatch.setattr(module, "missing", lambda: "spin")
    assert 2 == module.command(arguments(tmp_path))
