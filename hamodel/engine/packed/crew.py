"""Who expands states: this thread alone, or others beside it, each share with room of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import cycle
from typing import Self

import numpy as np

from hamodel.engine.explored import Threads
from hamodel.engine.packed import kernels, numbering
from hamodel.engine.packed.layout import Words
from hamodel.engine.packed.program import Program
from hamodel.engine.packed.table import Table

BATCH = 2048
"""How many states are expanded before their successors are looked up: a share."""
ROOM = 1 << 15
"""How many successors these can have; if they have more, fewer states are expanded."""
RECENT = 1 << 13
"""Of how many successors it is known that they were met in this share: they stay in the cache."""
SHARES = 16
"""How many shares several threads have before them: after these they wait for one another."""
MOST = 64
"""How many they have where there is room for the successors of so many."""
HELD = 2
"""How many shares of each thread may wait to be taken: the memory of few is soon used again."""
FEW = 512
"""How many states are a share at least if there are several, so that all have something to do."""


class Worker:
    """
    What one needs to expand a share: it reads what all share, and writes what is its own.

    Attributes
    ----------
    sources
        How many states were expanded, from the first that it was given.
    wrong
        -1, or the action that left the range of a variable in the state after those.
    room, actions, ends, steps
        The successors, the actions that lead to them, and for each source where its own end, and
        how many steps leave it and those before it.
    mixed, recent, fresh, new
        Which successors are not known (`numbering.sift`).
    numbers
        The number of each successor, once they are found.
    """

    def __init__(self, program: Program, words: int, room: int | None = None) -> None:
        self.program, self.dims = program, (0,) * words
        self.sources, self.wrong, self.new = 0, -1, 0
        if room is None:
            room = ROOM + len(program.keep)  # for all of one state's at least
        self.room = np.empty((room, words), np.uint64)
        self.actions = np.empty(room, np.uint16)
        self.ends = np.empty(BATCH, np.int64)
        self.steps = np.empty(BATCH, np.int64)
        self.mixed = np.empty(room, np.uint64)
        self.recent = np.zeros(RECENT, np.uint32)
        self.fresh = np.empty(room, np.int64)
        self.numbers = np.empty(room, np.int32)

    @classmethod
    def holding(cls, program: Program, states: Words) -> Self:
        """Return a worker that has these states as if one state led to them all."""
        its = cls(program, states.shape[1], len(states))
        its.room[:] = states
        its.sources, its.ends[0] = 1, len(states)
        return its

    @property
    def count(self) -> int:
        """How many successors there are."""
        return int(self.ends[self.sources - 1]) if self.sources else 0

    def expand(self, states: Words, its: range, *, loops: bool) -> None:
        """Expand these states, as far as there is room; with steps that change nothing, or not."""
        self.sources, self.wrong = kernels.expand(
            self.dims,
            self.program,
            states,
            its.start,
            its.stop,
            loops,
            self.room,
            self.actions,
            self.ends,
            self.steps,
        )

    def sift(self, states: Words, size: int, table: Table) -> None:
        """Find out which successors are not among the first `size` states."""
        self.new = numbering.sift(
            self.dims,
            table.exact,
            self.room,
            self.count,
            states,
            size,
            table.slots,
            self.mixed,
            self.recent,
            self.fresh,
        )

    def insert(self, states: Words, size: int, limit: int, table: Table) -> tuple[int, int]:
        """Number those; return how many states there are then, and how many were expanded."""
        found: tuple[int, int] = numbering.insert(
            self.dims,
            table.exact,
            self.room,
            self.ends,
            self.sources,
            self.mixed,
            self.fresh,
            self.new,
            states,
            size,
            limit,
            table.slots,
        )
        return found

    def find(self, states: Words, size: int, table: Table) -> None:
        """Find the number of each successor among the first `size` states; -1 for none."""
        numbering.find(
            self.dims,
            table.exact,
            self.room,
            self.count,
            states,
            size,
            table.slots,
            self.mixed,
            self.numbers,
        )


class Crew:
    """
    Threads that share out the states of a round.

    Who did what, and when, makes no difference: what they found is taken in the order of the
    states.
    """

    def __init__(self, program: Program, words: int) -> None:
        self.threads: Threads = 1
        self._program, self._words = program, words
        self._workers: list[Worker] = []
        self._pool: ThreadPoolExecutor | None = None
        self._others = 0
        self._share = BATCH

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End the threads: a process that has some should not fork."""
        self._have(0)

    def _have(self, others: int) -> None:
        """Have so many threads beside this one, from now on."""
        if others != self._others:
            if self._pool is not None:
                self._pool.shutdown()
            self._pool = ThreadPoolExecutor(others, "hamodel-search") if others else None
            self._others = others

    @property
    def size(self) -> int:
        """How many threads there are, this one included."""
        return 1 + self._others

    def at_once(self, do: Callable[[int], int], parts: range) -> list[int]:
        """Let each of these parts be done, as many as the crew is, and return what came of each."""
        assert self._pool is not None or len(parts) == 1
        begun = [self._pool.submit(do, part) for part in parts[1:]] if self._pool else []
        return [do(parts[0]), *(each.result() for each in begun)]

    def shares(self, begin: int, end: int, room: int = 0) -> list[range]:
        """
        Return which states to expand in the next round, of those that can be, in shares.

        `room` is how many successors there is room for; for a few shares it will be made.
        """
        threads = self.threads if isinstance(self.threads, int) else self.threads()
        if threads == 1:
            self._have(0)
            return [range(begin, min(end, begin + self._share))]
        most = min(max(SHARES, room // self.room(range(self._share))), MOST)
        rounds = -(-(end - begin) // (self._share * most))
        stop = begin + -(-(end - begin) // rounds)
        size = min(self._share, max(FEW, -(-(stop - begin) // SHARES)))
        if stop - begin > size:
            self._have(threads - 1)
        return [range(first, min(first + size, stop)) for first in range(begin, stop, size)]

    def room(self, share: range) -> int:
        """Return how many successors a share has at most."""
        actions = len(self._program.keep)
        return min(ROOM + actions, len(share) * actions)

    def work(self, shares: list[range], do: Callable[[Worker, range], None]) -> Iterator[Worker]:
        """
        Let each share be done, and yield its worker, in the order of the shares.

        Meanwhile others are being done. The last that is yielded may have expanded fewer states
        than it was given, for want of room or for an error; what follows is dropped then.
        """
        ahead = HELD * self.size
        while len(self._workers) < min(ahead, len(shares)):
            self._workers.append(Worker(self._program, self._words))
        jobs = list(zip(cycle(self._workers[:ahead]), shares, strict=False))
        begun: list[Future[None]] = []
        try:
            for number, (worker, its) in enumerate(jobs):
                if len(jobs) == 1:
                    do(worker, its)
                else:
                    assert self._pool is not None
                    # Whose worker is free: what it had was taken.
                    more = jobs[len(begun) : number + ahead]
                    begun.extend(self._pool.submit(do, *job) for job in more)
                while begun and not begun[number].done():
                    # What nobody has begun, this thread does itself.
                    mine = next((n for n in range(number, len(begun)) if begun[n].cancel()), None)
                    if mine is None:
                        begun[number].result()
                    else:
                        do(*jobs[mine])
                yield worker
                if worker.sources < len(its):
                    if worker.wrong < 0:
                        self._share = max(1, worker.sources)  # so that this is not in vain again
                    return
        finally:
            for each in begun:
                each.cancel()
            wait(begun)
