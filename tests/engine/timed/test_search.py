"""How long a wait takes, by classes of states: as tick by tick, and in any unit of time."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from hamodel import FALSE, SearchError, System
from hamodel.engine.limits import NO_LIMITS, Cut, Limits
from hamodel.engine.reference import Product
from hamodel.engine.ticks import Ticks, Untimed
from hamodel.engine.timed import search as module
from hamodel.engine.timed.search import Wait, Waits, length, waits
from tests.agreement.timed import LEFT_OUT, compare_timed
from tests.engine.timed.examples import EXAMPLES, Example, in_turn

SEEDS = range(120)


def searched(its: Example, limits: Limits = NO_LIMITS) -> Waits:
    """Return how long its wait takes."""
    return waits(its.system, its.begin, ~its.begin, its.budget, limits=limits)


def is_a_run(its: Example, wait: Wait) -> bool:
    """Return whether a run can happen, tick by tick, and takes what it is said to take."""
    ticks = Ticks(Untimed(Product(its.system, its.budget)), FALSE, FALSE)
    assert "" == ticks.follow([(step.rule, step.at) for step in wait.run])
    return wait.ms is None or length(wait.run, wait.begins) == wait.ms


@pytest.mark.parametrize("name", EXAMPLES)
def test_waits_worked_out_by_hand(name: str) -> None:
    """The longest and the shortest, each with a run; or what makes it endless."""
    its = EXAMPLES[name]()
    found = searched(its)

    assert found.cut is None
    assert its.why == (found.worst.why if found.worst else "")
    assert its.worst == (found.worst.ms if found.worst else None)
    assert all(is_a_run(its, each) for each in (found.worst, found.best) if each)
    if not its.why:
        assert its.best == (found.best.ms if found.best else None)


def test_a_run_says_when_each_step_happens() -> None:
    """The wait begins with the fault; what is later is as late as can be, or as early."""
    found = searched(in_turn())
    assert found.worst is not None
    assert found.best is not None

    assert [("it fails", 0), ("it is seen", 35), ("it is mended", 37)] == [
        (step.rule, step.at) for step in found.worst.run
    ]
    assert [0, 25, 26] == [step.at for step in found.best.run]
    assert 1 == found.worst.begins


def test_random_systems_take_as_long_as_tick_by_tick() -> None:
    """Longest, shortest, endless; every run that is shown can happen; in a unit of 1/1000 too."""
    sorts = Counter(map(compare_timed, SEEDS))

    assert 50 <= sum(count for sort, count in sorts.items() if sort not in LEFT_OUT)
    assert all(sorts[each] >= 5 for each in ("no time", "stuck", "loop"))
    assert sorts["some time"]


@pytest.mark.parametrize(
    ("limits", "cut"), [(Limits(states=2), Cut.STATES), (Limits(time=1e-9), Cut.TIME)]
)
def test_a_search_that_is_cut_short_says_so(
    monkeypatch: pytest.MonkeyPatch, limits: Limits, cut: Cut
) -> None:
    """What was found until then is no bound."""
    monkeypatch.setattr(module, "CHUNK", 1)

    assert cut is searched(in_turn(), limits).cut


def test_how_far_it_is_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """How many classes there are, which grow, and how many of them are to be left: none at last."""
    monkeypatch.setattr(module, "CHUNK", 1)
    its, told = in_turn(), list[tuple[int, int]]()
    found = waits(
        its.system, its.begin, ~its.begin, its.budget, progress=lambda *how: told.append(how)
    )

    assert len(told) >= 2
    assert sorted(classes for classes, _ in told) == [classes for classes, _ in told]
    assert (found.classes, 0) == told[-1]


def test_classes_do_not_depend_on_how_many_are_left_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One by one: the same bounds, found in more rounds."""
    expected = {name: searched(make()) for name, make in EXAMPLES.items()}
    monkeypatch.setattr(module, "CHUNK", 1)
    actual = {name: searched(make()) for name, make in EXAMPLES.items()}

    assert expected == actual


def test_a_step_beyond_the_range_of_a_variable_is_an_error() -> None:
    """As in any search."""
    from tests.agreement.handmade import beyond_the_range

    system, budget = beyond_the_range()
    any_value = next(iter(system.variables.values()))
    with pytest.raises(SearchError, match="HA040"):
        waits(
            System(system.components, tuple(replace(r, takes=(0, 1)) for r in system.rules)),
            any_value.is_(any_value.values[0]),
            FALSE,
            budget,
        )
