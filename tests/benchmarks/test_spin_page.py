"""The page of what was measured is as the measurements are; large counts are compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.benchmarks import counts, spin_page
from tests.benchmarks.__main__ import main
from tests.benchmarks.comparison import Kept
from tests.benchmarks.counts import Count
from tests.benchmarks.spin_page import MADE, NOT_YET, PAGE, committed_page, page
from tests.benchmarks.test_comparison import TOY

LARGE = Count(
    title="RING(14)",
    states=89_282_088,
    transitions=863_060_184,
    published=89_282_088,
    cut="",
    proved=True,
    seconds=100.0,
    memory=25.0 * 89_282_088,
    peak=3_000_000_000,
    threads=1,
    commit="0123",
    date="2026-01-01",
    machine="a machine",
)


def test_the_page_is_as_the_measurements_are() -> None:
    """The committed page is what `python -m tests.benchmarks page` writes."""
    assert committed_page() == PAGE.read_text(encoding="utf-8")


def test_the_page_has_medians_with_their_spread() -> None:
    """Ratios, what is wanted of them, what was left out; without measurements it says so."""
    said = page(Kept({"ring": TOY}, {"ring": TOY}), [LARGE])

    assert MADE in said
    assert (
        "| RING(2) | hamodel's one thread to SPIN's faster order | 2.00 (1.50–3.00) | 3 |" in said
    )
    assert "| SPIN, breadth first | 8 (8–8) | 13 (13–13) | 3.00 (3.00–3.00) |" in said
    assert "- left out: musil, because it is not installed\n" in said
    assert "| 25.0 | as published | ≤ 24 bytes a state: missed |" in said
    assert NOT_YET not in said
    assert 4 == page(Kept({}, {}), []).count(NOT_YET)


def test_the_page_is_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The command writes what the files say."""
    monkeypatch.setattr(spin_page, "PAGE", tmp_path / "page.md")
    monkeypatch.setattr(spin_page, "ROOT", tmp_path)

    assert 0 == main(["page"])
    assert PAGE.read_text(encoding="utf-8") == (tmp_path / "page.md").read_text(encoding="utf-8")


def test_a_count_that_is_not_as_published_is_wrong() -> None:
    """So is a search that was cut short, or one whose property is not proved."""
    assert "" == LARGE.wrong
    assert "89,282,088 states are published" == replace(LARGE, states=5).wrong
    assert "stopped" == replace(LARGE, cut="stopped").wrong
    assert "the property is not proved" == replace(LARGE, proved=False).wrong


def test_large_models_are_counted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once each, in processes of their own; here small ones. What is no model is refused."""
    monkeypatch.setattr(counts, "FILE", tmp_path / "counts.json")

    assert 0 == main(["counts", "--only", "ring=3", "--write"])
    assert 0 == main(["counts", "--only", "philosophers=4", "--threads", "2", "--write"])
    assert "PHIL(4)" in capsys.readouterr().out
    assert [("RING(3)", 108, 1), ("PHIL(4)", 80, 2)] == [
        (each.title, each.states, each.threads) for each in counts.committed()
    ]
    with pytest.raises(SystemExit):
        main(["counts", "--only", "guide=1"])
