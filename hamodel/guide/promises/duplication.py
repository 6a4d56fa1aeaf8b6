"""Recording Duplication: DUP-1 to DUP-7."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hamodel import Budget, Expr, Property, System, all_of, any_of, at, never, sometimes
from hamodel.budget import NO_FAULT
from hamodel.guide.components.recording_session import RecordingSession
from hamodel.guide.parts import Parts
from hamodel.guide.promises.promise import (
    FAIR,
    ONE,
    ONE_FAULT,
    Promise,
    Status,
    each_holds,
    each_leads_to,
)
from hamodel.guide.promises.recording_server import RECORDER, RECORDER_FAULT, RECORDER_FAULTS
from hamodel.guide.vocabulary import (
    Conference,
    Recording,
    RecordingSessionState,
    Request,
    ServerState,
    Session,
)

PROTECTED_FAULT = Budget(
    {
        "sip-server-crash+resource-manager-crash"
        "+recorder-crash+recorder-signaling-crash+recorder-media-crash": 1
    }
)
"""One crash of those that DUP-7 names."""
PROTECTED_FAULTS = Budget(
    {
        "sip-server-crash+resource-manager-crash": 1,
        "recorder-crash+recorder-signaling-crash+recorder-media-crash": 1,
    }
)
"""One crash of SIP Server or Resource Manager and one of a recorder: beyond DUP-7."""
OFF = "duplication.requested_by is off"


def _declined(parts: Parts) -> bool:
    return parts.deployment.duplication.requested_by == "off"


def _pairs(parts: Parts) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield each call and Media Server with the call's two recording sessions."""
    for call in parts.calls:
        for server in parts.media_servers:
            yield call, server, parts.legs_of(call)


def _both_stand(parts: Parts, server: str, legs: tuple[str, ...]) -> Expr:
    return all_of(
        *(
            parts.recording_sessions[leg, server].machine.is_(RecordingSessionState.ESTABLISHED)
            for leg in legs
        )
    )


def _distinct(parts: Parts, server: str, legs: tuple[str, ...]) -> Expr:
    one, two = (parts.recording_sessions[leg, server] for leg in legs)
    return ~one.recorder.same_as(two.recorder)


def duplicate_survives_recorder(parts: Parts, system: System) -> Iterator[Promise]:
    """
    DUP-1: both sessions stand on two recorders; then one recorder's failure loses nothing.

    Whether balancing gives two recorders is a property of its own: the guide says only that it may.
    """
    if _declined(parts):
        yield Promise("DUP-1", not_applicable=OFF)
        return
    kept, apart = [], []
    for call, server, legs in _pairs(parts):
        stand = all_of(_both_stand(parts, server, legs), parts.records(server, call))
        kept.append((stand & _distinct(parts, server, legs), parts.recorded(call)))
        well = all_of(*(each.accepts for each in parts.recorders.values()))
        apart.append((stand & well, _distinct(parts, server, legs)))
    settings: dict[str, Any] = {"claims": ("DUP-1",), "budget": RECORDER_FAULT}
    yield Promise(
        "DUP-1",
        (
            each_holds(
                "call_on_two_recorders_survives_one", kept, beyond=RECORDER_FAULTS, **settings
            ),
            each_holds("two_recording_sessions_are_on_two_recorders", apart, **settings),
            *_stop_spares_the_other(parts, **settings),
        ),
        structure=(
            (
                "each step of a recording session leaves the others as they are",
                not any(_touches_two(parts, rule_vars) for rule_vars in _written(system)),
            ),
        ),
        assumptions=(RECORDER, "both recording sessions were established"),
    )


def _stop_spares_the_other(parts: Parts, **settings: Any) -> Iterator[Property]:
    """Yield that stop and start for one recorder's failure leave the other recording running."""
    if not parts.stops_and_starts:
        return
    stopped = []
    for call, server, legs in _pairs(parts):
        control, the = parts.calls[call].control, parts.media_servers[server]
        assert control is not None
        works = (
            all_of(
                session.machine.is_(RecordingSessionState.ESTABLISHED),
                at(session.recorder, _writing(parts, leg, session)),
            )
            for leg, session in parts.sessions_on(server)
            if leg in legs
        )
        halted = the.conference[call].is_(Conference.NOT_RECORDING)
        stopped.append(all_of(control.is_(Request.STOP), halted, any_of(*works)))
    yield never("stop_of_one_recording_spares_the_other", any_of(*stopped), **settings)


