"""Loops over edges: against networkx, and each kernel against its plain twin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
import pytest

from hamodel.engine.packed import graphs
from hamodel.engine.packed.graphs import FIRST, UNSEEN
from tests.engine.packed.plain import plainly, twin

SEEDS = range(60)


@dataclass(frozen=True, slots=True)
class Graph:
    """A random directed graph as compressed rows, with a region and an action for each edge."""

    starts: Any
    targets: Any
    actions: Any
    region: Any

    @property
    def size(self) -> int:
        """How many nodes it has."""
        return len(self.starts) - 1

    @property
    def within(self) -> Any:
        """The part of it that lies in the region, as networkx has it."""
        found = nx.MultiDiGraph()
        found.add_nodes_from(np.flatnonzero(self.region).tolist())
        for i, target, action in self.edges():
            if self.region[i] and self.region[target]:
                found.add_edge(i, target, action=action)
        return found

    def edges(self) -> list[tuple[int, int, int]]:
        """Return source, target and action of each edge."""
        return [
            (i, int(self.targets[e]), int(self.actions[e]))
            for i in range(self.size)
            for e in range(self.starts[i], self.starts[i + 1])
        ]


def graph(seed: int) -> Graph:
    """Return a random graph of up to 60 nodes; some are in no region, some have no edge."""
    chance = np.random.default_rng(seed)
    size = int(chance.integers(1, 60))
    degrees = chance.integers(0, chance.choice([2, 3, 5]), size)
    starts = np.zeros(size + 1, np.int64)
    np.cumsum(degrees, out=starts[1:])
    count = int(starts[-1])
    targets = chance.integers(0, size, count).astype(np.int32)
    actions = chance.integers(0, 80, count).astype(np.uint16)
    return Graph(starts, targets, actions, chance.random(size) < chance.choice([0.5, 0.9, 1.0]))


@pytest.mark.parametrize("of", [lambda kernel: kernel, twin], ids=["compiled", "plain"])
def test_parts_are_those_of_networkx(of: Callable[[Any], Any]) -> None:
    """The same parts within the region, each numbered above those that it leads to."""
    several = 0
    for seed in SEEDS:
        its = graph(seed)
        part = np.empty(its.size, np.int32)
        number = of(graphs.parts)(its.starts, its.targets, its.region, part)
        members: dict[int, set[int]] = {}
        for i in np.flatnonzero(its.region).tolist():
            members.setdefault(int(part[i]), set()).add(i)

        assert set(range(number)) == set(members)
        assert (part[~its.region] == -1).all()
        expected = {frozenset(each) for each in nx.strongly_connected_components(its.within)}
        assert expected == {frozenset(each) for each in members.values()}
        assert all(part[i] >= part[target] for i, target in its.within.edges())
        several += any(len(each) > 1 for each in members.values())

    assert 30 <= several


@pytest.mark.parametrize("of", [lambda kernel: kernel, twin], ids=["compiled", "plain"])
def test_what_is_reached_is_what_networkx_reaches(of: Callable[[Any], Any]) -> None:
    """From some nodes past no barred one; those that it begins with belong to it even so."""
    for seed in SEEDS:
        its = graph(seed)
        chance = np.random.default_rng(seed)
        begins = chance.random(its.size) < 0.1
        barred = ~its.region
        found = begins.copy()
        of(graphs.reach)(its.starts, its.targets, barred, found)
        whole = nx.DiGraph()
        whole.add_nodes_from(range(its.size))
        whole.add_edges_from((i, t) for i, t, _ in its.edges() if its.region[t])
        expected = {
            node for i in np.flatnonzero(begins).tolist() for node in (i, *nx.descendants(whole, i))
        }

        assert expected == set(np.flatnonzero(found).tolist())


def test_groups_are_owed_where_they_are_always_enabled_and_never_happen() -> None:
    """Seventy groups, so two lanes; with every edge inside a part, or with some of them alone."""
    left = 0
    for seed in SEEDS:
        its = graph(seed)
        group_of = np.array([a - 10 if a >= 10 else -1 for a in range(80)], np.int64)
        part = np.empty(its.size, np.int32)
        number = graphs.parts(its.starts, its.targets, its.region, part)
        some = np.random.default_rng(seed).random(len(its.targets)) < 0.5
        for counts in (np.zeros(0, np.bool_), some):
            waiting = np.full((number, 2), ~np.uint64(0))
            args: list[Any] = [its.starts, its.actions, its.targets, counts, part, group_of]
            args, others = [*args, waiting], [*args, waiting.copy()]
            graphs.owed(*args)
            with plainly():
                twin(graphs.owed)(*others)
            assert waiting.tolist() == others[-1].tolist()
            for each in range(number):
                expected = owed(its, part, each, group_of, counts)
                assert expected == int(waiting[each, 0]) | int(waiting[each, 1]) << 64
                left += bool(expected)

    assert 100 <= left


def owed(its: Graph, part: Any, number: int, group_of: Any, counts: Any) -> int:
    """Return the bits of the groups that are owed in a part, by the definition."""
    bits, happened = -1, 0
    for i in np.flatnonzero(part == number).tolist():
        enabled = 0
        for edge in range(its.starts[i], its.starts[i + 1]):
            group = int(group_of[its.actions[edge]])
            if group < 0:
                continue
            enabled |= 1 << group
            if part[its.targets[edge]] == number and (not len(counts) or counts[edge]):
                happened |= 1 << group
        bits &= enabled
    return bits & ~happened


@pytest.mark.parametrize("of", [lambda kernel: kernel, twin], ids=["compiled", "plain"])
def test_a_node_is_idle_without_a_fair_step(of: Callable[[Any], Any]) -> None:
    """Nobody must take its steps, or it has none."""
    for seed in SEEDS:
        its = graph(seed)
        group_of = np.where(np.arange(80) % 2, 0, -1).astype(np.int64)
        still = np.empty(its.size, np.bool_)
        of(graphs.idle)(its.starts, its.actions, group_of, still)
        fair = {i for i, _, action in its.edges() if action % 2}

        assert [i not in fair for i in range(its.size)] == still.tolist()


@pytest.mark.parametrize("of", [lambda kernel: kernel, twin], ids=["compiled", "plain"])
def test_a_shortest_way_is_as_short_as_networkx_finds(of: Callable[[Any], Any]) -> None:
    """By way of nodes of several depths: the least sum of a depth and the way from there."""
    come = 0
    for seed in SEEDS:
        its = graph(seed)
        chance = np.random.default_rng(seed)
        inside = np.flatnonzero(its.region)
        begins = inside[chance.random(len(inside)) < 0.3]
        depths = np.sort(chance.integers(0, 5, len(begins)))
        goals = its.region & (chance.random(its.size) < 0.1)
        parents = np.full(its.size, UNSEEN, np.int32)
        taken = np.zeros(its.size, np.uint16)
        end = of(graphs.shortest)(
            its.starts,
            its.actions,
            its.targets,
            begins,
            depths,
            its.region,
            goals,
            parents,
            taken,
        )
        lengths = [
            depth + length
            for i, depth in zip(begins.tolist(), depths.tolist(), strict=True)
            for node, length in nx.single_source_shortest_path_length(its.within, i).items()
            if goals[node]
        ]
        if end < 0:
            assert [] == lengths
            continue
        come += 1
        length, i = 0, end
        while parents[i] != FIRST:
            before = int(parents[i])
            assert taken[i] in {each["action"] for each in its.within[before][i].values()}
            length, i = length + 1, before
        assert min(lengths) == length + int(depths[begins.tolist().index(i)])

    assert 15 <= come
