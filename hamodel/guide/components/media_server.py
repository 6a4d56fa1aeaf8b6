"""A Media Server: the conferences that it holds; a crash takes them all (MS-1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hamodel import Arrow, Component, Expr, Var
from hamodel.guide.vocabulary import Conference, ServerState

UP, HUNG, DOWN = ServerState


@dataclass(frozen=True, slots=True)
class MediaServer:
    """An instance: its machine, and its conference for each call."""

    name: str
    machine: Component
    conference: Mapping[str, Var[Conference]]

    @property
    def answers(self) -> Expr:
        """The guard that it answers SIP and carries media."""
        return self.machine.is_(UP)

    def wants_recording(self, call: str) -> Expr:
        """Return the guard that the call's conference has a recording, running or paused."""
        return self.conference[call].in_(Conference.RECORDING, Conference.PAUSED)


def media_server(name: str, *, calls: Sequence[str]) -> MediaServer:
    """
    Return a Media Server instance.

    Source: MS-1.  Assumes: A-CRASH, A-HANG, A-REPAIR.
    """
    conference = {
        call: Var(f"{name}.conference_of_{call}", Conference, volatile=True) for call in calls
    }
    return MediaServer(name, server(name, tuple(conference.values())), conference)


def server(name: str, variables: Sequence[Var[Conference] | Var[bool]]) -> Component:
    """Return the machine of a server without a partner: up, hung, or down."""
    return Component(
        name,
        ServerState,
        (
            Arrow("crash", (UP, HUNG), DOWN, cite="A-CRASH"),
            Arrow("lose_host", tuple(ServerState), DOWN, cite="A-HOST"),
            Arrow("hang", UP, HUNG, cite="A-HANG"),
            Arrow("return", DOWN, UP, cite="A-REPAIR"),
        ),
        tuple(variables),
    )
