"""
SIP Server's switchover: notice, decide, promote, move the address; each a step that may not come.

Nothing here copies knowledge: what the new primary knows it was told before, call by call
(`sip_server_replication.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from hamodel import Expr, Rule, Set, all_of, any_of, at
from hamodel.guide.parts import Parts, others
from hamodel.guide.vocabulary import ManagementState, SipServerState


def management_layer_notices_failure(parts: Parts) -> Iterator[Rule]:
    """The LCA's connection to the primary breaks, or its heartbeat stops.  A-ML, A-HEARTBEAT."""
    if not parts.has_pair:
        return
    yield Rule(
        "management_layer notices that the primary failed",
        when=at(
            parts.management.primary,
            {name: _seen_failed(parts, name) for name in parts.sip_servers},
        ),
        fires=(parts.management.machine.fires("notice"),),
        cite="A-ML",
    )


def _seen_failed(parts: Parts, name: str) -> Expr:
    machine = parts.sip_servers[name].machine
    heartbeat = parts.deployment.management_layer.heartbeat_period is not None
    return (
        _gone(parts, name) | machine.is_(SipServerState.HUNG) if heartbeat else _gone(parts, name)
    )


def _gone(parts: Parts, name: str) -> Expr:
    """Return the guard that an instance is down, or came back as a backup before anyone acted."""
    machine = parts.sip_servers[name].machine
    return machine.in_(SipServerState.DOWN, SipServerState.HOT_STANDBY)


def management_layer_stops_hung_primary(parts: Parts) -> Iterator[Rule]:
    """An instance whose heartbeat stopped is stopped before another takes over.  A-HEARTBEAT."""
    if not parts.has_pair or parts.deployment.management_layer.heartbeat_period is None:
        return
    for name, the in parts.sip_servers.items():
        yield Rule(
            f"management_layer stops the hung {name}",
            when=all_of(
                parts.management.machine.is_(ManagementState.NOTICED),
                parts.management.primary.is_(name),
            ),
            fires=(the.machine.fires("be_stopped"),),
            cite="A-HEARTBEAT",
        )


def management_layer_decides_switchover(parts: Parts) -> Iterator[Rule]:
    """SCS decides that the standby takes over, once the failed primary is down.  A-ML."""
    if not parts.has_pair:
        return
    yield Rule(
        "management_layer decides a switchover",
        when=any_of(
            *(
                all_of(
                    parts.management.primary.is_(name),
                    _gone(parts, name),
                    any_of(*(_waits(parts, peer) for peer, _ in others(parts.sip_servers, name))),
                )
                for name in parts.sip_servers
            )
        ),
        fires=(parts.management.machine.fires("decide"),),
        cite="A-ML",
    )


def _waits(parts: Parts, name: str) -> Expr:
    return parts.sip_servers[name].machine.is_(SipServerState.HOT_STANDBY)


def hot_standby_takes_over(parts: Parts) -> Iterator[Rule]:
    """The LCA makes the standby the primary; it has the role, not yet the address.  SIP-1b."""
    if not parts.has_pair:
        return
    for name, the in parts.sip_servers.items():
        yield Rule(
            f"{name} takes over",
            when=parts.management.primary.is_not(name),
            fires=(parts.management.machine.fires("promote"), the.machine.fires("take_over")),
            sets=(Set(parts.management.primary, name),),
            group="hot standby takes over",
            cite="SIP-1b",
        )


def switchover_starts_again(parts: Parts) -> Iterator[Rule]:
    """The standby that was to take over failed as well: SCS starts again.  A-ML."""
    if not parts.has_pair:
        return
    yield Rule(
        "management_layer finds no standby to promote",
        when=at(
            parts.management.primary,
            {
                name: all_of(*(~_waits(parts, peer) for peer, _ in others(parts.sip_servers, name)))
                for name in parts.sip_servers
            },
        ),
        fires=(parts.management.machine.fires("start_again"),),
        cite="A-ML",
    )


def sip_server_address_moves(parts: Parts) -> Iterator[Rule]:
    """The script on the new primary's host takes the virtual address.  A-VIP."""
    if not parts.has_pair:
        return
    for name, the in parts.sip_servers.items():
        yield Rule(
            f"sip_server_address moves to {name}",
            when=all_of(
                the.machine.is_(SipServerState.ACTIVE),
                parts.management.primary.is_(name),
                parts.management.holder.is_not(name),
            ),
            sets=(Set(parts.management.holder, name),),
            cite="A-VIP",
        )


RULES = (
    management_layer_notices_failure,
    management_layer_stops_hung_primary,
    management_layer_decides_switchover,
    hot_standby_takes_over,
    switchover_starts_again,
    sip_server_address_moves,
)
