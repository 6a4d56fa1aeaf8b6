"""Requests on their way through Resource Manager: placed, executed, refused (RM-1 to RM-4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from hamodel import FALSE, TRUE, Expr, Message, Rule, Set, Var, all_of, any_of, at
from hamodel.guide.components.media_server import MediaServer
from hamodel.guide.parts import Parts, following, in_turn
from hamodel.guide.timing import times_out
from hamodel.guide.vocabulary import (
    Conference,
    DialogState,
    Recording,
    RecordingSessionState,
    Request,
)
from hamodel.rule import AT_ONCE

_IN_CALL = (
    Request.HOLD,
    Request.PAUSE,
    Request.RESUME,
    Request.STOP,
    Request.START,
    Request.STOP_SESSION,
    Request.START_SESSION,
    Request.HANG_UP,
)


def route_allows(parts: Parts, route: Var[str], name: str) -> Expr:
    """
    Return the guard that a further request of a dialog goes to this Resource Manager.

    Own address in Record-Route: only to the instance named there. Load balancer: to the one it
    went to before, or to any when the balancer has given that one up.  A-RECORD-ROUTE, A-LB.
    """
    if parts.deployment.resource_manager.record_route == "own-address":
        return any_of(route.is_(name), route.is_(None))
    if parts.mode == "active-active-load-balancer":
        given_up = at(route, lambda rm: parts.balancer.believes[rm].is_(False))
        return any_of(route.is_(name), route.is_(None), given_up)
    return TRUE


def request_reaches_resource_manager(parts: Parts) -> Iterator[Rule]:
    """A request of SIP Server's reaches a Resource Manager that answers; lost ones are resent."""
    for call in parts.calls:
        dialog = parts.dialogs[call]
        for rm in parts.resource_managers:
            yield Rule(
                f"the request for {call} reaches {rm}",
                when=all_of(
                    parts.accepts(rm),
                    route_allows(parts, dialog.route, rm),
                    *_turns(parts, call, rm),
                ),
                fires=(dialog.machine.fires("proxy"),),
                sets=(Set(dialog.via, rm), *_next_turn(parts, call, rm)),
                group=f"the request for {call} reaches a resource manager",
                cite="A-RETRANSMIT",
            )


def _turns(parts: Parts, call: str, rm: str) -> Iterator[Expr]:
    """Yield the guard that it is this instance's turn, where SIP Server is the load balancer."""
    dialog = parts.dialogs[call]
    if parts.mode == "active-active-sip-server":
        turn = at(dialog.owner, lambda name: parts.sip_servers[name].turn.is_(rm))
        yield any_of(dialog.route.is_not(None), turn)


def _next_turn(parts: Parts, call: str, rm: str) -> Iterator[Set]:
    dialog = parts.dialogs[call]
    if parts.mode == "active-active-sip-server":
        for name, the in parts.sip_servers.items():
            after = following(parts.resource_managers, rm)
            yield Set(the.turn, after, dialog.owner.is_(name) & dialog.route.is_(None))


def sip_server_tries_next_resource_manager(parts: Parts) -> Iterator[Rule]:
    """SIP Server as load balancer gets no answer from the instance whose turn it is.  A-SS-LB."""
    if parts.mode != "active-active-sip-server":
        return
    for name, the in parts.sip_servers.items():
        for call, dialog in parts.dialogs.items():
            for rm, manager in parts.resource_managers.items():
                yield Rule(
                    f"{name} gets no answer from {rm} for {call} and tries the next",
                    when=all_of(
                        dialog.machine.is_(DialogState.REQUESTED),
                        dialog.owner.is_(name),
                        dialog.route.is_(None),
                        the.turn.is_(rm),
                        ~manager.answers,
                    ),
                    sets=(Set(the.turn, following(parts.resource_managers, rm)),),
                    cite="A-SS-LB",
                )


def request_is_sent_again(parts: Parts) -> Iterator[Rule]:
    """The Resource Manager that had a transaction in hand does not answer: it is resent."""
    for call, dialog in parts.dialogs.items():
        yield Rule(
            f"the request for {call} is sent again",
            when=at(dialog.via, lambda rm: ~parts.resource_managers[rm].answers),
            fires=(dialog.machine.fires("retransmit"),),
            sets=(Set(dialog.via, None), *dialog.forgets_targets()),
            cite="A-RETRANSMIT",
        )