def _writing(parts: Parts, leg: str, session: RecordingSession) -> dict[str, Expr]:
    return {name: each.writing(leg, session) for name, each in parts.recorders.items()}


def _written(system: System) -> Iterator[set[str]]:
    for rule in system.rules:
        if not rule.cost:
            fired = {firing.component for firing in rule.fires}
            yield fired | {system.owners[effect.var.name] for effect in rule.sets}


def _touches_two(parts: Parts, owners: set[str]) -> bool:
    legs = {
        leg
        for (leg, _), session in parts.recording_sessions.items()
        if session.machine.name in owners
    }
    return len(legs) > 1


def mechanism_is_an_order(parts: Parts, system: System) -> Iterator[Promise]:
    """DUP-2: an introduction to what follows."""
    yield Promise("DUP-2", status=Status.NOT_A_PROMISE)


def duplication_is_part_of_the_session(parts: Parts, system: System) -> Iterator[Promise]:
    """DUP-3: who serves a call that is recorded knows that it was asked to record it twice."""
    by = parts.deployment.duplication.requested_by
    if _declined(parts):
        yield Promise("DUP-3", not_applicable=OFF)
        return
    cases = []
    for name, the in parts.sip_servers.items():
        for call, its in parts.calls.items():
            record = the.record[call]
            assert record.duplicated is not None
            recorded = all_of(
                parts.up(call),
                parts.serves(name),
                record.session.is_(Session.BRIDGED),
                its.told.is_(Recording.ON),
                its.request.is_(Request.NOTHING),
            )
            cases.append((recorded, record.duplicated.is_(True)))
    asking = {
        rule.family
        for rule in system.rules
        for effect in rule.sets
        if effect.to is True and ".duplicated_" in effect.var.name
    }
    asked_by = {"sip-server": "call_starts", "t-lib-client": "sip_server_hears_answer"}[by]
    yield Promise(
        "DUP-3",
        (
            each_holds(
                "sip_server_knows_that_a_call_is_duplicated",
                cases,
                claims=("DUP-3",),
                budget=ONE_FAULT,
            ),
        ),
        structure=((f"two recording sessions are asked for by {by} alone", asking == {asked_by}),),
        assumptions=(ONE,),
    )


def media_server_makes_two_sessions(parts: Parts, system: System) -> Iterator[Promise]:
    """DUP-4: a duplicated call on a Media Server; then it has both sessions, on that one."""
    if _declined(parts):
        yield Promise("DUP-4", not_applicable=OFF)
        return
    cases = []
    for call, server, legs in _pairs(parts):
        the = parts.media_servers[server]
        asked = all_of(parts.records(server, call), the.duplicates[call].is_(True), parts.up(call))
        both = _both_stand(parts, server, legs)
        helped = all_of(
            any_of(*(manager.answers for manager in parts.resource_managers.values())),
            any_of(*(each.accepts for each in parts.recorders.values())),
        )
        over = any_of(both, ~helped, ~the.answers, ~the.wants_recording(call), ~parts.up(call))
        cases.append((asked, over))
    yield Promise(
        "DUP-4",
        (
            each_leads_to(
                "media_server_establishes_two_recording_sessions",
                cases,
                claims=("DUP-4",),
                budget=ONE_FAULT,
            ),
        ),
        assumptions=(ONE, "a Resource Manager and a recorder are available", FAIR),
    )


def identifiers_are_different(parts: Parts, system: System) -> Iterator[Promise]:
    """DUP-5a: no two recording sessions of a call have one record identifier."""
    if _declined(parts):
        yield Promise("DUP-5a", not_applicable=OFF)
        return
    identifiers = parts.deployment.identifiers
    yield Promise(
        "DUP-5a",
        structure=(
            (
                "each recording session has a record identifier of its own",
                len(set(identifiers.values())) == len(identifiers),
            ),
        ),
    )


