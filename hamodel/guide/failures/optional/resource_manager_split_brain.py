"""Both Resource Managers of an active/hot-standby pair are active (FR-4): each misses the other."""

from collections.abc import Iterator

from hamodel import TRUE, Component, Expr, Kind, Rule, Set, Var, any_of
from hamodel.guide import Parts
from hamodel.guide.parts import others
from hamodel.guide.vocabulary import ResourceManagerState

ASSUMPTIONS = {
    "A-RM-SPLIT": "Heartbeats of a Resource Manager pair may be lost while both live; the standby "
    "then takes the address, the other keeps it too, and neither tells the other of affinities."
}
FLIPS = ("RM-3",)
TOUCHES = ("resource_manager", "resource_manager_address")

_CUT = Var("heartbeats.lost", bool)


def _paired(parts: Parts) -> bool:
    return parts.mode == "active-hot-standby"


def components(parts: Parts) -> Iterator[Component]:
    """The heartbeats between the two."""
    if _paired(parts):
        yield Component("heartbeats", variables=_CUT)


def needs(parts: Parts, rule: Rule) -> Expr:
    """What one tells the other goes the way of the heartbeats."""
    telling = ("resource_manager_tells_peer", "resource_manager_tells_health")
    return _CUT.is_(False) if _paired(parts) and rule.family in telling else TRUE


def rules(parts: Parts) -> Iterator[Rule]:
    """The standby takes over from an instance that is active."""
    if not _paired(parts):
        return
    for name, the in parts.resource_managers.items():
        peers = [peer for _, peer in others(parts.resource_managers, name)]
        beside = any_of(*(peer.machine.is_(ResourceManagerState.ACTIVE) for peer in peers))
        yield Rule(
            f"{name} misses heartbeats of a peer that is active",
            Kind.FAILURE,
            when=beside,
            fires=the.machine.fires("notice_peer"),
            sets=Set(_CUT, True),
            cost={"resource-manager-split": 1},
            cite="A-RM-SPLIT",
        )
        yield Rule(
            f"resource_manager_address is taken by {name} beside its peer",
            Kind.ENVIRONMENT,
            when=the.answers & beside & parts.address.holder.is_not(name),
            sets=Set(parts.address.holder, name),
            cite="A-RM-SPLIT",
        )
        for what, affinity in the.affinities.items():
            if parts.shares_affinity:
                yield Rule(
                    f"{name} keeps the {what} to itself",
                    when=_CUT.is_(True) & affinity.unsent.is_(True),
                    sets=Set(affinity.unsent, False),
                    cite="A-RM-SPLIT",
                )
