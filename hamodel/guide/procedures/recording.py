"""Media Server records a joined call: it invites a recorder through Resource Manager (MS-4)."""

from __future__ import annotations

from collections.abc import Iterator

from hamodel import Expr, Message, Rule, Set, all_of, any_of, at
from hamodel.guide.components.resource_manager import ResourceManager
from hamodel.guide.parts import Parts, following, in_turn, memory_loss
from hamodel.guide.procedures.proxying import route_allows


def media_server_invites_recorder(parts: Parts) -> Iterator[Rule]:
    """
    A Media Server to which both endpoints of an established call are joined invites a recorder.

    Enabled iff its conference is to be recorded (or is paused) and it has no recording session yet.
    Source: MS-4, RFC 7866 section 6.
    """
    for (call, name), session in parts.recording_sessions.items():
        server = parts.media_servers[name]
        yield Rule(
            f"{name} invites a recorder for {call}",
            when=all_of(
                server.answers,
                parts.up(call),
                parts.joined(call, name),
                server.wants_recording(call),
            ),
            fires=(session.machine.fires("invite"),),
            cite="MS-4",
        )


def invite_reaches_resource_manager(parts: Parts) -> Iterator[Rule]:
    """The INVITE for a recorder reaches a Resource Manager that answers.  A-RETRANSMIT."""
    for (call, name), session in parts.recording_sessions.items():
        for rm in parts.resource_managers:
            yield Rule(
                f"the invite of {name} for {call} reaches {rm}",
                when=parts.accepts(rm) & parts.media_servers[name].answers,
                fires=(session.machine.fires("proxy"),),
                sets=(Set(session.via, rm),),
                group=f"the invite of {name} for {call} reaches a resource manager",
                cite="A-RETRANSMIT",
            )


def invite_is_sent_again(parts: Parts) -> Iterator[Rule]:
    """The Resource Manager that had the INVITE in hand does not answer: it is resent."""
    for (call, name), session in parts.recording_sessions.items():
        yield Rule(
            f"the invite of {name} for {call} is sent again",
            when=at(session.via, lambda rm: ~parts.resource_managers[rm].answers)
            & parts.media_servers[name].answers,
            fires=(session.machine.fires("retransmit"),),
            sets=(Set(session.via, None),),
            cite="A-RETRANSMIT",
        )


def resource_manager_finds_recorder(parts: Parts) -> Iterator[Rule]:
    """
    Resource Manager sends the INVITE to a recorder that it believes available, which accepts.

    With a supplied record identifier its affinity goes first; a recorder that does not answer is
    passed over.  Source: RM-3, RFC 7866 section 6.  Assumes: A-PLACEMENT, A-SIPREC.
    """
    for rm, manager in parts.resource_managers.items():
        for (call, server), session in parts.recording_sessions.items():
            affinity = manager.recorder_of[call]
            for name, recorder in parts.recorders.items():
                yield Rule(
                    f"{rm} finds {name} for {call} on {server}",
                    when=all_of(
                        session.via.is_(rm),
                        manager.answers,
                        _may_choose(parts, manager, call, name),
                    ),
                    fires=(session.machine.fires("accept"),),
                    sets=(
                        Set(session.recorder, name),
                        Set(recorder.receives[call], True),
                        Set(affinity.to, name),
                        Set(affinity.unsent, parts.shares_affinity),
                        *_next_recorder(parts, manager, name),
                    ),
                    says=(Message("INVITE", "resource_manager", name, (call,)),),
                    group=f"{rm} finds a recorder for {call} on {server}",
                    cite="A-PLACEMENT",
                )


def _may_choose(parts: Parts, manager: ResourceManager, call: str, name: str) -> Expr:
    """Return the guard that a recording session of a call goes to this recorder."""
    believes = {other: manager.believes[other].is_(True) for other in parts.recorders}
    family = {other: believes[other] & each.answers for other, each in parts.recorders.items()}
    chosen = in_turn(manager.turn, family, name) if _takes_turns(parts) else family[name]
    if parts.deployment.recording.record_id != "supplied":
        return chosen
    to = manager.recorder_of[call].to
    given_up = at(to, {other: ~believes[other] for other in parts.recorders})
    return any_of(to.is_(name) & family[name], (to.is_(None) | given_up) & chosen)


