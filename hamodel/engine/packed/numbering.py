"""
Kernels that look states up in a table of those known, and give new ones a number.

What a table is, `table.Table` says. Its slots are read line by line, as the processor brings them
from memory, and no branch depends on which slot it is; every lookup is begun long before it is
ended, so that the processor waits for many at once. As for other kernels see `kernels`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hamodel.engine.packed.compiling import (
    LINE,
    ONE,
    ZERO,
    Dims,
    compiled,
    look,
    lowest_bit,
    part,
    touch,
)
from hamodel.engine.packed.guards import Ints
from hamodel.engine.packed.layout import Words

BLOCK = 256
"""How many lookups are begun before the first of them is ended."""
_MIX_1 = np.uint64(0x9E3779B97F4A7C15)
_MIX_2 = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)


@part
def hashed(dims: Dims, flat: Words, begin: Any) -> np.uint64:
    """Return a mixed number of the state whose first word lies there in a flat array."""
    mixed = ZERO
    for w in range(len(dims)):
        mixed = (mixed ^ flat[begin + np.uint64(w)]) * _MIX_1
        mixed ^= mixed >> _HALF
    mixed *= _MIX_2
    return mixed ^ (mixed >> _HALF)


@part
def same(dims: Dims, one: Words, begin: Any, other: Words, other_begin: Any) -> bool:
    """Return whether the states that lie there in flat arrays are one."""
    differs = ZERO
    for w in range(len(dims)):
        differs |= one[begin + np.uint64(w)] ^ other[other_begin + np.uint64(w)]
    return bool(differs == ZERO)


@part
def tag(exact: bool, table: Words, flat: Words, begin: Any, mixed: np.uint64) -> Any:
    """Return what a slot says of the state that lies there, beside its number."""
    if exact:
        return flat[begin] << np.uint64(lowest_bit(np.uint64(len(table))))
    return mixed & ~np.uint64(len(table) - 1)


@part
def home(table: Words, mixed: np.uint64) -> np.uint64:
    """Return the first slot of the line where a state belongs."""
    return mixed & np.uint64(len(table) - LINE)


@part
def probe(
    dims: Dims,
    exact: bool,
    table: Words,
    known: Words,
    whole: np.uint64,
    wanted: Words,
    begin: Any,
    mixed: np.uint64,
) -> tuple[np.uint64, np.uint64]:
    """
    Look for the state that lies there among the first `whole` of those known.

    Returns
    -------
    tuple
        1 + its number, or 0 for a state that is not among them; and the slot where it would lie.
    """
    mask, words = np.uint64(len(table) - 1), np.uint64(len(dims))
    its = tag(exact, table, wanted, begin, mixed)
    line = home(table, mixed)
    while True:
        like, free = look(table, line, its)
        like &= ~free
        while like != ZERO:
            number = table[line + np.uint64(lowest_bit(like))] & mask
            if exact or (
                number <= whole and same(dims, known, (number - ONE) * words, wanted, begin)
            ):
                return number, line
            like &= like - ONE
        if free != ZERO:
            return ZERO, line + np.uint64(lowest_bit(free))
        line = (line + np.uint64(LINE)) & mask


@part
def approach(
    dims: Dims,
    exact: bool,
    table: Words,
    known: Words,
    wanted: Words,
    first: np.uint64,
    last: np.uint64,
    mixed: Words,
) -> None:
    """
    Mix some states, and have all that `probe` reads first brought from memory.

    One loop after the other, so that the processor waits for many at once.
    """
    words, mask = np.uint64(len(dims)), np.uint64(len(table) - 1)
    for k in range(first, last):
        mixed[k] = hashed(dims, wanted, k * words)
        touch(table, home(table, mixed[k]))
    if not exact:
        for k in range(first, last):
            line = home(table, mixed[k])
            like, free = look(table, line, mixed[k] & ~mask)
            like &= ~free
            if like != ZERO:
                number = table[line + np.uint64(lowest_bit(like))] & mask
                touch(known, (number - ONE) * words)


@compiled
def sift(
    dims: Dims,
    exact: bool,
    room: Words,
    count: int,
    states: Words,
    size: int,
    table: Words,
    mixed: Words,
    recent: Any,
    fresh: Ints,
) -> int:
    """
    Put into `fresh` the places of the successors that are not among the states, in order.

    Of those that are the same state mostly the first alone: unless `recent` has forgotten it.

    Nothing that is shared is written, so that several threads can do this at once, while one
    inserts: the words of states beyond `size` may not be there yet, and are not looked at.

    Parameters
    ----------
    exact
        Whether a slot says all of its state.
    room, count
        Successors, and how many there are.
    states, size, table
        The states known; see `table.Table`.
    mixed
        To be filled with the mixed number of each successor.
    recent
        By mixed number the place of the last successor that was not known; a power of two of them.
        What is in it of another share does no harm: the place comes later, or has other words.

    Returns
    -------
    int
        How many there are in `fresh`.
    """
    # Flat arrays without negative places: a quarter less time than rows by signed numbers.
    words, whole, new = np.uint64(len(dims)), np.uint64(size), ZERO
    wanted, known = room.reshape(-1), states.reshape(-1)
    total, kept, first = np.uint64(count), np.uint64(len(recent) - 1), ZERO
    while first < total:
        last = min(total, first + np.uint64(BLOCK))
        approach(dims, exact, table, known, wanted, first, last, mixed)
        for k in range(first, last):
            number, _ = probe(dims, exact, table, known, whole, wanted, k * words, mixed[k])
            if number == ZERO:
                # Who has the same words and was looked up before was not known either.
                before = np.uint64(recent[mixed[k] & kept])
                again = before < k and same(dims, wanted, before * words, wanted, k * words)
                recent[mixed[k] & kept] = k
                fresh[new] = k
                new += np.uint64(not again)
        first = last
    return int(new)


@compiled
def insert(
    dims: Dims,
    exact: bool,
    room: Words,
    ends: Ints,
    sources: int,
    mixed: Words,
    fresh: Ints,
    new: int,
    states: Words,
    size: int,
    limit: int,
    table: Words,
) -> tuple[int, int]:
    """
    Give every successor that is not among the states the next number, in order.

    Parameters
    ----------
    room, ends, sources
        The successors of so many states, and where each one's end.
    mixed, fresh, new
        Those that were not known, as `sift` found them; others may have been inserted since.
    states, size
        The states known, and how many; room for as many more.
    limit
        No state is expanded once there are more states than this.
    exact, table
        As for `sift`; with room for all.

    Returns
    -------
    tuple
        How many states there are now, and how many of `sources` were expanded.
    """
    if size > limit:
        return size, 0
    words = np.uint64(len(dims))
    wanted, known = room.reshape(-1), states.reshape(-1)
    source, begun = 0, 0
    for j in range(new):
        if j == begun:
            begun = min(new, begun + BLOCK)
            for ahead in range(j, begun):
                touch(table, home(table, mixed[fresh[ahead]]))
        k = fresh[j]
        if ends[source] <= k:
            if size > limit:
                break
            while ends[source] <= k:
                source += 1
        begin, number = np.uint64(k) * words, np.uint64(size)
        found, slot = probe(dims, exact, table, known, number, wanted, begin, mixed[k])
        if found == ZERO:
            for w in range(len(dims)):
                known[number * words + np.uint64(w)] = wanted[begin + np.uint64(w)]
            size += 1
            table[slot] = tag(exact, table, wanted, begin, mixed[k]) | np.uint64(size)
    return size, source + 1 if size > limit else sources


@part
def put(
    dims: Dims,
    exact: bool,
    table: Words,
    known: Words,
    number: np.uint64,
    mixed: np.uint64,
    begin: np.uint64,
    end: np.uint64,
) -> bool:
    """Put a state that is not there into a free slot between these; False if it belongs beyond."""
    line = home(table, mixed)
    while True:
        _, free = look(table, line, ZERO)
        if free != ZERO:
            break
        line = (line + np.uint64(LINE)) & np.uint64(len(table) - 1)
        if line < begin or line >= end:
            return False
    its = tag(exact, table, known, number * np.uint64(len(dims)), mixed)
    table[line + np.uint64(lowest_bit(free))] = its | (number + ONE)
    return True


@compiled
def fill(
    dims: Dims,
    exact: bool,
    states: Words,
    size: int,
    table: Words,
    begin: int,
    end: int,
    left: Ints,
) -> int:
    """
    Put all states that belong between these slots into a table where nothing is between them.

    No other slot is read or written, so that several threads can do this at once, each with slots
    of its own.

    Parameters
    ----------
    states, size
        The states, and how many.
    exact, table
        As for `sift`.
    begin, end
        The first slot, and the one after the last; each begins a line, or ends the table.
    left
        To be filled with the numbers of those for which there was no slot, as far as there is room.

    Returns
    -------
    int
        How many of these there are.
    """
    words, known, total = np.uint64(len(dims)), states.reshape(-1), np.uint64(size)
    low, high, lost = np.uint64(begin), np.uint64(end), 0
    mixed, first = np.empty(BLOCK, np.uint64), ZERO
    while first < total:
        last = min(total, first + np.uint64(BLOCK))
        for i in range(first, last):
            its = hashed(dims, known, i * words)
            mixed[i - first] = its
            if low <= home(table, its) < high:
                touch(table, home(table, its))
        for i in range(first, last):
            its = mixed[i - first]
            inside = low <= home(table, its) < high
            if inside and not put(dims, exact, table, known, np.uint64(i), its, low, high):
                if lost < len(left):
                    left[lost] = np.int64(i)
                lost += 1
        first = last
    return lost


@compiled
def add(dims: Dims, exact: bool, states: Words, numbers: Ints, table: Words) -> None:
    """Put the states of these numbers, which are not there, into a table."""
    words, known, end = np.uint64(len(dims)), states.reshape(-1), np.uint64(len(table))
    for number in numbers:
        i = np.uint64(number)
        put(dims, exact, table, known, i, hashed(dims, known, i * words), ZERO, end)


@compiled
def find(
    dims: Dims,
    exact: bool,
    room: Words,
    count: int,
    states: Words,
    size: int,
    table: Words,
    mixed: Words,
    found: Any,
) -> None:
    """Put into `found` the numbers of the first `count` in `room`; -1 for one that is not known."""
    words, whole = np.uint64(len(dims)), np.uint64(size)
    wanted, known = room.reshape(-1), states.reshape(-1)
    total, first = np.uint64(count), ZERO
    while first < total:
        last = min(total, first + np.uint64(BLOCK))
        approach(dims, exact, table, known, wanted, first, last, mixed)
        for k in range(first, last):
            number, _ = probe(dims, exact, table, known, whole, wanted, k * words, mixed[k])
            found[k] = np.int64(number) - 1
        first = last
