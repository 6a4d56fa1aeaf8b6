"""
Loops over the edges of a packed exploration: regions, strongly connected parts, shortest runs.

The same as `hamodel.engine.graph` does over lists, for tens of millions of edges.

References
----------
Tarjan, "Depth-first search and linear graph algorithms", SIAM Journal on Computing 1(2), 1972,
https://doi.org/10.1137/0201010
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hamodel.engine.packed.compiling import ONE, ZERO, compiled
from hamodel.engine.packed.guards import Ints
from hamodel.engine.packed.kernels import LANE
from hamodel.engine.packed.layout import Words

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int32]

UNSEEN = -2
"""The parent of a state that no run has come to."""
FIRST = -1
"""The parent of a state that a run begins with."""


@compiled
def reach(starts: Ints, targets: Numbers, barred: Flags, region: Flags) -> None:
    """Add to a region all that is reached from it past no barred state."""
    waiting = np.empty(len(region), np.int32)
    count = 0
    for i in range(len(region)):
        if region[i]:
            waiting[count] = i
            count += 1
    while count:
        count -= 1
        i = waiting[count]
        for edge in range(starts[i], starts[i + 1]):
            target = targets[edge]
            if not region[target] and not barred[target]:
                region[target] = True
                waiting[count] = target
                count += 1


@compiled
def parts(starts: Ints, targets: Numbers, region: Flags, part: Numbers) -> int:
    """
    Put into `part` the number of each state's strongly connected part within a region.

    Returns how many parts there are. A part's number is greater than those of the parts that it
    leads to.
    """
    size = len(region)
    order = np.zeros(size, np.int32)
    low = np.zeros(size, np.int32)
    open_ = np.empty(size, np.int32)
    path = np.empty(size, np.int32)
    edge_of = np.empty(size, np.int64)
    opened = clock = number = 0
    part[:] = -1
    for root in range(size):
        if not region[root] or order[root]:
            continue
        length = 1
        path[0] = root
        edge_of[0] = starts[root]
        clock += 1
        order[root] = low[root] = clock
        open_[opened] = root
        opened += 1
        while length:
            i = path[length - 1]
            edge = edge_of[length - 1]
            if edge < starts[i + 1]:
                edge_of[length - 1] += 1
                target = targets[edge]
                if not region[target]:
                    continue
                if order[target] == 0:
                    clock += 1
                    order[target] = low[target] = clock
                    open_[opened] = target
                    opened += 1
                    path[length] = target
                    edge_of[length] = starts[target]
                    length += 1
                elif part[target] < 0:
                    low[i] = min(low[i], order[target])
                continue
            length -= 1
            if length:
                before = path[length - 1]
                low[before] = min(low[before], low[i])
            if low[i] == order[i]:
                while True:
                    opened -= 1
                    member = open_[opened]
                    part[member] = number
                    if member == i:
                        break
                number += 1
    return number


@compiled
def enabled_groups(
    starts: Ints, actions: Any, group_of: Ints, lanes: int, i: int, bits: Words
) -> None:
    """Put into `bits` the fair groups of which a rule is enabled in a state."""
    for lane in range(lanes):
        bits[lane] = ZERO
    for edge in range(starts[i], starts[i + 1]):
        group = group_of[actions[edge]]
        if group >= 0:
            bits[group // LANE] |= ONE << np.uint64(group % LANE)


@compiled
def owed(
    starts: Ints,
    actions: Any,
    targets: Numbers,
    counts: Flags,
    part: Numbers,
    group_of: Ints,
    waiting: Words,
) -> None:
    """
    Take from each part the fair groups that are disabled somewhere in it, or happen inside it.

    Parameters
    ----------
    counts
        For each edge whether it can be inside a part; with none given, every edge can.
    waiting
        Shape (parts, lanes), all ones. A fair run can stay in a part iff nothing is left in it.
    """
    lanes = waiting.shape[1]
    bits = np.empty(lanes, np.uint64)
    for i in range(len(part)):
        its = part[i]
        if its < 0:
            continue
        enabled_groups(starts, actions, group_of, lanes, i, bits)
        for lane in range(lanes):
            waiting[its, lane] &= bits[lane]
        for edge in range(starts[i], starts[i + 1]):
            group = group_of[actions[edge]]
            inside = part[targets[edge]] == its and (len(counts) == 0 or counts[edge])
            if group >= 0 and inside:
                waiting[its, group // LANE] &= ~(ONE << np.uint64(group % LANE))


@compiled
def idle(starts: Ints, actions: Any, group_of: Ints, still: Flags) -> None:
    """Put into `still` whether no fair group is enabled in a state."""
    for i in range(len(still)):
        still[i] = True
        for edge in range(starts[i], starts[i + 1]):
            if group_of[actions[edge]] >= 0:
                still[i] = False
                break


@compiled
def shortest(
    starts: Ints,
    actions: Any,
    targets: Numbers,
    begins: Ints,
    depths: Ints,
    region: Flags,
    goals: Flags,
    parents: Numbers,
    taken: Any,
) -> int:
    """
    Return the goal that a shortest run by way of some states and a region comes to; -1 for none.

    Parameters
    ----------
    begins, depths
        The states by way of which it goes, in order, and how deep each of them lies.
    parents, taken
        All `UNSEEN`; afterwards each state's parent, and the action that leads from it.
    """
    frontier = np.empty(len(region), np.int32)
    following = np.empty(len(region), np.int32)
    count = place = 0
    depth = 0
    while count or place < len(begins):
        if count == 0:
            depth = depths[place]
        while place < len(begins) and depths[place] <= depth:
            i = begins[place]
            place += 1
            if parents[i] == UNSEEN:
                parents[i] = FIRST
                frontier[count] = i
                count += 1
        found = 0
        for k in range(count):
            i = frontier[k]
            if goals[i]:
                return int(i)
            for edge in range(starts[i], starts[i + 1]):
                target = targets[edge]
                if region[target] and parents[target] == UNSEEN:
                    parents[target] = i
                    taken[target] = actions[edge]
                    following[found] = target
                    found += 1
        frontier, following = following, frontier
        count = found
        depth += 1
    return -1
