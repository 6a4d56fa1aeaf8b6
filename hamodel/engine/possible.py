"""
The part of a system that can happen within a budget.

Which values a variable can have is worked out for each by itself, from the first ones on: a rule
may happen if each part of its guard may hold with such values. What never may is left out, and a
variable that has one value is a constant. This is a coarse abstract interpretation: by values, and
not by relations between variables.

References
----------
Cousot and Cousot, "Abstract interpretation: a unified lattice model", POPL 1977.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from hamodel.budget import Budget
from hamodel.expr import FALSE, And, Expr, Is, Not, Or, Same, Value
from hamodel.rewriting import normal, settled
from hamodel.rule import Next, Rule, Set, Step
from hamodel.system import System

Values = Mapping[str, AbstractSet[Value]]
"""For each variable, by name, the values that it may have."""


def possible(system: System, budget: Budget) -> System:
    """
    Return a system without what cannot happen within a budget.

    Its runs are the same, but for steps that change nothing: a rule that can do nothing is left
    out, too, unless it takes no time, for then it holds time still. So a wait is as long as in the
    whole system if it cannot begin with such a step: if no state has both `since` and `begin`.
    """
    rules = [
        replace(rule, when=normal(guard), fires=(), sets=effects)
        for rule in system.rules
        if budget.charge(rule) is not None
        for guard, effects in [system.flattened(rule)]
    ]
    constants: Mapping[str, Value] = {}
    size = (len(rules) + 1, 0)
    # What is left where constants are known may allow fewer values than before.
    while size != (size := (len(rules), len(constants))):
        values = _values(system, rules)
        constants = {name: its for name, [its, *more] in values.items() if not more}
        left = (_settled(rule, constants) for rule in rules)
        rules = [rule for rule in left if rule is not None and may_hold(rule.when, values)]
    # Arrows are part of the rules now.
    components = tuple(replace(component, arrows=()) for component in system.components)
    return System(components, tuple(rules), system.sources, system.name)


def _values(system: System, rules: Iterable[Rule]) -> Values:
    """Return the values that the variables can have by rules whose guards are normal."""
    values: dict[str, set[Value]] = {name: {var.initial} for name, var in system.variables.items()}
    size = 0
    while size < (size := sum(map(len, values.values()))):
        for rule in rules:
            if may_hold(rule.when, values):
                for effect in rule.sets:
                    if may_hold(normal(effect.when), values):
                        values[effect.var.name] |= _results(effect, values)
    return values


def may_hold(guard: Expr, values: Values) -> bool:
    """Return whether a guard, with `Not` innermost, may hold where variables have such values."""
    match guard:
        case Is():
            return guard.value in values[guard.var.name]
        case Same():
            return not values[guard.left.name].isdisjoint(values[guard.right.name])
        case Not(part=Is() as part):
            return bool(values[part.var.name] - {part.value})
        case Not(part=Same() as part):
            return len(values[part.left.name] | values[part.right.name]) > 1
        case And():
            return all(may_hold(part, values) for part in guard.parts) and _together(guard, values)
        case Or():
            return any(may_hold(part, values) for part in guard.parts)
    raise AssertionError(f"{guard!r} has Not before more than Is and Same")


def _together(guard: And, values: Values) -> bool:
    """Return whether some value of each variable is one that every part about it alone allows."""
    left: dict[str, AbstractSet[Value]] = {}
    for part in guard.parts:
        its = part.part if isinstance(part, Not) else part
        if isinstance(its, Is):
            name, one = its.var.name, {its.value}
            before = left.get(name, values[name])
            left[name] = before - one if isinstance(part, Not) else before & one
    return all(left.values())


def _results(effect: Set, values: Values) -> set[Value]:
    """Return the values that an effect may give its variable."""
    if isinstance(effect.to, Next | Step):
        return set(effect.var.values)
    return {effect.to} if effect.source is None else set(values[effect.source.name])


def _settled(rule: Rule, constants: Mapping[str, Value]) -> Rule | None:
    """Return what is left of a rule where some variables have these values; None for nothing."""
    effects = (replace(effect, when=settled(effect.when, constants)) for effect in rule.sets)
    kept = tuple(effect for effect in effects if effect.when != FALSE)
    # A rule that changes nothing keeps what it would change if it may hold time still.
    if not kept and rule.bounds[1] != 0:
        return None
    return replace(rule, when=normal(settled(rule.when, constants)), sets=kept or rule.sets)
