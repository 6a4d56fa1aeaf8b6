"""A call begins: SIP Server has a Media Server placed, joins the endpoints to it, and confirms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hamodel import Expr, Kind, Message, Rule, Set, Var, all_of, any_of, at
from hamodel.guide.components.call import Call
from hamodel.guide.components.sip_server import CallRecord, SipServer
from hamodel.guide.parts import Parts
from hamodel.guide.timing import given_up
from hamodel.guide.vocabulary import (
    TIMED_OUT,
    CallState,
    DialogState,
    Recording,
    Request,
    Session,
    View,
)
from hamodel.rule import AT_ONCE, Bounds


def call_starts(parts: Parts) -> Iterator[Rule]:
    """A party calls, and the SIP Server that serves takes the call.  A-ENV."""
    for name, the in parts.sip_servers.items():
        for call_name, call in parts.calls.items():
            yield Rule(
                f"{call_name} starts at {name}",
                Kind.ENVIRONMENT,
                when=parts.serves(name),
                fires=(call.machine.fires("start"),),
                sets=(
                    Set(the.record[call_name].session, Session.NEW),
                    Set(the.record[call_name].recording, call.told.initial),
                    *_asks_for_two(parts, the.record[call_name]),
                ),
                says=(Message("INVITE", call_name, "sip_server", (call_name,)),),
                group=f"{call_name} starts",
                cite="A-ENV",
            )


def _asks_for_two(parts: Parts, record: CallRecord) -> Iterator[Set]:
    """Yield the effect of SIP Server's own request for two recording sessions (DUP-3)."""
    if parts.deployment.duplication.requested_by == "sip-server" and record.duplicated is not None:
        yield Set(record.duplicated, True)


def sip_server_asks_for_media_server(parts: Parts) -> Iterator[Rule]:
    """
    SIP Server sends the INVITE that has a Media Server placed; also after one failed.

    Enabled iff the standby need not be waited for: synchronous replication has it know of the
    failure before the primary acts on it.  Source: MS-3.  Assumes: A-REPLICATION.
    """
    for name, the in parts.sip_servers.items():
        for call_name, call in parts.calls.items():
            dialog = parts.dialogs[call_name]
            yield Rule(
                f"{name} asks for a media server for {call_name}",
                when=all_of(
                    parts.serves(name),
                    call.machine.in_(CallState.SET_UP, CallState.UP),
                    the.record[call_name].session.in_(Session.NEW, Session.LOST),
                    parts.replicated(name, call_name),
                    call.request.is_not(Request.HANG_UP),
                ),
                fires=(dialog.machine.fires("request"),),
                sets=(
                    Set(dialog.request, Request.PLACE),
                    Set(dialog.owner, name),
                    Set(dialog.route, None),
                    Set(dialog.media_server, None),
                ),
                cite="MS-3",
            )


def sip_server_joins_endpoint_a(parts: Parts) -> Iterator[Rule]:
    """SIP Server re-INVITEs the first endpoint to the Media Server.  MS-3."""
    for name, the in parts.sip_servers.items():
        for call_name, call in parts.calls.items():
            record = the.record[call_name]
            yield Rule(
                f"{name} joins endpoint_a of {call_name}",
                when=all_of(
                    parts.serves(name),
                    call.machine.in_(CallState.SET_UP, CallState.UP),
                    record.session.is_(Session.PLACED),
                    ~call.endpoint_a.same_as(record.media_server),
                ),
                sets=(Set(call.endpoint_a, record.media_server),),
                cite="MS-3",
            )


def sip_server_joins_endpoint_b(parts: Parts) -> Iterator[Rule]:
    """SIP Server re-INVITEs the other endpoint; both are then on one Media Server.  MS-3."""
    for name, the in parts.sip_servers.items():
        for call_name, call in parts.calls.items():
            record = the.record[call_name]
            yield Rule(
                f"{name} joins endpoint_b of {call_name}",
                when=all_of(
                    parts.serves(name),
                    call.machine.in_(CallState.SET_UP, CallState.UP),
                    record.session.is_(Session.PLACED),
                    call.endpoint_a.same_as(record.media_server),
                ),
                sets=(
                    Set(call.endpoint_b, record.media_server),
                    Set(record.session, Session.JOINED),
                    Set(record.unsent, parts.has_pair),
                ),
                cite="MS-3",
            )


