"""The campaign of parts: verdicts by parts on random systems, and those of the whole."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.agreement.parts import compare_parts, compare_twins
from tests.benchmarks.tables import commit, machine, table

FILE = Path(__file__).with_name("parts.json")


def command(chosen: argparse.Namespace) -> int:
    """Compare so many random systems, and as many of which a part stands twice; 1 on a mismatch."""
    sorts: Counter[str] = Counter()
    mismatches: list[str] = []
    for seed in range(chosen.systems):
        try:
            sorts.update(compare_parts(seed))
            sorts.update(f"alike: {sort}" for sort in compare_twins(seed))
        except AssertionError as error:
            mismatches.append(f"seed {seed}: {error}"[:500])
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
