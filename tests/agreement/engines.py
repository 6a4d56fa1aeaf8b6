"""Whole searches compared: the reference, the packed explorer with one and two threads, SPIN."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from hamodel import Modality, Property, SearchError
from hamodel.engine.check import judge
from hamodel.engine.limits import NO_LIMITS, Limits
from hamodel.engine.packed import explorer
from hamodel.engine.packed.explorer import explore_packed
from hamodel.engine.packed.layout import Layout
from hamodel.engine.reference import Exploration, Product
from hamodel.export import promela
from tests.agreement.engine_systems import Drawn
from tests.benchmarks.spin import Found, spin
from tests.engine.packed.compared import error_of, read

THREADS = (1, 2)
BATCHES = {1: explorer.BATCH, 2: 8}
"""How many states a batch has with so many threads: few, so that both threads have some."""
SPIN_DEPTH_AFTER_ERROR = 100_000
"""How deep SPIN searches where variables leave their range, so that nothing is bounded by ours."""


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
        The error's code, if there was one; whether the search was whole.
    happening
        The kinds of the rules that happened.
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
    if told:  # what is known before the error is compared as a search that is cut there
        limit_states = max(1, len(expected.states) - 1)
        before, _ = _reference(drawn, limit_states)
    else:
        before = expected
    facts, last = read(before), len(before.states) - 1
    verdicts = judge(before, props)
    for threads in THREADS:
        with batches_of(BATCHES[threads]):
            search: Any = partial(explore_packed, threads=threads)
            if told:
                _same("error", threads, told, error_of(search, system, budget, None))
            actual = search(system, budget, limit_states=limit_states)
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
        told.partition(" ")[0],
        before.complete,
        tuple(sorted(kinds)),
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
def batches_of(states: int) -> Iterator[None]:
    """Let the packed explorer expand so many states at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(explorer, "BATCH", states)
        yield


def _same(what: str, threads: int, expected: object, actual: object) -> None:
    said = f"{what}, {threads} threads: {str(expected)[:300]} but {str(actual)[:300]}"
    assert expected == actual, said


def compare_spin(drawn: Drawn, found: Compared, expected: Exploration) -> str:
    """
    Assert that SPIN finds in the export what the reference finds, and return in what.

    Counts of states and steps, whether there are dead ends, and the `always` and `never` that are
    refuted; or an assertion that fails where a variable steps beyond its range. A search that was
    cut is not compared.
    """
    system, budget, props = drawn
    if found.error:
        actual = _spin(promela(system, budget), SPIN_DEPTH_AFTER_ERROR)
        assert any(map(_too_far, actual.errors)), f"SPIN sees no error: {actual.errors[:5]}"
        return "error"
    if not found.complete:
        return ""
    asserted = [prop for prop in props if prop.modality in {Modality.ALWAYS, Modality.NEVER}]
    wrong = {prop.name: set(expected.where(_violation(prop))) for prop in asserted}
    actual = _spin(promela(system, budget, asserted), found.states + 100)
    # Where a property is contradicted, the assertion is one more way to go on.
    steps = found.steps + sum(map(len, wrong.values()))
    dead_ends = set(expected.deadlocks) - set().union(*wrong.values())
    _equal("SPIN's states", found.states, actual.states)
    _equal("SPIN's steps", steps, actual.transitions)
    _equal("SPIN's dead ends", bool(dead_ends), "invalid end state" in map(_cause, actual.errors))
    refuted = {name for name, states in wrong.items() if states}
    said = {each for each in map(_cause, actual.errors) if each != "invalid end state"}
    _equal("what SPIN refutes", {f"assertion violated holds_{name}" for name in refuted}, said)
    return "counts"


def _spin(text: str, depth: int) -> Found:
    return spin(text, flags=["-DDEADLOCKS"], options=["-O0"], depth=depth, timeout=300)


def _violation(prop: Property) -> Any:
    return prop.given & (~prop.expr if prop.modality is Modality.ALWAYS else prop.expr)


def _cause(error: str) -> str:
    return re.sub(r"[()]", "", error).strip()


def _too_far(error: str) -> bool:
    return error.startswith("assertion violated")


def _equal(what: str, expected: object, actual: object) -> None:
    assert expected == actual, f"{what}: {expected!r} expected, found {actual!r}"
