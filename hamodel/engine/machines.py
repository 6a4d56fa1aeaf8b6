"""
The semantics that a person can poke: real `transitions` machines, one per component instance.

An independent reading of a system. Arrows become transitions of a machine,
guards go unchanged into their `conditions=`, and what is enabled is what the
machines say. Variables live beside the machines.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from transitions import Machine

from hamodel.budget import NO_FAULT, Budget
from hamodel.component import Component
from hamodel.errors import SearchError, among
from hamodel.expr import State, Value
from hamodel.rule import Rule
from hamodel.system import System


class Instance:
    """What a `transitions` machine moves: one component instance, which has a main state."""

    trigger: Callable[..., bool]
    may_trigger: Callable[..., bool]

    def __init__(self, component: Component) -> None:
        assert component.main is not None
        self.component = component
        attribute = "state"
        while any(arrow.trigger == attribute for arrow in component.arrows):
            attribute += "_"  # `transitions` refuses a trigger that is named like the attribute
        self._attribute = attribute
        self.machine = Machine(
            model=self,
            states=component.states,
            initial=component.main.initial,
            auto_transitions=False,
            send_event=False,
            queued=False,
            model_attribute=attribute,
            name=component.name,
        )
        for arrow in component.arrows:
            self.machine.add_transition(
                arrow.trigger, list(arrow.source_states), arrow.target, conditions=[arrow.when]
            )

    @property
    def main_state(self) -> Enum:
        """The main state that the machine is in; set it to put the machine there."""
        state: Enum = getattr(self, self._attribute)
        return state

    @main_state.setter
    def main_state(self, state: Enum) -> None:
        self.machine.set_state(state, model=self)


@dataclass(frozen=True, slots=True)
class _Charged:
    rule: Rule
    charge: tuple[tuple[str, int, int], ...]


class Machines:
    """
    A system as running machines, with the counters of a fault budget.

    A rule is enabled iff its guard holds, each machine that it fires may take its trigger, and the
    budget has enough left. All of it, and every effect, reads one snapshot from before the step.

    Parameters
    ----------
    system
        What runs.
    budget
        The failures and repairs that may happen; rules that it rules out are never enabled.

    Raises
    ------
    SearchError
        HA044.
    """

    def __init__(self, system: System, budget: Budget = NO_FAULT) -> None:
        budget.check(system.fault_classes)
        self.system, self.budget = system, budget
        self.instances = {
            each.name: Instance(each) for each in system.components if each.main is not None
        }
        self._order = (*system.variables, *(var.name for var in budget.counters))
        beside = (*system.variables.values(), *budget.counters)
        self._beside: dict[str, Value] = {
            var.name: var.initial for var in beside if var.name not in self.instances
        }
        limits = {var.name: var.values[-1] for var in budget.counters}
        self._rules: dict[str, _Charged] = {}
        for rule in system.rules:
            charge = budget.charge(rule)
            if charge is not None:
                costs = tuple((name, number, limits[name]) for name, number in charge.items())
                self._rules[rule.name] = _Charged(rule, costs)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that the budget does not rule out, in the order of the system."""
        return tuple(charged.rule for charged in self._rules.values())

    @property
    def state(self) -> dict[str, Value]:
        """A snapshot: every variable's value, counters last; set it to put the machines there."""
        return {
            name: self.instances[name].main_state if name in self.instances else self._beside[name]
            for name in self._order
        }

    @state.setter
    def state(self, state: State) -> None:
        for name in self._order:
            self._assign(name, state[name])

    def _assign(self, name: str, value: Value) -> None:
        if name in self.instances:
            self.instances[name].main_state = value
        else:
            self._beside[name] = value

    def enabled(self) -> tuple[str, ...]:
        """Return the names of the rules that can happen now, in the order of the system."""
        before = self.state
        return tuple(name for name, its in self._rules.items() if self._may(its, before))

    def _may(self, charged: _Charged, before: State) -> bool:
        return (
            charged.rule.when(before)
            and all(before[name] + number <= limit for name, number, limit in charged.charge)
            and all(
                self.instances[firing.component].may_trigger(firing.trigger, before)
                for firing in charged.rule.fires
            )
        )

    def step(self, name: str) -> dict[str, Value]:
        """
        Let a rule happen, wholly or not at all, and return the state after it.

        Raises
        ------
        SearchError
            HA040: an effect stepped a variable beyond its range. HA041: the rule is unknown, or
            not enabled. The machines then stand where they stood.
        """
        before = self.state
        charged = self._rules.get(name)
        if charged is None or not self._may(charged, before):
            raise SearchError(
                "HA041",
                f"{name!r} cannot happen here; it can be {among(self.enabled()) or 'nothing'}",
            )
        rule = charged.rule
        values = [(each.var.name, each.value(before)) for each in rule.sets if each.when(before)]
        values += [(counter, before[counter] + number) for counter, number, _ in charged.charge]
        try:
            for firing in rule.fires:
                moved = self.instances[firing.component].trigger(firing.trigger, before)
                assert moved is True, f"{firing} was enabled and did not move"
            for changed, value in values:
                self._assign(changed, value)
        except BaseException:
            self.state = before
            raise
        return self.state

    def successors(self, state: State) -> list[tuple[str, dict[str, Value]]]:
        """Return what each enabled rule makes of a state; the machines stay where they stand."""
        here = self.state
        try:
            self.state = state
            found = []
            for name in self.enabled():
                found.append((name, self.step(name)))
                self.state = state
            return found
        finally:
            self.state = here
