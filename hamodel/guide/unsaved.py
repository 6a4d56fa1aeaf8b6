"""
What a recorder has taken in and not yet saved: it is lost with the recorder (A-UNSAVED).

What is lost so is older than the failure that loses it. So the model with causes has a step, at any
moment, from which on the recorder takes in what it will not have saved; the failure follows within
`unsaved`. Nothing that the recorder takes in from that step on counts as recorded, and a loss that
begins with it is the tail, and then all that comes after the failure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hamodel import Component, Expr, Kind, Rule, Set, System, Var, all_of, any_of
from hamodel.guide.parts import Parts
from hamodel.guide.vocabulary import ServerState
from hamodel.rule import UNTIMED

LOSES = "recorder_loses_what_is_unsaved"
"""The family of what comes within a time after a tail has begun."""
BEGINS = "unsaved_tail_begins"
"""The family of the steps with which one begins; they are paid for as the failure is."""


@dataclass(frozen=True, slots=True)
class Tail:
    """
    What one failure loses of what some recorders or media units had taken in.

    Parameters
    ----------
    failure
        The name of the rule that is the failure.
    unsaved
        How much had not been saved, in ms.
    machines
        What the failure takes down that had it.
    begun
        Whether what they take in now will not have been saved by then.
    """

    failure: str
    unsaved: int
    machines: tuple[Component, ...]
    begun: Var[bool]


def tails(parts: Parts) -> tuple[Tail, ...]:
    """
    Return the tails of a deployment: of crashes, and of hosts that are lost, the longest first.

    A signaling unit has no media, and a Media Server keeps none of it.  A-UNSAVED.
    """
    had: dict[int, dict[str, list[Component]]] = {}
    for name, recorder in parts.recorders.items():
        unsaved = parts.deployment.group_of(name).unsaved
        if unsaved > 0:
            units = [unit.machine for unit in recorder.media.values()] or [recorder.box]
            had.setdefault(unsaved, {})[name] = units
    lengths = sorted(had, reverse=True)
    crashes = [
        _tail(f"{unit.name} crashes", unsaved, [unit])
        for unsaved in lengths
        for units in had[unsaved].values()
        for unit in units
    ]
    losses = [
        _tail(f"{host} is lost", unsaved, units)
        for host, names in parts.deployment.hosts_in_scope.items()
        for unsaved in lengths
        if (units := [unit for name in names for unit in had[unsaved].get(name, ())])
    ]
    return (*crashes, *losses)


def _tail(failure: str, unsaved: int, units: list[Component]) -> Tail:
    begun = Var(f"{failure}.loses_{unsaved:d}_ms", bool)
    return Tail(failure, unsaved, tuple(units), begun)


def saved_by(parts: Parts, leg: str, server: str) -> Expr:
    """Return the guard that a recording session records what will be saved."""
    session = parts.recording_sessions[leg, server]
    lost = []
    for tail in tails(parts):
        for unit in tail.machines:
            is_box = unit.name in parts.recorders
            there = (session.recorder if is_box else session.media).is_(unit.name)
            lost.append(tail.begun.is_(True) & there)
    recorded = parts.recorded_by(leg, server)
    return recorded & ~any_of(*lost) if lost else recorded


def saved(parts: Parts, call: str) -> Expr:
    """Return the guard that media of the call is being recorded, once or twice, and saved."""
    return any_of(*(saved_by(parts, leg, on) for leg, on, _ in parts.sessions_of(call)))


def with_tails(parts: Parts, system: System) -> System:
    """
    Return the model in which what a failure will lose is known before the failure.

    The budget of faults is charged when the tail begins. What a rule file makes fail has none.
    """
    its: dict[str, list[Tail]] = {}
    for tail in tails(parts):
        its.setdefault(tail.failure, []).append(tail)
    if not its:
        return system
    rules: list[Rule] = []
    for rule in system.rules:
        rules += _with_tail(rule, its[rule.name]) if rule.name in its else [rule]
    begun = Component("unsaved", variables=tuple(t.begun for each in its.values() for t in each))
    return replace(system, components=(*system.components, begun), rules=tuple(rules))


def _with_tail(rule: Rule, its: list[Tail]) -> Iterator[Rule]:
    """Yield what begins the tails of a failure, one after the other, and the failure after them."""
    before: list[Tail] = []
    for tail in its:
        units = any_of(*(unit.is_not(ServerState.DOWN) for unit in tail.machines))
        names = " and ".join(unit.name for unit in tail.machines)
        passed = all_of(*(each.begun.is_(True) for each in before))
        first, verb = not before, "begins" if len(tail.machines) == 1 else "begin"
        yield Rule(
            f"{names} {verb} to take in what is lost when {rule.name}",
            Kind.ENVIRONMENT,
            when=tail.begun.is_(False) & (units if first else passed),
            sets=Set(tail.begun, True),
            takes=UNTIMED if first else (0, before[-1].unsaved - tail.unsaved),
            cost=rule.cost if first else {},
            cite="A-UNSAVED",
            family=BEGINS if first else LOSES,
        )
        before.append(tail)
    yield replace(
        rule,
        when=all_of(rule.when, *(tail.begun.is_(True) for tail in its)),
        sets=(*rule.sets, *(Set(tail.begun, False) for tail in its)),
        takes=(0, its[-1].unsaved),
        cost={},
        family=LOSES,
    )
