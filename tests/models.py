"""
Models with published state counts, written through the public names alone.

Nothing here knows telecom: these are a mutual exclusion by a token, the
dining philosophers (left fork first) and Lamport's two-phase commit.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from hamodel import (
    TRUE,
    Arrow,
    Component,
    Kind,
    Message,
    Rule,
    Set,
    System,
    Var,
    all_of,
    any_of,
    instances,
    next_of,
)


class Member(Enum):
    """A member of the ring."""

    IDLE = "idle"
    WAITING = "waiting"
    CRITICAL = "critical"
    LEAVING = "leaving"


def ring(n: int) -> System:
    """Return RING(n): a token that goes round, and members that need it to be critical."""
    token: Var[int] = Var("token.at", range(n))
    arrows = (
        Arrow("ask", Member.IDLE, Member.WAITING),
        Arrow("enter", Member.WAITING, Member.CRITICAL),
        Arrow("leave", Member.CRITICAL, Member.LEAVING),
        Arrow("rest", Member.LEAVING, Member.IDLE),
    )
    members = [Component(f"member_{i}", Member, arrows) for i in range(n)]
    rules = []
    for i, member in enumerate(members):
        pass_on = (Set(token, next_of(token)),)
        rules += [
            Rule(f"{member.name} asks", fires=(member.fires("ask"),)),
            Rule(f"{member.name} enters", when=token.is_(i), fires=(member.fires("enter"),)),
            Rule(f"{member.name} leaves", fires=(member.fires("leave"),), sets=pass_on),
            Rule(f"{member.name} rests", fires=(member.fires("rest"),)),
        ]
    return System((Component("token", variables=(token,)), *members), tuple(rules), name="ring")


class Philosopher(Enum):
    """How many forks a philosopher has."""

    THINKING = "thinking"
    HAS_ONE = "has one fork"
    EATING = "eating"
    SATED = "sated"


def philosophers(n: int) -> System:
    """Return PHIL(n): each takes the left fork, then the right one, and puts them down so."""
    forks: list[Var[bool]] = [Var(f"fork_{i}.taken", bool) for i in range(n)]
    arrows = (
        Arrow("take_left", Philosopher.THINKING, Philosopher.HAS_ONE),
        Arrow("take_right", Philosopher.HAS_ONE, Philosopher.EATING),
        Arrow("drop_left", Philosopher.EATING, Philosopher.SATED),
        Arrow("drop_right", Philosopher.SATED, Philosopher.THINKING),
    )
    tables = [Component(f"fork_{i}", variables=(fork,)) for i, fork in enumerate(forks)]
    people = [Component(f"philosopher_{i}", Philosopher, arrows) for i in range(n)]
    rules = []
    for i, person in enumerate(people):
        for hand, fork in (("left", forks[i]), ("right", forks[(i + 1) % n])):
            take, drop = person.fires(f"take_{hand}"), person.fires(f"drop_{hand}")
            name, free = person.name, fork.is_(False)
            rules += [
                Rule(f"{name} takes {hand}", when=free, fires=(take,), sets=(Set(fork, True),)),
                Rule(f"{name} drops {hand}", fires=(drop,), sets=(Set(fork, False),)),
            ]
    return System((*tables, *people), tuple(rules), name="philosophers")


class Manager(Enum):
    """A resource manager of the two-phase commit."""

    WORKING = "working"
    PREPARED = "prepared"
    COMMITTED = "committed"
    ABORTED = "aborted"


class Coordinator(Enum):
    """The transaction manager of the two-phase commit."""

    INIT = "init"
    COMMITTED = "committed"
    ABORTED = "aborted"


def two_phase(n: int) -> System:
    """Return TP(n): Lamport's TwoPhase, where what was sent stays sent."""
    commit: Var[bool] = Var("messages.commit", bool)
    abort: Var[bool] = Var("messages.abort", bool)
    sent: list[Var[bool]] = [Var(f"messages.prepared_{i}", bool) for i in range(n)]
    known: list[Var[bool]] = [Var(f"coordinator.knows_{i}", bool) for i in range(n)]
    coordinator = Component(
        "coordinator",
        Coordinator,
        (
            Arrow("commit", Coordinator.INIT, Coordinator.COMMITTED),
            Arrow("abort", Coordinator.INIT, Coordinator.ABORTED),
        ),
        tuple(known),
    )
    arrows = (
        Arrow("prepare", Manager.WORKING, Manager.PREPARED),
        Arrow("choose_abort", Manager.WORKING, Manager.ABORTED),
        Arrow("commit", tuple(Manager), Manager.COMMITTED),
        Arrow("abort", tuple(Manager), Manager.ABORTED),
    )
    managers = [Component(f"manager_{i}", Manager, arrows) for i in range(n)]
    all_known = all_of(*(each.is_(True) for each in known))
    fires = coordinator.fires
    undecided = coordinator.is_(Coordinator.INIT)
    rules = [
        Rule("commits", when=all_known, fires=(fires("commit"),), sets=(Set(commit, True),)),
        Rule("aborts", fires=(fires("abort"),), sets=(Set(abort, True),)),
    ]
    for i, manager in enumerate(managers):
        name, does = manager.name, manager.fires
        hears = (Set(known[i], True),)
        says = (Set(sent[i], True),)
        rules += [
            Rule(f"hears {name}", when=undecided & sent[i].is_(True), sets=hears),
            Rule(f"{name} prepares", fires=(does("prepare"),), sets=says),
            Rule(f"{name} chooses abort", fires=(does("choose_abort"),)),
            Rule(f"{name} commits", when=commit.is_(True), fires=(does("commit"),)),
            Rule(f"{name} aborts", when=abort.is_(True), fires=(does("abort"),)),
        ]
    messages = Component("messages", variables=(commit, abort, *sent))
    return System((messages, coordinator, *managers), tuple(rules), name="two-phase commit")


