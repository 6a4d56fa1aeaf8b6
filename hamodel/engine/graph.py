"""
Runs without end: `leads_to` under weak fairness, on the graph of a finished exploration.

A run obeys weak fairness of a group iff, from no point on, a rule of the
group stays enabled for ever without one of its rules ever happening. In
a finite graph such a run ends up in a strongly connected part in which
each fair group is disabled somewhere, or happens somewhere; the whole of
a part is as good for that as any loop in it. A part of one state stands
also for the run that stays there for ever because nothing that must
happen is enabled.

References
----------
Lichtenstein and Pnueli, "Checking that finite state concurrent programs
satisfy their linear specification", POPL 1985, https://doi.org/10.1145/318593.318622
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy as shallow
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any, NamedTuple, cast

from hamodel.engine.explored import Edge, Explored
from hamodel.rule import Kind

Inside = Callable[[int], Iterable[Edge]]
"""For a state of a part of the graph, those of its edges that stay in the part."""


@dataclass(frozen=True, slots=True)
class Lasso:
    """A run without end: the actions before the loop, and those of the loop (none: it stays)."""

    stem: tuple[int, ...]
    loop: tuple[int, ...]


class Fairness:
    """
    Which steps must happen: the protocol's groups, and those that a property assumes.

    Parameters
    ----------
    exploration, assumed
        What was searched, and the names of the groups that a property assumes fair.
    edges
        The steps of the states that are asked for, where they are known by themselves.

    Attributes
    ----------
    groups
        The names of the fair groups; the group of place i has the bit 1 << i.
    edges
        The steps where they are known by themselves; None for those of the exploration.
    bit_of
        For each action the bit of its group; 0 for an action that nobody must take.
    """

    def __init__(
        self,
        exploration: Explored,
        assumed: Collection[str] = (),
        edges: Mapping[int, Sequence[Edge]] | Sequence[Sequence[Edge]] | None = None,
    ) -> None:
        bits: dict[str, int] = {}
        self.bit_of: list[int] = []
        for action in exploration.product.actions:
            rule = action.rule
            fair = rule.kind is Kind.PROTOCOL or rule.group in assumed
            self.bit_of.append(bits.setdefault(rule.group, 1 << len(bits)) if fair else 0)
        self.groups = tuple(bits)
        self._exploration, self.edges = exploration, edges

    def along(self, edges: Sequence[Sequence[Edge]]) -> Fairness:
        """Return the same for steps that are known by themselves."""
        copy = shallow(self)
        copy.edges = edges
        return copy

    def enabled(self, state: int) -> int:
        """Return the bits of the fair groups of which a rule is enabled in a state."""
        bits, bit_of = 0, self.bit_of
        edges = self._exploration.edges if self.edges is None else self.edges
        for action, _ in edges[state]:
            bits |= bit_of[action]
        return bits

    def allows_staying(self, part: Collection[int], inside: Inside) -> bool:
        """
        Return whether a fair run can stay in this strongly connected part for ever.

        True iff each fair group is disabled in a state of the part, or happens inside it. So a
        part of one state without a loop is allowed iff no fair group is enabled there.
        """
        waiting = reduce(and_, map(self.enabled, part))
        for state in part:
            if not waiting:
                return True
            for action, _ in inside(state):
                waiting &= ~self.bit_of[action]
        return not waiting


class _Adjacency:
    """
    What networkx's search asks of a directed graph, read off a mapping: no edge is copied.

    A `networkx.DiGraph` of 1,600,000 edges takes longer to build than to search.
    """

    def __init__(self, adjacency: Mapping[int, Sequence[int]]) -> None:
        self._adj = adjacency

    def __iter__(self) -> Iterator[int]:
        return iter(self._adj)

    def __len__(self) -> int:
        return len(self._adj)

    def __getitem__(self, node: int) -> Sequence[int]:
        return self._adj[node]

    def is_directed(self) -> bool:
        """Return True: edges have a direction."""
        return True

    def is_multigraph(self) -> bool:
        """Return False: how many edges join two nodes makes no difference here."""
        return False


def load_networkx() -> None:
    """Import what `strongly_connected` uses: before processes are forked, so that they share it."""
    import networkx as nx  # noqa: F401 - imported when used: `import hamodel` stays light


def strongly_connected(successors: Mapping[int, Sequence[int]]) -> Iterator[set[int]]:
    """
    Yield the strongly connected parts of a graph, each after all those that it leads to.

    By networkx: Nuutila and Soisalon-Soininen's variant of Tarjan's algorithm, which completes a
    part only when everything that can be reached from it is complete.
    """
    import networkx as nx

    yield from nx.strongly_connected_components(cast(Any, _Adjacency(successors)))


class Traps(NamedTuple):
    """
    Where a premise leads without its conclusion, and where a fair run can stay there.

    Attributes
    ----------
    start
        The states where the premise holds and the conclusion does not, in order.
    region
        What is reached from them without the conclusion: for each state its successors there.
    held
        For each state in which a fair run can stay for ever, the part of the graph that it is in.
    """

    start: list[int]
    region: dict[int, list[int]]
    held: dict[int, set[int]]


def traps(
    exploration: Explored,
    premise: Sequence[bool],
    conclusion: Sequence[bool],
    fairness: Fairness,
) -> Traps:
    """
    Return where a fair run can stay for ever without the conclusion; as for `unfulfilled`.

    Of a search that was cut short only what it has expanded is looked at.
    """
    edges = exploration.edges
    exploration.check_time()
    start = [i for i in range(len(edges)) if premise[i] and not conclusion[i]]
    unknown = [True] * (len(conclusion) - len(edges))
    region = _reachable(start, edges, [*conclusion[: len(edges)], *unknown])
    held: dict[int, set[int]] = {}
    for part in strongly_connected(region):
        exploration.check_time()
        if fairness.allows_staying(part, _within(edges, part)):
            held.update(dict.fromkeys(part, part))
    return Traps(start, region, held)


def unfulfilled(
    exploration: Explored,
    premise: Sequence[bool],
    conclusion: Sequence[bool],
    fairness: Fairness,
) -> Lasso | None:
    """
    Return a fair run on which the premise holds once and the conclusion never from there on.

    Parameters
    ----------
    premise, conclusion
        For each state, whether they hold there.

    Returns
    -------
    Lasso or None
        None iff there is no such run. Otherwise the shorter of two, stem and loop together: the
        run with a shortest stem to a part of the graph where a fair run can stay, with the loop
        that `fair_loop` finds there; and the shortest run to a state that need never be left.
    """
    edges = exploration.edges
    start, region, held = traps(exploration, premise, conclusion, fairness)
    found = _stem(exploration, start, region, held)
    if found is None:
        return None
    stem, end = found
    loop = fair_loop(end, _within(edges, held[end]), fairness)
    if loop:
        still = {i for i in held if not fairness.enabled(i)}
        staying = _stem(exploration, start, region, still)
        if staying is not None and len(staying[0]) <= len(stem) + len(loop):
            stem, loop = staying[0], []
    return Lasso(tuple(stem), tuple(loop))


def _reachable(
    start: Iterable[int], edges: Sequence[Sequence[Edge]], barred: Sequence[bool]
) -> dict[int, list[int]]:
    """Return what is reached from `start` past no barred state: for each state its successors."""
    region: dict[int, list[int]] = {i: [] for i in start}
    queue = deque(region)
    while queue:
        i = queue.popleft()
        successors = region[i] = [t for _, t in edges[i] if not barred[t]]
        for target in successors:
            if target not in region:
                region[target] = []
                queue.append(target)
    return region


def _within(edges: Sequence[Sequence[Edge]], part: Collection[int]) -> Inside:
    return lambda i: [edge for edge in edges[i] if edge[1] in part]


def _stem(
    exploration: Explored, start: Sequence[int], region: Collection[int], goals: Collection[int]
) -> tuple[list[int], int] | None:
    """
    Return the actions of a shortest run that goes by way of `start` and `region` to a goal.

    Breadth first, each state of `start` entering when the search is as deep as that state.
    """
    parents: dict[int, Edge] = {}
    waiting, frontier, depth = deque(start), list[int](), 0
    while frontier or waiting:
        depth = depth if frontier else exploration.depths[waiting[0]]
        while waiting and exploration.depths[waiting[0]] <= depth:
            if (i := waiting.popleft()) not in parents:
                parents[i] = (-1, -1)
                frontier.append(i)
        following: list[int] = []
        for i in frontier:
            if i in goals:
                return _run(exploration, parents, i), i
            for action, target in exploration.edges[i]:
                if target in region and target not in parents:
                    parents[target] = (action, i)
                    following.append(target)
        frontier, depth = following, depth + 1
    return None


def _run(exploration: Explored, parents: Mapping[int, Edge], state: int) -> list[int]:
    actions = []
    while parents[state][0] >= 0:
        action, state = parents[state]
        actions.append(action)
    return [*exploration.actions_to(state), *actions[::-1]]


def fair_loop(start: int, inside: Inside, fairness: Fairness) -> list[int]:
    """
    Return the actions of a fair loop from `start` within a part that allows staying.

    Empty iff `start` need never be left. The shorter of two: the shortest fair one among the
    shortest ways home after each first step; and the one that, as long as some group has been
    enabled all along and has not happened, goes to the nearest state or step that ends that, and
    then home. Short, but not always the shortest: that is as hard as a travelling salesman's tour.
    """
    if not fairness.enabled(start):
        return []
    loops = [_dutiful(start, inside, fairness)]
    for edge in inside(start):
        loop = [edge, *_home(edge[1], start, inside)]
        if not _owed(fairness.enabled(start), loop, fairness):
            loops.append(loop)
    return [action for action, _ in min(loops, key=len)]


def _dutiful(start: int, inside: Inside, fairness: Fairness) -> list[Edge]:
    owed, loop, here = fairness.enabled(start), list[Edge](), start
    while owed:
        edges = _relief(here, inside, owed, fairness)
        owed = _owed(owed, edges, fairness)
        loop += edges
        here = edges[-1][1]
    return loop + _home(here, start, inside)


def _owed(owed: int, edges: Iterable[Edge], fairness: Fairness) -> int:
    """Return which of these groups neither happen nor are disabled along a way."""
    for action, target in edges:
        owed &= ~fairness.bit_of[action] & fairness.enabled(target)
    return owed


def _home(start: int, end: int, inside: Inside) -> list[Edge]:
    return _shortest(start, inside, lambda state: state == end, lambda _: False)


def _relief(start: int, inside: Inside, owed: int, fairness: Fairness) -> list[Edge]:
    """Return a shortest way to where one of these groups is disabled, or by a step of one."""
    return _shortest(
        start,
        inside,
        lambda state: bool(owed & ~fairness.enabled(state)),
        lambda action: bool(owed & fairness.bit_of[action]),
    )


def _shortest(
    start: int, inside: Inside, at: Callable[[int], bool], by: Callable[[int], bool]
) -> list[Edge]:
    """Return a shortest way to a state that `at` accepts, or by an action that `by` accepts."""
    parents: dict[int, tuple[int, Edge]] = {}
    queue = deque([start])
    while queue:
        i = queue.popleft()
        if at(i):
            return way(parents, start, i)
        for edge in inside(i):
            if by(edge[0]):
                return [*way(parents, start, i), edge]
            if edge[1] != start and edge[1] not in parents:
                parents[edge[1]] = (i, edge)
                queue.append(edge[1])
    raise AssertionError("the part allows no fair run to stay")


def way(parents: Mapping[int, tuple[int, Edge]], start: int, end: int) -> list[Edge]:
    """Return the edges from `start` to `end`, each state's parent and edge being known."""
    edges = []
    while end != start:
        end, edge = parents[end]
        edges.append(edge)
    return edges[::-1]
