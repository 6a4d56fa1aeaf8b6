"""The engines campaign: whole searches of random systems by every engine, and by SPIN."""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import platform
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.agreement.engine_systems import MOST, engine_system
from tests.agreement.engines import BATCHES, THREADS, compare_engines, compare_spin
from tests.agreement.features import all_features, features
from tests.benchmarks.spin import missing
from tests.benchmarks.tables import ROOT, commit, machine, table

FILE = Path(__file__).with_name("engines.json")
FIRST = 10
"""How many of the systems are kept with their counts, for a test to try again."""
BLOCK = 20
"""How many systems are tried before it is asked whether there were enough."""
BOUNDS = (1, 10, 100, 200, 500, 1_000, 2_000, MOST + 1)
FLOORS: Mapping[str, int] = {
    "systems": 1_000,
    "large": 500,
    "with a deadlock": 100,
    "of two words or more": 100,
}
"""At least so many are compared; large: of 100 states or more."""
LARGE = 100

Row = dict[str, Any]
"""What was compared of one system: its seed, its features, and the fields of `Compared`."""


def command(chosen: argparse.Namespace) -> int:
    """Compare random systems until there were enough; 1 on a mismatch, 2 without SPIN."""
    if lacking := missing():
        print(f"error: not installed: {lacking}; on Debian: apt-get install spin gcc")
        return 2
    began, head = time.perf_counter(), commit()
    log = chosen.log or log_of_this_content()
    rows = campaign(log, chosen.systems, chosen.processes)
    found = {
        "commit": head,
        "machine": machine(),
        "versions": versions(),
        **summary(rows),
    }
    print(report(found))
    print(f"{time.perf_counter() - began:.0f} s since this run began; log: {log}", file=sys.stderr)
    if chosen.write:
        FILE.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(bool(found["mismatches"]))


def campaign(log: Path, systems: int, processes: int) -> list[Row]:
    """
    Return a row for each seed from 0 on, until there were enough systems of every sort.

    What the log has is not compared again; what it has not is added, as soon as it is compared.
    """
    known = {row["seed"]: row for row in read_log(log)}
    rows: list[Row] = []
    with multiprocessing.get_context("spawn").Pool(processes) as pool, log.open("a") as file:
        while not enough(rows, systems):
            seeds = range(len(rows), len(rows) + BLOCK)
            for row in pool.imap_unordered(compared, [s for s in seeds if s not in known]):
                known[row["seed"]] = row
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                file.flush()
            rows += [known[seed] for seed in seeds]
            print(f"{len(rows)} compared", file=sys.stderr, flush=True)
    return rows


def read_log(log: Path) -> Iterator[Row]:
    """Yield the rows of a log; a last line that was not finished is left out."""
    if log.is_file():
        for line in log.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(line)
            except json.JSONDecodeError:
                return


def compared(seed: int, *, with_spin: bool = True) -> Row:
    """Return what was compared of a system, or how it differs."""
    row: Row = {"seed": seed, "mismatch": ""}
    drawn = engine_system(seed)
    row["features"] = sorted(features(*drawn))
    try:
        found, expected = compare_engines(drawn, MOST)
        row |= asdict(found)
        if with_spin:
            row["spin"] = compare_spin(drawn, found, expected)
    except Exception as error:  # noqa: BLE001 (whatever it is, it is reported with its seed)
        row["mismatch"] = f"{type(error).__name__}: {error}"[:2_000]
    return row


def enough(rows: Sequence[Row], systems: int) -> bool:
    """Return whether so many systems were compared by everything, and enough of every sort."""
    counts = sorts(rows)
    share = systems / FLOORS["systems"]
    return bool(rows) and all(counts[name] >= floor * share for name, floor in FLOORS.items())


def sorts(rows: Iterable[Row]) -> dict[str, int]:
    """
    Return how many systems there are of each sort.

    A system counts if SPIN has searched it as well. The states, dead ends and words are of those
    that were searched whole.
    """
    counts: Counter[str] = Counter()
    for row in rows:
        if row["mismatch"]:
            continue
        counts["systems"] += bool(row["spin"])
        counts["cut short, without SPIN"] += not row["complete"] and not row["error"]
        counts["with a step beyond a range"] += bool(row["error"])
        if row["spin"] == "counts":
            counts["large"] += row["states"] >= LARGE
            counts["with a deadlock"] += row["deadlocks"] > 0
            counts["of two words or more"] += row["words"] > 1
            counts["that two threads shared"] += row["working"] > 1
    others = ("that two threads shared", "with a step beyond a range", "cut short, without SPIN")
    return {name: counts[name] for name in (*FLOORS, *others)}


