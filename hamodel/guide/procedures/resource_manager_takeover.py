"""What remains of a Resource Manager pair is active, and knows what it was told (RM-2, RM-3)."""

from __future__ import annotations

from collections.abc import Iterator

from hamodel import Rule, Set, all_of
from hamodel.guide.parts import Parts, others
from hamodel.guide.vocabulary import ResourceManagerState


def standby_notices_peer_failed(parts: Parts) -> Iterator[Rule]:
    """
    The hot standby misses its peer's heartbeats, or hears that it is a hot standby as well.

    Source: A-PEER.  Assumes: A-ELECTION.
    """
    if parts.mode != "active-hot-standby":
        return
    for name, the in parts.resource_managers.items():
        for peer_name, peer in others(parts.resource_managers, name):
            yield Rule(
                f"{name} misses the heartbeat of {peer_name}",
                when=peer.machine.in_(
                    ResourceManagerState.DOWN,
                    ResourceManagerState.HUNG,
                    ResourceManagerState.HOT_STANDBY,
                ),
                fires=(the.machine.fires("notice_peer"),),
                cite="A-PEER",
            )


def standby_takes_address(parts: Parts) -> Iterator[Rule]:
    """The instance that is taking over moves the virtual address to itself: it is active.  RM-2."""
    if parts.mode != "active-hot-standby":
        return
    for name, the in parts.resource_managers.items():
        yield Rule(
            f"{name} takes the address and is active",
            fires=(the.machine.fires("take_over"),),
            sets=(Set(parts.address.holder, name),),
            cite="RM-2",
        )


def load_balancer_gives_up(parts: Parts) -> Iterator[Rule]:
    """The load balancer's probes of a Resource Manager are not answered.  A-LB."""
    if parts.mode != "active-active-load-balancer":
        return
    for name, the in parts.resource_managers.items():
        yield Rule(
            f"load_balancer gives up {name}",
            when=all_of(parts.balancer.believes[name].is_(True), ~the.answers),
            sets=(Set(parts.balancer.believes[name], False),),
            cite="A-LB",
        )


def load_balancer_sees_again(parts: Parts) -> Iterator[Rule]:
    """The load balancer's probes of a Resource Manager are answered again.  A-LB."""
    if parts.mode != "active-active-load-balancer":
        return
    for name, the in parts.resource_managers.items():
        yield Rule(
            f"load_balancer sees {name} again",
            when=all_of(parts.balancer.believes[name].is_(False), the.answers),
            sets=(Set(parts.balancer.believes[name], True),),
            cite="A-LB",
        )


def resource_manager_tells_peer(parts: Parts) -> Iterator[Rule]:
    """A Resource Manager tells its peer a call's Media Server or recorder.  RM-3."""
    if not parts.shares_affinity:
        return
    for name, the in parts.resource_managers.items():
        for peer_name, peer in others(parts.resource_managers, name):
            for what, mine in the.affinities.items():
                its = peer.affinities[what]
                yield Rule(
                    f"{name} tells {peer_name} the {what}",
                    when=all_of(the.answers, parts.hears_peer(peer_name), mine.unsent.is_(True)),
                    sets=(
                        Set(its.to, mine.to),
                        Set(its.unsent, False),
                        Set(mine.unsent, False),
                    ),
                    cite="RM-3",
                )


def resource_manager_tells_health(parts: Parts) -> Iterator[Rule]:
    """With replicates_health the active one tells its standby whom it believes available."""
    inherits = parts.deployment.resource_manager.replicates_health
    if parts.mode != "active-hot-standby" or not inherits:
        return
    for name, the in parts.resource_managers.items():
        for peer_name, peer in others(parts.resource_managers, name):
            for resource, mine in the.believes.items():
                its = peer.believes[resource]
                yield Rule(
                    f"{name} tells {peer_name} the health of {resource}",
                    when=all_of(
                        the.answers,
                        peer.machine.is_(ResourceManagerState.HOT_STANDBY),
                        ~its.same_as(mine),
                    ),
                    sets=(Set(its, mine),),
                    cite="A-OPTIONS",
                )


RULES = (
    standby_notices_peer_failed,
    standby_takes_address,
    load_balancer_gives_up,
    load_balancer_sees_again,
    resource_manager_tells_peer,
    resource_manager_tells_health,
)
