"""Whether a run of a system without some of its variables is one of the system itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hamodel.component import Component
from hamodel.engine.apart import of_rule
from hamodel.engine.cone import components_of
from hamodel.errors import SearchError
from hamodel.expr import FALSE, TRUE, Expr, State, Value, Var, all_of, any_of
from hamodel.property import Property, sometimes
from hamodel.rewriting import negated, settled
from hamodel.rule import Rule, Set
from hamodel.system import System
from hamodel.trace import Trace, trace_and_end

PLACE = "place in the run"


class Retrace:
    """
    A system whose runs are those of another one that go through a given run of `freed`.

    What the run says is known at each place of it, so that only what it does not say is searched:
    between its steps, rules that change nothing of what it says.

    Parameters
    ----------
    system
        The one whose runs are wanted.
    part, run
        A part of `freed`, and the run of it.
    """

    def __init__(self, system: System, part: System, run: Trace) -> None:
        self.states: list[State] = [
            trace_and_end(part, run.rules[:place])[1] for place in range(len(run) + 1)
        ]
        self.place = Var(PLACE, range(len(self.states)))
        self._of: dict[str, str] = {}
        known = frozenset(part.variables)
        rules: list[Rule] = []
        for place, step in enumerate(run.rules):
            taken = self._taken(system, step, place)
            rules += self._rules(system.rule(of_rule(step)), taken)
        for rule in system.rules:
            effects = system.flattened(rule)[1]
            if not any(effect.var.name in known for effect in effects):
                rules += self._rules(rule, self._between(system, rule))
        components = (
            *components_of(system, frozenset(system.variables) - known),
            Component(PLACE, variables=(self.place,)),
        )
        self.system = System(components, tuple(rules), None, system.name)

    def property(self, goal: Expr) -> Property:
        """Return the property that the run ends where this guard holds."""
        end = len(self.states) - 1
        return sometimes("retraced", settled(goal, self.states[end]), given=self.place.is_(end))

    def rules_of(self, run: Trace) -> list[str]:
        """Return the rules of the other system that a run of this one stands for."""
        return [self._of[name] for name in run.rules]

    def _taken(self, system: System, step: str, place: int) -> dict[tuple[Set, ...], list[Expr]]:
        """Return when a step of the run can be taken in the system, and what else it changes."""
        before, after = self.states[place], self.states[place + 1]
        guard, effects = system.flattened(system.rule(of_rule(step)))
        whens = [settled(guard, before), self.place.is_(place)]
        for name, value in after.items():
            its = [effect for effect in effects if effect.var.name == name]
            fires = [settled(effect.when, before) for effect in its]
            hits = [
                all_of(when, _gives(effect, before, value))
                for effect, when in zip(its, fires, strict=True)
            ]
            if before[name] == value:
                hits.append(all_of(*map(negated, fires)))
            whens.append(any_of(*hits))
        sets = (*_elsewhere(effects, before), Set(self.place, place + 1))
        return {sets: [FALSE if FALSE in whens else all_of(*whens)]}

    def _between(self, system: System, rule: Rule) -> dict[tuple[Set, ...], list[Expr]]:
        """Return when a rule can happen between the steps, and what it does there."""
        guard, effects = system.flattened(rule)
        places: dict[tuple[Set, ...], dict[Expr, list[int]]] = {}
        for place, state in enumerate(self.states):
            when, sets = settled(guard, state), _elsewhere(effects, state)
            if when != FALSE and sets:
                places.setdefault(sets, {}).setdefault(when, []).append(place)
        # Said once for all the places where it takes the same: there are far fewer cubes.
        return {
            sets: [all_of(when, self.place.in_(*its)) for when, its in whens.items()]
            for sets, whens in places.items()
        }

    def _rules(self, rule: Rule, found: Mapping[tuple[Set, ...], Sequence[Expr]]) -> Iterator[Rule]:
        for sets, whens in found.items():
            name = f"{rule.name} {len(self._of) + 1}"
            self._of[name] = rule.name
            yield Rule(
                name,
                rule.kind,
                any_of(*whens),
                sets=sets,
                cost=rule.cost,
                cite=rule.cite,
            )


def _elsewhere(effects: Sequence[Set], state: State) -> tuple[Set, ...]:
    """Return the effects on what a state does not say, given what it says."""
    sets = []
    for effect in effects:
        when, source = settled(effect.when, state), effect.source
        if effect.var.name not in state and when != FALSE:
            known = source is not None and source.name in state
            sets.append(Set(effect.var, effect.value(state) if known else effect.to, when))
    return tuple(sets)


def _gives(effect: Set, state: State, value: Value) -> Expr:
    """Return the guard that an effect gives its variable this value, given what a state says."""
    source = effect.source
    if source is None or source.name in state:
        return TRUE if effect.value(state) == value else FALSE
    return any_of(
        *(source.is_(its) for its in source.values if _result(effect, source.name, its) == value)
    )


def _result(effect: Set, source: str, value: Value) -> Value:
    """Return what an effect gives for this value of its source; nothing beyond the range."""
    try:
        return effect.value({source: value})
    except SearchError:
        return ...
