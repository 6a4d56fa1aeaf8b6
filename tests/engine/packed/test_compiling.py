"""Compiling: with a cache or without; what is written for the processor does what is said."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import pytest

from hamodel.engine.packed import compiling
from hamodel.engine.packed.compiling import LINE, look, lowest_bit, touch


@numba.njit
def compiled_lowest_bit(bits: Any) -> Any:
    """Return the same by the processor."""
    return lowest_bit(bits)


@numba.njit
def compiled_look(table: Any, line: Any, its: Any) -> Any:
    """Return the same by the processor."""
    return look(table, line, its)


@numba.njit
def compiled_touch(array: Any, place: Any) -> Any:
    """Touch one word, and return another."""
    touch(array, place)
    return array[0]


@pytest.mark.parametrize("place", range(64))
def test_the_lowest_bit_of_every_place(place: int) -> None:
    """Of a word with one bit, and with all bits above it."""
    for bits in (np.uint64(1 << place), np.uint64((1 << 64) - (1 << place))):
        assert place == lowest_bit(bits) == compiled_lowest_bit(bits)


def test_a_line_is_looked_at_at_once() -> None:
    """Of two lines the second: the slots that say 5 are the first and the fourth, four are free."""
    table = np.zeros(2 * LINE, np.uint64)
    table[:LINE] = 16 * 5
    table[LINE : LINE + 4] = (16 * 5 + 3, 16 * 4 + 2, 7, 16 * 5 + 1)
    its = np.uint64(LINE), np.uint64(16 * 5)

    assert (0b1001, 0b11110000) == tuple(map(int, look(table, *its))) == compiled_look(table, *its)


def test_the_highest_bits_are_compared_too() -> None:
    """A slot that says nearly the same of its state."""
    table = np.full(LINE, (1 << 63) + 8, np.uint64)
    its = np.uint64(0), np.uint64(8)

    assert (0, 0) == tuple(map(int, look(table, *its))) == compiled_look(table, *its)


def test_what_is_touched_stays_as_it_is() -> None:
    """A word of a flat array, the last."""
    words = np.arange(9, dtype=np.uint64)

    assert 0 == compiled_touch(words, np.uint64(8))
    touch(words, np.uint64(8))
    assert list(range(9)) == words.tolist()


def test_where_nothing_can_be_cached_it_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numba refuses to cache what lies in no folder that can be written to."""
    real = numba.njit

    def refusing(**settings: Any) -> Any:
        if settings.get("cache"):
            raise RuntimeError("cannot cache function 'twice': no locator available")
        return real(**settings)

    monkeypatch.setattr(numba, "njit", refusing)

    def twice(number: int) -> int:
        return 2 * number

    assert 6 == compiling.compiled(twice)(3)
