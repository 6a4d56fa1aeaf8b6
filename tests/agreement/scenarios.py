"""The guide's scenarios as systems and budgets: each shipped deployment, and the manifest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hamodel import NO_FAULT, Budget, System, parse_budget
from hamodel.guide import build, load, promises, shipped
from hamodel.guide.manifest import Scenario, shipped_manifest


@dataclass(frozen=True, slots=True)
class Searched:
    """One search of a scenario, and how many states the manifest expects; None: it does not say."""

    system: System
    budget: Budget
    distinct_states: int | None


def scenarios() -> dict[str, Scenario]:
    """Return every scenario by name; the shipped deployments without a fault come first."""
    quiet = {f"{name}, no fault": Scenario(name, name, faults="0") for name in shipped()}
    return quiet | {each.name: each for each in shipped_manifest()}


def searches(scenario: Scenario) -> Iterator[Searched]:
    """Yield the searches that a scenario needs: one for each budget of its properties."""
    deployment = load(scenario.deployment, scenario.changes)
    system = build(deployment)
    expected = {each.property: each.states for each in scenario.expect if each.property}
    repairs = None if scenario.repairs == "unlimited" else int(scenario.repairs or 0)
    if scenario.faults:
        numbers = {number for number in expected.values() if number is not None}
        number = numbers.pop() if len(numbers) == 1 else None
        yield Searched(system, parse_budget(scenario.faults, repairs), number)
        return
    found: dict[Budget, int | None] = {}
    for promise in promises(deployment, system):
        for prop in promise.properties:
            if prop.name in expected:
                own = prop.judged_under(NO_FAULT)
                budget = replace(own, repairs=repairs) if scenario.repairs else own
                found[budget] = expected[prop.name]
    for budget, number in found.items():
        yield Searched(system, budget, number)
