"""The worst and the best case of a wait, by name: exact, with a run, or not known."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from hamodel import (
    NO_FAULT,
    PROVED,
    UNDETERMINED,
    Budget,
    ModelError,
    SearchError,
    Var,
    WaitingTime,
    best_case,
    worst_case,
)
from hamodel.engine import waiting
from hamodel.engine.limits import Limits
from hamodel.engine.ticks import waits as by_ticks
from tests.agreement.timed import TICKS
from tests.agreement.timed_systems import timed_drawing
from tests.engine.timed.examples import EXAMPLES, FAULT, OFF, ON, in_turn, no_latest


def length(its: WaitingTime) -> int:
    """Return how long the wait of its run takes."""
    return its.run[-1].at - (its.run[its.begins - 1].at if its.begins else 0)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_worst_case_by_hand(name: str) -> None:
    """Exact, and its run takes so long; or without end, with what makes it endless."""
    its = EXAMPLES[name]()
    found = worst_case(its.system, its.begin, ~its.begin, its.budget)

    assert PROVED == found.kind
    assert (math.inf if its.why else its.worst) == found.ms
    assert waiting.ENDLESS.get(its.why, "") == found.why
    if its.worst is not None:
        assert its.worst == length(found)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_best_case_by_hand(name: str) -> None:
    """Exact, though a run may wait without end or go round; without end only if every wait is."""
    its = EXAMPLES[name]()
    found = best_case(its.system, its.begin, ~its.begin, its.budget)
    ticks = by_ticks(its.system, its.begin, ~its.begin, its.budget, limit_states=TICKS)

    assert PROVED == found.kind
    assert (math.inf if its.why and its.best is None else its.best) == found.ms
    assert ticks.cut or found.ms in {ticks.best, math.inf}
    if its.best is not None:
        assert its.best == length(found)


@pytest.mark.parametrize("case", [worst_case, best_case])
def test_what_is_cut_short_is_not_known(case: Callable[..., WaitingTime]) -> None:
    """A limit gives no figure."""
    its = in_turn()
    found = case(its.system, OFF, ON.is_(True), FAULT, limits=Limits(1))

    assert (UNDETERMINED, None) == (found.kind, found.ms)
    assert "by the limit of 1 class" in found.why
    assert str(found).startswith("UNDETERMINED: stopped at ")


def test_where_nothing_fails_no_wait_is_met() -> None:
    """None, which is not 0."""
    its = in_turn()
    found = worst_case(its.system, OFF, ON.is_(True), NO_FAULT)

    assert (PROVED, None, ()) == (found.kind, found.ms, found.run)
    assert str(found).startswith("no wait is met (")


def test_a_case_prints_its_run() -> None:
    """Each step with when it happens, and where the wait begins; or what makes it endless."""
    first, *steps = str(worst_case(in_turn().system, OFF, ON.is_(True), FAULT)).splitlines()
    endless = str(worst_case(no_latest().system, OFF, ON.is_(True), FAULT))

    assert first.startswith("37 ms (")
    assert [
        "        0 ms  it fails  the wait begins",
        "       35 ms  it is seen",
        "       37 ms  it is mended",
    ] == steps
    assert endless.startswith("without end: a rule that could end it need never happen (")


def test_a_wait_can_be_due_from_some_states_only() -> None:
    """`since` is where the step that begins it comes from."""
    its = in_turn()

    assert 37 == worst_case(its.system, OFF, ON.is_(True), FAULT, since=ON.is_(True)).ms
    assert 2 == worst_case(its.system, OFF, ON.is_(True), FAULT, since=OFF).ms


def test_what_the_system_does_not_have_is_an_error() -> None:
    """A guard over a variable of nobody's, and a budget of no class of its faults."""
    its = in_turn()
    with pytest.raises(ModelError, match="HA014"):
        worst_case(its.system, Var("nobody", bool).is_(True), OFF)
    with pytest.raises(SearchError, match="HA044"):
        best_case(its.system, OFF, ON.is_(True), Budget({"lmap": 1}))


def test_the_best_case_of_random_systems_is_that_of_ticks() -> None:
    """Also where a run waits without end, or goes round."""
    sorts: Counter[str] = Counter()
    for seed in range(150):
        try:
            its = timed_drawing(seed)
            system, wait, budget = its.system, (its.begin, its.end), its.budget
            expected = by_ticks(system, *wait, budget, since=its.since, limit_states=TICKS)
        except SearchError:
            continue
        if expected.cut:
            continue
        found = best_case(system, *wait, budget, since=its.since)
        assert PROVED == found.kind
        if expected.best is None:
            assert (math.inf if expected.endless else None) == found.ms
            sorts["without end" if expected.endless else "none"] += 1
        else:
            assert expected.best == found.ms == length(found)
            sorts["beside one without end" if expected.endless else "some"] += 1

    assert sorts.keys() == {"without end", "none", "beside one without end", "some"}


@pytest.mark.parametrize("budget", [1, {"thief-visit": 1}, None])
def test_what_is_no_budget_is_told(budget: Any) -> None:
    """With what one looks like."""
    its = in_turn()
    with pytest.raises(ModelError, match=r"HA044 the budget is .*; it can be one such as Budget"):
        worst_case(its.system, OFF, ON.is_(True), budget)


@pytest.mark.parametrize("guard", ["a", None, True])
def test_what_is_no_guard_is_told(guard: Any) -> None:
    """Where a wait begins or ends."""
    its = in_turn()
    with pytest.raises(ModelError, match=r"HA006 a wait has .* where a guard belongs"):
        best_case(its.system, OFF, guard, FAULT)
