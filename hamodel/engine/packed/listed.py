"""Lists that are worked out when they are read: states, depths, and the steps of each state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, overload

import numpy as np
import numpy.typing as npt

from hamodel.engine.explored import Edge
from hamodel.engine.packed.guards import Ints

Item = TypeVar("Item")

PIECE = 1 << 20
"""How many steps are looked through at once."""


class Listed(Sequence[Item], Generic[Item]):
    """A list that is worked out item by item when it is read."""

    def __init__(self, size: int, item: Callable[[int], Item]) -> None:
        self._size, self._item = size, item

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, i: int) -> Item: ...
    @overload
    def __getitem__(self, i: slice) -> list[Item]: ...
    def __getitem__(self, i: int | slice) -> Item | list[Item]:
        if isinstance(i, slice):
            return [self._item(each) for each in range(self._size)[i]]
        return self._item(range(self._size)[i])


class Edges(Sequence[tuple[Edge, ...]]):
    """
    The steps of every expanded state, as compressed rows.

    Attributes
    ----------
    starts
        Shape (states + 1,): the steps of state i are `starts[i]` to `starts[i + 1]` less one.
    actions, targets
        Of each step the place of its action, and the number of the state that it leads to.
    """

    def __init__(
        self, starts: Ints, actions: npt.NDArray[np.uint16], targets: npt.NDArray[np.int32]
    ) -> None:
        self.starts, self.actions, self.targets = starts, actions, targets

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of(self, states: Ints) -> dict[int, tuple[Edge, ...]]:
        """Return the steps of these states, by state; quicker than to read them one by one."""
        counts = self.starts[states + 1] - self.starts[states]
        ends = np.cumsum(counts)
        its = np.repeat(self.starts[states] - ends + counts, counts) + np.arange(counts.sum())
        steps = list(zip(self.actions[its].tolist(), self.targets[its].tolist(), strict=True))
        ranges = zip(states.tolist(), (ends - counts).tolist(), ends.tolist(), strict=True)
        return {i: tuple(steps[begin:end]) for i, begin, end in ranges}

    @overload
    def __getitem__(self, i: int) -> tuple[Edge, ...]: ...
    @overload
    def __getitem__(self, i: slice) -> list[tuple[Edge, ...]]: ...
    def __getitem__(self, i: int | slice) -> tuple[Edge, ...] | list[tuple[Edge, ...]]:
        if isinstance(i, slice):
            return [self[each] for each in range(len(self))[i]]
        i = range(len(self))[i]
        its = slice(*self.starts[i : i + 2].tolist())
        return tuple(zip(self.actions[its].tolist(), self.targets[its].tolist(), strict=True))

    def first_sources(self) -> dict[int, int]:
        """Return for each action that happens, by its place, the first state that it leaves."""
        found: dict[int, int] = {}
        for begin in range(0, len(self.actions), PIECE):
            places, firsts = np.unique(self.actions[begin : begin + PIECE], return_index=True)
            sources = np.searchsorted(self.starts, begin + firsts, side="right") - 1
            for place, source in zip(places.tolist(), sources.tolist(), strict=True):
                found.setdefault(place, source)
        return found
