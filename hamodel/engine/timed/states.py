"""States that are expanded when time reaches them, and what time has to know of each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hamodel.engine.limits import NO_LIMITS, Meter
from hamodel.engine.packed import kernels
from hamodel.engine.packed.crew import BATCH, Worker
from hamodel.engine.packed.guards import Ints, disjuncts, tables
from hamodel.engine.packed.layout import Layout, Words
from hamodel.engine.packed.program import program
from hamodel.engine.packed.rows import Rows
from hamodel.engine.packed.table import Table
from hamodel.engine.reference import Product
from hamodel.engine.timed.zones import BOUNDED, FOREVER, FREE, URGENT, Steps
from hamodel.expr import Expr, Value
from hamodel.rule import AT_ONCE, UNTIMED


class States:
    """
    The states of a product that were reached, expanded one level at a time.

    Attributes
    ----------
    product, layout
        What is searched; a wait is given by three guards: since, begin and end.
    steps
        What is known of those that are expanded.
    size
        How many there are, expanded or not.
    bounded
        How many rules with bounds are enabled at once, at most, in those that are expanded.
    """

    def __init__(self, product: Product, wait: Sequence[Expr], meter: Meter) -> None:
        self.product, self.layout = product, Layout(product.variables)
        self._program = program(self.layout, product)
        self._dims = (0,) * self.layout.words
        self._guards = [tables(self.layout, list(disjuncts(each))) for each in wait]
        self._rows = Rows(np.array([self.layout.pack(product.initial)], np.uint64))
        self._table, self._meter, self.size = Table(self.layout), meter, 1
        # The first state is there whatever the limit, which is looked at before any is left.
        self._table.grow(1, self._rows.array, 1, Meter(NO_LIMITS))
        takes = [action.rule.bounds for action in product.actions]
        kinds = [{AT_ONCE: URGENT, UNTIMED: FREE}.get(its, BOUNDED) for its in takes]
        none = np.zeros((1, 2), np.int64)
        self._filled, self.bounded = [0, 0], 0
        self.steps = Steps(
            none,
            np.zeros(0, np.uint16),
            np.zeros(0, np.int32),
            none.copy(),
            np.zeros(0, np.uint16),
            np.zeros(1, np.bool_),
            np.zeros(1, np.bool_),
            np.zeros(1, np.bool_),
            np.zeros(1, np.bool_),
            np.array([(a, FOREVER if b is None else b) for a, b in takes], np.int64).reshape(-1, 2),
            np.array(kinds, np.uint8),
        )
        self._expanded, self._followed = np.zeros(1, np.bool_), np.zeros(1, np.bool_)

    def values(self, state: int) -> dict[str, Value]:
        """Return the values of a state's variables."""
        values = self.layout.unpack(self._rows.array[state].tolist())
        return dict(zip(self.product.names, values, strict=True))

    def expand(self, states: Ints) -> None:
        """Expand those of these states that are not."""
        states = np.unique(states[~self._expanded[states]])
        for first in range(0, len(states), BATCH):
            its = states[first : first + BATCH]
            while len(its):
                done = self._expand(its)
                its = its[done:]

    def expand_after(self, states: Ints) -> None:
        """Expand those that steps of these states, which are expanded, lead to and that are not."""
        states = np.unique(states[~self._followed[states]])
        self._followed[states] = True
        starts = self.steps.starts[states]
        counts = starts[:, 1] - starts[:, 0]
        before = np.cumsum(counts) - counts
        places = np.repeat(starts[:, 0] - before, counts) + np.arange(counts.sum())
        self.expand(self.steps.targets[places])

    def _expand(self, states: Ints) -> int:
        words: Words = np.ascontiguousarray(self._rows.array[states])
        worker = Worker(self._program, self.layout.words)
        worker.expand(words, range(len(words)), loops=True)
        if worker.wrong >= 0:
            for _ in self.product.steps(self.values(int(states[worker.sources]))):
                pass  # raises the error that the reference search meets in this state
            raise AssertionError("the reference search sees no error there")
        needed = self.size + worker.count
        self._rows.grow(needed)
        self._table.grow(needed, self._rows.array, self.size, self._meter)
        worker.sift(self._rows.array, self.size, self._table)
        self.size, _ = worker.insert(self._rows.array, self.size, needed, self._table)
        worker.find(self._rows.array, self.size, self._table)
        self._note(states[: worker.sources], words, worker)
        return worker.sources

    def _note(self, states: Ints, words: Words, worker: Worker) -> None:
        """Keep the steps of some states."""
        self._widen()
        count, ends = worker.count, worker.ends[: worker.sources]
        its = self.steps
        actions, targets = worker.actions[:count], worker.numbers[:count]
        begins = np.concatenate([[0], ends[:-1]])
        its.starts[states] = np.column_stack([begins, ends]) + self._filled[0]
        kinds = its.kinds[actions]
        source = np.repeat(np.arange(len(ends)), ends - begins)
        bounded = np.bincount(source[kinds == BOUNDED], minlength=len(ends))
        self.bounded = max(self.bounded, int(bounded.max(initial=0)))
        last = np.cumsum(bounded)
        its.bounded[states] = np.column_stack([last - bounded, last]) + self._filled[1]
        its.urgent[states] = np.bincount(source[kinds == URGENT], minlength=len(ends)) > 0
        for guard, held in zip(self._guards, (its.since, its.begins, its.ends), strict=True):
            row = np.empty(len(ends), np.bool_)
            kernels.holds(self._dims, guard, words[: len(ends)], row)
            held[states] = row
        rules = actions[kinds == BOUNDED]
        self.steps = its._replace(
            actions=_added(its.actions, self._filled[0], actions),
            targets=_added(its.targets, self._filled[0], targets),
            rules=_added(its.rules, self._filled[1], rules),
        )
        self._filled[0] += count
        self._filled[1] += len(rules)
        self._expanded[states] = True

    def _widen(self) -> None:
        """Have room for what is known of each state."""
        room = len(self._expanded)
        if room >= self.size:
            return
        more = max(self.size, 2 * room) - room
        its = self.steps
        self.steps = its._replace(
            starts=longer(its.starts, more),
            bounded=longer(its.bounded, more),
            urgent=longer(its.urgent, more),
            since=longer(its.since, more),
            begins=longer(its.begins, more),
            ends=longer(its.ends, more),
        )
        self._expanded = longer(self._expanded, more)
        self._followed = longer(self._followed, more)


def _added(array: np.ndarray, filled: int, more: np.ndarray) -> np.ndarray:
    """Return an array with more behind what it is filled with; it grows by doubling."""
    needed = filled + len(more)
    if needed > len(array):
        array = longer(array, max(needed, 2 * len(array)) - len(array))
    array[filled:needed] = more
    return array


def longer(array: np.ndarray, more: int, value: int = 0) -> np.ndarray:
    """Return an array with so many more entries of a value along its first axis."""
    # Zeros cost nothing until they are used.
    found = np.zeros((len(array) + more, *array.shape[1:]), array.dtype)
    found[: len(array)] = array
    if value:
        found[len(array) :] = value
    return found
