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

    `route` is the instance that further requests go through, as in a `MediaDialog`; `media` is the
    recorder's media unit that Media Server sends to.
    """

    machine: Component
    recorder: Var[str]
    via: Var[str]
    route: Var[str]
    media: Var[str]


def recording_session(
    leg: str,
    media_server: str,
    *,
    recorders: Sequence[str],
    media_units: Sequence[str],
    resource_managers: Sequence[str],
    rebuilt: bool = False,
) -> RecordingSession:
    """
    Return a recording session that a Media Server may have for a call.

    Parameters
    ----------
    leg
        Which of the call's recording sessions it is.
    media_server
        Who has its dialog.
    recorders, media_units, resource_managers
        Whom it can lead to: no media units for recorders that are one box.
    rebuilt
        Whether Media Server gives it up, and makes another, when its recorder is gone.

    Source: MS-4, RFC 7866.  Assumes: A-SIPREC.
    """
    name = f"recording_session_of_{leg}_on_{media_server}"
    recorder: Var[str] = Var(f"{name}.recorder", instances(*recorders), volatile=True)
    via: Var[str] = Var(f"{name}.via", instances(*resource_managers), volatile=True)
    route: Var[str] = Var(f"{name}.route", instances(*resource_managers), volatile=True)
    media: Var[str] = Var(f"{name}.media", instances(*media_units), volatile=True)
    machine = Component(
        name,
        RecordingSessionState,
        (
            Arrow("invite", ABSENT, INVITED, cite="MS-4"),
            Arrow("proxy", INVITED, PROXIED, cite="RM-1"),
            Arrow("accept", PROXIED, ACCEPTED, cite="A-SIPREC"),
            Arrow("fail", PROXIED, ABSENT, cite="A-TIMEOUT"),
            Arrow("establish", ACCEPTED, ESTABLISHED, cite="A-SIPREC"),
            Arrow("retransmit", (PROXIED, ACCEPTED), INVITED, cite="A-RETRANSMIT"),
            Arrow("say_bye", ESTABLISHED, CLOSING, cite="A-MSML"),
            Arrow("close", CLOSING, ABSENT, cite="A-SIPREC"),
            *([Arrow("give_up", ESTABLISHED, ABSENT, cite="A-REBUILD")] if rebuilt else []),
            Arrow("die", tuple(RecordingSessionState), ABSENT, cite="A-ORPHAN"),
        ),
        (recorder, via, route, *((media,) if media_units else ())),
    )
    return RecordingSession(machine, recorder, via, route, media)
