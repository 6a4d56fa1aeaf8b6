"""
What the language can say, and what of it a system, a budget and properties say.

A feature is a field of one of the language's values that has another value than by default, or
one of the sorts of value that a field can have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from hamodel import (
    And,
    Arrow,
    Budget,
    Component,
    Is,
    Kind,
    Message,
    Modality,
    Not,
    Or,
    Property,
    Rule,
    Same,
    Set,
    Strength,
    System,
    Var,
)
from hamodel.component import Firing
from hamodel.expr import Instances, variables_of
from hamodel.rule import Next, Step

LANGUAGE: tuple[type, ...] = (
    *(Var, Instances, Is, Same, Not, And, Or),
    *(Arrow, Firing, Component),
    *(Next, Step, Set, Message, Rule, System),
    *(Budget, Property),
)
"""The classes whose values describe what is searched and judged."""

DEFAULTS: Mapping[str, Callable[[Any], object]] = {
    "Var.initial": lambda var: var.values[0],
    "Rule.takes": lambda rule: (0, 0) if rule.kind is Kind.PROTOCOL else (0, None),
    "Rule.group": lambda rule: rule.name,
    "Rule.family": lambda rule: rule.name,
}
"""What a field is if nothing is said of it, where that depends on the value's other fields."""

IN_TIME = {"Property.within"}
"""What is judged in time alone: `tests.agreement.timed_verdicts` compares that."""

SORTS: Mapping[str, tuple[str, ...]] = {
    "Var.domain": ("enum", "range", "bool", "instances"),
    "Var.values": ("more than 256",),
    "Rule.kind": tuple(kind.name for kind in Kind),
    "Rule.fires": ("one", "several"),
    "Rule.sets": ("one", "several", "two of a variable"),
    "Rule.cost": ("more than 1", "of two classes"),
    "Rule.group": ("of several rules",),
    "Set.to": ("value", "variable", "next", "step on", "step back"),
    "Set.var": ("a main state",),
    "Message.data": ("value", "variable"),
    "Message.receiver": ("a component", "a party outside"),
    "Arrow.sources": ("one", "several"),
    "Component.arrows": ("that share a trigger", "none, with states"),
    "Component.states": ("none",),
    "Budget.faults": ("none", "number", "unlimited", "any", "class", "role or mode", "sum"),
    "Budget.repairs": ("none", "number", "unlimited"),
    "Property.modality": tuple(modality.name for modality in Modality),
    "Property.strength": tuple(strength.name for strength in Strength),
    "Property.expr": ("of a counter",),
}
"""The sorts of value that a field can have, where more can be told than that it has one."""


def all_features() -> tuple[str, ...]:
    """Return the name of every feature, class by class."""
    said = [f"{cls.__name__}.{each.name}" for cls in LANGUAGE for each in fields(cls) if each.init]
    said = [name for name in said if name not in IN_TIME]
    return (*said, *(f"{name}: {sort}" for name, sorts in SORTS.items() for sort in sorts))


def features(system: System, budget: Budget, props: Iterable[Property]) -> set[str]:
    """Return the features that these have, by name."""
    props = tuple(props)
    found = set(_said((system, budget, props)))
    found |= set(_sorts_of_components(system)) | set(_sorts_of_rules(system))
    found |= set(_sorts_of_budget(budget)) | set(_sorts_of_properties(budget, props))
    return found


def _said(value: object) -> Iterator[str]:
    """Yield the fields that are not as by default, of a value and of all that it is made of."""
    if isinstance(value, tuple):
        for item in value:
            yield from _said(item)
    elif type(value) in LANGUAGE and is_dataclass(value):
        for each in fields(value):
            if each.init:
                name, its = f"{type(value).__name__}.{each.name}", getattr(value, each.name)
                default = DEFAULTS.get(name, lambda _, default=each.default: default)(value)
                if its != default and its not in ({}, ()):
                    yield name
                yield from _said(its)


