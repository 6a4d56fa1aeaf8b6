"""Failover of SIP Server: SIP-1a, SIP-1b, SIP-1c, SIP-2."""

from __future__ import annotations

from collections.abc import Iterator

from hamodel import Budget, Expr, System, all_of, any_of, never, sometimes, transparent
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
from hamodel.guide.vocabulary import RecordingSessionState, Request, Session, SipServerState

SIP_SERVER_FAULT = Budget({"sip-server-crash": 1})
TWO_SIP_SERVER_FAULTS = Budget({"sip-server-crash": 2})


def pair_can_be_deployed(parts: Parts, system: System) -> Iterator[Promise]:
    """SIP-1a: a state with one active instance and one in hot standby."""
    if not parts.has_pair:
        yield Promise("SIP-1a", not_applicable="sip_server.pair is single")
        return
    pair = any_of(
        *(
            all_of(parts.serves(name), _ready(parts, peer))
            for name in parts.sip_servers
            for peer, _ in others(parts.sip_servers, name)
        )
    )
    yield Promise(
        "SIP-1a",
        (sometimes("sip_server_runs_as_a_pair", pair, claims=("SIP-1a",), budget=ONE_FAULT),),
    )


def _ready(parts: Parts, name: str) -> Expr:
    the = parts.sip_servers[name]
    return the.machine.is_(SipServerState.HOT_STANDBY) & the.synchronised.is_(True)


def _failed(parts: Parts, name: str) -> Expr:
    return parts.sip_servers[name].machine.in_(SipServerState.DOWN, SipServerState.HUNG)


def hot_standby_takes_over(parts: Parts, system: System) -> Iterator[Promise]:
    """SIP-1b: the primary failed, the standby is up and ready; then the standby serves."""
    cases = []
    for name in parts.sip_servers:
        standbys = [peer for peer, _ in others(parts.sip_servers, name)]
        primary = [parts.management.primary.is_(name)] if standbys else []
        ready = (_ready(parts, peer) for peer in standbys)
        serving = any_of(*(parts.serves(peer) for peer in standbys))
        cases.append((all_of(_failed(parts, name), *primary, *ready), serving))
    properties = [
        each_leads_to(
            "hot_standby_takes_over",
            cases,
            claims=("SIP-1b",),
            budget=ONE_FAULT,
            beyond=ONE_FAULT_OR_HANG,
        )
    ]
    if parts.has_pair:
        properties.append(
            never(
                "at_most_one_sip_server_serves",
                all_of(*map(parts.serves, parts.sip_servers)),
                claims=("SIP-1b",),
                budget=ONE_FAULT,
                beyond=ONE_FAULT_OR_HANG,
            )
        )
    yield Promise("SIP-1b", tuple(properties), assumptions=(ONE, _READY, FAIR))


_READY = "the standby was up and synchronised when the primary failed"


def hot_standby_knows_sessions(parts: Parts, system: System) -> Iterator[Promise]:
    """SIP-1c: what is left of SIP Server knows each established call, and what was told of it."""
    cases = []
    for name in parts.sip_servers:
        left = [
            all_of(
                peer.synchronised.is_(True),
                peer.machine.in_(SipServerState.ACTIVE, SipServerState.HOT_STANDBY),
            )
            for _, peer in others(parts.sip_servers, name)
        ]
        for call in parts.calls:
            given = all_of(parts.up(call), _failed(parts, name), *left)
            cases.append((given, _known_by_another(parts, name, call)))
    known = each_holds(
        "hot_standby_knows_established_calls",
        cases,
        claims=("SIP-1c",),
        budget=ONE_FAULT,
        beyond=ONE_FAULT_OR_HANG,
    )
    yield Promise("SIP-1c", (known,), assumptions=(ONE, _READY))


def _known_by_another(parts: Parts, name: str, call: str) -> Expr:
    """
    Return the guard that another instance knows the call as its parties do.

    Its Media Server is the one that the endpoints send to, or it knows that this one failed; its
    recording is as the parties were told, or a request that changes it is open.
    """
    the = parts.calls[call]
    ways = []
    for _, peer in others(parts.sip_servers, name):
        record = peer.record[call]
        on_server = all_of(
            record.session.in_(Session.JOINED, Session.BRIDGED),
            record.media_server.same_as(the.endpoint_a),
            record.media_server.same_as(the.endpoint_b),
        )
        moving = record.session.in_(Session.LOST, Session.PLACED)
        told = record.recording.same_as(the.told) | the.request.is_not(Request.NOTHING)
        ways.append(all_of(on_server | moving, told))
    return any_of(*ways)


def sip_server_failure_changes_nothing(parts: Parts, system: System) -> Iterator[Promise]:
    """SIP-2: an instance's failure is transparent to the call and to all that records it."""
    for_call = []
    for call in parts.calls:
        established = any_of(
            *(
                session.machine.is_(RecordingSessionState.ESTABLISHED)
                for _, _, session in parts.sessions_of(call)
            )
        )
        failure = transparent(
            f"sip_server_failure_does_not_affect_{call}",
            fault=tuple(f"{name} crashes" for name in parts.sip_servers),
            observers=(
                parts.calls[call].machine.name,
                *(session.machine.name for _, _, session in parts.sessions_of(call)),
                *parts.media_servers,
                *(part.name for each in parts.recorders.values() for part in each.components),
            ),
            idempotent=("request", "INVITE"),
            given=established & parts.up(call),
            claims=("SIP-2",),
            budget=SIP_SERVER_FAULT,
            beyond=TWO_SIP_SERVER_FAULTS,
        )
        for_call.append(for_one_call(failure, call, parts, system))
    yield Promise(
        "SIP-2",
        tuple(for_call),
        assumptions=("one SIP Server instance crashes; no other fault", *of_each_call(parts), FAIR),
    )


PROMISES = (
    pair_can_be_deployed,
    hot_standby_takes_over,
    hot_standby_knows_sessions,
    sip_server_failure_changes_nothing,
)
