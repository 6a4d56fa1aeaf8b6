"""A Media Server: the conferences that it holds; a crash takes them all (MS-1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hamodel import Arrow, Component, Expr, Var, all_of
from hamodel.guide.vocabulary import Conference, ServerState

UP, HUNG, DOWN = ServerState


@dataclass(frozen=True, slots=True)
class MediaServer:
    """
    An instance: its machine, and its conference for each call.

    `duplicates[call]` says that it was asked for two recording sessions (DUP-4); `stopped[leg]`
    that one of them was stopped, where that can be asked for (REC-6).
    """

    name: str
    machine: Component
    conference: Mapping[str, Var[Conference]]
    duplicates: Mapping[str, Var[bool]]
    stopped: Mapping[str, Var[bool]]

    @property
    def answers(self) -> Expr:
        """The guard that it answers SIP and carries media."""
        return self.machine.is_(UP)

    def wants_recording(self, call: str) -> Expr:
        """Return the guard that the call's conference has a recording, running or paused."""
        return self.conference[call].in_(Conference.RECORDING, Conference.PAUSED)

    def wants_session(self, leg: str, call: str) -> Expr:
        """Return the guard that it is to have this recording session of a call."""
        its = [self.wants_recording(call)]
        if leg != call:
            its.append(self.duplicates[call].is_(True))
        if leg in self.stopped:
            its.append(self.stopped[leg].is_(False))
        return all_of(*its)


def media_server(
    name: str, *, calls: Sequence[str], duplicated: bool, stoppable: Sequence[str]
) -> MediaServer:
    """
    Return a Media Server instance.

    Parameters
    ----------
    name, calls
        What it is called, and whose conferences it can hold.
    duplicated
        Whether it can be asked for two recording sessions.
    stoppable
        The recording sessions that can be stopped one by one.

    Source: MS-1.  Assumes: A-CRASH, A-HANG, A-REPAIR.
    """
    conference = {
        call: Var(f"{name}.conference_of_{call}", Conference, volatile=True) for call in calls
    }
    duplicates: dict[str, Var[bool]] = {}
    if duplicated:
        duplicates = {call: Var(f"{name}.duplicates_{call}", bool, volatile=True) for call in calls}
    stopped: dict[str, Var[bool]] = {
        leg: Var(f"{name}.stopped_{leg}", bool, volatile=True) for leg in stoppable
    }
    machine = server(name, (*conference.values(), *duplicates.values(), *stopped.values()))
    return MediaServer(name, machine, conference, duplicates, stopped)


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
