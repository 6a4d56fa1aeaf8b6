"""Resource Manager finds that a Media Server failed, and tells SIP Server of each call (MS-2)."""

from __future__ import annotations

from collections.abc import Iterator

from hamodel import TRUE, Expr, Message, Rule, Set, all_of, any_of
from hamodel.guide.components.resource_manager import ResourceManager
from hamodel.guide.components.sip_server import CallRecord
from hamodel.guide.parts import Parts, others
from hamodel.guide.vocabulary import Request, Session


def _answers(parts: Parts, name: str) -> Expr:
    server = parts.media_servers.get(name) or parts.recorders[name]
    return server.answers


def resource_manager_notices_failure(parts: Parts) -> Iterator[Rule]:
    """
    The OPTIONS that a Resource Manager sends to a resource are not answered.  A-OPTIONS.

    Its affinities with a failed Media Server end there: each becomes a notice to SIP Server.
    """
    for rm, manager in parts.resource_managers.items():
        for name, believed in manager.believes.items():
            yield Rule(
                f"{rm} notices that {name} failed",
                when=all_of(manager.answers, believed.is_(True), ~_answers(parts, name)),
                sets=(
                    Set(believed, False),
                    *(e for call in parts.calls for e in owes_notice(parts, manager, call, name)),
                ),
                cite="A-OPTIONS",
            )


def owes_notice(parts: Parts, manager: ResourceManager, call: str, server: str) -> tuple[Set, ...]:
    """
    Return the effects that turn an affinity with a failed Media Server into a notice.

    What the peer has yet to be told stays an affinity until it has been, so that it is not lost
    with this instance.  Source: MS-2, RM-3.
    """
    if server not in parts.media_servers:
        return ()
    affinity = manager.media_server_of[call]
    affected = affinity.to.is_(server) & _settled(parts, manager, call)
    return Set(manager.notice[call], server, affected), Set(affinity.to, None, affected)


def _settled(parts: Parts, manager: ResourceManager, call: str) -> Expr:
    """Return the guard that the peer knows of the call's Media Server, or does not listen."""
    listens = any_of(
        *(parts.hears_peer(peer) for peer, _ in others(parts.resource_managers, manager.name))
    )
    return manager.media_server_of[call].unsent.is_(False) | ~listens


def resource_manager_finds_call_affected(parts: Parts) -> Iterator[Rule]:
    """A Resource Manager hears of an affinity with a Media Server that it has given up.  MS-2."""
    for rm, manager in parts.resource_managers.items():
        for call in parts.calls:
            for server in parts.media_servers:
                yield Rule(
                    f"{rm} finds {call} affected by the failure of {server}",
                    when=all_of(
                        manager.answers,
                        manager.media_server_of[call].to.is_(server),
                        _settled(parts, manager, call),
                        manager.believes[server].is_(False),
                    ),
                    sets=owes_notice(parts, manager, call, server),
                    cite="MS-2",
                )


def resource_manager_sees_again(parts: Parts) -> Iterator[Rule]:
    """The OPTIONS that a Resource Manager sends to a resource are answered again.  A-OPTIONS."""
    for rm, manager in parts.resource_managers.items():
        for name, believed in manager.believes.items():
            yield Rule(
                f"{rm} sees {name} again",
                when=all_of(manager.answers, believed.is_(False), _answers(parts, name)),
                sets=(Set(believed, True),),
                cite="A-OPTIONS",
            )


def _relies_on(record: CallRecord, server: str) -> Expr:
    """Return the guard that by this record the call is on a Media Server."""
    return all_of(
        record.media_server.is_(server),
        record.session.in_(Session.PLACED, Session.JOINED, Session.BRIDGED),
    )


def resource_manager_notifies(parts: Parts) -> Iterator[Rule]:
    """
    Resource Manager tells the SIP Server that serves that a call's Media Server failed.

    Until acknowledged: as often as it takes. Once: whatever becomes of it.
    Source: MS-2.  Assumes: A-NOTIFY, A-ACK.
    """
    once = parts.deployment.resource_manager.notify == "once"
    for rm, manager in parts.resource_managers.items():
        for sip, the in parts.sip_servers.items():
            for call in parts.calls:
                notice, record = manager.notice[call], the.record[call]
                for server in parts.media_servers:
                    yield Rule(
                        f"{rm} tells {sip} that {server} failed for {call}",
                        when=all_of(
                            manager.answers,
                            notice.is_(server),
                            parts.serves(sip),
                            _relies_on(record, server),
                        ),
                        sets=(
                            Set(record.session, Session.LOST),
                            Set(record.unsent, parts.has_pair),
                            *([Set(notice, None)] if once else []),
                        ),
                        says=(
                            Message(
                                "media server failed",
                                "resource_manager",
                                "sip_server",
                                (call, server),
                            ),
                        ),
                        group=f"{rm} tells of {call}",
                        cite="MS-2",
                    )


def notice_is_settled(parts: Parts) -> Iterator[Rule]:
    """
    SIP Server acknowledges a notice, once it acts on it and the standby need not be waited for.

    A SIP Server that does not rely on the failed Media Server has nothing to do; but while it waits
    to hear where the call is placed the notice waits too, as any request within a dialog that is
    being set up (RFC 3261 section 14.1).  A notice that is sent once is not repeated for the
    standby's sake.  A-ACK.
    """
    once = parts.deployment.resource_manager.notify == "once"
    for rm, manager in parts.resource_managers.items():
        for sip, the in parts.sip_servers.items():
            for call in parts.calls:
                notice, record = manager.notice[call], the.record[call]
                for server in parts.media_servers:
                    yield Rule(
                        f"{sip} acknowledges to {rm} that {server} failed for {call}",
                        when=all_of(
                            manager.answers,
                            notice.is_(server),
                            parts.serves(sip),
                            ~_relies_on(record, server),
                            parts.dialogs[call].request.is_not(Request.PLACE),
                            TRUE if once else parts.replicated(sip, call),
                        ),
                        sets=(Set(notice, None),),
                        group=f"{rm} hears that its notice of {call} is settled",
                        cite="A-ACK",
                    )


def notice_is_lost(parts: Parts) -> Iterator[Rule]:
    """A notice that is sent once finds no SIP Server that serves, and is gone.  MS-2."""
    if parts.deployment.resource_manager.notify != "once":
        return
    for rm, manager in parts.resource_managers.items():
        for call in parts.calls:
            yield Rule(
                f"the notice of {rm} for {call} is lost",
                when=all_of(
                    manager.answers,
                    manager.notice[call].is_not(None),
                    ~parts.some_sip_server_serves(),
                ),
                sets=(Set(manager.notice[call], None),),
                group=f"{rm} tells of {call}",
                cite="A-NOTIFY",
            )


RULES = (
    resource_manager_notices_failure,
    resource_manager_sees_again,
    resource_manager_finds_call_affected,
    resource_manager_notifies,
    notice_is_settled,
    notice_is_lost,
)
