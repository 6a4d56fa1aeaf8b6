"""Models whose numbers of states are published, written with the library's public names only."""

from __future__ import annotations

from enum import Enum

from hamodel import (
    Arrow,
    Component,
    Rule,
    Set,
    System,
    Var,
    all_of,
    next_of,
)


class Station(Enum):
    """Where a station of the token ring stands."""

    IDLE = "idle"
    WAITING = "waiting"
    CRITICAL = "critical"
    LEAVING = "leaving"


def ring(stations: int) -> System:
    """A token ring: a station enters its critical section only with the token, and passes it on."""
    token: Var[int] = Var("token", range(stations))
    places = [
        Component(
            f"station_{i}",
            Station,
            (
                Arrow("ask", Station.IDLE, Station.WAITING),
                Arrow("enter", Station.WAITING, Station.CRITICAL, token.is_(i)),
                Arrow("leave", Station.CRITICAL, Station.LEAVING),
                Arrow("rest", Station.LEAVING, Station.IDLE),
            ),
        )
        for i in range(stations)
    ]
    rules = []
    for station in places:
        rules += [
            Rule(f"{station.name} asks", fires=(station.fires("ask"),)),
            Rule(f"{station.name} enters", fires=(station.fires("enter"),)),
            Rule(
                f"{station.name} leaves",
                fires=(station.fires("leave"),),
                sets=(Set(token, next_of(token)),),
            ),
            Rule(f"{station.name} rests", fires=(station.fires("rest"),)),
        ]
    return System((Component("ring", variables=(token,)), *places), tuple(rules), name="ring")


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
    """Dining philosophers who each take the left fork first: two machines move in each step."""
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


class Participant(Enum):
    """What a participant of a transaction has decided."""

    WORKING = "working"
    PREPARED = "prepared"
    COMMITTED = "committed"
    ABORTED = "aborted"


class Manager(Enum):
    """What the transaction manager has decided."""

    INIT = "init"
    COMMITTED = "committed"
    ABORTED = "aborted"


def two_phase(participants: int) -> System:
    """Two-phase commit after Lamport: messages are a set, so each is a bool that stays true."""
    manager = Component(
        "manager",
        Manager,
        (
            Arrow("commit", Manager.INIT, Manager.COMMITTED),
            Arrow("abort", Manager.INIT, Manager.ABORTED),
        ),
        (commit := Var("commit_sent", bool), abort := Var("abort_sent", bool)),
    )
    everyone = (
        Participant.WORKING,
        Participant.PREPARED,
        Participant.COMMITTED,
        Participant.ABORTED,
    )
    members, rules = [], []
    known = [Var(f"manager.knows_{i}", bool) for i in range(participants)]
    for i in range(participants):
        sent = Var(f"participant_{i}.prepared_sent", bool)
        member = Component(
            f"participant_{i}",
            Participant,
            (
                Arrow("prepare", Participant.WORKING, Participant.PREPARED),
                Arrow("give_up", Participant.WORKING, Participant.ABORTED),
                Arrow("commit", everyone, Participant.COMMITTED),
                Arrow("abort", everyone, Participant.ABORTED),
            ),
            (sent,),
        )
        members.append(member)
        rules += [
            Rule(
                f"manager hears {i}",
                when=manager.is_(Manager.INIT) & sent.is_(True),
                sets=(Set(known[i], True),),
            ),
            Rule(f"{i} prepares", fires=(member.fires("prepare"),), sets=(Set(sent, True),)),
            Rule(f"{i} gives up", fires=(member.fires("give_up"),)),
            Rule(f"{i} hears commit", when=commit.is_(True), fires=(member.fires("commit"),)),
            Rule(f"{i} hears abort", when=abort.is_(True), fires=(member.fires("abort"),)),
        ]
    rules += [
        Rule(
            "manager commits",
            when=all_of(*(each.is_(True) for each in known)),
            fires=(manager.fires("commit"),),
            sets=(Set(commit, True),),
        ),
        Rule("manager aborts", fires=(manager.fires("abort"),), sets=(Set(abort, True),)),
    ]
    ledger = Component("ledger", variables=tuple(known))
    return System((manager, ledger, *members), tuple(rules), name="two_phase")
