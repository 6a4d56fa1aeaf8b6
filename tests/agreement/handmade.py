"""Models written by hand on which the readings must agree: published ones, and sharp corners."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, IntEnum

from hamodel import (
    NO_FAULT,
    Arrow,
    Budget,
    Component,
    Kind,
    Rule,
    Set,
    System,
    Var,
    at,
    instances,
    next_of,
    step,
)
from tests.models import ring, two_phase


class Fork(Enum):
    """Whether a fork lies on the table."""

    FREE = "free"
    TAKEN = "taken"


class Philosopher(Enum):
    """What a philosopher holds."""

    THINKING = "thinking"
    ONE_FORK = "one-fork"
    EATING = "eating"
    LAYING_DOWN = "laying-down"


def philosophers(number: int) -> System:
    """Dining philosophers whose forks are machines too: two machines move in each step."""
    forks = [
        Component(
            f"fork_{i}",
            Fork,
            (Arrow("take", Fork.FREE, Fork.TAKEN), Arrow("free", Fork.TAKEN, Fork.FREE)),
        )
        for i in range(number)
    ]
    diners = [
        Component(
            f"philosopher_{i}",
            Philosopher,
            (
                Arrow("take", Philosopher.THINKING, Philosopher.ONE_FORK),
                Arrow("eat", Philosopher.ONE_FORK, Philosopher.EATING),
                Arrow("stop", Philosopher.EATING, Philosopher.LAYING_DOWN),
                Arrow("think", Philosopher.LAYING_DOWN, Philosopher.THINKING),
            ),
        )
        for i in range(number)
    ]
    rules = []
    for i, diner in enumerate(diners):
        left, right = forks[i], forks[(i + 1) % number]
        rules += [
            Rule(f"{diner.name} takes", fires=(diner.fires("take"), left.fires("take"))),
            Rule(f"{diner.name} eats", fires=(diner.fires("eat"), right.fires("take"))),
            Rule(f"{diner.name} stops", fires=(diner.fires("stop"), left.fires("free"))),
            Rule(f"{diner.name} thinks", fires=(diner.fires("think"), right.fires("free"))),
        ]
    return System((*forks, *diners), tuple(rules), name="philosophers")


class Role(Enum):
    """A server's role; two names of one value are one state."""

    ACTIVE = "active"
    STANDBY = "hot-standby"
    BACKUP = "hot-standby"  # noqa: PIE796 (an alias on purpose)
    DOWN = "down"


class Level(IntEnum):
    """A level whose members are numbers, the first of them 0."""

    LOW = 0
    HIGH = 1


def pair() -> tuple[System, Budget]:
    """Two servers that swap roles in one step: either both move or neither does."""
    either = [
        Component(
            f"server {i}",
            Role,
            (
                Arrow("swap", Role.ACTIVE, Role.STANDBY),
                Arrow("swap", Role.STANDBY, Role.ACTIVE),
                Arrow("fail", (Role.ACTIVE, Role.STANDBY), Role.DOWN),
                Arrow("restart", Role.DOWN, Role.BACKUP),
            ),
            initial=first,
        )
        for i, first in ((1, Role.ACTIVE), (2, Role.STANDBY))
    ]
    rules = [Rule("both swap", fires=tuple(each.fires("swap") for each in either))]
    for each in either:
        cost = {"server-crash": 1}
        rules += [
            Rule(f"{each.name} fails", Kind.FAILURE, fires=(each.fires("fail"),), cost=cost),
            Rule(f"{each.name} restarts", Kind.REPAIR, fires=(each.fires("restart"),)),
        ]
    return System(tuple(either), tuple(rules)), Budget({"server": 3, "crash": 2}, 2)


def guarded_arrows() -> tuple[System, Budget]:
    """One trigger with four arrows, which the value of a variable tells apart."""
    count: Var[int] = Var("count", range(4))
    tank = Component(
        "tank",
        Level,
        (
            Arrow("pump", Level.LOW, Level.LOW, ~count.at_least(2)),
            Arrow("pump", Level.LOW, Level.HIGH, count.at_least(2)),
            Arrow("pump", Level.HIGH, Level.HIGH, count.is_(3)),
            Arrow("pump", Level.HIGH, Level.LOW, count.is_(0)),
        ),
        (count,),
    )
    pump = Rule("tank pumps", fires=(tank.fires("pump"),), sets=(Set(count, next_of(count)),))
    turn = Rule("count turns", sets=(Set(count, step(count, 1), ~count.is_(3)),))
    return System((tank,), (pump, turn)), NO_FAULT


def each_reads_the_other() -> tuple[System, Budget]:
    """Two machines whose guards name each other: both read the state before the step."""
    one, two = Component("one", Level), Component("two", Level)
    rise = [
        Component(
            each.name,
            Level,
            (
                Arrow("state", Level.LOW, Level.HIGH, other.is_(Level.LOW)),
                Arrow("may_state", Level.HIGH, Level.LOW),
                Arrow("trigger", Level.LOW, Level.LOW),
            ),
        )
        for each, other in ((one, two), (two, one))
    ]
    both = Rule("both rise", fires=tuple(each.fires("state") for each in rise))
    alone = [
        Rule(f"{each.name}: {trigger}".replace(":", ""), fires=(each.fires(trigger),))
        for each in rise
        for trigger in ("state", "may_state", "trigger")
    ]
    return System(tuple(rise), (both, *alone)), NO_FAULT


def a_reference() -> tuple[System, Budget]:
    """A call that names its server; a component without arrows is set like a variable."""
    servers = [Component(f"s{i}", Level) for i in (1, 2)]
    chosen: Var[str] = Var("chosen", instances("s1", "s2"), volatile=True)
    last: Var[str] = Var("last", instances("s1", "s2"))
    up = {each.name: each.is_(Level.HIGH) for each in servers}
    rules = [
        Rule("call moves on", when=~at(chosen, up), sets=(Set(chosen, next_of(chosen)),)),
        Rule("call remembers", when=~chosen.same_as(last), sets=(Set(last, chosen),)),
    ]
    for each in servers:
        assert each.main is not None
        rules.append(Rule(f"{each.name} turns", sets=(Set(each.main, next_of(each.main)),)))
    return System((*servers, Component("call", None, (), (chosen, last))), tuple(rules)), NO_FAULT


def beyond_the_range() -> tuple[System, Budget]:
    """An effect that steps too far in some states and not in others."""
    count: Var[int] = Var("count", range(1, 4), 3)
    on: Var[bool] = Var("on", bool)
    rules = (
        Rule("it turns", sets=(Set(on, next_of(on)),)),
        Rule("it counts", sets=(Set(count, step(count, 1), on.is_(True)),)),
        Rule("it halves", when=on.is_(False), sets=(Set(count, step(count, -2)),)),
    )
    return System((Component("box", None, (), (count, on)),), rules), NO_FAULT


def no_rules() -> tuple[System, Budget]:
    """A system in which nothing happens."""
    return System((Component("stone", Level),), ()), NO_FAULT


MODELS: Mapping[str, tuple[Callable[[], tuple[System, Budget]], int]] = {
    "ring": (lambda: (ring(4), NO_FAULT), 432),
    "philosophers": (lambda: (philosophers(5), NO_FAULT), 242),
    "two-phase": (lambda: (two_phase(3), NO_FAULT), 288),
    "pair": (pair, 19),
    "guarded arrows": (guarded_arrows, 8),
    "each reads the other": (each_reads_the_other, 4),
    "a reference": (a_reference, 36),
    "beyond the range": (beyond_the_range, 3),
    "no rules": (no_rules, 1),
}
"""Each model with its number of states."""
