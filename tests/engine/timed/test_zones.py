"""The kernels over zones: their plain twins find the same classes."""

from __future__ import annotations

import pytest

from hamodel import check_in_time, leads_to
from hamodel.engine.timed import still, zones
from hamodel.engine.timed.search import waits
from tests.agreement.timed_systems import timed_drawing
from tests.engine.timed.examples import EXAMPLES

KERNELS = tuple(
    (module, name)
    for module in (zones, still)
    for name, each in vars(module).items()
    if hasattr(each, "py_func")
)
"""All of them: a compiled one that a plain one calls would be compiled with plain ones in it."""


@pytest.fixture
def by_python(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Let the plain twins do the work, once all kernels have been compiled."""
    its = EXAMPLES["round and round"]()
    waits(its.system, its.begin, ~its.begin, its.budget)
    for module, name in KERNELS:
        monkeypatch.setattr(module, name, getattr(module, name).py_func)
    return monkeypatch


@pytest.mark.parametrize("name", EXAMPLES)
def test_plain_twins_find_the_same(name: str, by_python: pytest.MonkeyPatch) -> None:
    """Of systems worked out by hand."""
    its = EXAMPLES[name]()
    plain = waits(its.system, its.begin, ~its.begin, its.budget)
    by_python.undo()

    assert waits(its.system, its.begin, ~its.begin, its.budget) == plain


@pytest.mark.parametrize("name", EXAMPLES)
def test_plain_twins_judge_the_same(name: str, by_python: pytest.MonkeyPatch) -> None:
    """Whether a wait ends within the longest that it takes, and within one ms less."""
    its = EXAMPLES[name]()
    worst = its.worst or 1
    props = [leads_to("p", its.begin, ~its.begin, within=ms) for ms in (worst, worst - 1)]
    plain = [check_in_time(its.system, prop, its.budget) for prop in props]
    by_python.undo()

    assert plain == [check_in_time(its.system, prop, its.budget) for prop in props]


@pytest.mark.parametrize("seed", [7, 11, 14])
def test_plain_twins_find_the_same_of_random_systems(
    seed: int, by_python: pytest.MonkeyPatch
) -> None:
    """Several clocks at once."""
    drawn = timed_drawing(seed)
    its = drawn.system, drawn.begin, drawn.end, drawn.budget
    plain = waits(*its)
    by_python.undo()

    assert waits(*its) == plain