class Proxy(Enum):
    """A proxy that may crash."""

    UP = "up"
    DOWN = "down"


class Client(Enum):
    """A client that asks to be served, and then to be held."""

    IDLE = "idle"
    ASKING = "asking"
    SERVED = "served"
    HOLDING = "holding"
    HELD = "held"


def proxied(proxies: int = 2, *, shared: bool = True, hops: int = 1, retry: bool = True) -> System:
    """
    Return a client whose requests reach the server by way of one of some proxies.

    Parameters
    ----------
    shared
        Whether all proxies know what one of them has served; if not, the others refuse.
    hops
        1: a proxy forwards at once. 2: it takes a request, then forwards it, and may crash between.
    retry
        Whether the client sends again what a crashed proxy had taken.
    """
    arrows = (
        Arrow("ask", Client.IDLE, Client.ASKING),
        Arrow("serve", Client.ASKING, Client.SERVED),
        Arrow("ask_hold", Client.SERVED, Client.HOLDING),
        Arrow("hold", Client.HOLDING, Client.HELD),
        Arrow("refuse", Client.HOLDING, Client.SERVED),
    )
    names = [f"proxy_{j}" for j in range(1, proxies + 1)]
    taken: Var[str] = Var("request.taken_by", instances(*names))
    knows: dict[str, Var[bool]] = {name: Var(f"{name}.knows", bool) for name in names}
    boxes = {
        name: Component(name, Proxy, (Arrow("crash", Proxy.UP, Proxy.DOWN),), (knows[name],))
        for name in names
    }
    client = Component("client", Client, arrows)
    up = {name: box.is_(Proxy.UP) for name, box in boxes.items()}
    rules = [
        Rule("client asks", Kind.ENVIRONMENT, fires=(client.fires("ask"),)),
        Rule("client asks to hold", Kind.ENVIRONMENT, fires=(client.fires("ask_hold"),)),
    ]
    for name, box in boxes.items():
        mine = taken.is_(name) if hops == 2 else TRUE
        done = (Set(taken, None),) if hops == 2 else ()
        learns = tuple(Set(each, True) for each in (knows.values() if shared else [knows[name]]))
        known = any_of(*(up[other] & knows[other].is_(True) for other in names))
        invites = (Message("INVITE", name, "server"), Message("200 OK", name, "client"))
        holds = (Message("re-INVITE", name, "server"), Message("200 OK", name, "client"))
        rules += [
            Rule(
                f"{name} forwards",
                when=up[name] & mine,
                fires=(client.fires("serve"),),
                sets=(*learns, *done),
                says=tuple(replace(each, sender="service") for each in invites),
                group="forward",
            ),
            Rule(
                f"{name} forwards hold",
                when=up[name] & mine & knows[name].is_(True),
                fires=(client.fires("hold"),),
                sets=done,
                says=tuple(replace(each, sender="service") for each in holds),
                group="forward hold",
            ),
            Rule(
                f"{name} refuses hold",
                when=up[name] & mine & ~known,
                fires=(client.fires("refuse"),),
                sets=done,
                says=(Message("481", "service", "client"),),
                group="forward hold",
            ),
            Rule(
                f"{name} crashes",
                Kind.FAILURE,
                fires=(box.fires("crash"),),
                sets=(Set(knows[name], False),),
                cost={"proxy-crash": 1},
            ),
        ]
        if hops == 2:
            wants = taken.is_(None) & client.in_(Client.ASKING, Client.HOLDING)
            takes = (Set(taken, name),)
            rules.append(Rule(f"{name} takes", when=up[name] & wants, sets=takes, group="take"))
        if hops == 2 and retry:
            lost = taken.is_(name) & box.is_(Proxy.DOWN)
            rules.append(Rule(f"client gives {name} up", when=lost, sets=(Set(taken, None),)))
    components = (client, Component("server"), Component("request", variables=(taken,)))
    return System((*components, *boxes.values()), tuple(rules), name="proxied")


