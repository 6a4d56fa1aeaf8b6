"""SPIN: what is read from it, what is refused, and the same counts from models by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.benchmarks import spin
from tests.benchmarks.compared_models import BY_HAND, MODELS
from tests.benchmarks.spin import Found, SpinError

SAID = """\
pan:1: invalid end state (at depth 5)
State-vector 20 byte, depth reached 1855, errors: 1
        8 states, stored
        3 states, matched
       11 transitions (= stored+matched)
  128.195\ttotal actual memory usage
"""
FOUND = Found(8, 10, 1_855, 2.0, 4.0, 128.195 * 1024 * 1024)
needs_spin = pytest.mark.skipif(bool(spin.missing()), reason=f"not installed: {spin.missing()}")


def test_what_pan_prints_is_read() -> None:
    """The initial state is no step; what was reported is kept."""
    found = spin.read(SAID, 2.0, 4.0)

    assert replace(FOUND, errors=("invalid end state",)) == found


@pytest.mark.parametrize(
    "said",
    [f"error: max search depth too small\n{SAID}", f"pan: out of memory\n{SAID}", "nothing", ""],
)
def test_a_search_that_was_not_whole_is_no_result(said: str) -> None:
    """Pan ends with 0 also if it was cut short; its counts are then refused."""
    with pytest.raises(SpinError):
        spin.read(said, 1.0, 1.0)


def test_every_model_has_one_by_hand() -> None:
    """As many as there are models but the guide's, each of as many sizes as it says."""
    assert set(MODELS) - {"guide"} == {path.stem for path in BY_HAND.glob("*.pml")}
    for name, model in MODELS.items():
        if model.most:
            text = (BY_HAND / f"{name}.pml").read_text(encoding="utf-8")
            assert model.most == text.count("  ACTIONS(")
            assert max(model.size, model.quick) <= model.most


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
def test_what_spin_refuses_is_an_error() -> None:
    """A model that is none, or a search that is not deep enough."""
    with pytest.raises(SpinError, match="spin -a"):
        spin.spin("this is no model")
    with pytest.raises(SpinError, match="deep"):
        spin.spin("byte x; active proctype p() { end: do :: x < 99 -> x++ od }", depth=10)


@needs_spin
@pytest.mark.parametrize("option", [(), ("-DBFS",)], ids=["depth first", "breadth first"])
@pytest.mark.parametrize(
    ("model", "sound", "broken"),
    [
        ("ring", "s[i] == 1 && token == i", "s[i] == 1"),
        ("philosophers", "p[i] == 1 && fork[RIGHT(i)] == 0", "p[i] == 1"),
        ("two_phase", "tm == 0 && known == ALL", "known == ALL"),
    ],
)
def test_models_by_hand_assert_their_property(
    model: str, sound: str, broken: str, option: tuple[str, ...]
) -> None:
    """Without the guard that the property rests on, an assertion fails, in either order."""
    text = (BY_HAND / f"{model}.pml").read_text(encoding="utf-8")
    assert 1 == text.count(sound)
    options = ["-O0", *option]
    found = spin.spin(text.replace(sound, broken), flags=["-DN=3", "-o3"], options=options)

    assert {"assertion violated 0"} == set(found.errors)
