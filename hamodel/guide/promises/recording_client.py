"""Recording Client Function: RCF-1."""

from __future__ import annotations

from collections.abc import Iterator

from hamodel import Kind, System
from hamodel.guide.parts import Parts
from hamodel.guide.promises.promise import Promise


def recording_client_is_its_components(parts: Parts, system: System) -> Iterator[Promise]:
    """RCF-1: no failover behaviour that is not that of a component."""
    known = {component.name for component in parts.components}
    moved = {
        name
        for rule in system.rules
        if rule.kind is Kind.PROTOCOL
        for name in (
            *(firing.component for firing in rule.fires),
            *(system.owners[effect.var.name] for effect in rule.sets),
        )
    }
    client = [name for name in known if name.startswith("recording_client")]
    yield Promise(
        "RCF-1",
        structure=(
            (
                "every protocol step moves components of SIP Server, Resource Manager, Media "
                "Server, and the calls and dialogs between them",
                moved <= known,
            ),
            ("the recording client has no machine of its own", not client),
        ),
    )


PROMISES = (recording_client_is_its_components,)
