"""
How a recorder survives a failure: strategies of its group, as families of rules (REC-2 to REC-5).

A strategy of a vendor's own is a family of rules as well, which a rule file brings.
"""

from __future__ import annotations

from collections.abc import Iterator

from hamodel import Expr, Message, Rule, Set, all_of, any_of
from hamodel.guide.components.recorder import Recorder
from hamodel.guide.parts import Parts, others
from hamodel.guide.procedures.proxying import route_allows
from hamodel.guide.vocabulary import RecordingSessionState, SignalingState


def backup_notices_signaling_failed(parts: Parts) -> Iterator[Rule]:
    """
    A recorder's backup signaling unit hears no active one: it takes over.

    Also where the other unit is back, as a backup, before anyone had missed it: it asks who is
    active, and nobody is.  Source: REC-4.  Assumes: A-ELECTION.
    """
    for recorder in parts.recorders.values():
        for name, unit in recorder.signaling.items():
            for peer, its in others(recorder.signaling, name):
                yield Rule(
                    f"{name} notices that {peer} failed",
                    when=its.in_(SignalingState.DOWN, SignalingState.HUNG, SignalingState.BACKUP),
                    fires=(unit.fires("notice_peer"),),
                    cite="REC-4",
                )


def backup_takes_over_signaling(parts: Parts) -> Iterator[Rule]:
    """A recorder's backup signaling unit takes the address over: it is active.  REC-4."""
    for recorder in parts.recorders.values():
        if len(recorder.signaling) > 1:
            for name, unit in recorder.signaling.items():
                yield Rule(
                    f"{name} takes over signaling",
                    fires=(unit.fires("take_over"),),
                    cite="REC-4",
                )


def recorder_notices_media_unit_failed(parts: Parts) -> Iterator[Rule]:
    """
    A recorder notices that the media unit of a recording session failed, and chooses another.

    By the signaling unit that is active, or by its backup (`reinvite_by`).  Source: REC-5.
    """
    for name, recorder in parts.recorders.items():
        for (leg, server), session in parts.recording_sessions.items():
            if leg not in recorder.announces:
                continue
            for unit, media in recorder.media.items():
                for other, spare in others(recorder.media, unit):
                    yield Rule(
                        f"{name} moves {leg} on {server} from {unit} to {other}",
                        when=all_of(
                            _watches(parts, recorder),
                            session.recorder.is_(name),
                            session.media.is_(unit),
                            recorder.receives[leg].is_(True),
                            recorder.announces[leg].is_(None),
                            ~media.up | media.writes[leg].is_(False),
                            spare.up,
                        ),
                        sets=(Set(recorder.announces[leg], other), Set(spare.writes[leg], True)),
                        cite="REC-5",
                    )


def recorder_reinvites(parts: Parts) -> Iterator[Rule]:
    """
    The re-INVITE with the new media unit's address reaches Media Server, which sends there.

    Enabled iff the recording session is established, and a Resource Manager on its route answers.
    Source: REC-5, RFC 3261 section 14.
    """
    for name, recorder in parts.recorders.items():
        for (leg, server), session in parts.recording_sessions.items():
            if leg not in recorder.announces:
                continue
            reached = any_of(
                *(
                    parts.accepts(rm) & route_allows(parts, session.route, rm)
                    for rm in parts.resource_managers
                )
            )
            yield Rule(
                f"{name} re-INVITEs {server} for {leg}",
                when=all_of(
                    _watches(parts, recorder),
                    recorder.announces[leg].is_not(None),
                    session.recorder.is_(name),
                    session.machine.is_(RecordingSessionState.ESTABLISHED),
                    parts.media_servers[server].answers,
                    reached,
                ),
                sets=(
                    Set(session.media, recorder.announces[leg]),
                    Set(recorder.announces[leg], None),
                ),
                says=(Message("re-INVITE", name, server, (leg,)),),
                cite="REC-5",
            )


def _watches(parts: Parts, recorder: Recorder) -> Expr:
    """Return the guard that the signaling unit that sends re-INVITEs is there."""
    by = parts.deployment.group_of(recorder.name).reinvite_by
    if by == "active" or len(recorder.signaling) == 1:
        return recorder.answers
    standby = (unit.is_(SignalingState.BACKUP) for unit in recorder.signaling.values())
    return any_of(recorder.answers, *standby)


SIGNALING_BACKUP = (backup_notices_signaling_failed, backup_takes_over_signaling)
MEDIA_BACKUP = (recorder_notices_media_unit_failed, recorder_reinvites)
