"""SPIN beside hamodel: what is read from it, what is refused, and the same counts by hand."""

from __future__ import annotations

import argparse
from dataclasses import replace

import pytest

from tests.benchmarks import spin
from tests.benchmarks.spin import BY_HAND, HEADS, MODELS, Found, SpinError, ratio, rows
from tests.benchmarks.tables import table

SAID = """\
pan:1: invalid end state (at depth 5)
        8 states, stored
        3 states, matched
       11 transitions (= stored+matched)
  128.195\ttotal actual memory usage
"""
FOUND = Found(8, 10, 2.0, 4.0, 128.195)
needs_spin = pytest.mark.skipif(bool(spin.missing()), reason=f"not installed: {spin.missing()}")


def test_what_pan_prints_is_read() -> None:
    """The initial state is no step; what was reported is kept."""
    found = spin._read(SAID, 2.0, 4.0)

    assert replace(FOUND, errors=("invalid end state",)) == found


@pytest.mark.parametrize(
    "said",
    [f"error: max search depth too small\n{SAID}", f"pan: out of memory\n{SAID}", "nothing", ""],
)
def test_a_search_that_was_not_whole_is_no_result(said: str) -> None:
    """Pan ends with 0 also if it was cut short; its counts are then refused."""
    with pytest.raises(SpinError):
        spin._read(said, 1.0, 1.0)


def test_a_row_has_medians() -> None:
    """Of the seconds of each round; the ratio is that of pairs of one round."""
    by_hand = [replace(FOUND, seconds=seconds) for seconds in (1.0, 4.0, 2.0)]
    exported = [replace(FOUND, seconds=seconds) for seconds in (2.0, 4.0, 2.5)]
    found = {"SPIN, by hand": by_hand, "SPIN, exported": exported}

    assert ["toy 2", "SPIN, by hand", "8", "10", "4", "5", "2.00", "4.00", "128"] == (
        rows("toy 2", found)[0]
    )
    assert 0.8 == ratio(found)
    assert table(HEADS, rows("toy 2", found)).startswith("model  searched by")


def arguments(**sizes: int) -> argparse.Namespace:
    """Return the arguments of the command; what is not named is left out."""
    return argparse.Namespace(**{**dict.fromkeys(MODELS, 0), "rounds": 1, "bfs": False, **sizes})


def test_counts_that_differ_are_exit_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is compared where SPIN finds another model."""
    monkeypatch.setattr(spin, "missing", str)
    monkeypatch.setattr(spin, "packed", lambda *_: FOUND)
    monkeypatch.setattr(spin, "spin", lambda *_, **__: replace(FOUND, states=7))

    assert 1 == spin.command(arguments(ring=2))
    assert "ring 2: the counts differ" in capsys.readouterr().out


def test_what_is_missing_or_out_of_range_is_exit_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A size that the models by hand do not have, and programs that are not there."""
    monkeypatch.setattr(spin, "missing", str)
    assert 2 == spin.command(arguments(two_phase=11))
    monkeypatch.setattr(spin, "missing", lambda: "spin")
    assert 2 == spin.command(arguments())
    said = capsys.readouterr().out
    assert "two_phase is 11; it can be 0 (leave it out), 2 to 10" in said
    assert "not installed: spin" in said


def test_every_model_has_one_by_hand() -> None:
    """As many as there are models, each of as many sizes as it says."""
    assert set(MODELS) == {path.stem for path in BY_HAND.glob("*.pml")}
    for model, most in spin.SIZES_MAX.items():
        text = (BY_HAND / f"{model}.pml").read_text(encoding="utf-8")
        assert most == text.count("  ACTIONS(")


@needs_spin
@pytest.mark.parametrize(
    ("model", "size", "states", "transitions"),
    [("ring", 6, 5_832, 25_272), ("philosophers", 6, 728, 2_910), ("two_phase", 5, 8_832, 58_145)],
)
def test_models_by_hand_have_the_published_counts(
    model: str, size: int, states: int, transitions: int
) -> None:
    """What the exported models are compared with are the same models."""
    text = (BY_HAND / f"{model}.pml").read_text(encoding="utf-8")
    found = spin.spin(text, flags=[f"-DN={size}", "-o3"], options=["-O0"], depth=10_000)

    assert (states, transitions, ()) == (found.states, found.transitions, found.errors)


@needs_spin
def test_the_command_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    """A row for each way to search, and how fast the exported model is; here the smallest."""
    assert 0 == spin.command(arguments(philosophers=2))
    lines = capsys.readouterr().out.splitlines()

    assert ["philosophers", "2", "hamodel,", "packed", "8"] == lines[2].split()[:5]
    assert ["philosophers", "2", "SPIN,", "exported", "8"] == lines[3].split()[:5]
    assert lines[5].startswith("SPIN's speed on the exported model, that by hand being 1: phil")


@needs_spin
def test_what_spin_refuses_is_an_error() -> None:
    """A model that is none, or a search that is not deep enough."""
    with pytest.raises(SpinError, match="spin -a"):
        spin.spin("this is no model")
    with pytest.raises(SpinError, match="deep"):
        spin.spin("byte x; active proctype p() { end: do :: x < 99 -> x++ od }", depth=10)
