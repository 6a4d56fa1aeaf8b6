"""Which verdicts are known to depend on a parameter: what the manifest's scenarios show of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hamodel.guide.manifest import Scenario, shipped_manifest
from hamodel.guide.stories import STORIES


@dataclass(frozen=True, slots=True)
class Dependence:
    """
    A value of a parameter that refutes claims which hold without it.

    Parameters
    ----------
    value
        As `--set` takes it.
    claims
        What is refuted, in the order of the guide.
    scenario
        Where: a run of `hamodel check` that the manifest has.
    stories
        The shipped stories about it.
    """

    value: str
    claims: tuple[str, ...]
    scenario: Scenario
    stories: tuple[str, ...]

    @property
    def command(self) -> str:
        """The command that shows it."""
        changes = (f"--set {_quoted(change)}" for change in self.scenario.changes)
        faults = (f"--faults {self.scenario.faults}",) if self.scenario.faults else ()
        claims = (f"--claim {claim}" for claim in self.claims)
        return " ".join(("hamodel check", self.scenario.deployment, *claims, *changes, *faults))


def dependences(key: str) -> tuple[Dependence, ...]:
    """
    Return what is known to depend on a parameter.

    A claim does if a scenario that sets the parameter refutes it, a scenario that differs by
    nothing else (but for the faults it allows) proves it, and so does the deployment as shipped.
    """
    return tuple(_dependences(key))


def _dependences(key: str) -> Iterator[Dependence]:
    scenarios = shipped_manifest()
    for scenario in scenarios:
        for change in scenario.changes:
            name, _, value = change.partition("=")
            if name != key:
                continue
            rest = set(scenario.changes) - {change}
            without = [each for each in scenarios if _is_alike(each, scenario, rest)]
            shipped = [each for each in scenarios if _is_alike(each, scenario, set())]
            proved = set.union(set(), *map(_proved, without)) & set.union(
                set(), *map(_proved, shipped)
            )
            refuted = [each.claim for each in scenario.expect if each.status == "REFUTED"]
            claims = tuple(claim for claim in dict.fromkeys(refuted) if claim in proved)
            if claims:
                told = tuple(story.name for story in STORIES if story.scenario == scenario.name)
                yield Dependence(value, claims, scenario, told)


def _is_alike(one: Scenario, other: Scenario, changes: set[str]) -> bool:
    same = (one.deployment, one.repairs) == (other.deployment, other.repairs)
    return same and set(one.changes) == changes


def _proved(scenario: Scenario) -> set[str]:
    others = {each.claim for each in scenario.expect if each.status != "PROVED"}
    return {each.claim for each in scenario.expect} - others


def _quoted(change: str) -> str:
    return f"'{change}'" if set(change) & set(' "[]') else change
