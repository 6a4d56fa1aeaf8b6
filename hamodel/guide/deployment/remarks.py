"""What is no error and still worth saying: a key that has no effect, here or anywhere."""

from __future__ import annotations

from collections.abc import Iterator

from hamodel.guide.deployment.decode import Draft
from hamodel.guide.deployment.schema import Deployment, Note
from hamodel.guide.deployment.shape import Shape, shape_of, table_shapes
from hamodel.guide.deployment.source import Key

_PAIR_ONLY = ("record_route", "session_data", "shares_pointer")
_MODES_ONLY = {
    "replicates_health": "active-hot-standby",
    "takeover": "active-hot-standby",
    "peer_heartbeat": "active-hot-standby",
    "peer_misses": "active-hot-standby",
    "lb_probe": "active-active-load-balancer",
}
"""What one mode of Resource Manager alone has rules for: of two that are active each probes."""
_STANDBY_ONLY = (
    "replication",
    "replication_lag",
    "synced_at_start",
    "ha_ready_delay",
    "switchover_overlap",
    "vip_move",
)
_BACKUP_ONLY = ("takeover", "resync_on_activate", "state_shared")
_STOP_START_ONLY = ("ping", "stop_scope", "start_waits_stop")
_DUPLICATION_ONLY = ("targets", "identifiers", "rebuild_leg")
_IN_ORDER = (
    ("t1", "gives_up", "a request has timed out before it is sent again, and is not told to"),
    ("t1", "t2", "the first pause between two sendings is longer than the longest"),
    ("exchange", "gives_up", "no answer comes in time, and nothing is told to time out for that"),
)
"""Timers of the network of which one is at most as long as another, and what it means if not."""


def notes(draft: Draft) -> tuple[Note, ...]:
    """Return a note for each key that is given and has no effect; one for a table that has none."""
    found = []
    noted: list[Key] = []
    for key in draft.places:
        if any(key[: len(table)] == table for table in noted):
            continue
        no_effect = _no_effect(key)
        if no_effect:
            noted.append(key)
            found.append(_note(draft, key, f"{no_effect}."))
    return tuple(found)


def _no_effect(key: Key) -> str:
    shape = _shape(key)
    return shape.about.no_effect if shape and shape.about else ""


def _shape(key: Key) -> Shape | None:
    """Return the shape of what stands at a key; None for an element of a list or a mapping."""
    shape = shape_of(Deployment)
    for part in key:
        if shape.table and isinstance(part, str):
            shape = table_shapes(shape.table)[part]
        elif shape.items is not None:
            shape = shape_of(shape.items)
    return shape


def warnings(deployment: Deployment, draft: Draft) -> tuple[Note, ...]:
    """Return a warning for each key that is given and can affect nothing in this deployment."""
    idle = idle_keys(deployment)
    found = [
        _note(draft, key, f"can affect nothing here: {idle[key]}.")
        for key in draft.places
        if key in idle
    ]
    others = (*_common_hosts(deployment, draft), *_out_of_order(deployment, draft))
    return (*deployment.warnings, *found, *others)


def _out_of_order(deployment: Deployment, draft: Draft) -> Iterator[Note]:
    """Yield a warning for each timer of the network that is longer than it can sensibly be."""
    network = deployment.network
    for one, other, meaning in _IN_ORDER:
        if getattr(network, one) > getattr(network, other):
            given = [key for key in (("network", one), ("network", other)) if key in draft.places]
            text = f"{one} is longer than {other} here: {meaning}; what is measured is of no use."
            yield _note(draft, given[0], text)


def _common_hosts(deployment: Deployment, draft: Draft) -> Iterator[Note]:
    """Yield a warning for each host that has all instances of a kind of which there are several."""
    kinds = (
        ("SIP Servers", deployment.sip_servers),
        ("Resource Managers", deployment.resource_managers),
        ("Media Servers", deployment.media_servers),
        ("recorders", deployment.recorders),
    )
    for host, members in deployment.hosts_in_scope.items():
        for kind, instances in kinds:
            if len(instances) > 1 and set(instances) <= set(members):
                text = f"has all {kind} that are in scope: none is left when it is lost."
                yield _note(draft, ("hosts", host), text)


