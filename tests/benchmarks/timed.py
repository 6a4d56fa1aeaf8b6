"""The timed campaign: random systems by classes of states, and tick by tick: waits, verdicts."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from tests.agreement.timed import LEFT_OUT, compare_timed
from tests.agreement.timed_verdicts import compare_verdicts
from tests.benchmarks.tables import commit, machine, table

FILE = Path(__file__).with_name("timed.json")


def command(chosen: argparse.Namespace) -> int:
    """Compare random systems until there were enough; 1 on a mismatch."""
    heading = "how the longest wait ends"
    return compared(chosen, compare_timed, LEFT_OUT, FILE, heading, compare_verdicts)


def compared(
    chosen: argparse.Namespace,
    compare: Callable[[int], str],
    left_out: Collection[str],
    file: Path,
    heading: str,
    more: Callable[[int], Counter[str]] = lambda _: Counter(),
) -> int:
    """
    Compare random systems, seed after seed, until there were enough; return 1 on a mismatch.

    Parameters
    ----------
    chosen
        How many `systems` at least, without those that are left out; whether to `write` the file.
    compare
        Returns of what sort the system of a seed is, or raises AssertionError.
    heading
        What the sorts are sorts of.
    more
        Returns what else was compared of it, or raises AssertionError.
    """
    sorts: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()
    with_more = 0
    mismatches: list[str] = []
    seed, made_on = 0, commit()
    while sum(count for sort, count in sorts.items() if sort not in left_out) < chosen.systems:
        try:
            sorts[compare(seed)] += 1
            found = more(seed)
            with_more += bool(found)
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
        "mismatches": mismatches,
    }
    print(table([heading, "systems"], [[a, str(b)] for a, b in sorts.items()]))
    if verdicts:
        kept |= {"systems judged": with_more, "verdicts": dict(sorted(verdicts.items()))}
        print(table(["verdict", "properties"], [[a, str(b)] for a, b in sorted(verdicts.items())]))
        print(f"{with_more} systems were judged in time")
    print(f"{seed} seeds, {len(mismatches)} mismatches; machine: {machine()}")
    if chosen.write:
        file.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(bool(mismatches))
