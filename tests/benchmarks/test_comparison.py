"""SPIN beside hamodel: pairs of one round, counts that must agree, and what is kept of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks import comparison
from tests.benchmarks.__main__ import main
from tests.benchmarks.compared_models import MODELS
from tests.benchmarks.comparison import (
    BREADTH_FIRST,
    DEPTH_FIRST,
    HAND,
    HEADS,
    ONE,
    TWO,
    Comparison,
    Kept,
    in_turns,
    joined,
    ratios,
    read_comparisons,
    report,
    rows,
    slots_for,
    write_comparisons,
)
from tests.benchmarks.searching import Ended
from tests.benchmarks.spin import Found, SpinError, missing

FOUND = Found(24, 40, 12, 2.0, 4.0, 240.0)
needs_spin = pytest.mark.skipif(bool(missing()), reason=f"not installed: {missing()}")


def taking(*seconds: float) -> list[Found]:
    """Return searches that took so long."""
    return [replace(FOUND, seconds=each) for each in seconds]


TOY = Comparison(
    *("ring", 2, "RING(2)", "one", "0123", "2026-01-01", "a machine", "SPIN 6"),
    {
        ONE: taking(1.0, 2.0, 1.0),
        TWO: taking(0.5, 1.0, 2.0),
        DEPTH_FIRST: taking(2.0, 4.0, 5.0),
        BREADTH_FIRST: taking(3.0, 3.0, 3.0),
        HAND: taking(1.0, 4.0, 4.0),
    },
    {"musil": "it is not installed"},
)


def test_a_ratio_is_of_one_round() -> None:
    """SPIN's faster order of each round counts; a ratio that is too small is missed."""
    beside, threads, exported = ratios(TOY)

    assert (2.0, 1.5, 3.0) == beside.values
    assert (5.0, False) == (beside.at_least, beside.met)
    assert 2.5 == ratios(replace(TOY, name="guide"))[0].at_least
    assert (2.0, 2.0, 0.5) == threads.values
    assert threads.met
    assert (0.5, 1.0, 0.8) == exported.values
    assert not exported.met
    assert () == ratios(replace(TOY, found={ONE: TOY.found[ONE]}))


def test_a_row_has_medians() -> None:
    """Seconds of each round; bytes a state; what was left out is said."""
    row = rows(TOY)[0]

    assert [
        "RING(2)",
        ONE,
        "24",
        "40",
        "24",
        "40",
        "1.000",
        "1.000 to 2.000",
        "4.00",
        "10.0",
    ] == row
    assert len(HEADS) == len(row)
    assert "left out: musil, because it is not installed" in report(Kept({"ring": TOY}, {}))
    assert "wanted 0.9 or more: missed" in report(Kept({"ring": TOY}, {}))


def test_who_goes_first_changes() -> None:
    """Every way goes once a round."""
    went: list[str] = []

    def way(name: str) -> Callable[[], Found]:
        return lambda: went.append(name) or FOUND  # type: ignore[func-returns-value]

    found = in_turns({name: way(name) for name in "abc"}, 3)

    assert "abcbcacab" == "".join(went)
    assert {"a": [FOUND] * 3, "b": [FOUND] * 3, "c": [FOUND] * 3} == found


def test_a_table_has_a_slot_for_each_state() -> None:
    """The fewest that are a power of two."""
    assert [4, 4, 5, 24] == [slots_for(states) for states in (1, 16, 17, 8_503_056)]


def test_comparisons_are_read_as_they_were_written() -> None:
    """One model measured again takes the place of what was, and leaves the others."""
    guide = replace(TOY, name="guide")
    kept = Kept({"ring": TOY, "guide": guide}, {"ring": TOY})

    assert kept == read_comparisons(write_comparisons(kept))
    again = replace(TOY, date="2026-01-02")
    assert Kept({"ring": again, "guide": guide}, kept.python) == joined(
        kept, Kept({"ring": again}, {})
    )
    with pytest.raises(SpinError, match="another version"):
        read_comparisons('{"schema": 0}')


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"states": 23}, "the counts differ"),
        ({"transitions": 41}, "the counts differ"),
        ({"errors": ("assertion violated",)}, "what should hold does not"),
    ],
)
def test_what_does_not_agree_is_exit_1(
    wrong: dict[str, Any],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing is compared where SPIN finds another model, or that the property fails."""
    monkeypatch.setitem(MODELS, "ring", replace(MODELS["ring"], quick=2))
    monkeypatch.setattr(comparison, "missing", str)
    monkeypatch.setattr(comparison, "searched", lambda *_: Ended(FOUND))
    monkeypatch.setattr(comparison, "spin", lambda *_, **__: replace(FOUND, **wrong))

    assert 1 == main(["spin", "--only", "ring", "--quick"])
    assert said in capsys.readouterr().out


def test_a_count_that_is_not_the_published_one_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where all agree on it; and a search that was cut short is none."""
    monkeypatch.setattr(comparison, "searched", lambda *_: Ended(FOUND))
    monkeypatch.setattr(comparison, "spin", lambda *_, **__: FOUND)

    with pytest.raises(SpinError, match="24 states were found, and 108 are published"):
        comparison.compared("ring", 3, 1)
    monkeypatch.setattr(comparison, "searched", lambda *_: Ended(FOUND, "stopped"))
    with pytest.raises(SpinError, match="stopped"):
        comparison.compared("ring", 2, 1)


def test_without_spin_it_is_exit_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The missing programs are named."""
    monkeypatch.setattr(comparison, "missing", lambda: "spin")

    assert 2 == main(["spin"])
    assert "not installed: spin" in capsys.readouterr().out


def test_models_are_exported(tmp_path: Path) -> None:
    """`--export` writes what SPIN gets, with the property as an assertion, and searches nothing."""
    assert 0 == main(["spin", "--quick", "--only", "guide", "--export", str(tmp_path)])
    text = (tmp_path / "guide.pml").read_text(encoding="utf-8")

    assert "assert(holds_sip_server_knows_that_a_call_is_duplicated)" in text


@pytest.mark.slow
@needs_spin
def test_the_command_prints_a_table(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row for each way to search, whose counts are the published ones; here a small model."""
    monkeypatch.setattr(comparison, "FILE", tmp_path / "spin.json")

    assert 0 == main(["spin", "--only", "philosophers", "--quick", "--rounds", "1", "--write"])
    lines = capsys.readouterr().out.splitlines()
    for line, way in zip(lines[2:], (ONE, TWO, DEPTH_FIRST, BREADTH_FIRST, HAND), strict=False):
        assert ["PHIL(6)", *way.split(), "728", "2,910"] == line.split()[: len(way.split()) + 3]
    kept = comparison.committed()
    assert (728, 2_910) == kept.spin["philosophers"].sizes
    assert 728 == kept.python["philosophers"].sizes[0]
