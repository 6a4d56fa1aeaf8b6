"""
Small systems with everything that the language can say, drawn by chance.

One generator, two sources of chance: Hypothesis' choices, which shrink, and
a plain `random.Random`, which is fast. Choosing 0 everywhere gives the
plainest system.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, TypeVar

from hypothesis import strategies as st

from hamodel import (
    FALSE,
    TRUE,
    Arrow,
    Budget,
    Component,
    Expr,
    Kind,
    Message,
    Not,
    Rule,
    Same,
    Set,
    System,
    Var,
    all_of,
    any_of,
    at,
    instances,
    next_of,
    step,
)
from hamodel.satisfiable import can_hold

Choose = Callable[[int], int]
"""Returns one of 0 … n - 1."""

T = TypeVar("T")


class Gate(Enum):
    """A main state with two values."""

    OPEN = "open"
    SHUT = "shut"


class Light(Enum):
    """A main state with three values."""

    RED = "red"
    GREEN = "green"
    OFF = "off"


class Phase(Enum):
    """A main state with four values, some of them numbers."""

    FIRST = 1
    SECOND = 2
    THIRD = "third"
    LAST = "last_one"


MAINS: tuple[type[Enum], ...] = (Light, Gate, Phase)
DOMAINS: tuple[Any, ...] = (range(4), Light, bool, instances("c1", "c2"), range(2, 5), range(7))
TRIGGERS = ("go", "turn", "state")
CLASSES = ("box-crash", "box-hang", "line-crash")
BUDGETS: tuple[Budget, ...] = (
    Budget(1, 1),
    Budget(0, 0),
    Budget(None, None),
    Budget(2, None),
    Budget({"box-crash": 1, "hang": 2}, 0),
    Budget({"box+line-crash": 2, "crash": 1}, 2),
)


class Drawing:
    """What has been drawn so far, and the source of chance."""

    def __init__(self, choose: Choose) -> None:
        self.choose = choose
        self.readable: list[Var[Any]] = []
        self.assignable: list[Var[Any]] = []
        self.running: Expr = TRUE

    def one_of(self, items: Sequence[T]) -> T:
        """Draw one of these."""
        return items[self.choose(len(items))]

    def some(self, items: Sequence[T], least: int = 0) -> tuple[T, ...]:
        """Draw some of these, in their order."""
        chosen = tuple(item for item in items if self.choose(2))
        return chosen if len(chosen) >= least else tuple(items[:least])

    def seldom(self, times: int = 4) -> bool:
        """Draw whether; one of so many times it is so."""
        return self.choose(times) == times - 1

    # ---- guards

    def guard(self, depth: int = 2) -> Expr:
        """Draw a guard of any node; with no depth left, of a leaf."""
        var = self.one_of(self.readable)
        guard: Expr = var.is_(self.one_of(var.values))
        match self.choose(12 if depth else 5):
            case 3:
                guard = self._same()
            case 4:
                guard = var.in_(*self.some(var.values, 1))
            case 5 | 6:
                guard = Not(self.guard(depth - 1))
            case 7 | 8:
                guard = self.guard(depth - 1) & self.guard(depth - 1)
            case 9:
                guard = self.guard(depth - 1) | self.guard(depth - 1)
            case 10:
                guard = self._through_a_reference(depth - 1)
            case 11:
                guard = self.one_of((TRUE, FALSE, all_of(guard, FALSE), any_of(TRUE)))
        return guard

    def _same(self) -> Expr:
        left = self.one_of(self.readable)
        return Same(left, self.one_of([var for var in self.readable if left.same_domain(var)]))

    def _through_a_reference(self, depth: int) -> Expr:
        references = [var for var in self.readable if None in var.values]
        if not references:
            return self.guard(depth)
        reference = self.one_of(references)
        family = {name: self.guard(depth) for name in self.some(reference.values[1:], 1)}
        return at(reference, family)

    # ---- components

    def component(self, name: str) -> Component:
        """Draw one without arrows; they are added when every variable is known."""
        states = self.one_of((*MAINS, None))
        variables = tuple(self.variable(f"{name}.v{i}") for i in range(1, 2 + self.choose(3)))
        if states is None:
            return Component(name, None, (), variables)
        return Component(name, states, (), variables, initial=self.one_of(list(states)))

    def variable(self, name: str) -> Var[Any]:
        """Draw a variable of any domain."""
        domain = self.one_of(DOMAINS)
        values = Var(name, domain).values
        return Var(name, domain, self.one_of(values), volatile=bool(self.choose(2)))

    def with_arrows(self, component: Component) -> Component:
        """Draw arrows; where two share trigger and source, the later one excludes the earlier."""
        if component.states is None or self.seldom(5):
            return component
        states = list(component.states)
        arrows: list[Arrow] = []
        for _ in range(2 + self.choose(4)):
            trigger, sources = self.one_of(TRIGGERS), self.some(states, 1)
            when = self.guard() if self.seldom(3) else TRUE
            for other in arrows:
                shared = set(other.source_states) & set(sources)
                if other.trigger == trigger and shared and can_hold(other.when, when):
                    when = all_of(when, ~other.when)
            source = sources[0] if len(sources) == 1 else sources
            arrows.append(Arrow(trigger, source, self.one_of(states), when))
        return Component(
            component.name, component.states, tuple(arrows), component.variables, component.initial
        )

    # ---- rules

    def rule(self, number: int, components: Sequence[Component]) -> Rule:
        """Draw a rule that does something."""
        kind = self.one_of((Kind.PROTOCOL, Kind.PROTOCOL, Kind.ENVIRONMENT, *Kind))
        turn = self.choose(len(components))
        movable = [each for each in (*components[turn:], *components[:turn]) if each.arrows]
        moved = self.some(movable) if self.seldom(3) else movable[: self.choose(2)]
        fires = tuple(
            each.fires(self.one_of(list(dict.fromkeys(a.trigger for a in each.arrows))))
            for each in moved
        )
        when = all_of(self.running, self.guard() if self.seldom(3) else TRUE)
        sets: list[Set] = []
        for var in dict.fromkeys(self.one_of(self.assignable) for _ in range(self.choose(3))):
            effects, guarded = self.effects(var)
            sets += effects
            when = all_of(when, guarded)
        says = self.messages() if self.choose(2) or not (fires or sets) else ()
        faults = [self.one_of(CLASSES)] if kind is Kind.FAILURE else []
        cost = {fault: 1 + self.choose(2) for fault in faults}
        return Rule(f"rule {number}", kind, when, fires, tuple(sets), says, cost=cost)

    def effects(self, var: Var[Any]) -> tuple[list[Set], Expr]:
        """Draw one effect, or two that exclude each other, and a guard that keeps it in range."""
        to = self.right_side(var)
        guarded: Expr = TRUE
        if not isinstance(to, Var) and hasattr(to, "by") and not self.seldom(6):
            places = range(len(to.var.values))
            fits = [to.var.is_(to.var.values[p]) for p in places if p + to.by in places]
            guarded = any_of(*fits)
        if not self.choose(2):
            return [Set(var, to)], guarded
        when = self.guard(1)
        effects = [Set(var, to, when)]
        if self.choose(2):
            effects.append(Set(var, self.one_of(var.values), ~when))
        return effects, guarded

    def right_side(self, var: Var[Any]) -> Any:
        """Draw a value, a copy, a next value or a step, each of the variable's domain."""
        alike = [other for other in self.readable if var.same_domain(other)]
        match self.choose(6):
            case 0:
                return self.one_of(var.values)
            case 1:
                return self.one_of(alike)
            case 2 | 3:
                return next_of(self.one_of(alike))
            case _:
                return step(self.one_of((var, var, *alike)), self.one_of((1, -1, 2)))

    def messages(self) -> tuple[Message, ...]:
        """Draw a message that says a variable's value."""
        return (Message("PING", "c1", "outside", (self.one_of(self.readable), "word")),)


