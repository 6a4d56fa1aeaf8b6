"""The reference search: known counts, shortest runs, budgets, errors, and searches cut short."""

from __future__ import annotations

from enum import Enum

import pytest

from hamodel import (
    Arrow,
    Budget,
    Component,
    Kind,
    Rule,
    SearchError,
    Set,
    System,
    Var,
    next_of,
    step,
)
from hamodel.engine.reference import Product, explore
from tests.agreement.handmade import Philosopher, philosophers
from tests.models import ring, two_phase


class Lamp(Enum):
    """A lamp, which can break."""

    DARK = "dark"
    LIT = "lit"
    BROKEN = "broken"


LAMP = Component(
    "lamp",
    Lamp,
    (
        Arrow("switch", Lamp.DARK, Lamp.LIT),
        Arrow("switch", Lamp.LIT, Lamp.DARK),
        Arrow("break", (Lamp.DARK, Lamp.LIT), Lamp.BROKEN),
        Arrow("mend", Lamp.BROKEN, Lamp.DARK),
    ),
)
LAMPS = System(
    (LAMP,),
    (
        Rule("lamp is switched", Kind.ENVIRONMENT, fires=(LAMP.fires("switch"),)),
        Rule("lamp breaks", Kind.FAILURE, fires=(LAMP.fires("break"),), cost={"lamp-crash": 1}),
        Rule("lamp is mended", Kind.REPAIR, fires=(LAMP.fires("mend"),)),
    ),
)


@pytest.mark.parametrize("number", [2, 3, 4, 5, 6])
def test_philosophers_have_the_published_counts(number: int) -> None:
    """PHIL(N), with forks that move too, has 3^N−1 states, and starves in one."""
    found = explore(philosophers(number))

    assert 3**number - 1 == len(found.states)
    assert 2 * number * 3 ** (number - 1) - number == found.transitions
    assert 3 * number - 3 == found.depth
    assert 1 == len(found.deadlocks)
    [starving] = found.deadlocks
    assert number == list(found.state(starving).values()).count(Philosopher.ONE_FORK)


@pytest.mark.parametrize(
    ("budget", "states", "steps", "depth"),
    [
        (Budget(), 2, 2, 1),
        (Budget(1), 3, 4, 1),
        (Budget(2, 1), 6, 9, 3),
        (Budget(None, None), 3, 5, 1),
        (Budget(None), 3, 4, 1),
    ],
)
def test_a_budget_counts_faults_and_repairs(
    budget: Budget, states: int, steps: int, depth: int
) -> None:
    """Each fault and repair moves a counter of the product; without a limit there is none."""
    found = explore(LAMPS, budget)

    assert (states, steps, depth) == (len(found.states), found.transitions, found.depth)


def test_counters_come_last_in_a_state() -> None:
    """The product's variables are the system's, then the budget's counters."""
    product = Product(LAMPS, Budget({"lamp": 2}, 3))

    assert ("lamp", "faults.lamp", "faults.repair") == product.names
    assert {"lamp": Lamp.DARK, "faults.lamp": 0, "faults.repair": 0} == product.initial


def test_a_budget_for_a_class_that_no_rule_has_is_an_error() -> None:
    """A misspelt fault class is never a search without faults."""
    with pytest.raises(SearchError) as caught:
        explore(LAMPS, Budget({"lmap": 1}))

    assert (
        "HA044 the budget names lmap, near to it: lamp; a role or a mode alone is the sum of "
        "its classes"
    ) == str(caught.value)


def test_a_run_to_a_state_is_a_shortest_one() -> None:
    """The philosophers' dead end is reached in as many steps as there are philosophers."""
    found = explore(philosophers(4))
    [starving] = found.deadlocks
    trace = found.trace_to(starving, "all hold one fork")

    assert 4 == len(trace)
    assert sorted(f"philosopher_{i} takes" for i in range(4)) == sorted(trace.rules)
    assert "all hold one fork" == trace.note
    assert found.depths[starving] == len(trace)


