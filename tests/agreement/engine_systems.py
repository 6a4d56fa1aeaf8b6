"""
Random systems on which whole searches are compared, with properties to be judged.

As `random_systems`, but larger, one in four of them of two machine words or more, and with
everything that may be said of a rule, a message, a budget and a property. One in fifteen steps
beyond a range.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from hamodel import (
    TRUE,
    Budget,
    Catalogue,
    Component,
    Expr,
    Kind,
    Message,
    Property,
    Rule,
    SearchError,
    Set,
    Strength,
    System,
    Var,
    all_of,
    always,
    instances,
    leads_to,
    never,
    sometimes,
    transparent,
)
from hamodel.cite import assumption
from hamodel.engine.reference import explore
from hamodel.expr import variables_of
from hamodel.rule import Step
from tests.agreement.random_systems import (
    BUDGETS,
    CLASSES,
    DOMAINS,
    MAINS,
    Choose,
    Drawing,
)

T = TypeVar("T")

LARGE, MOST = 100, 3_000
"""How many states most of the systems have: at least, and at most."""
STEPS_BEFORE = 2
"""How many steps there are at least before one beyond a range."""
MANY = 32
"""Of more values than this, four are drawn, so that rules and guards speak of the same ones."""
WIDE_DOMAINS: tuple[Any, ...] = (
    *(range(256), range(1_000), range(-100, 101), range(-2, 61)),
    instances(*(f"c{i}" for i in range(1, 51))),
)
MORE_BUDGETS: tuple[Budget, ...] = (
    *BUDGETS,
    Budget({"any": 2}, 1),
    Budget({"box": 1, "line-crash": 1}, None),
    Budget(None, 0),
    Budget(200, 3),
)
PRODUCT = 1_000
"""Up to how many values, all combined, it is tried that two effects exclude each other."""
SOURCES = Catalogue(
    "What was drawn by chance", "1", "", (assumption("A-CHANCE", "Chance says so.", "nowhere"),)
)


class Drawn(NamedTuple):
    """A system, what may fail in it, and what is to be judged of it."""

    system: System
    budget: Budget
    props: tuple[Property, ...]


class LargerDrawing(Drawing):
    """
    As `Drawing`, with more of everything.

    Parameters
    ----------
    choose
        The source of chance.
    variables
        At least how many each component has.
    domains
        What a variable can be over.
    careless
        Whether some steps are not guarded, so that they can leave their range.
    """

    def __init__(
        self, choose: Choose, variables: int, domains: Sequence[Any], careless: bool
    ) -> None:
        super().__init__(choose)
        self.variables, self.domains, self.careless = variables, domains, careless

    def one_of(self, items: Sequence[T]) -> T:
        """Draw one of these; of many, one of four."""
        return super().one_of(_few(items))

    def some(self, items: Sequence[T], least: int = 0) -> tuple[T, ...]:
        """Draw some of these, in their order; of many, some of four."""
        return super().some(_few(items), least)

    def component(self, name: str) -> Component:
        """Draw one without arrows."""
        states = self.one_of((*MAINS, *MAINS, None))
        number = self.variables + self.choose(3)
        variables = tuple(self.variable(f"{name}.v{i}") for i in range(1, number + 1))
        initial = self.one_of(list(states)) if states is not None and self.choose(2) else None
        return Component(name, states, (), variables, initial)

    def variable(self, name: str) -> Var[Any]:
        """Draw a variable of any domain."""
        domain = self.one_of(self.domains)
        values = Var(name, domain).values
        return Var(name, domain, self.one_of(values), volatile=bool(self.choose(2)))

    def with_arrows(self, component: Component) -> Component:
        """Draw arrows, some of which cite something; those guards are about few values."""
        readable = self.readable
        self.readable = [var for var in readable if len(var.values) <= MANY]
        found = super().with_arrows(component)
        self.readable = readable
        cited = tuple(
            replace(arrow, cite="A-CHANCE") if self.seldom() else arrow for arrow in found.arrows
        )
        return Component(found.name, found.states, cited, found.variables, found.initial)

    def effects(self, var: Var[Any]) -> tuple[list[Set], Expr]:
        """Draw effects, and a guard that keeps them in range."""
        effects, guarded = super().effects(var)
        read = {each.name: len(each.values) for each in variables_of(effects[0].when)}
        if math.prod(read.values()) > PRODUCT:
            effects = effects[:1]
        if self.careless:
            return effects, guarded
        return effects, all_of(*(_in_range(effect) for effect in effects))

    def messages(self) -> tuple[Message, ...]:
        """Draw a message or two, with data or without."""
        found = []
        for kind in self.some(("PING", "PONG"), 1):
            data = (*self.some((self.one_of(self.readable),)), *self.some(("word",)))
            sender, receiver = self.one_of(("c1", "c2")), self.one_of(("outside", "c1", "c2"))
            found.append(Message(kind, sender, receiver, data))
        return tuple(found)

    def rule(self, number: int, components: Sequence[Component]) -> Rule:
        """Draw a rule with whatever else can be said of one."""
        rule = super().rule(number, components)
        cost = dict(rule.cost)
        if cost and self.seldom():
            cost[self.one_of(CLASSES)] = 1
        return replace(
            rule,
            cost=cost,
            cite="A-CHANCE",
            group=f"group {self.choose(4)}" if self.choose(2) else rule.group,
            takes=(5, 20) if self.seldom() else rule.takes,
            family="drawn" if self.seldom() else rule.family,
        )

    def premise(self) -> Expr:
        """Draw a premise; as often as not there is none."""
        return self.guard() if self.choose(2) else TRUE

    def properties(self, system: System, budget: Budget) -> tuple[Property, ...]:
        """Draw properties of every modality; `transparent` where something can fail."""
        groups = tuple(dict.fromkeys(rule.group for rule in system.rules))
        self.readable = [*self.readable, *budget.counters]
        said: dict[str, Any] = {
            "strength": self.one_of(list(Strength)),
            "claims": self.some(("A-CHANCE",)),
            "why": self.one_of(("", "chance wants it")),
            "budget": self.one_of((None, budget)),
            "beyond": self.one_of((None, Budget(3, 3))),
        }
        pairs = ((self.guard(), self.guard()),)
        found = [
            always("often_so", self.guard(), given=self.premise(), **said),
            always("so", ~all_of(self.guard(), self.guard()), given=self.premise()),
            never("not_so", all_of(self.guard(), self.guard()), given=self.premise()),
            sometimes("once_so", self.guard(), given=self.premise()),
            leads_to("then_so", self.guard(), self.guard()),
            leads_to("so_in_the_end", self.guard(), self.guard(), fair=self.some(groups)),
            leads_to("both_so", self.guard(), self.guard(), also=pairs),
        ]
        failures = [rule.name for rule in system.rules if rule.kind is Kind.FAILURE]
        if failures:
            observers = self.some([each.name for each in system.components[1:]], 1)
            seen = [name for name, owner in system.owners.items() if owner in observers]
            found.append(
                transparent(
                    "they_cannot_tell",
                    fault=self.some(failures, 1),
                    observers=observers,
                    hide=self.some(seen) if self.choose(2) else tuple(seen),
                    idempotent=self.some(("PING", "PONG")),
                    given=self.premise(),
                    fair=self.some(groups) if self.seldom() else (),
                    unheard=self.some(("word",)),
                )
            )
        return tuple(found)


def _few(items: Sequence[T]) -> Sequence[T]:
    if len(items) <= MANY:
        return items
    return (items[0], items[1], items[len(items) // 2], items[-1])


def _in_range(effect: Set) -> Expr:
    """Return the guard that an effect does not step beyond its range."""
    if not isinstance(effect.to, Step):
        return TRUE
    var, by = effect.to.var, effect.to.by
    ends = var.values[:-by] if by < 0 else var.values[len(var.values) - by :]
    return all_of(*(var.is_not(value) for value in ends))


def engine_system(seed: int) -> Drawn:
    """
    Draw a system, a budget and properties from a seed, which also says of what sort it is.

    One of six is as it comes. The others are drawn again until they have LARGE to MOST states, or
    one of fifteen until a later step is beyond a range.
    """
    chance = random.Random(seed)  # noqa: S311 (repeatable, not secret)
    while True:
        drawn = _drawn(chance.randrange, seed)
        if seed % 6 == 0 or _is_wanted(drawn, seed):
            return drawn


def _steps_too_far(seed: int) -> bool:
    return seed % 15 == 7


def _is_wanted(drawn: Drawn, seed: int) -> bool:
    try:
        found = explore(drawn.system, drawn.budget, limit_states=MOST)
    except SearchError as error:
        return str(error).count("\n") >= STEPS_BEFORE
    return found.complete and len(found.states) >= LARGE and not _steps_too_far(seed)


def _drawn(choose: Choose, seed: int) -> Drawn:
    wide = seed % 4 == 3
    words = 3 if seed % 20 == 19 else 2
    drawing = LargerDrawing(
        choose,
        variables=3 * words if wide else 1,
        domains=(*DOMAINS, *WIDE_DOMAINS) if wide else DOMAINS,
        careless=_steps_too_far(seed) and seed % 6 > 0,
    )
    bare = [drawing.component(f"c{i}") for i in range(1, 3 + choose(3))]
    drawing.readable = [var for each in bare for var in each.all_variables]
    components = [drawing.with_arrows(each) for each in bare]
    mains = {each.name for each in components if each.arrows}
    drawing.assignable = [var for var in drawing.readable if var.name not in mains]
    if choose(2):  # dead ends, as in smaller systems
        var = drawing.one_of(drawing.readable)
        others = [value for value in var.values if value is not var.initial]
        drawing.running = var.is_not(drawing.one_of(others))
    rules = tuple(drawing.rule(i, components) for i in range(1, 9 + choose(9)))
    sources = SOURCES if choose(2) else None
    system = System(tuple(components), rules, sources, name="drawn by chance")
    budget = drawing.one_of(MORE_BUDGETS)
    if budget.unknown(system.fault_classes):
        budget = Budget(1, 1)
    return Drawn(system, budget, drawing.properties(system, budget))
