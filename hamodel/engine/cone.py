"""
The cone of influence: the part of a system that one property can depend on.

A variable is in the cone iff the property reads it, or a rule that changes a variable of the cone
reads it, in its guard or for that change. What is left out can neither allow nor forbid a step of
the cone, nor change what is in it, so every run of the system is a run of the cone with further
steps in between, and every run of the cone is one of the system (decision 0005).

References
----------
Clarke, Grumberg and Peled, "Model Checking", MIT Press 1999, section 13.1: cone of influence
reduction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from hamodel.budget import Budget
from hamodel.component import Component
from hamodel.expr import And, Expr, Is, Or, Value, all_of, variables_of
from hamodel.property import Modality, Property, always
from hamodel.rule import Rule, Step
from hamodel.system import System
from hamodel.trace import Trace, trace_and_end, trace_of

Cone = frozenset[str]
"""The names of the variables of a cone."""

SHARE = 0.85
"""A cone that has more than this share of a larger one's variables is searched with it."""


@dataclass(frozen=True, slots=True)
class _Influence:
    """What a rule reads to be enabled, and what it reads for each variable that it changes."""

    rule: Rule
    needs: frozenset[str]
    changes: Mapping[str, frozenset[str]]


class Influences:
    """Who influences whom in a system; worked out once, for the cones of many properties."""

    def __init__(self, system: System) -> None:
        self.system = system
        self._of = [_influence(system, rule) for rule in system.rules]
        self._known: dict[tuple[frozenset[str], tuple[str, ...]], Cone] = {}

    def cone(self, prop: Property, counters: Iterable[str] = ()) -> Cone:
        """
        Return the variables that a property can depend on.

        Parameters
        ----------
        prop
            The property. What observers see and hear takes the whole system.
        counters
            The names of its budget's counters: who reads one depends on every failure.
        """
        everything = frozenset(self.system.variables)
        read = {var.name for case in prop.cases for guard in case for var in variables_of(guard)}
        if prop.modality is Modality.TRANSPARENT or read & set(counters):
            return everything
        asked = frozenset(read), prop.fair
        if asked not in self._known:
            self._known[asked] = everything & self._grown(read | self._always_kept(prop.fair))
        return self._known[asked]

    def _grown(self, cone: set[str]) -> set[str]:
        """Return these variables and all that they can depend on."""
        size = -1
        while size < len(cone):
            size = len(cone)
            groups = {its.rule.group for its in self._of if not cone.isdisjoint(its.changes)}
            for its in self._of:
                # Fairness is a group's: what takes its turn with a rule of the cone is in it.
                if its.rule.group in groups:
                    cone |= its.needs
                    hit = cone & its.changes.keys() or its.changes.keys()
                    cone.update(hit, *(its.changes[name] for name in hit))
        return cone

    def part(self, guards: Iterable[Expr], budget: Budget) -> tuple[System, Budget]:
        """Return the part of the system that guards can depend on, and the budget suited to it."""
        cone = self.cone(always("guards", all_of(*guards)), [var.name for var in budget.counters])
        part = cut_out(self.system, cone)
        return part, budget.suited(part.fault_classes)

    def _always_kept(self, fair: Sequence[str]) -> set[str]:
        """Return what groups assumed fair change, and what can run out of its range (HA040)."""
        kept: set[str] = set()
        for its in self._of:
            if its.rule.group in fair:
                kept |= its.changes.keys()
            kept |= {each.var.name for each in its.rule.sets if isinstance(each.to, Step)}
        return kept


def _influence(system: System, rule: Rule) -> _Influence:
    guard, effects = system.flattened(rule)
    parts = guard.parts if isinstance(guard, And) else (guard,)
    needs = {var.name for part in parts if not _is_free(part) for var in variables_of(part)}
    changes: dict[str, set[str]] = {}
    for effect in effects:
        reads = {var.name for var in variables_of(effect.when)}
        source = effect.source
        changes.setdefault(effect.var.name, set()).update(
            reads, () if source is None else (source.name,)
        )
    return _Influence(rule, frozenset(needs), {k: frozenset(v) for k, v in changes.items()})


def _is_free(part: Expr) -> bool:
    """Return whether a conjunct allows every value of its variable, as a crash from any state."""
    options = part.parts if isinstance(part, Or) else (part,)
    found = [option for option in options if isinstance(option, Is)]
    if len(found) < len(options) or len({option.var.name for option in found}) != 1:
        return False
    return {option.value for option in found} == set(found[0].var.values)


def cut_out(system: System, cone: Cone) -> System:
    """Return the part of a system that a cone names: its variables, and the rules about them."""
    if cone == frozenset(system.variables):
        return system
    rules = [(rule, *system.flattened(rule)) for rule in system.rules]
    groups = {rule.group for rule, _, effects in rules if any(e.var.name in cone for e in effects)}
    kept = tuple(
        replace(
            rule,
            when=_without_free(guard),
            fires=(),
            sets=tuple(effect for effect in effects if effect.var.name in cone),
            says=() if effects else tuple(replace(message, data=()) for message in rule.says),
        )
        for rule, guard, effects in rules
        if rule.group in groups
    )
    return System(components_of(system, cone), kept, system.sources, system.name)


@lru_cache(maxsize=64)
def sliced(system: System, cone: Cone) -> System:
    """Return what `cut_out` does; the same part for an equal system, so not of other timers."""
    return cut_out(system, cone)


def components_of(system: System, kept: Cone) -> tuple[Component, ...]:
    """Return a system's components with these variables only, and without arrows."""
    return tuple(
        replace(
            component,
            states=component.states if component.name in kept else None,
            initial=component.main.initial if component.main and component.name in kept else None,
            arrows=(),
            variables=tuple(var for var in component.variables if var.name in kept),
        )
        for component in system.components
        if any(var.name in kept for var in component.all_variables)
    )


def _without_free(guard: Expr) -> Expr:
    parts = guard.parts if isinstance(guard, And) else (guard,)
    return all_of(*(part for part in parts if not _is_free(part)))


def lifted(system: System, trace: Trace) -> Trace:
    """
    Return a run of a cone as a run of the whole system: the same rules, all that they do.

    A loop is gone through as often as it takes for what is outside the cone to repeat as well.
    """
    if trace.loop is None or trace.loop == len(trace):
        return trace_of(system, trace.rules, loop=trace.loop, fork=trace.fork, note=trace.note)
    rules, loop = trace.rules[: trace.loop], trace.rules[trace.loop :]
    starts: list[Mapping[str, Value]] = []
    while (start := trace_and_end(system, rules)[1]) not in starts:
        starts.append(start)
        rules += loop
    begins = trace.loop + starts.index(start) * len(loop)
    return trace_of(system, rules, loop=begins, fork=trace.fork, note=trace.note)


def gathered(cones: Iterable[Cone]) -> dict[Cone, Cone]:
    """
    Return for each cone the one that it is searched with: its own, or one that is hardly larger.

    A search more costs more than what a slightly smaller cone spares.
    """
    found: dict[Cone, Cone] = {}
    for cone in sorted(set(cones), key=lambda each: (-len(each), sorted(each))):
        hosts = (it for it in found.values() if cone <= it and len(cone) > SHARE * len(it))
        found[cone] = next(hosts, cone)
    return found
