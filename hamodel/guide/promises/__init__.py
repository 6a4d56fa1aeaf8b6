"""The promises of the guide as properties of a deployment's model, one file a heading."""

from __future__ import annotations

from hamodel import System
from hamodel.guide.deployment import Deployment
from hamodel.guide.parts import build_parts
from hamodel.guide.promises import (
    compliance,
    duplication,
    front_matter,
    media_server,
    recording_client,
    recording_server,
    resource_manager,
    sip_server,
    t_lib_client,
)
from hamodel.guide.promises.promise import Promise, Status

MAKERS = (
    *front_matter.PROMISES,
    *recording_client.PROMISES,
    *sip_server.PROMISES,
    *resource_manager.PROMISES,
    *media_server.PROMISES,
    *recording_server.PROMISES,
    *t_lib_client.PROMISES,
    *duplication.PROMISES,
    *compliance.PROMISES,
)


def promises(deployment: Deployment, system: System) -> tuple[Promise, ...]:
    """Return the promises for a deployment, in the order of the guide; `system` is its model."""
    parts = build_parts(deployment)
    return tuple(promise for maker in MAKERS for promise in maker(parts, system))


__all__ = ["Promise", "Status", "promises"]
