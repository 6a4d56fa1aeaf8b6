"""The packed explorer: the reference search over words, with the same numbers and the same runs."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence
from copy import copy as shallow
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from hamodel.budget import NO_FAULT, Budget
from hamodel.engine.checkpoint import Checkpoint
from hamodel.engine.explored import Edge, Progress, Runs, Threads
from hamodel.engine.graph import Fairness, Lasso
from hamodel.engine.limits import NO_LIMITS, Cut, Limits, MemoryLimitError, Meter, cut_by
from hamodel.engine.packed import graphs, kernels, refinement
from hamodel.engine.packed.crew import Crew, Worker
from hamodel.engine.packed.graphs import Flags
from hamodel.engine.packed.guards import Ints, tables_of
from hamodel.engine.packed.kept import Keeper, Kept, identity
from hamodel.engine.packed.layout import Layout, Words
from hamodel.engine.packed.listed import Edges, Listed
from hamodel.engine.packed.program import program
from hamodel.engine.packed.rows import Rows
from hamodel.engine.packed.table import Table
from hamodel.engine.reference import Product
from hamodel.errors import SearchError
from hamodel.expr import Expr, Value
from hamodel.property import Property
from hamodel.system import System
from hamodel.verdict import Finding

TOLD = 32
"""After how many batches it is said how far the search is."""
LOOKED_AT = 1 << 16
"""In how many states it is looked at once whether something holds."""
STATES_MAX = (1 << 31) - 2
EDGE, START = 6, 8
"""How many bytes a step takes, and where the steps of a state begin."""


class PackedExploration(Runs):
    """
    What the packed search reached; read as `reference.Exploration` is.

    Attributes
    ----------
    product, layout, program
        What is searched.
    limits, cut
        Where the search was to be cut short, and what has cut it short, if anything did.
    transitions
        How many steps lead from the expanded states, loops included.
    """

    cut: Cut | None

    def __init__(self, product: Product) -> None:
        self.product = product
        self.layout = Layout(product.variables)
        self.program = program(self.layout, product)
        self.dims = (0,) * self.layout.words
        self.limits, self.cut = NO_LIMITS, None
        self.transitions = 0
        self._levels = [0]
        self._expanded = 0
        self._rows = Rows(np.array([self.layout.pack(product.initial)], np.uint64))
        self._size = 1
        self._table = Table(self.layout)
        self._edges: Edges | None = None
        self._meter = Meter(NO_LIMITS)
        self._crew = Crew(self.program, self.layout.words)

    @property
    def complete(self) -> bool:
        """Whether every reachable state was expanded."""
        return self.cut is None

    @property
    def _store(self) -> Words:
        return self._rows.array

    @property
    def words(self) -> Words:
        """Every distinct state as words, in the order in which they were found."""
        return self._store[: self._size]

    @property
    def states(self) -> Sequence[tuple[Value, ...]]:
        """Every distinct state as a tuple of values, in the same order."""
        return Listed(self._size, lambda i: self.layout.unpack(self._store[i].tolist()))

    @property
    def depths(self) -> Sequence[int]:
        """The length of a shortest run to each state."""
        return Listed(self._size, lambda i: bisect_right(self._levels, i) - 1)

    @property
    def depth(self) -> int:
        """The length of the longest of the shortest runs."""
        return self.depths[-1]

    @property
    def edges(self) -> Edges:
        """
        For every expanded state its steps; found by expanding them once more.

        Raises
        ------
        MemoryError
            If there is no room for them, or not within the limit.
        """
        if self._edges is None or len(self._edges) < self._expanded:
            self._edges = self._found_edges()
        return self._edges

    @property
    def known_edges(self) -> Edges | None:
        """The steps of every expanded state, if they were asked for before."""
        edges = self._edges
        return edges if edges is not None and len(edges) == self._expanded else None

    @property
    def expanded(self) -> int:
        """How many states are expanded: the first ones."""
        return self._expanded

    def steps_of(self, states: Ints) -> tuple[Ints, npt.NDArray[np.uint16], npt.NDArray[np.int32]]:
        """Return how many steps some expanded states have; of each its action and its target."""
        most = (EDGE * self.transitions // self._expanded + START) * len(states)
        self._meter.check_room(most)
        rows = self._store[states]
        found: list[tuple[Ints, npt.NDArray[np.uint16], npt.NDArray[np.int32]]] = []
        done = 0
        with self._crew:
            while done < len(rows):
                shares = self._crew.shares(done, len(rows))
                for worker in self._crew.work(shares, self._stepping(rows)):
                    count, ends = worker.count, worker.ends[: worker.sources]
                    counts = np.diff(ends, prepend=0)
                    its = worker.actions[:count].copy(), worker.numbers[:count].copy()
                    found.append((counts, *its))
                    done += worker.sources
        counts, actions, targets = (np.concatenate(each) for each in zip(*found, strict=True))
        return counts, actions, targets

    def _stepping(self, rows: Words) -> Callable[[Worker, range], None]:
        """Return what finds the steps of some of these states."""

        def steps(worker: Worker, its: range) -> None:
            worker.expand(rows, its, loops=True)
            worker.find(self._store, self._size, self._table)

        return steps

    @property
    def happening(self) -> list[int]:
        """The places of the actions that happen in some expanded state."""
        if not self._expanded:
            return []  # To find no steps takes no memory, however little there may be.
        found: list[int] = np.unique(self.edges.actions).tolist()
        return found

    @property
    def deadlocks(self) -> list[int]:
        """The expanded states that no step leaves."""
        found: list[int] = np.flatnonzero(np.diff(self.edges.starts) == 0).tolist()
        return found

    def holds(self, guard: Expr) -> Flags:
        """Return for each state whether a guard holds in it."""
        return kernels.held(self.dims, tables_of(self.layout, guard), self.words)

    def where(self, guard: Expr) -> list[int]:
        """Return the states in which a guard holds, in order."""
        found: list[int] = np.flatnonzero(self.holds(guard)).tolist()
        return found

    def values_at(self, names: Sequence[str], states: Iterable[int]) -> set[tuple[Value, ...]]:
        """Return the values that these variables have together in some of these states."""
        words = self._store[np.fromiter(states, np.int64)] & self.layout.mask(names)
        order = [self.product.names.index(name) for name in names]
        found = (self.layout.unpack(its) for its in np.unique(words, axis=0).tolist())
        return {tuple([values[place] for place in order]) for values in found}

    def numbered(
        self, names: Sequence[str], states: Sequence[int]
    ) -> tuple[list[int], list[tuple[Value, ...]]]:
        """Number the values that these variables have in some states, as they come first."""
        words = self._store[np.fromiter(states, np.int64)] & self.layout.mask(names)
        numbers = np.empty(len(words), np.int32)
        refinement.numbered(words, numbers)
        _, first = np.unique(numbers, return_index=True)
        order = [self.product.names.index(name) for name in names]
        found = (self.layout.unpack(its) for its in words[first].tolist())
        return numbers.tolist(), [tuple([its[place] for place in order]) for its in found]

    def region(self, begins: Iterable[int]) -> Flags:
        """Return for each state whether some states lead there, or it is one of them."""
        region = np.zeros(self._size, np.bool_)
        region[np.fromiter(begins, np.int64)] = True
        graphs.reach(self.edges.starts, self.edges.targets, np.zeros_like(region), region)
        return region

    def reached(self, begins: Iterable[int]) -> dict[int, tuple[Edge, ...]]:
        """Return the steps of some states and of all that they lead to, by state, in order."""
        return self.edges.of(np.flatnonzero(self.region(begins)))

    def first(self, guard: Expr) -> int | None:
        """Return the first state found in which the guard holds, one of the nearest, or None."""
        guards = tables_of(self.layout, guard)
        for begin in range(0, self._size, LOOKED_AT):
            held = kernels.held(self.dims, guards, self.words[begin : begin + LOOKED_AT])
            if held.any():
                return begin + int(held.argmax())
        return None

    def numbers_of(self, states: Iterable[tuple[Value, ...]]) -> list[int]:
        """Return the number of each of these states; -1 for one that was not found."""
        wanted = list(states)
        words, places = self.layout.packed(wanted)
        numbers = np.full(len(wanted), -1)
        self._make_room(0)
        worker = Worker.holding(self.program, words)
        worker.find(self._store, self._size, self._table)
        numbers[places] = worker.numbers
        return numbers.tolist()

    def first_steps(self) -> dict[int, int]:
        """Return for each action that happens, by its place, the first state that it leaves."""
        return self.edges.first_sources()

    def depths_of(self, states: Ints) -> Ints:
        """Return the length of a shortest run to each of these states."""
        return np.searchsorted(self._levels, states, side="right") - 1

    def actions_to(self, i: int) -> list[int]:
        """
        Return the places of the actions of a shortest run to state `i`.

        No parent is stored: the first state of the level before that leads there is found again.
        """
        places = []
        for depth in range(self.depths[i], 0, -1):
            begin, end = self._levels[depth - 1 : depth + 1]
            i, action = kernels.parent(
                self.dims, self.program, self._store, begin, end, self._store[i]
            )
            places.append(action)
        return places[::-1]

    def check_time(self) -> None:
        """Raise TimeLimitError if the limit on the time has been met since the search began."""
        self._meter.check_time()

    def unfulfilled(self, given: Expr, expr: Expr, fair: Collection[str]) -> Lasso | None:
        """Return a fair run on which a premise holds once and its conclusion never after."""
        from hamodel.engine.packed.runs import unfulfilled_packed

        return unfulfilled_packed(self, given, expr, Fairness(self, fair))

    def held_up(self, given: Expr, expr: Expr, fair: Collection[str]) -> list[int]:
        """Return the states in which such a run can stay for ever, in order."""
        from hamodel.engine.packed.runs import traps_packed

        return traps_packed(self, given, expr, Fairness(self, fair)).numbers

    def compare(self, prop: Property) -> Finding:
        """Return whether the observers of a property can tell its fault."""
        from hamodel.engine.packed.transparency import compare_packed

        return compare_packed(self, prop)

    def expand(
        self,
        limits: Limits = NO_LIMITS,
        progress: Progress | None = None,
        begun: float | None = None,
        keeper: Keeper | None = None,
        threads: Threads = 1,
    ) -> None:
        """
        Expand every state not yet expanded, and those found then, in their order.

        `begun` is when the clock of the limits began; by default now. What cuts it short, be it
        that there is no more memory, is in `cut`. The keeper is called after levels and at last.
        With several threads the same states are found in the same order.
        """
        self._crew.threads = threads
        self.limits = replace(limits, states=min(limits.states or STATES_MAX, STATES_MAX))
        self.cut, self._meter = None, Meter(self.limits, begun)
        with self._crew:
            self._expand_levels(progress, keeper)
        if keeper is not None:
            keeper.keep(self.kept(), at_last=True)

    def _expand_levels(self, progress: Progress | None, keeper: Keeper | None) -> None:
        batches = 0
        while self.cut is None and self._expanded < self._size:
            if self._expanded == self._levels[-1]:
                if keeper is not None:
                    keeper.keep(self.kept())
                self._levels.append(self._size)
            batches += 1
            if progress is not None and batches % TOLD == 1 % TOLD:
                waiting = self._size - self._expanded
                progress(self._size, waiting, self.depths[self._expanded])
            try:
                self.cut = self._meter.met() or self._batch()
            except MemoryError as error:
                self.cut = cut_by(error)

    def kept(self) -> Kept:
        """Return what another process needs to go on; not a copy."""
        return Kept(np.array(self._levels, np.int64), self.words, self._expanded, self.transitions)

    def take(self, kept: Kept) -> None:
        """Go on from where another process was."""
        self._levels, self._edges = kept.levels.tolist(), None
        self._rows, self._size = Rows(kept.words), len(kept.words)
        self._expanded, self.transitions = kept.expanded, kept.transitions
        self._make_room(0)

    def extended(self, words: Words) -> tuple[PackedExploration, Ints]:
        """
        Return a copy that has these states too and all that follows, and their numbers in it.

        Runs to states that only the copy has are not known.
        """
        copy = shallow(self)
        return copy, copy.add(words)

    def add(self, words: Words) -> Ints:
        """Add these states, which no run need lead to, and all that follows; see `extended`."""
        # Arrays of its own: the exploration that this is a copy of keeps its.
        self._rows, self._table = Rows(self.words.copy()), self._table.copy()
        self._levels = list(self._levels)
        self._make_room(len(words))
        worker = Worker.holding(self.program, words)
        worker.sift(self._store, self._size, self._table)
        self._insert(worker, STATES_MAX)
        worker.find(self._store, self._size, self._table)
        self.expand(replace(self.limits, states=None, time=None), threads=self._crew.threads)
        if not self.complete:
            raise MemoryLimitError if self.cut is Cut.MEMORY else MemoryError
        return worker.numbers.astype(np.int64)

    def _batch(self) -> Cut | None:
        """Expand some states of the level, as many as there is room for; tell of the limit."""
        limit = self.limits.states or STATES_MAX
        shares = self._crew.shares(self._expanded, self._levels[-1], self._table.room(self._size))
        self._make_room(sum(map(self._crew.room, shares)))

        def successors(worker: Worker, its: range) -> None:
            worker.expand(self._store, its, loops=False)
            # What is being inserted meanwhile may not be whole: how many are is asked now.
            worker.sift(self._store, self._size, self._table)

        for worker in self._crew.work(shares, successors):
            done = self._insert(worker, limit)
            self._expanded += done
            self.transitions += int(worker.steps[done - 1]) if done else 0
            if done < worker.sources or self._size > limit:
                return None if self._expanded == self._size else Cut.STATES
            if worker.wrong >= 0:
                self._raise(self._expanded)
        return None

    def _insert(self, worker: Worker, limit: int) -> int:
        """Number the successors that a worker found; return of how many states."""
        self._size, done = worker.insert(self._store, self._size, limit, self._table)
        return done

    def _make_room(self, more: int) -> None:
        """Have room for so many more states, in the list and in the table."""
        needed = self._size + more
        self._rows.grow(needed)
        self._table.grow(needed, self._store, self._size, self._meter, self._crew)

    def _raise(self, i: int) -> None:
        """Raise the error that the reference search meets in a state."""
        try:
            for _ in self.product.steps(self.state(i)):
                pass
        except SearchError as error:
            story = (f"{n:4}. {name}" for n, name in enumerate(self.run_to(i), start=1))
            raise SearchError(error.code, "\n".join((error.message, *story))) from None
        raise AssertionError("the reference search sees no error there")

    def _found_edges(self) -> Edges:
        self._meter.check_room(EDGE * self.transitions + START * (self._expanded + 1))
        starts = np.zeros(self._expanded + 1, np.int64)
        actions = np.empty(self.transitions, np.uint16)
        targets = np.empty(self.transitions, np.int32)
        done, filled = 0, 0
        if self._edges is not None:  # of what was expanded before states were added
            done, filled = len(self._edges), len(self._edges.actions)
            starts[: done + 1] = self._edges.starts
            actions[:filled], targets[:filled] = self._edges.actions, self._edges.targets

        with self._crew:
            while done < self._expanded:
                shares = self._crew.shares(done, self._expanded)
                for worker in self._crew.work(shares, self._stepping(self._store)):
                    count, sources = worker.count, worker.sources
                    its = slice(filled, filled + count)
                    starts[done + 1 : done + sources + 1] = filled + worker.ends[:sources]
                    actions[its] = worker.actions[:count]
                    targets[its] = worker.numbers[:count]
                    done, filled = done + sources, filled + count
        return Edges(starts, actions, targets)


def explore_packed(
    system: System,
    budget: Budget = NO_FAULT,
    *,
    limit_states: int | None = None,
    limits: Limits = NO_LIMITS,
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
    begun: float | None = None,
    threads: Threads = 1,
) -> PackedExploration:
    """
    Search every state that a run within the budget can reach; as `reference.explore`.

    With a checkpoint the search is kept after each level, unless it was kept just before, and at
    last, be it whole or cut short.

    Raises
    ------
    SearchError
        HA040 (with the run that leads there), HA044, HA045; HA046, HA047 or HA048 for a
        checkpoint that is not this search's, HA074 for one that cannot be written.
    TooWideError
        If the system does not fit into the words of a packed state.
    """
    limits = limits.but(limit_states)
    exploration = PackedExploration(Product(system, budget))
    keeper = None
    if checkpoint is not None:
        its = exploration.product, exploration.layout, exploration.program
        keeper = Keeper(checkpoint.path, identity(*its))
        if checkpoint.resumes:
            exploration.take(keeper.read())
    exploration.expand(limits, progress, begun, keeper, threads)
    return exploration
