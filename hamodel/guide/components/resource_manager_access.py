"""What leads requests to a Resource Manager: a load balancer, or the pair's virtual address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hamodel import Component, Var, instances


@dataclass(frozen=True, slots=True)
class LoadBalancer:
    """The load balancer before an active/active pair: whom it believes up, by its own probes."""

    machine: Component
    believes: Mapping[str, Var[bool]]


def load_balancer(resource_managers: Sequence[str]) -> LoadBalancer:
    """Return the load balancer.  Source: RM-1.  Assumes: A-LB."""
    believes: dict[str, Var[bool]] = {
        name: Var(f"load_balancer.believes_{name}", bool, initial=True)
        for name in resource_managers
    }
    return LoadBalancer(Component("load_balancer", variables=tuple(believes.values())), believes)


@dataclass(frozen=True, slots=True)
class ResourceManagerAddress:
    """The virtual address of an active/hot-standby pair: who holds it."""

    machine: Component
    holder: Var[str]


def resource_manager_address(resource_managers: Sequence[str]) -> ResourceManagerAddress:
    """Return the virtual address, held by the first instance.  Source: RM-1.  Assumes: A-VIP."""
    holder: Var[str] = Var(
        "resource_manager_address.holder",
        instances(*resource_managers),
        initial=resource_managers[0],
    )
    return ResourceManagerAddress(
        Component("resource_manager_address", variables=(holder,)), holder
    )
