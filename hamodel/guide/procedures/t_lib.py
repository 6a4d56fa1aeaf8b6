"""The T-lib client: it takes over, follows SIP Server, starts recordings, and stops and starts."""

from __future__ import annotations

from collections.abc import Iterator

from hamodel import TRUE, Expr, Message, Rule, Set, all_of, any_of
from hamodel.guide.components.call import Call
from hamodel.guide.components.t_lib_client import TLibClient
from hamodel.guide.parts import Parts, others
from hamodel.guide.vocabulary import (
    Recording,
    RecordingSessionState,
    Request,
    Session,
    TLibClientState,
    View,
)

AFTER = {Request.STOP: Recording.STOPPED, Request.START: Recording.ON}
"""What each request of a T-lib client makes of a recording."""


def backup_notices_t_lib_client_failed(parts: Parts) -> Iterator[Rule]:
    """
    The backup T-lib client hears no active one: it takes over.

    Also where the other instance is back, as a backup, before anyone had missed it.
    Source: TLIB-1.  Assumes: A-ELECTION.
    """
    for name, client in parts.t_lib_clients.items():
        for peer, its in others(parts.t_lib_clients, name):
            yield Rule(
                f"{name} notices that {peer} failed",
                when=its.machine.in_(
                    TLibClientState.DOWN, TLibClientState.HUNG, TLibClientState.BACKUP
                ),
                fires=(client.machine.fires("notice_peer"),),
                cite="TLIB-1",
            )


def backup_t_lib_client_takes_over(parts: Parts) -> Iterator[Rule]:
    """
    The backup T-lib client is active and starts to observe events.

    With `resync_on_activate` it asks for the calls that there are; else it knows none from before.
    Source: TLIB-1, TLIB-2.
    """
    if len(parts.t_lib_clients) == 1:
        return
    for name, client in parts.t_lib_clients.items():
        yield Rule(
            f"{name} takes over",
            fires=(client.machine.fires("take_over"),),
            sets=tuple(_asks_for_calls(parts, client)),
            cite="TLIB-1",
        )


def _asks_for_calls(parts: Parts, client: TLibClient) -> Iterator[Set]:
    the = parts.deployment.t_lib_client
    if the is None or not the.resync_on_activate:
        return
    for name, call in parts.calls.items():
        recorded = call.told.in_(Recording.ON, Recording.PAUSED)
        unseen = parts.up(name) & client.view[name].is_(View.UNSEEN)
        yield Set(client.view[name], View.RECORDED, unseen & recorded)
        if parts.starts_later:
            yield Set(client.view[name], View.TO_START, unseen & ~recorded)


def t_lib_client_reconnects(parts: Parts) -> Iterator[Rule]:
    """
    The active T-lib client finds its SIP Server gone, and connects to the one that serves.

    The backup follows as well: its connection is a separate one.  Source: TLIB-2 (FR-18).
    """
    if not parts.has_pair:
        return
    for name, client in parts.t_lib_clients.items():
        for sip_server in parts.sip_servers:
            yield Rule(
                f"{name} connects to {sip_server}",
                when=all_of(
                    client.machine.in_(TLibClientState.ACTIVE, TLibClientState.BACKUP),
                    client.connection.is_not(sip_server),
                    parts.serves(sip_server),
                ),
                sets=(Set(client.connection, sip_server),),
                group=f"{name} follows the switchover",
                cite="TLIB-2",
            )


def t_lib_client_asks(parts: Parts) -> Iterator[Rule]:
    """
    The active T-lib client asks SIP Server to start or to stop recording a call.

    Enabled iff it has no other request of the call open; with `start_waits_stop` it waits for the
    stop's answer before it asks for the start. With `stop_scope = "recording-session"` and two
    recording sessions a call it has only the one stopped whose recorder failed.
    Source: REC-6, DUP-3.
    """
    if not parts.starts_later:
        return
    for name, client in parts.t_lib_clients.items():
        for call_name, call in parts.calls.items():
            view, control = client.view[call_name], call.control
            assert control is not None
            for request, before, after in _ways(parts, call):
                yield Rule(
                    f"{name} asks to {request.value} recording {call_name}",
                    when=all_of(
                        client.active,
                        _connected(parts, client),
                        view.is_(View.TO_STOP if request in _STOPS else View.TO_START),
                        before,
                        parts.up(call_name),
                        control.is_(Request.NOTHING),
                    ),
                    sets=(Set(control, request), Set(view, after)),
                    says=(Message(request.value, name, "sip_server", (call_name,)),),
                    cite="REC-6",
                )


_STOPS = (Request.STOP, Request.STOP_SESSION)
OF_SESSION = (Request.STOP_SESSION, Request.START_SESSION)
"""The requests that are about one of a call's two recording sessions."""


def _ways(parts: Parts, call: Call) -> Iterator[tuple[Request, Expr, View]]:
    """Yield each request of a T-lib client, what it needs besides, and what it waits for then."""
    one = parts.deployment.stops_one_session
    stopped = call.told.is_(Recording.STOPPED)
    yield Request.START, stopped if one else TRUE, View.STARTING
    if one:
        yield Request.START_SESSION, ~stopped, View.STARTING
    if parts.stops_and_starts:
        the = parts.deployment.t_lib_client
        waits = the is not None and the.start_waits_stop
        stop = Request.STOP_SESSION if one else Request.STOP
        yield stop, TRUE, View.STOPPING if waits else View.TO_START


