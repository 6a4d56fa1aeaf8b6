"""
The numeric bars: what is promised as a number, measured.

Times are medians of whole processes, warmed up once; a start is measured against a bare
interpreter in pairs, so that what slows the machine slows both. Memory is of the process and the
largest of its children.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.benchmarks.tables import ROOT, machine, table

Command = Sequence[str]


@dataclass(frozen=True, slots=True)
class Bar:
    """
    One number that is promised, and what was measured.

    Parameters
    ----------
    name, unit
        What is measured, and in what.
    values
        What each run gave; none for what was not measured.
    at_most, at_least
        What is promised; neither for what is only reported.
    note
        Why there is no value, or what else there is to know.
    """

    name: str
    unit: str
    values: tuple[float, ...] = ()
    at_most: float | None = None
    at_least: float | None = None
    note: str = ""

    @property
    def median(self) -> float:
        """The middle value."""
        return statistics.median(self.values)

    @property
    def missed(self) -> bool:
        """Whether it was measured, and is not what is promised."""
        if not self.values:
            return False
        too_much = self.at_most is not None and self.median > self.at_most
        too_little = self.at_least is not None and self.median < self.at_least
        return too_much or too_little

    @property
    def cells(self) -> list[str]:
        """The bar as a row: name, target, value, spread, verdict, note."""
        target = "reported"
        if self.at_most is not None:
            target = f"≤ {self.at_most:g} {self.unit}"
        if self.at_least is not None:
            target = f"≥ {self.at_least:g} {self.unit}"
        if not self.values:
            return [self.name, target, "–", "–", "not measured", self.note]
        spread = f"{_said(min(self.values))} to {_said(max(self.values))} ({len(self.values)})"
        met = "missed" if self.missed else "met"
        judged = met if target != "reported" else ""
        return [self.name, target, f"{_said(self.median)} {self.unit}", spread, judged, self.note]


def _said(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def report(bars: Sequence[Bar]) -> str:
    """Return the bars as a table, with the machine under it."""
    heads = ["bar", "target", "value", "spread (runs)", "", "note"]
    return f"{table(heads, [bar.cells for bar in bars])}\n\nmachine: {machine()}"


def status(bars: Sequence[Bar]) -> int:
    """Return 1 if a bar is missed, and 0 otherwise."""
    return int(any(bar.missed for bar in bars))


def command(chosen: argparse.Namespace) -> int:
    """Measure every bar, print the table, and return 1 on a miss."""
    bars: list[Bar] = []
    for bar in measured(chosen):
        print("  ".join(bar.cells), file=sys.stderr, flush=True)
        bars.append(bar)
    print(report(bars))
    return status(bars)


def measured(chosen: argparse.Namespace) -> Iterator[Bar]:
    """Yield each bar as it is measured, the quick ones first."""
    yield _import_bar(chosen.runs)
    yield Bar(
        "hamodel --help",
        "s",
        tuple(_seconds(_hamodel("--help")) for _ in range(chosen.runs)),
        at_most=0.5,
    )
    yield from _check_bars("hamodel check", [], chosen.checks, chosen.timeout, at_most=60)
    two = ["--set", "scope.calls=2", "--limit-states", "400000"]
    yield from _check_bars(
        "hamodel check, 2 calls",
        two,
        min(chosen.checks, 1),
        chosen.timeout,
        note="each search cut short at 400,000 states",
    )
    wanted = [
        (TESTS, chosen.with_tests, "--with-tests", _tests_bar),
        (COVERAGE, chosen.with_coverage, "--with-coverage", _coverage_bar),
        (CI, chosen.with_ci, "--with-ci", _continuous_integration_bar),
    ]
    for bar, is_wanted, option, measure in wanted:
        yield measure() if is_wanted else replace(bar, note=f"ask with {option}")


TESTS = Bar("pytest", "s", at_most=300)
COVERAGE = Bar("branch coverage of hamodel/", "%", at_least=95)
CI = Bar(".ci/run", "s")


def _python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def _hamodel(*arguments: str) -> list[str]:
    return _python("-m", "hamodel", *arguments)


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}


@dataclass(frozen=True, slots=True)
class Run:
    """How one process went: its seconds, those of a processor, its memory, its exit status."""

    seconds: float
    processor_seconds: float
    megabytes: float
    status: int


def run(command: Command, timeout: float | None = None) -> Run | None:
    """Run a process to its end; None if it took longer than that, and was stopped."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as sink:
        process = subprocess.Popen(
            command, cwd=ROOT, env=_environment(), stdout=sink, stderr=sink, start_new_session=True
        )
        while True:
            ended, code, usage = os.wait4(process.pid, os.WNOHANG)
            elapsed = time.perf_counter() - began
            if ended:
                process.returncode = os.waitstatus_to_exitcode(code)
                spent = usage.ru_utime + usage.ru_stime
                return Run(elapsed, spent, usage.ru_maxrss / 1024, process.returncode)
            if timeout is not None and elapsed > timeout:
                _stop(process)
                return None
            time.sleep(min(0.05, 0.001 + elapsed / 100))


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a process that this one has started, and the processes that it has started."""
    os.killpg(process.pid, 15)
    process.wait()


def _ended(command: Command) -> Run:
    found = run(command)
    assert found is not None, "without a timeout every process ends"
    assert found.status == 0, f"{command} ended with {found.status}"
    return found


def _seconds(command: Command) -> float:
    return _ended(command).seconds


def _import_bar(runs: int) -> Bar:
    bare, full = _python("-c", "pass"), _python("-c", "import hamodel")
    _seconds(full)
    pairs = [(_ended(bare), _ended(full)) for _ in range(runs)]
    spent = statistics.median(one.processor_seconds - none.processor_seconds for none, one in pairs)
    return Bar(
        "import hamodel, beyond the interpreter",
        "s",
        tuple(one.seconds - none.seconds for none, one in pairs),
        at_most=0.2,
        note=f"{spent:.3f} s of a processor",
    )


def _check_bars(
    name: str,
    options: Sequence[str],
    runs: int,
    timeout: float,
    *,
    at_most: float | None = None,
    note: str = "",
) -> Iterator[Bar]:
    if not runs:
        yield Bar(name, "s", at_most=at_most, note="--checks 0")
        return
    found = [run(_hamodel("check", *options), timeout) for _ in range(runs)]
    ended = [each for each in found if each is not None]
    if len(ended) < len(found):
        values = tuple(float("inf") if each is None else each.seconds for each in found)
        yield Bar(name, "s", values, at_most, note=f"stopped after {timeout:g} s")
        return
    codes = ", ".join(sorted({str(each.status) for each in ended}))
    note = f"exit {codes}{'; ' + note if note else ''}"
    yield Bar(name, "s", tuple(each.seconds for each in ended), at_most, note=note)
    yield Bar(f"{name}: memory", "MB", tuple(each.megabytes for each in ended))


def _tests_bar() -> Bar:
    seconds = _seconds(_python("-m", "pytest", "--quiet", "--numprocesses", "auto"))
    return replace(TESTS, values=(seconds,))


def _coverage_bar() -> Bar:
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "coverage.json"
        options = ("--cov", "--cov-branch", f"--cov-report=json:{kept}", "--cov-fail-under=0")
        _seconds(_python("-m", "pytest", "--quiet", "--numprocesses", "auto", *options))
        totals = json.loads(kept.read_text(encoding="utf-8"))["totals"]
    branches = totals["covered_branches"] / totals["num_branches"]
    note = f"branches alone {branches:.1%}"
    return replace(COVERAGE, values=(totals["percent_covered"],), note=note)


def _continuous_integration_bar() -> Bar:
    return replace(CI, values=(_seconds([str(ROOT / ".ci" / "run")]),))
