"""Small systems with an observer, a box that it cannot see and a fault, from a seed."""

from __future__ import annotations

import random
from enum import Enum
from typing import Any

from hamodel import (
    TRUE,
    Arrow,
    Component,
    Expr,
    Kind,
    Message,
    Property,
    Rule,
    Set,
    System,
    Var,
    all_of,
    next_of,
    transparent,
)


class Box(Enum):
    """The main state of the component that fails."""

    UP = "up"
    DOWN = "down"


def observed_system(seed: int) -> tuple[System, Property]:
    """Return a system with a fault `box fails`, and the property that `eye` cannot tell it."""
    chance = random.Random(seed)  # noqa: S311 (repeatable, not secret)
    seen: Var[int] = Var("eye.seen", range(chance.choice([2, 2, 3])))
    secret: Var[bool] = Var("eye.secret", bool)
    hidden: list[Var[int]] = [Var(f"box.h{i}", range(chance.choice([2, 3]))) for i in range(2)]
    box = Component("box", Box, (Arrow("fail", Box.UP, Box.DOWN),), tuple(hidden))
    eye = Component("eye", variables=(seen, secret))
    variables: list[Var[Any]] = [seen, secret, *hidden]
    rules = [_rule(chance, i, box, variables) for i in range(chance.randint(3, 6))]
    spoils = (Set(chance.choice(hidden), 0),) if chance.random() < 0.5 else ()
    says = (Message("gone", "box", "eye"),) if chance.random() < 0.1 else ()
    cost = {"box-crash": 1}
    fails = Rule("box fails", Kind.FAILURE, TRUE, (box.fires("fail"),), spoils, says, cost=cost)
    prop = transparent(
        "eye_cannot_tell",
        fault=("box fails",),
        observers=("eye",),
        hide=("eye.secret",),
        idempotent=("again",),
        given=_guard(chance, variables) if chance.random() < 0.3 else TRUE,
        fair=(rules[0].group,) if chance.random() < 0.2 else (),
    )
    return System((eye, box), (*rules, fails)), prop


def _guard(chance: random.Random, variables: list[Var[Any]]) -> Expr:
    parts = []
    for var in chance.sample(variables, chance.randint(0, 2)):
        value = chance.choice(var.values)
        parts.append(var.is_(value) if chance.random() < 0.6 else var.is_not(value))
    return all_of(*parts)


def _rule(chance: random.Random, i: int, box: Component, variables: list[Var[Any]]) -> Rule:
    hidden = [var for var in variables if not var.name.startswith("eye.seen")]
    changed = chance.sample(hidden if chance.random() < 0.7 else variables, chance.randint(0, 2))
    sets = [
        Set(var, next_of(var) if chance.random() < 0.3 else chance.choice(var.values))
        for var in changed
    ]
    says = []
    if chance.random() < 0.35 or not sets:
        data = (chance.choice(variables),) if chance.random() < 0.3 else ()
        says.append(Message(chance.choice(["ring", "ring", "again"]), "box", "eye", data))
    guard = _guard(chance, variables)
    if (needs := chance.random()) < 0.35:
        guard = all_of(guard, box.is_(Box.UP if needs < 0.25 else Box.DOWN))
    return Rule(
        f"rule {i}",
        chance.choice([Kind.PROTOCOL, Kind.PROTOCOL, Kind.ENVIRONMENT]),
        guard,
        sets=tuple(sets),
        says=tuple(says),
        group=f"g{chance.randint(0, 3)}",
    )
