"""Failover of Media Server: MS-1 to MS-5."""

from __future__ import annotations

from collections.abc import Iterator

from hamodel import Expr, Property, System, all_of, always, any_of, at, leads_to, sometimes
from hamodel.guide.parts import Parts, others
from hamodel.guide.promises.promise import (
    FAIR,
    MEDIA_SERVER_AND_CONTROL,
    MEDIA_SERVER_AND_RETURN,
    ONE_FAULT,
    ONE_FAULT_OR_HANG,
    Promise,
    Status,
)
from hamodel.guide.vocabulary import (
    CallState,
    Conference,
    DialogState,
    Recording,
    RecordingSessionState,
    Request,
    ServerState,
    Session,
)

_BOTH = "one Media Server and one of SIP Server and Resource Manager crash; no hang, no repair"
_ONE = "one crash or one lost host; no hang, no repair"


def _failed(parts: Parts, server: str) -> Expr:
    return parts.media_servers[server].machine.in_(ServerState.DOWN, ServerState.HUNG)


def media_server_is_single_point_of_failure(parts: Parts, system: System) -> Iterator[Promise]:
    """MS-1: one Media Server crash, and neither the conversation nor its recording goes on."""
    if not parts.deployment.media_server.bridged:
        yield Promise("MS-1", weakness=True, not_applicable="media_server.bridged is false")
        return
    properties = tuple(
        sometimes(
            f"media_server_failure_interrupts_{call}",
            any_of(
                *(
                    all_of(parts.joined(call, server), _failed(parts, server))
                    for server in parts.media_servers
                )
            ),
            given=all_of(
                parts.up(call),
                the.told.is_(Recording.ON),
                the.request.is_(Request.NOTHING),
                ~parts.recorded(call),
                *(manager.answers for manager in parts.resource_managers.values()),
                parts.some_sip_server_serves(),
            ),
            claims=("MS-1",),
            budget=ONE_FAULT,
        )
        for call, the in parts.calls.items()
    )
    yield Promise("MS-1", properties, weakness=True, assumptions=(_ONE,))


def sip_server_is_notified(parts: Parts, system: System) -> Iterator[Promise]:
    """MS-2: a Media Server failed with a call on it; then SIP Server knows, or the call is over."""
    properties = []
    for call in parts.calls:
        for server in parts.media_servers:
            properties.append(
                leads_to(
                    f"sip_server_learns_that_{server}_failed_under_{call}",
                    all_of(
                        parts.up(call),
                        parts.joined(call, server),
                        _failed(parts, server),
                        _relied_on(parts, call, server),
                    ),
                    any_of(
                        *(
                            parts.serves(name) & ~_relies(parts, name, call, server)
                            for name in parts.sip_servers
                        ),
                        parts.calls[call].machine.is_(CallState.ENDED),
                    ),
                    claims=("MS-2",),
                    budget=MEDIA_SERVER_AND_CONTROL,
                    beyond=MEDIA_SERVER_AND_RETURN,
                )
            )
    yield Promise("MS-2", tuple(properties), assumptions=(_BOTH, FAIR))


def _relies(parts: Parts, name: str, call: str, server: str) -> Expr:
    record = parts.sip_servers[name].record[call]
    return all_of(
        record.media_server.is_(server),
        record.session.in_(Session.PLACED, Session.JOINED, Session.BRIDGED),
    )


def _relied_on(parts: Parts, call: str, server: str) -> Expr:
    """Return the guard that the SIP Server that serves takes the call to be on this Media Server."""
    return any_of(*(parts.serves(n) & _relies(parts, n, call, server) for n in parts.sip_servers))


