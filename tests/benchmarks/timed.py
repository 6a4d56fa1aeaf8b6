"""The timed campaign: waits of random systems by classes of states, and tick by tick."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.agreement.timed import LEFT_OUT, compare_timed
from tests.benchmarks.tables import commit, machine, table

FILE = Path(__file__).with_name("timed.json")


def command(chosen: argparse.Namespace) -> int:
    """Compare random systems until there were enough; 1 on a mismatch."""
    sorts: Counter[str] = Counter()
    mismatches: list[str] = []
    seed = 0
    while sum(count for sort, count in sorts.items() if sort not in LEFT_OUT) < chosen.systems:
        try:
            sorts[compare_timed(seed)] += 1
        except AssertionError as error:
            mismatches.append(f"seed {seed}: {error}"[:500])
            sorts["mismatch"] += 1
        seed += 1
    found: dict[str, Any] = {
        "commit": commit(),
        "machine": machine(),
        "seeds": [0, seed],
        "sorts": dict(sorted(sorts.items())),
        "mismatches": mismatches,
    }
    print(table(["how the longest wait ends", "systems"], [[a, str(b)] for a, b in sorts.items()]))
    print(f"{seed} seeds, {len(mismatches)} mismatches; machine: {machine()}")
    if chosen.write:
        FILE.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(bool(mismatches))
