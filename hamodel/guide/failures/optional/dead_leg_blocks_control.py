"""
A dead recording session blocks control of the one that is well (FR-22).

A pause is answered, and because one of the call's recorders is dead the other is not paused: card
data is recorded.
"""

from collections.abc import Iterator

from hamodel import Expr, Kind, Rule, any_of
from hamodel.guide import Parts
from hamodel.guide.vocabulary import Conference, RecordingSessionState, Request

ASSUMPTIONS = {
    "A-BLOCKED": "A Media Server may have a defect: while a recorder of a call does not answer, "
    "its pause fails for the other one as well, and is answered all the same (jambonz 648)."
}
FLIPS = ("COMPLIANCE",)
TOUCHES = ("media_dialog",)


def rules(parts: Parts) -> Iterator[Rule]:
    """A Media Server answers a pause and goes on recording."""
    if not parts.deployment.recording.pausable:
        return
    for rm, manager in parts.resource_managers.items():
        for call, dialog in parts.dialogs.items():
            for name, server in parts.media_servers.items():
                yield Rule(
                    f"{name} answers the pause of {call} through {rm} and goes on recording",
                    Kind.FAILURE,
                    when=dialog.via.is_(rm)
                    & dialog.request.is_(Request.PAUSE)
                    & manager.answers
                    & manager.media_server_of[call].to.is_(name)
                    & server.answers
                    & server.conference[call].is_(Conference.RECORDING)
                    & _some_leg_is_dead(parts, call, name),
                    fires=dialog.machine.fires("execute"),
                    cost={"media-server-defect": 1},
                    cite="A-BLOCKED",
                )


def _some_leg_is_dead(parts: Parts, call: str, server: str) -> Expr:
    """Return the guard that a recorder of the call does not answer."""
    return any_of(
        *(
            session.machine.is_(RecordingSessionState.ESTABLISHED)
            & session.recorder.is_(name)
            & ~recorder.answers
            for leg, session in parts.sessions_on(server)
            if parts.legs[leg] == call
            for name, recorder in parts.recorders.items()
        )
    )
