"""
One search of hamodel's in a process of its own: `python -m tests.benchmarks.searching …`.

The process loads the compiled search, and goes once through all that follows, on the same system
cut short; then it searches the system, judges the property, and makes the trace that a verdict
has. That is timed. Its memory is what the process grows by meanwhile, at its peak.
"""

from __future__ import annotations

import argparse
import gc
import json
import re
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from hamodel.engine.check import judge
from hamodel.engine.limits import Limits, resident
from hamodel.engine.packed.explorer import PackedExploration, explore_packed
from hamodel.verdict import PROVED, Verdict
from tests.benchmarks.compared_models import MODELS, Searched
from tests.benchmarks.spin import Found, output
from tests.benchmarks.tables import ROOT

WARM_STATES = 5_000
MEMORY_MAX = 14 * 2**30
"""Where a search is cut short: the largest machine that it is promised for has 16 GB."""
STATUS = Path("/proc/self/status")
CLEAR = Path("/proc/self/clear_refs")


@dataclass(frozen=True, slots=True)
class Ended:
    """A search as its process tells of it; `cut` says in words what cut it short, if anything."""

    found: Found
    cut: str = ""
    peak: int = 0


def searched(model: str, size: int, threads: int = 1) -> Ended:
    """Search a model in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "found.json"
        command = [sys.executable, "-m", "tests.benchmarks.searching", model, str(size)]
        began = time.perf_counter()
        output([*command, str(threads), str(out)], ROOT)
        whole = time.perf_counter() - began
        its = json.loads(out.read_text(encoding="utf-8"))
    found = Found(**{**its["found"], "errors": tuple(its["found"]["errors"]), "whole": whole})
    return Ended(found, its["cut"], its["peak"])


def measured(its: Searched, threads: int) -> Ended:
    """Search and judge in this process."""
    _search(its, threads, WARM_STATES)
    gc.collect()
    _forget_peak()
    before = resident()
    began = time.perf_counter()
    exploration, verdict = _search(its, threads)
    seconds = time.perf_counter() - began
    most = peak()
    errors = () if verdict.kind is PROVED else (f"{its.prop.name}: {verdict.kind.value}",)
    sizes = len(exploration.states), exploration.transitions, exploration.depth
    found = Found(*sizes, seconds, 0.0, most - before, errors, f"threads={threads}")
    cut = "" if exploration.complete else verdict.why
    return Ended(found, cut, most)


def _search(
    its: Searched, threads: int, states: int | None = None
) -> tuple[PackedExploration, Verdict]:
    limits = Limits(states, MEMORY_MAX)
    exploration = explore_packed(its.system, its.budget, limits=limits, threads=threads)
    [verdict] = judge(exploration, [its.prop])
    if states is not None:  # the verdict may have had no trace, which is to be warm as well
        exploration.trace_to(len(exploration.states) - 1)
    return exploration, verdict


def peak() -> int:
    """Return the most bytes of this process that were in memory since `_forget_peak`."""
    found = re.search(r"^VmHWM:\s+(\d+) kB", STATUS.read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None, "Linux tells the peak of each process"
    return int(found[1]) * 1024


def _forget_peak() -> None:
    """Let the peak be counted from now; where that is not allowed, it includes what was before."""
    try:
        CLEAR.write_text("5", encoding="ascii")
    except OSError:
        return


def main() -> None:
    """Search, and write what was found as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=list(MODELS))
    parser.add_argument("size", type=int)
    parser.add_argument("threads", type=int)
    parser.add_argument("out", type=Path)
    chosen = parser.parse_args()
    ended = measured(MODELS[chosen.model].make(chosen.size), chosen.threads)
    chosen.out.write_text(json.dumps(asdict(ended)), encoding="utf-8")


if __name__ == "__main__":
    main()
