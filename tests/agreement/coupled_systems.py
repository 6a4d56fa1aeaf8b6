"""Random systems of two parts that share something; what must be transparent to one of them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from hamodel import TRUE, Budget, Component, Kind, Message, Property, Rule, System, Var, transparent
from hamodel.expr import Expr
from hamodel.rule import Next, Step
from tests.agreement.random_systems import Drawing, Gate, Light
from tests.agreement.twins import changed, renamed

ONE, TWO, SHARED = "one", "two", "shared"
BUDGETS = (Budget(1), Budget(1), Budget({"box-crash": 1}), Budget(2))
RARELY = 12
"""One of so many times one part reads or changes the other."""


class Coupled(NamedTuple):
    """A system, its parts, and what must be transparent."""

    system: System
    budget: Budget
    parts: dict[str, list[str]]
    props: tuple[Property, ...]


class _Drawing(Drawing):
    """As `Drawing`, of small domains that no step leaves, and messages with a subject."""

    subject = ONE

    def variable(self, name: str) -> Var[Any]:
        """Draw a variable of two or three values."""
        domain = self.one_of((bool, Gate, Light))
        return Var(name, domain, self.one_of(Var(name, domain).values))

    def right_side(self, var: Var[Any]) -> Any:
        """Draw a value, a copy or a next value."""
        found = super().right_side(var)
        return Next(found.var) if isinstance(found, Step) else found

    def messages(self) -> tuple[Message, ...]:
        """Draw a message about whose rule it is, to anyone."""
        data: list[Any] = [self.subject]
        if self.seldom():
            data.append(self.one_of(self.readable))
        kind, receiver = self.one_of(("PING", "PONG")), self.one_of((ONE, ONE, SHARED, TWO))
        return (Message(kind, "outside", receiver, tuple(data)),)


def coupled(seed: int) -> Coupled:
    """Draw a system of two parts, loosely coupled, and what must be transparent to one of them."""
    drawing = _Drawing(random.Random(seed).randrange)  # noqa: S311
    components = {
        name: Component(
            name, variables=tuple(drawing.variable(f"{name}.v{i}") for i in range(1, size + 1))
        )
        for name, size in ((ONE, 2 + drawing.choose(2)), (TWO, 2), (SHARED, 2 + drawing.choose(2)))
    }
    owned = {name: list(each.variables) for name, each in components.items()}
    rules = [_rule(drawing, number, owned) for number in range(1, 9 + drawing.choose(6))]
    system = System(tuple(components.values()), tuple(rules), name="two parts")
    drawing.readable = [*owned[ONE], *owned[SHARED]]
    faults = [rule.name for rule in rules if rule.kind is Kind.FAILURE]
    parts = {name: [var.name for var in owned[name]] for name in (ONE, TWO)}
    budget = drawing.one_of(BUDGETS)
    if budget.unknown(system.fault_classes):
        budget = Budget(1)
    return Coupled(system, budget, parts, tuple(_properties(drawing, faults, owned)))


def alike(seed: int) -> Coupled:
    """Draw one part and what is shared, and a second part that is like the first."""
    drawing = _Drawing(random.Random(seed).randrange)  # noqa: S311
    owned = {
        name: [drawing.variable(f"{name}.v{i}") for i in range(1, 3)] for name in (ONE, SHARED)
    }
    twins = {var.name: replace(var, name=var.name.replace(ONE, TWO)) for var in owned[ONE]}
    owned[TWO] = list(twins.values())
    words = {ONE: TWO, TWO: ONE}
    rules = [_to_all(_rule(drawing, 1, owned, (SHARED,)))]
    for number in range(2, 6 + drawing.choose(4)):
        rule = _rule(drawing, number, owned, (ONE, ONE, SHARED))
        one = drawing.subject == ONE
        rules += (rule, _second(rule, twins, words)) if one else (_to_all(rule),)
    components = (Component(name, variables=tuple(owned[name])) for name in (ONE, TWO, SHARED))
    system = System(tuple(components), tuple(rules), name="two parts alike")
    drawing.readable = [*owned[ONE], *owned[SHARED]]
    [first, *_] = _properties(drawing, [rules[0].name], owned)
    second = replace(
        first,
        name="neither_can_the_other",
        given=renamed(first.given, twins),
        observers=tuple(words.get(name, name) for name in first.observers),
        hide=tuple(twins[name].name if name in twins else name for name in first.hide),
        unheard=(ONE,),
    )
    parts = {name: [var.name for var in owned[name]] for name in (ONE, TWO)}
    return Coupled(system, drawing.one_of(BUDGETS), parts, (first, second))


def _to_all(rule: Rule) -> Rule:
    """Return a rule that tells no part what it does not tell the other."""
    return replace(rule, says=tuple(replace(each, receiver=SHARED) for each in rule.says))


def _second(rule: Rule, twins: dict[str, Var[Any]], words: dict[str, str]) -> Rule:
    """Return what a rule of the first part is for the second."""
    says = tuple(
        Message(
            each.kind,
            each.sender,
            words.get(each.receiver, each.receiver),
            tuple(
                twins.get(item.name, item) if isinstance(item, Var) else words.get(item, item)
                for item in each.data
            ),
        )
        for each in rule.says
    )
    return replace(
        rule,
        name=f"{rule.name} of the second",
        when=renamed(rule.when, twins),
        sets=tuple(changed(effect, twins) for effect in rule.sets),
        says=says,
        group=rule.group.replace(ONE, TWO),
    )


def _rule(
    drawing: _Drawing,
    number: int,
    owned: dict[str, list[Var[Any]]],
    homes: Sequence[str] = (),
) -> Rule:
    """Draw a rule of one of these, which keeps to it; else of any, the first a failure."""
    home = drawing.one_of(homes or ((SHARED,) if number == 1 else (ONE, ONE, TWO, SHARED)))
    drawing.subject = home
    reads, changes = list(owned[home]), list(owned[home])
    if home != SHARED:
        reads += owned[SHARED]
        changes += owned[SHARED] if drawing.seldom() else []
    elif not homes and drawing.choose(2):
        changes += owned[drawing.one_of((ONE, TWO))]
    if not homes and drawing.seldom(RARELY):
        reads += owned[TWO if home == ONE else ONE]
    drawing.readable, drawing.assignable = list(dict.fromkeys(reads + changes)), changes
    rule = drawing.rule(number, (Component("nobody"),))
    kind = Kind.FAILURE if number == 1 or drawing.seldom(8) else drawing.one_of(_KINDS)
    cost = {"box-crash": 1} if kind is Kind.FAILURE else {}
    group = f"group {drawing.choose(3)}" if drawing.choose(2) else f"{home} {number}"
    return replace(rule, kind=kind, cost=cost, group=group)


_KINDS = (Kind.PROTOCOL, Kind.PROTOCOL, Kind.ENVIRONMENT)


def _properties(
    drawing: _Drawing, faults: Sequence[str], owned: dict[str, list[Var[Any]]]
) -> list[Property]:
    found = []
    for unheard in ((TWO,), ()):
        premise: Expr = drawing.guard(1) if drawing.choose(2) else TRUE
        observers = (ONE, SHARED) if drawing.seldom(3) else (ONE,)
        seen = [var.name for name in observers for var in owned[name]]
        found.append(
            transparent(
                "cannot_tell",
                fault=drawing.some(faults, 1),
                observers=observers,
                hide=drawing.some(seen),
                idempotent=drawing.some(("PING", "PONG")) if drawing.seldom() else (),
                unheard=unheard,
                given=premise,
            )
        )
    return found
