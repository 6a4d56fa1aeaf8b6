"""
Minimal breaking sets: which faults together break a property, and whether their order matters.

A multiset of fault classes breaks a property iff the property is refuted when these faults, and
no others, may happen; a witness iff it is found then. It is minimal iff no part of it breaks the
property. Every set that contains a breaking one is therefore left out, and every set that contains
one about which nothing is known is left unknown: what is reported as minimal is minimal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations_with_replacement, permutations

from hamodel.budget import ANY, Allowance, Budget
from hamodel.component import Component
from hamodel.engine.check import failing, searches_for
from hamodel.engine.cone import Influences, sliced
from hamodel.engine.limits import NO_LIMITS, CutShort, Limits
from hamodel.expr import Var, any_of
from hamodel.property import Modality, Property
from hamodel.rule import Kind, Rule, Set
from hamodel.system import System
from hamodel.trace import Trace
from hamodel.verdict import NOTHING_SHOWN, PROVED, REFUTED, UNDETERMINED, Verdict

Faults = tuple[str, ...]
"""Fault classes: a multiset in the order of the system's classes, or a sequence in time."""

SIZE_MAX = 3
"""How many faults a set has at most, unless it is said."""


@dataclass(frozen=True, slots=True)
class BreakingSet:
    """
    A minimal set of faults that breaks a property.

    Parameters
    ----------
    faults
        The classes, each as often as it happens.
    verdict
        What the search found; its trace is the shortest run.
    orders
        For each order in which the faults can follow each other whether it breaks the property
        too; None where that is not decided.
    """

    faults: Faults
    verdict: Verdict
    orders: Mapping[Faults, bool | None]

    @property
    def order_matters(self) -> bool | None:
        """Whether some order of the faults does not break it; None if that is not decided."""
        found = set(self.orders.values())
        return True if False in found else None if None in found else False


@dataclass(frozen=True, slots=True)
class BreakingSets:
    """
    Every minimal breaking set of a property, up to a size.

    Parameters
    ----------
    prop
        The property.
    size_max, repairs, limit_states
        How many faults and repairs were allowed, and where each search was cut short.
    minimal
        The minimal sets, smaller ones first.
    undetermined
        Sets whose search was cut short; of what contains one of them nothing is known either.
    searches, states_max
        How many searches there were, orders included, and the distinct states of the largest.
    """

    prop: Property
    size_max: int
    repairs: int | None
    limit_states: int | None
    minimal: tuple[BreakingSet, ...]
    undetermined: tuple[Faults, ...]
    searches: int
    states_max: int


def breaking_sets(
    system: System,
    prop: Property,
    *,
    size_max: int = SIZE_MAX,
    repairs: int | None = 0,
    limit_states: int | None = None,
    limits: Limits = NO_LIMITS,
    watch: Callable[[Faults], None] = lambda _: None,
) -> BreakingSets:
    """
    Return every minimal multiset of fault classes that breaks a property.

    Where faults are nothing that has to happen, one search with a counter for each class tells of
    all multisets at once: its states are those of each multiset, told apart by the counters. Where
    that search is cut short, or cannot tell, every multiset is searched by itself.

    Parameters
    ----------
    system, prop
        What is searched, and what may break; for a witness, what may be found.
    size_max
        How many faults a set has at most.
    repairs
        How many repairs may happen besides; None for no limit.
    limits, limit_states
        Where each search is cut short, and a short form of the limit on states.
    watch
        Called with each set before it is searched.
    """
    limits = limits.but(limit_states)
    seeker = _Seeker(system, prop, repairs, limits)
    minimal: list[BreakingSet] = []
    unknown: list[Faults] = []
    broken = seeker.at_once(size_max)
    for faults in seeker.candidates(size_max):
        if broken is not None and not any(contains(faults, each) for each in broken):
            continue
        if any(contains(faults, each) for each in (*(b.faults for b in minimal), *unknown)):
            continue
        watch(faults)
        breaks, verdict = seeker.search(system, faults)
        if breaks is None:
            unknown.append(faults)
        elif breaks:
            minimal.append(BreakingSet(faults, verdict, seeker.orders(faults, verdict.trace)))
    return BreakingSets(
        prop,
        size_max,
        repairs,
        limits.states,
        tuple(minimal),
        tuple(unknown),
        len(seeker.sizes),
        max(seeker.sizes, default=0),
    )


def contains(faults: Faults, part: Faults) -> bool:
    """Return whether a multiset has all that another has."""
    return Counter(part) <= Counter(faults)


def happened(system: System, trace: Trace) -> Faults:
    """Return the classes of the faults in a trace, in the order in which they happen."""
    costs = {rule.name: rule.cost for rule in system.rules}
    return tuple(
        fault
        for name in trace.rules
        for fault, number in costs[name].items()
        for _ in range(number)
    )


def budget_of(faults: Faults, repairs: int | None = 0) -> Budget:
    """Return the budget that allows these faults and no others."""
    return Budget(dict(Counter(faults)), repairs)


