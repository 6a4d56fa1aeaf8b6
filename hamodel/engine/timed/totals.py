"""
How long all waits of a run take together, at most over all runs: exactly, and with such a run.

A class keeps a row for when each wait began and when it ended, as long as that can matter for what
comes; so a zone holds all ways in which those dates can lie, and the most that the waits can take
together is the cheapest way to pair ends with beginnings: the dual of the total, as each end counts
once and each beginning once. Where time may pass without a limit after the last wait, what was
does not matter any more but by its total: then the rows give way to that number.

References
----------
Ahuja, Magnanti and Orlin, "Network Flows", Prentice Hall 1993, section 9.4: the dual of a sum of
differences is a flow of least cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from hamodel.budget import NO_FAULT, Budget
from hamodel.engine.limits import NO_LIMITS, Cut, Limits, Meter, cut_by
from hamodel.engine.reference import Product
from hamodel.engine.timed.dates import Dated
from hamodel.engine.timed.leaving import left
from hamodel.engine.timed.pairing import collapsed, dated_run, together
from hamodel.engine.timed.search import waits
from hamodel.engine.timed.states import States
from hamodel.engine.timed.zones import FOREVER, Zones
from hamodel.expr import TRUE, Expr
from hamodel.system import System

WAITS_MAX = 5
"""So many waits may lie so close together that each matters for the others."""


@dataclass(frozen=True, slots=True)
class Total:
    """
    How long all waits of a run take together.

    Attributes
    ----------
    ms
        How long; None for without end.
    run
        The rules that happen, each with when it does, in ms; empty if it is without end.
    waits
        For each wait after how many steps it begins, and after how many it ends: at the last step,
        if it still goes on then.
    """

    ms: int | None
    run: tuple[Dated, ...] = ()
    waits: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Totals:
    """
    The longest total over all runs.

    Attributes
    ----------
    worst
        The longest; None where no wait is met.
    cut
        What has cut the search short, if anything did: then it is no bound. `Cut.STATES` also where
        more than `WAITS_MAX` waits lie close together.
    classes
        How many classes of states were found.
    """

    worst: Total | None
    cut: Cut | None
    classes: int


def totals(
    system: System,
    begin: Expr,
    end: Expr,
    budget: Budget = NO_FAULT,
    *,
    since: Expr = TRUE,
    limits: Limits = NO_LIMITS,
) -> Totals:
    """
    Return how long all waits of a run can take together; a wait is one of `search.waits`.

    The same as `hamodel.engine.ticks.total`, at a cost that does not depend on the unit of time.

    Raises
    ------
    SearchError
        As a search of the reachable states does.
    TooWideError
        If the system does not fit into the words of a packed state.
    """
    single = waits(system, begin, end, budget, since=since, limits=limits)
    if single.cut is not None:
        return Totals(None, single.cut, single.classes)
    if single.worst is not None and single.worst.ms is None:
        return Totals(Total(None), None, single.classes)
    return _Search(Product(system, budget), (since, begin, end), limits).found()


@dataclass(frozen=True, slots=True)
class _Class:
    """A state, how many dates are kept, the total before them, its zone, and how it was found."""

    state: int
    extra: int
    before: int
    zone: Zones
    parent: int
    action: int


@dataclass(slots=True)
class _Alike:
    """The zones of all classes of one state and so many dates, and their totals."""

    zones: np.ndarray
    before: np.ndarray
    size: int = 0

    def covers(self, zone: Zones, before: int) -> bool:
        """Return whether all that a class allows one of these does, with no smaller total."""
        its = self.zones[: self.size]
        return bool(((its >= zone).all(axis=1) & (self.before[: self.size] >= before)).any())

    def add(self, zone: Zones, before: int) -> None:
        """Keep a class."""
        if self.size == len(self.before):
            self.zones = np.concatenate([self.zones, np.zeros_like(self.zones)])
            self.before = np.concatenate([self.before, np.zeros_like(self.before)])
        self.zones[self.size], self.before[self.size] = zone, before
        self.size += 1


@dataclass(slots=True)
class _Search:
    product: Product
    wait: tuple[Expr, Expr, Expr]
    limits: Limits
    states: States = field(init=False)
    meter: Meter = field(init=False)
    classes: list[_Class] = field(default_factory=list)
    alike: dict[tuple[int, int], _Alike] = field(default_factory=dict)
    most: tuple[int, int, int] = (-1, 0, 0)
    matters: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.meter = Meter(self.limits)
        self.states = States(self.product, self.wait, self.meter)

    def found(self) -> Totals:
        """Search all classes."""
        cut = self._expand()
        if cut is not None:
            return Totals(None, cut, 0)
        self._first()
        one = 0
        while one < len(self.classes):
            try:
                cut = self.meter.met() if one % 256 == 0 else None
                if self.limits.states is not None and len(self.classes) > self.limits.states:
                    cut = Cut.STATES
                endless = cut is None and self._leave(one)
            except MemoryError as error:
                cut, endless = cut_by(error), False
            if endless:
                return Totals(Total(None), None, len(self.classes))
            if cut is not None or self._crowded(one):
                return Totals(self._worst(), cut or Cut.STATES, len(self.classes))
            one += 1
        return Totals(self._worst(), None, len(self.classes))

    def _crowded(self, one: int) -> bool:
        return self.classes[one].extra > 2 * WAITS_MAX

    def _expand(self) -> Cut | None:
        """
        Expand all states, whatever time allows, and find from which of them a wait can still begin.

        Where none can, a class in which none goes on adds nothing more.
        """
        known = 0
        while known < self.states.size:
            first, known = known, self.states.size
            self.states.expand(np.arange(first, known))
            if (cut := self.meter.met()) is not None:
                return cut
        steps = self.states.steps
        starts = steps.starts[:known]
        counts = starts[:, 1] - starts[:, 0]
        sources = np.repeat(np.arange(known), counts)
        firsts = np.repeat(starts[:, 0] - (np.cumsum(counts) - counts), counts)
        targets = steps.targets[firsts + np.arange(len(sources))]
        began = steps.since[sources] & steps.begins[targets] & ~steps.ends[targets]
        self.matters = np.zeros(known, np.bool_)
        self.matters[sources[began]] = True
        found = -1
        while found < (found := int(self.matters.sum())):
            self.matters[sources[self.matters[targets]]] = True
        return None

    def _first(self) -> None:
        steps = self.states.steps
        first, last = steps.bounded[0].tolist()
        waits_ = int(steps.begins[0] and not steps.ends[0])
        takes = [steps.takes[rule].tolist() for rule in steps.rules[first:last]]
        least = [0, *(earliest for earliest, _ in takes), *([0] * waits_)]
        most = [0, *(latest for _, latest in takes), *([0] * waits_)]
        zone = np.array(
            [
                0 if i == j else FOREVER if late >= FOREVER else late - early
                for i, late in enumerate(most)
                for j, early in enumerate(least)
            ],
            np.int64,
        )
        self._keep(_Class(0, waits_, 0, zone, -1, 0))
        self.most = (0, -1, 0) if waits_ else self.most

    def _keep(self, its: _Class) -> bool:
        """Keep a class unless one that was found covers it; return whether it is kept."""
        key = its.state, its.extra
        alike = self.alike.get(key)
        if alike is None:
            alike = _Alike(np.zeros((4, len(its.zone)), np.int64), np.zeros(4, np.int64))
            self.alike[key] = alike
        if alike.covers(its.zone, its.before):
            return False
        alike.add(its.zone, its.before)
        self.classes.append(its)
        return True

    def _leave(self, one: int) -> bool:
        """Take every step from a class; return whether a total grows without limit."""
        its, steps = self.classes[one], self.states.steps
        room = np.zeros((self.states.bounded + 2 + its.extra + 1) ** 2, np.int64)
        waiting = its.extra % 2 == 1
        for step in range(*steps.starts[its.state].tolist()):
            action, target = int(steps.actions[step]), int(steps.targets[step])
            ends = bool(steps.ends[target])
            begins = bool(steps.since[its.state] and steps.begins[target]) and not ends
            event = int(ends if waiting else begins)
            size = left(steps, its.state, its.extra, its.zone, action, target, event, room)
            if size < 0:
                continue
            zone, extra, before = room[: size * size].copy(), its.extra + event, its.before
            if extra:
                total = before + together(zone.reshape(size, size), extra)
                if total > self.most[0]:
                    self.most = total, one, action
            if extra > 1:
                zone, extra, before = collapsed(zone.reshape(size, size), extra, before)
            if extra % 2 == 0 and not self.matters[target]:
                continue
            after = _Class(target, extra, before, zone, one, action)
            if self._keep(after) and self._grows(after):
                return True
        return False

    def _grows(self, its: _Class) -> bool:
        """Return whether a class comes again on its way, with all it allowed, and more lost."""
        if its.extra > 1:
            return False
        other = its.parent
        while other >= 0:
            one = self.classes[other]
            again = (one.state, one.extra) == (its.state, its.extra) and one.before < its.before
            if again and bool((one.zone <= its.zone).all()):
                return True
            other = one.parent
        return False

    def _worst(self) -> Total | None:
        ms, one, action = self.most
        if ms < 0:
            return None
        if one < 0:
            return Total(0)
        actions = [action]
        while one > 0:
            actions.append(self.classes[one].action)
            one = self.classes[one].parent
        actions.reverse()
        pairs = tuple(self._waits(actions))
        run, total = dated_run(self.product, actions, pairs)
        assert total == ms, "the run attains its bound"
        return Total(ms, run, pairs)

    def _waits(self, actions: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Yield where each wait of a run begins and ends, by the steps before it."""
        since, begin, end = self.wait
        state = self.product.initial
        began = 0 if begin(state) and not end(state) else None
        for place, action in enumerate(actions, start=1):
            after = dict(self.product.steps(state))[action]
            if began is not None and end(after):
                yield began, place
                began = None
            elif began is None and since(state) and begin(after) and not end(after):
                began = place
            state = after
        if began is not None:
            yield began, len(actions)