def random_system(choose: Choose, *, most_rules: int = 12) -> tuple[System, Budget]:
    """
    Draw a system and a budget.

    Parameters
    ----------
    choose
        The source of chance.
    most_rules
        At most how many rules it has; at least 4.
    """
    return _drawn(Drawing(choose), most_rules)


def _drawn(drawing: Drawing, most_rules: int) -> tuple[System, Budget]:
    choose = drawing.choose
    bare = [drawing.component(f"c{i}") for i in range(1, 3 + choose(3))]
    drawing.readable = [var for each in bare for var in each.all_variables]
    components = [drawing.with_arrows(each) for each in bare]
    mains = {each.name for each in components if each.arrows}
    drawing.assignable = [var for var in drawing.readable if var.name not in mains]
    if drawing.choose(2):  # dead ends: everything stops where one variable has one value
        var = drawing.one_of(drawing.readable)
        drawing.running = var.is_not(
            drawing.one_of([v for v in var.values if v is not var.initial])
        )
    number = 4 + choose(most_rules - 3)
    rules = [drawing.rule(i, components) for i in range(1, number + 1)]
    system = System(tuple(components), tuple(rules), name="drawn by chance")
    budget = drawing.one_of(BUDGETS)
    known = not budget.unknown(system.fault_classes)
    return system, budget if known else Budget(1, 1)


@st.composite
def random_systems(draw: st.DrawFn, *, most_rules: int = 12) -> tuple[System, Budget]:
    """Draw a system and a budget from Hypothesis, so that a failing one shrinks."""
    return random_system(lambda n: draw(st.integers(0, n - 1)), most_rules=most_rules)


def seeded_system(seed: int, *, most_rules: int = 12) -> tuple[System, Budget]:
    """Draw a system and a budget from a seed."""
    return random_system(random.Random(seed).randrange, most_rules=most_rules)  # noqa: S311


def seeded_drawing(seed: int, *, most_rules: int = 12) -> tuple[System, Budget, Drawing]:
    """As `seeded_system`, with what draws further guards about the system."""
    drawing = Drawing(random.Random(seed).randrange)  # noqa: S311
    return *_drawn(drawing, most_rules), drawing
