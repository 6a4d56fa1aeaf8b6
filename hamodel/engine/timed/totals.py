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
from itertools import permutations

import numpy as np

from hamodel.budget import NO_FAULT, Budget
from hamodel.engine.limits import NO_LIMITS, Cut, Limits, Meter, cut_by
from hamodel.engine.packed.compiling import compiled
from hamodel.engine.reference import Product
from hamodel.engine.timed.dates import Dated, bounds_of
from hamodel.engine.timed.search import waits
from hamodel.engine.timed.states import States
from hamodel.engine.timed.zones import BOUNDED, FOREVER, Steps, Zones, plus
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


@compiled
def left(
    steps: Steps,
    state: int,
    extra: int,
    zone: Zones,
    action: int,
    target: int,
    event: int,
    after: Zones,
) -> int:
    """
    Put into `after` the zone in which a class is left by a step; as `zones.fired`, with more rows.

    Parameters
    ----------
    extra
        How many dates are kept behind those of the rules.
    event
        1 if the moment of this step becomes one of them, otherwise 0.

    Returns
    -------
    int
        How many rows the zone has; -1 if the step cannot happen.
    """
    first, last = steps.bounded[state]
    own = last - first
    size = own + 1 + extra
    kind, frozen = steps.kinds[action], steps.urgent[state]
    place = 0
    if kind == BOUNDED:
        for k in range(own):
            if steps.rules[first + k] == action:
                place = k + 1
    least = np.full(size, FOREVER, np.int64)
    for j in range(size):
        if frozen:
            least[j] = zone[j]
        else:
            for k in range(1, own + 1):
                least[j] = min(least[j], zone[k * size + j])
    if kind == BOUNDED and least[place] < 0:
        return -1
    its_first, its_last = steps.bounded[target]
    its_own = its_last - its_first
    its_size = its_own + 1 + extra + event
    old = np.full(its_size, -1, np.int64)
    for k in range(its_own):
        rule = steps.rules[its_first + k]
        if rule != action:
            for other in range(own):
                if steps.rules[first + other] == rule:
                    old[k + 1] = other + 1
    for k in range(extra):
        old[its_own + 1 + k] = own + 1 + k
    for i in range(1, its_size):
        if old[i] < 0:
            earliest = latest = np.int64(0)
            if i <= its_own:
                rule = steps.rules[its_first + i - 1]
                earliest, latest = steps.takes[rule, 0], steps.takes[rule, 1]
            after[i * its_size], after[i] = latest, -earliest
        else:
            after[i * its_size] = zone[old[i] * size + place]
            after[i] = least[old[i]]
    after[0] = 0
    for i in range(1, its_size):
        for j in range(1, its_size):
            if i == j:
                bound = np.int64(0)
            elif old[i] < 0 or old[j] < 0:
                bound = plus(after[i * its_size], after[j])
            else:
                bound = zone[old[i] * size + old[j]]
                if kind == BOUNDED:
                    bound = min(bound, plus(zone[old[i] * size + place], least[old[j]]))
            after[i * its_size + j] = bound
    return int(its_size)


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
                total = before + _together(zone.reshape(size, size), extra)
                if total > self.most[0]:
                    self.most = total, one, action
            if extra > 1:
                zone, extra, before = _collapsed(zone.reshape(size, size), extra, before)
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
        run, total = _dated(self.product, actions, pairs)
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


def _together(zone: Zones, extra: int) -> int:
    """Return how long the waits of a zone take together at most; one that goes on ends now."""
    dates = range(len(zone) - extra, len(zone))
    begins, ends = dates[::2], [*dates[1::2], *([0] * (extra % 2))]
    return min(
        sum(int(zone[end, begin]) for end, begin in zip(ends, order, strict=True))
        for order in permutations(begins)
    )


def _collapsed(zone: Zones, extra: int, before: int) -> tuple[Zones, int, int]:
    """
    Return a class without the dates of waits that nothing keeps close to what came after; or as is.

    All that is known of such dates and later ones is that they are earlier: so whatever they are,
    all else can be as it is, if they are only long enough ago.
    """
    own = len(zone) - extra
    for many in range(extra - extra % 2, 0, -2):
        old = np.arange(own, own + many)
        rest = np.concatenate([np.arange(own), np.arange(own + many, len(zone))])
        if (zone[np.ix_(rest, old)] >= FOREVER).all():
            total = _together(zone[: own + many, : own + many], many)
            return zone[np.ix_(rest, rest)].reshape(-1), extra - many, before + total
    return zone.reshape(-1), extra, before


def _dated(
    product: Product, actions: Sequence[int], pairs: Sequence[tuple[int, int]]
) -> tuple[tuple[Dated, ...], int]:
    """
    Return dates of a run with which its waits take together as long as they can, and how long.

    Of the pairs of ends and beginnings that bound the total each holds with equality then.
    """
    size = len(actions) + 1
    most = np.full((size, size), FOREVER, np.int64)
    np.fill_diagonal(most, 0)
    for i, j, bound in bounds_of(product, actions):
        most[i, j] = min(most[i, j], bound)
    _close(most)
    begins, ends = [begin for begin, _ in pairs], [end for _, end in pairs]
    order = min(
        permutations(begins),
        key=lambda some: sum(int(most[e, b]) for e, b in zip(ends, some, strict=True)),
    )
    total = 0
    for end, begin in zip(ends, order, strict=True):
        total += int(most[end, begin])
        most[begin, end] = min(most[begin, end], -most[end, begin])
    _close(most)
    # As late as can be after the beginning; what has no latest, as early as can be.
    fixed = [0]
    for place in range(1, size):
        late = min(fixed[k] + int(most[place, k]) for k in range(place))
        early = max(fixed[k] - int(most[k, place]) for k in range(place))
        fixed.append(early if late >= FOREVER // 2 else late)
    names = [product.actions[place].rule.name for place in actions]
    return tuple(Dated(name, at) for name, at in zip(names, fixed[1:], strict=True)), total


def _close(most: np.ndarray) -> None:
    """Make a matrix of bounds say in each entry all that they say together (Floyd, Warshall)."""
    for k in range(len(most)):
        through = np.minimum(most[:, k, None] + most[None, k, :], FOREVER)
        np.minimum(most, through, out=most)
