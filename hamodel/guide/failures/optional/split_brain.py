"""
Both SIP Servers are active (FR-3): the management layer takes a primary that serves for failed.

The address is then claimed by both, and may go to either as long as both are active: ARP decides.
"""

from collections.abc import Iterator

from hamodel import Expr, Kind, Property, Rule, Set, any_of, never
from hamodel.guide import Parts
from hamodel.guide.parts import others
from hamodel.guide.promises.promise import ONE_FAULT
from hamodel.guide.vocabulary import SipServerState

ASSUMPTIONS = {
    "A-SPLIT-BRAIN": "SCS may lose sight of a SIP Server that serves, and promote its standby; "
    "the first does not learn of it, and both answer for the address."
}
FLIPS = ("SIP-1b", "SIP-1c", "SIP-2")
TOUCHES = ("sip_server", "sip_server_address", "management_layer")


def rules(parts: Parts) -> Iterator[Rule]:
    """Both SIP Servers are active, and the address goes to either."""
    if not parts.has_pair:
        return
    for name, the in parts.sip_servers.items():
        yield Rule(
            f"{name} is promoted beside a primary that serves",
            Kind.FAILURE,
            when=_both_up(parts, name) & parts.management.primary.is_not(name),
            fires=the.machine.fires("take_over"),
            sets=Set(parts.management.primary, name),
            cost={"sip-server-split": 1},
            cite="A-SPLIT-BRAIN",
        )
        yield Rule(
            f"sip_server_address is taken by {name} beside its peer",
            Kind.ENVIRONMENT,
            when=the.machine.is_(SipServerState.ACTIVE)
            & _both_up(parts, name)
            & parts.management.holder.is_not(name),
            sets=Set(parts.management.holder, name),
            cite="A-SPLIT-BRAIN",
        )


def _both_up(parts: Parts, name: str) -> Expr:
    """Return the guard that the peer of this SIP Server is active."""
    peers = others(parts.sip_servers, name)
    return any_of(*(peer.machine.is_(SipServerState.ACTIVE) for _, peer in peers))


def properties(parts: Parts) -> Iterator[Property]:
    """At most one SIP Server is active, at any moment."""
    if parts.has_pair:
        active = [each.machine.is_(SipServerState.ACTIVE) for each in parts.sip_servers.values()]
        yield never(
            "at_most_one_sip_server_is_active",
            active[0] & active[1],
            claims=("SIP-1b",),
            budget=ONE_FAULT,
        )
