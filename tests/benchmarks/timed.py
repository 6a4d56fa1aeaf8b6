"""The timed campaign: random systems by classes of states, and tick by tick: waits, verdicts."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.agreement.timed import LEFT_OUT, compare_timed
from tests.agreement.timed_verdicts import compare_verdicts
from tests.benchmarks.tables import commit, machine, table

FILE = Path(__file__).with_name("timed.json")


def command(chosen: argparse.Namespace) -> int:
    """Compare random systems until there were enough; 1 on a mismatch."""
    sorts: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()
    judged = 0
    mismatches: list[str] = []
    seed, made_on = 0, commit()
    while sum(count for sort, count in sorts.items() if sort not in LEFT_OUT) < chosen.systems:
        try:
            sorts[compare_timed(seed)] += 1
            found = compare_verdicts(seed)
            judged += bool(found)
            verdicts += found
        except AssertionError as error:
            mismatches.append(f"seed {seed}: {error}"[:500])
            sorts["mismatch"] += 1
        seed += 1
    kept: dict[str, Any] = {
        "commit": made_on,
        "machine": machine(),
        "seeds": [0, seed],
        "sorts": dict(sorted(sorts.items())),
        "systems judged": judged,
        "verdicts": dict(sorted(verdicts.items())),
        "mismatches": mismatches,
    }
    print(table(["how the longest wait ends", "systems"], [[a, str(b)] for a, b in sorts.items()]))
    print(table(["verdict", "properties"], [[a, str(b)] for a, b in sorted(verdicts.items())]))
    print(f"{judged} systems were judged in time")
    print(f"{seed} seeds, {len(mismatches)} mismatches; machine: {machine()}")
    if chosen.write:
        FILE.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(bool(mismatches))
