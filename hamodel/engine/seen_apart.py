"""
Transparency to who sees one part only, such as one call of two, judged without the others.

Where no step after the fault depends on what is left out, the system without it (`apart.freed`)
can do what the system can, whatever the others do. A step of theirs changes nothing of what is kept
and is not seen, so that each state of the system is bisimilar to what is kept of it, and a verdict
there is one on the system. Whether such a step can come is a search of its own (decision 0013).
Before the fault nothing is asked of the others but that some run leads there.

References
----------
Van Glabbeek and Weijland, "Branching time and abstraction in bisimulation semantics", Journal of
the ACM 43(3), 1996, https://doi.org/10.1145/233551.233556
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from hamodel.budget import Budget
from hamodel.component import Component
from hamodel.engine.apart import (
    Names,
    at_rest,
    depends,
    freed,
    keeps,
    moved_with,
    of_rule,
    stepped,
)
from hamodel.engine.cone import lifted
from hamodel.engine.parts import Parts
from hamodel.engine.twins import Swap, swaps
from hamodel.errors import among
from hamodel.expr import Expr, Var, all_of, any_of, variables_of
from hamodel.property import Modality, Property, never, sometimes
from hamodel.rewriting import negated
from hamodel.rule import Kind, Rule, Set
from hamodel.system import System
from hamodel.trace import Trace, TraceStep, trace_and_end, trace_of
from hamodel.verdict import PROVED, UNDETERMINED, Verdict, summed

Judge: TypeAlias = Callable[[System, Sequence[Property]], Mapping[Property, Verdict]]
"""The verdicts on properties of a system; none if its search finds an error."""

COMPARED = Var("compared", bool)
"""Whether runs with the fault and without it are compared from a state on."""
HERE, WITHDRAWN = "here", "withdrawn"
"""What is added to the name of a fault that is compared, and to that of one that is withdrawn."""


@dataclass(frozen=True, slots=True)
class Seen:
    """
    A property of what must be transparent, and what its observers see nothing of.

    Parameters
    ----------
    system, prop
        What is judged.
    parts, others
        All the parts, and those that are left out.
    at_rest, freed
        Their variables, and those with what they move.
    """

    system: System
    prop: Property
    parts: Parts
    others: tuple[str, ...]
    at_rest: Names
    freed: Names

    @property
    def heard_by(self) -> Property:
        """A property with these observers: one for all that have the same."""
        return Property(
            "heard",
            Modality.TRANSPARENT,
            fault=("any",),
            observers=self.prop.observers,
            unheard=self.prop.unheard,
            fair=self.prop.fair,
        )

    def rested(self) -> tuple[System, Property]:
        """Return the system where the others are at rest, and the property there."""
        return self._about(at_rest(self.system, self.at_rest, self.heard_by), str)

    def alone(self) -> tuple[System, Property]:
        """Return the system where the others are free, and the property there."""
        return self._about(freed(self.system, self.freed, self.heard_by), of_rule)

    def independent(self) -> tuple[System, Property]:
        """Return the property that no step from where runs are compared depends on the others."""
        goal = all_of(COMPARED.is_(True), self._dependent())
        return compared(*self.alone()), never("independent", goal)

    def premise_run(self, run: Trace) -> Trace:
        """Return the run of the system to where runs are compared, of one that `reachable` has."""
        fault = run.rules[-1].removesuffix(f" {HERE}").removesuffix(f" {WITHDRAWN}")
        return trace_of(self.system, run.rules[:-1], note=_shown(fault))

    def reachable(self) -> tuple[System, Property]:
        """Return the property that some run with the others at rest leads to what is compared."""
        return compared(*self.rested()), sometimes("compared", COMPARED.is_(True))

    def forks_at_rest(self, run: Trace, budget: Budget) -> tuple[System, Property]:
        """Return the property that some run at rest leads to where one of `alone` forks."""
        (alone, _), (rested, _) = self.alone(), self.rested()
        return rested, sometimes("forks", self._fork(run, alone, rested, budget))

    def forks_alone(self, run: Trace, budget: Budget) -> tuple[System, Property]:
        """Return the property of `alone` for the state only where a run of `rested` forks."""
        (alone, prop), (rested, _) = self.alone(), self.rested()
        fork = self._fork(run, rested, alone, budget)
        return alone, replace(prop, given=all_of(prop.given, fork))

    def _fork(self, run: Trace, of: System, other: System, budget: Budget) -> Expr:
        """
        Return in the words of another system where a run of this one forks, with as many failures.

        It is nowhere if a step there depends on the others: the fault might be another with them.
        """
        names = run.rules[: run.fork]
        state = {**trace_and_end(of, names)[1], **_counted(of, names, budget)}
        counters = budget.suited(other.fault_classes).counters
        kept = (var.is_(state[name]) for name, var in self.alone()[0].variables.items())
        counted = (counter.is_(state.get(counter.name, 0)) for counter in counters)
        return all_of(*kept, *counted, negated(self._dependent()))

    def run(self, begun: tuple[TraceStep, ...], run: Trace) -> Trace:
        """Return the run that goes as one of `rested` began, and then on as another forks."""
        after = (replace(step, rule=of_rule(step.rule)) for step in run.steps[run.fork :])
        loop = None if run.loop is None else run.loop + len(begun) - (run.fork or 0)
        steps = (*begun, *after)
        return lifted(self.system, replace(run, steps=steps, loop=loop, fork=len(begun)))

    def _dependent(self) -> Expr:
        return depends(self.system, self.freed, self.heard_by)

    def _about(self, system: System, named: Callable[[str], str]) -> tuple[System, Property]:
        fault = (rule.name for rule in system.rules if named(rule.name) in self.prop.fault)
        return system, replace(
            self.prop,
            fault=tuple(fault),
            hide=tuple(name for name in self.prop.hide if name in system.variables),
            budget=None,
            beyond=None,
        )


def seen_apart(system: System, prop: Property, parts: Parts) -> Seen | None:
    """Return what its observers do not see; None if that is no whole part, or not transparency."""
    if prop.modality is not Modality.TRANSPARENT:
        return None
    shown = {name for name, owner in system.owners.items() if owner in prop.observers}
    shown -= set(prop.hide)
    shown |= {var.name for var in variables_of(prop.given)}
    for rule in system.rules:
        heard = (message for message in rule.says if prop.hears(message))
        shown |= {item.name for each in heard for item in each.data if isinstance(item, Var)}
    others = tuple(name for name, its in parts if not shown & its)
    if not others or not shown <= system.variables.keys():
        return None
    left_out = frozenset[str]().union(*(its for name, its in parts if name in others))
    left_out -= stepped(system)
    moved = moved_with(system, left_out) - shown - stepped(system)
    seen = Seen(system, prop, parts, others, left_out, left_out | moved)
    return seen if _is_whole(seen) else None


def _is_whole(seen: Seen) -> bool:
    """Return whether observers, faults and repairs are all about what is kept, too."""
    system, prop = seen.system, seen.prop
    free = freed(system, seen.freed, seen.heard_by)
    rested = at_rest(system, seen.at_rest, seen.heard_by)
    return (
        {component.name for component in free.components}.issuperset(prop.observers)
        and all(keeps(system, seen.freed, prop, rule) for rule in system.rules if _counts(rule))
        and any(of_rule(rule.name) in prop.fault for rule in free.rules)
        and any(rule.name in prop.fault for rule in rested.rules)
    )


def _counts(rule: Rule) -> bool:
    """Return whether a budget may count a step of a rule."""
    return bool(rule.cost) or rule.kind is Kind.REPAIR


def judged_apart(
    seen: Sequence[Seen], budget: Budget, judge: Judge
) -> Iterator[tuple[Property, Verdict]]:
    """
    Yield the verdicts on those properties that are decided without what their observers do not see.

    Parameters
    ----------
    seen
        The properties, and what that is.
    budget
        Under which they are judged.
    judge
        Searches a system, and judges properties there.
    """
    together: dict[System, list[tuple[Seen, Property]]] = {}
    for each in seen:
        system, prop = each.alone()
        together.setdefault(system, []).append((each, prop))
    known: list[tuple[Seen, Verdict]] = []
    for system, its in together.items():
        twins = {each.prop: _of_twin(each, known) for each, _ in its}
        alone = judge(system, [prop for each, prop in its if twins[each.prop] is None])
        for each, prop in its:
            verdict = twins[each.prop]
            if prop in alone:
                verdict = _judged(each, budget, alone[prop], judge)
            if verdict is not None:
                known.append((each, verdict))
                yield each.prop, verdict


def _of_twin(seen: Seen, known: Sequence[tuple[Seen, Verdict]]) -> Verdict | None:
    """Return the verdict that one of those known is with the names exchanged; None if none is."""
    for swap in swaps(seen.system, seen.parts):
        for other, verdict in known:
            if swap.tells(other.prop, seen.prop):
                return _exchanged(seen, swap, other, verdict)
    return None


def _exchanged(seen: Seen, swap: Swap, other: Seen, verdict: Verdict) -> Verdict:
    """Return the verdict on the twin of another property, with its run gone through."""
    run, witness = verdict.trace, verdict.premise_witness
    if run is not None:
        rules, note = map(swap.rules.__getitem__, run.rules), swap.told(run.note)
        run = trace_of(seen.system, rules, loop=run.loop, fork=run.fork, note=note)
    if witness is not None:
        names = [swap.rules[rule] for rule in witness.rules]
        state = trace_and_end(seen.system, names)[1]
        can = (name for name in seen.prop.fault if _enabled(seen.system, name)(state))
        witness = trace_of(seen.system, names, note=_shown(next(can)))
    said, whatever, _ = verdict.why.partition(_whatever(other))
    why = swap.told(said) + (_whatever(seen) if whatever else "")
    return replace(verdict, property=seen.prop, why=why, trace=run, premise_witness=witness)


def _enabled(system: System, name: str) -> Expr:
    return system.flattened(system.rule(name))[0]


def _shown(fault: str) -> str:
    return f"here the premise holds, and this can happen: {fault}"


def _whatever(seen: Seen) -> str:
    return f", whatever {among(seen.others)} may do"


def _judged(seen: Seen, budget: Budget, alone: Verdict, judge: Judge) -> Verdict | None:
    """Return the verdict, of that on the system where the others are free; None if it is not."""
    if alone.kind is UNDETERMINED:
        return summed(seen.prop, budget, UNDETERMINED, alone.why, [alone])
    independent = _one(judge, *seen.independent())
    if independent is None or independent.kind is not PROVED:
        return None
    shown = _proved if alone.kind is PROVED else _refuted
    return shown(seen, budget, (alone, independent), judge)


def _proved(
    seen: Seen, budget: Budget, found: tuple[Verdict, Verdict], judge: Judge
) -> Verdict | None:
    """Return the proof with a run of the system to what is compared; None if there is none."""
    reached = _one(judge, *seen.reachable())
    if reached is None or reached.trace is None:
        return None
    verdict = _decided(seen, budget, *found, reached)
    return replace(verdict, premise_witness=seen.premise_run(reached.trace))


def _refuted(
    seen: Seen, budget: Budget, found: tuple[Verdict, Verdict], judge: Judge
) -> Verdict | None:
    """
    Return the refutation by a run of the system; None if there is none.

    It forks where one of `alone` does, if that is reached at rest; or else where one at rest does.
    """
    alone, independent = found
    assert alone.trace is not None, "what is refuted is shown by a run"
    begun = _one(judge, *seen.forks_at_rest(alone.trace, budget))
    if begun is not None and begun.trace is not None:
        verdict = _decided(seen, budget, alone, independent, begun)
        return replace(verdict, trace=seen.run(begun.trace.steps, alone.trace))
    rested = _one(judge, *seen.rested())
    if rested is None or rested.trace is None:
        return None
    again = _one(judge, *seen.forks_alone(rested.trace, budget))
    if again is None or again.trace is None:
        return None
    verdict = _decided(seen, budget, again, independent, rested)
    return replace(verdict, trace=seen.run(rested.trace.steps[: rested.trace.fork], again.trace))


def _counted(system: System, names: Sequence[str], budget: Budget) -> Mapping[str, int]:
    """Return what the counters of a budget are after a run."""
    its = budget.suited(system.fault_classes)
    counted = dict.fromkeys((var.name for var in its.counters), 0)
    for name in names:
        for counter, number in (its.charge(system.rule(name)) or {}).items():
            counted[counter] += number
    return counted


def _one(judge: Judge, system: System, prop: Property) -> Verdict | None:
    return judge(system, [prop]).get(prop)


def _decided(seen: Seen, budget: Budget, found: Verdict, *more: Verdict) -> Verdict:
    return summed(seen.prop, budget, found.kind, found.why + _whatever(seen), (found, *more))


def compared(system: System, prop: Property) -> System:
    """Return a system that knows whether it is after the fault, or after that was withdrawn."""
    rules: list[Rule] = []
    for rule in system.rules:
        if rule.name not in prop.fault:
            rules.append(rule)
            continue
        begins = all_of(rule.when, prop.given, COMPARED.is_(False))
        goes_on = all_of(rule.when, any_of(negated(prop.given), COMPARED.is_(True)))
        from_here = Set(COMPARED, True)
        rules += (
            replace(rule, when=goes_on),
            replace(rule, name=f"{rule.name} {HERE}", when=begins, sets=(*rule.sets, from_here)),
            replace(rule, name=f"{rule.name} {WITHDRAWN}", when=begins, sets=(from_here,), says=()),
        )
    components = (*system.components, Component("comparison", variables=(COMPARED,)))
    return System(components, tuple(rules), None, system.name)
