"""
What a failure does to a call: the model with that failure alone, watched from a call as deployed.

`scene` keeps the named failures of a system and leaves all others out. Each happens once, in the
order given; the first while the calls are as the scene says. A component of its own, `impact`,
counts them, and what else the questions of `impact_columns` read; it allows and forbids nothing
after them, but what the parties of the calls do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import combinations, product

from hamodel import Component, Expr, Kind, Rule, Set, System, Var, all_of, any_of
from hamodel.expr import And, variables_of
from hamodel.guide.parts import Parts
from hamodel.guide.vocabulary import CallState, DialogState, Recording, Request

FILES_MAX = 3
"""Recording sessions of a leg are counted up to this; the last number means so many or more."""
ASKED = (Request.HOLD, Request.PAUSE, Request.STOP)
"""What a party is to ask for after the failures."""


class Stage(Enum):
    """What the parties do: talk on, ask for something after the failures, or call after them."""

    TALKING = "talking"
    ASKING = "asking"
    CALLING = "calling"


@dataclass(frozen=True, slots=True)
class Failure:
    """
    Something that can fail, in one mode.

    Parameters
    ----------
    rule
        The failure rule that stands for it.
    instances
        What fails with it: instances, units of recorders, hosts.
    alike
        Further failure rules that do the same, such as the loss of a host with nothing else on it.
    """

    rule: str
    instances: tuple[str, ...]
    alike: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """What it can be asked for by."""
        return frozenset((self.rule, *self.instances, *self.alike))

    def __str__(self) -> str:
        return f"{self.rule} (or {', '.join(self.alike)})" if self.alike else self.rule


@dataclass(frozen=True, slots=True)
class Scene:
    """
    A system with nothing but the failures in question, and what is counted of a run.

    Parameters
    ----------
    parts, system
        The parts of the deployment, and its model as it is watched.
    failed
        The guard that all of the failures have happened.
    files
        For each recording session of a call, how many of it recorders have accepted.
    at, by
        For each of those, whether a recorder accepted one, and whether a Media Server asked for it.
    direct
        For each call, whether its endpoints talk directly, no Media Server being left (A-NONE).
    asked, refused
        For each call, what its party asked for after the failures, and whether that was refused.
    """

    parts: Parts
    system: System
    failed: Expr
    files: dict[str, Var[int]] = field(default_factory=dict)
    at: dict[tuple[str, str], Var[bool]] = field(default_factory=dict)
    by: dict[tuple[str, str], Var[bool]] = field(default_factory=dict)
    direct: dict[str, Var[bool]] = field(default_factory=dict)
    asked: dict[str, Var[Request]] = field(default_factory=dict)
    refused: dict[str, Var[bool]] = field(default_factory=dict)


def failures(parts: Parts, system: System) -> tuple[Failure, ...]:
    """Return what can fail, in the order of the rules; rules that do the same are one."""
    found: dict[str, Failure] = {}
    for rule in (rule for rule in system.rules if rule.kind is Kind.FAILURE):
        first = next((n for n in found if _alike(system, system.rule(n), rule)), None)
        names = tuple(_named(parts, rule))
        if first is None:
            found[rule.name] = Failure(rule.name, names)
        else:
            its = found[first]
            names = tuple(dict.fromkeys((*its.instances, *names)))
            found[first] = replace(its, instances=names, alike=(*its.alike, rule.name))
    return tuple(found.values())


def _named(parts: Parts, rule: Rule) -> Iterator[str]:
    """Yield the names of what a failure rule fails."""
    fired = {firing.component for firing in rule.fires}
    sessions = {session.machine.name for session in parts.recording_sessions.values()}
    known = {name: {each.name for each in its} for name, its in parts.instances.items()}
    yield from (name for name, its in known.items() if its & fired)
    yield from sorted(fired - sessions - known.keys())
    yield from (host for host in parts.deployment.hosts_in_scope if rule.name == f"{host} is lost")


def _alike(system: System, one: Rule, other: Rule) -> bool:
    """Return whether two rules do the same and are enabled in the same states."""
    (guard, effects), (its_guard, its_effects) = system.flattened(one), system.flattened(other)
    if set(effects) != set(its_effects):
        return False
    left, right = _conjuncts(guard), _conjuncts(its_guard)
    guard, its_guard = all_of(*(left - right)), all_of(*(right - left))
    read = {var.name: var for each in (guard, its_guard) for var in variables_of(each)}
    if len(read) > 2:
        return False
    states = (
        dict(zip(read, values, strict=True))
        for values in product(*(var.values for var in read.values()))
    )
    return all(guard(state) == its_guard(state) for state in states)


def _conjuncts(guard: Expr) -> set[Expr]:
    return set(guard.parts) if isinstance(guard, And) else {guard}


def pairs(all_of_them: Sequence[Failure]) -> Iterator[tuple[Failure, Failure]]:
    """Yield each two failures that have no instance in common, in both orders."""
    for one, other in combinations(all_of_them, 2):
        if not set(one.instances) & set(other.instances):
            yield one, other
            yield other, one


def as_deployed(parts: Parts) -> Expr:
    """Return the guard that all calls are up, at rest, and recorded as often as they should be."""
    return all_of(
        *(
            all_of(
                parts.up(name),
                call.told.is_(Recording.ON),
                call.request.is_(Request.NOTHING),
                parts.dialogs[name].machine.is_(DialogState.IDLE),
                copies_at_least(parts, name, len(parts.legs_of(name))),
            )
            for name, call in parts.calls.items()
        )
    )


def copies_at_least(parts: Parts, call: str, number: int) -> Expr:
    """Return the guard that so many of a call's recording sessions record."""
    each = [
        any_of(*(parts.recorded_by(leg, server) for server in parts.media_servers))
        for leg in parts.legs_of(call)
    ]
    return any_of(*(all_of(*some) for some in combinations(each, number)))


