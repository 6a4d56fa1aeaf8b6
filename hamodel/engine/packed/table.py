"""The table that says of a state which number it has."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy as shallow
from typing import Protocol, Self

import numpy as np

from hamodel.engine.limits import Meter
from hamodel.engine.packed import numbering
from hamodel.engine.packed.compiling import LINE
from hamodel.engine.packed.layout import WORD, Layout, Words
from hamodel.engine.packed.rows import zeros

LOAD = 0.75
"""How full the table becomes before it is doubled."""
LEAPS = 1 << 22
"""Up to so many slots it is a power of four, so that it is filled half as often."""
SHARED = 1 << 16
"""How many slots a table has at least that several threads fill."""
LEFT_MAX = 1 << 10
"""How many states each may find no slot for in its part, as the last lines there are full."""
SLOT = 8
"""How many bytes a slot takes."""


class Hands(Protocol):
    """Who can fill several parts of a table at once: `crew.Crew`."""

    @property
    def size(self) -> int:
        """How many parts at once."""

    def at_once(self, do: Callable[[int], int], parts: range) -> list[int]:
        """Let each of these parts be done, and return what came of each."""


class Table:
    """
    Which states are known, and by which number: open addressing by lines of slots.

    A slot is 0, or it has 1 + the number of a state in its lowest n bits, where the table has 2^n
    slots, and above them what tells that state from others: the state itself, if it is a word of
    few bits, or a part of its mixed number. A state lies in the line where it belongs, or if that
    is full, in the next. So most lookups wait for memory once, or look at one state alone.

    Attributes
    ----------
    slots
        The slots; replaced when there are more.
    """

    def __init__(self, layout: Layout) -> None:
        self.slots = zeros(0)
        self._dims = (0,) * layout.words
        self._width = layout.width

    @property
    def exact(self) -> bool:
        """Whether a slot says all of its state, so that the list of states need not be read."""
        return len(self._dims) == 1 and self._width + len(self.slots).bit_length() <= WORD + 1

    def room(self, size: int) -> int:
        """Return how many more states than `size` it has slots for."""
        return int(LOAD * len(self.slots)) - size

    def copy(self) -> Self:
        """Return one that grows apart from this one."""
        its = shallow(self)
        its.slots = self.slots.copy()
        return its

    def grow(
        self, needed: int, states: Words, size: int, meter: Meter, crew: Hands | None = None
    ) -> None:
        """
        Have slots for so many states; of `states`, the first `size` are in the table.

        Each of a crew fills a part of it. The table that was is given back before the new one is
        made: there is no room for both.

        Raises
        ------
        MemoryError
            If there is no room, or not within the limit; the table is then as before.
        """
        before = len(self.slots)
        if needed <= LOAD * before:
            return
        slots = max(LINE, 1 << int(needed / LOAD).bit_length())
        if slots < LEAPS and slots.bit_length() % 2 == 0:
            slots *= 2
        meter.check_room(SLOT * (slots - before))
        self.slots = zeros(0)
        try:
            self.slots = zeros(slots)
        except MemoryError:
            self.slots = zeros(before)
            raise
        finally:
            if len(self.slots):
                self._fill(states, size, crew)

    def _fill(self, states: Words, size: int, crew: Hands | None) -> None:
        """Put all states into the table, which is empty."""
        parts = 1 if crew is None or len(self.slots) < SHARED else crew.size
        bounds = [len(self.slots) * part // parts // LINE * LINE for part in range(parts + 1)]
        left = [np.empty(LEFT_MAX, np.int64) for _ in range(parts)]

        def fill(part: int) -> int:
            begin, end = bounds[part], bounds[part + 1]
            return numbering.fill(
                self._dims, self.exact, states, size, self.slots, begin, end, left[part]
            )

        lost = [fill(0)] if crew is None else crew.at_once(fill, range(parts))
        if max(lost) > LEFT_MAX:  # which takes states that nobody has: it is filled once more
            self.slots[:] = 0
            bounds[1:] = [len(self.slots)] * parts
            lost = [fill(0)]
        for its, count in zip(left, lost, strict=False):
            numbering.add(self._dims, self.exact, states, its[:count], self.slots)
