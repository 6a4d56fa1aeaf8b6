"""How long a wait can take, over all runs: exactly, and with a run that takes so long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from hamodel.budget import NO_FAULT, Budget
from hamodel.engine.limits import NO_LIMITS, Cut, Limits, Meter, cut_by
from hamodel.engine.reference import Product
from hamodel.engine.timed import zones
from hamodel.engine.timed.dates import Dated, Zeno, dated
from hamodel.engine.timed.states import States, longer
from hamodel.engine.timed.zeno import forced_loops
from hamodel.engine.timed.zones import FOREVER, Classes, Zones
from hamodel.expr import TRUE, Expr
from hamodel.system import System

CHUNK = 2_048
"""How many classes are left at once."""
NOT_YET = -1


@dataclass(frozen=True, slots=True)
class Wait:
    """
    How long a wait takes in one run.

    Attributes
    ----------
    ms
        How long; None for without end.
    run
        The rules that happen, each with when it does, in ms from the beginning.
    begins
        After how many of them the wait begins.
    why
        What makes it endless: `"stuck"`, nothing but what nobody has to do can happen;
        `"unbounded"`, a rule that is enabled has no latest; `"loop"`, the steps from `again` on
        come again and again. Empty if it ends, with the last step of the run.
    again
        For a loop, where it begins.
    """

    ms: int | None
    run: tuple[Dated, ...]
    begins: int
    why: str = ""
    again: int | None = None


@dataclass(frozen=True, slots=True)
class Waits:
    """
    How long waits take, over all runs.

    Attributes
    ----------
    worst, best
        The longest, and the shortest that ends; None where no wait is met. The search ends with a
        wait without end, and knows no shortest then, unless that alone is looked for.
    cut
        What has cut the search short, if anything did: then neither is a bound.
    states, classes
        How many states were reached, and how many classes of them.
    zeno
        The loops of rules that take no time, if all was searched: no figure is of a run that
        stays in one.
    """

    worst: Wait | None
    best: Wait | None
    cut: Cut | None
    states: int
    classes: int
    zeno: tuple[Zeno, ...] = ()


def waits(
    system: System,
    begin: Expr,
    end: Expr,
    budget: Budget = NO_FAULT,
    *,
    since: Expr = TRUE,
    limits: Limits = NO_LIMITS,
    least: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Waits:
    """
    Return how long a run can wait for `end`, from when `begin` held without it.

    A wait begins where `begin` holds and `end` does not and none goes on, with a step from a state
    where `since` holds, or in the first state; it ends where `end` holds. The same as
    `hamodel.engine.ticks.waits`, at a cost that does not depend on the unit of time.

    A limit on the states is one on the classes here.

    Parameters
    ----------
    least
        Whether the shortest wait alone is looked for, also where one can wait for ever.
    progress
        Called now and then with how many classes there are, and how many of them are to be left.

    Raises
    ------
    SearchError
        As a search of the reachable states does.
    TooWideError
        If the system does not fit into the words of a packed state.
    """
    return Search(Product(system, budget), (since, begin, end), limits, least).found(progress)


@dataclass(slots=True)
class Search:
    """
    All classes of a product and a wait (since, begin, end), found one after the other.

    Attributes
    ----------
    least
        Whether the shortest wait alone is looked for.
    states, classes, size
        What was found; so many classes.
    """

    product: Product
    wait: tuple[Expr, Expr, Expr]
    limits: Limits
    least: bool = False
    meter: Meter = field(init=False)
    states: States = field(init=False)
    classes: Classes = field(init=False)
    size: int = 1
    left: int = 0
    extremes: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.meter = Meter(self.limits)
        self.states = States(self.product, self.wait, self.meter)
        self.extremes = np.array([[-1, NOT_YET, 0], [FOREVER, NOT_YET, 0]], np.int64)
        self.states.expand(np.zeros(1, np.int64))
        self.classes = self._first()

    def _first(self) -> Classes:
        steps = self.states.steps
        first, last = steps.bounded[0].tolist()
        waits = bool(steps.begins[0] and not steps.ends[0])
        size = last - first + (2 if waits else 1)
        zone = np.zeros((size, size), np.int64)
        latest = [steps.takes[rule, 1] for rule in steps.rules[first:last]]
        earliest = [steps.takes[rule, 0] for rule in steps.rules[first:last]]
        most, least = [0, *latest, *([0] * waits)], [0, *earliest, *([0] * waits)]
        for i in range(size):
            for j in range(size):
                if i != j:
                    zone[i, j] = FOREVER if most[i] >= FOREVER else most[i] - least[j]
        classes = Classes(
            np.zeros(4, np.int32),
            np.zeros(4, np.bool_),
            np.zeros(5, np.int64),
            np.zeros(max(64, zone.size), np.int64),
            np.full(4, -1, np.int32),
            np.zeros(4, np.uint16),
            np.full(4, -1, np.int32),
            np.full(4, -1, np.int32),
        )
        classes.waits[0] = waits
        classes.zones[: zone.size] = zone.reshape(-1)
        classes.begins[1] = zone.size
        classes.heads[int(waits)] = 0
        return classes

    def found(self, progress: Callable[[int, int], None] | None = None) -> Waits:
        """Search all classes, or until a wait without end if the longest is looked for."""
        endless, cut = None if self.least else self._endless(0), None
        while self.left < self.size and endless is None:
            try:
                if (cut := self._met()) is not None:
                    break
                endless = self._advance()
                if progress is not None:
                    progress(self.size, self.size - self.left)
            except MemoryError as error:
                cut = cut_by(error)
                break
        worst = None if self.least else endless or self._extreme(0)
        best = self._extreme(1) if endless is None else None
        zeno = () if endless or cut else forced_loops(self)
        return Waits(worst, best, cut, self.states.size, self.size, zeno)

    def first(self, wanted: Callable[[int, int], int]) -> tuple[int, Cut | None]:
        """
        Return the first class that is wanted, and what has cut the search short, if anything did.

        Parameters
        ----------
        wanted
            Given the classes from a number to another less one, the first of them that is wanted;
            -1 if none is, as this returns.
        """
        looked = 0
        while (one := wanted(looked, self.size)) < 0 and self.left < self.size:
            looked = self.size
            try:
                if (cut := self._met()) is not None:
                    return -1, cut
                self._advance()
            except MemoryError as error:
                return -1, cut_by(error)
        return one, None

    def _met(self) -> Cut | None:
        """Return the limit that is met, if one is."""
        if self.limits.states is not None and self.size > self.limits.states:
            return Cut.STATES
        return self.meter.met()

    def _advance(self) -> Wait | None:
        """Take all steps of some classes; return a wait without end, if there is one."""
        last = min(self.size, self.left + CHUNK)
        leaving = self.classes.states[self.left : last]
        self.states.expand_after(leaving)
        bounded = self.states.bounded + 2
        self._widen(bounded)
        self.size, self.left, endless, again = zones.advance(
            self.states.steps,
            self.classes,
            self.left,
            last,
            self.size,
            np.zeros(bounded * bounded, np.int64),
            np.zeros((2, bounded), np.int64),
            self.extremes,
            np.zeros(2, np.int64),
            self.least,
        )
        if endless < 0:
            return None
        return self._endless(endless) if again < 0 else self._round(endless, again)

    def _widen(self, bounded: int) -> None:
        its = self.classes
        room, filled = len(its.states), int(its.begins[self.size])
        heads = 2 * self.states.size - len(its.heads)
        if heads > 0:
            its = its._replace(heads=longer(its.heads, max(heads, len(its.heads)), -1))
        if self.size + 4 * CHUNK > room:
            more = max(room, 4 * CHUNK)
            its = its._replace(
                states=longer(its.states, more),
                waits=longer(its.waits, more),
                begins=longer(its.begins, more),
                parents=longer(its.parents, more),
                actions=longer(its.actions, more),
                others=longer(its.others, more, -1),
            )
        if filled + 4 * CHUNK * bounded * bounded > len(its.zones):
            its = its._replace(zones=longer(its.zones, max(len(its.zones), 4 * CHUNK * bounded**2)))
        self.classes = its

    def actions_to(self, one: int) -> tuple[list[int], int]:
        """Return the actions that lead to a class, and after how many its wait began."""
        actions: list[int] = []
        waited, waits = 0, bool(self.classes.waits[one])
        while one > 0:
            actions.append(int(self.classes.actions[one]))
            one = int(self.classes.parents[one])
            waits = waits and bool(self.classes.waits[one])
            waited += waits
        return actions[::-1], len(actions) - waited

    def _extreme(self, which: int) -> Wait | None:
        ms, one, step = self.extremes[which].tolist()
        if one == NOT_YET:
            return None
        actions, begins = self.actions_to(one)
        actions.append(int(self.states.steps.actions[step]))
        run = dated(self.product, actions, begins, longest=which == 0)
        assert length(run, begins) == ms, "the run attains its bound"
        return Wait(ms, run, begins)

    def _endless(self, one: int) -> Wait | None:
        """Return the wait of a class as one without end, if nothing need happen there."""
        if not self.classes.waits[one] or not zones.unbounded(self.states.steps, self.classes, one):
            return None
        actions, begins = self.actions_to(one)
        state = int(self.classes.states[one])
        steps = self.states.steps
        first, last = steps.starts[state].tolist()
        bounded = {int(a) for a in steps.actions[first:last] if steps.kinds[a] == zones.BOUNDED}
        why = "unbounded" if bounded else "stuck"
        return Wait(None, dated(self.product, actions, begins, longest=False), begins, why)

    def _round(self, one: int, again: int) -> Wait | None:
        """Return the wait of a class as one without end, if its loop takes time for ever."""
        actions, begins = self.actions_to(one)
        loop_from = len(self.actions_to(again)[0])
        begun, most = self._once_round(one, actions[loop_from:])
        if not _grows(begun, most):
            return None
        run = dated(self.product, actions, begins, longest=True)
        return Wait(None, run, begins, "loop", loop_from)

    def _once_round(self, one: int, loop: Sequence[int]) -> tuple[Zones, Zones]:
        """
        Return by how much each time of a class can be later, once round a loop, than each before.

        The times are the moment and those of each rule with bounds. First for each the most by
        which it is later than the beginning of the wait; then, shape (times, times), in entry
        (j, i) the most by which time i afterwards is later than time j before. For that each time
        before takes the place of the beginning of the wait, once.
        """
        state = int(self.classes.states[one])
        begin, end = self.classes.begins[one : one + 2].tolist()
        whole = self.classes.zones[begin:end]
        size = int(np.sqrt(len(whole)))
        times, zone = size - 1, whole.reshape(size, size)
        most = np.empty((times, times), np.int64)
        for j in range(times):
            places = [*range(times), j]
            now = np.ascontiguousarray(zone[np.ix_(places, places)]).reshape(-1)
            at = state
            for action in loop:
                now, at = self._fired(at, now, action)
            most[j] = now.reshape(size, size)[:times, times]
        return zone[:times, times].copy(), most

    def _fired(self, state: int, zone: Zones, action: int) -> tuple[Zones, int]:
        """Return the zone and the state after a step during a wait, which goes on."""
        steps = self.states.steps
        first, last = steps.starts[state].tolist()
        [step] = [k for k in range(first, last) if steps.actions[k] == action]
        target = int(steps.targets[step])
        size = int(np.diff(steps.bounded[target])[0]) + 2
        after = np.empty(size * size, np.int64)
        spans = np.empty(2, np.int64)
        room = np.empty((2, max(size, int(np.sqrt(len(zone))))), np.int64)
        zones.fired(steps, state, True, zone, action, target, after, spans, room)
        return after, target


def _grows(begun: Zones, most: Zones) -> bool:
    """
    Return whether what can pass once round a loop adds up without limit.

    After so many rounds the most that can have passed since the wait began is the least of the
    sums along all ways through the times of a class. It stays below a limit iff some way comes
    back to a time without having added anything, as to a deadline that stays where it is.
    """
    sums = most.copy()
    for k in range(len(sums)):
        through = sums[:, k, None] + sums[None, k, :]
        sums = np.minimum(np.minimum(sums, through), FOREVER)
    known = begun < FOREVER
    reached = known | (known[:, None] & (sums < FOREVER)).any(axis=0)
    reaches = sums[:, 0] < FOREVER
    reaches[0] = True
    return not bool((reached & reaches & (np.diagonal(sums) <= 0)).any())


def length(run: Sequence[Dated], begins: int) -> int:
    """Return how long a run goes on after so many of its steps, in ms."""
    return run[-1].at - (run[begins - 1].at if begins else 0)
