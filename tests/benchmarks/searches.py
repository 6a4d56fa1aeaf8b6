"""
The small searches that mutants are tried on: those of scenarios, one for each budget.

A search is small iff it takes about a second at most, which is measured in states. A scenario
with a budget of its own is one search for all promises, made for a purpose, and may be larger.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from hamodel import Budget, Property, System
from hamodel.cli.assess import planned
from hamodel.cli.options import read_budgets
from hamodel.cli.subject import Subject, chosen, read_subject
from hamodel.engine.check import judge
from hamodel.engine.explore import explore
from hamodel.engine.explored import Explored
from hamodel.errors import HamodelError
from hamodel.guide import Deployment, Promise, load, promises
from hamodel.guide.manifest import Scenario, shipped_manifest
from hamodel.verdict import UNDETERMINED
from tests.benchmarks.mutation import shape
from tests.benchmarks.scenarios import SMALL

STATES_MAX = 100_000
"""The most states of a search that mutants are tried on."""
STATES_OF_ITS_OWN_MAX = 500_000
"""The same for a scenario with a budget of its own."""

Rules = frozenset[tuple[str, str]]
"""Rules by family and by their name with N for the numbers of instances."""


@dataclass(frozen=True, slots=True)
class Case:
    """
    One search of a scenario.

    Parameters
    ----------
    scenario
        Its deployment and changes.
    budget
        The faults that may happen.
    props
        The names of the properties that are judged.
    """

    scenario: Scenario
    budget: Budget
    props: tuple[str, ...]

    @property
    def name(self) -> str:
        """The scenario and the budget, in words."""
        return f"{self.scenario.name}; {self.budget}"


@dataclass(frozen=True, slots=True)
class Found:
    """
    What a search found.

    Parameters
    ----------
    sizes
        Distinct states, transitions, depth.
    complete
        Whether it came to an end.
    verdicts
        By the property's name; those that were not judged are missing.
    fired
        The rules that happened.
    """

    sizes: tuple[int, int, int]
    complete: bool
    verdicts: Mapping[str, str]
    fired: Rules = frozenset()


def scenarios() -> tuple[Scenario, ...]:
    """Return the manifest's scenarios, and after them the small ones that it does not have."""
    known = shipped_manifest()
    names = {scenario.name for scenario in known}
    return (*known, *(each for each in SMALL if each.name not in names))


@cache
def _subject(where: str, changes: tuple[str, ...]) -> tuple[Subject, Deployment]:
    return read_subject(where, changes), load(where, changes)


def system_of(scenario: Scenario) -> System:
    """Return the unmutated model of a scenario's deployment."""
    subject, _ = _subject(scenario.deployment, scenario.changes)
    return subject.system


def promises_of(scenario: Scenario, system: System) -> tuple[Promise, ...]:
    """Return the promises of a scenario, for its model or for a mutant of it."""
    subject, deployment = _subject(scenario.deployment, scenario.changes)
    return chosen(replace(subject, promises=promises(deployment, system)), scenario.claims)


def cases_of(scenario: Scenario) -> Iterator[Case]:
    """Yield the searches of a scenario."""
    budgets = read_budgets(scenario.faults, scenario.repairs)
    system = system_of(scenario)
    promises = promises_of(scenario, system)
    for search in planned(system, promises, budgets, in_cones=False):
        yield Case(scenario, search.budget, tuple(prop.name for prop in search.props))


def structure_of(scenario: Scenario, system: System) -> dict[str, bool]:
    """Return the facts about a model's structure that promises rest on, and whether each holds."""
    return {
        f"{promise.claim}: {sentence}": holds
        for promise in promises_of(scenario, system)
        for sentence, holds in promise.structure
    }


def properties_of(case: Case, system: System) -> tuple[Property, ...]:
    """Return the properties that a case judges, for its model or for a mutant of it."""
    by_name = {
        prop.name: prop
        for promise in promises_of(case.scenario, system)
        for prop in promise.properties
    }
    return tuple(by_name[name] for name in case.props if name in by_name)


def search(case: Case, system: System, limit_states: int) -> Explored:
    """Search a model within a case's budget, without looking for cycles among the states."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        return explore(system, case.budget, limit_states=limit_states)
    finally:
        if enabled:
            gc.enable()


def verdicts_on(exploration: Explored, props: Iterable[Property]) -> Iterator[tuple[str, str]]:
    """
    Yield each property's name and verdict.

    A search that was cut short says nothing of what it leaves undetermined. A property that does
    not fit the model, as when its fault is gone, is undetermined, as in `hamodel check`.
    """
    for prop in props:
        try:
            exploration.product.system.check_property(prop, exploration.product.counters)
        except HamodelError:
            yield prop.name, UNDETERMINED.value
            continue
        [verdict] = judge(exploration, [prop])
        if exploration.complete or verdict.kind is not UNDETERMINED:
            yield prop.name, verdict.kind.value


def found_in(case: Case) -> Found:
    """Return what a case finds in the model as it is."""
    system = system_of(case.scenario)
    limit = STATES_OF_ITS_OWN_MAX if case.scenario.faults else STATES_MAX
    exploration = search(case, system, limit)
    verdicts: dict[str, str] = {}
    if exploration.complete:
        verdicts |= verdicts_on(exploration, properties_of(case, system))
    return Found(sizes_of(exploration), exploration.complete, verdicts, fired_in(exploration))


def sizes_of(exploration: Explored) -> tuple[int, int, int]:
    """Return the distinct states, the transitions and the depth."""
    return len(exploration.states), exploration.transitions, exploration.depth


def fired_in(exploration: Explored) -> Rules:
    """Return the rules that happen somewhere."""
    rules = (exploration.product.actions[place].rule for place in exploration.happening)
    return frozenset((rule.family, shape(rule.name)) for rule in rules)