def summary(rows: Sequence[Row]) -> dict[str, Any]:
    """Return what is kept of a campaign."""
    fine = [row for row in rows if not row["mismatch"]]
    whole = [row for row in fine if row["spin"] == "counts"]
    said = Counter(name for row in fine if row["spin"] for name in row["features"])
    return {
        "seeds": [0, len(rows)],
        "threads": {str(threads): BATCHES[threads] for threads in THREADS},
        "counts": sorts(rows),
        "mismatches": [
            {"seed": row["seed"], "found": row["mismatch"]} for row in rows if row["mismatch"]
        ],
        "states": sum(row["states"] for row in whole),
        "steps": sum(row["steps"] for row in whole),
        "sizes": histogram(row["states"] for row in whole),
        "words": dict(sorted(Counter(str(row["words"]) for row in whole).items())),
        "happening": _counted(kind for row in whole for kind in row["happening"]),
        "verdicts": _counted(verdict for row in whole for verdict in row["verdicts"]),
        "features": {name: said[name] for name in all_features()},
        "first": [outline(row) for row in rows[:FIRST]],
    }


def outline(row: Row) -> list[Any]:
    """Return what a test compares again of a system."""
    names = ("states", "steps", "depth", "deadlocks", "words", "error", "complete")
    return [*(row.get(name) for name in names), list(row.get("verdicts", ()))]


def histogram(sizes: Iterable[int]) -> dict[str, int]:
    """Return how many systems have how many states."""
    sizes = list(sizes)
    return {
        f"{low:,}–{high - 1:,}": sum(low <= size < high for size in sizes)
        for low, high in pairwise(BOUNDS)
    }


def _counted(items: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(items).items()))


def report(found: Mapping[str, Any]) -> str:
    """Return what was compared, as tables."""
    longest = max(1, *found["sizes"].values())
    bars = [
        f"  {size:>12}  {number:4}  {'█' * round(40 * number / longest)}".rstrip()
        for size, number in found["sizes"].items()
    ]
    counts = [
        [name, f"{number:,}", f"{FLOORS[name]:,}" if name in FLOORS else ""]
        for name, number in found["counts"].items()
    ]
    lines = [
        table(["systems", "compared", "at least"], counts),
        f"{found['states']:,} states and {found['steps']:,} steps of those searched whole:",
        *bars,
        *(f"  words: {words}  {number:4}" for words, number in found["words"].items()),
        "",
    ]
    for head, counted in (("features", "systems"), ("happening", "systems"), ("verdicts", "")):
        rows = [[name, str(number)] for name, number in found[head].items()]
        lines += [table([head, counted], rows), ""]
    lines += [f"mismatches: {len(found['mismatches'])}"]
    lines += [f"  seed {each['seed']}: {each['found']}" for each in found["mismatches"]]
    return "\n".join(lines)


def versions() -> dict[str, str]:
    """Return the versions of what was compared, and of what compiled it."""
    said = {
        name: subprocess.run(call, capture_output=True, text=True, check=True).stdout.splitlines()
        for name, call in (("spin", ["spin", "-V"]), ("gcc", ["gcc", "--version"]))
    }
    packages = {name: version(name) for name in ("numba", "numpy")}
    return {
        "python": platform.python_version(),
        **packages,
        **{name: next(line for line in lines if line) for name, lines in said.items()},
    }


def log_of_this_content() -> Path:
    """Return the log that is named after the content of what is compared and compares."""
    digest = hashlib.sha256()
    files = [*ROOT.glob("hamodel/**/*.py"), *ROOT.glob("tests/agreement/*.py")]
    for path in sorted((*files, Path(__file__).with_name("spin.py"), Path(__file__))):
        digest.update(path.read_bytes())
    return Path(tempfile.gettempdir()) / f"hamodel-engines-{digest.hexdigest()[:16]}.jsonl"
