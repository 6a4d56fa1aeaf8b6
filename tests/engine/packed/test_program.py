"""A product as arrays: what each action keeps, puts and moves."""

from __future__ import annotations

from enum import Enum

import pytest

from hamodel import (
    Arrow,
    Budget,
    Component,
    Expr,
    Kind,
    Rule,
    Set,
    System,
    Var,
    next_of,
    step,
)
from hamodel.engine.packed import program as module
from hamodel.engine.packed.layout import Layout, TooWideError
from hamodel.engine.packed.program import Program, program
from hamodel.engine.reference import Product

COUNT: Var[int] = Var("count", range(5))
OTHER: Var[int] = Var("other", range(5), 2)
ON: Var[bool] = Var("on", bool)


class Power(Enum):
    """Whether a box has power."""

    OFF = "off"
    UP = "up"


def of(*rules: Rule, budget: Budget | None = None) -> tuple[Layout, Program]:
    """Return layout and program of a box with these rules."""
    arrows = (Arrow("toggle", Power.OFF, Power.UP), Arrow("toggle", Power.UP, Power.OFF))
    box = Component("box", Power, arrows, (COUNT, OTHER, ON))
    product = Product(System((box,), rules), budget or Budget())
    layout = Layout(product.variables)
    return layout, program(layout, product)


def effects(*sets: Set) -> Program:
    """Return the program of one rule that has these effects."""
    return of(Rule("it happens", sets=sets))[1]


def test_values_are_put_at_once() -> None:
    """What always becomes one value is a mask and a value; it takes no move."""
    layout, its = of(Rule("it is set", sets=(Set(COUNT, 3), Set(ON, True))))
    count, on = layout.places["count"], layout.places["on"]

    assert [0, 0] == its.moves.tolist()
    assert [[3 << count.shift | 1 << on.shift]] == its.put.tolist()
    assert [[2**64 - 1 & ~(7 << count.shift) & ~(1 << on.shift)]] == its.keep.tolist()


def test_what_reads_the_state_is_a_move() -> None:
    """A copy adds nothing, a next value goes round, a step is bounded."""
    its = effects(Set(COUNT, OTHER), Set(OTHER, next_of(COUNT)), Set(ON, step(ON, -1)))

    assert [0, 3] == its.moves.tolist()
    assert [0, 1, -1] == its.move_add.tolist()
    assert [5, 5, 2] == its.move_size.tolist()
    assert [0, 0, 1] == its.move_bounded.tolist()
    assert [-1, -1, -1] == its.move_when.tolist()
    assert [[7, 7], [7, 7], [1, 1]] == its.move_mask.tolist()


def test_a_conditional_effect_is_a_move_with_a_condition() -> None:
    """Two effects with one condition share it; a value that is put so reads nothing."""
    when: Expr = COUNT.is_(0) & OTHER.is_(1)
    its = effects(Set(COUNT, 4, when), Set(OTHER, COUNT, when), Set(ON, True, ~when))

    assert [0, 0, 1] == its.move_when.tolist()
    assert 3 == len(its.conditions.clauses)
    assert [[0, 7], [7, 7], [0, 1]] == its.move_mask.tolist()
    assert [4, 0, 1] == its.move_add.tolist()


def test_arrows_of_one_trigger_are_conditional_moves() -> None:
    """A trigger that leads from two states to two others moves the main state either way."""
    component = Component(
        "box", Power, (Arrow("toggle", Power.OFF, Power.UP), Arrow("toggle", Power.UP, Power.OFF))
    )
    _, its = of(Rule("it is toggled", fires=(component.fires("toggle"),)))

    assert [0, 2] == its.moves.tolist()
    assert [1, 0] == its.move_add.tolist()
    assert [0, 1] == its.move_when.tolist()


def test_a_fault_moves_its_counter() -> None:
    """A counter is the last variable; its move steps, and the guard leaves room for it."""
    fault = Rule("it fails", Kind.FAILURE, sets=(Set(ON, False),), cost={"box-crash": 2})
    layout, its = of(fault, budget=Budget({"box-crash": 3}))

    assert ["box", "count", "other", "on", "faults.box-crash"] == list(layout.places)
    assert [2] == its.move_add.tolist()
    assert [4] == its.move_size.tolist()
    assert [1] == its.move_bounded.tolist()


def test_what_the_budget_rules_out_is_no_action() -> None:
    """Without a fault nothing is left of a failure; a program may have no action at all."""
    fault = Rule("it fails", Kind.FAILURE, sets=(Set(ON, False),), cost={"box-crash": 1})
    _, its = of(fault, budget=Budget(0))

    assert [0] == its.moves.tolist()
    assert (0, 1) == its.keep.shape
    assert (0, 2) == its.move_mask.shape


def test_guards_have_a_bit_each() -> None:
    """Seventy rules take two lanes."""
    rules = (Rule(f"rule {i}", when=COUNT.is_(i % 5), sets=(Set(ON, True),)) for i in range(70))
    _, its = of(*rules)

    assert 2 == its.guards.rows.shape[1]
    assert 70 == len(its.keep)


def test_more_actions_than_a_step_can_name_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of an action has 16 bits; with more of them the reference search goes on."""
    monkeypatch.setattr(module, "ACTIONS_MAX", 2)
    rules = [Rule(f"rule {i}", sets=(Set(ON, True),)) for i in range(3)]

    of(*rules[:2])
    with pytest.raises(TooWideError) as caught:
        of(*rules)
    assert "3 actions; 2 is the most" == str(caught.value)
