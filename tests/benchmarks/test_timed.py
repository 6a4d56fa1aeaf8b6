"""The timed campaign: what is committed has enough of every sort, and no mismatch."""

from __future__ import annotations

import argparse
import json

import pytest

from tests.agreement.timed import LEFT_OUT
from tests.benchmarks.timed import FILE, command


def test_enough_systems_were_compared() -> None:
    """500 that both engines searched; waits that end, and all that keeps one from ending."""
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    sorts = {sort: count for sort, count in kept["sorts"].items() if sort not in LEFT_OUT}

    assert [] == kept["mismatches"]
    assert 500 <= sum(sorts.values())
    assert all(sorts[sort] >= 3 for sort in ("some time", "no time", "stuck", "unbounded", "loop"))
    assert kept["seeds"][1] == sum(kept["sorts"].values())


def test_enough_systems_were_judged() -> None:
    """500 of them, properties of each modality with each verdict that they can have."""
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    verdicts = kept["verdicts"]

    assert 500 <= kept["systems judged"]
    for sort in ("always", "never", "sometimes", "leads-to", "leads-to within"):
        assert verdicts[f"{sort} PROVED"] >= 20
        assert verdicts[f"{sort} REFUTED"] >= 20


def test_a_few_are_compared_again(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is written unless it is asked for."""
    before = FILE.read_bytes()

    assert 0 == command(argparse.Namespace(systems=5, processes=1, write=False))
    assert "0 mismatches" in capsys.readouterr().out
    assert before == FILE.read_bytes()
