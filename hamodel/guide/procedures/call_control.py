"""Hold, pause, resume, stop and hang-up: asked at any moment, carried out through the proxy."""

from __future__ import annotations

from collections.abc import Iterator

from hamodel import FALSE, TRUE, Expr, Kind, Message, Rule, Set, all_of, any_of
from hamodel.guide.components.call import Call
from hamodel.guide.components.media_dialog import MediaDialog
from hamodel.guide.parts import Parts
from hamodel.guide.procedures.call_set_up import (
    Outcome,
    answered,
    clear,
    failures,
    forget_call,
    over,
)
from hamodel.guide.procedures.t_lib import (
    AFTER,
    OF_SESSION,
    failure_is_observed,
    session_is_observed,
)
from hamodel.guide.vocabulary import CallState, Recording, Request, Session

_RECORDING_AFTER = {
    Request.PAUSE: Recording.PAUSED,
    Request.RESUME: Recording.ON,
    Request.STOP: Recording.STOPPED,
}
_CONTROL = (Request.HOLD, *_RECORDING_AFTER, Request.START, *OF_SESSION)


def party_asks(parts: Parts) -> Iterator[Rule]:
    """A party of an established call asks for hold, pause, resume or stop.  A-ENV."""
    pausable = parts.deployment.recording.pausable
    for name, call in parts.calls.items():
        possible = {
            Request.HOLD: parts.up(name),
            Request.PAUSE: call.told.is_(Recording.ON),
            Request.RESUME: call.told.is_(Recording.PAUSED),
            Request.STOP: call.told.in_(Recording.ON, Recording.PAUSED),
        }
        for request, guard in possible.items():
            if request in (Request.PAUSE, Request.RESUME) and not pausable:
                continue
            yield Rule(
                f"a party of {name} asks for {request.value}",
                Kind.ENVIRONMENT,
                when=all_of(parts.up(name), call.request.is_(Request.NOTHING), guard),
                sets=(Set(call.request, request),),
                cite="A-ENV",
            )


def party_hangs_up(parts: Parts) -> Iterator[Rule]:
    """A party of a call hangs up, at any moment at which no other request of it is open.  A-ENV."""
    for name, call in parts.calls.items():
        yield Rule(
            f"a party of {name} hangs up",
            Kind.ENVIRONMENT,
            when=all_of(
                call.machine.in_(CallState.SET_UP, CallState.UP),
                call.request.is_(Request.NOTHING),
            ),
            sets=(Set(call.request, Request.HANG_UP),),
            cite="A-ENV",
        )


def sip_server_sends_request(parts: Parts) -> Iterator[Rule]:
    """
    SIP Server sends what a party asked for to the call's Media Server.

    Enabled iff the recording is not so already, nor stopped: that nothing pauses or resumes.
    Source: A-MSML.
    """
    for name, the in parts.sip_servers.items():
        for call_name, call in parts.calls.items():
            record, dialog = the.record[call_name], parts.dialogs[call_name]
            hold = call.request.is_(Request.HOLD)
            changes = (
                call.request.is_(request) & ~record.recording.in_(after, Recording.STOPPED)
                for request, after in _RECORDING_AFTER.items()
            )
            control = record.session.is_(Session.BRIDGED) & any_of(hold, *changes)
            bye = all_of(
                call.request.is_(Request.HANG_UP),
                record.session.in_(Session.PLACED, Session.JOINED, Session.BRIDGED),
            )
            yield Rule(
                f"{name} sends the request of {call_name}",
                when=parts.serves(name) & ((control & _is_free(call)) | bye),
                fires=(dialog.machine.fires("request"),),
                sets=(Set(dialog.request, call.request), Set(dialog.owner, name)),
                cite="A-MSML",
            )


def sip_server_refuses_request(parts: Parts) -> Iterator[Rule]:
    """
    SIP Server refuses to pause or to resume a recording that it has stopped meanwhile.

    A party asked before it was told that the T-lib client's stop was carried out; Media Server has
    no recording any more that the request could be about. What the T-lib client asks goes first.
    Source: A-STOPPED.
    """
    for name, the in parts.sip_servers.items():
        for call_name, call in parts.calls.items():
            if call.control is None:
                continue
            record = the.record[call_name]
            yield Rule(
                f"{name} refuses the request of stopped {call_name}",
                when=all_of(
                    parts.serves(name),
                    record.session.is_(Session.BRIDGED),
                    record.recording.is_(Recording.STOPPED),
                    call.request.in_(Request.PAUSE, Request.RESUME),
                    _is_free(call),
                ),
                sets=(Set(call.request, Request.NOTHING),),
                says=(Message("refused", "sip_server", call_name, (call.request,)),),
                cite="A-STOPPED",
            )