def scene(parts: Parts, system: System, these: Sequence[Failure], stage: Stage) -> Scene:
    """
    Return the system in which these failures happen, each once, one after the other.

    Parameters
    ----------
    parts, system
        The deployment's parts, and its model.
    these
        The failures, in their order.
    stage
        The first happens to calls as deployed, or before there is a call (`Stage.CALLING`).
    """
    count = Var("impact.failures", range(len(these) + 1))
    watched = Scene(parts, system, count.is_(len(these)))
    idle = all_of(*(call.machine.is_(CallState.IDLE) for call in parts.calls.values()))
    begins = idle if stage is Stage.CALLING else as_deployed(parts)
    places = {failure.rule: place for place, failure in enumerate(these)}
    if stage is Stage.TALKING:
        _count_files(watched)
        _hear_of_direct_talk(watched)
    if stage is Stage.ASKING:
        for call in parts.calls:
            watched.asked[call] = Var(f"impact.asked_of_{call}", Request)
            watched.refused[call] = Var(f"impact.refused_to_{call}", bool)
    rules: list[Rule] = []
    for rule in system.rules:
        if rule.kind is Kind.FAILURE:
            if rule.name in places:
                place = places[rule.name]
                now = all_of(rule.when, count.is_(place), *([begins] if place == 0 else []))
                rules.append(replace(rule, when=now, sets=(*rule.sets, Set(count, place + 1))))
        elif rule.kind is not Kind.REPAIR:
            rules += _of_parties(watched, rule, stage)
    counted = (watched.files, watched.at, watched.by, watched.direct, watched.asked)
    variables = [var for each in (*counted, watched.refused) for var in each.values()]
    impact = Component("impact", variables=(count, *variables))
    components = (*system.components, impact)
    return replace(watched, system=System(components, tuple(rules), system.sources, system.name))


def _of_parties(watched: Scene, rule: Rule, stage: Stage) -> Iterator[Rule]:
    """Yield a rule that is no failure as the scene has it; nothing if the parties do no such."""
    for name, call in watched.parts.calls.items():
        asks = [effect.to for effect in rule.sets if effect.var.name == call.request.name]
        if rule.kind is Kind.ENVIRONMENT and asks:
            if stage is Stage.ASKING and asks[0] in ASKED:
                asked = watched.asked[name]
                now = all_of(rule.when, watched.failed, asked.is_(Request.NOTHING))
                yield replace(rule, when=now, sets=(*rule.sets, Set(asked, asks[0])))
            return
        starts = any(
            firing.component == call.machine.name and firing.trigger == "start"
            for firing in rule.fires
        )
        if starts and stage is Stage.CALLING:
            yield replace(rule, when=rule.when & watched.failed)
            return
    yield replace(rule, sets=(*rule.sets, *_observed(watched, rule)))


def _observed(watched: Scene, rule: Rule) -> Iterator[Set]:
    """Yield the effects by which a scene counts what a rule does."""
    parts = watched.parts
    for (leg, server), session in parts.recording_sessions.items():
        if watched.files and any(
            firing.component == session.machine.name and firing.trigger == "accept"
            for firing in rule.fires
        ):
            files = watched.files[leg]
            yield from (Set(files, n + 1, files.is_(n)) for n in range(FILES_MAX))
            yield Set(watched.by[leg, server], True)
            chosen = next(e.to for e in rule.sets if e.var.name == session.recorder.name)
            yield Set(watched.at[leg, str(chosen)], True)
    for name, call in parts.calls.items():
        if name in watched.direct:
            ends = (call.endpoint_a.name, call.endpoint_b.name)
            if _fails_to_place(parts, rule, name):
                yield Set(watched.direct[name], True)
            elif any(effect.var.name in ends for effect in rule.sets):
                yield Set(watched.direct[name], False)
        if name in watched.refused and any(
            message.kind == "refused" and message.receiver == name for message in rule.says
        ):
            for effect in rule.sets:
                if effect.var.name == call.request.name and effect.to is Request.NOTHING:
                    heard = effect.when & call.request.is_not(Request.NOTHING)
                    yield Set(watched.refused[name], True, heard)


def _fails_to_place(parts: Parts, rule: Rule, call: str) -> bool:
    dialog = parts.dialogs[call].machine.name
    fails = any(f.component == dialog and f.trigger == "fail" for f in rule.fires)
    return fails and rule.family == "placement_fails"


def _count_files(watched: Scene) -> None:
    parts = watched.parts
    for leg in parts.legs:
        watched.files[leg] = Var(f"impact.files_of_{leg}", range(FILES_MAX + 1))
        for recorder in parts.recorders:
            watched.at[leg, recorder] = Var(f"impact.{leg}_at_{recorder}", bool)
        for server in parts.media_servers:
            watched.by[leg, server] = Var(f"impact.{leg}_by_{server}", bool)


def _hear_of_direct_talk(watched: Scene) -> None:
    if watched.parts.deployment.media_server.on_none_available == "continue-unrecorded":
        for call in watched.parts.calls:
            watched.direct[call] = Var(f"impact.{call}_goes_on_directly", bool)
