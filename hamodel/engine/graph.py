"""
Runs without end: `leads_to` under weak fairness, on the graph of a finished exploration.

A run obeys weak fairness of a group iff, from no point on, a rule of the
group stays enabled for ever without one of its rules ever happening. In
a finite graph such a run ends up in a strongly connected part in which
each fair group is disabled somewhere, or happens somewhere; a part of one
state stands also for the run that stays there for ever because nothing
that must happen is enabled.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hamodel.engine.reference import Exploration
from hamodel.rule import Kind

Edge = tuple[int, int]
"""An action's place and the state that it leads to."""


@dataclass(frozen=True, slots=True)
class Lasso:
    """A run without end: the actions before the loop, and those of the loop (none: it stays)."""

    stem: tuple[int, ...]
    loop: tuple[int, ...]


class Fairness:
    """Which fairness group each action belongs to; None for an action that nobody must take."""

    def __init__(self, exploration: Exploration, assumed: Collection[str] = ()) -> None:
        self.group_of = [
            action.rule.group
            if action.rule.kind is Kind.PROTOCOL or action.rule.group in assumed
            else None
            for action in exploration.product.actions
        ]
        self._exploration = exploration

    def enabled(self, state: int) -> set[str]:
        """Return the fair groups of which a rule is enabled in a state."""
        groups = (self.group_of[action] for action, _ in self._exploration.edges[state])
        return {group for group in groups if group is not None}

    def allows_staying(self, part: Collection[int]) -> bool:
        """
        Return whether a fair run can stay in this strongly connected part for ever.

        A part of one state without a loop is allowed iff no fair group is enabled there.
        """
        waiting = set.intersection(*(self.enabled(state) for state in part))
        for state in part:
            if not waiting:
                return True
            for action, target in self._exploration.edges[state]:
                if target in part:
                    waiting.discard(self.group_of[action] or "")
        return not waiting


def strongly_connected(
    states: Collection[int], successors: Callable[[int], Iterable[int]]
) -> Iterator[frozenset[int]]:
    """Yield the strongly connected parts of the graph on these states, by networkx."""
    import networkx as nx  # imported when used: `import hamodel` stays light

    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(states)
    graph.add_edges_from((s, t) for s in states for t in successors(s) if t in graph)
    for part in nx.strongly_connected_components(graph):
        yield frozenset(part)


def unfulfilled(
    exploration: Exploration,
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
        With a shortest stem to a premise state from which there is such a run, and from there a
        shortest way to the loop; None if there is no such run.
    """
    edges = exploration.edges
    start = [i for i in range(len(edges)) if premise[i] and not conclusion[i]]
    region = _reachable(start, lambda i: (t for _, t in edges[i] if not conclusion[t]))
    if not region:
        return None
    traps: dict[int, frozenset[int]] = {}
    for part in strongly_connected(region, lambda i: (t for _, t in edges[i] if t in region)):
        if fairness.allows_staying(part):
            traps.update(dict.fromkeys(part, part))
    doomed = _backwards(traps, region, edges)
    begin = next((i for i in start if i in doomed), None)
    if begin is None:
        return None
    way, end = _shortest(begin, traps, lambda i: [e for e in edges[i] if e[1] in region])
    stem = [*_actions_to(exploration, begin), *way]
    return Lasso(tuple(stem), tuple(_fair_loop(end, traps[end], exploration, fairness)))


def _reachable(start: Iterable[int], successors: Callable[[int], Iterable[int]]) -> set[int]:
    seen = set(start)
    queue = deque(seen)
    while queue:
        for target in successors(queue.popleft()):
            if target not in seen:
                seen.add(target)
                queue.append(target)
    return seen


def _backwards(
    goals: Iterable[int], region: Collection[int], edges: Sequence[Sequence[Edge]]
) -> set[int]:
    before: dict[int, list[int]] = {i: [] for i in region}
    for i in region:
        for _, target in edges[i]:
            if target in before:
                before[target].append(i)
    return _reachable(goals, before.__getitem__)


def _shortest(
    start: int, goals: Collection[int], successors: Callable[[int], Iterable[Edge]]
) -> tuple[list[int], int]:
    """Return the actions of a shortest way to one of the goals, and the goal."""
    parents: dict[int, tuple[int, int]] = {start: (-1, -1)}
    queue = deque([start])
    while queue:
        i = queue.popleft()
        if i in goals:
            end, way = i, []
            while parents[i][0] >= 0:
                i, action = parents[i]
                way.append(action)
            return way[::-1], end
        for action, target in successors(i):
            if target not in parents:
                parents[target] = (i, action)
                queue.append(target)
    raise AssertionError("no goal can be reached")


def _actions_to(exploration: Exploration, state: int) -> list[int]:
    actions = []
    while state > 0:
        state, action = exploration.parents[state]
        actions.append(action)
    return actions[::-1]


def _fair_loop(
    start: int, part: frozenset[int], exploration: Exploration, fairness: Fairness
) -> list[int]:
    """Return the actions of a loop within a part that visits what fairness wants, from `start`."""
    edges = exploration.edges

    def inside(i: int) -> list[Edge]:
        return [e for e in edges[i] if e[1] in part]

    waiting = set.intersection(*(fairness.enabled(state) for state in part))
    everything = set().union(*(fairness.enabled(state) for state in part))
    loop, here = [], start

    def go(goals: Collection[int]) -> None:
        nonlocal here
        way, here = _shortest(here, goals, inside)
        loop.extend(way)

    for group in sorted(everything - waiting):
        if not any(group not in fairness.enabled(state) for state in {here}):
            go({state for state in part if group not in fairness.enabled(state)})
    for group in sorted(waiting):
        taking: Mapping[int, Edge] = {
            i: e for i in part for e in inside(i) if fairness.group_of[e[0]] == group
        }
        go(taking)
        action, here = taking[here]
        loop.append(action)
    if loop or any(inside(here)):
        go({start})
    return loop
