"""The campaign of parts: verdicts by parts on random systems, and those of the whole."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.agreement.parts import compare_alike, compare_parts, compare_seen, compare_twins
from tests.benchmarks.tables import commit, machine, table

COMPARED = (
    (compare_parts, "", 1),
    (compare_twins, "alike: ", 1),
    (compare_seen, "seen: ", 4),
    (compare_alike, "seen alike: ", 1),
)
"""What compares a system, what its words begin with, and how many systems there are for each."""

FILE = Path(__file__).with_name("parts.json")


def command(chosen: argparse.Namespace) -> int:
    """Compare so many random systems of each sort; 1 on a mismatch."""
    sorts: Counter[str] = Counter()
    mismatches: list[str] = []
    for compare, begins, times in COMPARED:
        for seed in range(times * chosen.systems):
            try:
                sorts.update(begins + sort for sort in compare(seed))
            except AssertionError as error:
                mismatches.append(f"{begins}seed {seed}: {error}"[:500])
    found: dict[str, Any] = {
        "commit": commit(),
        "machine": machine(),
        "systems": chosen.systems,
        "sorts": dict(sorted(sorts.items())),
        "mismatches": mismatches,
    }
    rows = [[sort, str(count)] for sort, count in sorted(sorts.items())]
    print(table(["what was compared", "properties"], rows))
    print(f"{chosen.systems} systems, {len(mismatches)} mismatches; machine: {machine()}")
    if chosen.write:
        FILE.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(bool(mismatches))