def placed() -> System:
    """Return a balancer that places sessions in turn, and whose crash forgets whose turn it is."""
    turn: Var[int] = Var("balancer.turn", range(2))
    server: Var[int] = Var("client.server", range(3))
    balancer = Component("balancer", variables=(turn,))
    client = Component("client", variables=(server,))
    rules = [
        Rule(
            f"balancer places on {i + 1}",
            when=turn.is_(i) & server.is_(0),
            sets=(Set(server, i + 1), Set(turn, next_of(turn))),
            group="place",
        )
        for i in range(2)
    ]
    rules += [
        Rule("client leaves", Kind.ENVIRONMENT, server.is_not(0), sets=(Set(server, 0),)),
        Rule("balancer crashes", Kind.FAILURE, sets=(Set(turn, 0),), cost={"balancer-crash": 1}),
    ]
    return System((balancer, client), tuple(rules), name="placed")


def drawn(*steps: str) -> System:
    """
    Return a system drawn step by step, such as `"0 ring 1"`, with a fault from place 0 to 10.

    A step is a place, what `eye` hears (`.`: nothing; with `!`: and `eye.seen` becomes yes), the
    place that it leads to, and its fairness group; without one nobody must take it.
    """
    place: Var[int] = Var("box.place", range(21))
    seen: Var[bool] = Var("eye.seen", bool)
    rules = [
        Rule("breaks", Kind.FAILURE, place.is_(0), sets=(Set(place, 10),), cost={"box-crash": 1})
    ]
    for line in steps:
        start, what, end, *group = line.split()
        kind = Kind.PROTOCOL if group else Kind.ENVIRONMENT
        says = () if what.startswith(".") else (Message(what.rstrip("!"), "box", "eye"),)
        sets = [Set(place, int(end)), *([Set(seen, True)] if what.endswith("!") else [])]
        name = f"{start} to {end}{' silently' if not says else ' with ' + what.rstrip('!')}"
        rules.append(
            Rule(name, kind, place.is_(int(start)), (), tuple(sets), says, group="".join(group))
        )
    components = (Component("box", variables=(place,)), Component("eye", variables=(seen,)))
    return System(components, tuple(rules), name="drawn")
