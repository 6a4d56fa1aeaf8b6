"""Which recorder Resource Manager gives a recording session to: affinity, targets, policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from hamodel import FALSE, TRUE, Expr, Set, all_of, any_of, at
from hamodel.guide.components.resource_manager import ResourceManager
from hamodel.guide.parts import Parts, following, in_turn, others
from hamodel.guide.vocabulary import RecordingSessionState


def chosen(
    parts: Parts,
    manager: ResourceManager,
    leg: str,
    server: str,
    name: str,
    family: Mapping[str, Expr] | None = None,
) -> Expr:
    """
    Return the guard that a Resource Manager gives a recording session to this recorder.

    `family` says for each recorder that the session may go to when it can be chosen; by default
    `candidates`.

    With a record identifier that it knows its affinity goes first, as long as it believes that
    recorder available and is not refused by it; else the policy of the group chooses among those
    that it believes available.
    Source: RM-3, DUP-5b.  Assumes: A-PLACEMENT.
    """
    family = candidates(parts, manager, leg) if family is None else family
    by_policy = _by_policy(parts, manager, leg, family, name)
    known = _knows_identifier(parts, leg, server)
    if known == FALSE:
        return by_policy
    to = manager.recorder_of[leg].to
    left = {
        other: manager.believes[other].is_(False) | refuses
        for other, each in parts.recorders.items()
        for refuses in (each.answers & ~each.accepts if each.separated else FALSE,)
    }
    back = all_of(known, to.is_(name), family.get(name, FALSE))
    return any_of(back, any_of(~known, to.is_(None), at(to, left)) & by_policy)


def _knows_identifier(parts: Parts, leg: str, server: str) -> Expr:
    """
    Return the guard that the INVITE's record identifier is one that was used before.

    Supplied ones are, for a Media Server passes them on; its own are new, unless by a defect it
    gave the call's other recording session the same one (DUP-5a).
    """
    if parts.deployment.recording.record_id == "supplied":
        return TRUE
    if parts.deployment.duplication.identifiers != "same":
        return FALSE
    stands = RecordingSessionState.ACCEPTED, RecordingSessionState.ESTABLISHED
    rest = (other for other in parts.legs_of(parts.legs[leg]) if other != leg)
    return any_of(*(parts.recording_sessions[o, server].machine.in_(*stands) for o in rest))


def next_recorder(parts: Parts, manager: ResourceManager, name: str) -> Iterator[Set]:
    """
    Yield the effects of a choice on the pointer of round robin.

    Assumes: A-POINTER (with `shares_pointer`, the peer's moves along if it hears).
    """
    if "round-robin" not in {group.balance for group in parts.deployment.recorder_group}:
        return
    after = following(parts.recorders, name)
    yield Set(manager.turn, after)
    if parts.deployment.resource_manager.shares_pointer:
        for peer_name, peer in others(parts.resource_managers, manager.name):
            yield Set(peer.turn, after, parts.hears_peer(peer_name))


def _targets(parts: Parts, leg: str) -> Sequence[str]:
    """Return the recorders that a recording session may go to: all, or its target group's."""
    targets = parts.deployment.duplication.targets
    if not targets or len(parts.legs_of(parts.legs[leg])) == 1:
        return tuple(parts.recorders)
    group = targets[parts.legs_of(parts.legs[leg]).index(leg)]
    return tuple(r for r in parts.recorders if r in parts.deployment.recorder_groups[group])


def candidates(parts: Parts, manager: ResourceManager, leg: str) -> Mapping[str, Expr]:
    """
    Return for each recorder that a session may go to the guard that it can be chosen.

    One that refuses is passed over; one that is silent only with `retry_on_timeout` (REC-7).
    """
    family = {}
    for name in _targets(parts, leg):
        believed, the = manager.believes[name].is_(True), parts.recorders[name]
        tried = parts.deployment.group_of(name).retry_on_timeout
        family[name] = believed & (the.accepts if tried else the.accepts | ~the.answers)
    return family


def _by_policy(
    parts: Parts, manager: ResourceManager, leg: str, family: Mapping[str, Expr], name: str
) -> Expr:
    if name not in family:
        return FALSE
    policies = {parts.deployment.group_of(each).balance for each in family}
    policy = policies.pop() if len(policies) == 1 else "any"
    match policy:
        case "round-robin":
            whole = {each: family.get(each, FALSE) for each in parts.recorders}
            return in_turn(manager.turn, whole, name)
        case "least-used":
            rest = [other for other in family if other != name]
            fewest = (~family[other] | _at_most(manager, name, other) for other in rest)
            return all_of(family[name], *fewest)
        case "anti-affinity":
            elsewhere = any_of(*(family[other] for other in family if other != name))
            return family[name] & (~_has_other_leg(parts, manager, leg, name) | ~elsewhere)
        case _:
            return family[name]


def _at_most(manager: ResourceManager, name: str, other: str) -> Expr:
    """Return the guard that by its own affinities a recorder has no more sessions than another."""
    affinities = list(dict.fromkeys(manager.recorder_of.values()))
    numbers = range(len(affinities) + 1)

    def at_least(recorder: str, number: int) -> Expr:
        some = combinations(affinities, number)
        return any_of(*(all_of(*(each.to.is_(recorder) for each in those)) for those in some))

    return all_of(*(~at_least(name, n) | at_least(other, n) for n in numbers if n))


def _has_other_leg(parts: Parts, manager: ResourceManager, leg: str, name: str) -> Expr:
    """Return the guard that another recording session of the call is on this recorder."""
    rest = (other for other in parts.legs_of(parts.legs[leg]) if other != leg)
    return any_of(*(manager.recorder_of[other].to.is_(name) for other in rest))
