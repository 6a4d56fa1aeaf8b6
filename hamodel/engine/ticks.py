"""
Time made runnable: every state with the age of every enabled rule, tick by tick.

It is the semantics of `takes`, and the oracle for every other engine that knows time, so it stays
the simplest search that is right. A rule is as old as the time since it became enabled, without a
break; a rule that has just fired begins anew. It may fire from its earliest age on; time stands
still where a rule has its latest. All bounds are closed and whole, so that what is attained by any
run is attained by one whose steps happen at whole ticks, and no run is longer than every such run.

References
----------
Merlin and Farber, "Recoverability of Communication Protocols", IEEE Transactions on Communications
24 (1976): time Petri nets. Henzinger, Manna and Pnueli, "What good are digital clocks?", ICALP
1992: whole ticks are enough for closed bounds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hamodel.budget import NO_FAULT, Budget
from hamodel.engine.graph import strongly_connected
from hamodel.engine.reference import Product
from hamodel.expr import TRUE, Expr, Value
from hamodel.rule import UNTIMED
from hamodel.system import System

Timed = tuple[int, tuple[tuple[int, int], ...], bool]
"""
A state by its number; the age of each enabled rule that has bounds, by its place; whether a wait
goes on.
"""
TICK = -1
"""The step that is no rule's: a tick passes."""


@dataclass(frozen=True, slots=True)
class Waits:
    """
    How long waits take, over all runs.

    Attributes
    ----------
    worst, best
        The longest and the shortest wait that ends, in ticks; None if none does.
    endless
        Whether some run waits for ever while time goes on; `worst` is then None.
    states
        How many timed states there are.
    cut
        Whether there were too many, so that nothing is known.
    """

    worst: int | None
    best: int | None
    endless: bool
    states: int
    cut: bool = False


def waits(
    system: System,
    begin: Expr,
    end: Expr,
    budget: Budget = NO_FAULT,
    *,
    since: Expr = TRUE,
    limit_states: int | None = None,
    untimed: Untimed | None = None,
) -> Waits:
    """
    Return how long a run can wait for `end`, from when `begin` held without it.

    A wait begins where `begin` holds and `end` does not and none goes on, with a step from a state
    where `since` holds, or in the first state; it ends where `end` holds. Only for small systems
    and few ticks. The states of the system with this budget, if other waits have been looked for
    there, may be handed on, so that their steps are worked out once.
    """
    search = Ticks(untimed or Untimed(Product(system, budget)), begin, end, since)
    number = {search.initial: 0}
    timed, ends = [search.initial], list[bool]()
    within: list[list[tuple[int, int]]] = []
    begun = {0: None} if search.initial[2] else {}
    while len(within) < len(timed):
        if limit_states is not None and len(timed) > limit_states:
            return Waits(None, None, False, len(timed), cut=True)
        one = timed[len(within)]
        goes_on: list[tuple[int, int]] = []
        may_end = False
        for step, after in search.steps(one):
            its = number.setdefault(after, len(timed))
            if its == len(timed):
                timed.append(after)
            if after[2] and not one[2]:
                begun[its] = None
            if one[2] and after[2]:
                goes_on.append((its, int(step == TICK)))
            may_end |= one[2] and not after[2]
        within.append(goes_on)
        ends.append(may_end)
    longest = _longest(within, ends)
    if longest is None:
        return Waits(None, _shortest(within, ends, begun), True, len(timed))
    found = [longest[one] for one in begun if longest[one] is not None]
    worst = max((length for length in found if length is not None), default=None)
    return Waits(worst, _shortest(within, ends, begun), False, len(timed))


