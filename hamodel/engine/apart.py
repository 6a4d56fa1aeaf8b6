"""
A system without some of its variables: what it does at most, and what it does at least.

- `freed`: a guard holds if it does for some value of what is left out, and an effect is any that
  some value gives. Every step of the system is a step of this one, or changes nothing in it: what
  this one never does, the system never does.
- `at_rest`: what is left out keeps its initial value, and a rule that would change it is not there.
  Every run of this one is a run of the system.
- `depends`: where a step of `freed` depends on what is left out. Where none does, nobody who sees
  only what is kept can tell the two apart.

References
----------
Clarke, Grumberg and Long, "Model checking and abstraction", ACM TOPLAS 16(5), 1994: existential
abstraction. Kurshan, "Computer-Aided Verification of Coordinating Processes", Princeton 1994,
chapter 8: localization reduction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import product
from math import prod

from hamodel.engine.cone import components_of
from hamodel.expr import FALSE, TRUE, Expr, Value, Var, all_of, any_of, variables_of
from hamodel.property import Property
from hamodel.rewriting import either, negated, normal, settled, weakened
from hamodel.rule import Kind, Message, Rule, Set, Step
from hamodel.satisfiable import can_hold
from hamodel.system import System

Names = frozenset[str]
Values = Mapping[str, Sequence[Value]]
"""The values that each variable that is left out can have."""

VALUATIONS_MAX = 256
"""For how many values of what it reads of that a rule is taken apart; beyond, it is weakened."""


@lru_cache(maxsize=64)
def freed(system: System, names: Names, heard_by: Property | None = None) -> System:
    """
    Return the system in which these variables have any value that a rule gives them, at any time.

    Its rules are numbered, as one may become several: `of_rule` says which one it was. They say
    what the observers of a property hear.
    """
    values = {name: its for name, its in values_given(system).items() if name in names}
    surely = _surely_enabled(system, values, heard_by)
    rules: list[Rule] = []
    for rule in system.rules:
        found: dict[tuple[Set, ...], list[Expr]] = {}
        says = _heard(rule, heard_by)
        for when, sets in _cases(*system.flattened(rule), values):
            if when != FALSE and (sets or says):
                found.setdefault(sets, []).append(when)
        for sets, whens in found.items():
            for when, kind, group in _by_fairness(rule, either(*whens), surely.get(rule.group)):
                rules.append(
                    replace(
                        rule,
                        name=f"{rule.name} {len(rules) + 1}",
                        kind=kind,
                        when=when,
                        fires=(),
                        sets=sets,
                        says=says,
                        group=group,
                    )
                )
    return _without(system, names, rules)


@lru_cache(maxsize=64)
def depends(system: System, names: Names, heard_by: Property) -> Expr:
    """
    Return where a step of `freed`, or whether it is fair, depends on these variables.

    It reads none of them. Where it is false, `freed` can do what the system can, whatever they are.
    """
    values = {name: its for name, its in values_given(system).items() if name in names}
    surely = _surely_enabled(system, values, heard_by)
    fair = {rule.group for rule in system.rules if rule.kind is Kind.PROTOCOL} | {*heard_by.fair}
    found = []
    for rule in system.rules:
        guard, effects = system.flattened(rule)
        cases = list(_cases(guard, effects, values))
        if not (_heard(rule, heard_by) or any(sets for _, sets in cases)):
            continue
        may = any_of(*dict.fromkeys(when for when, _ in cases))
        if len(cases) > 1 or _read_in(guard, values):
            known = _few(_matters(guard, effects, values), values)
            one = known and len({sets for _, sets in cases}) == 1
            found.append(all_of(may, negated(all_of(*(when for when, _ in cases)))) if one else may)
        if rule.group in fair and rule.group in surely:
            found.append(all_of(may, negated(surely[rule.group])))
    return any_of(*(guard for guard in dict.fromkeys(found) if can_hold(guard)))


def keeps(system: System, names: Names, heard_by: Property, rule: Rule) -> bool:
    """Return whether a rule always changes something of what is kept, or is heard."""
    values = {name: its for name, its in values_given(system).items() if name in names}
    if _heard(rule, heard_by):
        return True
    return all(sets for when, sets in _cases(*system.flattened(rule), values) if when != FALSE)


def _heard(rule: Rule, heard_by: Property | None) -> tuple[Message, ...]:
    return tuple(each for each in rule.says if heard_by is not None and heard_by.hears(each))


def of_rule(name: str) -> str:
    """Return the name of the rule of the system that a rule of `freed` comes from."""
    return name.rpartition(" ")[0]


def _without(system: System, names: Names, rules: Iterable[Rule]) -> System:
    components = components_of(system, frozenset(system.variables) - names)
    return System(components, tuple(rules), system.sources, system.name)


def _by_fairness(rule: Rule, when: Expr, sure: Expr | None) -> Iterator[tuple[Expr, Kind, str]]:
    """Yield where a rule is fair in `freed` and where it is not, with its kind and group there."""
    if sure is None or not can_hold(when, negated(sure)):
        yield when, rule.kind, rule.group
        return
    if can_hold(when, sure):
        yield all_of(when, sure), rule.kind, rule.group
    # What is no protocol step is fair by its group alone; a repair stays one, for the budget.
    kind = Kind.ENVIRONMENT if rule.kind is Kind.PROTOCOL else rule.kind
    yield all_of(when, negated(sure)), kind, f"{rule.group} perhaps"


@lru_cache(maxsize=64)
def values_given(system: System) -> dict[str, tuple[Value, ...]]:
    """Return for each variable its initial value, and those that some effect can give it."""
    given = {name: {var.initial} for name, var in system.variables.items()}
    effects = [effect for rule in system.rules for effect in system.flattened(rule)[1]]
    size = -1
    while size < (size := sum(map(len, given.values()))):
        for effect in effects:
            source, its = effect.source, given[effect.var.name]
            if source is None:
                its.add(effect.to)
            elif isinstance(effect.to, Var):
                its |= given[source.name]
            else:
                its.update(effect.var.values)
    return {
        name: tuple(value for value in var.values if value in given[name])
        for name, var in system.variables.items()
    }


def _valuations(read: Iterable[str], values: Values) -> Iterator[dict[str, Value]]:
    names = tuple(dict.fromkeys(read))
    for chosen in product(*(values[name] for name in names)):
        yield dict(zip(names, chosen, strict=True))


def _matters(guard: Expr, effects: Sequence[Set], values: Values) -> list[str]:
    """Return what a guard reads of what is left out, and what the effects on the rest do."""
    kept = [effect for effect in effects if effect.var.name not in values]
    read = [var.name for effect in kept for var in _reads(effect) if var.name in values]
    return read + _read_in(guard, values)


def _read_in(guard: Expr, values: Values) -> list[str]:
    return [var.name for var in variables_of(guard) if var.name in values]


def _few(read: Iterable[str], values: Values) -> bool:
    return prod(len(values[name]) for name in set(read)) <= VALUATIONS_MAX


def _cases(
    guard: Expr, effects: Sequence[Set], values: Values
) -> Iterator[tuple[Expr, tuple[Set, ...]]]:
    """Yield when a rule does what, for each value of what is left out that matters to it."""
    kept = [effect for effect in effects if effect.var.name not in values]
    read = _matters(guard, effects, values)
    if not _few(read, values):
        read = _matters(TRUE, effects, values)
    for chosen in _valuations(read, values):
        sets = []
        for effect in kept:
            when = settled(effect.when, chosen)
            if when != FALSE:
                source = effect.source
                known = source is not None and source.name in chosen
                sets.append(Set(effect.var, effect.value(chosen) if known else effect.to, when))
        yield weakened(settled(guard, chosen), values), tuple(sets)


def _reads(effect: Set) -> Iterator[Var[object]]:
    yield from variables_of(effect.when)
    if effect.source is not None:
        yield effect.source


def _surely_enabled(system: System, values: Values, heard_by: Property | None) -> dict[str, Expr]:
    """
    Return, for each fairness group that reads what is left out, when it is enabled in any case.

    A run that is fair to the group need not be so in `freed` where this does not hold, so that
    `freed` has no fairness for it there; nor for a group of which a step can change nothing of what
    is kept, as what is left out may be such.
    """
    groups: dict[str, list[tuple[Expr, bool]]] = {}
    for rule in system.rules:
        guard, effects = system.flattened(rule)
        heard = bool(_heard(rule, heard_by))
        moves = all(sets or heard for when, sets in _cases(guard, effects, values) if when != FALSE)
        groups.setdefault(rule.group, []).append((normal(guard), moves))
    found: dict[str, Expr] = {}
    for group, its in groups.items():
        read = [name for guard, _ in its for name in _read_in(guard, values)]
        if not all(moves for _, moves in its) or not _few(read, values):
            found[group] = FALSE
        elif read:
            found[group] = all_of(
                *(
                    any_of(*(settled(guard, chosen) for guard, _ in its))
                    for chosen in _valuations(read, values)
                )
            )
    return found


@lru_cache(maxsize=64)
def at_rest(system: System, names: Names, heard_by: Property | None = None) -> System:
    """
    Return the system in which these variables keep their initial values.

    Its rules say what the observers of a property hear.
    """
    rules = []
    for rule in system.rules:
        _, when, sets = _rested(system, rule, names)
        says = _heard(rule, heard_by)
        if when != FALSE and (sets or says):
            rules.append(replace(rule, when=when, fires=(), sets=sets, says=says))
    return _without(system, names, rules)


def starved(system: System, names: Names) -> Names:
    """Return the fairness groups with a rule that `at_rest` forbids though it may be enabled."""
    found = set()
    for rule in system.rules:
        enabled, when, _ = _rested(system, rule, names)
        if when != enabled:
            found.add(rule.group)
    return frozenset(found)


def _rested(system: System, rule: Rule, names: Names) -> tuple[Expr, Expr, tuple[Set, ...]]:
    """Return when a rule is enabled at rest, when it also leaves that so, and what it does."""
    initial = {name: system.variables[name].initial for name in names}
    guard, effects = system.flattened(rule)
    enabled = settled(guard, initial)
    when, sets = enabled, []
    for effect in effects:
        condition, source = settled(effect.when, initial), effect.source
        known = source is None or source.name in initial
        to = effect.value(initial) if known else effect.to
        if effect.var.name not in names:
            sets.append(Set(effect.var, to, condition))
        elif not known or to != initial[effect.var.name]:
            stays = negated(condition)
            when = FALSE if FALSE in (when, stays) else all_of(when, stays)
    return enabled, when, tuple(effect for effect in sets if effect.when != FALSE)


def stepped(system: System) -> Names:
    """Return the variables that can run out of their range (HA040), and those they step from."""
    found: set[str] = set()
    for rule in system.rules:
        for effect in rule.sets:
            if isinstance(effect.to, Step):
                found |= {effect.var.name, effect.to.var.name}
    return frozenset(found)


def moved_with(system: System, names: Names) -> Names:
    """
    Return what else is changed by protocol steps that these variables allow and that change them.

    Such as whose turn it is: who frees the one loses little by freeing the other, and the states
    are far fewer.
    """
    moved: set[str] = set()
    for rule in system.rules:
        guard, effects = system.flattened(rule)
        changed = {effect.var.name for effect in effects}
        read = {var.name for var in variables_of(guard)}
        if rule.kind is Kind.PROTOCOL and changed & names and read & names:
            moved |= changed - names
    return frozenset(moved)
