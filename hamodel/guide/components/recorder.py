"""A recorder of the recording server function, one box for now (REC-3 with separated = false)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hamodel import Component, Expr, Var
from hamodel.guide.components.media_server import server
from hamodel.guide.vocabulary import ServerState


@dataclass(frozen=True, slots=True)
class Recorder:
    """An instance: its machine, and whether it has an open recording of each call."""

    name: str
    machine: Component
    receives: Mapping[str, Var[bool]]

    @property
    def answers(self) -> Expr:
        """The guard that it answers SIP and writes media."""
        return self.machine.is_(ServerState.UP)


def recorder(name: str, *, calls: Sequence[str]) -> Recorder:
    """
    Return a recorder instance.

    Source: REC-1.  Assumes: A-CRASH, A-HANG, A-REPAIR.
    """
    receives: dict[str, Var[bool]] = {
        call: Var(f"{name}.receives_{call}", bool, volatile=True) for call in calls
    }
    return Recorder(name, server(name, tuple(receives.values())), receives)