def _note(draft: Draft, key: Key, text: str) -> Note:
    place = draft.place(key)
    return Note(file=place.file, line=place.line, key=place.key, text=text)


def idle_keys(deployment: Deployment) -> dict[Key, str]:
    """Return each key that can affect nothing, with the reason, whether it is given or not."""
    return dict(_idle(deployment))


def _idle(deployment: Deployment) -> Iterator[tuple[Key, str]]:
    yield from _idle_sip_server(deployment)
    yield from _idle_resource_manager(deployment)
    yield from _idle_media(deployment)
    yield from _idle_recorders(deployment)
    yield from _idle_control(deployment)


def _idle_sip_server(deployment: Deployment) -> Iterator[tuple[Key, str]]:
    if deployment.sip_server.pair == "single":
        reason = "there is one SIP Server"
        yield from ((("sip_server", key), reason) for key in _STANDBY_ONLY)
        for key in ("scs", "lca_crash_detect", "addp_timeout", "heartbeat_period"):
            yield ("management_layer", key), f"{reason}, so no switchover is decided"
    elif deployment.sip_server.replication == "synchronous":
        yield ("sip_server", "replication_lag"), "replication is synchronous"


def _idle_resource_manager(deployment: Deployment) -> Iterator[tuple[Key, str]]:
    manager = deployment.resource_manager
    if manager.mode == "single":
        for key in _PAIR_ONLY:
            yield ("resource_manager", key), "there is one Resource Manager"
    elif "round-robin" not in {group.balance for group in deployment.recorder_group}:
        yield ("resource_manager", "shares_pointer"), "no recorder group is balanced round-robin"
    for key, mode in _MODES_ONLY.items():
        if manager.mode != mode:
            alone = manager.mode == "single"
            reason = "there is one Resource Manager" if alone else f"the mode is {manager.mode!r}"
            yield ("resource_manager", key), reason
    if manager.notify == "once":
        yield ("resource_manager", "notify_limit"), "a notice is sent once"
    if manager.monitor.transport == "udp":
        yield ("resource_manager", "monitor", "tcp_setup"), "the transport is UDP"


def _idle_media(deployment: Deployment) -> Iterator[tuple[Key, str]]:
    if deployment.scope.media_servers == 1:
        yield ("media_server", "balance"), "one Media Server is in scope"


def _idle_recorders(deployment: Deployment) -> Iterator[tuple[Key, str]]:
    for number, group in enumerate(deployment.recorder_group):
        at = ("recorder_group", number)
        if deployment.scope.recorders == 1:
            yield (*at, "balance"), "one recorder is in scope"
        if not group.separated and any(each.endswith("-backup") for each in group.strategies):
            yield (*at, "strategies"), "a backup of a unit needs separated = true"
        if "media-backup" not in group.strategies and not any(
            ":" in strategy for strategy in group.strategies
        ):
            for key in ("detects", "reinvite_by"):
                yield (*at, key), "the group has no media-backup"
        elif "media-backup" in group.strategies and "signaling-backup" not in group.strategies:
            yield (*at, "reinvite_by"), "the group has no signaling-backup, so no standby"


def _idle_control(deployment: Deployment) -> Iterator[tuple[Key, str]]:
    client = deployment.t_lib_client
    if client is not None and not client.backup:
        for key in _BACKUP_ONLY:
            yield ("t_lib_client", key), "the T-lib client has no backup"
    if client is not None and not deployment.stops_and_starts:
        for key in _STOP_START_ONLY:
            yield ("t_lib_client", key), "no recorder group has the strategy stop-start"
    twice = deployment.duplication
    if twice.requested_by == "off" or not twice.rebuild_leg:
        yield ("recording", "session_expires"), "no lost recording session is established again"
    if twice.requested_by == "off":
        if client is not None and deployment.stops_and_starts:
            yield ("t_lib_client", "stop_scope"), "a call has one recording session"
        for key in _DUPLICATION_ONLY:
            yield ("duplication", key), "duplication is off"
    elif len(twice.targets) > len(set(twice.targets)):
        yield ("duplication", "targets"), "both are one group, so nothing is gained by the second"
