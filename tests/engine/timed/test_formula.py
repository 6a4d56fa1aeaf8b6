"""The longest wait as a formula of timers: worked out by hand, and as the engine says anywhere."""

from __future__ import annotations

from collections import Counter
from itertools import product as everything

import pytest

from hamodel.engine.limits import NO_LIMITS, Limits
from hamodel.engine.timed.formula import Formula, Sort, formula, one_expression
from hamodel.engine.timed.linear import Vector
from hamodel.engine.timed.search import waits
from tests.agreement.linear_systems import compare_formula
from tests.engine.timed.linear_examples import NEAR, RANGES, WORKED, Worked

SEEDS = (1, 2, 4, 7, 8, 10, 11, 12, 13, 15)
FEW = (0, 1, 2, 5)


def table(its: Worked, limits: Limits = NO_LIMITS, regions: int = 200) -> Formula:
    """Return the formula of an example."""
    return formula(its.asked, RANGES, NEAR, limits=limits, regions=regions)


@pytest.mark.parametrize("name", WORKED)
def test_formulas_worked_out_by_hand(name: str) -> None:
    """Minima of what competes, maxima of what is needed, sums, and without end; whole ranges."""
    its = WORKED[name]()
    found = table(its)

    assert its.rows == len(found.rows)
    assert its.one == (one_expression(found) or ("", ()))[0]
    for point in everything((0, 1, 2, 5, 40, 999, 1_000), repeat=3):
        row = found.row(point)
        expected = its.worst(*point)
        assert expected == (row.sort.value if row.form is None else found.worst(point)), point


@pytest.mark.parametrize("name", WORKED)
def test_the_engine_agrees(name: str) -> None:
    """At vectors on the borders and beside them."""
    its = WORKED[name]()

    for point in everything(FEW, repeat=3):
        asked = its.at(*point)
        worst = waits(asked.system, asked.begin, asked.end, asked.budget, since=asked.since).worst
        found = "never" if worst is None else "endless" if worst.why else worst.ms
        assert its.worst(*point) == found, point


def test_random_systems_at_random_vectors() -> None:
    """200 vectors, half of them on a border or 1 ms beside one: each in one row, which is right."""
    sorts: Counter[str] = sum((compare_formula(seed, 24) for seed in SEEDS), Counter())

    assert 200 <= sum(sorts[sort.value] for sort in Sort if sort is not Sort.UNDETERMINED)
    assert all(sorts[sort] >= 7 for sort in ("ends", "endless", "never"))


def test_a_row_has_a_run() -> None:
    """At its vector, as long as its form says there."""
    for row in table(WORKED["both are needed"]()).rows:
        assert row.wait is not None
        assert row.wait.ms == table(WORKED["both are needed"]()).worst(row.point)
        assert "it fails" == row.wait.run[row.wait.begins - 1].rule


def test_what_was_not_looked_at_is_undetermined() -> None:
    """A limit on regions leaves the rest open, and says so."""
    found = table(WORKED["two compete"](), regions=1)

    assert [Sort.ENDS, Sort.UNDETERMINED] == [row.sort for row in found.rows]
    assert "regions" == found.rows[1].why
    assert one_expression(found) is None


@pytest.mark.parametrize("limits", [Limits(states=1), Limits(time=1e-9)])
def test_a_search_that_is_cut_short_is_undetermined(limits: Limits) -> None:
    """Nothing is claimed then."""
    found = table(WORKED["two compete"](), limits)

    assert {Sort.UNDETERMINED} == {row.sort for row in found.rows}


def test_rows_are_disjoint_and_leave_nothing_out() -> None:
    """Every whole vector has one row."""
    found = table(WORKED["put off or not"]())
    for point in everything(range(7), repeat=3):
        assert 1 == sum(row.region.holds_at(point) for row in found.rows)


def test_timers_without_a_choice() -> None:
    """With a range of one value it is that value's longest wait."""
    its = WORKED["two compete"]()
    found = formula(its.asked, {"a": (9, 9), "b": (4, 4), "c": (2, 2)}, {"a": 9, "b": 4, "c": 2})

    assert 6 == found.worst((9, 4, 2))
    assert Vector({"a": 9}).point == (9,)
