"""
Mutants of a system: one rule, one conjunct, one effect, one message or one arrow is left out.

A mutant is named by words, not by place: the numbers of instances are replaced by N, so that one
mutant changes every instance of a rule alike, in whatever deployment it is applied to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from hamodel import FALSE, And, Arrow, Component, Expr, Is, Not, Or, Rule, System, all_of, any_of
from hamodel.component import Firing
from hamodel.expr import word
from hamodel.satisfiable import can_hold

_NUMBER = re.compile(r"(?<=_)\d+(?![0-9A-Za-z])")


class Part(Enum):
    """What a mutant leaves out."""

    RULE = "rule"
    CONJUNCT = "conjunct"
    SOURCE = "source"
    EFFECT = "effect"
    MOVE = "move"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Mutant:
    """
    A change to a system.

    Parameters
    ----------
    family
        The rule family that is changed.
    rule
        Which of its rules: their name, with N for the numbers of instances.
    part
        What is left out: the rule, which then never happens, but keeps its name for properties
        and its class for budgets; a conjunct of its guard; the sources of an arrow that it
        fires, so that it fires from anywhere; an effect; the move of an arrow, so that the
        guard of the arrow stays; a message.
    text
        What is left out, in words; empty for the rule itself.
    """

    family: str
    rule: str
    part: Part
    text: str = ""

    def __str__(self) -> str:
        said = f"{self.family}: {self.rule}: without "
        return said + (f"the {self.part.value} '{self.text}'" if self.text else "the rule")


def shape(text: str) -> str:
    """Return a text with N for the number of each instance: `call_N` for `call_1`."""
    return _NUMBER.sub("N", text)


def shape_of(guard: Expr) -> str:
    """Return a guard in words, the same for guards that differ in the order of instances only."""
    match guard:
        case Or() if len(guard.parts) > 1 and (values := _values(guard)):
            return f"{shape(str(_first(guard).var))} is {' or '.join(values)}"
        case And() | Or() if len(guard.parts) > 1:
            joined = " and " if isinstance(guard, And) else " or "
            parts = sorted({shape_of(part) for part in guard.parts})
            return parts[0] if len(parts) == 1 else joined.join(f"({part})" for part in parts)
        case Not(And() | Or() as part):
            return f"not ({shape_of(part)})"
        case _:
            return shape(str(guard))


def _first(guard: Or) -> Is:
    [first, *_] = guard.parts
    assert isinstance(first, Is)
    return first


def _values(guard: Or) -> list[str]:
    found = [part for part in guard.parts if isinstance(part, Is)]
    if len(found) < len(guard.parts) or len({part.var.name for part in found}) > 1:
        return []
    return list(dict.fromkeys(shape(word(part.value)) for part in found))


def conjuncts(guard: Expr) -> tuple[Expr, ...]:
    """Return the parts of a guard that must all hold."""
    return guard.parts if isinstance(guard, And) else (guard,)


def mutants_of(system: System) -> tuple[Mutant, ...]:
    """
    Return every mutant of a system, in the order of its rules.

    None for a conjunct that always holds, nor for an effect on what never changes.
    """
    changing = {
        effect.var.name
        for rule in system.rules
        for effect in rule.sets
        if effect.source is not None or effect.to != effect.var.initial
    }
    return tuple(
        dict.fromkeys(
            Mutant(rule.family, shape(rule.name), part, text)
            for rule in system.rules
            for part, text in _parts(system, rule, changing)
        )
    )


def _parts(system: System, rule: Rule, changing: set[str]) -> Iterator[tuple[Part, str]]:
    yield Part.RULE, ""
    for conjunct in conjuncts(rule.when):
        if can_hold(~conjunct):
            yield Part.CONJUNCT, shape_of(conjunct)
    for firing in rule.fires:
        if _freed(system[firing.component], firing.trigger) is not None:
            yield Part.SOURCE, shape(str(firing))
    for effect in rule.sets:
        if effect.var.name in changing:
            yield Part.EFFECT, shape(str(effect))
    for firing in rule.fires:
        yield Part.MOVE, shape(str(firing))
    for message in rule.says:
        yield Part.MESSAGE, shape(str(message))


def rules_of(system: System, mutant: Mutant) -> tuple[Rule, ...]:
    """Return the rules that a mutant changes."""
    return tuple(
        rule
        for rule in system.rules
        if rule.family == mutant.family and shape(rule.name) == mutant.rule
    )


def mutated(system: System, mutant: Mutant) -> System:
    """
    Return the system with what the mutant leaves out left out.

    Raises
    ------
    ModelError
        When what is left is no model, such as a rule that does nothing (HA018).
    """
    changed = {rule.name for rule in rules_of(system, mutant)}
    rules = tuple(
        _mutated_rule(system, rule, mutant) if rule.name in changed else rule
        for rule in system.rules
    )
    components = system.components
    if mutant.part is Part.SOURCE:
        components = tuple(
            _with_free_arrows(each, mutant, _fired(system, each, changed))
            for each in system.components
        )
    return System(components, rules, system.sources, system.name)


def _mutated_rule(system: System, rule: Rule, mutant: Mutant) -> Rule:
    text = mutant.text
    match mutant.part:
        case Part.RULE:
            return replace(rule, when=FALSE)
        case Part.CONJUNCT:
            kept = (part for part in conjuncts(rule.when) if shape_of(part) != text)
            return replace(rule, when=all_of(*kept))
        case Part.EFFECT:
            return replace(rule, sets=tuple(e for e in rule.sets if shape(str(e)) != text))
        case Part.MESSAGE:
            return replace(rule, says=tuple(m for m in rule.says if shape(str(m)) != text))
        case Part.SOURCE:
            fires = tuple(_free(f) if shape(str(f)) == text else f for f in rule.fires)
            return replace(rule, fires=fires)
        case Part.MOVE:
            still = [firing for firing in rule.fires if shape(str(firing)) == text]
            guards = (_enabled(system, firing) for firing in still)
            fires = tuple(firing for firing in rule.fires if firing not in still)
            return replace(rule, when=all_of(rule.when, *guards), fires=fires)


def _enabled(system: System, firing: Firing) -> Expr:
    """Return the guard that a component can fire a trigger."""
    component = system[firing.component]
    arrows = component.arrows_for(firing.trigger)
    return any_of(*(all_of(component.in_(*a.source_states), a.when) for a in arrows))


def _free(firing: Firing) -> Firing:
    return Firing(firing.component, f"{firing.trigger}_from_anywhere")


def _freed(component: Component, trigger: str) -> Arrow | None:
    """
    Return a trigger's arrow without its sources and its guard.

    None if that changes nothing, or if where it leads depends on where it is fired.
    """
    assert component.states is not None
    arrows = list(component.arrows_for(trigger))
    everywhere = tuple(component.states)
    found = {state for arrow in arrows for state in arrow.source_states}
    if len({arrow.target for arrow in arrows}) > 1 or found == set(everywhere):
        return None
    name = _free(Firing(component.name, trigger)).trigger
    return Arrow(name, everywhere, arrows[0].target, cite=arrows[0].cite)


def _fired(system: System, component: Component, rules: set[str]) -> list[Firing]:
    """Return the firings of a component in these rules, each once."""
    found = (
        firing
        for rule in system.rules
        if rule.name in rules
        for firing in rule.fires
        if firing.component == component.name
    )
    return list(dict.fromkeys(found))


def _with_free_arrows(component: Component, mutant: Mutant, fired: list[Firing]) -> Component:
    wanted = [firing.trigger for firing in fired if shape(str(firing)) == mutant.text]
    freed = [arrow for trigger in wanted if (arrow := _freed(component, trigger)) is not None]
    return replace(component, arrows=(*component.arrows, *freed)) if freed else component
