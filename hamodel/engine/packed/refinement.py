"""
Divergence-preserving branching bisimilarity by rounds of signatures, over arrays.

The partition of `hamodel.engine.bisimulation`, for millions of nodes: each round signs every node
under the partition as it is, and splits every block by signature, until no block is split.
Signatures are kept once each and compared whole, not by their hashes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hamodel.engine.packed.graphs import Flags, Numbers
from hamodel.engine.packed.guards import Ints
from hamodel.engine.packed.kernels import ZERO, compiled
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
    size = len(block)
    slots = 1 << 12
    table = np.full(slots, -1, np.int32)
    begins = np.zeros(1 << 12, np.int64)
    hashes = np.zeros(1 << 12, np.uint64)
    pool = np.empty(1 << 16, np.int64)
    mine = np.empty(1 << 10, np.int64)
    marked = np.full(1 << 12, -1, np.int32)
    count = 0
    for node in range(size):
        length = 0
        own = block[node]
        if stays[node]:
            mine[0] = STAYS
            length = 1
        for edge in range(starts[node], starts[node + 1]):
            target = targets[edge]
            its = block[target]
            if silent[edge] and its == own:
                other = signature[target]
                if marked[other] == node:
                    continue
                marked[other] = node
                more = begins[other + 1] - begins[other]
                if length + more > len(mine):
                    larger = np.empty(2 * (length + more), np.int64)
                    larger[:length] = mine[:length]
                    mine = larger
                for k in range(more):
                    mine[length + k] = pool[begins[other] + k]
                length += more
            else:
                if length == len(mine):
                    larger = np.empty(2 * length, np.int64)
                    larger[:length] = mine
                    mine = larger
                mine[length] = np.int64(codes[edge]) * blocks + its
                length += 1
        if length < 24:
            for k in range(1, length):
                value = mine[k]
                m = k - 1
                while m >= 0 and mine[m] > value:
                    mine[m + 1] = mine[m]
                    m -= 1
                mine[m + 1] = value
        else:
            mine[:length] = np.sort(mine[:length])
        kept = 0
        mixed = ZERO
        for k in range(length):
            if k == 0 or mine[k] != mine[kept - 1]:
                mine[kept] = mine[k]
                kept += 1
                mixed = (mixed ^ np.uint64(mine[k])) * _PRIME
                mixed ^= mixed >> _SHIFT
        slot = np.int64(mixed & np.uint64(slots - 1))
        while True:
            known = table[slot]
            if known < 0:
                if count + 2 > len(begins):
                    more_begins = np.zeros(2 * len(begins), np.int64)
                    more_begins[: len(begins)] = begins
                    begins = more_begins
                    more_hashes = np.zeros(2 * len(hashes), np.uint64)
                    more_hashes[: len(hashes)] = hashes
                    hashes = more_hashes
                    more_marks = np.full(2 * len(marked), -1, np.int32)
                    more_marks[: len(marked)] = marked
                    marked = more_marks
                if begins[count] + kept > len(pool):
                    more_pool = np.empty(2 * (len(pool) + kept), np.int64)
                    more_pool[: begins[count]] = pool[: begins[count]]
                    pool = more_pool
                for k in range(kept):
                    pool[begins[count] + k] = mine[k]
                begins[count + 1] = begins[count] + kept
                hashes[count] = mixed
                table[slot] = count
                signature[node] = count
                count += 1
                if 2 * count > slots:
                    slots *= 2
                    table = np.full(slots, -1, np.int32)
                    for number in range(count):
                        again = np.int64(hashes[number] & np.uint64(slots - 1))
                        while table[again] >= 0:
                            again = (again + 1) & (slots - 1)
                        table[again] = number
                break
            same = hashes[known] == mixed and begins[known + 1] - begins[known] == kept
            if same:
                for k in range(kept):
                    if pool[begins[known] + k] != mine[k]:
                        same = False
                        break
            if same:
                signature[node] = known
                break
            slot = (slot + 1) & (slots - 1)
    return begins[: count + 1].copy(), pool[: begins[count]].copy()


def refined(
    starts: Ints,
    codes: Numbers,
    targets: Numbers,
    silent: Flags,
    stays: Flags,
    colour: Numbers,
) -> tuple[Numbers, int, Numbers, tuple[Ints, Ints]]:
    """
    Return the coarsest partition whose blocks have one colour and one signature.

    Parameters
    ----------
    starts, codes, targets, silent, stays
        As for `signed`.
    colour
        Of each node.

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
        pool: Any = signed(starts, codes, targets, silent, stays, block, blocks, signature)
        pairs = block.astype(np.uint64) << np.uint64(32) | signature.astype(np.uint64)
        split = np.empty(len(colour), np.int32)
        pieces = numbered(pairs.reshape(-1, 1), split)
        if pieces == blocks:
            return block, blocks, signature, pool
        block, blocks = split, pieces
