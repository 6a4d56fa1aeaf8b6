"""A T-lib client: its role in the pair, its connection, and what it has seen of calls (TLIB-1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hamodel import Arrow, Component, Expr, Var, instances
from hamodel.guide.vocabulary import TLibClientState, View

ACTIVE, BACKUP, TAKING_OVER, HUNG, DOWN = TLibClientState


@dataclass(frozen=True, slots=True)
class TLibClient:
    """
    An instance: its machine, the SIP Server that it is connected to, and its view of each call.

    With `t_lib_client.state_shared` the views are one store that both instances use.
    """

    name: str
    machine: Component
    connection: Var[str]
    view: Mapping[str, Var[View]]

    @property
    def active(self) -> Expr:
        """The guard that it acts."""
        return self.machine.is_(ACTIVE)

    def hears(self, sip_server: str) -> Expr:
        """Return the guard that it gets the events of this SIP Server (TLIB-2)."""
        return self.active & self.connection.is_(sip_server)


def views(owner: str, calls: Sequence[str], *, volatile: bool) -> dict[str, Var[View]]:
    """Return a variable a call for what is known of it."""
    return {call: Var(f"{owner}.view_of_{call}", View, volatile=volatile) for call in calls}


def t_lib_client(
    name: str,
    *,
    active: bool,
    sip_servers: Sequence[str],
    calls: Sequence[str],
    shared: Mapping[str, Var[View]] | None = None,
) -> TLibClient:
    """
    Return a T-lib client; each instance has a connection of its own.

    Source: TLIB-1, TLIB-2.  Assumes: A-CRASH, A-HANG, A-REPAIR.
    """
    connection: Var[str] = Var(
        f"{name}.connection", instances(*sip_servers), initial=sip_servers[0], volatile=True
    )
    view = dict(shared or views(name, calls, volatile=True))
    machine = Component(
        name,
        TLibClientState,
        (
            Arrow("notice_peer", BACKUP, TAKING_OVER, cite="TLIB-1"),
            Arrow("take_over", TAKING_OVER, ACTIVE, cite="TLIB-1"),
            Arrow("crash", (ACTIVE, BACKUP, TAKING_OVER, HUNG), DOWN, cite="A-CRASH"),
            Arrow("lose_host", tuple(TLibClientState), DOWN, cite="A-HOST"),
            Arrow("hang", (ACTIVE, BACKUP, TAKING_OVER), HUNG, cite="A-HANG"),
            Arrow("return_alone", DOWN, ACTIVE, cite="A-REPAIR"),
            Arrow("return_as_backup", DOWN, BACKUP, cite="A-REPAIR"),
        ),
        (connection, *(() if shared else view.values())),
        initial=ACTIVE if active else BACKUP,
    )
    return TLibClient(name, machine, connection, view)
