"""Media Server records a joined call: it invites a recorder through Resource Manager (MS-4)."""

from __future__ import annotations

from collections.abc import Iterator

from hamodel import TRUE, Expr, Message, Rule, Set, Var, all_of, at
from hamodel.guide.parts import Parts, memory_loss
from hamodel.guide.procedures.balancing import chosen, next_recorder
from hamodel.guide.procedures.proxying import route_allows
from hamodel.guide.vocabulary import TIMED_OUT


def media_server_invites_recorder(parts: Parts) -> Iterator[Rule]:
    """
    A Media Server to which both endpoints of an established call are joined invites a recorder.

    Enabled iff its conference is to be recorded (or is paused) and it has no such recording session
    yet; two sessions iff it was asked for two.
    Source: MS-4, DUP-4, RFC 7866 section 6.
    """
    for (leg, name), session in parts.recording_sessions.items():
        server, call = parts.media_servers[name], parts.legs[leg]
        yield Rule(
            f"{name} invites a recorder for {leg}",
            when=all_of(
                server.answers,
                parts.up(call),
                parts.joined(call, name),
                server.wants_session(leg, call),
            ),
            fires=(session.machine.fires("invite"),),
            cite="MS-4" if leg == call else "DUP-4",
        )


def invite_reaches_resource_manager(parts: Parts) -> Iterator[Rule]:
    """The INVITE for a recorder reaches a Resource Manager that answers.  A-RETRANSMIT."""
    for (leg, name), session in parts.recording_sessions.items():
        for rm in parts.resource_managers:
            yield Rule(
                f"the invite of {name} for {leg} reaches {rm}",
                when=parts.accepts(rm) & parts.media_servers[name].answers,
                fires=(session.machine.fires("proxy"),),
                sets=(Set(session.via, rm),),
                group=f"the invite of {name} for {leg} reaches a resource manager",
                cite="A-RETRANSMIT",
            )


def invite_is_sent_again(parts: Parts) -> Iterator[Rule]:
    """The Resource Manager that had the INVITE in hand does not answer: it is resent."""
    for (leg, name), session in parts.recording_sessions.items():
        yield Rule(
            f"the invite of {name} for {leg} is sent again",
            when=at(session.via, lambda rm: ~parts.resource_managers[rm].answers)
            & parts.media_servers[name].answers,
            fires=(session.machine.fires("retransmit"),),
            sets=(Set(session.via, None),),
            cite="A-RETRANSMIT",
        )


def resource_manager_finds_recorder(parts: Parts) -> Iterator[Rule]:
    """
    Resource Manager sends the INVITE to a recorder that it believes available, which accepts.

    With a supplied record identifier its affinity goes first; a recorder that refuses is passed
    over, and with `retry_on_timeout` one that does not answer is, too.
    Source: RM-3, DUP-5, RFC 7866 section 6.  Assumes: A-PLACEMENT, A-SIPREC.
    """
    for rm, manager in parts.resource_managers.items():
        for (leg, server), session in parts.recording_sessions.items():
            affinity = manager.recorder_of[leg]
            for name, recorder in parts.recorders.items():
                yield Rule(
                    f"{rm} finds {name} for {leg} on {server}",
                    when=all_of(
                        session.via.is_(rm),
                        manager.answers,
                        recorder.accepts,
                        chosen(parts, manager, leg, server, name),
                    ),
                    fires=(session.machine.fires("accept"),),
                    sets=(
                        Set(session.recorder, name),
                        *recorder.opens(leg, session),
                        Set(affinity.to, name),
                        Set(affinity.unsent, parts.shares_affinity),
                        *next_recorder(parts, manager, name),
                    ),
                    says=(Message("INVITE", "resource_manager", name, (leg,)),),
                    group=f"{rm} finds a recorder for {leg} on {server}",
                    cite="A-PLACEMENT",
                )


def recorder_is_silent(parts: Parts) -> Iterator[Rule]:
    """
    The recorder that Resource Manager chose does not answer, and no other is tried.

    Only without `retry_on_timeout`: the recording session fails, and Media Server begins again.
    Source: REC-7 (FR-26).  Assumes: A-TIMEOUT.
    """
    for rm, manager in parts.resource_managers.items():
        for (leg, server), session in parts.recording_sessions.items():
            for name, recorder in parts.recorders.items():
                if parts.deployment.group_of(name).retry_on_timeout:
                    continue
                yield Rule(
                    f"{rm} gets no answer from {name} for {leg} on {server}",
                    when=all_of(
                        session.via.is_(rm),
                        manager.answers,
                        ~recorder.answers,
                        chosen(parts, manager, leg, server, name),
                        parts.media_servers[server].answers,
                    ),
                    fires=(session.machine.fires("fail"),),
                    sets=(Set(session.via, None), *next_recorder(parts, manager, name)),
                    says=(Message("408", "resource_manager", server, (leg,)),),
                    group=f"{rm} finds a recorder for {leg} on {server}",
                    cite="A-TIMEOUT",
                )