def resource_manager_places_call(parts: Parts) -> Iterator[Rule]:
    """
    Resource Manager sends the INVITE of a call to a Media Server that it believes available.

    Its affinity goes first; a Media Server that does not answer is passed over, or the INVITE is
    out there until it times out (`serial_search`).
    Source: RM-3.  Assumes: A-PLACEMENT, A-CAPACITY.
    """
    for rm, manager in parts.resource_managers.items():
        for call, dialog in parts.dialogs.items():
            affinity = manager.media_server_of[call]
            for name, server in parts.media_servers.items():
                if dialog.tries is None:
                    given_up = parts.unavailable(rm, call)
                    goes_there = goes_to(
                        parts, rm, call, name, _can_take(parts, rm, call), given_up
                    )
                else:
                    goes_there = dialog.tries.is_(name) & server.answers
                yield Rule(
                    f"{rm} places {call} on {name}",
                    when=all_of(
                        dialog.via.is_(rm),
                        dialog.request.is_(Request.PLACE),
                        manager.answers,
                        goes_there,
                    ),
                    fires=(dialog.machine.fires("execute"),),
                    sets=(
                        *_opens_conference(parts, call, name),
                        Set(dialog.media_server, name),
                        Set(affinity.to, name),
                        Set(affinity.unsent, parts.shares_affinity),
                        *_next_server(parts, rm, name),
                    ),
                    says=(Message("INVITE", "resource_manager", name, (call,)),),
                    group=f"{rm} places {call}",
                    cite="A-PLACEMENT",
                )


def _opens_conference(parts: Parts, call: str, name: str) -> Iterator[Set]:
    """Yield the effects of an INVITE that carries what the asking SIP Server knows (MS-4)."""
    conference, owner = parts.media_servers[name].conference[call], parts.dialogs[call].owner
    for wanted, opened in (
        (Recording.ON, Conference.RECORDING),
        (Recording.PAUSED, Conference.PAUSED),
        (Recording.STOPPED, Conference.NOT_RECORDING),
    ):
        family = {
            sip: each.record[call].recording.is_(wanted) for sip, each in parts.sip_servers.items()
        }
        yield Set(conference, opened, at(owner, family))
    if duplicates := parts.media_servers[name].duplicates.get(call):
        asked = {
            sip: flag.is_(True)
            for sip, each in parts.sip_servers.items()
            if (flag := each.record[call].duplicated) is not None
        }
        yield Set(duplicates, True, at(owner, asked))


def has_room(parts: Parts, name: str, call: str) -> Expr:
    """Return the guard that a Media Server has room for one more call.  A-CAPACITY."""
    capacity = parts.deployment.media_server.capacity
    rest = [other for other in parts.calls if other != call]
    if capacity is None or capacity > len(rest):
        return TRUE
    held = parts.media_servers[name].conference
    full = (
        all_of(*(held[other].is_not(Conference.ABSENT) for other in some))
        for some in combinations(rest, capacity)
    )
    return ~any_of(*full)


def _can_take(parts: Parts, rm: str, call: str) -> dict[str, Expr]:
    """Return for each Media Server the guard that this instance can place the call on it."""
    believes = parts.resource_managers[rm].believes
    return {
        name: all_of(believes[name].is_(True), server.answers, has_room(parts, name, call))
        for name, server in parts.media_servers.items()
    }


def goes_to(
    parts: Parts, rm: str, call: str, name: str, family: Mapping[str, Expr], given_up: Expr
) -> Expr:
    """
    Return the guard that a Resource Manager sends the INVITE of a call to this Media Server.

    Parameters
    ----------
    family
        For each Media Server the guard that the INVITE can go there.
    given_up
        The guard that it does not go to the one of its affinity any more.
    """
    manager = parts.resource_managers[rm]
    to, chosen = manager.media_server_of[call].to, family[name]
    if parts.deployment.media_server.balance == "round-robin":
        chosen = in_turn(manager.media_server_turn, family, name)
    return (to.is_(name) & family[name]) | ((to.is_(None) | given_up) & chosen)


def _next_server(parts: Parts, rm: str, name: str) -> Iterator[Set]:
    if parts.deployment.media_server.balance == "round-robin":
        after = following(parts.media_servers, name)
        yield Set(parts.resource_managers[rm].media_server_turn, after)


def media_server_executes_request(parts: Parts) -> Iterator[Rule]:
    """An in-dialog request reaches the Media Server that the affinity names, which obeys.  RM-3."""
    for rm, manager in parts.resource_managers.items():
        for call, dialog in parts.dialogs.items():
            for name, server in parts.media_servers.items():
                conference = server.conference[call]
                yield Rule(
                    f"{name} executes the request for {call} through {rm}",
                    when=all_of(
                        dialog.via.is_(rm),
                        dialog.request.in_(*_IN_CALL),
                        manager.answers,
                        manager.media_server_of[call].to.is_(name),
                        server.answers,
                        conference.is_not(Conference.ABSENT),
                        *_before_start(parts, call, name),
                    ),
                    fires=(dialog.machine.fires("execute"),),
                    sets=(
                        Set(
                            conference,
                            Conference.PAUSED,
                            dialog.request.is_(Request.PAUSE)
                            & conference.is_(Conference.RECORDING),
                        ),
                        Set(
                            conference,
                            Conference.RECORDING,
                            dialog.request.is_(Request.RESUME) & conference.is_(Conference.PAUSED),
                        ),
                        Set(conference, Conference.NOT_RECORDING, dialog.request.is_(Request.STOP)),
                        *_starts(parts, call, name),
                        Set(conference, Conference.ABSENT, dialog.request.is_(Request.HANG_UP)),
                    ),
                    says=(Message("request", "resource_manager", name, (call, dialog.request)),),
                    group=f"a media server executes the request for {call} through {rm}",
                    cite="RM-3",
                )


