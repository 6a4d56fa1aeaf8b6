"""The guide's scenarios as systems and budgets: each shipped deployment, and the manifest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hamodel import NO_FAULT, Budget, System, parse_budget
from hamodel.guide import build, load, promises, shipped
from hamodel.guide.manifest import Scenario, shipped_manifest


@dataclass(frozen=True, slots=True)
class Searched:
    """One search of a scenario, of the whole system."""

    system: System
    budget: Budget


def scenarios() -> dict[str, Scenario]:
    """Return every scenario by name; the shipped deployments without a fault come first."""
    quiet = {f"{name}, no fault": Scenario(name, name, faults="0") for name in shipped()}
    return quiet | {each.name: each for each in shipped_manifest()}


def searches(scenario: Scenario) -> Iterator[Searched]:
    """Yield the searches that a scenario needs: one for each budget of its properties."""
    deployment = load(scenario.deployment, scenario.changes)
    system = build(deployment)
    expected = {each.property for each in scenario.expect}
    repairs = None if scenario.repairs == "unlimited" else int(scenario.repairs or 0)
    if scenario.faults:
        yield Searched(system, parse_budget(scenario.faults, repairs))
        return
    found: dict[Budget, None] = {}
    for promise in promises(deployment, system):
        for prop in promise.properties:
            if prop.name in expected:
                own = prop.judged_under(NO_FAULT)
                found[replace(own, repairs=repairs) if scenario.repairs else own] = None
    for budget in found:
        yield Searched(system, budget)
