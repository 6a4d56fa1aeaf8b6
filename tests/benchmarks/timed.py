"""The timed campaign: random systems by classes of states, and tick by tick: waits, verdicts."""

from __future__ import annotations

import argparse
import json
import multiprocessing
from collections import Counter
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, NamedTuple

from tests.agreement.timed import LEFT_OUT, compare_timed
from tests.agreement.timed_verdicts import compare_verdicts
from tests.benchmarks.tables import commit, machine, table

FILE = Path(__file__).with_name("timed.json")


class One(NamedTuple):
    """What comparing one seed came to: of what sort it is, its verdicts, what differs if any."""

    sort: str
    verdicts: Counter[str]
    mismatch: str = ""


def compare_one(seed: int) -> One:
    """Compare the wait and the properties of a seed."""
    return one(seed, lambda: One(compare_timed(seed), compare_verdicts(seed)))


def one(seed: int, compare: Callable[[], One]) -> One:
    """Return what a comparison came to, also where it fails."""
    try:
        return compare()
    except AssertionError as error:
        return One("mismatch", Counter(), f"seed {seed}: {error}"[:500])


def command(chosen: argparse.Namespace) -> int:
    """Compare random systems until there were enough; 1 on a mismatch."""
    return compared(chosen, compare_one, LEFT_OUT, FILE, "how the longest wait ends")


def compared(
    chosen: argparse.Namespace,
    compare: Callable[[int], One],
    left_out: Collection[str],
    file: Path,
    heading: str,
) -> int:
    """
    Compare random systems, seed after seed, until there were enough; return 1 on a mismatch.

    Parameters
    ----------
    chosen
        How many `systems` at least, without those that are left out; in how many `processes`;
        whether to `write` the file.
    compare
        What compares the system of a seed; a function of a module, for other processes.
    heading
        What the sorts are sorts of.
    """
    found, made_on = [], commit()
    sorts: Counter[str] = Counter()
    with multiprocessing.get_context("spawn").Pool(chosen.processes) as pool:
        for each in pool.imap(compare, range(20 * chosen.systems)):
            found.append(each)
            sorts[each.sort] += 1
            if sum(its for sort, its in sorts.items() if sort not in left_out) >= chosen.systems:
                break
        pool.terminate()
    verdicts = sum((each.verdicts for each in found), Counter[str]())
    judged = sum(bool(each.verdicts) for each in found)
    mismatches = [each.mismatch for each in found if each.mismatch]
    kept: dict[str, Any] = {
        "commit": made_on,
        "machine": machine(),
        "seeds": [0, len(found)],
        "sorts": dict(sorted(sorts.items())),
        "mismatches": mismatches,
    }
    print(table([heading, "systems"], [[a, str(b)] for a, b in sorts.items()]))
    if verdicts:
        kept |= {"systems judged": judged, "verdicts": dict(sorted(verdicts.items()))}
        print(table(["verdict", "properties"], [[a, str(b)] for a, b in sorted(verdicts.items())]))
        print(f"{judged} systems were judged in time")
    print(f"{len(found)} seeds, {len(mismatches)} mismatches; machine: {machine()}")
    if chosen.write:
        file.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(bool(mismatches))
