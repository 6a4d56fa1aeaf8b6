"""The packed search finds what the reference search finds, under the same numbers."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, pairwise
from typing import Any

import numpy as np
import pytest

from hamodel import (
    FALSE,
    TRUE,
    Budget,
    Component,
    Kind,
    Rule,
    SearchError,
    Set,
    System,
    Var,
    all_of,
    any_of,
    next_of,
    step,
)
from hamodel.engine.limits import Cut
from hamodel.engine.packed import crew, table
from hamodel.engine.packed.explorer import PackedExploration, explore_packed
from hamodel.engine.packed.listed import Listed
from hamodel.engine.reference import Product, explore
from tests.agreement.handmade import MODELS
from tests.agreement.random_systems import seeded_drawing, seeded_system
from tests.engine.packed.compared import both, guide_searches, outcome, read, widened
from tests.models import philosophers, proxied, ring, two_phase

SMALL_SCENARIOS = ("single-resource-manager", "single-sip-server", "single-media-server")


def test_random_systems_are_searched_alike() -> None:
    """Two hundred random systems: states, edges, depths, and the same errors with their runs."""
    kinds: Counter[str] = Counter()
    for seed in range(200):
        found = outcome(*seeded_system(seed, most_rules=24), 400)
        if isinstance(found, str):
            kinds["error"] += 1
            assert found.startswith("HA040 ")
            continue
        kinds["whole" if found[0].complete else "cut"] += 1
        kinds["dead end"] += bool(found[0].deadlocks)

    assert {"error": 47, "whole": 140, "cut": 13} == {
        kind: kinds[kind] for kind in ("error", "whole", "cut")
    }
    assert 20 <= kinds["dead end"]


def test_guards_hold_and_are_first_met_alike() -> None:
    """Random guards, in a random system's states; and those that never and always hold."""
    met = 0
    for seed in range(60):
        system, budget, drawing = seeded_drawing(seed)
        found = outcome(system, budget, 300)
        if isinstance(found, str):
            continue
        expected, actual = found
        for guard in (TRUE, FALSE, *(drawing.guard() for _ in range(6))):
            first = expected.first(guard)
            assert expected.holds(guard) == actual.holds(guard).tolist()
            assert first == actual.first(guard)
            met += first is not None
        assert actual.first(FALSE) is None
        assert 0 == actual.first(TRUE)

    assert 150 <= met


def test_states_have_the_same_numbers_and_unknown_ones_have_none() -> None:
    """What was not found is -1: beyond a limit, out of a domain, or before there is a table."""
    expected, actual = both(ring(3), limit_states=50)
    beyond = explore(ring(3)).states[60]
    asked = [beyond, expected.states[7], (9, *beyond[1:]), expected.states[0]]

    assert [-1, 7, -1, 0] == expected.numbers_of(asked) == actual.numbers_of(asked)
    assert [] == expected.numbers_of([]) == actual.numbers_of([])
    begun = PackedExploration(Product(ring(3)))
    assert [0, -1] == begun.numbers_of([expected.states[0], beyond])


def test_guards_with_many_parts_hold_in_the_same_states() -> None:
    """Disjunctions and conjunctions of parts about several variables, none, and their opposites."""
    expected, actual = both(two_phase(4))
    every = {var.name: var for var in expected.product.variables}
    managers = [var for var in every.values() if var.name.startswith("manager")]
    alike = [one.same_as(two) for one, two in pairwise(managers)]
    guards = [any_of(*alike), all_of(*alike), any_of(all_of(*alike[:2]), ~alike[-1]), TRUE, FALSE]
    compared = [
        expected.where(guard) == actual.where(guard) for each in guards for guard in (each, ~each)
    ]

    assert 4 == len(managers)
    assert [True] * 10 == compared


