"""Systems: what they know of their parts, what they cite, and how a rule is flattened."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from enum import Enum
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamodel import (
    Arrow,
    Component,
    Kind,
    Rule,
    Set,
    System,
    Var,
    always,
    read_catalogue,
)
from hamodel.expr import State
from tests.agreement.random_systems import random_systems, seeded_system


class Gate(Enum):
    """A gate."""

    SHUT = "shut"
    OPEN = "open"


COUNT: Var[int] = Var("count", range(3))
GATE = Component(
    "gate",
    Gate,
    (
        Arrow("push", Gate.SHUT, Gate.OPEN, COUNT.at_least(1), cite="G-1"),
        Arrow("push", Gate.OPEN, Gate.SHUT),
        Arrow("lock", (Gate.SHUT, Gate.OPEN), Gate.SHUT),
    ),
)
METER = Component("meter", variables=(COUNT,))
PUSH = Rule("gate is pushed", fires=(GATE.fires("push"),), cite="G-1")
LOCK = Rule(
    "gate is locked",
    Kind.FAILURE,
    COUNT.is_(2),
    (GATE.fires("lock"),),
    (Set(COUNT, 0, GATE.is_(Gate.OPEN)),),
    cost={"gate-lock": 1},
    cite="G-1",
)
CATALOGUE = read_catalogue(
    """
    title = "A gate"
    edition = "1"
    address = "the garden"
    [[claim]]
    id = "G-1"
    heading = "Pushing"
    kind = "safety"
    strength = "must"
    text = "It opens when it is pushed."
    """
)
SYSTEM = System((GATE, METER), (PUSH, LOCK), CATALOGUE, "a gate")


def states_of(system: System, limit: int = 200) -> Iterator[State]:
    """Yield valuations of all variables of a system, up to a limit."""
    names, variables = list(system.variables), list(system.variables.values())
    for number, values in enumerate(product(*(var.values for var in variables))):
        if number == limit:
            return
        yield dict(zip(names, values, strict=True))


def test_a_system_knows_its_variables_and_owners() -> None:
    """Variables come in the order of the components, each with its owner."""
    assert {"gate": GATE.main, "count": COUNT} == dict(SYSTEM.variables)
    assert ["gate", "count"] == list(SYSTEM.variables)
    assert {"gate": "gate", "count": "meter"} == dict(SYSTEM.owners)
    assert {"gate": Gate.SHUT, "count": 0} == SYSTEM.initial


def test_components_and_rules_are_found_by_name() -> None:
    """`system[…]` is a component, `system.rule(…)` a rule."""
    assert GATE is SYSTEM["gate"]
    assert LOCK is SYSTEM.rule("gate is locked")


def test_fault_classes_are_those_that_rules_cost() -> None:
    """In the order of the rules, each once."""
    assert ("gate-lock",) == SYSTEM.fault_classes


def test_citations_are_free_text_without_a_catalogue() -> None:
    """Only a system with sources checks what is cited."""
    rule = Rule("gate is pushed", fires=(GATE.fires("push"),), cite="a dream")

    assert 1 == len(System((GATE, METER), (rule,)).rules)
    assert 2 == len(SYSTEM.rules)


def test_a_flattened_rule_is_a_guard_and_effects() -> None:
    """The arrow becomes an effect on the main state, and its guard a part of the rule's."""
    guard, effects = SYSTEM.flattened(LOCK)

    assert "count is 2 and gate is shut or open" == str(guard).replace("(", "").replace(")", "")
    assert ["count := 0 if gate is open", "gate := shut"] == list(map(str, effects))


def test_a_trigger_with_several_arrows_becomes_conditional_effects() -> None:
    """Each arrow's effect has its source and guard as condition; they exclude each other."""
    guard, effects = SYSTEM.flattened(PUSH)

    assert 2 == len(effects)
    for state in states_of(SYSTEM):
        happening = [effect for effect in effects if effect.when(state)]
        assert guard(state) is (1 == len(happening))


@given(random_systems())
def test_flattening_says_what_the_arrows_say(drawn: tuple[System, Any]) -> None:
    """In any state a rule's flattened guard and effects are those of its arrows, one by one."""
    system, _ = drawn
    for rule in system.rules:
        guard, effects = system.flattened(rule)
        for state in states_of(system, 40):
            moves = {}
            for firing in rule.fires:
                for arrow in system[firing.component].arrows_for(firing.trigger):
                    if state[firing.component] in arrow.source_states and arrow.when(state):
                        moves[firing.component] = arrow.target
            enabled = rule.when(state) and len(moves) == len(rule.fires)
            assert enabled is guard(state)
            if enabled:
                main_moves = [each for each in effects if each not in rule.sets]
                happened = {each.var.name: each.to for each in main_moves if each.when(state)}
                assert moves == happened


@pytest.mark.parametrize("seed", range(5))
def test_systems_are_values(seed: int) -> None:
    """They compare, copy and pickle by what they say."""
    system, budget = seeded_system(seed)

    assert system == copy.deepcopy(system) == pickle.loads(pickle.dumps(system))
    assert budget == pickle.loads(pickle.dumps(budget))
    assert SYSTEM == pickle.loads(pickle.dumps(SYSTEM))


@given(st.permutations(range(4)))
def test_a_property_may_read_counters_that_it_is_told_of(order: list[int]) -> None:
    """A counter is no variable of the system; a check that has it lets a property read it."""
    counters = [Var(f"faults.{i}", range(2)) for i in order]

    for counter in counters:
        SYSTEM.check_property(always("no_fault", counter.is_(0)), counters)
