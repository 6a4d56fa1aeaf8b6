"""The long comparison: hundreds of larger random systems, and every scenario of the guide."""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import Any

from tests.agreement.random_systems import seeded_system
from tests.agreement.readings import READINGS, compare
from tests.agreement.scenarios import scenarios, searches

LIMIT_STATES = 5_000
MOST_RULES = 24
BOUNDS = (100, 200, 500, 1_000, 2_000, 5_000)


def campaign(
    count: int = 500,
    minimum_states: int = 100,
    minimum_deadlocks: int = 100,
    *,
    reading: str = "machines",
    first_seed: int = 0,
) -> dict[str, Any]:
    """
    Compare a reading with the oracle on random systems, until there were enough of them.

    Parameters
    ----------
    count
        At least so many systems of `minimum_states` states or more.
    minimum_states
        Smaller systems are compared too, and counted apart.
    minimum_deadlocks
        At least so many of the `count` have a dead end.
    reading
        Which of `READINGS`.
    first_seed
        Seeds are tried one after another from here.

    Returns
    -------
    dict
        `systems` (of `minimum_states` or more), `smaller`, `deadlocks` (systems with one),
        `errors` (systems with a step beyond a range), `cut` (at LIMIT_STATES), `states`, `steps`,
        `seconds`, `disagreements` (each a seed and what was found), and `histogram`.
    """
    began = time.perf_counter()
    result: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    disagreements: list[dict[str, Any]] = []
    seed = first_seed
    while result["systems"] < count or result["deadlocks"] < minimum_deadlocks:
        system, budget = seeded_system(seed, most_rules=MOST_RULES)
        try:
            found = compare(system, budget, READINGS[reading], LIMIT_STATES)
        except AssertionError as error:
            disagreements.append({"seed": seed, "found": str(error)[:2_000]})
            if len(disagreements) >= 10:
                break
        else:
            large = found.states >= minimum_states
            result["systems" if large else "smaller"] += 1
            result["deadlocks"] += large and found.deadlocks > 0
            result["errors"] += large and found.errors > 0
            result["cut"] += not found.complete
            result["states"] += found.states
            result["steps"] += found.steps
            sizes[_size(found.states)] += 1
        seed += 1
    keys = ("systems", "smaller", "deadlocks", "errors", "cut", "states", "steps")
    return {
        "reading": reading,
        "seeds": [first_seed, seed],
        **{key: result[key] for key in keys},
        "disagreements": disagreements,
        "histogram": {name: sizes[name] for name in map(_size, (1, *BOUNDS)) if sizes[name]},
        "seconds": round(time.perf_counter() - began, 1),
    }


def campaign_of_scenarios(
    *, reading: str = "machines", limit_states: int | None = None
) -> list[dict[str, Any]]:
    """
    Compare a reading with the oracle on every scenario of the guide.

    Parameters
    ----------
    reading
        Which of `READINGS`.
    limit_states
        Where a search is cut off; None: never.

    Returns
    -------
    list of dict
        For each search `scenario`, `budget`, `states`, `steps`, `deadlocks`, `complete`,
        `disagreement` (empty, or what was found) and `seconds`.
    """
    rows = []
    for name, scenario in scenarios().items():
        for each in searches(scenario):
            began = time.perf_counter()
            row: dict[str, Any] = {"scenario": name, "budget": str(each.budget), "disagreement": ""}
            try:
                limit = sys.maxsize if limit_states is None else limit_states
                found = compare(each.system, each.budget, READINGS[reading], limit)
            except AssertionError as error:
                row["disagreement"] = str(error)[:2_000]
            else:
                row |= {"states": found.states, "steps": found.steps}
                row |= {"deadlocks": found.deadlocks, "complete": found.complete}
            rows.append(row | {"seconds": round(time.perf_counter() - began, 1)})
    return rows


def _size(states: int) -> str:
    for low, high in zip((1, *BOUNDS), BOUNDS, strict=False):
        if states < high:
            return f"{low:,}–{high - 1:,}"
    return f"{BOUNDS[-1]:,} or more"
