"""
The recording session of a Media Server and a recorder for one call, through Resource Manager.

It is a component of its own because it has two ends; it dies with its Media Server, which has the
dialog, and leaves an open recording at the recorder (`Recorder.receives`, A-ORPHAN).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hamodel import Arrow, Component, Var, instances
from hamodel.guide.vocabulary import RecordingSessionState

ABSENT, INVITED, PROXIED, ACCEPTED, ESTABLISHED, CLOSING = RecordingSessionState


@dataclass(frozen=True, slots=True)
class RecordingSession:
    """
    A recording session: the recorder, and the Resource Manager that has it in hand (`via`).

    `route` is the instance that further requests go through, as in a `MediaDialog`.
    """

    machine: Component
    recorder: Var[str]
    via: Var[str]
    route: Var[str]


def recording_session(
    call: str,
    media_server: str,
    *,
    recorders: Sequence[str],
    resource_managers: Sequence[str],
) -> RecordingSession:
    """
    Return the recording session that a Media Server may have for a call.

    Source: MS-4, RFC 7866.  Assumes: A-SIPREC.
    """
    name = f"recording_session_of_{call}_on_{media_server}"
    recorder: Var[str] = Var(f"{name}.recorder", instances(*recorders), volatile=True)
    via: Var[str] = Var(f"{name}.via", instances(*resource_managers), volatile=True)
    route: Var[str] = Var(f"{name}.route", instances(*resource_managers), volatile=True)
    machine = Component(
        name,
        RecordingSessionState,
        (
            Arrow("invite", ABSENT, INVITED, cite="MS-4"),
            Arrow("proxy", INVITED, PROXIED, cite="RM-1"),
            Arrow("accept", PROXIED, ACCEPTED, cite="A-SIPREC"),
            Arrow("establish", ACCEPTED, ESTABLISHED, cite="A-SIPREC"),
            Arrow("retransmit", (PROXIED, ACCEPTED), INVITED, cite="A-RETRANSMIT"),
            Arrow("say_bye", ESTABLISHED, CLOSING, cite="A-MSML"),
            Arrow("close", CLOSING, ABSENT, cite="A-SIPREC"),
            Arrow("die", tuple(RecordingSessionState), ABSENT, cite="A-ORPHAN"),
        ),
        (recorder, via, route),
    )
    return RecordingSession(machine, recorder, via, route)