def call_moves_to_another_media_server(parts: Parts, system: System) -> Iterator[Promise]:
    """MS-3: SIP Server knows of the failure and another Media Server is up; then the call is on it."""
    properties = tuple(
        leads_to(
            f"{call}_is_joined_to_another_media_server",
            all_of(
                parts.up(call),
                any_of(
                    *(
                        parts.serves(name) & the.record[call].session.is_(Session.LOST)
                        for name, the in parts.sip_servers.items()
                    )
                ),
                any_of(*(server.answers for server in parts.media_servers.values())),
            ),
            any_of(
                *(
                    parts.joined(call, name) & server.answers
                    for name, server in parts.media_servers.items()
                ),
                parts.calls[call].machine.is_(CallState.ENDED),
            ),
            claims=("MS-3",),
            budget=MEDIA_SERVER_AND_CONTROL,
            beyond=MEDIA_SERVER_AND_RETURN,
        )
        for call in parts.calls
    )
    apart = tuple(
        always(
            f"{call}_has_both_endpoints_on_one_media_server",
            parts.calls[call].endpoint_a.same_as(parts.calls[call].endpoint_b),
            given=all_of(parts.up(call), _at_rest(parts, call)),
            claims=("MS-3",),
            budget=MEDIA_SERVER_AND_CONTROL,
        )
        for call in parts.calls
    )
    yield Promise(
        "MS-3",
        (*properties, *apart),
        assumptions=(_BOTH, "SIP Server got the notice, and another Media Server is up", FAIR),
    )


def _at_rest(parts: Parts, call: str) -> Expr:
    """Return the guard that the SIP Server that serves takes the call for bridged, and asks nothing."""
    return all_of(
        parts.dialogs[call].machine.is_(DialogState.IDLE),
        any_of(
            *(
                parts.serves(name) & the.record[call].session.is_(Session.BRIDGED)
                for name, the in parts.sip_servers.items()
            )
        ),
    )


def new_recording_session_is_alike(parts: Parts, system: System) -> Iterator[Promise]:
    """MS-4: joined to the other Media Server, the call is recorded anew, as it was."""
    properties: list[Property] = []
    for call, the in parts.calls.items():
        for server, its in parts.media_servers.items():
            session = parts.recording_sessions[call, server]
            moved = all_of(
                parts.up(call),
                parts.joined(call, server),
                its.answers,
                any_of(
                    *(_failed(parts, other) for other, _ in others(parts.media_servers, server))
                ),
            )
            standing = session.machine.is_(RecordingSessionState.ESTABLISHED)
            properties.append(
                leads_to(
                    f"{server}_records_{call}_anew",
                    moved & its.wants_recording(call),
                    any_of(standing, ~its.wants_recording(call), ~parts.up(call)),
                    claims=("MS-4",),
                    budget=ONE_FAULT,
                    beyond=ONE_FAULT_OR_HANG,
                )
            )
            alike = any_of(
                the.told.is_(Recording.ON) & its.conference[call].is_(Conference.RECORDING),
                the.told.is_(Recording.PAUSED) & its.conference[call].is_(Conference.PAUSED),
                the.told.is_(Recording.STOPPED)
                & its.conference[call].is_(Conference.NOT_RECORDING),
            )
            properties.append(
                always(
                    f"{call}_on_{server}_is_recorded_as_before",
                    alike,
                    given=all_of(moved, the.request.is_(Request.NOTHING), _at_rest(parts, call)),
                    claims=("MS-4",),
                    budget=ONE_FAULT,
                    beyond=ONE_FAULT_OR_HANG,
                )
            )
            if parts.deployment.recording.record_id == "supplied":
                properties.append(_same_recorder(parts, call, server, moved & standing))
    yield Promise("MS-4", tuple(properties), assumptions=(_ONE, "a recorder is available", FAIR))


def _same_recorder(parts: Parts, call: str, server: str, given: Expr) -> Property:
    """
    Return the property that the identifier's affinity brings the new session to its recorder.

    Source: MS-4, ambiguity i: the recorder that has an open recording of the identifier, if it is up.
    """
    session = parts.recording_sessions[call, server]
    stays = at(
        session.recorder,
        {name: its.receives[call].is_(True) for name, its in parts.recorders.items()},
    )
    return always(
        f"recorder_of_{call}_on_{server}_has_its_recording",
        stays,
        given=all_of(given, *(its.answers for its in parts.recorders.values())),
        claims=("MS-4",),
        budget=ONE_FAULT,
        beyond=ONE_FAULT_OR_HANG,
    )


def loss_is_detection_plus_failover(parts: Parts, system: System) -> Iterator[Promise]:
    """MS-5: about durations."""
    yield Promise("MS-5", status=Status.NEEDS_TIMERS)


PROMISES = (
    media_server_is_single_point_of_failure,
    sip_server_is_notified,
    call_moves_to_another_media_server,
    new_recording_session_is_alike,
    loss_is_detection_plus_failover,
)
