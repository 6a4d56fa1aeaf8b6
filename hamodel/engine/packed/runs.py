"""Runs without end on a packed exploration: what `hamodel.engine.graph.unfulfilled` finds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from hamodel.engine.explored import Edge
from hamodel.engine.graph import Fairness, Lasso, fair_loop
from hamodel.engine.packed import graphs
from hamodel.engine.packed.explorer import PackedExploration
from hamodel.engine.packed.graphs import Flags, Numbers
from hamodel.engine.packed.guards import Ints
from hamodel.engine.packed.kernels import LANE
from hamodel.engine.packed.layout import Words
from hamodel.engine.packed.listed import Edges
from hamodel.expr import Expr

FEW = 4
"""One of how many states may be reached for their steps alone to be found."""


def groups_of(fairness: Fairness) -> Ints:
    """Return for each action the number of its fair group; -1 for one that nobody must take."""
    return np.array([bit.bit_length() - 1 for bit in fairness.bit_of], np.int64)


class PackedTraps(NamedTuple):
    """
    Where a premise leads without its conclusion; as `hamodel.engine.graph.Traps`.

    Attributes
    ----------
    begins
        The states where the premise holds and the conclusion does not, in order.
    region, held
        For each state whether it is reached from them without the conclusion, and whether a fair
        run can stay in its part of the region for ever.
    part
        For each state the number of its strongly connected part; -1 outside of the region.
    edges
        The steps of the states of the region, if not of all.
    """

    begins: Ints
    region: Flags
    held: Flags
    part: Numbers
    edges: Edges

    @property
    def numbers(self) -> list[int]:
        """The states in which a fair run can stay for ever."""
        found: list[int] = np.flatnonzero(self.held).tolist()
        return found


def traps_packed(
    exploration: PackedExploration, given: Expr, expr: Expr, fairness: Fairness
) -> PackedTraps:
    """
    Return where a fair run can stay for ever without the conclusion.

    Of a search that was cut short only what it has expanded is looked at.
    """
    premise, conclusion = exploration.holds(given), exploration.holds(expr)
    conclusion[exploration.expanded :] = True
    begins = np.flatnonzero(premise & ~conclusion)
    edges, region = steps_within(exploration, begins, conclusion)
    exploration.check_time()
    part = np.empty(len(region), np.int32)
    number = graphs.parts(edges.starts, edges.targets, region, part)
    exploration.check_time()
    lanes = -(-len(fairness.groups) // LANE)
    waiting = np.full((number, lanes), ~np.uint64(0))
    every = np.zeros(0, np.bool_)
    graphs.owed(
        edges.starts, edges.actions, edges.targets, every, part, groups_of(fairness), waiting
    )
    held = np.zeros(len(region), np.bool_)
    held[region] = nothing_owed(waiting)[part[region]]
    return PackedTraps(begins, region, held, part, edges)


def steps_within(
    exploration: PackedExploration, begins: Ints, barred: Flags
) -> tuple[Edges, Flags]:
    """
    Return the steps of what some states lead to past no barred one, and which states these are.

    Other states have no steps there, unless more than one of `FEW` are reached: then the steps of
    all are found, once for all that is asked.
    """
    region = np.zeros(len(barred), np.bool_)
    region[begins] = True
    found, frontier, count = [], begins, 0
    while exploration.known_edges is None and len(frontier):
        exploration.check_time()
        count += len(frontier)
        if count * FEW > exploration.expanded:
            break
        found.append((frontier, *exploration.steps_of(frontier)))
        targets = found[-1][-1]
        frontier = np.unique(targets[~(region | barred)[targets]]).astype(np.int64)
        region[frontier] = True
    if exploration.known_edges is None and not len(frontier):
        return _gathered(exploration.expanded, found), region
    edges = exploration.edges
    exploration.check_time()
    region[:] = False
    region[begins] = True
    graphs.reach(edges.starts, edges.targets, barred, region)
    return edges, region


def _gathered(size: int, found: Sequence[tuple[Ints, Ints, Any, Numbers]]) -> Edges:
    """Return the steps of some states in the order of the states; the others have none."""
    starts = np.zeros(size + 1, np.int64)
    if not found:
        return Edges(starts, np.zeros(0, np.uint16), np.zeros(0, np.int32))
    states, counts, actions, targets = (np.concatenate(each) for each in zip(*found, strict=True))
    starts[states + 1] = counts
    np.cumsum(starts, out=starts)
    moved = np.repeat(starts[states] - (np.cumsum(counts) - counts), counts)
    places = moved + np.arange(len(targets))
    edges = Edges(starts, np.empty_like(actions), np.empty_like(targets))
    edges.actions[places], edges.targets[places] = actions, targets
    return edges


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
    begins, region, held, part, edges = traps_packed(exploration, given, expr, fairness)
    fairness = fairness.along(edges)
    if not held.any():
        return None
    found = _stem(exploration, edges, begins, region, held)
    if found is None:
        return None
    stem, end = found
    own = part[end]

    def inside(i: int) -> Iterable[Edge]:
        return [edge for edge in edges[i] if part[edge[1]] == own]

    loop = fair_loop(end, inside, fairness)
    if loop:
        still = np.zeros(len(region), np.bool_)
        graphs.idle(edges.starts, edges.actions, groups_of(fairness), still[: len(edges)])
        staying = _stem(exploration, edges, begins, region, held & still)
        if staying is not None and len(staying[0]) <= len(stem) + len(loop):
            stem, loop = staying[0], []
    return Lasso(tuple(stem), tuple(loop))


def _stem(
    exploration: PackedExploration, edges: Edges, begins: Ints, region: Flags, goals: Flags
) -> tuple[list[int], int] | None:
    """Return the actions of a shortest run by way of some states to a goal, and the goal."""
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
