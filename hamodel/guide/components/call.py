"""A call: the communication session of two parties, and what they have asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hamodel import Arrow, Component, Var, instances
from hamodel.guide.vocabulary import CallState, Recording, Request

IDLE, SET_UP, UP, ENDED = CallState


@dataclass(frozen=True, slots=True)
class Call:
    """
    A call: its machine, where each endpoint sends its media, and the open request.

    `told` is what the parties have been told of the recording: that it is on, paused or stopped.
    `control` is the T-lib client's open request, None where none can ask.
    """

    name: str
    machine: Component
    endpoint_a: Var[str]
    endpoint_b: Var[str]
    request: Var[Request]
    told: Var[Recording]
    control: Var[Request] | None = None


def call(name: str, *, media_servers: Sequence[str], told: Recording, controlled: bool) -> Call:
    """
    Return a call that has not begun; an ended call stays ended.

    Parameters
    ----------
    name, media_servers
        What it is called, and where its endpoints can send their media.
    told
        What its parties take for granted at its start.
    controlled
        Whether a T-lib client can ask something of it.

    Source: SIP-1c (established: 2xx and ACK), MS-3 (its endpoints are joined one by one).
    """
    where = instances(*media_servers)
    endpoint_a: Var[str] = Var(f"{name}.endpoint_a", where)
    endpoint_b: Var[str] = Var(f"{name}.endpoint_b", where)
    request = Var(f"{name}.request", Request)
    knows = Var(f"{name}.told", Recording, initial=told)
    control = Var(f"{name}.control", Request) if controlled else None
    machine = Component(
        name,
        CallState,
        (
            Arrow("start", IDLE, SET_UP, cite="A-ENV"),
            Arrow("establish", (SET_UP, UP), UP, cite="SIP-1c"),
            Arrow("end", (SET_UP, UP), ENDED, cite="A-HANGUP"),
        ),
        (endpoint_a, endpoint_b, request, knows, *((control,) if control else ())),
    )
    return Call(name, machine, endpoint_a, endpoint_b, request, knows, control)
