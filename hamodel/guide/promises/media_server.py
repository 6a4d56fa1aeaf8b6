"""Failover of Media Server: MS-1 to MS-5."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hamodel import TRUE, Expr, System, all_of, any_of, at, sometimes
from hamodel.guide.parts import Parts, others
from hamodel.guide.promises.promise import (
    BOTH,
    FAIR,
    MEDIA_SERVER_AND_CONTROL,
    MEDIA_SERVER_AND_RETURN,
    ONE,
    ONE_FAULT,
    ONE_FAULT_OR_HANG,
    Promise,
    Status,
    each_holds,
    each_leads_to,
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


def _failed(parts: Parts, server: str) -> Expr:
    return parts.media_servers[server].machine.in_(ServerState.DOWN, ServerState.HUNG)


def media_server_is_single_point_of_failure(parts: Parts, system: System) -> Iterator[Promise]:
    """MS-1: one crash while a recorder is recording; neither conversation nor recording goes on."""
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
                any_of(*(its.receives[call].is_(True) for its in parts.recorders.values())),
                *(manager.answers for manager in parts.resource_managers.values()),
                parts.some_sip_server_serves(),
            ),
            claims=("MS-1",),
            budget=ONE_FAULT,
        )
        for call, the in parts.calls.items()
    )
    yield Promise("MS-1", properties, weakness=True, assumptions=(ONE,))


def sip_server_is_notified(parts: Parts, system: System) -> Iterator[Promise]:
    """MS-2: a Media Server failed with a call on it; then SIP Server knows, or the call is over."""
    cases = []
    for call in parts.calls:
        for server in parts.media_servers:
            given = all_of(
                parts.up(call),
                parts.joined(call, server),
                _failed(parts, server),
                any_of(
                    *(parts.serves(n) & _relies(parts, n, call, server) for n in parts.sip_servers)
                ),
            )
            knows = any_of(
                *(parts.serves(n) & ~_relies(parts, n, call, server) for n in parts.sip_servers)
            )
            cases.append((given, knows | parts.calls[call].machine.is_(CallState.ENDED)))
    learns = each_leads_to(
        "sip_server_learns_of_media_server_failure",
        cases,
        claims=("MS-2",),
        budget=MEDIA_SERVER_AND_CONTROL,
        beyond=MEDIA_SERVER_AND_RETURN,
    )
    yield Promise("MS-2", (learns,), assumptions=(BOTH, FAIR))


def _relies(parts: Parts, name: str, call: str, server: str) -> Expr:
    record = parts.sip_servers[name].record[call]
    return all_of(
        record.media_server.is_(server),
        record.session.in_(Session.PLACED, Session.JOINED, Session.BRIDGED),
    )


def call_moves_to_another_media_server(parts: Parts, system: System) -> Iterator[Promise]:
    """MS-3: SIP Server knows of the failure, another Media Server is up; then the call is on it."""
    moves, together = [], []
    for call, the in parts.calls.items():
        knows = any_of(
            *(
                parts.serves(name) & sip.record[call].session.is_(Session.LOST)
                for name, sip in parts.sip_servers.items()
            )
        )
        pool = parts.media_servers.values()
        another = any_of(*(server.answers for server in pool)) if len(pool) > 1 else TRUE
        moved = any_of(
            *(parts.joined(call, name) & its.answers for name, its in parts.media_servers.items())
        )
        ended = the.machine.is_(CallState.ENDED)
        moves.append((all_of(parts.up(call), knows, another), moved | ended))
        at_rest = all_of(parts.up(call), _at_rest(parts, call))
        together.append((at_rest, the.endpoint_a.same_as(the.endpoint_b)))
    settings: dict[str, Any] = {
        "claims": ("MS-3",),
        "budget": MEDIA_SERVER_AND_CONTROL,
        "beyond": MEDIA_SERVER_AND_RETURN,
    }
    yield Promise(
        "MS-3",
        (
            each_leads_to("call_is_joined_to_another_media_server", moves, **settings),
            each_holds("endpoints_are_on_one_media_server", together, **settings),
        ),
        assumptions=(BOTH, "SIP Server got the notice, and another Media Server is up", FAIR),
    )


def _at_rest(parts: Parts, call: str) -> Expr:
    """Return the guard that the serving SIP Server takes the call for bridged, and asks nothing."""
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
    """
    MS-4: joined to the other Media Server, the call is recorded anew, as it was.

    As it was is judged while neither a party nor the T-lib client waits for an answer.
    A pool of one has no other: there the promise is that the failed one's recording comes back.
    """
    anew, alike, kept = [], [], []
    recorders_up = all_of(*(its.answers for its in parts.recorders.values()))
    for (leg, server), session in parts.recording_sessions.items():
        call = parts.legs[leg]
        the, its = parts.calls[call], parts.media_servers[server]
        rest = others(parts.media_servers, server)
        moved = all_of(
            parts.up(call),
            parts.joined(call, server),
            its.answers,
            any_of(*(_failed(parts, other) for other, _ in rest)),
        )
        if len(parts.media_servers) == 1:
            moved = all_of(parts.up(call), parts.joined(call, server), _failed(parts, server))
        standing = session.machine.is_(RecordingSessionState.ESTABLISHED)
        wanted = its.wants_session(leg, call)
        over = ~wanted & its.answers
        anew.append((moved & (wanted | ~its.answers), any_of(standing, over, ~parts.up(call))))
        quiet = all_of(
            the.request.is_(Request.NOTHING),
            *([the.control.is_(Request.NOTHING)] if the.control else []),
            _at_rest(parts, call),
        )
        as_told = any_of(
            *(
                the.told.is_(told) & its.conference[call].is_(held)
                for told, held in _CONFERENCE_OF.items()
            )
        )
        alike.append((moved & quiet, as_told))
        has_it = {name: _only_recorder(parts, leg, name) for name in parts.recorders}
        kept.append((all_of(moved, standing, recorders_up), at(session.recorder, has_it)))
    settings: dict[str, Any] = {
        "claims": ("MS-4",),
        "budget": ONE_FAULT,
        "beyond": ONE_FAULT_OR_HANG,
    }
    properties = [each_leads_to("new_recording_session_is_established", anew, **settings)]
    if len(parts.media_servers) > 1:
        properties += [
            each_holds("call_is_recorded_as_before", alike, **settings),
            each_holds("new_recording_is_where_its_identifier_belongs", kept, **settings),
        ]
    yield Promise(
        "MS-4",
        tuple(properties),
        assumptions=(ONE, "a recorder is available", FAIR),
    )


def _only_recorder(parts: Parts, leg: str, name: str) -> Expr:
    """
    Return the guard that this recorder has this recording session open.

    With a supplied identifier no other has one: its affinity led back to the same recorder (MS-4,
    ambiguity i). Without, the old recorder keeps the orphan (A-ORPHAN).
    """
    alone = parts.deployment.recording.record_id == "supplied"
    rest = others(parts.recorders, name) if alone else ()
    return all_of(
        parts.recorders[name].receives[leg].is_(True),
        *(other.receives[leg].is_(False) for _, other in rest),
    )


_CONFERENCE_OF = {
    Recording.ON: Conference.RECORDING,
    Recording.PAUSED: Conference.PAUSED,
    Recording.STOPPED: Conference.NOT_RECORDING,
}


def loss_is_detection_plus_failover(parts: Parts, system: System) -> Iterator[Promise]:
    """
    MS-5: about durations.

    The sum is of a fail-over to another Media Server. Where there is none, neither what is lost nor
    the time to fail over has an end, and the sentence says nothing: it is MS-3 that is not kept.
    """
    if len(parts.media_servers) < 2:
        none = "no other Media Server is in scope to fail over to; MS-3 says what becomes of a call"
        yield Promise("MS-5", not_applicable=none)
    else:
        yield Promise("MS-5", status=Status.NEEDS_TIMERS)


PROMISES = (
    media_server_is_single_point_of_failure,
    sip_server_is_notified,
    call_moves_to_another_media_server,
    new_recording_session_is_alike,
    loss_is_detection_plus_failover,
)