def total(
    system: System,
    begin: Expr,
    end: Expr,
    budget: Budget = NO_FAULT,
    *,
    since: Expr = TRUE,
    limit_states: int | None = None,
) -> Waits:
    """
    Return how long all waits of a run can take together; a wait is one of `waits`.

    One that goes on counts as far as it has. `best` is not looked for. Only for small systems and
    few ticks.
    """
    search = Ticks(Untimed(Product(system, budget)), begin, end, since)
    number = {search.initial: 0}
    timed, steps = [search.initial], list[list[tuple[int, int]]]()
    while len(steps) < len(timed):
        if limit_states is not None and len(timed) > limit_states:
            return Waits(None, None, False, len(timed), cut=True)
        one = timed[len(steps)]
        goes: list[tuple[int, int]] = []
        for step, after in search.steps(one):
            its = number.setdefault(after, len(timed))
            if its == len(timed):
                timed.append(after)
            goes.append((its, int(step == TICK and one[2])))
        steps.append(goes)
    longest = _longest(steps, [True] * len(timed))
    met = any(one[2] for one in timed)
    if longest is None:
        return Waits(None, None, True, len(timed))
    return Waits(longest[0] if met else None, None, False, len(timed))


Steps = Sequence[Sequence[tuple[int, int]]]


def _longest(within: Steps, ends: Sequence[bool]) -> list[int | None] | None:
    """Return for each state the longest that a wait goes on from it; None if one never ends."""
    successors = {one: [other for other, _ in its] for one, its in enumerate(within)}
    longest: list[int | None] = [0 if may_end else None for may_end in ends]
    for part in strongly_connected(successors):
        most = None
        for one in part:
            its = [longest[one]]
            for other, ticks in within[one]:
                if other in part and ticks:
                    return None
                after = longest[other]
                if other not in part and after is not None:
                    its.append(after + ticks)
            most = max((each for each in (most, *its) if each is not None), default=None)
        for one in part:
            longest[one] = most
    return longest


def _shortest(within: Steps, ends: Sequence[bool], begun: Iterable[int]) -> int | None:
    """Return the fewest ticks from some states to one where a wait may end."""
    fewest = dict.fromkeys(begun, 0)
    waiting = deque(fewest)
    while waiting:
        one = waiting.popleft()
        for other, ticks in within[one]:
            if fewest[one] + ticks < fewest.get(other, fewest[one] + ticks + 1):
                fewest[other] = fewest[one] + ticks
                (waiting.append if ticks else waiting.appendleft)(other)
    return min((ticks for one, ticks in fewest.items() if ends[one]), default=None)


class Untimed:
    """The states of a product by numbers, in the order in which they are met, and their steps."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self._states: list[tuple[Value, ...]] = []
        self._number: dict[tuple[Value, ...], int] = {}
        self._steps: dict[int, list[tuple[int, int]]] = {}

    def numbered(self, state: Mapping[str, Value]) -> int:
        """Return the number of a state, giving it one if it is new."""
        values = tuple(state.values())
        number = self._number.setdefault(values, len(self._states))
        if number == len(self._states):
            self._states.append(values)
        return number

    def values(self, number: int) -> tuple[Value, ...]:
        """Return the values that the variables have, in the order of the product's names."""
        return self._states[number]

    def state(self, number: int) -> dict[str, Value]:
        """Return the values that the variables have, by their names."""
        return dict(zip(self.product.names, self._states[number], strict=True))

    def steps(self, number: int) -> list[tuple[int, int]]:
        """Return the places of the enabled actions, and the states that they lead to."""
        if number not in self._steps:
            steps = self.product.steps(self.state(number))
            self._steps[number] = [(place, self.numbered(after)) for place, after in steps]
        return self._steps[number]


