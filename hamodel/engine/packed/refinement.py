"""
Divergence-preserving branching bisimilarity by rounds of signatures, over arrays.

The partition of `hamodel.engine.bisimulation`, for millions of nodes: each round signs every node
under the partition as it is, and splits every block by signature, until no block is split.
Signatures are kept once each and compared whole, not by their hashes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hamodel.engine.packed.compiling import ZERO, compiled, part
from hamodel.engine.packed.graphs import Flags, Numbers
from hamodel.engine.packed.guards import Ints
from hamodel.engine.packed.layout import Words

STAYS = -1
"""In a signature: a fair run can stay here for ever, and nothing more is seen."""
_PRIME = np.uint64(0x100000001B3)
_SHIFT = np.uint64(29)


@compiled
def numbered(rows: Words, numbers: Numbers) -> int:
    """Number the distinct rows in the order in which they come first; return how many there are."""
    slots = 16
    while slots < 2 * len(rows):
        slots *= 2
    table = np.full(slots, -1, np.int32)
    first = np.empty(len(rows), np.int32)
    count = 0
    for i in range(len(rows)):
        mixed = ZERO
        for w in range(rows.shape[1]):
            mixed = (mixed ^ rows[i, w]) * _PRIME
            mixed ^= mixed >> _SHIFT
        slot = np.int64(mixed & np.uint64(slots - 1))
        while True:
            known = table[slot]
            if known < 0:
                table[slot] = count
                first[count] = i
                numbers[i] = count
                count += 1
                break
            same = True
            for w in range(rows.shape[1]):
                if rows[first[known], w] != rows[i, w]:
                    same = False
                    break
            if same:
                numbers[i] = known
                break
            slot = (slot + 1) & (slots - 1)
    return count


@compiled
def by_source(sources: Numbers, count: int, starts: Ints, order: Ints) -> None:
    """Put into `order` the places of edges sorted by their source, and into `starts` the rows."""
    starts[:] = 0
    for source in sources:
        starts[source + 1] += 1
    for i in range(count):
        starts[i + 1] += starts[i]
    filled = starts[:-1].copy()
    for edge in range(len(sources)):
        source = sources[edge]
        order[filled[source]] = edge
        filled[source] += 1


@part
def grown(array: Any, used: int, size: int, fill: int) -> Any:
    """Return an array of at least some size, twice as large, that begins with what is used."""
    if size <= len(array):
        return array
    larger = np.empty(2 * size, array.dtype)
    copied(array, 0, used, larger, 0)
    for k in range(used, len(larger)):
        larger[k] = fill
    return larger


@part
def copied(array: Any, begin: int, length: int, to: Any, at: int) -> None:
    """Copy so many values: slices, whose lengths may differ, take seconds to compile."""
    for k in range(length):
        to[at + k] = array[begin + k]


@part
def distinct(values: Ints, length: int) -> tuple[int, np.uint64]:
    """
    Sort the first values and keep each once; return how many are kept, and a mixed number.

    By Shell's sort: NumPy's takes seconds to compile.
    """
    gap = 1
    while gap < length // 9:
        gap = 3 * gap + 1
    while gap > 0:
        for k in range(gap, length):
            value = values[k]
            m = k - gap
            while m >= 0 and values[m] > value:
                values[m + gap] = values[m]
                m -= gap
            values[m + gap] = value
        gap //= 3
    kept = 0
    mixed = ZERO
    for k in range(length):
        if k == 0 or values[k] != values[kept - 1]:
            values[kept] = values[k]
            kept += 1
            mixed = (mixed ^ np.uint64(values[k])) * _PRIME
            mixed ^= mixed >> _SHIFT
    return kept, mixed


@part
def equal(one: Ints, begin: int, other: Ints, length: int) -> bool:
    """Return whether the values from `begin` are the first so many of the other array."""
    for k in range(length):
        if one[begin + k] != other[k]:
            return False
    return True


@compiled
def signed(
    starts: Ints,
    codes: Numbers,
    targets: Numbers,
    silent: Flags,
    stays: Flags,
    block: Numbers,
    blocks: int,
    signature: Numbers,
) -> tuple[Ints, Ints]:
    """
    Put into `signature` the number of each node's signature under a partition.

    Parameters
    ----------
    starts, codes, targets, silent
        The edges of each node as compressed rows: what a step says, the node that it leads to, and
        whether it is silent. Silent ones lead to nodes of smaller numbers.
    stays
        For each node whether a fair run can stay in it for ever.
    block, blocks
        The partition, and how many blocks it has.

    Returns
    -------
    tuple
        Where each signature begins in the second array, and there code * blocks + block for each
        entry, sorted, with `STAYS` first.
    """
    slots = 1 << 12
    table = np.full(slots, -1, np.int32)
    begins = np.zeros(1 << 12, np.int64)
    hashes = np.zeros(1 << 12, np.uint64)
    pool = np.zeros(1 << 16, np.int64)
    mine = np.zeros(1 << 10, np.int64)
    marked = np.full(1 << 12, -1, np.int32)
    count = 0
    for node in range(len(block)):
        length = 0
        if stays[node]:
            mine[0] = STAYS
            length = 1
        for edge in range(starts[node], starts[node + 1]):
            its = block[targets[edge]]
            if silent[edge] and its == block[node]:
                other = signature[targets[edge]]
                if marked[other] != node:
                    marked[other] = node
                    more = begins[other + 1] - begins[other]
                    mine = grown(mine, length, length + more, 0)
                    copied(pool, begins[other], more, mine, length)
                    length += more
            else:
                mine = grown(mine, length, length + 1, 0)
                mine[length] = np.int64(codes[edge]) * blocks + its
                length += 1
        kept, mixed = distinct(mine, length)
        slot = np.int64(mixed & np.uint64(slots - 1))
        while table[slot] >= 0:
            known = table[slot]
            fits = hashes[known] == mixed and begins[known + 1] - begins[known] == kept
            if fits and equal(pool, begins[known], mine, kept):
                break
            slot = (slot + 1) & (slots - 1)
        if table[slot] >= 0:
            signature[node] = table[slot]
            continue
        begins = grown(begins, count + 1, count + 2, 0)
        hashes = grown(hashes, count, count + 1, 0)
        marked = grown(marked, count, count + 1, -1)
        pool = grown(pool, begins[count], begins[count] + kept, 0)
        copied(mine, 0, kept, pool, begins[count])
        begins[count + 1] = begins[count] + kept
        hashes[count] = mixed
        signature[node] = table[slot] = count
        count += 1
        if 2 * count > slots:
            slots *= 2
            table = np.full(slots, -1, np.int32)
            for number in range(count):
                slot = np.int64(hashes[number] & np.uint64(slots - 1))
                while table[slot] >= 0:
                    slot = (slot + 1) & (slots - 1)
                table[slot] = number
    return begins[: count + 1].copy(), pool[: begins[count]].copy()


def refined(
    starts: Ints,
    codes: Numbers,
    targets: Numbers,
    silent: Flags,
    stays: Flags,
    colour: Numbers,
    check: Callable[[], None] = lambda: None,
) -> tuple[Numbers, int, Numbers, tuple[Ints, Ints]]:
    """
    Return the coarsest partition whose blocks have one colour and one signature.

    Parameters
    ----------
    starts, codes, targets, silent, stays
        As for `signed`.
    colour
        Of each node.
    check
        Called in each round; it may raise an error to end it.

    Returns
    -------
    tuple
        The block of each node, how many blocks there are, the signature of each node under this
        partition, and what the signatures hold.
    """
    block = np.empty(len(colour), np.int32)
    blocks = numbered(colour.astype(np.uint64).reshape(-1, 1), block)
    signature = np.empty(len(colour), np.int32)
    while True:
        check()
        pool: Any = signed(starts, codes, targets, silent, stays, block, blocks, signature)
        pairs = block.astype(np.uint64) << np.uint64(32) | signature.astype(np.uint64)
        split = np.empty(len(colour), np.int32)
        pieces = numbered(pairs.reshape(-1, 1), split)
        if pieces == blocks:
            return block, blocks, signature, pool
        block, blocks = split, pieces
