"""
A Hypothesis state machine made from any system: one rule method for each rule.

Hypothesis chooses which enabled rule happens next; real `transitions`
machines take the step; every `always` and `never` property is checked after
it. A failure shrinks to a short story, told step by step, and is saved as a
trace that can be replayed.
"""

from __future__ import annotations

import keyword
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import currently_in_test_context, note
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.strategies import SearchStrategy, composite, integers, sampled_from

from hamodel.budget import NO_FAULT, Budget
from hamodel.engine.machines import Machines
from hamodel.errors import SearchError
from hamodel.expr import State, Value
from hamodel.property import Modality, Property
from hamodel.rule import Rule
from hamodel.system import System
from hamodel.testing.coverage import Coverage
from hamodel.testing.pace import PACES, Pace
from hamodel.trace import Trace, TraceStep, changes_between, dump_trace


@dataclass(frozen=True, slots=True)
class Saving:
    """
    Where a failing run is kept, and what its trace file says it was run on.

    Parameters
    ----------
    folder
        Made when there is something to keep; the file is named after the property.
    model, settings, rule_files
        As `dump_trace` writes them, so that `hamodel trace` finds the system again.
    """

    folder: Path
    model: str
    settings: tuple[str, ...] = ()
    rule_files: tuple[str, ...] = ()

    def save(self, name: str, trace: Trace) -> Path:
        """Write a trace, in the place of an earlier one of that name, and return where."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{name.replace(' ', '_')}.json"
        text = dump_trace(trace, self.model, self.settings, self.rule_files)
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
        return path


class Refuted(AssertionError):  # noqa: N818 (a verdict's word)
    """A run that refutes a property: which one, and the trace; its text tells the story."""

    def __init__(self, prop: Property, trace: Trace, kept: Path | None) -> None:
        claims = f" ({', '.join(prop.claims)})" if prop.claims else ""
        steps = f"{len(trace)} step" if len(trace) == 1 else f"{len(trace)} steps"
        lines = [f"{prop.name}{claims} is refuted after {steps}", f"it says: {prop}"]
        lines += [_told(number, each) for number, each in enumerate(trace.steps, start=1)]
        if kept is not None:
            lines.append(f"kept in {kept}")
        super().__init__("\n".join(lines))
        self.property, self.trace, self.kept = prop, trace, kept


@dataclass(frozen=True, slots=True)
class _Suite:
    system: System
    properties: tuple[Property, ...]
    budget: Budget
    coverage: Coverage | None
    saving: Saving | None
    possible: dict[tuple[Value, ...], frozenset[str]] = field(default_factory=dict)
    """The rules that the machines once said are enabled, by state: a run meets states again."""


class SystemMachine(RuleBasedStateMachine):
    """What the state machines that `machine_for` makes have in common."""

    suite: ClassVar[_Suite]
    rule_of: ClassVar[dict[str, Rule]]
    """The rule of each rule method, by the method's name."""

    def __init__(self) -> None:
        super().__init__()
        rules = self._rules_strategy.rules
        # Made once a run: Hypothesis spells out all the methods that such a strategy chooses from.
        self.fitting = frozenset[str]()
        fitting = sampled_from(rules).filter(self._fits)
        self._rules_strategy = _enabled_rule(self, rules, fitting)  # type: ignore[assignment]
        self.pace: Pace | None = None
        self.machines = Machines(self.suite.system, self.suite.budget)
        self.steps: list[TraceStep] = []
        self._stand(self.machines.state)

    def _fits(self, method: Any) -> bool:
        return method.function.__name__ in self.fitting

    def _stand(self, state: State) -> None:
        self.now = state
        key = tuple(state.values())
        if key not in self.suite.possible:
            self.suite.possible[key] = frozenset(self.machines.enabled())
        self.possible = self.suite.possible[key]
        if self.suite.coverage is not None:
            self.suite.coverage.meet(state)

    def take(self, chosen: Rule) -> None:
        """Let a rule happen, and tell what it changed."""
        before = self.now
        try:
            after = self.machines.step(chosen.name)
        except SearchError as error:
            raise SearchError(error.code, f"{error.message}\n{self._end(chosen)}") from None
        heard = tuple(str(message.heard(before)) for message in chosen.says)
        step = TraceStep(chosen.name, changes_between(before, after), heard)
        self.steps.append(step)
        if currently_in_test_context():
            note(_told(len(self.steps), step))
        if self.suite.coverage is not None:
            self.suite.coverage.took(chosen.name)
        self._stand(after)

    def _end(self, chosen: Rule) -> str:
        trace = Trace(tuple(self.steps), note=f"here {chosen.name} steps beyond a range")
        if self.suite.saving is not None:
            self.suite.saving.save(chosen.name, trace)
        story = [_told(number, each) for number, each in enumerate(trace.steps, start=1)]
        return "\n".join([*story, f"{len(story) + 1:4}. {chosen.name}"])

    def refuted(self) -> Property | None:
        """Return the first property that fails in the state that was reached; None if all hold."""
        for prop in self.suite.properties:
            if prop.given(self.now) and prop.expr(self.now) is (prop.modality is Modality.NEVER):
                return prop
        return None

    @precondition(lambda self: not self.possible)
    @rule()
    def nothing_more_happens(self) -> None:
        """Stand still, where no rule is enabled: Hypothesis takes a dead end for a mistake."""

    @precondition(lambda self: self.refuted() is not None)
    @invariant()
    def every_property_holds(self) -> None:
        """Fail when a property does; Hypothesis names this only in the state where one fails."""
        prop = self.refuted()
        if prop is not None:
            trace = Trace(tuple(self.steps), note=f"here {prop.name} fails")
            saving = self.suite.saving
            raise Refuted(prop, trace, saving.save(prop.name, trace) if saving else None)