class _Seeker:
    """Searches a property under one multiset of faults after the other, and counts."""

    def __init__(self, system: System, prop: Property, repairs: int | None, limits: Limits) -> None:
        self.system, self.prop = system, prop
        self.repairs, self.limits = repairs, limits
        self.sizes: list[int] = []

    def candidates(self, size_max: int) -> Iterator[Faults]:
        """Yield the multisets that may be minimal, smaller ones first: of what the cone has."""
        system = _possible(self.system, self.prop, Budget(None, self.repairs))
        counters = [Allowance(name, 1).counter.name for name in system.fault_classes]
        cone = Influences(system).cone(self.prop, counters)
        known = set(sliced(system, cone).fault_classes)
        classes = [name for name in self.system.fault_classes if name in known]
        for size in range(size_max + 1):
            yield from filter(self._has_the_fault, combinations_with_replacement(classes, size))

    def at_once(self, size_max: int) -> frozenset[Faults] | None:
        """
        Return multisets that break the property, every minimal one among them, by one search.

        None where one search cannot tell: what is compared has a fault withdrawn, a fault has to
        happen, or the search, or what is read off it, is cut short.
        """
        classes = self.system.fault_classes
        if not (classes and size_max and self._decides_orders()):
            return None
        budget = Budget({ANY: size_max, **dict.fromkeys(classes, size_max)}, self.repairs)
        part = _possible(self.system, self.prop, budget)
        part.check_property(self.prop, budget.counters)
        [search] = searches_for(part, [(self.prop, budget)], in_cones=True)
        exploration = search.explore(part, limits=self.limits)
        self.sizes.append(len(exploration.states))
        if not exploration.complete:
            return None
        counters = {Allowance(name, size_max).counter.name: name for name in classes}
        counted = [name for name in exploration.product.names if name in counters]
        try:
            these = list(failing(exploration, self.prop))
        except CutShort:
            return None
        found = (exploration.values_at(counted, states) for states in these)
        return frozenset(
            tuple(counters[name] for name, n in zip(counted, each, strict=True) for _ in range(n))
            for each in chain.from_iterable(found)
        )

    def _has_the_fault(self, faults: Faults) -> bool:
        """Return whether what must be transparent can happen; without it nothing is to be told."""
        if self.prop.modality is not Modality.TRANSPARENT:
            return True
        budget = budget_of(faults, self.repairs)
        rules = (rule for rule in self.system.rules if rule.name in self.prop.fault)
        return any(budget.charge(rule) is not None for rule in rules)

    def search(self, system: System, faults: Faults) -> tuple[bool | None, Verdict]:
        """Return whether these faults break the property, None if it is not known; the verdict."""
        budget = budget_of(faults, self.repairs)
        part = _possible(system, self.prop, budget)
        budget = budget.suited(part.fault_classes)
        part.check_property(self.prop, budget.counters)
        [search] = searches_for(part, [(self.prop, budget)], in_cones=True)
        exploration = search.explore(part, limits=self.limits)
        verdict = search.judge(part, exploration, self.prop)
        self.sizes.append(verdict.distinct_states)
        breaking = PROVED if self.prop.modality is Modality.SOMETIMES else REFUTED
        if verdict.kind is breaking:
            return True, verdict
        cut = verdict.kind is UNDETERMINED and not verdict.why.endswith(NOTHING_SHOWN)
        return (None if cut else False), verdict

    def orders(self, faults: Faults, trace: Trace | None) -> Mapping[Faults, bool | None]:
        """Return for each order of a minimal set whether the property breaks in it."""
        possible = list(dict.fromkeys(permutations(faults)))
        if len(possible) == 1:
            return {possible[0]: True}
        if not self._decides_orders():
            return dict.fromkeys(possible)
        first = None if trace is None else happened(self.system, trace)
        return {
            order: order == first or self.search(in_order(self.system, order), faults)[0]
            for order in possible
        }

    def _decides_orders(self) -> bool:
        """Return whether holding a fault back changes nothing but when faults happen."""
        if self.prop.modality is Modality.TRANSPARENT:
            return False  # What is compared has a fault withdrawn, and so another order.
        costly = [rule for rule in self.system.rules if rule.cost]
        return not any(
            rule.kind is Kind.PROTOCOL or rule.group in self.prop.fair for rule in costly
        )


def _possible(system: System, prop: Property, budget: Budget) -> System:
    """Return the system without the rules that a budget rules out; cones are smaller then."""
    kept = tuple(
        rule
        for rule in system.rules
        if budget.charge(rule) is not None or rule.name in prop.fault or rule.group in prop.fair
    )
    return replace(system, rules=kept)


def in_order(system: System, order: Sequence[str]) -> System:
    """
    Return the system in which faults happen in this order only.

    A further variable counts those that have happened; a failure is possible iff what it costs
    comes next.
    """
    place: Var[int] = Var("order_of_faults.place", range(len(order) + 1))
    rules = [each for rule in system.rules for each in _in_place(rule, order, place)]
    counting = Component("order_of_faults", variables=(place,))
    return replace(system, components=(*system.components, counting), rules=tuple(rules))


def _in_place(rule: Rule, order: Sequence[str], place: Var[int]) -> Iterator[Rule]:
    """Yield the rule if it costs nothing, or held back until its cost comes next; else nothing."""
    if not rule.cost:
        yield rule
        return
    cost = Counter(dict(rule.cost))
    ends = {
        start: start + cost.total()
        for start in range(len(order))
        if Counter(order[start : start + cost.total()]) == cost
    }
    if ends:
        counts = tuple(Set(place, end, place.is_(start)) for start, end in ends.items())
        now = any_of(*(place.is_(start) for start in ends))
        yield replace(rule, when=rule.when & now, sets=(*rule.sets, *counts))
