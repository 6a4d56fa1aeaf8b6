"""What the time of a run goes by: the phase of what its end waited for, at each moment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from hamodel import Kind, Rule, System
from hamodel.engine.timed.search import Wait
from hamodel.engine.waiting import ENDLESS
from hamodel.expr import Value
from hamodel.guide.loss import OTHER, PHASES


def phases_of(system: System, wait: Wait, aside: Collection[str] = ()) -> Iterator[tuple[str, int]]:
    """
    Yield what the time before each step of a wait went by, and how long it was, in ms.

    Rules that are put aside only measure: their steps are not among these.
    """
    run, phases = wait.run, phases_before(system, wait, aside)
    now = run[wait.begins - 1].at if wait.begins else 0
    for step, phase in list(zip(run, phases, strict=True))[wait.begins :]:
        if step.rule not in aside:
            yield phase, step.at - now
            now = step.at


def phases_before(system: System, wait: Wait, aside: Collection[str] = ()) -> list[str]:
    """
    Return what the time before each step of a run is called.

    It is the phase of the next step to come that takes time, among those that the end of the wait
    waited for (`waited_for`); before these began, and if none of them does, among all.
    """
    rules = [system.rule(step.rule) for step in wait.run]
    every = [i for i, rule in enumerate(rules) if rule.name not in aside]
    theirs = waited_for(system, wait)
    return [
        _phase(rules[i] for i in every if i >= place > min(theirs) and i in theirs)
        or _phase(rules[i] for i in every if i >= place)
        or ENDLESS["stuck"]
        for place in range(len(rules))
    ]


def waited_for(system: System, wait: Wait) -> set[int]:
    """
    Return the steps of a run that its end waited for, one after the other.

    A step waited for the one after which its rule was possible without a break; what was possible
    beside it, and was not needed, took no time of it. The first is one that nobody has to do, such
    as a failure, which waits for nothing. Of a wait without end it is every step.
    """
    run = wait.run
    if wait.why:
        return set(range(len(run)))
    states = list(states_of(system, [step.rule for step in run]))
    found = set()
    place = len(run) - 1
    while place >= 0:
        found.add(place)
        name = run[place].rule
        if system.rule(name).kind is not Kind.PROTOCOL:
            break
        possible, _ = system.flattened(system.rule(name))
        begun = place
        while begun > 0 and run[begun - 1].rule != name and possible(states[begun - 1]):
            begun -= 1
        place = begun - 1
    return found


def states_of(system: System, rules: Sequence[str]) -> Iterator[Mapping[str, Value]]:
    """Yield the state before each step of a run, and the last."""
    state: dict[str, Value] = dict(system.initial)
    yield state
    for name in rules:
        guard, effects = system.flattened(system.rule(name))
        assert guard(state), f"{name} can happen"
        state = {**state, **{e.var.name: e.value(state) for e in effects if e.when(state)}}
        yield state


def _phase(coming: Iterable[Rule]) -> str:
    """Return what the time before the first of some steps to come is called; empty if none does."""
    for rule in coming:
        latest = rule.bounds[1]
        if rule.kind is Kind.PROTOCOL and latest != 0:
            return PHASES.get(rule.family, OTHER)
        if latest and rule.family in PHASES:
            return PHASES[rule.family]
    return ""