def test_every_state_is_reached_by_its_own_run() -> None:
    """Replaying the run to each state ends in that state."""
    found = explore(ring(3))
    product = found.product
    names = [action.rule.name for action in product.actions]

    assert 108 == len(found.states)
    for i in range(len(found.states)):
        state = product.initial
        for rule in found.run_to(i):
            [state] = [after for place, after in product.steps(state) if names[place] == rule]
        assert found.state(i) == state


def test_the_first_state_with_a_guard_is_a_nearest_one() -> None:
    """`first` finds a state at the least depth, and None where there is no such state."""
    found = explore(LAMPS, Budget(1))
    broken = found.first(LAMP.is_(Lamp.BROKEN))

    assert broken is not None
    assert 1 == found.depths[broken]
    assert explore(LAMPS).first(LAMP.is_(Lamp.BROKEN)) is None


def test_all_effects_read_the_state_before_the_step() -> None:
    """Two variables swap their values in one step."""
    left: Var[int] = Var("left", range(3), 1)
    right: Var[int] = Var("right", range(3), 2)
    swap = Rule("they swap", sets=(Set(left, right), Set(right, left)))
    found = explore(System((Component("pair", variables=(left, right)),), (swap,)))

    assert [(1, 2), (2, 1)] == found.states
    assert 2 == found.transitions


def test_what_a_rule_does_not_name_keeps_its_value() -> None:
    """A step changes what its rule sets and nothing else."""
    turning: Var[int] = Var("turning", range(3))
    still: Var[int] = Var("still", range(3), 2)
    turn = Rule("it turns", sets=(Set(turning, next_of(turning)),))
    found = explore(System((Component("box", variables=(turning, still)),), (turn,)))

    assert [(0, 2), (1, 2), (2, 2)] == found.states


def test_a_step_beyond_the_range_is_told_with_the_run_that_leads_there() -> None:
    """HA040 names the variable, its range, what to do, and the steps before it."""
    count: Var[int] = Var("count", range(3))
    system = System(
        (Component("box", variables=(count,)),),
        (Rule("it counts", sets=(Set(count, step(count, 1)),)),),
    )

    with pytest.raises(SearchError) as caught:
        explore(system)

    assert (
        "HA040 count is 2 and cannot step by +1; it can be 0, 1, 2; guard the rule, widen the "
        "range, or wrap with next_of\n"
        "   1. it counts\n"
        "   2. it counts"
    ) == str(caught.value)


@pytest.mark.parametrize("limit", [1, 2, 100, 287])
def test_a_search_cut_short_says_so(limit: int) -> None:
    """Beyond the limit an exploration is not complete, and what it knows is reachable."""
    whole = explore(two_phase(3))
    cut = explore(two_phase(3), limit_states=limit)

    assert not cut.complete
    assert len(cut.states) > limit
    assert set(cut.states) <= set(whole.states)


def test_a_limit_that_is_not_reached_changes_nothing() -> None:
    """With a limit of as many states as there are the search is complete."""
    found = explore(two_phase(3), limit_states=288)

    assert found.complete
    assert 288 == len(found.states)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_is_an_error(limit: int) -> None:
    """HA045 says what was given and what is possible."""
    with pytest.raises(SearchError) as caught:
        explore(LAMPS, limit_states=limit)

    assert f"HA045 the limit is {limit} states; it can be 1 or more" == str(caught.value)


def test_progress_is_told() -> None:
    """The caller hears of distinct states, states to be expanded, and depth."""
    heard: list[tuple[int, int, int]] = []
    explore(two_phase(5), progress=lambda *numbers: heard.append(numbers))

    assert 3 == len(heard)
    assert (1, 1, 0) == heard[0]
    assert sorted(heard) == heard


def test_two_searches_of_one_system_are_the_same() -> None:
    """States and steps come in the same order every time."""
    one, two = explore(two_phase(3)), explore(two_phase(3))

    assert one.states == two.states
    assert one.edges == two.edges
    assert one.parents == two.parents
