"""
The inner loops of the packed engine: free functions over arrays, compiled by Numba when first used.

Each has a plain twin, `kernel.py_func`, that runs without a compiler and gives the same.
A state is a row of words. Where a kernel takes `dims`, that is a tuple of as many zeros as a state
has words: its length is known when a kernel is compiled, so that loops over words are unrolled.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np
from llvmlite import ir as llvm
from numba.extending import intrinsic, overload

from hamodel.engine.packed.guards import Ints, Tables
from hamodel.engine.packed.layout import Words
from hamodel.engine.packed.program import Program

Kernel = TypeVar("Kernel", bound=Callable[..., Any])
Dims = tuple[int, ...]

ONE = np.uint64(1)
ZERO = np.uint64(0)
LANE = 64
FILLED = 512
"""How many slots are brought from memory before the first of them is written."""
_MIX_1 = np.uint64(0x9E3779B97F4A7C15)
_MIX_2 = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)


def compiled(function: Kernel) -> Kernel:
    """
    Compile a function when it is first called; the machine code is cached beside its source.

    Where nothing can be cached, in no folder of the user's either, it is compiled in every process.
    """
    try:
        return cast(Kernel, numba.njit(nogil=True, cache=True, error_model="numpy")(function))
    except RuntimeError:  # "cannot cache function …: no locator available"
        return cast(Kernel, numba.njit(nogil=True, error_model="numpy")(function))


def cached() -> bool:
    """Return whether the search has been compiled before, for some number of words."""
    place = cast(Any, expand).stats.cache_path
    return place is not None and any(Path(place).glob("kernels.expand-*.nbi"))


def cacheable() -> bool:
    """Return whether there is a folder in which machine code is cached."""
    return cast(Any, expand).stats.cache_path is not None


def part(function: Kernel) -> Kernel:
    """Compile a function into those that call it: a call with all these arrays costs more."""
    return cast(Kernel, numba.njit(forceinline=True, error_model="numpy")(function))


def prefetch(array: Any, row: Any) -> None:
    """Have a row of an array brought from memory before it is read; the plain twin need not."""


def _prefetch(_: Any, array: Any, _row: Any) -> Any:
    """Return the type of `prefetch`, and what writes its one instruction."""

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        rows, number = arguments
        its = context.make_array(signature.args[0])(context, builder, rows)
        begin = builder.ptrtoint(its.data, number.type)
        offset = builder.mul(number, builder.extract_value(its.strides, 0))
        byte, word = llvm.IntType(8).as_pointer(), llvm.IntType(32)
        place = builder.inttoptr(builder.add(begin, offset), byte)
        kinds = llvm.FunctionType(llvm.VoidType(), [byte, word, word, word])
        instruction = builder.module.declare_intrinsic("llvm.prefetch", [byte], kinds)
        how = [word(each) for each in (0, 3, 1)]  # to read; again soon; data
        builder.call(instruction, [place, *how])
        return context.get_dummy_value()

    return numba.void(array, numba.int64), write


_prefetch_row: Any = intrinsic(_prefetch)


@overload(prefetch, strict=False)
def _prefetched(_array: Any, _row: Any) -> Any:
    return lambda array, row: _prefetch_row(array, row)  # noqa: PLW0108 - a function it must be


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
def clauses_hold(dims: Dims, guards: Tables, guard: int, state: Words) -> bool:
    """Return whether every clause of a guard holds in a state."""
    for clause in range(guards.clauses[guard], guards.clauses[guard + 1]):
        found = False
        for cube in range(guards.cubes[clause], guards.cubes[clause + 1]):
            differs = ZERO
            for w in range(len(dims)):
                differs |= (state[w] & guards.masks[cube, w]) ^ guards.values[cube, w]
            if differs == ZERO:
                found = True
                break
        if found != guards.wanted[clause]:
            return False
    return True


@part
def look_up(guards: Tables, state: Words, lanes: Words) -> None:
    """Put into `lanes` a bit for every guard that no table rules out in a state."""
    row = np.uint64(guards.chunk_row[0]) + (
        (state[guards.chunk_word[0]] >> guards.chunk_shift[0]) & guards.chunk_mask[0]
    )
    for lane in range(len(lanes)):
        lanes[lane] = guards.rows[row, lane]
    for chunk in range(1, len(guards.chunk_word)):
        row = np.uint64(guards.chunk_row[chunk]) + (
            (state[guards.chunk_word[chunk]] >> guards.chunk_shift[chunk])
            & guards.chunk_mask[chunk]
        )
        for lane in range(len(lanes)):
            lanes[lane] &= guards.rows[row, lane]


@part
def lowest_bit(bits: np.uint64) -> int:
    """Return the place of the lowest one of a word that is not 0."""
    place = 0
    for half in (32, 16, 8, 4, 2, 1):
        if bits & ((ONE << np.uint64(half)) - ONE) == ZERO:
            bits >>= np.uint64(half)
            place += half
    return place


@part
def act(dims: Dims, program: Program, action: int, state: Words, after: Words) -> bool:
    """Put into `after` what an enabled action makes of a state; False if a step leaves a range."""
    for w in range(len(dims)):
        after[w] = (state[w] & program.keep[action, w]) | program.put[action, w]
    for move in range(program.moves[action], program.moves[action + 1]):
        when = program.move_when[move]
        if when >= 0 and not clauses_hold(dims, program.conditions, when, state):
            continue
        read = state[program.move_from[move]] >> program.move_shift[move, 0]
        code = np.int64(read & program.move_mask[move, 0]) + program.move_add[move]
        if code < 0 or code >= program.move_size[move]:
            if program.move_bounded[move]:
                return False
            code = code % program.move_size[move]
        shift = program.move_shift[move, 1]
        word = program.move_to[move]
        after[word] = (after[word] & ~(program.move_mask[move, 1] << shift)) | (
            np.uint64(code) << shift
        )
    return True


@compiled
def expand(
    dims: Dims,
    program: Program,
    states: Words,
    begin: int,
    end: int,
    room: Words,
    actions: Any,
    ends: Ints,
) -> tuple[int, int]:
    """
    Put the successors of some states into `room`, in order, as far as there is room.

    Parameters
    ----------
    states, begin, end
        Those from `begin` to `end` are expanded.
    room, actions
        The successors and the actions that lead to them; room for all of one state's at least.
    ends
        For each expanded state where its successors end in `room`.

    Returns
    -------
    tuple
        How many states were expanded; -1 or the action that left the range of a variable, in the
        state after those.
    """
    lanes = np.empty(program.guards.rows.shape[1], np.uint64)
    total = len(program.keep)
    count = 0
    for i in range(begin, end):
        if count + total > len(room):
            return i - begin, -1
        state = states[i]
        look_up(program.guards, state, lanes)
        for lane in range(len(lanes)):
            bits = lanes[lane]
            while bits != ZERO:
                action = lane * LANE + lowest_bit(bits)
                bits &= bits - ONE
                if clauses_hold(dims, program.guards, action, state):
                    if not act(dims, program, action, state, room[count]):
                        return i - begin, action
                    actions[count] = action
                    count += 1
        ends[i - begin] = count
    return end - begin, -1


@compiled
def sift(
    dims: Dims,
    room: Words,
    count: int,
    states: Words,
    size: int,
    table: Any,
    slots: Ints,
    fresh: Ints,
) -> int:
    """
    Put into `fresh` the places of the successors that are not among the states, in order.

    Nothing that is shared is written, so that several threads can do this at once, while one
    inserts: states beyond `size`, which may not be whole yet, are taken for unknown.

    Parameters
    ----------
    room, count
        So many successors.
    states, size, table
        The states known. Open addressing: 1 + the number of a state, or 0; a power of two.
    slots
        For each place in `fresh` the slot where its probing ends; other places: undefined.

    Returns
    -------
    int
        How many there are in `fresh`; a state that occurs twice in `room` is there twice.
    """
    mask = np.uint64(len(table) - 1)
    # Flat arrays without negative places: a quarter less time than rows by signed numbers.
    words, total = np.uint64(len(dims)), np.uint64(count)
    wanted, known = room.reshape(-1), states.reshape(-1)
    # One loop after the other, so that the processor waits for many at once.
    for k in range(total):
        slot = hashed(dims, wanted, k * words) & mask
        slots[k] = np.int64(slot)
        prefetch(table, np.int64(slot))
    for k in range(total):
        number = np.uint64(table[np.uint64(slots[k])])
        prefetch(known, np.int64((number - ONE) * words if number > ZERO else ZERO))
    new, whole = ZERO, np.uint64(size)
    for k in range(total):
        slot = np.uint64(slots[k])
        while True:
            number = np.uint64(table[slot])
            if number == ZERO or number > whole:
                slots[k] = np.int64(slot)
                fresh[new] = np.int64(k)
                new += ONE
                break
            if same(dims, known, (number - ONE) * words, wanted, k * words):
                break
            slot = (slot + ONE) & mask
    return int(new)


@compiled
def insert(
    dims: Dims,
    room: Words,
    ends: Ints,
    sources: int,
    slots: Ints,
    fresh: Ints,
    new: int,
    states: Words,
    size: int,
    limit: int,
    table: Any,
) -> tuple[int, int]:
    """
    Give every successor that is not among the states the next number, in order.

    Parameters
    ----------
    room, ends, sources
        The successors of so many states, and where each one's end.
    slots, fresh, new
        Those that were not known, as `sift` found them; others may have been inserted since.
    states, size
        The states known, and how many; room for as many more.
    limit
        No state is expanded once there are more states than this.
    table
        As for `sift`; with room for all.

    Returns
    -------
    tuple
        How many states there are now, and how many of `sources` were expanded.
    """
    if size > limit:
        return size, 0
    mask, words = np.uint64(len(table) - 1), np.uint64(len(dims))
    wanted, known = room.reshape(-1), states.reshape(-1)
    source = 0
    for j in range(new):
        k = fresh[j]
        if ends[source] <= k:
            if size > limit:
                break
            while ends[source] <= k:
                source += 1
        slot, begin = np.uint64(slots[k]), np.uint64(k) * words
        while True:
            number = np.uint64(table[slot])
            if number == ZERO:
                for w in range(len(dims)):
                    states[size, w] = room[k, w]
                size += 1
                table[slot] = size
                break
            if same(dims, known, (number - ONE) * words, wanted, begin):
                break
            slot = (slot + ONE) & mask
    return size, source + 1 if size > limit else sources


@compiled
def fill(dims: Dims, states: Words, size: int, table: Any) -> None:
    """Put the numbers of all states into an empty table."""
    mask, words = np.uint64(len(table) - 1), np.uint64(len(dims))
    known = states.reshape(-1)
    slots = np.empty(FILLED, np.int64)
    for begin in range(0, size, FILLED):
        end = min(size, begin + FILLED)
        for i in range(begin, end):
            slots[i - begin] = np.int64(hashed(dims, known, np.uint64(i) * words) & mask)
            prefetch(table, slots[i - begin])
        for i in range(begin, end):
            slot = slots[i - begin]
            while table[slot] != 0:
                slot = (slot + 1) & np.int64(mask)
            table[slot] = i + 1


@compiled
def find(dims: Dims, room: Words, count: int, states: Words, table: Any, found: Any) -> None:
    """Put into `found` the number of each of these states; -1 for one that is not known."""
    mask, words = np.uint64(len(table) - 1), np.uint64(len(dims))
    wanted, known = room.reshape(-1), states.reshape(-1)
    for k in range(np.uint64(count)):
        slot = hashed(dims, wanted, k * words) & mask
        prefetch(table, np.int64(slot))
    for k in range(np.uint64(count)):
        slot = hashed(dims, wanted, k * words) & mask
        found[k] = -1
        while found[k] < 0 and table[slot] != 0:
            number = np.uint64(table[slot]) - ONE
            if same(dims, known, number * words, wanted, k * words):
                found[k] = number
            slot = (slot + ONE) & mask


@compiled
def parent(
    dims: Dims, program: Program, states: Words, begin: int, end: int, wanted: Words
) -> tuple[int, int]:
    """Return the first of some states that leads to `wanted`, and its first action that does."""
    lanes = np.empty(program.guards.rows.shape[1], np.uint64)
    after = np.empty(len(dims), np.uint64)
    for i in range(begin, end):
        state = states[i]
        look_up(program.guards, state, lanes)
        for lane in range(len(lanes)):
            bits = lanes[lane]
            while bits != ZERO:
                action = lane * LANE + lowest_bit(bits)
                bits &= bits - ONE
                if not clauses_hold(dims, program.guards, action, state):
                    continue
                act(dims, program, action, state, after)
                if same(dims, after, ZERO, wanted, ZERO):
                    return i, action
    return -1, -1


@compiled
def holds(dims: Dims, guards: Tables, guard: int, states: Words, held: Any) -> None:
    """Put into `held` whether a guard of a list holds in each of these states."""
    lanes = np.empty(guards.rows.shape[1], np.uint64)
    bit = ONE << np.uint64(guard % LANE)
    for i in range(len(held)):
        look_up(guards, states[i], lanes)
        held[i] = lanes[guard // LANE] & bit != ZERO and clauses_hold(
            dims, guards, guard, states[i]
        )
