"""Rows that grow: they keep what is in them, wherever their pages go."""

from __future__ import annotations

import mmap

import numpy as np
import pytest

from hamodel.engine.packed import rows as module
from hamodel.engine.packed.rows import FEW, Rows, zeros

SIZES = (2, 100, FEW // 2, FEW, 3 * FEW)
"""From rows that are copied to rows that are moved."""


def filled(count: int, words: int = 2) -> np.ndarray:
    """Return rows that differ from one another."""
    return np.arange(count * words, dtype=np.uint64).reshape(-1, words)


def grown(its: Rows) -> Rows:
    """Let rows grow step by step, and write to all that are new."""
    for size in SIZES:
        before = len(its.array)
        its.grow(size)
        its.array[before:] = filled(len(its.array))[before:]
    return its


@pytest.mark.parametrize("in_place", [True, False])
def test_rows_keep_what_is_in_them(monkeypatch: pytest.MonkeyPatch, in_place: bool) -> None:
    """Copied, moved by the system, or resized where it cannot move anything."""
    monkeypatch.setattr(module, "IN_PLACE", in_place and module.IN_PLACE)
    its = grown(Rows(filled(1)))

    assert 3 * FEW <= len(its.array)
    assert np.array_equal(filled(len(its.array)), its.array)


def test_rows_that_somebody_looks_at_stay_where_they_are() -> None:
    """Who has an array of them keeps it; the rows go on elsewhere."""
    its = grown(Rows(filled(1)))
    seen, size = its.array, len(its.array)
    its.grow(2 * size)
    its.array[:] = 0

    assert 2 * size == len(its.array)
    assert np.array_equal(filled(size), seen)


def test_a_system_without_large_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it is asked for and does not have is no lack of memory."""
    monkeypatch.setattr(mmap, "MADV_HUGEPAGE", -1, raising=False)
    its = grown(Rows(filled(1)))

    assert 3 * FEW <= len(its.array)
    assert np.array_equal(filled(len(its.array)), its.array)


@pytest.mark.skipif(not module.IN_PLACE, reason="the rows are not moved here")
@pytest.mark.parametrize("begun", [False, True])
def test_rows_for_which_there_is_no_room(begun: bool) -> None:
    """A MemoryError, and the rows are as before: the first time they are mapped, or later."""
    its = grown(Rows(filled(1))) if begun else Rows(filled(1))
    size = len(its.array)
    with pytest.raises(MemoryError):
        its.grow(1 << 58)

    assert np.array_equal(filled(size), its.array)
    its.grow(size + 1)
    assert np.array_equal(filled(size), its.array[:size])


def test_words_that_begin_as_0() -> None:
    """Many begin with a page, so that a line of slots is a line of the processor's."""
    for count in (0, 1, FEW, FEW + 1):
        words = zeros(count)
        words[-1:] = 1

        assert (count, min(count, 1)) == (len(words), int(words.sum()))
        assert count <= FEW or words.ctypes.data % mmap.PAGESIZE == 0


def test_words_for_which_there_is_no_room() -> None:
    """More than any machine has."""
    with pytest.raises(MemoryError):
        zeros(1 << 58)
