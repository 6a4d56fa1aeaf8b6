"""How many states each deployment's whole model has, for what the Hypothesis suites met of them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping

from hamodel import Budget, System
from hamodel.engine.explore import explore
from hamodel.guide import build, load, promises, shipped
from tests.benchmarks.tables import ROOT, table

FILE = ROOT / "properties" / "reachable.toml"
HEAD = """\
# How many distinct states the whole model of a shipped deployment has under the budgets of its
# promises, where that is no more than 2,000,000; `python -m tests.benchmarks reachable --write`.
"""
STATES_MAX = 2_000_000
"""Where a count is given up: the line is left out then."""


def command(chosen: argparse.Namespace) -> int:
    """Search each shipped deployment under each budget, print the sizes, write them if wanted."""
    sizes = {name: dict(sizes_of(name)) for name in shipped()}
    rows = [[name, its, f"{n:,}"] for name, found in sizes.items() for its, n in found.items()]
    print(table(["deployment", "budget", "states"], rows))
    if chosen.write:
        FILE.write_text(written(sizes), encoding="utf-8")
    return 0


def sizes_of(name: str) -> Iterator[tuple[str, int]]:
    """Yield each budget of a deployment's promises, as text, and the states under it."""
    deployment = load(name)
    system = build(deployment)
    stated = promises(deployment, system)
    budgets = [prop.judged_under() for promise in stated for prop in promise.properties]
    for budget in dict.fromkeys(budgets):
        number = size(system, budget)
        said = "more" if number is None else f"{number:,}"
        print(f"{name}; {budget}: {said}", file=sys.stderr, flush=True)
        if number is not None:
            yield str(budget), number


def size(system: System, budget: Budget) -> int | None:
    """Return how many distinct states a system has under a budget; None if they are too many."""
    exploration = explore(system, budget, limit_states=STATES_MAX)
    return len(exploration.states) if exploration.complete else None


def written(sizes: Mapping[str, Mapping[str, int]]) -> str:
    """Return the TOML text of the sizes, by deployment and budget."""
    tables = (
        "".join([f"\n[{name}]\n", *(f'"{budget}" = {n}\n' for budget, n in found.items())])
        for name, found in sizes.items()
    )
    return HEAD + "".join(tables)