def _is_free(call: Call) -> Expr:
    """Return the guard that no T-lib client's request has to go first."""
    return TRUE if call.control is None else call.control.is_(Request.NOTHING)


def _is_asked(call: Call, dialog: MediaDialog) -> Expr:
    """Return the guard that the request under way is what a party asked for."""
    theirs = FALSE if call.control is None else call.control.same_as(dialog.request)
    return call.request.same_as(dialog.request) & ~theirs


def sip_server_hears_answer(parts: Parts) -> Iterator[Rule]:
    """The 2xx of hold, pause, resume, stop or start reaches SIP Server.  RM-4, DUP-3."""
    by_client = parts.deployment.duplication.requested_by == "t-lib-client"
    for name, the in parts.sip_servers.items():
        for call_name, call in parts.calls.items():
            dialog, record = parts.dialogs[call_name], the.record[call_name]
            held = all_of(dialog.request.is_(Request.HOLD), call.request.is_(Request.HOLD))
            yield Rule(
                f"{name} hears the answer for {call_name}",
                when=all_of(
                    parts.serves(name),
                    dialog.owner.is_(name),
                    dialog.request.in_(*_CONTROL),
                    answered(parts, call_name),
                ),
                fires=(dialog.machine.fires("answer"),),
                sets=(
                    *(
                        Set(record.recording, after, dialog.request.is_(request))
                        for request, after in {**_RECORDING_AFTER, **AFTER}.items()
                    ),
                    Set(
                        record.unsent,
                        parts.has_pair,
                        dialog.request.in_(*{**_RECORDING_AFTER, **AFTER}),
                    ),
                    *(
                        [Set(record.duplicated, True, dialog.request.is_(Request.START))]
                        if by_client and record.duplicated is not None
                        else []
                    ),
                    Set(call.request, Request.NOTHING, held),
                    *session_is_observed(parts, name, call_name),
                    *clear(parts, call_name),
                ),
                says=(
                    Message(
                        "200 OK", "resource_manager", "sip_server", (call_name, dialog.request)
                    ),
                ),
                cite="RM-4",
            )


def sip_server_tells_party(parts: Parts) -> Iterator[Rule]:
    """
    SIP Server tells the party that its recording is paused, resumed or stopped.

    Enabled iff it knows so, and the standby need not be waited for.
    Source: SIP-1c (what a standby knows includes that a recording is paused), A-REPLICATION.
    """
    for name, the in parts.sip_servers.items():
        for call_name, call in parts.calls.items():
            record = the.record[call_name]
            yield Rule(
                f"{name} tells the party of {call_name} that it is done",
                when=all_of(
                    parts.serves(name),
                    record.session.is_(Session.BRIDGED),
                    any_of(
                        *(
                            call.request.is_(request) & record.recording.is_(after)
                            for request, after in _RECORDING_AFTER.items()
                        )
                    ),
                    parts.replicated(name, call_name),
                ),
                sets=(
                    Set(call.told, record.recording),
                    Set(call.request, Request.NOTHING),
                ),
                says=(Message("200 OK", "sip_server", call_name, (call.request,)),),
                cite="SIP-1c",
            )


def request_fails(parts: Parts) -> Iterator[Rule]:
    """
    SIP Server learns that hold, pause, resume or stop came to nothing, and says so to the party.

    With `self_detects_media_server` it takes the Media Server for failed (MS-2, ambiguity v).
    """
    detects = parts.deployment.sip_server.self_detects_media_server
    for name, the in parts.sip_servers.items():
        for call_name, call in parts.calls.items():
            dialog, record = parts.dialogs[call_name], the.record[call_name]
            lost = record.session.is_(Session.BRIDGED)
            hears = f"{name} hears that the request for {call_name} failed"
            for failure in failures(parts, name, call_name):
                yield Rule(
                    failure.says(hears, f"{name} gets no answer to the request for {call_name}"),
                    when=failure.when & dialog.request.in_(*_CONTROL),
                    fires=(dialog.machine.fires("fail"),),
                    sets=(
                        Set(call.request, Request.NOTHING, _is_asked(call, dialog)),
                        *([Set(record.session, Session.LOST, lost)] if detects else []),
                        *([Set(record.unsent, parts.has_pair, lost)] if detects else []),
                        *failure_is_observed(parts, name, call_name),
                        *clear(parts, call_name),
                    ),
                    says=(
                        failure.heard(call_name, dialog.request),
                        Message("refused", "sip_server", call_name, (dialog.request,)),
                    ),
                    takes=failure.takes,
                    group=hears,
                    cite="A-TIMEOUT",
                )


