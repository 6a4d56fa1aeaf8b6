"""hamodel alone on models too large for rounds: whether their counts are the published ones."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.benchmarks.compared_models import MODELS
from tests.benchmarks.searching import searched
from tests.benchmarks.tables import commit, machine, table, today

FILE = Path(__file__).with_name("counts.json")
SCHEMA = 1
LARGE = (("ring", 14), ("philosophers", 15), ("two_phase", 9), ("philosophers", 18))
WANTED_BYTES: Mapping[str, float] = {"RING(14)": 24.0, "TwoPhase(9)": 24.0}
"""How many bytes a state may take at most, by model."""


@dataclass(frozen=True, slots=True)
class Count:
    """
    One search: what it found, what it took, and when and where.

    Attributes
    ----------
    title
        The model.
    states, transitions, published
        What was found, and the distinct states that are published.
    cut, proved
        What cut it short, in words, empty if nothing did; whether its property is proved.
    seconds, memory, peak
        Search and judging; bytes that the process grew by; bytes that it had at most.
    threads, commit, date, machine
        How, when and where.
    """

    title: str
    states: int
    transitions: int
    published: int | None
    cut: str
    proved: bool
    seconds: float
    memory: float
    peak: int
    threads: int
    commit: str
    date: str
    machine: str

    @property
    def wrong(self) -> str:
        """What is not as it should be; empty: nothing."""
        if self.cut:
            return self.cut
        if self.states != self.published:
            return f"{self.published or 0:,} states are published"
        return "" if self.proved else "the property is not proved"

    @property
    def cells(self) -> list[str]:
        """The search as a row."""
        return [
            self.title,
            f"{self.states:,}",
            f"{self.transitions:,}",
            str(self.threads),
            f"{self.seconds:,.1f}",
            f"{self.states / self.seconds:,.0f}",
            f"{self.peak / 1e9:.2f}",
            f"{self.memory / self.states:.1f}",
            self.wrong or "as published",
        ]


HEADS = (
    *("model", "states", "transitions", "threads", "s", "states/s", "peak GB", "bytes a state"),
    "count",
)


def counted(name: str, size: int, threads: int) -> Count:
    """Search a model of a size once."""
    ended = searched(name, size, threads)
    model, found = MODELS[name], ended.found
    return Count(
        model.named(size),
        found.states,
        found.transitions,
        model.distinct(size),
        ended.cut,
        not found.errors,
        found.seconds,
        found.memory,
        ended.peak,
        threads,
        commit(),
        today(),
        machine(),
    )


def command(chosen: argparse.Namespace) -> int:
    """Search each model once, print a table, and return 1 if a count is not as published."""
    counts = []
    for name, size in chosen.only or LARGE:
        found = counted(name, size, chosen.threads)
        print("  ".join(found.cells), file=sys.stderr, flush=True)
        counts.append(found)
        if chosen.write:
            before = {each.title: each for each in committed()}
            FILE.write_text(written([*{**before, found.title: found}.values()]), encoding="utf-8")
    print(table(HEADS, [each.cells for each in counts]))
    print(f"machine: {machine()}")
    return int(any(each.wrong for each in counts))


def sized(text: str) -> tuple[str, int]:
    """Return what `ring=14` says; ValueError for what is no model with a size."""
    name, _, size = text.partition("=")
    if name not in MODELS or not MODELS[name].most or int(size) < 2:
        raise ValueError(text)
    return name, int(size)


def written(counts: list[Count]) -> str:
    """Return counts as text."""
    return json.dumps({"schema": SCHEMA, "counts": [asdict(each) for each in counts]}, indent=1)


def committed() -> list[Count]:
    """Return what was counted last; nothing if nothing was."""
    if not FILE.exists():
        return []
    return [Count(**each) for each in json.loads(FILE.read_text(encoding="utf-8"))["counts"]]
