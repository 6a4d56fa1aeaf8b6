"""The campaign of windows: what is committed has enough of every sort, and no mismatch."""

from __future__ import annotations

import argparse
import json

import pytest

from tests.agreement.windows import LEFT_OUT
from tests.benchmarks.windows import FILE, command


def test_enough_pairs_were_compared() -> None:
    """300 systems, both orders of each; windows with ends of every sort, and systems without."""
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    sorts = {sort: count for sort, count in kept["sorts"].items() if sort not in LEFT_OUT}

    assert [] == kept["mismatches"]
    assert 300 <= sum(sorts.values())
    wanted = ("never", "to an end", "from an open end", "to an open end", "several")
    assert all(sorts[sort] >= 3 for sort in wanted)
    assert kept["seeds"][1] == sum(kept["sorts"].values())


def test_a_few_are_compared_again(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is written unless it is asked for."""
    before = FILE.read_bytes()

    assert 0 == command(argparse.Namespace(systems=3, processes=1, write=False))
    assert "0 mismatches" in capsys.readouterr().out
    assert before == FILE.read_bytes()