def test_first_steps_are_found_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first state that an action leaves is the same however the steps are looked through."""
    expected, actual = both(two_phase(3))
    monkeypatch.setattr("hamodel.engine.packed.listed.PIECE", 7)

    assert expected.first_steps() == actual.first_steps()
    assert expected.happening == sorted(expected.first_steps())


def test_runs_to_every_state_are_the_same() -> None:
    """The first state that leads there, and its first action that does: as a parent is stored."""
    compared = 0
    for seed in range(80):
        found = outcome(*seeded_system(seed, most_rules=24), 200)
        if isinstance(found, str):
            continue
        expected, actual = found
        for i in range(len(expected.states)):
            assert expected.actions_to(i) == actual.actions_to(i)
            compared += 1
        last = len(expected.states) - 1
        assert expected.run_to(last) == actual.run_to(last)
        assert expected.state(last) == actual.state(last)
        assert expected.trace_to(last, "here") == actual.trace_to(last, "here")

    assert 3_000 <= compared


@pytest.mark.parametrize("model", [name for name in MODELS if name != "beyond the range"])
def test_models_written_by_hand(model: str) -> None:
    """Their known counts; counters, swaps, references, guarded arrows, no rule at all."""
    make, states = MODELS[model]
    expected, _ = both(*make())

    assert states == len(expected.states)


@pytest.mark.parametrize(
    ("system", "states"),
    [(ring(5), 1_620), (philosophers(5), 242), (two_phase(4), 1_568)],
    ids=["ring", "philosophers", "two-phase"],
)
def test_published_models(system: System, states: int) -> None:
    """RING, PHIL and TP have their published counts by both engines."""
    expected, actual = both(system)

    assert states == len(expected.states)
    assert expected.run_to(states - 1) == actual.run_to(states - 1)


@pytest.mark.parametrize("name", SMALL_SCENARIOS)
def test_small_scenarios_of_the_guide(name: str) -> None:
    """The searches of a scenario of the guide, with its budgets."""
    for each, _ in guide_searches(name):
        if "loss" not in str(each.budget):
            expected, actual = both(each.system, each.budget, 2_000)
            last = len(expected.states) - 1
            assert 363 <= len(expected.states)
            assert expected.trace_to(last) == actual.trace_to(last)


def test_what_some_states_lead_to_is_read_alike() -> None:
    """From two states on, the steps; the values of some variables, numbered as they come."""
    expected, actual = both(ring(4))
    names = expected.product.names[::2]
    for i in range(0, len(expected.states), 5):
        begins = [len(expected.states) - 1 - i, i]
        reached = expected.reached(begins)
        assert list(reached.items()) == list(actual.reached(begins).items())
        assert expected.numbered(names, list(reached)) == actual.numbered(names, list(reached))

    assert ([], []) == expected.numbered(names, []) == actual.numbered(names, [])
    assert ([0, 0], [()]) == expected.numbered([], [1, 0]) == actual.numbered([], [1, 0])


@pytest.mark.parametrize("limit", [1, 2, 3, 10, 100, 287, 288, 289, 10_000])
def test_a_search_is_cut_at_the_same_state(limit: int) -> None:
    """As many states known and expanded, the same edges; at 288 it is whole."""
    expected, _ = both(two_phase(3), limit_states=limit)

    assert (limit >= 288) == expected.complete


@pytest.mark.parametrize("batch", [1, 2, 7])
def test_the_size_of_a_batch_makes_no_difference(
    monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    """Batches of a few states, with room for hardly more than one state's successors."""
    monkeypatch.setattr(crew, "BATCH", batch)
    monkeypatch.setattr(crew, "ROOM", 3)
    for seed in range(40):
        outcome(*seeded_system(seed, most_rules=24), 150)
    expected, actual = both(two_phase(3))
    both(two_phase(3), limit_states=100)

    assert 288 == len(expected.states)
    assert expected.states == list(actual.states)


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_make_no_difference(monkeypatch: pytest.MonkeyPatch, threads: int) -> None:
    """The same states, steps and errors in the same order, in shares of a few states."""
    monkeypatch.setattr(crew, "BATCH", 4)
    monkeypatch.setattr(crew, "SHARES", 5)
    for seed in range(40):
        outcome(*seeded_system(seed, most_rules=24), 150, threads)
    both(two_phase(3), limit_states=100, threads=threads)
    monkeypatch.setattr(crew, "ROOM", 9)
    both(widened(two_phase(3), 3), threads=threads)
    expected, actual = both(ring(5), threads=threads)

    assert 1_620 == len(expected.states)
    assert expected.states == list(actual.states)


