"""The readings of a system that must agree on every step, and how they are compared."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from hamodel import Budget, SearchError, System
from hamodel.engine.machines import Machines
from hamodel.engine.packed import kernels
from hamodel.engine.packed.layout import Layout
from hamodel.engine.packed.program import program
from hamodel.engine.reference import Product
from hamodel.expr import State, Value

Successors = Callable[[State], list[tuple[str, dict[str, Value]]]]
"""Returns each enabled rule's name and the state that it leads to."""

Reading = Callable[[System, Budget], tuple[dict[str, Value], Successors]]
"""Returns the initial state, and the successors of any state."""

Outcome = Counter[tuple[str, tuple[tuple[str, Value], ...]]] | str
"""The steps that leave a state as a multiset, or the error that one of them is."""


def reference(system: System, budget: Budget) -> tuple[dict[str, Value], Successors]:
    """The reference search: arrows flattened into guards and effects, over dicts."""
    product = Product(system, budget)

    def successors(state: State) -> list[tuple[str, dict[str, Value]]]:
        return [(product.actions[place].rule.name, after) for place, after in product.steps(state)]

    return product.initial, successors


def machines(system: System, budget: Budget) -> tuple[dict[str, Value], Successors]:
    """Running `transitions` machines."""
    running = Machines(system, budget)
    return running.state, running.successors


def packed(system: System, budget: Budget) -> tuple[dict[str, Value], Successors]:
    """The packed engine's kernel that expands states, on words of 64 bits."""
    product = Product(system, budget)
    layout = Layout(product.variables)
    dims, its = (0,) * layout.words, program(layout, product)
    room = np.empty((len(product.actions) + 1, layout.words), np.uint64)
    actions, (ends, steps) = np.empty(len(room), np.uint16), np.empty((2, 1), np.int64)

    def successors(state: State) -> list[tuple[str, dict[str, Value]]]:
        words = np.array([layout.pack(state)], np.uint64)
        _, wrong = kernels.expand(dims, its, words, 0, 1, True, room, actions, ends, steps)
        if wrong >= 0:
            # The engine leaves the words to the oracle; which action is wrong it says itself.
            for effect, when in product.actions[wrong].effects:
                if when is None or when(state):
                    effect.value(state)
            raise AssertionError(f"the oracle sees no error in {product.actions[wrong].rule.name}")
        rows = zip(actions[: ends[0]].tolist(), room.tolist(), strict=False)
        return [
            (product.actions[a].rule.name, dict(zip(product.names, layout.unpack(r), strict=True)))
            for a, r in rows
        ]

    initial = layout.unpack(layout.pack(product.initial))
    return dict(zip(product.names, initial, strict=True)), successors


ORACLE: Reading = reference
READINGS: Mapping[str, Reading] = {"machines": machines, "packed": packed}
"""The readings that are compared with the oracle; a new engine is one line here."""


@dataclass(frozen=True, slots=True)
class Compared:
    """How much was compared: states, steps, dead ends, and states where a step is an error."""

    states: int
    steps: int
    deadlocks: int
    errors: int
    complete: bool


def outcome(successors: Successors, state: State) -> Outcome:
    """Return what leaves a state; an error is the outcome of the whole state, with its text."""
    try:
        return Counter((rule, tuple(after.items())) for rule, after in successors(state))
    except SearchError as error:
        return str(error)


def compare(
    system: System, budget: Budget, reading: Reading, limit_states: int = 5_000
) -> Compared:
    """Assert that a reading has the oracle's steps in every state that the oracle reaches."""
    initial, expected = ORACLE(system, budget)
    other, actual = reading(system, budget)
    assert initial == other
    seen, queue = {tuple(initial.values())}, deque([initial])
    steps = deadlocks = errors = expanded = 0
    while queue and expanded < limit_states:
        state = queue.popleft()
        expanded += 1
        its = outcome(expected, state)
        assert its == outcome(actual, state), f"in {state}"
        if isinstance(its, str):
            errors += 1
            continue
        steps += its.total()
        deadlocks += not its
        for _, items in its:
            after = dict(items)
            key = tuple(after.values())
            if key not in seen:
                seen.add(key)
                queue.append(after)
    return Compared(expanded, steps, deadlocks, errors, not queue)
