"""SPIN beside hamodel: the same distinct states and steps, and how long each takes for them."""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hamodel import System
from hamodel.export import promela
from tests.benchmarks.bars import run
from tests.benchmarks.tables import machine, table
from tests.models import philosophers, ring, two_phase

MODELS: Mapping[str, Callable[[int], System]] = {
    "ring": ring,
    "philosophers": philosophers,
    "two_phase": two_phase,
}
BY_HAND = Path(__file__).parent / "promela"
"""The same models as somebody writes them for SPIN, of the size that the macro N says."""
DEFAULTS = {"ring": 8, "philosophers": 9, "two_phase": 6}
SIZES_MAX = {"ring": 14, "philosophers": 15, "two_phase": 10}
OPTIONS = ("-O2", "-DSAFETY", "-DNOREDUCE")
DEPTH = 10_000_000
"""How deep pan searches unless it is said: its stack takes some fifty bytes for each step."""
NUMBERS = {
    "states": re.compile(r"^ *(\d+) states, stored", re.MULTILINE),
    "transitions": re.compile(r"^ *(\d+) transitions \(= stored\+matched\)", re.MULTILINE),
    "megabytes": re.compile(r"^ *([\d.]+)\ttotal actual memory usage", re.MULTILINE),
}


class SpinError(Exception):
    """What SPIN says cannot be used, or contradicts what hamodel found."""


@dataclass(frozen=True, slots=True)
class Found:
    """
    What a search found, and what it took.

    Attributes
    ----------
    states, transitions
        Distinct states; steps between them, loops included and the initial state not.
    seconds
        The search alone.
    whole
        From the model to the answer: with SPIN, its generator and the C compiler too; here, the
        start of Python and loading the compiled search.
    megabytes
        As SPIN says, or the largest resident memory of the process.
    errors
        What SPIN's search reported: assertions that fail, invalid end states.
    """

    states: int
    transitions: int
    seconds: float
    whole: float
    megabytes: float
    errors: tuple[str, ...] = ()


def missing() -> str:
    """Return the programs that are needed and not installed, in words; empty: all are there."""
    return ", ".join(name for name in ("spin", "gcc") if shutil.which(name) is None)


def spin(
    text: str,
    *,
    flags: Sequence[str] = (),
    options: Sequence[str] = (),
    depth: int = DEPTH,
    timeout: float | None = None,
) -> Found:
    """
    Return what SPIN finds in a model.

    Parameters
    ----------
    text
        The model.
    flags
        Options for SPIN itself: `-DN=8`.
    options
        Further options for the C compiler: `-DBFS`.
    depth, timeout
        How deep and how long it searches.

    Raises
    ------
    SpinError
        If something goes wrong, or the search was not whole: pan itself ends with 0 all the same.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "model.pml").write_text(text, encoding="utf-8")
        began = time.perf_counter()
        _output(["spin", *flags, "-a", "model.pml"], folder)
        _output(["gcc", *OPTIONS, *options, "-o", "pan", "pan.c"], folder)
        compiled = time.perf_counter()
        said = _output(["./pan", "-n", "-c0", f"-m{depth}"], folder, timeout)
        ended = time.perf_counter()
    return _read(said, ended - compiled, ended - began)


def _output(command: Sequence[str], folder: Path, timeout: float | None = None) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=timeout, check=False
    )
    said = (done.stdout + done.stderr).strip()  # SPIN complains on stdout, gcc on stderr
    if done.returncode != 0:
        raise SpinError(f"{' '.join(command)} ends with {done.returncode}: {said[:2000]}")
    return done.stdout


def _read(said: str, seconds: float, whole: float) -> Found:
    """Return what pan printed, as numbers."""
    found = {name: pattern.search(said) for name, pattern in NUMBERS.items()}
    if "max search depth too small" in said:
        raise SpinError("pan was not deep enough: its counts are too small; raise the depth")
    if not all(found.values()) or "out of memory" in said:
        raise SpinError(f"pan did not end its search: {said[:2000]}")
    states, transitions, megabytes = (float(each[1]) for each in found.values() if each)
    errors = re.findall(r"^pan:\d+: (.+?) \(at depth", said, re.MULTILINE)
    return Found(int(states), int(transitions) - 1, seconds, whole, megabytes, tuple(errors))


SEARCH = """
import json, time
from hamodel.engine.packed.explorer import explore_packed
from tests.models import philosophers, ring, two_phase
explore_packed(ring(2))
system = {model}({size})
began = time.perf_counter()
found = explore_packed(system)
seconds = time.perf_counter() - began
with open({out!r}, "w") as file:
    json.dump([len(found.states), found.transitions, seconds], file)
