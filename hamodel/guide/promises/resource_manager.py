"""Failover of Resource Manager: RM-1 to RM-4."""

from __future__ import annotations

from collections.abc import Iterator

from hamodel import Budget, Expr, System, all_of, any_of, transparent
from hamodel.guide.parts import Parts, others
from hamodel.guide.promises.promise import (
    FAIR,
    ONE,
    ONE_FAULT,
    ONE_FAULT_OR_HANG,
    Promise,
    each_holds,
    each_leads_to,
    for_one_call,
    of_each_call,
)
from hamodel.guide.vocabulary import (
    RecordingSessionState,
    ResourceManagerState,
    ServerState,
)

RESOURCE_MANAGER_FAULT = Budget({"resource-manager-crash": 1})
TWO_RESOURCE_MANAGER_FAULTS = Budget({"resource-manager-crash": 2})


def resource_manager_is_a_proxy(parts: Parts, system: System) -> Iterator[Promise]:
    """RM-1: it carries no media, and it starts no dialog."""
    managers = set(parts.resource_managers)
    media = {
        value
        for call in parts.calls.values()
        for var in (call.endpoint_a, call.endpoint_b)
        for value in var.values
    }
    starts = [
        rule.name
        for rule in system.rules
        for firing in rule.fires
        if firing.trigger in ("request", "invite", "start")
        and any(message.sender in managers for message in rule.says)
    ]
    yield Promise(
        "RM-1",
        structure=(
            ("endpoints send their media to others than Resource Managers", not media & managers),
            ("dialogs are started by others than Resource Managers", not starts),
            ("the mode is one that the product has", bool(parts.mode)),
        ),
    )


def _failed(parts: Parts, name: str) -> Expr:
    machine = parts.resource_managers[name].machine
    return machine.in_(ResourceManagerState.DOWN, ResourceManagerState.HUNG)


def remaining_resource_manager_accepts(parts: Parts, system: System) -> Iterator[Promise]:
    """RM-2: an instance failed; then the other is active, and requests reach it."""
    cases = []
    for name in parts.resource_managers:
        peers = others(parts.resource_managers, name)
        cases.append((_failed(parts, name), any_of(*(parts.accepts(peer) for peer, _ in peers))))
    accepted = each_leads_to(
        "remaining_resource_manager_accepts_requests",
        cases,
        claims=("RM-2",),
        budget=ONE_FAULT,
        beyond=ONE_FAULT_OR_HANG,
    )
    yield Promise("RM-2", (accepted,), assumptions=(ONE, FAIR))


def remaining_resource_manager_remembers(parts: Parts, system: System) -> Iterator[Promise]:
    """RM-3: an instance failed; the other has the affinities of every established session."""
    cases = [
        (
            all_of(_failed(parts, name), _established(parts, leg)),
            any_of(*_remembered(parts, name, leg)),
        )
        for name in parts.resource_managers
        for leg in parts.legs
    ]
    remembered = each_holds(
        "remaining_resource_manager_remembers_affinity",
        cases,
        claims=("RM-3",),
        budget=ONE_FAULT,
        beyond=ONE_FAULT_OR_HANG,
    )
    yield Promise("RM-3", (remembered,), assumptions=(ONE,))


def _established(parts: Parts, leg: str) -> Expr:
    """Return the guard that a recording session stands, and its Media Server too."""
    ways = []
    for on, server, session in parts.sessions_of(parts.legs[leg]):
        if on == leg:
            ways.append(
                all_of(
                    session.machine.is_(RecordingSessionState.ESTABLISHED),
                    parts.media_servers[server].machine.is_(ServerState.UP),
                    parts.joined(parts.legs[leg], server),
                )
            )
    return all_of(parts.up(parts.legs[leg]), any_of(*ways))


def _remembered(parts: Parts, name: str, leg: str) -> Iterator[Expr]:
    """Yield, for each other instance, the guard that it has both affinities right."""
    for _, peer in others(parts.resource_managers, name):
        for on, server, session in parts.sessions_of(parts.legs[leg]):
            if on == leg:
                yield all_of(
                    session.machine.is_(RecordingSessionState.ESTABLISHED),
                    peer.media_server_of[parts.legs[leg]].to.is_(server),
                    peer.recorder_of[leg].to.same_as(session.recorder),
                )


def resource_manager_failure_is_transparent(parts: Parts, system: System) -> Iterator[Promise]:
    """
    RM-4: nobody can tell; what was in flight at the failed instance is a witness of its own.

    Of several calls each is judged for itself, once it is placed: whose turn it is for a call to
    come depends on the others, and an instance does not know what the other one's turn was.
    """
    several = len(parts.calls) > 1
    properties = []
    for name in parts.resource_managers:
        for call in parts.calls:
            failure = transparent(
                f"failure_of_{name}_is_transparent" + (f"_to_{call}" if several else ""),
                fault=(f"{name} crashes",),
                observers=(
                    *parts.sip_servers,
                    *parts.media_servers,
                    *(session.machine.name for session in parts.recording_sessions.values()),
                    *(part.name for each in parts.recorders.values() for part in each.components),
                    *parts.calls,
                ),
                hide=_later_placements(parts),
                idempotent=("media server failed", "INVITE", "request"),
                given=~_in_flight(parts, name, call),
                claims=("RM-4",),
                budget=RESOURCE_MANAGER_FAULT,
                beyond=TWO_RESOURCE_MANAGER_FAULTS,
            )
            properties.append(for_one_call(failure, call, parts, system))
    yield Promise(
        "RM-4",
        tuple(properties),
        assumptions=(
            "one Resource Manager instance crashes; no other fault",
            "no transaction was in flight at the failed instance",
            "placements made later are not compared",
            *of_each_call(parts),
            FAIR,
        ),
    )


def _later_placements(parts: Parts) -> tuple[str, ...]:
    """Return the variables of the observers that tell only which way a request went."""
    hidden = [
        var.name
        for session in parts.recording_sessions.values()
        for var in (session.via, session.route)
    ]
    hidden += [the.turn.name for the in parts.sip_servers.values()]
    return tuple(hidden)


def _in_flight(parts: Parts, name: str, call: str) -> Expr:
    """Return the guard that this instance has a transaction of a call in hand."""
    sessions = (session for _, _, session in parts.sessions_of(call))
    return any_of(parts.dialogs[call].via.is_(name), *(each.via.is_(name) for each in sessions))


PROMISES = (
    resource_manager_is_a_proxy,
    remaining_resource_manager_accepts,
    remaining_resource_manager_remembers,
    resource_manager_failure_is_transparent,
)
