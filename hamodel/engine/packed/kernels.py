"""
The inner loops of the packed engine: free functions over arrays, compiled by Numba when first used.

Each has a plain twin, `kernel.py_func`, that runs without a compiler and gives the same.
A state is a row of words. Where a kernel takes `dims`, that is a tuple of as many zeros as a state
has words: its length is known when a kernel is compiled, so that loops over words are unrolled.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from hamodel.engine.packed.compiling import ONE, ZERO, Dims, compiled, lowest_bit, part
from hamodel.engine.packed.guards import Ints, Tables
from hamodel.engine.packed.layout import Words
from hamodel.engine.packed.numbering import same
from hamodel.engine.packed.program import Program

LANE = 64


def cached() -> bool:
    """Return whether the search has been compiled before, for some number of words."""
    place = cast(Any, expand).stats.cache_path
    return place is not None and any(Path(place).glob("kernels.expand-*.nbi"))


def cacheable() -> bool:
    """Return whether there is a folder in which machine code is cached."""
    return cast(Any, expand).stats.cache_path is not None


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
def row_of(guards: Tables, chunk: int, state: Words) -> Any:
    """Return the row of the tables for the value of a chunk."""
    value = state[guards.chunk_word[chunk]] >> guards.chunk_shift[chunk]
    return np.uint64(guards.chunk_row[chunk]) + (value & guards.chunk_mask[chunk])


@part
def look_up(guards: Tables, state: Words, lanes: Words) -> None:
    """Put into `lanes` a bit for every guard that no table rules out in a state."""
    row = row_of(guards, 0, state)
    for lane in range(len(lanes)):
        lanes[lane] = guards.rows[row, lane]
    for chunk in range(1, len(guards.chunk_word)):
        row = row_of(guards, chunk, state)
        for lane in range(len(lanes)):
            lanes[lane] &= guards.rows[row, lane]


@part
def put_constants(
    dims: Dims, program: Program, action: int, state: Words, after: Words
) -> np.uint64:
    """Put into `after` a state and the constants of an enabled action; return what they change."""
    differs = ZERO
    for w in range(len(dims)):
        word = (state[w] & program.keep[action, w]) | program.put[action, w]
        after[w] = word
        differs |= word ^ state[w]
    return differs


@part
def put_moves(dims: Dims, program: Program, action: int, state: Words, after: Words) -> bool:
    """Put into `after` what an enabled action moves in a state; False if that leaves a range."""
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
    loops: bool,
    room: Words,
    actions: Any,
    ends: Ints,
    steps: Ints,
) -> tuple[int, int]:
    """
    Put the successors of some states into `room`, in order, as far as there is room.

    Parameters
    ----------
    states, begin, end
        Those from `begin` to `end` are expanded.
    loops
        Whether the state itself is among its successors, where a step changes nothing.
    room, actions
        The successors and the actions that lead to them; room for all of one state's at least.
    ends, steps
        For each expanded state where its successors end in `room`, and how many steps leave it and
        those before it.

    Returns
    -------
    tuple
        How many states were expanded; and -1 or the action that left the range of a variable, in
        the state after those.
    """
    lanes = np.empty(program.guards.rows.shape[1], np.uint64)
    total = len(program.keep)
    count, taken = 0, 0
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
                    moved = put_constants(dims, program, action, state, room[count]) != ZERO
                    if program.moves[action] < program.moves[action + 1]:
                        if not put_moves(dims, program, action, state, room[count]):
                            return i - begin, action
                        moved = not same(dims, room[count], ZERO, state, ZERO)
                    actions[count] = action
                    count += loops or moved
                    taken += 1
        ends[i - begin], steps[i - begin] = count, taken
    return end - begin, -1


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
                put_constants(dims, program, action, state, after)
                put_moves(dims, program, action, state, after)
                if same(dims, after, ZERO, wanted, ZERO):
                    return i, action
    return -1, -1


@compiled
def holds(dims: Dims, guards: Tables, states: Words, held: Any) -> None:
    """Put into `held` whether some guard of a list holds in each of these states."""
    for i in range(len(held)):
        state, found = states[i], False
        for lane in range(guards.rows.shape[1]):
            bits = ~ZERO
            for chunk in range(len(guards.chunk_word)):
                bits &= guards.rows[row_of(guards, chunk, state), lane]
                if bits == ZERO:
                    break
            while bits != ZERO and not found:
                found = clauses_hold(dims, guards, lane * LANE + lowest_bit(bits), state)
                bits &= bits - ONE
        held[i] = found


def held(dims: Dims, guards: Tables, states: Words) -> npt.NDArray[np.bool_]:
    """Return for each of these states whether some guard of a list holds in it."""
    found = np.empty(len(states), np.bool_)
    holds(dims, guards, states, found)
    return found