def sip_server_confirms_call(parts: Parts) -> Iterator[Rule]:
    """
    SIP Server confirms the call (2xx, ACK): it is established.

    Enabled iff the standby need not be waited for (synchronous replication waits).
    Source: SIP-1c, correction 1.  Assumes: A-REPLICATION.
    """
    for name, the in parts.sip_servers.items():
        for call_name, call in parts.calls.items():
            record = the.record[call_name]
            yield Rule(
                f"{name} confirms {call_name}",
                when=all_of(
                    parts.serves(name),
                    record.session.is_(Session.JOINED),
                    parts.replicated(name, call_name),
                ),
                fires=(call.machine.fires("establish"),),
                sets=(
                    Set(record.session, Session.BRIDGED),
                    *call_is_observed(parts, name, call_name),
                ),
                says=(Message("established", "sip_server", call_name),),
                cite="SIP-1c",
            )


def call_is_observed(parts: Parts, sip_server: str, call: str) -> Iterator[Set]:
    """
    Yield what the event that a call is established does to the T-lib client that hears it.

    Nobody keeps it for a client that is not active or not connected.  Source: TLIB-2.
    """
    first = View.TO_START if parts.deployment.recording.start == "t-lib" else View.RECORDED
    for client in parts.distinct_views():
        heard = any_of(*(each.hears(sip_server) for each in client))
        view = client[0].view[call]
        yield Set(view, first, heard & view.is_(View.UNSEEN))


def call_in_set_up_is_dropped(parts: Parts) -> Iterator[Rule]:
    """A call in set-up that the serving SIP Server does not know fails.  A-SETUP."""
    for name, the in parts.sip_servers.items():
        for call_name, call in parts.calls.items():
            yield Rule(
                f"{call_name} in set-up is unknown to {name} and fails",
                when=all_of(
                    parts.serves(name),
                    call.machine.is_(CallState.SET_UP),
                    ~the.knows(call_name),
                ),
                fires=(call.machine.fires("end"),),
                sets=over(call),
                says=(Message("call ended", "sip_server", call_name),),
                group=f"{call_name} in set-up fails",
                cite="A-SETUP",
            )


def sip_server_hears_of_placement(parts: Parts) -> Iterator[Rule]:
    """
    The 2xx of the placing INVITE reaches SIP Server through the Resource Manager that has it.

    Enabled iff that instance answers and need not wait for its peer (`answered`).
    Source: RM-3, RM-4.
    """
    for name, the in parts.sip_servers.items():
        for call_name in parts.calls:
            dialog, record = parts.dialogs[call_name], the.record[call_name]
            yield Rule(
                f"{name} hears where {call_name} is placed",
                when=all_of(
                    parts.serves(name),
                    dialog.owner.is_(name),
                    dialog.request.is_(Request.PLACE),
                    answered(parts, call_name),
                ),
                fires=(dialog.machine.fires("answer"),),
                sets=(
                    Set(record.media_server, dialog.media_server),
                    Set(
                        record.session,
                        Session.PLACED,
                        record.session.in_(Session.NEW, Session.LOST),
                    ),
                    *([Set(dialog.route, dialog.via)] if parts.keeps_route else []),
                    Set(dialog.media_server, None),
                    *clear(parts, call_name),
                ),
                says=(
                    Message("200 OK", "resource_manager", "sip_server", (call_name, Request.PLACE)),
                ),
                cite="RM-3",
            )


