"""
The reference search: breadth first over dicts, every rule that can be enabled tried in every state.

It is the semantics made runnable, and the oracle for every other engine, so
it stays the simplest search that is right.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hamodel.budget import NO_FAULT, Budget
from hamodel.engine.explored import Edge, Progress, Runs, Threads
from hamodel.engine.limits import NO_LIMITS, Cut, Limits, Meter, cut_by
from hamodel.errors import SearchError
from hamodel.expr import TRUE, And, Expr, Is, Or, State, Value, Var
from hamodel.property import Property
from hamodel.rule import Rule, Set
from hamodel.system import System
from hamodel.trace import trace_and_end
from hamodel.verdict import Finding

if TYPE_CHECKING:
    from hamodel.engine.graph import Lasso

LOOKED = 64
"""After how many states the clock and the memory are looked at."""


@dataclass(frozen=True, slots=True)
class _Action:
    rule: Rule
    guard: Expr
    effects: tuple[tuple[Set, Expr | None], ...]
    charge: tuple[tuple[str, int, int], ...]


class Product:
    """
    A system together with the counters of a fault budget.

    Rules that the budget rules out are left out; the others move their
    counters, and are enabled iff the budget has enough left.
    """

    def __init__(self, system: System, budget: Budget = NO_FAULT) -> None:
        budget.check(system.fault_classes)
        self.system, self.budget = system, budget
        self.counters = budget.counters
        self.variables: tuple[Var[Any], ...] = (*system.variables.values(), *self.counters)
        self.names = tuple(var.name for var in self.variables)
        limits = {var.name: var.values[-1] for var in self.counters}
        self.actions: list[_Action] = []
        for rule in system.rules:
            charge = budget.charge(rule)
            if charge is not None:
                guard, effects = system.flattened(rule)
                costs = tuple((name, number, limits[name]) for name, number in charge.items())
                conditional = tuple((e, None if e.when == TRUE else e.when) for e in effects)
                self.actions.append(_Action(rule, guard, conditional, costs))
        self._by_value, self._always = _indexed([action.guard for action in self.actions])

    @property
    def initial(self) -> dict[str, Value]:
        """The initial state, with every counter at 0."""
        return {var.name: var.initial for var in self.variables}

    def steps(self, state: State) -> Iterator[tuple[int, dict[str, Value]]]:
        """Yield each enabled action's place in `actions` and the state that it leads to."""
        for place in self._candidates(state):
            action = self.actions[place]
            if not action.guard(state):
                continue
            if any(state[name] + number > limit for name, number, limit in action.charge):
                continue
            after = dict(state)
            for effect, when in action.effects:
                if when is None or when(state):
                    after[effect.var.name] = effect.value(state)
            for name, number, _ in action.charge:
                after[name] = state[name] + number
            yield place, after

    def _candidates(self, state: State) -> list[int]:
        """Return the places of the actions that no single conjunct rules out, in their order."""
        places = list(self._always)
        for name, table in self._by_value:
            places += table.get(state[name], ())
        places.sort()
        return places


_ByValue = list[tuple[str, dict[Value, list[int]]]]


def _indexed(guards: Sequence[Expr]) -> tuple[_ByValue, list[int]]:
    """
    Return the places of the guards by a variable's value without which each is false.

    It spares calls of guards that are false (decision 0003); whether one holds the guard alone
    says. The second list has those of which no conjunct is about one variable.
    """
    index: dict[str, dict[Value, list[int]]] = {}
    always: list[int] = []
    for place, guard in enumerate(guards):
        parts = guard.parts if isinstance(guard, And) else (guard,)
        needs = [need for need in map(_needed, parts) if need is not None]
        if not needs:
            always.append(place)
            continue
        var, values = min(needs, key=_commonness)
        for value in values:
            index.setdefault(var.name, {}).setdefault(value, []).append(place)
    return list(index.items()), always


def _commonness(need: tuple[Var[Any], list[Value]]) -> tuple[bool, float]:
    """Return how often a need is met, guessed: most variables mostly have their initial value."""
    var, values = need
    return var.initial in values, len(values) / len(var.values)


