"""What both engines find, read in one way, so that a test can compare it whole."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hamodel import NO_FAULT, Budget, Component, Property, SearchError, System, Var
from hamodel.engine.explored import Explored
from hamodel.engine.packed.explorer import PackedExploration, explore_packed
from hamodel.engine.reference import Exploration, explore
from hamodel.guide import build, load, promises
from tests.agreement.scenarios import Searched, scenarios, searches

Both = tuple[Exploration, PackedExploration]


def read(found: Explored) -> dict[str, object]:
    """Return all numbers, states and steps that an exploration tells of."""
    return {
        "states": list(found.states),
        "edges": list(found.edges),
        "depths": list(found.depths),
        "depth": found.depth,
        "transitions": found.transitions,
        "complete": found.complete,
        "happening": found.happening,
        "first steps": found.first_steps(),
        "numbers": found.numbers_of(found.states),
        "deadlocks": found.deadlocks,
    }


def both(
    system: System,
    budget: Budget = NO_FAULT,
    limit_states: int | None = None,
    threads: int = 1,
) -> Both:
    """Return what both engines find, once all of it is compared."""
    expected = explore(system, budget, limit_states=limit_states)
    actual = explore_packed(system, budget, limit_states=limit_states, threads=threads)
    assert len(expected.states) == len(actual.states)
    assert read(expected) == read(actual)
    return expected, actual


def outcome(
    system: System,
    budget: Budget = NO_FAULT,
    limit_states: int | None = None,
    threads: int = 1,
) -> Both | str:
    """Return what both engines find, or the error that both raise, once it is compared."""
    told = error_of(explore, system, budget, limit_states)
    assert told == error_of(partial(explore_packed, threads=threads), system, budget, limit_states)
    return told or both(system, budget, limit_states, threads)


def error_of(
    search: Callable[..., object], system: System, budget: Budget, limit_states: int | None
) -> str:
    """Return the error that a search raises; empty for none."""
    try:
        search(system, budget, limit_states=limit_states)
    except SearchError as error:
        return str(error)
    return ""


def guide_searches(name: str) -> list[tuple[Searched, list[Property]]]:
    """Return the searches of a scenario of the guide, each with the properties it can judge."""
    scenario = scenarios()[name]
    deployment = load(scenario.deployment, scenario.changes)
    found = []
    for each in searches(scenario):
        its = promises(deployment, build(deployment))
        props = {prop for promise in its for prop in promise.properties}
        found.append((each, sorted(props, key=lambda prop: prop.name)))
    return found


def filled(variables: tuple[Var[int], ...]) -> list[Var[int]]:
    """Return these variables, each followed by others that fill up its word."""
    found = []
    for i, var in enumerate(variables):
        left = 56 - (len(var.values) - 1).bit_length()
        found.append(var)
        found += [Var(f"filler_{i}.v{k}", range(256)) for k in range(left // 8)]
        found.append(Var(f"filler_{i}.rest", range(1 << 8 + left % 8)))
    return found


def widened(system: System, words: int) -> System:
    """Return a system with variables that never change, so that its state takes so many words."""
    bytes_each = 8 * (words - 1)
    still = tuple(Var(f"still.v{k}", range(256), k % 256) for k in range(bytes_each))
    components = list(system.components)
    components.insert(len(components) // 2, Component("still", variables=still))
    return System(tuple(components), system.rules, name=system.name)