def answered(parts: Parts, call: str) -> Expr:
    """Return the guard that the Resource Manager that has a call's request forwards its answer."""
    return at(
        parts.dialogs[call].via,
        {
            rm: manager.answers & parts.told_peer(rm, manager.media_server_of[call])
            for rm, manager in parts.resource_managers.items()
        },
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """How SIP Server learns what came of a request: what it hears, from whom, when and how late."""

    kind: str
    sender: str
    when: Expr
    takes: Bounds = AT_ONCE

    def heard(self, call: str, request: Request | Var[Request]) -> Message:
        """Return what SIP Server hears of a request."""
        return Message(self.kind, self.sender, "sip_server", (call, request))

    def says(self, refused: str, unheard: str) -> str:
        """Return the name of the rule, by whether there is an answer."""
        return unheard if self.kind == TIMED_OUT else refused


def failures(parts: Parts, name: str, call: str) -> Iterator[Outcome]:
    """
    Yield how this SIP Server learns that its request within a call came to nothing.

    It is refused. Or, with its own address in Record-Route, the Resource Manager that it must go
    through does not answer until timer F, which runs from when the request was sent first: nobody
    sends anything then, and SIP Server does as if a 408 had come.
    Source: RFC 3261 sections 8.1.3.1, 16.6 and 17.1.  Assumes: A-TIMEOUT, A-RECORD-ROUTE.
    """
    yield refused(parts, name, call)
    if parts.deployment.resource_manager.record_route == "own-address":
        dialog, managers = parts.dialogs[call], parts.resource_managers
        unheard = all_of(
            parts.serves(name),
            dialog.owner.is_(name),
            dialog.machine.is_not(DialogState.IDLE),
            at(dialog.route, lambda rm: ~managers[rm].answers),
        )
        yield Outcome(TIMED_OUT, "sip_server", unheard, given_up(parts.deployment))


def refused(parts: Parts, name: str, call: str) -> Outcome:
    """Return that the Resource Manager that has a request of this SIP Server refuses it."""
    dialog, managers = parts.dialogs[call], parts.resource_managers
    told = all_of(
        parts.serves(name),
        dialog.owner.is_(name),
        dialog.machine.is_(DialogState.REFUSED),
        at(dialog.via, lambda rm: managers[rm].answers),
    )
    return Outcome("refused", "resource_manager", told)


def placement_fails(parts: Parts) -> Iterator[Rule]:
    """
    No Media Server could be had: SIP Server asks again later, or ends the call.

    Source: MS-3 (on_none_available), RFC 6341 section 1 and use case 10.  Assumes: A-NONE.
    """
    drops = parts.deployment.media_server.on_none_available == "drop"
    for name, the in parts.sip_servers.items():
        for call_name, call in parts.calls.items():
            dialog = parts.dialogs[call_name]
            failure = refused(parts, name, call_name)
            yield Rule(
                f"{name} hears that {call_name} cannot be placed",
                when=failure.when & dialog.request.is_(Request.PLACE),
                fires=(
                    dialog.machine.fires("fail"),
                    *([call.machine.fires("end")] if drops else []),
                ),
                sets=(
                    *clear(parts, call_name),
                    *(forget_call(parts, the, call_name) if drops else ()),
                ),
                says=(
                    failure.heard(call_name, Request.PLACE),
                    *([Message("call ended", "sip_server", call_name)] if drops else []),
                ),
                cite="A-NONE",
            )


def forget_call(parts: Parts, the: SipServer, call: str) -> tuple[Set, ...]:
    """Return the effects of a call's end on it, and on what this SIP Server knows of it."""
    record, ended = the.record[call], parts.calls[call]
    return (
        Set(record.session, Session.UNKNOWN),
        Set(record.recording, Recording.ON),
        Set(record.media_server, None),
        Set(record.unsent, parts.has_pair),
        *([] if record.duplicated is None else [Set(record.duplicated, False)]),
        *over(ended),
    )


def over(ended: Call) -> tuple[Set, ...]:
    """Return the effects of a call's end on the call itself: nothing is left to ask or to join."""
    return tuple(
        Set(var, var.initial)
        for var in (ended.request, ended.told, ended.endpoint_a, ended.endpoint_b, ended.control)
        if var is not None
    )


def clear(parts: Parts, call: str) -> tuple[Set, ...]:
    """Return the effects that end the transaction in a call's control dialog."""
    dialog = parts.dialogs[call]
    return (
        Set(dialog.request, Request.NOTHING),
        Set(dialog.owner, None),
        Set(dialog.via, None),
        *dialog.forgets_targets(),
    )


def request_gets_lost_with_owner(parts: Parts) -> Iterator[Rule]:
    """
    The SIP Server that sent a request is no longer there to hear the answer.

    The client of the call asks the new primary again (A-RETRY).
    """
    for call_name in parts.calls:
        dialog = parts.dialogs[call_name]
        yield Rule(
            f"the request for {call_name} is abandoned with its sip server",
            when=at(dialog.owner, lambda name: ~parts.serves(name)),
            fires=(dialog.machine.fires("abandon"),),
            sets=clear(parts, call_name),
            cite="A-RETRY",
        )


RULES = (
    call_starts,
    sip_server_asks_for_media_server,
    sip_server_hears_of_placement,
    placement_fails,
    sip_server_joins_endpoint_a,
    sip_server_joins_endpoint_b,
    sip_server_confirms_call,
    call_in_set_up_is_dropped,
    request_gets_lost_with_owner,
)