def identifiers_tell_sessions_apart(parts: Parts, system: System) -> Iterator[Promise]:
    """DUP-5b: Resource Manager's affinity is by identifier: apart if they are, else one."""
    if _declined(parts):
        yield Promise("DUP-5b", not_applicable=OFF)
        return
    identifiers = parts.deployment.identifiers
    alike = all(
        (manager.recorder_of[one] == manager.recorder_of[two])
        == (identifiers[one] == identifiers[two])
        for manager in parts.resource_managers.values()
        for one in identifiers
        for two in identifiers
    )
    yield Promise(
        "DUP-5b",
        structure=(("each record identifier has one affinity of its own", alike),),
    )


def another_recorder_may_be_chosen(parts: Parts, system: System) -> Iterator[Promise]:
    """DUP-5c: a run in which the two sessions are on two recorders."""
    if _declined(parts):
        yield Promise("DUP-5c", not_applicable=OFF)
        return
    apart = any_of(
        *(
            all_of(_both_stand(parts, server, legs), _distinct(parts, server, legs))
            for _, server, legs in _pairs(parts)
        )
    )
    yield Promise(
        "DUP-5c",
        (sometimes("two_recorders_are_chosen", apart, claims=("DUP-5c",), budget=NO_FAULT),),
        assumptions=("no fault",),
    )


def media_server_still_is_a_single_point(parts: Parts, system: System) -> Iterator[Promise]:
    """DUP-6: two recorders record; then one Media Server crashes, and neither does."""
    if _declined(parts):
        yield Promise("DUP-6", weakness=True, not_applicable=OFF)
        return
    lost = []
    for call, server, legs in _pairs(parts):
        its, the = parts.media_servers[server], parts.calls[call]
        failed = its.machine.in_(ServerState.DOWN, ServerState.HUNG)
        open_at = (
            all_of(one.receives[legs[0]].is_(True), two.receives[legs[1]].is_(True))
            for name, one in parts.recorders.items()
            for other, two in parts.recorders.items()
            if name != other
        )
        others_up = (manager.answers for manager in parts.resource_managers.values())
        lost.append(
            all_of(
                parts.up(call),
                the.told.is_(Recording.ON),
                the.request.is_(Request.NOTHING),
                parts.joined(call, server),
                failed,
                ~parts.recorded(call),
                any_of(*open_at),
                *others_up,
                parts.some_sip_server_serves(),
            )
        )
    yield Promise(
        "DUP-6",
        (
            sometimes(
                "media_server_failure_stops_both_recordings",
                any_of(*lost),
                claims=("DUP-6",),
                budget=ONE_FAULT,
            ),
        ),
        weakness=True,
        assumptions=(ONE,),
    )


def duplication_protects_against_what_it_names(parts: Parts, system: System) -> Iterator[Promise]:
    """DUP-7: recorded twice; then a SIP Server, Resource Manager or recorder may fail."""
    if _declined(parts):
        yield Promise("DUP-7", not_applicable=OFF)
        return
    cases = []
    for call, server, legs in _pairs(parts):
        stand = all_of(_both_stand(parts, server, legs), _distinct(parts, server, legs))
        cases.append((stand & parts.records(server, call), parts.recorded(call)))
    yield Promise(
        "DUP-7",
        (
            each_holds(
                "call_recorded_twice_goes_on_being_recorded",
                cases,
                claims=("DUP-7",),
                budget=PROTECTED_FAULT,
                beyond=PROTECTED_FAULTS,
            ),
        ),
        assumptions=(
            "one crash of SIP Server, Resource Manager or a recorder; no other fault",
            "both recording sessions were established, on two recorders",
        ),
    )


PROMISES = (
    duplicate_survives_recorder,
    mechanism_is_an_order,
    duplication_is_part_of_the_session,
    media_server_makes_two_sessions,
    identifiers_are_different,
    identifiers_tell_sessions_apart,
    another_recorder_may_be_chosen,
    media_server_still_is_a_single_point,
    duplication_protects_against_what_it_names,
)
