"""
Loops in which time stands still: infinitely many steps in no time (Zeno).

In a state in which a rule that takes no time is enabled, no time passes. A loop of such states,
each left by a step that can be taken as soon as its rule is enabled, can go on for ever, and as
long as it does no time passes: no deadline is ever met in it, and nothing that waits for time ever
happens. If all its rules take no time, it is a fault of the model: nobody is free to be slower, so
a rule that should take some time does not. If somebody in it is, as a party that may do something
at any moment, it only shows that nothing keeps them from acting infinitely often in no time.

Whatever is judged in time is judged of the runs in which time goes on, and says nothing of either.
A loop of states in one of which time may pass is neither.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hamodel.budget import NO_FAULT, Budget
from hamodel.engine.graph import strongly_connected
from hamodel.engine.limits import NO_LIMITS, Cut, Limits
from hamodel.engine.reference import Product
from hamodel.engine.timed import still, zones
from hamodel.engine.timed.dates import Zeno, dated
from hamodel.expr import FALSE
from hamodel.system import System

if TYPE_CHECKING:
    from hamodel.engine.timed.search import Search

Edges = Mapping[int, Sequence[tuple[int, int]]]
"""For each state of a loop its steps that stay among such states: action, state."""


@dataclass(frozen=True, slots=True)
class ZenoLoops:
    """
    The loops in which time stands still.

    Attributes
    ----------
    found
        One for each set of rules, in the order in which the search met them.
    cut
        What has cut the search short, if anything did: then there may be more.
    states, classes
        How many states time reached, and how many classes of them.
    """

    found: tuple[Zeno, ...]
    cut: Cut | None
    states: int
    classes: int


def zeno_loops(
    system: System, budget: Budget = NO_FAULT, *, limits: Limits = NO_LIMITS
) -> ZenoLoops:
    """
    Return the loops in which time stands still, of all that time reaches within a budget.

    Raises
    ------
    SearchError, TooWideError
        As a search in time does.
    """
    from hamodel.engine.timed.search import Search

    search = Search(Product(system, budget), (FALSE, FALSE, FALSE), limits)
    _, cut = search.first(lambda _first, _last: -1)
    found = *forced_loops(search), *_other_loops(search)
    return ZenoLoops(found, cut, search.states.size, search.size)


def forced_loops(search: Search) -> tuple[Zeno, ...]:
    """Return the loops of rules that take no time, among the classes that a search has left."""
    first = first_classes(search)
    found: dict[frozenset[str], Zeno] = {}
    for part, edges in loops(search, forced=True):
        start = min(part, key=first.__getitem__)
        its = _zeno(search, first[start], _way(edges, start, start), start, forced=True)
        found.setdefault(frozenset(its.rules), its)
    return tuple(found.values())


def _other_loops(search: Search) -> tuple[Zeno, ...]:
    """Return the loops that somebody goes round who is free to be slower."""
    takes, first = search.states.steps.takes, first_classes(search)
    found: dict[frozenset[str], Zeno] = {}
    for part, edges in loops(search, forced=False):
        free = [
            (first[state], action, state, target)
            for state in part
            for action, target in edges[state]
            if takes[action, 1] > 0
        ]
        if not free:
            continue
        _, action, state, target = min(free)
        way = (action, *(() if target == state else _way(edges, target, state)))
        its = _zeno(search, first[state], way, state, forced=False)
        found.setdefault(frozenset(its.rules), its)
    return tuple(found.values())


def _zeno(search: Search, one: int, way: Sequence[int], state: int, *, forced: bool) -> Zeno:
    """Return a loop that begins in a state, whose first class is known."""
    to_it, _ = search.actions_to(one)
    names = tuple(search.product.actions[action].rule.name for action in way)
    run = dated(search.product, to_it, 0, longest=False)
    return Zeno(names, run, forced, _leaves(search, state))


def first_classes(search: Search) -> dict[int, int]:
    """Return for each state that time reaches the first class of it that was found and left."""
    states, found = np.unique(search.classes.states[: search.left], return_index=True)
    return dict(zip(states.tolist(), found.tolist(), strict=True))


def loops(search: Search, *, forced: bool) -> Iterator[tuple[set[int], Edges]]:
    """
    Yield each strongly connected part of states in which time stands still, and the steps within.

    With `forced` of steps that take no time; else of all that can be taken in none.
    """
    steps = search.states.steps
    most = 0 if forced else int(zones.FOREVER)
    reached = np.zeros(len(steps.urgent), np.bool_)
    reached[search.classes.states[: search.left]] = True
    kept = still.endless_at_once(steps, reached & steps.urgent, most)
    edges: dict[int, list[tuple[int, int]]] = {}
    for state in np.flatnonzero(kept).tolist():
        edges[state] = [
            (action, target)
            for action, target in _steps(search, state)
            if steps.takes[action, 0] == 0 and steps.takes[action, 1] <= most and kept[target]
        ]
    successors = {state: [target for _, target in its] for state, its in edges.items()}
    for part in strongly_connected(successors):
        inside = {state: [each for each in edges[state] if each[1] in part] for state in part}
        if any(inside.values()):
            yield part, inside


def _steps(search: Search, state: int) -> Iterator[tuple[int, int]]:
    steps = search.states.steps
    begin, end = steps.starts[state].tolist()
    yield from zip(
        steps.actions[begin:end].tolist(), steps.targets[begin:end].tolist(), strict=True
    )


def _way(edges: Edges, begin: int, end: int) -> tuple[int, ...]:
    """Return the actions of a shortest way, of one step or more, from a state to another."""
    before: dict[int, tuple[int, int]] = {}
    waiting = deque([begin])
    while end not in before:
        state = waiting.popleft()
        for action, target in edges[state]:
            if target not in before:
                before[target] = state, action
                waiting.append(target)
    actions: list[int] = []
    state = end
    while not actions or state != begin:
        state, action = before[state]
        actions.append(action)
    return tuple(reversed(actions))


def _leaves(search: Search, start: int) -> bool:
    """Return whether steps that take no time lead from a state to where time goes on."""
    steps = search.states.steps
    seen, waiting = {start}, [start]
    while waiting:
        state = waiting.pop()
        if not steps.urgent[state]:
            return True
        for action, target in _steps(search, state):
            if steps.takes[action, 0] == 0 and target not in seen:
                seen.add(target)
                waiting.append(target)
    return False
