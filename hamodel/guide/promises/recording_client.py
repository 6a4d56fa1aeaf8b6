"""Recording Client Function: RCF-1."""

from __future__ import annotations

from collections.abc import Iterator

from hamodel import Kind, System
from hamodel.guide.parts import Parts
from hamodel.guide.promises.promise import Promise

_MACHINES = ("sip_server", "management_layer", "resource_manager", "load_balancer", "media_server")
_BETWEEN = ("call", "media_dialog", "recording_session", "recorder", "t_lib")


def recording_client_is_its_components(parts: Parts, system: System) -> Iterator[Promise]:
    """RCF-1: no failover behaviour that is not that of a component."""
    moved = {
        name
        for rule in system.rules
        if rule.kind is Kind.PROTOCOL
        for name in (
            *(firing.component for firing in rule.fires),
            *(system.owners[effect.var.name] for effect in rule.sets),
        )
    }
    machines = {name for name in moved if name.startswith(_MACHINES)}
    facts = (
        (
            "all that takes over, replicates or notifies is a machine of the deployment",
            bool(machines) and machines <= {each.name for each in parts.components},
        ),
        (
            "beside those the recording client moves calls, dialogs and recordings only",
            all(name.startswith(_BETWEEN) for name in moved - machines),
        ),
    )
    yield Promise("RCF-1", structure=facts)


PROMISES = (recording_client_is_its_components,)
