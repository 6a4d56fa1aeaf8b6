"""The agreement campaign: every reading has the oracle's steps, on more than a test can try."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from tests.agreement.campaign import LIMIT_STATES as RANDOM_STATES_MAX
from tests.agreement.campaign import MOST_RULES, campaign
from tests.agreement.random_systems import seeded_system
from tests.agreement.readings import READINGS, compare
from tests.agreement.scenarios import scenarios, searches
from tests.benchmarks.tables import commit, machine, table

FILE = Path(__file__).with_name("agreement.json")
FIRST = 10
"""How many of the random systems are kept with their counts, for a test to try again."""
STATES_EACH_MAX = 20_000
"""Where the comparison of one search of a scenario is cut short."""


def command(chosen: argparse.Namespace) -> int:
    """
    Compare the readings with the oracle, print what was compared; 1 on a disagreement.

    If some readings are named, those alone; what was written of the others is kept.
    """
    if chosen.only:
        return some_scenarios(chosen)
    found: dict[str, Any] = {"readings": {}}
    if chosen.reading:
        found = json.loads(FILE.read_text(encoding="utf-8"))
    for reading in chosen.reading or READINGS:
        its = campaign(chosen.systems, reading=reading)
        print_random(reading, its)
        rows = list(scenario_rows(reading, chosen.seconds, chosen.states))
        print_scenarios(rows)
        found["readings"][reading] = {
            "commit": commit(),
            "machine": machine(),
            "random": {key: value for key, value in its.items() if key != "seconds"},
            "first": first_systems(reading),
            "scenarios": rows,
        }
    if chosen.write:
        FILE.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(bool(disagreements(found)))


def some_scenarios(chosen: argparse.Namespace) -> int:
    """Compare the searches of these scenarios alone; what was written of others is kept."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    for reading, its in found["readings"].items():
        if chosen.reading and reading not in chosen.reading:
            continue
        fresh = list(scenario_rows(reading, chosen.seconds, chosen.states, chosen.only))
        print_scenarios(fresh)
        kept = [row for row in its["scenarios"] if row["scenario"] not in chosen.only]
        order = list(scenarios())
        its["scenarios"] = sorted((*kept, *fresh), key=lambda row: order.index(row["scenario"]))
    if chosen.write:
        FILE.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(bool(disagreements(found)))


def disagreements(found: dict[str, Any]) -> list[Any]:
    """Return what disagrees, of a campaign's result."""
    return [
        each
        for its in found["readings"].values()
        for each in (
            *its["random"]["disagreements"],
            *(row for row in its["scenarios"] if row["disagreement"]),
        )
    ]


def print_random(reading: str, its: dict[str, Any]) -> None:
    """Print what the random systems were, with their sizes as a histogram."""
    print(f"{reading}: {its['systems']} random systems of 100 states or more", end="")
    print(f", {its['deadlocks']} of them with a deadlock, {its['errors']} with an error")
    print(f"{its['smaller']} smaller; {its['states']:,} states, {its['steps']:,} steps in all")
    longest = max(its["histogram"].values())
    for size, number in its["histogram"].items():
        print(f"  {size:>14}  {number:4}  {'█' * max(1, round(40 * number / longest))}")
    print(f"  disagreements: {len(its['disagreements'])}")


def print_scenarios(rows: list[dict[str, Any]]) -> None:
    """Print what was compared of each scenario, and how much in all."""
    cells = [
        [
            row["scenario"],
            row["budget"],
            f"{row['states']:,}",
            f"{row['steps']:,}",
            "every state" if row["complete"] else "cut short",
            row["disagreement"][:80],
        ]
        for row in rows
    ]
    print(table(["scenario", "budget", "states", "steps", "", "disagreement"], cells))
    whole = sum(row["complete"] for row in rows)
    print(f"{len(rows)} searches, {whole} of them whole, {sum(r['states'] for r in rows):,} states")


def first_systems(reading: str, number: int = FIRST) -> list[list[int]]:
    """Return states, steps, dead ends and errors of the first random systems, by seed."""
    found = (
        compare(*seeded_system(seed, most_rules=MOST_RULES), READINGS[reading], RANDOM_STATES_MAX)
        for seed in range(number)
    )
    return [[each.states, each.steps, each.deadlocks, each.errors] for each in found]


def scenario_rows(
    reading: str,
    seconds: float,
    states_each_max: int = STATES_EACH_MAX,
    only: Collection[str] = (),
) -> Iterator[dict[str, Any]]:
    """
    Yield what was compared of every search of every scenario.

    Parameters
    ----------
    reading
        Which of `READINGS`.
    seconds
        When these have passed, each further search is compared on its first 500 states.
    states_each_max
        Where each search is cut short before.
    only
        The names of the scenarios; all for none.
    """
    ends = time.perf_counter() + seconds
    for name, scenario in scenarios().items():
        for each in searches(scenario) if not only or name in only else ():
            limit = states_each_max if time.perf_counter() < ends else 500
            row: dict[str, Any] = {"scenario": name, "budget": str(each.budget)}
            try:
                found = compare(each.system, each.budget, READINGS[reading], limit)
            except AssertionError as error:
                row |= {"states": 0, "steps": 0, "deadlocks": 0, "complete": False}
                row["disagreement"] = str(error)[:2_000]
            else:
                row |= {"states": found.states, "steps": found.steps}
                row |= {"deadlocks": found.deadlocks, "complete": found.complete}
                row["disagreement"] = ""
            print(f"{name}; {each.budget}: {row['states']:,}", file=sys.stderr, flush=True)
            yield row
