"""The kernels over zones of forms: their plain twins find the same."""

from __future__ import annotations

import pytest

from hamodel.engine.timed import covering, linear_zones
from hamodel.engine.timed.formula import Formula, formula
from tests.agreement.linear_systems import CLASSES, linear_drawing
from tests.engine.timed.linear_examples import NEAR, RANGES, WORKED

KERNELS = (
    "slot_of",
    "note",
    "holds",
    "fits",
    "fired",
    "widen",
    "unbounded",
    "within",
    "advance",
)


def example(name: str) -> Formula:
    """Return the formula of an example."""
    return formula(WORKED[name]().asked, RANGES, NEAR)


@pytest.fixture
def by_python(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Let the plain twins do the work, once all kernels have been compiled."""
    example("two compete")
    for name in KERNELS:
        monkeypatch.setattr(linear_zones, name, getattr(linear_zones, name).py_func)
    return monkeypatch


def shown(table: Formula) -> list[object]:
    """Return what the rows of a table say."""
    return [(row.region.conditions, row.sort, row.form, row.point) for row in table.rows]


@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")
@pytest.mark.parametrize("name", WORKED)
def test_plain_twins_find_the_same(name: str, by_python: pytest.MonkeyPatch) -> None:
    """Of systems worked out by hand."""
    plain = example(name)
    by_python.undo()

    assert shown(example(name)) == shown(plain)


@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")
def test_plain_twins_widen_the_same(by_python: pytest.MonkeyPatch) -> None:
    """Where a state has many classes."""
    by_python.setattr(covering, "PATIENCE", 2)
    its = linear_drawing(10)
    plain = formula(its.asked, its.ranges, its.near, limits=CLASSES, regions=3)
    by_python.undo()
    by_python.setattr(covering, "PATIENCE", 2)

    assert shown(formula(its.asked, its.ranges, its.near, limits=CLASSES, regions=3)) == shown(
        plain
    )