def call_ends(parts: Parts) -> Iterator[Rule]:
    """BYE is answered, by 2xx or because nothing is left to end: the call is over.  A-HANGUP."""
    for name, the in parts.sip_servers.items():
        for call_name, call in parts.calls.items():
            dialog = parts.dialogs[call_name]
            bye = dialog.request.is_(Request.HANG_UP)
            mine = parts.serves(name) & dialog.owner.is_(name)
            done = Outcome("200 OK", "resource_manager", mine & answered(parts, call_name))
            way, fails = "hears the answer to BYE", "hears that BYE failed"
            ways = [(way, way, "answer", done)]
            ways += [
                (failure.says(fails, "gets no answer to BYE"), fails, "fail", failure)
                for failure in failures(parts, name, call_name)
            ]
            for way, group, trigger, outcome in ways:
                yield Rule(
                    f"{name} {way} for {call_name}",
                    when=bye & outcome.when,
                    fires=(dialog.machine.fires(trigger), call.machine.fires("end")),
                    sets=(
                        *_affinity_ends(parts, call_name),
                        *forget_call(parts, the, call_name),
                        Set(dialog.route, None),
                        *clear(parts, call_name),
                    ),
                    says=(
                        outcome.heard(call_name, Request.HANG_UP),
                        Message("call ended", "sip_server", call_name),
                    ),
                    takes=outcome.takes,
                    group=f"{name} {group} for {call_name}",
                    cite="A-HANGUP",
                )


def _affinity_ends(parts: Parts, call: str) -> Iterator[Set]:
    """Yield the effects that end the affinity of the Resource Manager that has the BYE (RM-3)."""
    for rm, manager in parts.resource_managers.items():
        affinity, here = manager.media_server_of[call], parts.dialogs[call].via.is_(rm)
        yield Set(affinity.to, None, here)
        yield Set(affinity.unsent, parts.shares_affinity, here)


def call_without_media_server_ends(parts: Parts) -> Iterator[Rule]:
    """A party hangs up while the call has no Media Server: SIP Server just ends it.  A-HANGUP."""
    for name, the in parts.sip_servers.items():
        for call_name, call in parts.calls.items():
            yield Rule(
                f"{name} ends {call_name} without a media server",
                when=all_of(
                    parts.serves(name),
                    call.request.is_(Request.HANG_UP),
                    the.record[call_name].session.in_(Session.NEW, Session.LOST),
                    parts.dialogs[call_name].request.is_(Request.NOTHING),
                ),
                fires=(call.machine.fires("end"),),
                sets=forget_call(parts, the, call_name),
                says=(Message("call ended", "sip_server", call_name),),
                cite="A-HANGUP",
            )


def unknown_call_is_refused(parts: Parts) -> Iterator[Rule]:
    """The serving SIP Server does not know the call that a party asks something of (481)."""
    for name, the in parts.sip_servers.items():
        for call_name, call in parts.calls.items():
            unknown = all_of(parts.serves(name), parts.up(call_name), ~the.knows(call_name))
            yield Rule(
                f"{name} refuses the request of unknown {call_name}",
                when=unknown & call.request.in_(*_CONTROL),
                sets=(Set(call.request, Request.NOTHING),),
                says=(Message("refused", "sip_server", call_name, (call.request,)),),
                cite="A-481",
            )
            if call.control is not None:
                yield Rule(
                    f"{name} refuses what the t-lib client asks of unknown {call_name}",
                    when=unknown & call.control.is_not(Request.NOTHING),
                    sets=(Set(call.control, Request.NOTHING),),
                    says=(Message("refused", "sip_server", "t_lib_client", (call.control,)),),
                    cite="A-481",
                )
            yield Rule(
                f"unknown {call_name} is hung up at {name}",
                when=unknown & call.request.is_(Request.HANG_UP),
                fires=(call.machine.fires("end"),),
                sets=over(call),
                says=(Message("refused", "sip_server", call_name, (call.request,)),),
                cite="A-HANGUP",
            )


RULES = (
    party_asks,
    party_hangs_up,
    sip_server_sends_request,
    sip_server_refuses_request,
    sip_server_hears_answer,
    sip_server_tells_party,
    request_fails,
    call_ends,
    call_without_media_server_ends,
    unknown_call_is_refused,
)
