"""What the time of a run goes by: the phase of what its end waited for, at each moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hamodel import Kind, Rule, System
from hamodel.engine.timed.search import Wait
from hamodel.engine.waiting import ENDLESS
from hamodel.expr import Value
from hamodel.guide.loss import OTHER, PHASES


def phases_of(system: System, wait: Wait) -> Iterator[tuple[str, int]]:
    """Yield what the time before each step of a wait went by, and how long it was, in ms."""
    run, phases = wait.run, phases_before(system, wait)
    now = run[wait.begins - 1].at if wait.begins else 0
    for step, phase in list(zip(run, phases, strict=True))[wait.begins :]:
        yield phase, step.at - now
        now = step.at


def phases_before(system: System, wait: Wait) -> list[str]:
    """
    Return what the time before each step of a run is called: by what its end waited for then.

    Of a wait without end it is what takes time next.
    """
    rules = [system.rule(step.rule) for step in wait.run]
    found = [next(filter(None, map(_phase, rules[place:])), "") for place in range(len(rules))]
    if not wait.why:
        for begin, end, rule in waited_for(system, wait):
            if phase := _phase(rule):
                found[begin:end] = [phase] * (end - begin)
    return [phase or ENDLESS["stuck"] for phase in found]


def told_at(system: System, wait: Wait) -> dict[int, tuple[str, int]]:
    """
    Return at which steps of a wait to tell what time went by, and how long: `phases_of`, gathered.

    What the end waited for is told at that step, whatever else happened meanwhile; the rest, as of
    a wait without end, before the step that comes next.
    """
    phases = dict(enumerate(phases_of(system, wait), start=wait.begins))
    found = {place: (phase, ms) for place, (phase, ms) in phases.items() if ms}
    for begin, end, rule in () if wait.why else waited_for(system, wait):
        of_it = [place for place in range(max(begin, wait.begins), end) if place in found]
        if _phase(rule) and of_it:
            found[end - 1] = (_phase(rule), sum(found.pop(place)[1] for place in of_it))
    return found


def waited_for(system: System, wait: Wait) -> Iterator[tuple[int, int, Rule]]:
    """
    Yield the rules that the end of a run waited for, from the last to the first, and when.

    Each has the places of the steps before which it was waited for: from behind the step after
    which it was possible without a break, to its own. Nobody waits for what nobody has to do, such
    as a failure, but for what was due then: what else takes time and had to come first; or if there
    is nothing, for what came before.
    """
    run = wait.run
    states = list(states_of(system, [step.rule for step in run]))

    def since(rule: Rule, place: int) -> int:
        """Return from which state on a rule is possible until before a step, if it is then."""
        possible, _ = system.flattened(rule)
        begin = place + 1
        while (
            begin
            and possible(states[begin - 1])
            and (begin > place or run[begin - 1].rule != rule.name)
        ):
            begin -= 1
        return begin

    def deadline(rule: Rule, place: int) -> int:
        begin = since(rule, place)
        return (run[begin - 1].at if begin else 0) + (rule.bounds[1] or 0)

    place = len(run) - 1
    while place >= 0:
        rule = system.rule(run[place].rule)
        if rule.kind is not Kind.PROTOCOL and not _phase(rule):
            due = [
                other
                for other in system.rules
                if other.kind is Kind.PROTOCOL and other.bounds[1]
                if since(other, place) <= place
            ]
            if not due:
                place -= 1
                continue
            rule = min(due, key=lambda other: deadline(other, place))
        begin = since(rule, place)
        yield begin, place + 1, rule
        place = begin - 1


def states_of(system: System, rules: Sequence[str]) -> Iterator[Mapping[str, Value]]:
    """Yield the state before each step of a run, and the last."""
    state: dict[str, Value] = dict(system.initial)
    yield state
    for name in rules:
        guard, effects = system.flattened(system.rule(name))
        assert guard(state), f"{name} can happen"
        state = {**state, **{e.var.name: e.value(state) for e in effects if e.when(state)}}
        yield state


def _phase(rule: Rule) -> str:
    """Return what time that passes for a rule is called; empty if none does."""
    latest = rule.bounds[1]
    if rule.kind is Kind.PROTOCOL and latest != 0:
        return PHASES.get(rule.family, OTHER)
    return PHASES.get(rule.family, "") if latest else ""
