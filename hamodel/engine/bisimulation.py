"""
Divergence-preserving branching bisimilarity, by refining a partition with signatures.

States that lie on one cycle of silent steps are one node: the observers
cannot tell them apart, and a fair run passes between them at will. On the
nodes, silent steps make no cycle. A node *stays* iff a fair run can stay in
it for ever by silent steps, or by none because nothing has to happen.

The signature of a node, under a partition, holds what it can do next while
everything is still open to it: (code, block) for every step that says
something or leaves the block, whether its own or that of a node to which
silent steps lead inside the block; and `STAYS`, if the node or such a node
stays. The coarsest partition that keeps colours apart, and in which the
nodes of a block have one signature, is divergence-preserving branching
bisimilarity where only fair runs diverge. Splitting a block never parts
two nodes that this partition keeps together, so the order of splitting
does not matter.

Once it is known, all bisimilar states can be one node, of which there are
far fewer: how two states come to differ is read off a partition of those.

References
----------
Van Glabbeek and Weijland, "Branching time and abstraction in bisimulation semantics", Journal of
the ACM 43(3), 1996, https://doi.org/10.1145/233551.233556
Blom and Orzan, "Distributed branching bisimulation reduction of state spaces", Electronic Notes in
Theoretical Computer Science 89(1), 2003, https://doi.org/10.1016/S1571-0661(05)80099-4
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import TypeVar

from hamodel.engine.explored import Edge
from hamodel.engine.graph import Fairness, strongly_connected
from hamodel.engine.observers import View

STAYS = -1
"""In a signature: a fair run can stay here for ever, and nothing more is seen."""
Signature = frozenset[int]

Known = TypeVar("Known")


@dataclass(slots=True)
class Nodes:
    """
    The view with states that are bisimilar made one node: those of each silent cycle, or all.

    A node's number is greater than those of the nodes to which its silent steps lead.

    Attributes
    ----------
    node_of
        For each state of the view its node.
    colour, stays
        Of each node; all states of a node have one colour.
    silent, loud
        For each node, the other nodes to which silent steps lead, and the code and node of every
        other step.
    """

    node_of: dict[int, int] = field(default_factory=dict)
    colour: list[int] = field(default_factory=list)
    stays: list[bool] = field(default_factory=list)
    silent: list[frozenset[int]] = field(default_factory=list)
    loud: list[frozenset[tuple[int, int]]] = field(default_factory=list)

    def silent_before(self) -> list[list[int]]:
        """Return for each node the nodes from which a silent step leads to it."""
        return _turned(self.silent, lambda node: node)

    def loud_before(self) -> list[list[int]]:
        """Return for each node the nodes from which another step leads to it."""
        return _turned(self.loud, lambda step: step[1])


def _turned(steps: list[frozenset[Known]], target: Callable[[Known], int]) -> list[list[int]]:
    before: list[list[int]] = [[] for _ in steps]
    for node, targets in enumerate(steps):
        for each in targets:
            before[target(each)].append(node)
    return before


def condensed(view: View, fairness: Fairness) -> Nodes:
    """Return the nodes of a view."""
    nodes = Nodes()
    parts: list[set[int]] = []
    quiet = {i: view.silent(i) for i in view.colour}
    for part in strongly_connected({i: [t for _, t in steps] for i, steps in quiet.items()}):
        nodes.node_of.update(dict.fromkeys(part, len(parts)))
        parts.append(part)
        nodes.stays.append(fairness.allows_staying(part, _within(quiet, part)))
    for node, part in enumerate(parts):
        colour = view.colour[next(iter(part))]
        silent, loud = set(), set()
        for i in part:
            for (_, target), code in zip(view.edges[i], view.codes[i], strict=True):
                if code or view.colour[target] != colour:
                    loud.add((code, nodes.node_of[target]))
                else:
                    silent.add(nodes.node_of[target])
        nodes.colour.append(colour)
        nodes.silent.append(frozenset(silent - {node}))
        nodes.loud.append(frozenset(loud))
    return nodes


def silent_cycle(view: View, state: int) -> set[int]:
    """Return the states that lie on silent cycles with a state, and that state."""
    after: dict[int, list[int]] = {}
    waiting = [state]
    while waiting:
        i = waiting.pop()
        if i not in after:
            after[i] = [target for _, target in view.silent(i)]
            waiting += after[i]
    return next(part for part in strongly_connected(after) if state in part)


def joined(view: View, block_of: Mapping[int, int], traps: Collection[int]) -> Nodes:
    """
    Return the nodes of a view with all bisimilar states made one.

    Parameters
    ----------
    view, block_of
        What is seen, and for each of its states a number that the bisimilar ones have as well.
    traps
        The states in which a fair run can stay for ever by silent steps, or by none.

    Returns
    -------
    Nodes
        Whatever the numbers of the blocks: their first states decide which node comes first.
    """
    first: dict[int, int] = {}
    rank_of = {i: first.setdefault(block_of[i], len(first)) for i in view.edges}
    colour = {rank: view.colour[i] for i, rank in rank_of.items()}
    steps: list[set[tuple[int, int]]] = [set() for _ in first]
    for i, edges in view.edges.items():
        own = rank_of[i]
        for (_, target), code in zip(edges, view.codes[i], strict=True):
            there = rank_of[target]
            if code or there != own:
                steps[own].add((code, there))
    quiet = [
        sorted(there for code, there in its if not code and colour[there] == colour[own])
        for own, its in enumerate(steps)
    ]
    order = tuple(TopologicalSorter(dict(enumerate(quiet))).static_order())
    node = {rank: number for number, rank in enumerate(order)}
    staying = {rank_of[i] for i in traps}
    return Nodes(
        {i: node[rank] for i, rank in rank_of.items()},
        [colour[rank] for rank in order],
        [rank in staying for rank in order],
        [frozenset(node[there] for there in quiet[rank]) for rank in order],
        [
            frozenset(
                (code, node[there])
                for code, there in steps[rank]
                if code or colour[there] != colour[rank]
            )
            for rank in order
        ],
    )


def _within(quiet: Mapping[int, Sequence[Edge]], part: set[int]) -> Callable[[int], Iterator[Edge]]:
    return lambda i: (edge for edge in quiet[i] if edge[1] in part)


class Partition:
    """
    The coarsest partition described above, and how it came about.

    Refined in rounds: the nodes that a round concerns are signed under the partition as it is,
    then blocks are split; the largest piece of a block keeps its number, and the next round
    concerns the nodes of the other pieces and those with a step to them.

    Parameters
    ----------
    nodes
        What is divided.
    check
        Called in each round; it may raise an error to end it.

    Attributes
    ----------
    block, signature
        For each node the number of its block, and its signature.
    """

    def __init__(self, nodes: Nodes, check: Callable[[], None] = lambda: None) -> None:
        self.nodes = nodes
        self.block: list[int] = list(nodes.colour)
        nothing: Signature = frozenset()
        self.signature: list[Signature] = [nothing] * len(self.block)
        self._interned = {nothing: nothing}
        self._members: list[set[int]] = [set() for _ in set(self.block)]
        for node, block in enumerate(self.block):
            self._members[block].add(node)
        self._common = [nothing] * len(self._members)
        self._origin: list[tuple[int, int]] = [(-1, 0)] * len(self._members)
        self._rounds: list[dict[int, Signature]] = [{}]
        self._refine(check)

    def block_of(self, state: int) -> int:
        """Return the block of a state."""
        return self.block[self.nodes.node_of[state]]

    def same(self, one: int, two: int) -> bool:
        """Return whether two states are bisimilar."""
        return self.block_of(one) == self.block_of(two)

    def does(self, state: int, code: int, target: int) -> bool:
        """Return whether a state, all still being open, can say this and be as `target` is."""
        return self.entry(code, self.block_of(target)) in self.signature[self.nodes.node_of[state]]

    def steps(self, signature: Signature) -> list[tuple[int, int]]:
        """Return the (code, block) pairs of a signature, in order."""
        return [divmod(each, len(self.block)) for each in sorted(signature) if each != STAYS]

    def of_block(self, block: int) -> Signature:
        """Return the signature of the nodes of a block."""
        return self.signature[next(iter(self._members[block]))]

    def colour_of_block(self, block: int) -> int:
        """Return the colour of the nodes of a block."""
        return self.nodes.colour[next(iter(self._members[block]))]

    def block_before(self, node: int, round_: int) -> int:
        """Return the block in which a node was when a round began."""
        block = self.block[node]
        while self._origin[block][1] >= round_:
            block = self._origin[block][0]
        return block

    def parting(self, one: int, two: int) -> tuple[int, Signature, Signature]:
        """Return the round that parted two nodes of one colour, and their signatures in it."""
        for round_ in sorted({*self._parted(one), *self._parted(two)}):
            mine, its = (self.block_before(node, round_ + 1) for node in (one, two))
            if mine != its:
                return round_, self._rounds[round_][mine], self._rounds[round_][its]
        raise AssertionError("these two were never parted")

    def _parted(self, node: int) -> Iterator[int]:
        block, round_ = self._origin[self.block[node]]
        while round_ > 0:
            yield round_
            block, round_ = self._origin[block]

    def entry(self, code: int, block: int) -> int:
        """Return the entry of a signature for a step that says this and leads to that block."""
        return code * len(self.block) + block

    def _refine(self, check: Callable[[], None]) -> None:
        silent_before, loud_before = self.nodes.silent_before(), self.nodes.loud_before()
        dirty: Iterable[int] = range(len(self.block))
        while changed := self._sign(dirty, silent_before):
            check()
            moved = self._split(changed)
            dirty = set(moved)
            for node in moved:
                dirty.update(silent_before[node], loud_before[node])

    def _sign(self, dirty: Iterable[int], silent_before: list[list[int]]) -> list[int]:
        """Sign these nodes anew, and those whose signature holds theirs; return what changed."""
        waiting = sorted(dirty)
        queued, changed = set(waiting), []
        while waiting:
            node = heapq.heappop(waiting)
            signature = self._signed(node)
            if signature is self.signature[node]:
                continue
            self.signature[node] = signature
            changed.append(node)
            for before in silent_before[node]:
                if self.block[before] == self.block[node] and before not in queued:
                    queued.add(before)
                    heapq.heappush(waiting, before)
        return changed

    def _signed(self, node: int) -> Signature:
        block, own = self.block, self.block[node]
        signature = {self.entry(code, block[target]) for code, target in self.nodes.loud[node]}
        if self.nodes.stays[node]:
            signature.add(STAYS)
        for target in self.nodes.silent[node]:
            if block[target] == own:
                signature |= self.signature[target]
            else:
                signature.add(self.entry(0, block[target]))
        made = frozenset(signature)
        return self._interned.setdefault(made, made)

    def _split(self, changed: list[int]) -> list[int]:
        """Split the blocks of these nodes by signature; return the nodes with a new block."""
        by_block: dict[int, dict[Signature, list[int]]] = {}
        for node in changed:
            groups = by_block.setdefault(self.block[node], {})
            groups.setdefault(self.signature[node], []).append(node)
        self._rounds.append({})
        moved: list[int] = []
        for block, groups in by_block.items():
            moved += self._divide(block, groups)
        return moved

    def _divide(self, block: int, groups: dict[Signature, list[int]]) -> list[int]:
        """Let the largest group, or what has not changed, keep the block; give others new ones."""
        keeps = max(groups, key=lambda signature: len(groups[signature]))
        members, was = self._members[block], self._common[block]
        rest = len(members) - sum(map(len, groups.values()))
        if rest >= len(groups[keeps]):
            keeps = was
        elif rest:
            groups[was] = sorted(members.difference(*groups.values()))
        self._common[block] = self._rounds[-1][block] = keeps
        moved: list[int] = []
        for signature, nodes in groups.items():
            if signature is not keeps:
                self._begin(block, signature, nodes)
                moved += nodes
        return moved

    def _begin(self, parent: int, signature: Signature, nodes: list[int]) -> None:
        new = len(self._members)
        self._members.append(set(nodes))
        self._members[parent].difference_update(nodes)
        self._common.append(signature)
        self._origin.append((parent, len(self._rounds) - 1))
        self._rounds[-1][new] = signature
        for node in nodes:
            self.block[node] = new