"""


def packed(model: str, size: int) -> Found:
    """Return what the packed explorer finds, in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "found.json"
        script = SEARCH.format(model=model, size=size, out=str(out))
        done = run([sys.executable, "-c", script])
        if done is None or done.status != 0:
            raise SpinError(f"the search of {model} ends with {done and done.status}")
        states, transitions, seconds = json.loads(out.read_text(encoding="utf-8"))
    return Found(states, transitions, seconds, done.seconds, done.megabytes)


def searches(
    model: str, size: int, states: int, options: Sequence[str]
) -> dict[str, Callable[[], Found]]:
    """
    Return how a model of so many states is searched, by name.

    No run without a repeated state is longer than there are states: that deep SPIN searches, and
    no deeper, as its stack is made and cleared before it begins. Arrays in a `d_step` need `-o3`:
    the models by hand have some.
    """
    depth = states + 100
    by_hand = (BY_HAND / f"{model}.pml").read_text(encoding="utf-8")
    exported = promela(MODELS[model](size))
    return {
        "hamodel, packed": lambda: packed(model, size),
        "SPIN, exported": lambda: spin(exported, options=options, depth=depth),
        "SPIN, by hand": lambda: spin(
            by_hand, flags=[f"-DN={size}", "-o3"], options=options, depth=depth
        ),
    }


def compared(model: str, size: int, rounds: int, options: Sequence[str]) -> dict[str, list[Found]]:
    """Return what every search found, a round after another; SpinError if two counts differ."""
    ways = searches(model, size, packed(model, size).states, options)
    found: dict[str, list[Found]] = {way: [] for way in ways}
    for number in range(rounds):
        turn = number % len(ways)  # who goes first changes: a machine slows down as it gets hot
        for way in [*list(ways)[turn:], *list(ways)[:turn]]:
            found[way].append(ways[way]())
    counts = {(each.states, each.transitions) for its in found.values() for each in its}
    if len(counts) != 1:
        said = {way: (its[0].states, its[0].transitions) for way, its in found.items()}
        raise SpinError(f"{model} {size}: the counts differ: {said}")
    return found


def rows(name: str, found: Mapping[str, Sequence[Found]]) -> list[list[str]]:
    """Return a row for each way to search a model: medians over the rounds."""
    return [
        [
            name,
            way,
            f"{its[0].states:,}",
            f"{its[0].transitions:,}",
            f"{its[0].states / (seconds := _median(its, 'seconds')):,.0f}",
            f"{its[0].transitions / seconds:,.0f}",
            f"{seconds:.2f}",
            f"{_median(its, 'whole'):.2f}",
            f"{_median(its, 'megabytes'):,.0f}",
        ]
        for way, its in found.items()
    ]


HEADS = (
    *("model", "searched by", "states", "transitions", "states/s", "transitions/s"),
    *("search s", "whole s", "MB"),
)


def _median(found: Sequence[Found], name: str) -> float:
    return float(statistics.median(getattr(each, name) for each in found))


def ratio(found: Mapping[str, Sequence[Found]]) -> float:
    """Return how fast the exported model is, the one by hand being 1: the median of the rounds."""
    pairs = zip(found["SPIN, by hand"], found["SPIN, exported"], strict=True)
    return statistics.median(by_hand.seconds / exported.seconds for by_hand, exported in pairs)


def command(chosen: argparse.Namespace) -> int:
    """Compare the models, print a table, and return 1 if a count differs, 2 without SPIN."""
    if lacking := missing():
        print(f"error: not installed: {lacking}; on Debian: apt-get install spin gcc")
        return 2
    lines: list[list[str]] = []
    ratios = []
    for model in MODELS:
        size = getattr(chosen, model)
        if size == 0:
            continue
        if not 2 <= size <= SIZES_MAX[model]:
            print(f"error: {model} is {size}; it can be 0 (leave it out), 2 to {SIZES_MAX[model]}")
            return 2
        try:
            found = compared(model, size, chosen.rounds, ["-DBFS"] if chosen.bfs else [])
        except SpinError as error:
            print(f"error: {error}")
            return 1
        lines += rows(f"{model} {size}", found)
        ratios.append(f"{model} {size}: {ratio(found):.2f}")
    print(table(HEADS, lines))
    print(f"SPIN's speed on the exported model, that by hand being 1: {', '.join(ratios)}")
    print(f"machine: {machine()}")
    return 0
