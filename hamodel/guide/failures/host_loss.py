"""A host is lost, and everything on it at once (A-HOST): the common cause of `[hosts]`."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from hamodel import Component, Kind, Rule, Set, any_of
from hamodel.guide.parts import Parts, memory_loss


def host_is_lost(parts: Parts) -> Iterator[Rule]:
    """
    A host goes down with all the instances on it.

    Enabled iff one of them is not down already.  Assumes: A-HOST.
    """
    for host, names in parts.deployment.hosts_in_scope.items():
        machines = [machine for name in names for machine in parts.instances[name]]
        sessions = [session for name in names for session in parts.falls_with(name)]
        yield Rule(
            f"{host} is lost",
            Kind.FAILURE,
            when=any_of(*(machine.is_not(_down(machine)) for machine in machines)),
            fires=(
                *(machine.fires("lose_host") for machine in machines),
                *(session.fires("die") for session in sessions),
            ),
            sets=(*memory_loss(*machines, *sessions), *_forgotten(parts, names)),
            cost={"host-loss": 1},
            cite="A-HOST",
        )


def _forgotten(parts: Parts, names: tuple[str, ...]) -> Iterator[Set]:
    """Yield what the recorders on a host had open, which no other signaling unit has then."""
    for name in names:
        if name in parts.recorders and parts.recorders[name].separated:
            yield from parts.recorders[name].forgets_all()


def _down(machine: Component) -> Enum:
    assert machine.states is not None
    return machine.states["DOWN"]


RULES = (host_is_lost,)