def _takes_turns(parts: Parts) -> bool:
    return all(group.balance == "round-robin" for group in parts.deployment.recorder_group)


def _next_recorder(parts: Parts, manager: ResourceManager, name: str) -> Iterator[Set]:
    if _takes_turns(parts):
        yield Set(manager.turn, following(parts.recorders, name))


def recording_session_is_established(parts: Parts) -> Iterator[Rule]:
    """
    The recorder's 2xx reaches Media Server through the Resource Manager that has it.

    Enabled iff that instance answers and need not wait for its peer.  Source: MS-4, RM-3.
    """
    for (call, name), session in parts.recording_sessions.items():
        told = {
            rm: manager.answers & parts.told_peer(rm, manager.recorder_of[call])
            for rm, manager in parts.resource_managers.items()
        }
        yield Rule(
            f"{name} has a recording session for {call}",
            when=at(session.via, told) & parts.media_servers[name].answers,
            fires=(session.machine.fires("establish"),),
            sets=(
                *([Set(session.route, session.via)] if parts.keeps_route else []),
                Set(session.via, None),
            ),
            says=(Message("200 OK", "resource_manager", name, (call,)),),
            cite="MS-4",
        )


def media_server_ends_recording_session(parts: Parts) -> Iterator[Rule]:
    """Stopped or hung up: Media Server says BYE to the recorder.  A-MSML."""
    for (call, name), session in parts.recording_sessions.items():
        server = parts.media_servers[name]
        yield Rule(
            f"{name} ends the recording session for {call}",
            when=server.answers & ~server.wants_recording(call),
            fires=(session.machine.fires("say_bye"),),
            says=(Message("BYE", name, "resource_manager", (call,)),),
            cite="A-MSML",
        )


def recording_session_closes(parts: Parts) -> Iterator[Rule]:
    """
    The BYE of a recording session goes through a Resource Manager to the recorder of its affinity.

    One step: the transaction of a BYE is not split, for nothing waits for it.
    Source: RM-3 (affinity with the recording server), RFC 3261 section 15.  Assumes: A-SIPREC.
    """
    for rm, manager in parts.resource_managers.items():
        for (call, name), session in parts.recording_sessions.items():
            affinity, server = manager.recorder_of[call], parts.media_servers[name]
            reached = all_of(
                parts.accepts(rm), route_allows(parts, session.route, rm), server.answers
            )
            closed = (
                Set(recorder.receives[call], False, affinity.to.is_(other) & recorder.answers)
                for other, recorder in parts.recorders.items()
            )
            forgotten = Set(affinity.to, None), Set(affinity.unsent, parts.shares_affinity)
            ways = (
                (
                    f"{rm} passes on the BYE of {name} for {call}",
                    "200 OK",
                    "RM-3",
                    (*closed, *forgotten),
                ),
                (f"{rm} knows no recorder for the BYE of {name} for {call}", "481", "A-481", ()),
            )
            for rule, answer, source, effects in ways:
                known = affinity.to.is_not(None) if effects else affinity.to.is_(None)
                yield Rule(
                    rule,
                    when=reached & known,
                    fires=(session.machine.fires("close"),),
                    sets=(*effects, *memory_loss(session.machine)),
                    says=(Message(answer, "resource_manager", name, (call,)),),
                    group=f"the BYE of {name} for {call} goes through",
                    cite=source,
                )


def bye_of_recording_gets_no_answer(parts: Parts) -> Iterator[Rule]:
    """With its own address in Record-Route, the Resource Manager of a recording session is gone."""
    if parts.deployment.resource_manager.record_route != "own-address":
        return
    for (call, name), session in parts.recording_sessions.items():
        yield Rule(
            f"the BYE of {name} for {call} gets no answer",
            when=at(session.route, lambda rm: ~parts.resource_managers[rm].answers)
            & parts.media_servers[name].answers,
            fires=(session.machine.fires("close"),),
            sets=memory_loss(session.machine),
            says=(Message("408", "resource_manager", name, (call,)),),
            cite="A-TIMEOUT",
        )


RULES = (
    media_server_invites_recorder,
    invite_reaches_resource_manager,
    invite_is_sent_again,
    resource_manager_finds_recorder,
    recording_session_is_established,
    media_server_ends_recording_session,
    recording_session_closes,
    bye_of_recording_gets_no_answer,
)
