"""Runs without end on a packed exploration: what `hamodel.engine.graph.unfulfilled` finds."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from hamodel.engine.explored import Edge
from hamodel.engine.graph import Fairness, Lasso, fair_loop
from hamodel.engine.packed import graphs
from hamodel.engine.packed.explorer import Edges, PackedExploration
from hamodel.engine.packed.graphs import Flags, Numbers
from hamodel.engine.packed.guards import Ints
from hamodel.engine.packed.kernels import LANE
from hamodel.engine.packed.layout import Words
from hamodel.expr import Expr


def groups_of(fairness: Fairness) -> Ints:
    """Return for each action the number of its fair group; -1 for one that nobody must take."""
    return np.array([bit.bit_length() - 1 for bit in fairness.bit_of], np.int64)


def traps(edges: Edges, region: Flags, fairness: Fairness) -> tuple[Numbers, Flags]:
    """
    Return the strongly connected parts of a region, and where a fair run can stay for ever.

    Returns
    -------
    tuple
        For each state the number of its part, -1 outside of the region; and whether the fair runs
        that can stay in its part exist.
    """
    part = np.empty(len(region), np.int32)
    number = graphs.parts(edges.starts, edges.targets, region, part)
    lanes = -(-len(fairness.groups) // LANE)
    waiting = np.full((number, lanes), ~np.uint64(0))
    every = np.zeros(0, np.bool_)
    graphs.owed(
        edges.starts, edges.actions, edges.targets, every, part, groups_of(fairness), waiting
    )
    held = np.zeros(len(region), np.bool_)
    held[region] = nothing_owed(waiting)[part[region]]
    return part, held


def nothing_owed(waiting: Words) -> Flags:
    """Return for each part whether no fair group waits in it for ever."""
    return np.asarray(~waiting.any(axis=1), np.bool_)


def unfulfilled_packed(
    exploration: PackedExploration, given: Expr, expr: Expr, fairness: Fairness
) -> Lasso | None:
    """
    Return a fair run on which a premise holds once and its conclusion never from there on.

    The same run as `hamodel.engine.graph.unfulfilled` returns.
    """
    edges = exploration.edges
    premise, conclusion = exploration.holds(given), exploration.holds(expr)
    region = premise & ~conclusion
    begins = np.flatnonzero(region)
    graphs.reach(edges.starts, edges.targets, conclusion, region)
    part, held = traps(edges, region, fairness)
    if not held.any():
        return None
    found = _stem(exploration, begins, region, held)
    if found is None:
        return None
    stem, end = found
    own = part[end]

    def inside(i: int) -> Iterable[Edge]:
        return [edge for edge in edges[i] if part[edge[1]] == own]

    loop = fair_loop(end, inside, fairness)
    if loop:
        still = np.empty(len(region), np.bool_)
        graphs.idle(edges.starts, edges.actions, groups_of(fairness), still)
        staying = _stem(exploration, begins, region, held & still)
        if staying is not None and len(staying[0]) <= len(stem) + len(loop):
            stem, loop = staying[0], []
    return Lasso(tuple(stem), tuple(loop))


def _stem(
    exploration: PackedExploration, begins: Ints, region: Flags, goals: Flags
) -> tuple[list[int], int] | None:
    """Return the actions of a shortest run by way of some states to a goal, and the goal."""
    edges = exploration.edges
    parents = np.full(len(region), graphs.UNSEEN, np.int32)
    taken = np.empty(len(region), np.uint16)
    depths = np.array(exploration.depths_of(begins), np.int64)
    end = graphs.shortest(
        edges.starts,
        edges.actions,
        edges.targets,
        begins,
        depths,
        region,
        goals,
        parents,
        taken,
    )
    if end < 0:
        return None
    actions, i = [], end
    while parents[i] != graphs.FIRST:
        actions.append(int(taken[i]))
        i = int(parents[i])
    return [*exploration.actions_to(i), *actions[::-1]], end