def _needed(part: Expr) -> tuple[Var[Any], list[Value]] | None:
    """Return the variable that a conjunct is about and the values that it allows, if it is one."""
    options = part.parts if isinstance(part, Or) else (part,)
    found = [option for option in options if isinstance(option, Is)]
    if len(found) < len(options) or len({option.var.name for option in found}) != 1:
        return None
    return found[0].var, list(dict.fromkeys(option.value for option in found))


@dataclass(slots=True)
class Exploration(Runs):
    """
    What a search reached.

    Attributes
    ----------
    states
        Every distinct state as a tuple of values in the order of `product.names`, in the order
        in which they were found; 0 is the initial one.
    edges
        For every expanded state its steps: (place in `product.actions`, number of the state).
    parents
        How each state was found first: (state, action); (-1, -1) for the initial one.
    depths
        The length of a shortest run to each state.
    limits, cut
        Where the search was to be cut short, and what has cut it short, if anything did.
    meter
        The limits, and the clock that runs against them.
    """

    product: Product
    states: list[tuple[Value, ...]] = field(default_factory=list)
    edges: list[tuple[Edge, ...]] = field(default_factory=list)
    parents: list[tuple[int, int]] = field(default_factory=list)
    depths: list[int] = field(default_factory=list)
    limits: Limits = NO_LIMITS
    cut: Cut | None = None
    number: dict[tuple[Value, ...], int] = field(default_factory=dict)
    meter: Meter = field(default_factory=lambda: Meter(NO_LIMITS), compare=False)

    @property
    def complete(self) -> bool:
        """Whether every reachable state was expanded."""
        return self.cut is None

    @property
    def depth(self) -> int:
        """The length of the longest of the shortest runs."""
        return self.depths[-1] if self.depths else 0

    @property
    def transitions(self) -> int:
        """How many steps lead from the expanded states, loops included."""
        return sum(map(len, self.edges))

    @property
    def happening(self) -> list[int]:
        """The places of the actions that happen in some expanded state."""
        return sorted({place for edges in self.edges for place, _ in edges})

    @property
    def deadlocks(self) -> list[int]:
        """The expanded states that no step leaves."""
        return [i for i, edges in enumerate(self.edges) if not edges]

    def add(self, state: Mapping[str, Value], parent: int, action: int, depth: int) -> int:
        """Return the state's number, giving it one if it is new."""
        key = tuple(state.values())
        found = self.number.setdefault(key, len(self.states))
        if found == len(self.states):
            self.states.append(key)
            self.parents.append((parent, action))
            self.depths.append(depth)
        return found

    def expand(
        self,
        limits: Limits = NO_LIMITS,
        progress: Progress | None = None,
        begun: float | None = None,
        *,
        threads: Threads = 1,  # noqa: ARG002 - every engine can be told; this one has one
    ) -> None:
        """
        Expand every state not yet expanded, and those found then, in their order.

        `begun` is when the clock of the limits began; by default now. What cuts it short, be it
        that there is no more memory, is in `cut`.
        """
        self.limits, self.cut = limits, None
        self.meter = Meter(limits, begun)
        try:
            while self.cut is None and len(self.edges) < len(self.states):
                self._expand_next(progress)
        except MemoryError as error:
            # A state that was half added is no state.
            whole = len(self.depths)
            del self.states[whole:], self.parents[whole:]
            self.cut = cut_by(error)

    def _expand_next(self, progress: Progress | None) -> None:
        """Expand the next state, unless a limit is met."""
        i, limit = len(self.edges), self.limits.states
        if limit is not None and len(self.states) > limit:
            self.cut = Cut.STATES
        elif i % LOOKED == 0:
            self.cut = self.meter.met()
        if self.cut is not None:
            return
        if progress is not None and i % 4096 == 0:
            progress(len(self.states), len(self.states) - i, self.depths[i])
        state, depth = self.state(i), self.depths[i] + 1
        found = []
        try:
            for action, after in self.product.steps(state):
                found.append((action, self.add(after, i, action, depth)))
        except SearchError as error:
            story = "\n".join((error.message, *self._story(i)))
            raise SearchError(error.code, story) from None
        self.edges.append(tuple(found))

    def actions_to(self, i: int) -> list[int]:
        """Return the places of the actions of a shortest run to state `i`."""
        places = []
        while i > 0:
            i, action = self.parents[i]
            places.append(action)
        return places[::-1]

    def check_time(self) -> None:
        """Raise TimeLimitError if the limit on the time has been met since the search began."""
        self.meter.check_time()

    def unfulfilled(self, given: Expr, expr: Expr, fair: Collection[str]) -> Lasso | None:
        """Return a fair run on which a premise holds once and its conclusion never after."""
        from hamodel.engine.graph import Fairness, unfulfilled

        return unfulfilled(self, self.holds(given), self.holds(expr), Fairness(self, fair))

    def held_up(self, given: Expr, expr: Expr, fair: Collection[str]) -> list[int]:
        """Return the states in which such a run can stay for ever, in order."""
        from hamodel.engine.graph import Fairness, traps

        found = traps(self, self.holds(given), self.holds(expr), Fairness(self, fair))
        return sorted(found.held)

    def compare(self, prop: Property) -> Finding:
        """Return whether the observers of a property can tell its fault."""
        from hamodel.engine.transparency import compare

        return compare(self, prop)

    def holds(self, guard: Expr) -> list[bool]:
        """Return for each state whether a guard holds in it."""
        return [guard(self.state(i)) for i in range(len(self.states))]

    def where(self, guard: Expr) -> list[int]:
        """Return the states in which a guard holds, in order."""
        return [i for i, held in enumerate(self.holds(guard)) if held]

    def values_at(self, names: Sequence[str], states: Iterable[int]) -> set[tuple[Value, ...]]:
        """Return the values that these variables have together in some of these states."""
        places = [self.product.names.index(name) for name in names]
        return {tuple([self.states[i][place] for place in places]) for i in states}

    def numbered(
        self, names: Sequence[str], states: Sequence[int]
    ) -> tuple[list[int], list[tuple[Value, ...]]]:
        """Number the values that these variables have in some states, as they come first."""
        places = [self.product.names.index(name) for name in names]
        known: dict[tuple[Value, ...], int] = {}
        found = (tuple([self.states[i][place] for place in places]) for i in states)
        return [known.setdefault(values, len(known)) for values in found], list(known)

    def reached(self, begins: Iterable[int]) -> dict[int, tuple[Edge, ...]]:
        """Return the steps of some states and of all that they lead to, by state, in order."""
        seen = set(begins)
        waiting = list(seen)
        while waiting:
            for _, target in self.edges[waiting.pop()]:
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
        return {i: self.edges[i] for i in sorted(seen)}

    def first(self, guard: Expr) -> int | None:
        """Return the first state found in which the guard holds, one of the nearest, or None."""
        for i in range(len(self.states)):
            if guard(self.state(i)):
                return i
        return None

    def numbers_of(self, states: Iterable[tuple[Value, ...]]) -> list[int]:
        """Return the number of each of these states; -1 for one that was not found."""
        return [self.number.get(state, -1) for state in states]

    def first_steps(self) -> dict[int, int]:
        """Return for each action that happens, by its place, the first state that it leaves."""
        found: dict[int, int] = {}
        for i, edges in enumerate(self.edges):
            for place, _ in edges:
                found.setdefault(place, i)
        return found

    def _story(self, i: int) -> Iterator[str]:
        names = self.run_to(i)
        trace, _ = trace_and_end(self.product.system, names)
        return (f"{n:4}. {step.rule}" for n, step in enumerate(trace.steps, 1))


def explore(
    system: System,
    budget: Budget = NO_FAULT,
    *,
    limit_states: int | None = None,
    limits: Limits = NO_LIMITS,
    progress: Progress | None = None,
    begun: float | None = None,
) -> Exploration:
    """
    Search every state that a run within the budget can reach, breadth first.

    Parameters
    ----------
    system, budget
        What is searched, and the failures and repairs that may happen.
    limits, limit_states
        Where the search is cut short, and a short form of the limit on states; the exploration
        is then not complete.
    progress
        Called now and then.
    begun
        When the clock of the limits began; by default now.

    Raises
    ------
    SearchError
        HA040 (with the run that leads there), HA044, HA045.
    """
    limits = limits.but(limit_states)
    exploration = Exploration(Product(system, budget))
    exploration.add(exploration.product.initial, -1, -1, 0)
    exploration.expand(limits, progress, begun)
    return exploration