def t_lib_client_notices_recorder_failed(parts: Parts) -> Iterator[Rule]:
    """
    The active T-lib client's pings of a recorder are not answered: it will stop, and start again.

    Only a call whose recording runs is touched, not one that is paused.  Source: REC-6.
    """
    if not parts.stops_and_starts:
        return
    for name, client in parts.t_lib_clients.items():
        for call_name, call in parts.calls.items():
            yield Rule(
                f"{name} notices that a recorder of {call_name} failed",
                when=all_of(
                    client.active,
                    client.view[call_name].is_(View.RECORDED),
                    call.told.is_(Recording.ON),
                    any_of(*_failed_sessions(parts, call_name)),
                ),
                sets=(Set(client.view[call_name], View.TO_STOP),),
                cite="REC-6",
            )


def _failed_sessions(parts: Parts, call: str) -> Iterator[Expr]:
    """Yield for each recording session of a call the guard that its recorder's pings fail."""
    for leg, _, session in parts.sessions_of(call):
        for name, recorder in parts.recorders.items():
            if "stop-start" in parts.deployment.group_of(name).strategies:
                yield all_of(
                    session.machine.is_(RecordingSessionState.ESTABLISHED),
                    session.recorder.is_(name),
                    ~recorder.writing(leg, session),
                )


def _connected(parts: Parts, client: TLibClient) -> Expr:
    """Return the guard that a client's connection is to the SIP Server that serves."""
    return any_of(*(client.connection.is_(name) & parts.serves(name) for name in parts.sip_servers))


def sip_server_obeys_t_lib_client(parts: Parts) -> Iterator[Rule]:
    """
    SIP Server sends what the T-lib client asked for to the call's Media Server.

    It goes before what a party asks for, which could else put it off for ever.  A-MSML, REC-6.
    """
    for name, the in parts.sip_servers.items():
        for call_name, call in parts.calls.items():
            if call.control is None:
                continue
            record, dialog = the.record[call_name], parts.dialogs[call_name]
            changes = (
                call.control.is_(request) & record.recording.is_not(after)
                for request, after in AFTER.items()
            )
            yield Rule(
                f"{name} sends what the t-lib client asks of {call_name}",
                when=all_of(
                    parts.serves(name),
                    record.session.is_(Session.BRIDGED),
                    any_of(*changes, call.control.in_(*OF_SESSION)),
                ),
                fires=(dialog.machine.fires("request"),),
                sets=(Set(dialog.request, call.control), Set(dialog.owner, name)),
                cite="A-MSML",
            )


def sip_server_answers_t_lib_client(parts: Parts) -> Iterator[Rule]:
    """
    SIP Server tells the T-lib client, and the parties, that the recording is stopped or started.

    Enabled iff it knows so, and the standby need not be waited for.
    Source: SIP-1c, A-REPLICATION.
    """
    for name, the in parts.sip_servers.items():
        for call_name, call in parts.calls.items():
            if call.control is None:
                continue
            record = the.record[call_name]
            done = (
                call.control.is_(request) & record.recording.is_(after)
                for request, after in AFTER.items()
            )
            yield Rule(
                f"{name} answers what the t-lib client asked of {call_name}",
                when=all_of(
                    parts.serves(name),
                    record.session.is_(Session.BRIDGED),
                    any_of(*done),
                    parts.replicated(name, call_name),
                ),
                sets=(
                    Set(call.told, record.recording),
                    Set(call.control, Request.NOTHING),
                    *answer_is_observed(parts, name, call_name),
                ),
                says=(Message("200 OK", "sip_server", "t_lib_client", (call.control,)),),
                cite="SIP-1c",
            )


def answer_is_observed(parts: Parts, sip_server: str, call: str) -> Iterator[Set]:
    """Yield what the answer to its request does to the T-lib client that hears it."""
    asked = parts.calls[call].control
    assert asked is not None
    for clients in parts.distinct_views():
        view = clients[0].view[call]
        heard = any_of(*(each.hears(sip_server) for each in clients))
        yield Set(view, View.RECORDED, heard & view.is_(View.STARTING) & asked.is_(Request.START))
        yield Set(view, View.TO_START, heard & view.is_(View.STOPPING) & asked.is_(Request.STOP))


def session_is_observed(parts: Parts, sip_server: str, call: str) -> Iterator[Set]:
    """Yield what the answer about one recording session does; the client alone waits for it."""
    asked, control = parts.dialogs[call].request, parts.calls[call].control
    if control is None:
        return
    yield Set(control, Request.NOTHING, control.same_as(asked) & asked.in_(*OF_SESSION))
    for clients in parts.distinct_views():
        view = clients[0].view[call]
        heard = any_of(*(each.hears(sip_server) for each in clients)) & control.same_as(asked)
        started, stopped = asked.is_(Request.START_SESSION), asked.is_(Request.STOP_SESSION)
        yield Set(view, View.RECORDED, heard & view.is_(View.STARTING) & started)
        yield Set(view, View.TO_START, heard & view.is_(View.STOPPING) & stopped)


def failure_is_observed(parts: Parts, sip_server: str, call: str) -> Iterator[Set]:
    """Yield what a request's failure does to the T-lib client that hears it: it asks again."""
    asked, control = parts.dialogs[call].request, parts.calls[call].control
    if control is None:
        return
    yield Set(control, Request.NOTHING, control.same_as(asked))
    for clients in parts.distinct_views():
        view = clients[0].view[call]
        heard = all_of(
            any_of(*(each.hears(sip_server) for each in clients)), control.same_as(asked)
        )
        yield Set(view, View.TO_START, heard & view.is_(View.STARTING))
        yield Set(view, View.TO_STOP, heard & view.is_(View.STOPPING))


STOP_START = (t_lib_client_notices_recorder_failed,)
RULES = (
    backup_notices_t_lib_client_failed,
    backup_t_lib_client_takes_over,
    t_lib_client_reconnects,
    t_lib_client_asks,
    sip_server_obeys_t_lib_client,
    sip_server_answers_t_lib_client,
)
