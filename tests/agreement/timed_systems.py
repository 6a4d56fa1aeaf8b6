"""Small systems with bounds on when their rules happen, drawn by chance, and what to wait for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hamodel import TRUE, Budget, Expr, Rule, System
from hamodel.engine.reference import explore
from hamodel.rule import AT_ONCE, UNTIMED, Bounds
from tests.agreement.random_systems import Choose, seeded_drawing

STATES = 200
"""Systems with more states than this take the oracle too long."""
EARLIEST, MORE = 5, 4
"""Bounds are drawn below these: the earliest, and how much later the latest is."""


@dataclass(frozen=True, slots=True)
class TimedDrawing:
    """A system, a budget, and a wait: from when `begin` holds without `end` until that holds."""

    system: System
    budget: Budget
    begin: Expr
    end: Expr
    since: Expr


def timed_drawing(seed: int) -> TimedDrawing:
    """Return the system of a seed; the wait begins in a state that is reached without time."""
    system, budget, drawing = seeded_drawing(seed, most_rules=10)
    choose = drawing.choose
    system = replace(
        system,
        rules=tuple(replace(rule, takes=_bounds(choose(10), choose)) for rule in system.rules),
    )
    found = explore(system, budget, limit_states=STATES)
    state = found.states[choose(len(found.states))]
    names = found.product.names
    variables = [var for var in system.variables.values() if len(var.values) > 1]
    one, other = (variables[choose(len(variables))] for _ in range(2))
    begin = one.is_(state[names.index(one.name)])
    end = ~begin if choose(3) else other.is_(other.values[choose(len(other.values))])
    since = TRUE if choose(3) else other.is_(state[names.index(other.name)])
    return TimedDrawing(system, budget, begin, end, since)


def stretched(drawn: TimedDrawing, by: int) -> TimedDrawing:
    """Return the same with every bound so many times as large."""

    def longer(rule: Rule) -> Rule:
        earliest, latest = rule.bounds
        return replace(rule, takes=(earliest * by, None if latest is None else latest * by))

    return replace(
        drawn, system=replace(drawn.system, rules=tuple(map(longer, drawn.system.rules)))
    )


def _bounds(sort: int, choose: Choose) -> Bounds:
    """Return bounds: none, at once, without a latest, or any."""
    if sort < 2:
        return AT_ONCE if sort else UNTIMED
    earliest = choose(EARLIEST)
    return earliest, None if sort == 2 else earliest + choose(MORE)
