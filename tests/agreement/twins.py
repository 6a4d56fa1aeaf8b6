"""Random systems with two parts that are alike, made of one by doubling what is its own."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hamodel import (
    And,
    Component,
    Expr,
    Is,
    Not,
    Or,
    Property,
    Same,
    Set,
    System,
    Var,
    all_of,
    always,
    any_of,
    leads_to,
    never,
    sometimes,
)
from hamodel.budget import Budget
from hamodel.engine.cone import components_of
from hamodel.rule import Next, Step
from tests.agreement.random_systems import seeded_drawing

OWN = 0.5
"""How likely a variable is a part's own."""
Names = Mapping[str, Var[Any]]


def renamed(guard: Expr, names: Names) -> Expr:
    """Return a guard that reads other variables in the place of these."""
    match guard:
        case Is():
            return Is(names.get(guard.var.name, guard.var), guard.value)
        case Same():
            sides = (names.get(var.name, var) for var in (guard.right, guard.left))
            return Same(*sides)
        case Not():
            return Not(renamed(guard.part, names))
        case And():
            return all_of(*(renamed(part, names) for part in reversed(guard.parts)))
        case Or():
            return any_of(*(renamed(part, names) for part in reversed(guard.parts)))
    raise AssertionError(guard)


def changed(effect: Set, names: Names) -> Set:
    """Return an effect on other variables in the place of these, of others too."""
    to = effect.to
    match to:
        case Var():
            to = names.get(to.name, to)
        case Next() | Step():
            to = replace(to, var=names.get(to.var.name, to.var))
    return Set(names.get(effect.var.name, effect.var), to, renamed(effect.when, names))


def doubled(
    seed: int,
) -> tuple[System, Budget, dict[str, list[str]], list[Property]]:
    """Return a system with two parts that are alike, its budget, its parts, and properties."""
    system, budget, drawing = seeded_drawing(seed, most_rules=10)
    chance = random.Random(seed)  # noqa: S311
    own = [name for name in system.variables if chance.random() < OWN]
    twins: dict[str, Var[Any]] = {}
    for name in own:
        var = system.variables[name]
        twins[name] = Var(f"twin of {name}".replace(" ", "_"), var.domain, var.initial)
    rules = []
    for rule in system.rules:
        guard, effects = system.flattened(rule)
        if not effects:
            continue
        plain = replace(rule, when=guard, fires=(), sets=effects, says=())
        rules.append(plain)
        its = replace(
            plain,
            name=f"{rule.name} twin",
            group=f"{rule.group} twin",
            when=renamed(guard, twins),
            sets=tuple(changed(effect, twins) for effect in reversed(effects)),
        )
        if (its.when, set(its.sets)) != (plain.when, set(plain.sets)):
            rules.append(its)
    components = components_of(system, frozenset(system.variables))
    both = System((*components, Component("twins", variables=tuple(twins.values()))), tuple(rules))
    parts = {"one": own, "two": [var.name for var in twins.values()]}
    one, premise = drawing.guard(1), drawing.guard(1)
    two, then = renamed(one, twins), renamed(premise, twins)
    props = [
        never("p", one),
        never("q", two),
        never("each", any_of(one, two)),
        always("both", ~one & ~two, given=premise),
        sometimes("r", one),
        sometimes("s", two),
        leads_to("t", one, premise),
        leads_to("u", two, then),
        leads_to("v", one, premise, also=((two, then),)),
    ]
    return both, budget, parts, props