def test_threads_are_asked_for_before_each_round(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function says how many; there are so many from then on, more or fewer than before."""
    monkeypatch.setattr(crew, "BATCH", 16)
    had: list[int] = []

    def noted(others: int, name: str) -> ThreadPoolExecutor:
        had.append(others)
        return ThreadPoolExecutor(others, name)

    monkeypatch.setattr(crew, "ThreadPoolExecutor", noted)
    asked = cycle([2, 2, 4, 1])
    expected, _ = both(two_phase(5))
    actual = explore_packed(two_phase(5), threads=lambda: next(asked))

    assert list(expected.states) == list(actual.states)
    assert {1, 3} == set(had)
    assert had == [had[0], *(other for one, other in pairwise(had) if one != other)]


def test_no_thread_is_left_after_a_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither after the search nor after its steps: a process with threads should not fork."""
    monkeypatch.setattr(crew, "BATCH", 16)
    before = threading.active_count()
    found = explore_packed(two_phase(4), threads=2)
    after = threading.active_count()

    assert 1_568 == len(found.edges)
    assert [before, before] == [after, threading.active_count()]


def test_what_a_thread_raises_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error in another thread ends the search, as one in this thread would."""
    monkeypatch.setattr(crew, "BATCH", 16)

    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(crew.Worker, "sift", fail)
    found = explore_packed(two_phase(4), threads=2)

    assert Cut.EXHAUSTED is found.cut


def test_a_search_that_outgrows_its_table_and_its_list() -> None:
    """More states than the first list and table hold, in several batches."""
    expected, actual = both(two_phase(5))

    assert 8_832 == len(expected.states)
    assert len(expected.states) > crew.BATCH
    assert len(actual._table.slots) >= 8_832 / table.LOAD


def counting(bits: int, *, to: int) -> System:
    """Return a counter that steps beyond its range, and variables that keep it company."""
    count: Var[int] = Var("count", range(to))
    on: Var[bool] = Var("on", bool)
    rules = (
        Rule("it turns", sets=(Set(on, next_of(on)),)),
        Rule("it counts", when=on.is_(True), sets=(Set(count, step(count, 1)),)),
    )
    others = tuple(Var(f"still.v{i}", bool) for i in range(bits))
    return System(
        (Component("box", variables=(count, on)), Component("still", None, (), others)), rules
    )


@pytest.mark.parametrize("to", [2, 3, 30])
def test_an_error_is_told_with_the_same_run(to: int) -> None:
    """HA040: the same variable, the same run that leads there, of both engines."""
    told = outcome(counting(3, to=to))

    assert isinstance(told, str)
    assert told.startswith(f"HA040 count is {to - 1} and cannot step by +1; ")
    assert "   1. it turns\n   2. it counts" in told
    assert to == len(told.splitlines()) - 1


def test_an_error_in_the_initial_state_has_no_run() -> None:
    """There is no step before it, so nothing follows the message."""
    count: Var[int] = Var("count", range(3))
    falls = Rule("it falls", sets=(Set(count, step(count, -1)),))

    assert (
        "HA040 count is 0 and cannot step by -1; it can be 0, 1, 2; guard the rule, widen the "
        "range, or wrap with next_of"
    ) == outcome(System((Component("box", variables=(count,)),), (falls,)))


def test_a_search_that_is_cut_meets_no_error_beyond() -> None:
    """An error in a state that is not expanded any more is not raised; in the one before it is."""
    limits = range(1, 12)
    told = [isinstance(outcome(counting(0, to=4), limit_states=limit), str) for limit in limits]

    assert [False] * 6 + [True] * 5 == told


@pytest.mark.parametrize("words", [2, 3, 4])
def test_states_of_several_words(words: int) -> None:
    """Random systems among variables that fill words up: the same states, edges and runs."""
    searched = 0
    for seed in range(30):
        system, budget = seeded_system(seed)
        if len(system.variables) > 8:
            continue
        wide = widened(system, words)
        found = outcome(wide, budget, 100)
        if isinstance(found, str):
            continue
        searched += 1
        assert words == found[1].layout.words
        last = len(found[0].states) - 1
        assert found[0].run_to(last) == found[1].run_to(last)

    assert 8 <= searched


def test_more_rules_than_a_lane_has_bits() -> None:
    """A hundred and fifty rules: their guards take three lanes."""
    places: Var[int] = Var("place", range(150))
    on: Var[bool] = Var("on", bool)
    rules = tuple(
        Rule(
            f"from {i}",
            when=places.is_(i) | places.is_(i * 7 % 150) & on.is_(True),
            sets=(Set(places, (i + 1 + i % 2) % 150), Set(on, next_of(on))),
        )
        for i in range(150)
    )
    expected, actual = both(System((Component("box", variables=(places, on)),), rules))

    assert 3 == actual.program.guards.rows.shape[1]
    assert 130 <= max(expected.happening)
    assert 151 == len(expected.states)


def test_a_wrong_budget_or_limit_is_the_same_error() -> None:
    """HA044 for a class that no rule has, HA045 for a limit below 1."""
    for budget, limit, code in ((Budget({"lmap": 1}), 9, "HA044"), (Budget(), 0, "HA045")):
        told = []
        for search in (explore, explore_packed):
            with pytest.raises(SearchError) as caught:
                search(ring(2), budget, limit_states=limit)
            told.append(str(caught.value))
        assert told[0].startswith(code)
        assert told[0] == told[1]


def fault_steps(found: Any) -> list[tuple[int, int]]:
    """Return the steps of failures: the state before and the one after each."""
    failures = {
        place
        for place, action in enumerate(found.product.actions)
        if action.rule.kind is Kind.FAILURE
    }
    return [
        (i, target)
        for i, edges in enumerate(found.edges)
        for action, target in edges
        if action in failures
    ]


def test_an_extended_copy_has_the_numbers_of_the_reference() -> None:
    """States added after a whole search, and what follows from them; the original stays."""
    system, budget = proxied(2, hops=2), Budget(1)
    expected, actual = both(system, budget)
    before = read(actual)
    steps = fault_steps(expected)
    variables = len(system.variables)
    more = [expected.states[i][:variables] + expected.states[t][variables:] for i, t in steps]
    names = expected.product.names
    packed = [actual.layout.pack(dict(zip(names, values, strict=True))) for values in more]
    copy, numbers = actual.extended(np.array(packed, np.uint64))
    added = [
        expected.add(dict(zip(names, values, strict=True)), i, 0, 0)
        for values, (i, _) in zip(more, steps, strict=True)
    ]
    expected.expand()

    assert 18 == len(steps)
    assert len(before["states"]) < len(copy.states)  # type: ignore[arg-type]
    assert added == numbers.tolist()
    assert expected.states == list(copy.states)
    assert expected.edges == list(copy.edges)
    assert expected.transitions == copy.transitions
    assert before == read(actual)


def test_more_states_are_added_than_there_is_room_for() -> None:
    """The list and the table grow; one state is twice among them."""
    count: Var[int] = Var("count", range(50))
    still = System((Component("box", variables=(count,)),), ())
    found = explore_packed(still)
    copy, numbers = found.extended(np.array([[k] for k in (3, 0, 7, 3, *range(10, 40))], np.uint64))

    assert [1, 0, 2, 1, *range(3, 33)] == numbers.tolist()
    assert 33 == len(copy.states)
    assert 1 == len(found.states)


def test_progress_is_told() -> None:
    """At the beginning and after some batches: states, states to be expanded, depth."""
    heard: list[tuple[int, int, int]] = []
    explore_packed(two_phase(5), progress=lambda *numbers: heard.append(numbers))

    assert (1, 1, 0) == heard[0]
    assert sorted(heard) == heard


def test_lists_that_are_worked_out_are_read_like_lists() -> None:
    """From the end, in slices; beyond the end is an error."""
    squares = Listed(5, lambda i: i * i)
    edges = explore_packed(ring(2)).edges

    assert (5, 16, [1, 4]) == (len(squares), squares[-1], squares[1:3])
    assert [0, 1, 4, 9, 16] == list(squares)
    assert edges[-1] == edges[len(edges) - 1]
    assert [edges[1], edges[2]] == edges[1:3]
    for its in (squares, edges):
        with pytest.raises(IndexError):
            its[len(its)]