def recording_session_is_established(parts: Parts) -> Iterator[Rule]:
    """
    The recorder's 2xx reaches Media Server through the Resource Manager that has it.

    Enabled iff that instance answers and need not wait for its peer.  Source: MS-4, RM-3.
    """
    for (leg, name), session in parts.recording_sessions.items():
        told = {
            rm: manager.answers & parts.told_peer(rm, manager.recorder_of[leg])
            for rm, manager in parts.resource_managers.items()
        }
        yield Rule(
            f"{name} has a recording session for {leg}",
            when=at(session.via, told) & parts.media_servers[name].answers,
            fires=(session.machine.fires("establish"),),
            sets=(
                *([Set(session.route, session.via)] if parts.keeps_route else []),
                Set(session.via, None),
            ),
            says=(Message("200 OK", "resource_manager", name, (leg,)),),
            cite="MS-4",
        )


def media_server_ends_recording_session(parts: Parts) -> Iterator[Rule]:
    """Stopped or hung up: Media Server says BYE to the recorder.  A-MSML."""
    for (leg, name), session in parts.recording_sessions.items():
        server = parts.media_servers[name]
        yield Rule(
            f"{name} ends the recording session for {leg}",
            when=server.answers & ~server.wants_session(leg, parts.legs[leg]),
            fires=(session.machine.fires("say_bye"),),
            says=(Message("BYE", name, "resource_manager", (leg,)),),
            cite="A-MSML",
        )


def media_server_rebuilds_recording_session(parts: Parts) -> Iterator[Rule]:
    """
    With `rebuild_leg` Media Server finds a recorder gone, and invites one anew.

    Source: DUP-1 (rebuild_leg).  Assumes: A-REBUILD.
    """
    twice = parts.deployment.duplication
    if not twice.rebuild_leg or twice.requested_by == "off":
        return
    for (leg, name), session in parts.recording_sessions.items():
        gone = {other: ~each.writing(leg, session) for other, each in parts.recorders.items()}
        yield Rule(
            f"{name} gives up the recording session for {leg}",
            when=parts.media_servers[name].answers & at(session.recorder, gone),
            fires=(session.machine.fires("give_up"),),
            sets=memory_loss(session.machine),
            cite="A-REBUILD",
        )


def recording_session_closes(parts: Parts) -> Iterator[Rule]:
    """
    The BYE of a recording session goes through a Resource Manager to the recorder of its affinity.

    One step: the transaction of a BYE is not split, for nothing waits for it.
    Source: RM-3 (affinity with the recording server), RFC 3261 section 15.  Assumes: A-SIPREC.
    """
    for rm, manager in parts.resource_managers.items():
        for (leg, name), session in parts.recording_sessions.items():
            affinity, server = manager.recorder_of[leg], parts.media_servers[name]
            reached = all_of(
                parts.accepts(rm), route_allows(parts, session.route, rm), server.answers
            )
            closed = (
                effect
                for other, recorder in parts.recorders.items()
                for effect in recorder.closes(leg, affinity.to.is_(other))
            )
            forgotten = Set(affinity.to, None), Set(affinity.unsent, parts.shares_affinity)
            ways = (
                (
                    f"{rm} passes on the BYE of {name} for {leg}",
                    "200 OK",
                    "RM-3",
                    (*closed, *forgotten),
                ),
                (f"{rm} knows no recorder for the BYE of {name} for {leg}", "481", "A-481", ()),
            )
            for rule, answer, source, effects in ways:
                known = _reachable(parts, affinity.to) if effects else affinity.to.is_(None)
                yield Rule(
                    rule,
                    when=reached & known,
                    fires=(session.machine.fires("close"),),
                    sets=(*effects, *memory_loss(session.machine)),
                    says=(Message(answer, "resource_manager", name, (leg,)),),
                    group=f"the BYE of {name} for {leg} goes through",
                    cite=source,
                )


def _reachable(parts: Parts, recorder: Var[str]) -> Expr:
    """Return the guard that there is a recorder, and nobody is just taking over its signaling."""
    taken = {n: ~each.reachable for n, each in parts.recorders.items() if each.reachable != TRUE}
    return recorder.is_not(None) & ~at(recorder, taken) if taken else recorder.is_not(None)


def bye_of_recording_gets_no_answer(parts: Parts) -> Iterator[Rule]:
    """
    With its own address in Record-Route, the Resource Manager of a recording session is gone.

    Nobody sends anything then: Media Server's own timer F runs out, and it does as if a 408 had
    come.  Source: RFC 3261 section 8.1.3.1.
    """
    if parts.deployment.resource_manager.record_route != "own-address":
        return
    for (leg, name), session in parts.recording_sessions.items():
        yield Rule(
            f"the BYE of {name} for {leg} gets no answer",
            when=at(session.route, lambda rm: ~parts.resource_managers[rm].answers)
            & parts.media_servers[name].answers,
            fires=(session.machine.fires("close"),),
            sets=memory_loss(session.machine),
            says=(Message(TIMED_OUT, name, name, (leg,)),),
            cite="A-TIMEOUT",
        )


RULES = (
    media_server_invites_recorder,
    invite_reaches_resource_manager,
    invite_is_sent_again,
    resource_manager_finds_recorder,
    recorder_is_silent,
    recording_session_is_established,
    media_server_ends_recording_session,
    media_server_rebuilds_recording_session,
    recording_session_closes,
    bye_of_recording_gets_no_answer,
)