@composite
def _enabled_rule(
    draw: Callable[..., Any],
    machine: SystemMachine,
    methods: list[Any],
    fitting: SearchStrategy[Any],
) -> tuple[Any, dict[str, Any]]:
    """
    Draw one of the methods whose precondition holds and which the run's pace does not leave out.

    This stands in for Hypothesis' own strategy, which switches rules off for the length of a run.
    Where a state enables a few of very many, that leaves runs with little to do, and failures that
    hardly shrink. Should a later Hypothesis not ask for it, its own strategy is used again.
    """
    if machine.pace is None:
        machine.pace = Pace(draw(integers(0, PACES - 1)), machine.rule_of.values())
    rule_of, possible = machine.rule_of, machine.possible
    open_ = [
        name
        for each in methods
        for name in [each.function.__name__]
        if (name not in rule_of or rule_of[name].name in possible)
        and all(holds(machine) for holds in each.preconditions)
    ]
    rules = {name: rule_of[name] for name in open_ if name in rule_of}
    fit = {rule.name for rule in machine.pace.narrowed(tuple(rules.values()))}
    machine.fitting = frozenset(
        name for name in open_ if name not in rules or rules[name].name in fit
    )
    return draw(fitting), {}


def machine_for(
    system: System,
    properties: Iterable[Property] = (),
    budget: Budget = NO_FAULT,
    *,
    coverage: Coverage | None = None,
    saving: Saving | None = None,
) -> type[SystemMachine]:
    """
    Return the `RuleBasedStateMachine` of a system, to be run as `machine.TestCase` or by `run`.

    Parameters
    ----------
    system, budget
        What runs, and the failures and repairs that may happen.
    properties
        Those that speak of single states, `always` and `never`, are checked in every state that a
        run meets; the others are left to a search.
    coverage
        Where to count the states and rules that the runs meet.
    saving
        Where to keep the trace of a failing run; the last one written is the shrunk one.

    Raises
    ------
    ModelError, SearchError
        When a property or the budget does not fit the system: HA014, HA015, HA044.
    """
    stated = tuple(
        prop for prop in properties if prop.modality in (Modality.ALWAYS, Modality.NEVER)
    )
    for prop in stated:
        system.check_property(prop, budget.counters)
    namespace: dict[str, Any] = {
        "__doc__": f"The system '{system.name}', stepped by Hypothesis.",
        "__module__": __name__,
        "suite": _Suite(system, stated, budget, coverage, saving),
        "rule_of": (rule_of := dict[str, Rule]()),
    }
    for each in Machines(system, budget).rules:
        name = _identifier(each.name, namespace)
        namespace[name], rule_of[name] = _method(each, name), each
    words = re.split(r"[\W_]+", system.name)
    return type("".join(word.capitalize() for word in words), (SystemMachine,), namespace)


def _method(each: Rule, name: str) -> Callable[..., Any]:
    def happen(self: SystemMachine) -> None:
        self.take(each)

    happen.__name__ = happen.__qualname__ = name
    happen.__doc__ = f"{each.name}, when {each.when}."
    enabled = precondition(lambda self: each.name in self.possible)
    return enabled(rule()(happen))


def _identifier(name: str, taken: Iterable[str]) -> str:
    """Return a rule's words as the name of a method that nothing else has."""
    words = re.sub(r"\W+", "_", name)
    words = f"rule_{words}" if words[0].isdigit() else words
    unique, number = words, 1
    while unique in taken or hasattr(SystemMachine, unique) or keyword.iskeyword(unique):
        number += 1
        unique = f"{words}_{number}"
    return unique


def _told(number: int, step: TraceStep) -> str:
    lines = [f"{number:4}. {step.rule}", *(f"        {change}" for change in step.changes)]
    return "\n".join([*lines, *(f"        {message}" for message in step.messages)])
