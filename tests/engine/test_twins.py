"""Parts that are alike: which are, and that nothing is exchanged where they are not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hamodel import Component, Kind, Rule, Set, System, Var
from hamodel.engine.parts import Parts
from hamodel.engine.twins import swaps

ONE, TWO = (Var(f"{who}.served", bool) for who in ("one", "two"))
OPEN = Var("open", bool)
PARTS: Parts = (("one", frozenset({"one.served"})), ("two", frozenset({"two.served"})))


def desk(*, two: Var[bool] = TWO) -> System:
    """Return a desk with two customers, which opens when neither is served."""
    opens = ONE.is_(False) & two.is_(False)
    return System(
        (
            Component("desk", variables=(OPEN,)),
            Component("one", variables=(ONE,)),
            Component("two", variables=(two,)),
        ),
        (
            Rule("one is served", when=OPEN.is_(True), sets=Set(ONE, True)),
            Rule("two is served", when=OPEN.is_(True), sets=Set(two, True)),
            Rule("the desk opens", when=opens, sets=Set(OPEN, True)),
        ),
    )


def test_parts_are_alike_if_the_rules_are() -> None:
    """Each rule becomes the other's; the shared one stays, in whatever order it reads the two."""
    [swap] = swaps(desk(), PARTS)

    assert {"one.served": "two.served", "two.served": "one.served"} == swap.variables
    assert {
        "one is served": "two is served",
        "two is served": "one is served",
        "the desk opens": "the desk opens",
    } == swap.rules
    assert swap.rules == swap.groups


def test_parts_that_begin_otherwise_are_not_alike() -> None:
    """The second customer has been served before."""
    assert () == swaps(desk(two=Var("two.served", bool, initial=True)), PARTS)


def test_parts_of_other_values_are_not_alike() -> None:
    """The second is counted, where the first is served or not."""
    system = desk()
    counted = Var("two.served", range(2))
    components = (*system.components[:2], Component("two", variables=(counted,)))
    rules = (system.rules[0], Rule("two is served", when=OPEN.is_(True), sets=Set(counted, 1)))

    assert () == swaps(System(components, rules), PARTS)


def test_parts_of_other_sizes_are_not_alike() -> None:
    """Everything is the second's but for one variable."""
    parts = (PARTS[0], ("two", frozenset({"two.served", "open"})))

    assert () == swaps(desk(), parts)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": Kind.ENVIRONMENT},
        {"kind": Kind.FAILURE, "cost": {"desk-crash": 1}},
        {"when": OPEN.is_(False)},
        {"sets": Set(TWO, True, OPEN.is_(True))},
        {"group": "the desk opens"},
    ],
)
def test_parts_with_other_rules_are_not_alike(change: dict[str, Any]) -> None:
    """Of another kind, cost, guard, effect or fairness."""
    system = desk()
    one, two, opens = system.rules
    changed = System(system.components, (one, replace(two, **change), opens))

    assert () == swaps(changed, PARTS)
