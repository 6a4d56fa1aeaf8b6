"""
In time, an INVITE to a recorder that does not answer is out until its transaction times out.

Without time a Resource Manager passes such a recorder over, or the recording session fails. In time
it has to find out: what its probes find meanwhile does not call the INVITE back. Then the next
recorder gets it, with `retry_on_timeout`, or the recording session fails, and is invited anew. As
for a call's INVITE in `serial_search`: its time is counted from when nobody answers it, for a
recorder that fails with the INVITE in hand an exchange later at most.  RFC 3261 sections 16.6 and
17.1.1.2; A-SERIAL, A-TIMEOUT.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from hamodel import TRUE, Component, Expr, Rule, Set, System, Var, all_of, any_of, instances
from hamodel.guide.components.recording_session import RecordingSession
from hamodel.guide.components.resource_manager import ResourceManager
from hamodel.guide.parts import Parts
from hamodel.guide.procedures.balancing import candidates, chosen
from hamodel.guide.timing import times_out
from hamodel.guide.vocabulary import RecordingSessionState

FINDS, GETS_NO_ANSWER = "finds", "gets no answer from"
"""By what a Resource Manager does with a recorder the rules by which an INVITE ends there."""
ASKS, NEXT = "resource_manager_asks_silent_recorder", "resource_manager_tries_next_recorder"
ANEW, ANSWERS = "resource_manager_asks_recorders_anew", "silent_recorder_answers"
ADDED: Mapping[str, str] = MappingProxyType(
    {
        ASKS: "Resource Manager sends a recording session's INVITE to a recorder that it believes "
        "available, and that does not answer (A-SERIAL).",
        NEXT: "A recording session's INVITE to a silent recorder times out, and is free for the "
        "next; the recorder of a record identifier that is known stays first until it is believed "
        "down (A-TIMEOUT, A-SERIAL).",
        ANEW: "A recording session's INVITE was out at every recorder that could be chosen: it "
        "goes to them again.",
        ANSWERS: "A recorder that an INVITE was out at answers again, and takes it when it is "
        "sent again (A-RETRANSMIT).",
    }
)
"""The families of rules that are added, and what they do."""


@dataclass(frozen=True, slots=True)
class Invite:
    """
    The INVITE of a Media Server for a recording session.

    `out` is the silent recorder that it is out at, and `tried[x]` that it has timed out at x, which
    has been silent since.
    """

    leg: str
    server: str
    session: RecordingSession
    out: Var[str]
    tried: Mapping[str, Var[bool]]

    @property
    def variables(self) -> tuple[Var[Any], ...]:
        """What is known of it."""
        return (self.out, *self.tried.values())

    def forgotten(self) -> tuple[Set, ...]:
        """Return the effects of its end."""
        return tuple(Set(var, var.initial) for var in self.variables)

    def goes_to(self, parts: Parts, manager: ResourceManager, name: str) -> Expr:
        """Return the guard that this recorder is the next that it is sent to, silent or not."""
        its = parts.recorders
        family = {
            other: untried & (its[other].accepts | ~its[other].answers)
            for other, untried in self.untried(parts, manager).items()
        }
        return chosen(parts, manager, self.leg, self.server, name, family)

    def untried(self, parts: Parts, manager: ResourceManager) -> dict[str, Expr]:
        """Return for each recorder that it may go to the guard that it was not out there yet."""
        found = {}
        for name in candidates(parts, manager, self.leg):
            left = self.tried[name].is_(False) if name in self.tried else TRUE
            found[name] = manager.believes[name].is_(True) & left
        return found

    def is_at(self, manager: ResourceManager) -> Expr:
        """Return the guard that this Resource Manager has it in hand."""
        proxied = self.session.machine.is_(RecordingSessionState.PROXIED)
        return all_of(proxied, self.session.via.is_(manager.name), manager.answers)


def invites(parts: Parts) -> Iterator[Invite]:
    """Yield the INVITE of each recording session that there may be."""
    for (leg, server), session in parts.recording_sessions.items():
        name = session.machine.name
        out: Var[str] = Var(f"{name}.out_at", instances(*parts.recorders))
        tried = {
            recorder: Var(f"{name}.tried_{recorder}", bool)
            for recorder in parts.recorders
            if parts.deployment.group_of(recorder).retry_on_timeout
        }
        yield Invite(leg, server, session, out, tried)


def with_recorder_search(parts: Parts, system: System) -> System:
    """Return the model in which an INVITE to a silent recorder is out until it times out."""
    found = {its.session.machine.name: its for its in invites(parts)}
    asked = {
        f"{rm} {verb} {name} for {its.leg} on {its.server}": (manager, name)
        for verb in (FINDS, GETS_NO_ANSWER)
        for rm, manager in parts.resource_managers.items()
        for name in parts.recorders
        for its in found.values()
    }
    rules: list[Rule] = []
    for rule in system.rules:
        moved = [found[each.component] for each in rule.fires if each.component in found]
        ends = [effect for its in moved for effect in its.forgotten()]
        when = rule.when
        if rule.name in asked:
            [its] = moved
            when = _when(parts, rule, its, *asked[rule.name])
        rules.append(replace(rule, when=when, sets=(*rule.sets, *ends)) if ends else rule)
    rules += (rule for its in found.values() for rule in _added(parts, its))
    variables = tuple(var for its in found.values() for var in its.variables)
    known = Component("invites_of_recording", variables=variables)
    return replace(system, components=(*system.components, known), rules=tuple(rules))


def _when(parts: Parts, rule: Rule, its: Invite, manager: ResourceManager, name: str) -> Expr:
    """Return the guard of a rule by which a recorder answers an INVITE, or does not."""
    if f" {FINDS} " in rule.name:
        return all_of(rule.when, its.out.is_(None), its.goes_to(parts, manager, name))
    silent, there = ~parts.recorders[name].answers, parts.media_servers[its.server].answers
    return all_of(its.is_at(manager), its.out.is_(name), silent, there)


def _added(parts: Parts, its: Invite) -> Iterator[Rule]:
    """Yield what becomes of an INVITE at recorders that do not answer."""
    whose = f"{its.leg} on {its.server}"
    for rm, manager in parts.resource_managers.items():
        free = its.is_at(manager) & its.out.is_(None)
        for name, recorder in parts.recorders.items():
            yield Rule(
                f"{rm} sends the invite for {whose} to silent {name}",
                when=all_of(free, ~recorder.answers, its.goes_to(parts, manager, name)),
                sets=Set(its.out, name),
                cite="A-SERIAL",
                family=ASKS,
            )
            if name in its.tried:
                yield Rule(
                    f"{rm} gets no answer from {name} for {whose} and tries the next",
                    when=all_of(its.is_at(manager), its.out.is_(name), ~recorder.answers),
                    sets=(Set(its.out, None), Set(its.tried[name], True)),
                    takes=times_out(parts.deployment),
                    cite="A-TIMEOUT",
                    family=NEXT,
                )
        if its.tried:
            some = any_of(*(var.is_(True) for var in its.tried.values()))
            others = any_of(*its.untried(parts, manager).values())
            yield Rule(
                f"{rm} asks the recorders for {whose} anew",
                when=all_of(free, some, ~others),
                sets=tuple(Set(var, False) for var in its.tried.values()),
                cite="A-SERIAL",
                family=ANEW,
            )
    for name, recorder in parts.recorders.items():
        timed_out = [its.tried[name]] if name in its.tried else []
        waited = any_of(its.out.is_(name), *(var.is_(True) for var in timed_out))
        yield Rule(
            f"{name} answers again and hears the invite for {whose}",
            when=recorder.answers & waited,
            sets=(Set(its.out, None, its.out.is_(name)), *(Set(var, False) for var in timed_out)),
            cite="A-RETRANSMIT",
            family=ANSWERS,
        )
