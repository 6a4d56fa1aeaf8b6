"""Planted bugs are found by Hypothesis, told in few steps, and kept as traces that replay."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from hamodel import PROVED, REFUTED, check, load_trace, trace_of
from hamodel.cli import replay
from hamodel.cli.app import app
from hamodel.testing import Refuted
from tests.guide.planted import PLANTED, Planted, found, shortest

each_bug = pytest.mark.parametrize("planted", PLANTED, ids=[each.name for each in PLANTED])


@each_bug
def test_only_the_bug_breaks_the_promise(planted: Planted) -> None:
    """Without the bug the property is proved for that deployment and budget; with it, refuted."""
    assert PROVED == check(planted.sound, planted.prop, planted.budget).kind
    assert REFUTED == check(planted.system, planted.prop, planted.budget).kind


@pytest.mark.slow
@each_bug
def test_hypothesis_finds_it(
    planted: Planted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stepping the machines finds it, and shrinks it to a story that is short, and replays."""
    refuted = found(planted, folder=tmp_path)
    assert refuted is not None
    told, least = len(refuted.trace), shortest(planted)
    print(f"{planted.name}: shrunk {told} steps, shortest {least}")

    assert planted.prop == refuted.property
    assert least <= told <= least * 3 // 2
    reads_well(planted, refuted)
    replays(planted, refuted, monkeypatch)


def reads_well(planted: Planted, refuted: Refuted) -> None:
    """Assert that the text says what fails, and every step with its number and its changes."""
    text = str(refuted).splitlines()
    [claim] = planted.prop.claims
    numbered = [line for line in text if line[:4].strip().isdigit()]

    assert f"{planted.prop.name} ({claim}) is refuted after {len(refuted.trace)} steps" == text[0]
    assert [f"{i:4}. {rule}" for i, rule in enumerate(refuted.trace.rules, start=1)] == numbered
    assert all(step.changes for step in refuted.trace.steps)
    assert planted.crashes == sum(rule.endswith("crashes") for rule in refuted.trace.rules)


def replays(planted: Planted, refuted: Refuted, monkeypatch: pytest.MonkeyPatch) -> None:
    """Assert that the kept file names the deployment, and that its steps happen in the model."""
    assert refuted.kept is not None
    file = load_trace(refuted.kept.read_text(encoding="utf-8"))

    assert (planted.deployment, planted.settings) == (file.model, file.settings)
    assert refuted.trace.rules == file.rules == trace_of(planted.system, file.rules).rules

    monkeypatch.setattr(replay, "system_of", lambda *_: planted.system)
    result = CliRunner().invoke(app, ["trace", str(refuted.kept)], catch_exceptions=False)
    assert 0 == result.exit_code, result.stderr
    assert f"{len(refuted.trace)} steps" in result.stdout