def _before_start(parts: Parts, call: str, name: str) -> Iterator[Expr]:
    """Yield the guard that a start finds no recording session that is still being ended."""
    if not parts.starts_later:
        return
    the, sessions = parts.media_servers[name], dict(parts.sessions_on(name))
    starting = (
        (leg, sessions[leg].machine.is_(RecordingSessionState.ABSENT))
        for leg in parts.legs_of(call)
    )
    ended = (at_rest | _is_kept(the, leg) for leg, at_rest in starting)
    start = parts.dialogs[call].request.in_(Request.START, Request.START_SESSION)
    yield any_of(~start, all_of(*ended))


def _is_kept(the: MediaServer, leg: str) -> Expr:
    """Return the guard that a recording session goes on while another is stopped and started."""
    return the.stopped[leg].is_(False) if leg in the.stopped else FALSE


def _starts(parts: Parts, call: str, name: str) -> Iterator[Set]:
    """Yield the effects of a start, which may ask for two recording sessions (DUP-3)."""
    if not parts.starts_later:
        return
    the, asked = parts.media_servers[name], parts.dialogs[call].request
    idle = the.conference[call].is_(Conference.NOT_RECORDING)
    yield Set(the.conference[call], Conference.RECORDING, asked.is_(Request.START) & idle)
    if parts.deployment.duplication.requested_by == "t-lib-client":
        yield Set(the.duplicates[call], True, asked.is_(Request.START))
    for leg, session in parts.sessions_on(name):
        if parts.legs[leg] == call and leg in the.stopped:
            gone = {other: ~each.writing(leg, session) for other, each in parts.recorders.items()}
            stop = asked.is_(Request.STOP_SESSION) & at(session.recorder, gone)
            yield Set(the.stopped[leg], True, stop)
            yield Set(the.stopped[leg], False, asked.is_(Request.START_SESSION))


def request_is_refused(parts: Parts) -> Iterator[Rule]:
    """
    A request comes to nothing, and the Resource Manager that has it says so.

    It has no affinity for the call, or its Media Server does not answer (timer F), or has no such
    conference (481), or for placing there is no Media Server that it believes available.
    An INVITE that goes to one Media Server after the other is refused when it was out at each.
    Source: RFC 3261 sections 12.2.2 and 17.1.  Assumes: A-481, A-TIMEOUT, A-NONE.
    """
    for rm, manager in parts.resource_managers.items():
        for call, dialog in parts.dialogs.items():
            to = manager.media_server_of[call].to
            waits = ~parts.unavailable(rm, call) if dialog.tries is None else FALSE
            in_call, place = dialog.request.in_(*_IN_CALL), dialog.request.is_(Request.PLACE)
            silent = at(to, lambda name: ~parts.media_servers[name].answers)
            reasons = (
                (f"{rm} knows no media server for {call}", "A-481", in_call & to.is_(None)),
                (
                    f"the media server that {rm} asks for {call} does not answer",
                    "A-TIMEOUT",
                    silent & (in_call | waits),
                ),
                (
                    f"the media server that {rm} asks does not know {call}",
                    "A-481",
                    in_call & at(to, _answering_without(parts, call)),
                ),
                (
                    f"{rm} has no media server for {call}",
                    "A-NONE",
                    place & _no_room(parts, rm, call),
                ),
            )
            for name, source, reason in reasons:
                yield Rule(
                    name,
                    when=all_of(dialog.via.is_(rm), manager.answers, reason),
                    fires=(dialog.machine.fires("refuse"),),
                    takes=times_out(parts.deployment) if source == "A-TIMEOUT" else AT_ONCE,
                    cite=source,
                )


def _answering_without(parts: Parts, call: str) -> dict[str, Expr]:
    """Return for each Media Server the guard that it answers and has no conference of the call."""
    return {
        name: server.answers & server.conference[call].is_(Conference.ABSENT)
        for name, server in parts.media_servers.items()
    }


def _no_room(parts: Parts, rm: str, call: str) -> Expr:
    """Return the guard that this instance believes no Media Server able to take the call."""
    believes, dialog = parts.resource_managers[rm].believes, parts.dialogs[call]
    none = all_of(
        *(
            any_of(
                believes[name].is_(False),
                ~has_room(parts, name, call),
                *([dialog.tried[name].is_(True)] if dialog.tried else []),
            )
            for name in parts.media_servers
        )
    )
    return none if dialog.tries is None else none & dialog.tries.is_(None)


RULES = (
    request_reaches_resource_manager,
    sip_server_tries_next_resource_manager,
    request_is_sent_again,
    resource_manager_places_call,
    media_server_executes_request,
    request_is_refused,
)
