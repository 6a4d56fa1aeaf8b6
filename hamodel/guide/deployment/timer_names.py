"""Which timer is meant: by its key, by the end of its key, or by its name in the literature."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
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
        "sip_t1": "network.t1",
        "sip_t2": "network.t2",
        "sip_timer_b": "network.gives_up",
        "sip_timer_f": "network.gives_up",
        "sip_trying_timeout": "sip_server.trying_timeout",
        "timer_ci_proceeding": "media_server.proceeding_timeout",
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
    meant = keys_meant(name, _number_keys())
    found = [each for each in here.values() if each.parameter.key in meant]
    if not found:
        also = (name for name, key in ALSO.items() if key in here)
        near = nearest(name, [*here, *also], "hamodel timers lists them")
        raise InputError("HA082", f"{written!r:.80} is no timer of this deployment; {near}")
    if len(found) > 1:
        possible = among(each.key for each in found)
        raise InputError("HA082", f"{written!r:.80} can be several timers; write one of {possible}")
    return found[0]


def whole_key(written: str, groups: Sequence[str]) -> str:
    """
    Return the key that `--set` is to change: of another name of a timer's, the timer's.

    Parameters
    ----------
    written
        A key, or what `timer_named` takes; what names no timer is returned as it is.
    groups
        The names of the recorder groups; what may be any of several's is returned as it is.
    """
    key = _only(keys_meant(written.strip(), _number_keys()))
    if key.startswith(GROUP):
        return f"{GROUP}{groups[0]}.{key.removeprefix(GROUP)}" if len(groups) == 1 else written
    return key or written


def other_names(key: str) -> tuple[str, ...]:
    """Return what a timer is also called: in the literature, and the shortest end of its key."""
    known = _number_keys()
    parts = key.split(".")
    ends = (".".join(parts[place:]) for place in range(len(parts) - 1, 0, -1))
    shortest = next((end for end in ends if keys_meant(end, known) == (key,)), "")
    literature = [name for name, its in ALSO.items() if its == key]
    return tuple(dict.fromkeys(filter(None, (*literature, shortest))))


def _numbers() -> list[Parameter]:
    return [
        each
        for each in parameters()
        if not each.values and not each.no_effect and (each.timer or each.is_duration)
    ]


def _number_keys() -> tuple[str, ...]:
    return tuple(each.key for each in _numbers())


def near_key(written: str) -> str:
    """Return what an unknown key may have been meant to be: keys, and other names of timers."""
    return nearest(written, [*(each.key for each in parameters()), *ALSO])


def keys_meant(name: str, known: Collection[str]) -> tuple[str, ...]:
    """
    Return which of these keys may be meant: one, if it is clear; none, if it is no name of any.

    By its key, by a name of the literature, by whole parts at its end (`timeout`, and so not
    `addp_timeout`), or else by any end (`options_interval`); hyphens and dots may be underscores.
    """
    plain = _SEPARATOR.sub("_", name.casefold())
    short = plain
    for long, abbreviated in _SHORT:
        if plain.startswith(long):
            short = abbreviated + plain.removeprefix(long)
    if short in ALSO:
        return tuple(key for key in known if key == ALSO[short])
    flat = {key.replace(".", "_"): key for key in known}
    if plain in flat:
        return (flat[plain],)
    whole = "." + name.casefold().replace("-", "_")
    wholes = tuple(key for key in known if key.endswith(whole))
    return wholes or tuple(key for each, key in flat.items() if each.endswith(f"_{plain}"))


def _only(keys: Sequence[str]) -> str:
    return keys[0] if len(keys) == 1 else ""
