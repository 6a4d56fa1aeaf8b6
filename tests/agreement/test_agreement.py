"""Every reading of a system has the oracle's steps, in every state that can be reached."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import event, given, settings

from hamodel import And, Budget, Expr, Is, Not, Or, Same, System, Var
from hamodel.rule import Next, Step
from tests.agreement.handmade import MODELS
from tests.agreement.random_systems import random_systems, seeded_system
from tests.agreement.readings import READINGS, compare
from tests.agreement.scenarios import scenarios, searches
from tests.benchmarks.agreement import FILE

LIMIT_STATES = 2_000
"""Where a random system is cut off; that it was is no disagreement."""
SCENARIO_MAX = 5_000
"""Searches with fewer states are compared here, all of them by the campaign."""

readings = pytest.mark.parametrize("reading", READINGS)


@readings
@settings(max_examples=100)
@given(drawn=random_systems())
def test_readings_agree_on_random_systems(reading: str, drawn: tuple[System, Budget]) -> None:
    """A hundred systems that Hypothesis draws have the same steps and the same errors."""
    system, budget = drawn
    found = compare(system, budget, READINGS[reading], LIMIT_STATES)

    event(f"10^{len(str(found.states)) - 1} states or more")


@readings
def test_readings_agree_on_larger_random_systems(reading: str) -> None:
    """Sixty systems from plain seeds agree; a third of them is not small."""
    found = [
        compare(*seeded_system(seed, most_rules=24), READINGS[reading], LIMIT_STATES)
        for seed in range(60)
    ]

    assert 60 == len(found)
    assert 20 <= sum(each.states >= 50 for each in found)
    assert 10 <= sum(each.deadlocks > 0 for each in found)
    assert 10 <= sum(each.errors > 0 for each in found)
    assert 55 <= sum(each.complete for each in found)


@readings
@pytest.mark.parametrize("model", MODELS)
def test_readings_agree_on_models_written_by_hand(reading: str, model: str) -> None:
    """The published models and the sharp corners have the same steps, and their known counts."""
    make, states = MODELS[model]
    system, budget = make()
    found = compare(system, budget, READINGS[reading])

    assert states == found.states
    assert found.complete


@readings
@pytest.mark.parametrize("name", scenarios())
def test_readings_agree_on_the_scenarios_of_the_guide(reading: str, name: str) -> None:
    """Every search of a scenario has the same steps, if the campaign found it to be small."""
    for each in searches(scenarios()[name]):
        states = campaign_states(reading)[name, str(each.budget)]
        if states < SCENARIO_MAX:
            found = compare(each.system, each.budget, READINGS[reading], SCENARIO_MAX)
            assert found.complete
            assert states == found.states


@cache
def campaign_states(reading: str) -> dict[tuple[str, str], int]:
    """Return how many states the committed campaign compared of each search of each scenario."""
    rows = json.loads(FILE.read_text(encoding="utf-8"))["readings"][reading]["scenarios"]
    return {(row["scenario"], row["budget"]): row["states"] for row in rows}


def test_a_wrong_reading_is_noticed() -> None:
    """A reading that loses one step, or one variable's change, does not pass."""
    system, budget = MODELS["ring"][0]()

    def forgetful(system: System, budget: Budget):  # type: ignore[no-untyped-def]
        initial, successors = READINGS["machines"](system, budget)
        return initial, lambda state: [s for s in successors(state) if "2 leaves" not in s[0]]

    def lazy(system: System, budget: Budget):  # type: ignore[no-untyped-def]
        initial, successors = READINGS["machines"](system, budget)
        keep = "token.at"
        return initial, lambda state: [
            (rule, {**after, keep: state[keep]}) for rule, after in successors(state)
        ]

    for wrong in (forgetful, lazy):
        with pytest.raises(AssertionError, match=r"in \{'token.at'"):
            compare(system, budget, wrong)


def parts_of(guard: Expr) -> Iterator[Expr]:
    """Yield a guard and every guard within it."""
    yield guard
    match guard:
        case Not():
            yield from parts_of(guard.part)
        case And() | Or():
            for part in guard.parts:
                yield from parts_of(part)


def test_the_generator_says_everything_that_the_language_can_say() -> None:
    """Fifty drawn systems hold each node, right side, kind of step, and way to share a trigger."""
    seen: Counter[str] = Counter()
    for seed in range(50):
        system, budget = seeded_system(seed)
        seen[f"budget {budget}"] += 1
        for component in system.components:
            seen["no states"] += component.states is None
            triggers = [arrow.trigger for arrow in component.arrows]
            seen["shared trigger"] += len(triggers) > len(set(triggers))
            seen["no arrows"] += component.states is not None and not triggers
            for arrow in component.arrows:
                seen["guarded arrow"] += arrow.when != And()
                seen["several sources"] += len(arrow.source_states) > 1
        for rule in system.rules:
            seen[f"fires {min(len(rule.fires), 2)}"] += 1
            seen[f"kind {rule.kind.name}"] += 1
            seen["says"] += bool(rule.says)
            seen["cost"] += bool(rule.cost)
            assigned = [effect.var.name for effect in rule.sets]
            seen["one of two effects"] += len(assigned) > len(set(assigned))
            for part in parts_of(rule.when):
                seen[type(part).__name__] += 1
            for effect in rule.sets:
                seen[f"conditional {effect.when != And()}"] += 1
                right = {Var: "copy", Next: "next", Step: "step"}
                seen[right.get(type(effect.to), "value")] += 1

    nodes = {each.__name__ for each in (Is, Same, Not, And, Or)}
    kinds = {f"kind {name}" for name in ("PROTOCOL", "FAILURE", "REPAIR", "ENVIRONMENT")}
    sides = {"copy", "next", "step", "value", "conditional True", "conditional False"}
    moves = {"fires 0", "fires 1", "fires 2", "says", "cost", "one of two effects"}
    shapes = {"no states", "no arrows", "shared trigger", "guarded arrow", "several sources"}
    missing = {name for name in nodes | kinds | sides | moves | shapes if seen[name] < 5}
    assert set() == missing
    assert 5 <= sum(name.startswith("budget") for name in seen)
