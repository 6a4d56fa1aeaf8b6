"""Rows of words: those that grow where they are, and those that begin as 0."""

from __future__ import annotations

import mmap
import sys
from contextlib import suppress

import numpy as np

from hamodel.engine.packed.layout import Words

FEW = 1 << 17
"""Up to how many words are copied to grow: a large page of Linux holds twice as many."""
WORD_BYTES = 8
IN_PLACE = sys.platform == "linux"
"""Whether the system can move the pages of what grows, instead of what is in them."""


def zeros(count: int) -> Words:
    """
    Return so many words that are 0; many begin with a page, which is large where there are some.

    Raises
    ------
    MemoryError
        If there is no room.
    """
    if count <= FEW:
        return np.zeros(count, np.uint64)
    try:
        return _rows_of(_pages(count * WORD_BYTES), 1).reshape(-1)
    except OSError as error:
        raise MemoryError from error


class Rows:
    """
    Rows of words that grow where they are: a copy would take the memory twice.

    Pages are taken when they are first written to, and large ones where there are some, as a
    search looks at its rows in no order.

    Attributes
    ----------
    array
        Shape (rows, words); replaced when there are more.
    """

    def __init__(self, array: Words) -> None:
        self.array = array
        self._map: mmap.mmap | None = None

    def grow(self, count: int) -> None:
        """
        Have at least so many rows; what is in the new ones is not said.

        Raises
        ------
        MemoryError
            If there is no room; the rows are then as before.
        """
        before, words = self.array.shape
        if count <= before:
            return
        count = max(count, before * 5 // 4)
        if count * words <= FEW:
            self._copied(np.empty((count, words), np.uint64))
        elif IN_PLACE:
            self._mapped(count, words)
        else:
            self.array.resize((count, words), refcheck=False)

    def _copied(self, fresh: Words) -> None:
        fresh[: len(self.array)] = self.array
        self.array = fresh

    def _mapped(self, count: int, words: int) -> None:
        size = count * words * self.array.itemsize
        try:
            if self._map is None or not self._moved(self._map, size):
                its = _pages(size)
                self._copied(_rows_of(its, words))
                self._map = its
        except OSError as error:
            raise MemoryError from error

    def _moved(self, its: mmap.mmap, size: int) -> bool:
        """Return whether the map could be moved: not while somebody else looks at it."""
        words = self.array.shape[1]
        self.array = np.empty((0, words), np.uint64)
        try:
            its.resize(size)
        except BufferError:
            return False
        finally:
            self.array = _rows_of(its, words)
        return True


def _pages(size: int) -> mmap.mmap:
    """Return so many bytes of this process alone; OSError if there is no room."""
    if sys.platform == "win32":
        return mmap.mmap(-1, size)
    return mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)


def _rows_of(pages: mmap.mmap, words: int) -> Words:
    with suppress(OSError, AttributeError):  # a system without large pages does without
        pages.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(pages, np.uint64).reshape(-1, words)
