"""A process dies and loses its memory; it may come back, empty (A-CRASH, A-REPAIR)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hamodel import Component, Kind, Rule, Set
from hamodel.guide.parts import Parts, memory_loss, others


def roles(parts: Parts) -> Mapping[str, Mapping[str, Component]]:
    """Return the machines that can fail, by role and then by name."""
    return {
        "sip-server": {name: each.machine for name, each in parts.sip_servers.items()},
        "resource-manager": {name: each.machine for name, each in parts.resource_managers.items()},
        "media-server": {name: each.machine for name, each in parts.media_servers.items()},
        "recorder": {n: each.box for n, each in parts.recorders.items() if not each.separated},
        "recorder-signaling": {
            name: unit for each in parts.recorders.values() for name, unit in each.signaling.items()
        },
        "recorder-media": {
            name: unit.machine
            for each in parts.recorders.values()
            for name, unit in each.media.items()
        },
        "t-lib-client": {name: each.machine for name, each in parts.t_lib_clients.items()},
    }


def lost_with(parts: Parts, name: str) -> tuple[Set, ...]:
    """Return what a crash of a machine erases: its memory, and what only it had."""
    machine = {its: each for group in roles(parts).values() for its, each in group.items()}[name]
    kept = (
        effect
        for recorder in parts.recorders.values()
        if name in recorder.signaling
        for effect in recorder.forgets(name)
    )
    return (*memory_loss(machine, *parts.falls_with(name)), *kept)


def instance_crashes(parts: Parts) -> Iterator[Rule]:
    """A process of the deployment dies.  A-CRASH."""
    for role, machines in roles(parts).items():
        for name, machine in machines.items():
            yield Rule(
                f"{name} crashes",
                Kind.FAILURE,
                fires=(machine.fires("crash"), *(s.fires("die") for s in parts.falls_with(name))),
                sets=lost_with(parts, name),
                cost={f"{role}-crash": 1},
                cite="A-CRASH",
            )


def management_layer_crashes(parts: Parts) -> Iterator[Rule]:
    """SCS dies: nobody decides a switchover; a pair survives one crash.  A-CRASH (FR-24)."""
    if parts.has_pair and parts.deployment.management_layer.scs == "single":
        yield Rule(
            "management_layer crashes",
            Kind.FAILURE,
            fires=(parts.management.machine.fires("crash"),),
            cost={"management-layer-crash": 1},
            cite="A-CRASH",
        )


def sip_server_returns(parts: Parts) -> Iterator[Rule]:
    """
    A SIP Server instance is started again, empty.

    In a pair it is the backup and not synchronised, and the primary has all its calls to tell it
    again; alone it is active.  There is no fail-back.  A-REPAIR.
    """
    for name, the in parts.sip_servers.items():
        trigger = "return_as_backup" if parts.has_pair else "return_alone"
        yield Rule(
            f"{name} returns",
            Kind.REPAIR,
            fires=(the.machine.fires(trigger),),
            sets=(
                *([Set(the.synchronised, False)] if parts.has_pair else []),
                *(
                    Set(peer.record[call].unsent, True, peer.knows(call))
                    for _, peer in others(parts.sip_servers, name)
                    for call in parts.calls
                ),
            ),
            cite="A-REPAIR",
        )


def resource_manager_returns(parts: Parts) -> Iterator[Rule]:
    """A Resource Manager is started again, empty; its peer tells it again.  A-REPAIR."""
    standby = parts.mode == "active-hot-standby"
    for name, the in parts.resource_managers.items():
        yield Rule(
            f"{name} returns",
            Kind.REPAIR,
            fires=(the.machine.fires("return_as_backup" if standby else "return_active"),),
            sets=tuple(
                Set(affinity.unsent, True, affinity.to.is_not(None))
                for _, peer in others(parts.resource_managers, name)
                for affinity in peer.affinities.values()
                if parts.shares_affinity
            ),
            cite="A-REPAIR",
        )


def media_server_returns(parts: Parts) -> Iterator[Rule]:
    """A Media Server is started again, empty; `media_server.restart` says when.  A-REPAIR."""
    yield from _returns(roles(parts)["media-server"])


def recorder_returns(parts: Parts) -> Iterator[Rule]:
    """A recorder or a media unit of one is started again, empty.  A-REPAIR."""
    for role in ("recorder", "recorder-media"):
        yield from _returns(roles(parts)[role])


def _returns(machines: Mapping[str, Component]) -> Iterator[Rule]:
    for name, machine in machines.items():
        yield Rule(
            f"{name} returns", Kind.REPAIR, fires=(machine.fires("return"),), cite="A-REPAIR"
        )


def management_layer_returns(parts: Parts) -> Iterator[Rule]:
    """SCS is started again; it knows from the LCAs which instance is the primary.  A-REPAIR."""
    if parts.has_pair and parts.deployment.management_layer.scs == "single":
        yield Rule(
            "management_layer returns",
            Kind.REPAIR,
            fires=(parts.management.machine.fires("return"),),
            cite="A-REPAIR",
        )


def backup_returns(parts: Parts) -> Iterator[Rule]:
    """A signaling unit of a recorder, or a T-lib client, is started again: as backup.  A-REPAIR."""
    pairs = [each.signaling for each in parts.recorders.values()]
    pairs.append({name: each.machine for name, each in parts.t_lib_clients.items()})
    for pair in pairs:
        for name, machine in pair.items():
            trigger = "return_as_backup" if len(pair) > 1 else "return_alone"
            yield Rule(
                f"{name} returns", Kind.REPAIR, fires=(machine.fires(trigger),), cite="A-REPAIR"
            )


RULES = (
    instance_crashes,
    management_layer_crashes,
    sip_server_returns,
    resource_manager_returns,
    media_server_returns,
    recorder_returns,
    backup_returns,
    management_layer_returns,
)