class Ticks:
    """
    The timed states of a product, and what each leads to.

    Attributes
    ----------
    initial
        Where all runs begin.
    """

    def __init__(self, untimed: Untimed, begin: Expr, end: Expr, since: Expr = TRUE) -> None:
        self.untimed, self.product = untimed, untimed.product
        self.begin, self.end, self.since = begin, end, since
        self.takes = [action.rule.bounds for action in self.product.actions]
        self._known: dict[int, _Known] = {}
        first = untimed.numbered(self.product.initial)
        self.initial = self._timed(first, {}, waits=False, can_begin=True)

    def values(self, timed: Timed) -> tuple[Value, ...]:
        """Return the values that the variables have, in the order of the product's names."""
        return self.untimed.values(timed[0])

    def state(self, timed: Timed) -> dict[str, Value]:
        """Return the values that the variables have, by their names."""
        return self.untimed.state(timed[0])

    def steps(self, timed: Timed) -> Iterator[tuple[int, Timed]]:
        """Yield what can happen next: a tick, where nothing is due, and each rule old enough."""
        number, ages, waits = timed
        age = dict(ages)
        if not self._due(age):
            yield TICK, (number, self._older(ages), waits)
        known = self._of(number)
        for place, after in known.steps:
            if age.get(place, 0) >= self.takes[place][0]:
                kept = {other: its for other, its in age.items() if other != place}
                yield place, self._timed(after, kept, waits=waits, can_begin=known.since)

    def follow(self, steps: Iterable[tuple[str, int]]) -> str:
        """
        Return what is wrong with a run, or nothing: each step by its rule and when it happens.

        Parameters
        ----------
        steps
            In their order; the first tick is 0.
        """
        for name, at, now, timed in self._moments(steps):
            if timed is not None:
                continue
            if at < now:
                return f"{name} is said to happen at {at}, after {now}"
            if now < at:
                return f"at {now} something is due; {name} is said to happen at {at}"
            return f"at {now} {name} cannot happen"
        return ""

    def walk(
        self, steps: Iterable[tuple[str, int]], until: int
    ) -> Iterator[tuple[int, Timed | None]]:
        """
        Yield when each step of a run happens, and the timed state after it; then that at `until`.

        None, and nothing more, where something cannot happen.
        """
        now = 0
        timed: Timed | None = self.initial
        for _, _, now, timed in self._moments(steps):
            yield now, timed
        while now < until and timed is not None:
            now, timed = now + 1, dict(self.steps(timed)).get(TICK)
        yield now, timed

    def _moments(
        self, steps: Iterable[tuple[str, int]]
    ) -> Iterator[tuple[str, int, int, Timed | None]]:
        """Yield each step, when it is said to happen, the time, and what follows, if it can."""
        timed, now = self.initial, 0
        for name, at in steps:
            while now < at:
                older = dict(self.steps(timed)).get(TICK)
                if older is None:
                    yield name, at, now, None
                    return
                timed, now = older, now + 1
            places = {
                self.product.actions[place].rule.name: after
                for place, after in self.steps(timed)
                if place != TICK
            }
            if at < now or name not in places:
                yield name, at, now, None
                return
            timed = places[name]
            yield name, at, now, timed

    def _due(self, age: Mapping[int, int]) -> bool:
        return any(its == self.takes[place][1] for place, its in age.items())

    def _older(self, ages: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
        """Return ages a tick later; beyond its earliest a rule without a latest grows no older."""
        return tuple(
            (place, min(its + 1, self.takes[place][0]) if self.takes[place][1] is None else its + 1)
            for place, its in ages
        )

    def _of(self, number: int) -> _Known:
        """Return what is known of a state, whatever the ages: worked out once."""
        if number not in self._known:
            state, steps = self.untimed.state(number), self.untimed.steps(number)
            guards = self.since, self.begin, self.end
            self._known[number] = _Known(steps, *(guard(state) for guard in guards))
        return self._known[number]

    def _timed(
        self, number: int, kept: Mapping[int, int], *, waits: bool, can_begin: bool
    ) -> Timed:
        known = self._of(number)
        ages = tuple((p, kept.get(p, 0)) for p, _ in known.steps if self.takes[p] != UNTIMED)
        waits = not known.ends and (waits or (can_begin and known.begins))
        return number, ages, waits


class _Known(NamedTuple):
    """The steps of a state, to numbers; whether a wait can begin from or in it, or ends in it."""

    steps: list[tuple[int, int]]
    since: bool
    begins: bool
    ends: bool
