"""Which timer is meant: by its key, by the end of its key, or by its name in the literature."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hamodel.errors import InputError, among, nearest
from hamodel.guide.deployment.schema import Deployment
from hamodel.guide.deployment.shape import Parameter, numbers_of, parameters

ALSO: Mapping[str, str] = MappingProxyType(
    {
        "rm_options_interval": "resource_manager.monitor.interval",
        "rm_options_timeout": "resource_manager.monitor.timeout",
        "rm_options_failures": "resource_manager.monitor.failures",
        "rm_tcp_setup_timer": "resource_manager.monitor.tcp_setup",
        "tcp_setup_timer": "resource_manager.monitor.tcp_setup",
        "rm_peer_heartbeat": "resource_manager.peer_heartbeat",
        "rm_peer_misses": "resource_manager.peer_misses",
        "rm_takeover": "resource_manager.takeover",
        "rm_lb_probe": "resource_manager.lb_probe",
        "ss_react": "sip_server.reacts",
        "ss_vip_move": "sip_server.vip_move",
        "ss_ha_ready_delay": "sip_server.ha_ready_delay",
        "invite_rtt": "network.exchange",
        "sip_t2": "network.t2",
        "sip_timer_b": "network.gives_up",
        "sip_timer_f": "network.gives_up",
        "rec_ping_interval": "t_lib_client.ping.interval",
    }
)
"""What field notes and the product call a timer; `rm` is Resource Manager, `ss` SIP Server."""
GROUP = "recorder_group."
_SHORT = (("resource_manager_", "rm_"), ("sip_server_", "ss_"))
_SEPARATOR = re.compile(r"[.\- ]")


@dataclass(frozen=True, slots=True)
class Timer:
    """
    A number of a deployment that time follows from.

    Parameters
    ----------
    parameter
        What it is.
    key
        As `--set` takes it here: with the name of the recorder group, if it is one's.
    value
        In ms, or how often; None for never.
    """

    parameter: Parameter
    key: str
    value: int | None


def timers_of(deployment: Deployment) -> tuple[Timer, ...]:
    """Return every timer of a deployment that is a number."""
    found = []
    for each in _numbers():
        keys = [each.key]
        if each.key.startswith(GROUP):
            rest = each.key.removeprefix(GROUP)
            keys = [f"{GROUP}{group.name}.{rest}" for group in deployment.recorder_group]
        values = numbers_of(deployment, each.key)
        # A table that the deployment does not have, the T-lib client's, has no values.
        found += [Timer(each, key, value) for key, value in zip(keys, values, strict=False)]
    return tuple(found)


def timer_named(written: str, deployment: Deployment) -> Timer:
    """
    Return the timer of a deployment that is meant.

    Raises
    ------
    InputError
        HA082, with what it may have been meant to be; or if there are several recorder groups, and
        it is said of none of them.
    """
    here = {each.key: each for each in timers_of(deployment)}
    name = written.strip()
    if name in here:
        return here[name]
    key = _key_of(name, {each.key for each in _numbers()})
    found = [each for each in here.values() if each.parameter.key == key]
    if not found:
        near = nearest(name, [*here, *ALSO])
        raise InputError("HA082", f"{written!r:.80} is no timer of this deployment; {near}")
    if len(found) > 1:
        possible = among(each.key for each in found)
        raise InputError("HA082", f"{written!r:.80}: of which group? Write one of {possible}")
    return found[0]


def _numbers() -> list[Parameter]:
    return [
        each
        for each in parameters()
        if not each.values and not each.no_effect and (each.timer or each.is_duration)
    ]


def _key_of(name: str, known: Collection[str]) -> str:
    """Return the key that is meant; empty if none is."""
    plain = _SEPARATOR.sub("_", name.casefold())
    short = plain
    for long, abbreviated in _SHORT:
        if plain.startswith(long):
            short = abbreviated + plain.removeprefix(long)
    if short in ALSO:
        return ALSO[short]
    flat = {key.replace(".", "_"): key for key in known}
    ends = [key for each, key in flat.items() if each.endswith(f"_{plain}")]
    return flat.get(plain) or (ends[0] if len(ends) == 1 else "")
