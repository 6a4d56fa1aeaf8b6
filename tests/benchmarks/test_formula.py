"""The formula campaign: enough was compared, nothing differed, and the page says what was found."""

from __future__ import annotations

import argparse
import json
from typing import Any

import pytest

from tests.benchmarks import formula
from tests.benchmarks.formula import CASES, FILE, command, compare, page_rows
from tests.benchmarks.tables import ROOT

PAGE = ROOT / "docs" / "how-to" / "a-loss-as-a-formula.md"


def kept() -> dict[str, Any]:
    """Return what is committed."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def test_enough_vectors_were_compared() -> None:
    """10,000, of every sort, and of every table of `reference` half of them on a border."""
    its = kept()
    sorts = its["random"]["sorts"]

    assert [] == its["mismatches"]
    assert 10_000 <= its["vectors"]
    assert all(sorts[sort] >= 100 for sort in ("ends", "endless", "never"))
    assert [case.name for case in CASES] == list(its["reference"])
    for found in its["reference"].values():
        assert found["vectors"] // 2 == found["on_a_border"]
        assert "UNDETERMINED" not in str(found["rows"])


def test_the_page_has_the_tables() -> None:
    """The rows of `reference` as they are committed."""
    text = PAGE.read_text(encoding="utf-8")

    assert [] == [row for row in page_rows(kept()) if row not in text.splitlines()]


def test_a_few_are_compared_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is written unless it is asked for."""
    before = FILE.read_bytes()
    monkeypatch.setattr(formula, "CASES", CASES[-1:])

    assert 0 == command(argparse.Namespace(vectors=20, processes=1, only=[], write=False))
    assert "0 mismatches" in capsys.readouterr().out
    assert before == FILE.read_bytes()


@pytest.mark.parametrize("case", [CASES[5], CASES[6]], ids=lambda case: case.name)
def test_tables_of_reference_again(case: formula.Case) -> None:
    """The same rows as are committed, right at a few vectors."""
    found = compare(case, 6)

    assert [] == found["mismatches"]
    assert kept()["reference"][case.name]["rows"] == found["rows"]
