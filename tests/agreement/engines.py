"""Whole searches compared: the reference, the packed explorer with one and two threads, SPIN."""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from hamodel import Expr, Modality, Property, SearchError
from hamodel.engine.check import judge
from hamodel.engine.limits import NO_LIMITS, Limits
from hamodel.engine.packed import crew
from hamodel.engine.packed.explorer import explore_packed
from hamodel.engine.packed.layout import Layout, Words
from hamodel.engine.reference import Exploration, Product
from hamodel.export import promela
from tests.agreement.engine_systems import Drawn
from tests.benchmarks.spin import spin
from tests.engine.packed.compared import error_of, read

THREADS = (1, 2)
BATCHES = {1: crew.BATCH, 2: 4}
"""How many states a share has with so many threads: few, so that both threads have some."""


@dataclass(frozen=True, slots=True)
class Compared:
    """
    What was found, once it was compared.

    Attributes
    ----------
    states, steps, depth, deadlocks
        Of the whole search, or up to where it was cut or met an error.
    words
        How many machine words a state takes.
    error, complete
        The error's code and after how many steps, if there was one; whether the search was whole.
    happening
        The kinds of the rules that happened.
    working
        How many threads expanded states, of the two that could: with few states one was enough.
    verdicts
        What was judged: modality and kind of verdict of each property.
    spin
        What SPIN was compared in: "counts", "error", or "" if it was not.
    """

    states: int
    steps: int
    depth: int
    deadlocks: int
    words: int
    error: str
    complete: bool
    happening: tuple[str, ...]
    working: int
    verdicts: tuple[str, ...]
    spin: str = ""


def compare_engines(drawn: Drawn, limit_states: int) -> tuple[Compared, Exploration]:
    """
    Assert that the packed explorer finds what the reference finds, with one and two threads.

    States in their order, depths, steps, dead ends, runs, verdicts with their traces; or the same
    error with the same run, and everything that is found before it.
    """
    system, budget, props = drawn
    expected, told = _reference(drawn, limit_states)
    before = expected
    if told:  # what is known before the error is compared as a search that is cut there
        known = 1 + max((target for edges in expected.edges for _, target in edges), default=0)
        limit_states = max(1, known - 1)
        before, _ = _reference(drawn, limit_states)
    facts, last = read(before), len(before.states) - 1
    verdicts = judge(before, props)
    for threads in THREADS:
        with shares_of(BATCHES[threads]) as working:
            if told:
                search = partial(explore_packed, threads=threads)
                _same("error", threads, told, error_of(search, system, budget, None))
            actual = explore_packed(system, budget, limit_states=limit_states, threads=threads)
            its = read(actual)
            for name, fact in facts.items():
                _same(name, threads, fact, its[name])
            _same("the last run", threads, before.trace_to(last), actual.trace_to(last))
            for one, other in zip(verdicts, judge(actual, props), strict=True):
                _same(one.property.name, threads, one, other)
    kinds = {before.product.actions[place].rule.kind.name for place in before.happening}
    found = Compared(
        len(before.states),
        before.transitions,
        before.depth,
        len(before.deadlocks),
        Layout(before.product.variables).words,
        f"{told.partition(' ')[0]} at depth {told.count(chr(10))}" if told else "",
        before.complete,
        tuple(sorted(kinds)),
        len(working),
        tuple(f"{each.property.modality.name} {each.kind.name}" for each in verdicts),
    )
    return found, before


def _reference(drawn: Drawn, limit_states: int) -> tuple[Exploration, str]:
    """Return what the reference finds, and the error that it meets, if any."""
    exploration = Exploration(Product(drawn.system, drawn.budget))
    exploration.add(exploration.product.initial, -1, -1, 0)
    limits: Limits = NO_LIMITS.but(limit_states)
    try:
        exploration.expand(limits)
    except SearchError as error:
        return exploration, str(error)
    return exploration, ""


@contextmanager
def shares_of(states: int) -> Iterator[set[int]]:
    """Let the packed explorer expand so many states at once; which threads did is collected."""
    threads: set[int] = set()
    expand = crew.Worker.expand

    def noted(worker: crew.Worker, known: Words, its: range, *, loops: bool) -> None:
        threads.add(threading.get_ident())
        expand(worker, known, its, loops=loops)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crew, "BATCH", states)
        patch.setattr(crew.Worker, "expand", noted)
        yield threads


def _same(what: str, threads: int, expected: object, actual: object) -> None:
    said = f"{what}, {threads} threads: {str(expected)[:300]} but {str(actual)[:300]}"
    assert expected == actual, said


def compare_spin(drawn: Drawn, found: Compared, expected: Exploration) -> str:
    """
    Assert that SPIN finds in the export what the reference finds, and return in what.

    Counts of states and steps, whether there are dead ends, and the `always` and `never` that are
    refuted; or as near an assertion that fails, where a variable steps beyond its range. A search
    that was cut is not compared.
    """
    system, budget, props = drawn
    if found.error:
        said = first_error(promela(system, budget))
        depth = found.error.partition(" at ")[2]
        pattern = rf"assertion violated .* \(at {depth}\)"
        assert re.fullmatch(pattern, said), f"{found.error}, but SPIN says {said}"
        return "error"
    if not found.complete:
        return ""
    asserted = [prop for prop in props if prop.modality in {Modality.ALWAYS, Modality.NEVER}]
    wrong = {prop.name: set(expected.where(_violation(prop))) for prop in asserted}
    actual = spin(
        promela(system, budget, asserted),
        flags=["-DDEADLOCKS"],
        options=["-O0"],
        depth=found.states + 100,
        timeout=300,
    )
    # Where a property is contradicted, the assertion is one more way to go on.
    steps = found.steps + sum(map(len, wrong.values()))
    dead_ends = set(expected.deadlocks) - set().union(*wrong.values())
    _equal("SPIN's states", found.states, actual.states)
    _equal("SPIN's steps", steps, actual.transitions)
    _equal("SPIN's dead ends", bool(dead_ends), "invalid end state" in map(_cause, actual.errors))
    refuted = {name for name, states in wrong.items() if states}
    failed = {each for each in map(_cause, actual.errors) if each != "invalid end state"}
    _equal("what SPIN refutes", {f"assertion violated holds_{name}" for name in refuted}, failed)
    return "counts"


def first_error(text: str) -> str:
    """
    Return the first error that SPIN finds in a model, breadth first: one of the nearest.

    Not by `tests.benchmarks.spin`, which goes on: what SPIN reaches after a variable has left its
    range is without bounds.
    """
    commands = (
        ["spin", "-a", "model.pml"],
        ["gcc", "-O0", "-DSAFETY", "-DNOREDUCE", "-DBFS", "-o", "pan", "pan.c"],
        ["./pan", "-n", "-c1", "-m100000"],
    )
    with TemporaryDirectory() as folder:
        (Path(folder) / "model.pml").write_text(text, encoding="utf-8")
        for command in commands:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, timeout=300, check=False
            )
            assert 0 == done.returncode, f"{command[0]}: {done.stdout[-500:]}{done.stderr[-500:]}"
    found = re.search(r"^pan:\d+: (.+ \(at depth \d+\))", done.stdout, re.MULTILINE)
    return found[1] if found else f"none in {done.stdout[-1000:]}"


def _violation(prop: Property) -> Expr:
    return prop.given & (~prop.expr if prop.modality is Modality.ALWAYS else prop.expr)


def _cause(error: str) -> str:
    return re.sub(r"[()]", "", error).strip()


def _equal(what: str, expected: object, actual: object) -> None:
    assert expected == actual, f"{what}: {expected!r} expected, found {actual!r}"
