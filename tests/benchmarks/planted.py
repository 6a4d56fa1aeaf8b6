"""Planted bugs: how short a story Hypothesis shrinks to, beside the shortest there is."""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from hamodel import Budget, Property, System, check
from hamodel.testing import machine_for, run, suite_settings
from tests.benchmarks.tables import machine, table


class Planted(Protocol):
    """A bug that was put into a model, as tests/guide/planted.py has them."""

    @property
    def name(self) -> str:
        """What the bug is."""
        ...

    @property
    def system(self) -> System:
        """A model with it."""
        ...

    @property
    def prop(self) -> Property:
        """The property that it breaks."""
        ...

    @property
    def budget(self) -> Budget:
        """The faults that breaking it takes."""
        ...


@dataclass(frozen=True, slots=True)
class Lengths:
    """How many steps the stories of one bug have: the shortest, and the shrunk one by seed."""

    name: str
    shortest: int
    shrunk: tuple[int | None, ...]

    @property
    def cells(self) -> list[str]:
        """The lengths as a row; a seed that did not find the bug is counted."""
        found = [each for each in self.shrunk if each is not None]
        missed = len(self.shrunk) - len(found)
        middle = f"{statistics.median(found):g}" if found else "–"
        spread = f"{min(found)} to {max(found)}" if found else "–"
        exact = sum(each == self.shortest for each in found)
        return [self.name, str(self.shortest), middle, spread, str(exact), str(missed)]


HEADS = ("bug", "shortest", "shrunk (median)", "spread", "as short", "not found")


def planted_bugs() -> Sequence[Planted]:
    """Return the bugs that are planted."""
    bugs: Sequence[Planted] = import_module("tests.guide.planted").PLANTED
    return bugs


def lengths(bug: Planted, seeds: Sequence[int]) -> Lengths:
    """Return how long the stories of a bug are, with Hypothesis from each of these seeds."""
    verdict = check(bug.system, bug.prop, bug.budget)
    assert verdict.trace is not None, f"{bug.name} is not found by the search"
    machine_of_it = machine_for(bug.system, [bug.prop], bug.budget)
    its = suite_settings(max_examples=500, stateful_step_count=60, fresh=True)
    found = [run(machine_of_it, its, number=seed) for seed in seeds]
    shrunk = tuple(None if each is None else len(each.trace) for each in found)
    return Lengths(bug.name, len(verdict.trace), shrunk)


def rows(bugs: Sequence[Planted], seeds: Sequence[int]) -> Iterator[list[str]]:
    """Yield a row for each bug, told on stderr as it is found."""
    for bug in bugs:
        its = lengths(bug, seeds)
        print(f"{bug.name}: {its.shortest} {list(its.shrunk)}", file=sys.stderr, flush=True)
        yield its.cells


def command(chosen: argparse.Namespace) -> int:
    """Print the lengths of every planted bug over seeds that nobody chose."""
    found = list(rows(planted_bugs(), range(chosen.seeds)))
    print(table(HEADS, found))
    print(f"\nseeds 0 to {chosen.seeds - 1}; machine: {machine()}")
    return 0
