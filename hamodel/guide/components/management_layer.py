"""The management layer: SCS decides a switchover of SIP Server, the LCA on its host executes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hamodel import Arrow, Component, Expr, Var, instances
from hamodel.guide.vocabulary import ManagementState

WATCHING, NOTICED, DECIDED, DOWN = ManagementState


@dataclass(frozen=True, slots=True)
class ManagementLayer:
    """Its machine, which instance it takes for the primary, and who holds the virtual address."""

    machine: Component
    primary: Var[str]
    address: Component
    holder: Var[str]

    def addresses(self, name: str) -> Expr:
        """Return the guard that the virtual address leads to this SIP Server instance."""
        return self.holder.is_(name)


def management_layer(sip_servers: Sequence[str]) -> ManagementLayer:
    """
    Return the management layer of a SIP Server pair, and the pair's virtual address.

    Source: A-ML, A-VIP.  It can fail itself (FR-24): then nobody decides.
    """
    primary: Var[str] = Var(
        "management_layer.primary", instances(*sip_servers), initial=sip_servers[0]
    )
    holder: Var[str] = Var(
        "sip_server_address.holder", instances(*sip_servers), initial=sip_servers[0]
    )
    machine = Component(
        "management_layer",
        ManagementState,
        (
            Arrow("notice", WATCHING, NOTICED, cite="A-ML"),
            Arrow("decide", NOTICED, DECIDED, cite="A-ML"),
            Arrow("promote", DECIDED, WATCHING, cite="A-ML"),
            Arrow("start_again", DECIDED, NOTICED, cite="A-ML"),
            Arrow("crash", (WATCHING, NOTICED, DECIDED), DOWN, cite="A-CRASH"),
            Arrow("return", DOWN, WATCHING, cite="A-REPAIR"),
        ),
        (primary,),
    )
    address = Component("sip_server_address", variables=(holder,))
    return ManagementLayer(machine, primary, address, holder)