def _sorts_of_components(system: System) -> Iterator[str]:
    for var in system.variables.values():
        match var.domain:
            case range():
                yield "Var.domain: range"
            case Instances():
                yield "Var.domain: instances"
            case domain:
                yield f"Var.domain: {'bool' if domain is bool else 'enum'}"
        if len(var.values) > 256:
            yield "Var.values: more than 256"
    for component in system.components:
        triggers = [arrow.trigger for arrow in component.arrows]
        if component.states is None:
            yield "Component.states: none"
        elif not triggers:
            yield "Component.arrows: none, with states"
        if len(triggers) > len(set(triggers)):
            yield "Component.arrows: that share a trigger"
        for arrow in component.arrows:
            yield f"Arrow.sources: {_number(arrow.source_states)}"


def _sorts_of_rules(system: System) -> Iterator[str]:
    groups = [rule.group for rule in system.rules]
    for rule in system.rules:
        yield f"Rule.kind: {rule.kind.name}"
        if rule.fires:
            yield f"Rule.fires: {_number(rule.fires)}"
        if any(number > 1 for number in rule.cost.values()):
            yield "Rule.cost: more than 1"
        if len(rule.cost) > 1:
            yield "Rule.cost: of two classes"
        if groups.count(rule.group) > 1:
            yield "Rule.group: of several rules"
        yield from _sorts_of_effects(system, rule)
        yield from _sorts_of_messages(system, rule)


def _sorts_of_effects(system: System, rule: Rule) -> Iterator[str]:
    mains = [component.main.name for component in system.components if component.main]
    assigned = [effect.var.name for effect in rule.sets]
    if assigned:
        yield f"Rule.sets: {_number(assigned)}"
    if len(assigned) > len(set(assigned)):
        yield "Rule.sets: two of a variable"
    for effect in rule.sets:
        yield f"Set.to: {_right_side(effect)}"
        if effect.var.name in mains:
            yield "Set.var: a main state"


def _sorts_of_messages(system: System, rule: Rule) -> Iterator[str]:
    names = [component.name for component in system.components]
    for message in rule.says:
        outside = message.receiver not in names
        yield f"Message.receiver: a {'party outside' if outside else 'component'}"
        for item in message.data:
            yield f"Message.data: {'variable' if isinstance(item, Var) else 'value'}"


def _right_side(effect: Set) -> str:
    match effect.to:
        case Var():
            return "variable"
        case Next():
            return "next"
        case Step():
            return "step on" if effect.to.by > 0 else "step back"
        case _:
            return "value"


def _sorts_of_budget(budget: Budget) -> Iterator[str]:
    if budget.faults is None:
        yield "Budget.faults: unlimited"
    for each in budget.allowances:
        if each.pattern == "any":
            yield f"Budget.faults: {'any' if each.limit else 'none'}"
            yield "Budget.faults: number"
        elif "+" in each.pattern:
            yield "Budget.faults: sum"
        else:
            yield f"Budget.faults: {'class' if '-' in each.pattern else 'role or mode'}"
    match budget.repairs:
        case None:
            yield "Budget.repairs: unlimited"
        case number:
            yield f"Budget.repairs: {'number' if number else 'none'}"


def _sorts_of_properties(budget: Budget, props: Iterable[Property]) -> Iterator[str]:
    counters = {var.name for var in budget.counters}
    for prop in props:
        yield f"Property.modality: {prop.modality.name}"
        yield f"Property.strength: {prop.strength.name}"
        read = {var.name for case in prop.cases for guard in case for var in variables_of(guard)}
        if read & counters:
            yield "Property.expr: of a counter"


def _number(items: Iterable[object]) -> str:
    return "several" if len(tuple(items)) > 1 else "one"


def enums() -> dict[str, type[Enum]]:
    """Return the fields of the language that are one of an Enum's members, by name."""
    return {"Rule.kind": Kind, "Property.modality": Modality, "Property.strength": Strength}
