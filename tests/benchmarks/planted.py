"""Planted bugs: how short a story Hypothesis shrinks to, beside the shortest there is."""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Collection, Iterator

from tests.benchmarks.tables import machine, table

HEADS = ("bug", "shortest", "shrunk (median)", "spread", "as short", "not found")


def command(chosen: argparse.Namespace) -> int:
    """Print the lengths of every planted bug by seeds that nobody chose; 1 if one misses it."""
    found = list(_rows(range(chosen.seeds), chosen.only))
    print(table(HEADS, found))
    print(f"\nseeds 0 to {chosen.seeds - 1}; machine: {machine()}")
    return int(any(row[-1] != "0" for row in found))


def _rows(seeds: range, only: Collection[str]) -> Iterator[list[str]]:
    from tests.guide.planted import PLANTED, lengths

    for bug in PLANTED:
        if only and bug.name not in only:
            continue
        shortest, shrunk = lengths(bug, seeds)
        print(
            f"{bug.name}: shortest {shortest}, shrunk {list(shrunk)}", file=sys.stderr, flush=True
        )
        yield row(bug.name, shortest, shrunk)


def row(name: str, shortest: int, shrunk: tuple[int | None, ...]) -> list[str]:
    """
    Return a bug's row.

    Parameters
    ----------
    name
        What the bug is called.
    shortest
        The steps of its shortest story.
    shrunk
        Those of the shrunk one, by seed; None for a seed that did not find it.
    """
    lengths = [each for each in shrunk if each is not None]
    middle = f"{statistics.median(lengths):g}" if lengths else "–"
    spread = f"{min(lengths)} to {max(lengths)}" if lengths else "–"
    exact = sum(each == shortest for each in lengths)
    missed = len(shrunk) - len(lengths)
    return [name, str(shortest), middle, spread, str(exact), str(missed)]
