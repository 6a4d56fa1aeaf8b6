"""Resource Manager finds that a Media Server failed, and tells SIP Server of each call (MS-2)."""

from __future__ import annotations

from collections.abc import Iterator

from hamodel import Expr, Message, Rule, Set, all_of
from hamodel.guide.components.sip_server import CallRecord
from hamodel.guide.parts import Parts
from hamodel.guide.vocabulary import Session


def _answers(parts: Parts, name: str) -> Expr:
    server = parts.media_servers.get(name) or parts.recorders[name]
    return server.answers


def resource_manager_notices_failure(parts: Parts) -> Iterator[Rule]:
    """The OPTIONS that a Resource Manager sends to a resource are not answered.  A-OPTIONS."""
    for rm, manager in parts.resource_managers.items():
        for name, believed in manager.believes.items():
            yield Rule(
                f"{rm} notices that {name} failed",
                when=all_of(manager.answers, believed.is_(True), ~_answers(parts, name)),
                sets=(Set(believed, False),),
                cite="A-OPTIONS",
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

    Until acknowledged: as often as it takes, for as long as it has the affinity. Once: whatever
    becomes of it.  Source: MS-2.  Assumes: A-NOTIFY, A-ACK.
    """
    once = parts.deployment.resource_manager.notify == "once"
    for rm, manager in parts.resource_managers.items():
        for sip, the in parts.sip_servers.items():
            for call in parts.calls:
                affinity, record = manager.media_server_of[call], the.record[call]
                for server in parts.media_servers:
                    forgets = (Set(affinity.to, None), Set(affinity.unsent, False)) if once else ()
                    yield Rule(
                        f"{rm} tells {sip} that {server} failed for {call}",
                        when=all_of(
                            manager.answers,
                            affinity.to.is_(server),
                            manager.believes[server].is_(False),
                            parts.serves(sip),
                            _relies_on(record, server),
                        ),
                        sets=(
                            Set(record.session, Session.LOST),
                            Set(record.unsent, parts.has_pair),
                            *forgets,
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


def notice_is_acknowledged(parts: Parts) -> Iterator[Rule]:
    """
    SIP Server acknowledges a notice, once it acts on it and the standby need not be waited for.

    The Resource Manager then forgets the affinity with the failed Media Server.  A-ACK.
    """
    if parts.deployment.resource_manager.notify == "once":
        return
    for rm, manager in parts.resource_managers.items():
        for sip, the in parts.sip_servers.items():
            for call in parts.calls:
                affinity, record = manager.media_server_of[call], the.record[call]
                for server in parts.media_servers:
                    yield Rule(
                        f"{sip} acknowledges to {rm} that {server} failed for {call}",
                        when=all_of(
                            manager.answers,
                            affinity.to.is_(server),
                            manager.believes[server].is_(False),
                            parts.serves(sip),
                            ~_relies_on(record, server),
                            parts.replicated(sip, call),
                        ),
                        sets=(Set(affinity.to, None), Set(affinity.unsent, False)),
                        group=f"{rm} hears that its notice of {call} is acknowledged",
                        cite="A-ACK",
                    )


def notice_is_lost(parts: Parts) -> Iterator[Rule]:
    """A notice that is sent once finds no SIP Server that serves, and is gone.  MS-2."""
    if parts.deployment.resource_manager.notify != "once":
        return
    for rm, manager in parts.resource_managers.items():
        for call in parts.calls:
            affinity = manager.media_server_of[call]
            for server in parts.media_servers:
                yield Rule(
                    f"the notice of {rm} that {server} failed for {call} is lost",
                    when=all_of(
                        manager.answers,
                        affinity.to.is_(server),
                        manager.believes[server].is_(False),
                        ~parts.some_sip_server_serves(),
                    ),
                    sets=(Set(affinity.to, None), Set(affinity.unsent, False)),
                    group=f"{rm} tells of {call}",
                    cite="A-NOTIFY",
                )


RULES = (
    resource_manager_notices_failure,
    resource_manager_sees_again,
    resource_manager_notifies,
    notice_is_acknowledged,
    notice_is_lost,
)
