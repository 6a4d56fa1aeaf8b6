"""
What each family of rules takes, in the deployment's timers: what no family here says takes no time.

The earliest and the latest in ms. Where the product has a timer the bounds follow from it; a probe
that finds a failure finds it at any moment of its period, as a failure may happen at any. What an
exchange of messages takes is bounded from above alone. Failures, repairs and what people do may
happen at any time, but for a Media Server that something starts again (`media_server.restart`).
MS-5; field notes, section 8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from hamodel.guide.deployment import Deployment
from hamodel.guide.deployment.tables import ManagementLayer, Monitor
from hamodel.rule import AT_ONCE, UNTIMED, Bounds, Kind, Rule

Takes = Callable[[Deployment], Bounds]
CRASH, HOST_LOSS, HANG = "crash", "host loss", "hang"
"""Why an instance is down or does not answer."""


def detection(monitor: Monitor) -> Bounds:
    """
    Return how soon probing notices that nobody answers, whatever the reason.

    Over TCP that may be a refused connection or silence, and the bounds hold for both.
    """
    earliest, latest = silence(monitor)
    return (earliest if monitor.transport == "udp" else refusal(monitor)[0]), latest


def silence(monitor: Monitor) -> Bounds:
    """
    Return how soon probing notices that nothing comes back, in any of its four readings.

    The failure comes at any moment of an interval I; then N probes fail, each after T.  MS-5,
    correction 8.
    """
    i, t, n = monitor.interval, monitor.timeout, monitor.failures
    if monitor.transport == "tcp":
        t = min(t, monitor.tcp_setup)
    match monitor.probing:
        case "independent":
            earliest = (n - 1) * i + t
        case "retry-at-once":
            earliest = n * t
        case "timeout-then-interval":
            earliest = (n - 1) * (i + t) + t
        case "skip-tick":
            earliest = (n - 1) * i * max(1, -(-t // i)) + t
    return earliest, earliest + i


def refusal(monitor: Monitor) -> Bounds:
    """
    Return how soon probing over TCP notices that connections are refused: the process is gone.

    Each probe fails as soon as it is sent; one may count as all of them. Probes again at once, if
    it does so, find the same at once.  Field notes, section 8: D ≤ N·I + rtt; the round trip is
    part of what is noticed next.
    """
    i, n = monitor.interval, monitor.failures
    more = 0 if monitor.hard_error_counts == "all" or monitor.probing == "retry-at-once" else n - 1
    return more * i, more * i + i


def times_out(deployment: Deployment) -> Bounds:
    """
    Return when a request that a server does not answer has timed out at Resource Manager.

    Its timer B or F, in whole steps of the clock that counts them: a request that comes in between
    two steps has timed out that much sooner. A probe is sent on a step, and its timeout is whole.
    A-TIMEOUT, [V S47]
    """
    its = deployment.resource_manager
    return max(0, its.transaction_timeout - its.timer_step), its.transaction_timeout


def missed(period: int, misses: int) -> Bounds:
    """Return how soon so many missed beats in a row are noticed."""
    return (misses - 1) * period, misses * period


def noticed(layer: ManagementLayer) -> Mapping[str, Bounds]:
    """
    Return by cause how soon the management layer notices that the primary failed, if ever.

    An agent on the same host notices that a process died; that the host is lost only silence tells;
    that a process hangs, its heartbeat.  [V S6, S43, S7]
    """
    ways: dict[str, Bounds] = {CRASH: (layer.lca_crash_detect, layer.lca_crash_detect)}
    if layer.addp_timeout:
        ways[HOST_LOSS] = (layer.addp_timeout, 2 * layer.addp_timeout)
    if layer.heartbeat_period is not None:
        ways[HANG] = (0, layer.heartbeat_period)
    return ways


def _switchover(deployment: Deployment) -> Bounds:
    """Return how soon it notices whatever the cause was, which the untimed model does not know."""
    ways = noticed(deployment.management_layer).values()
    return min(way[0] for way in ways), max(way[1] or 0 for way in ways)


def _exchange(deployment: Deployment) -> Bounds:
    return 0, deployment.network.exchange


def given_up(deployment: Deployment) -> Bounds:
    """Return when whoever sent a request gives its answer up: timer B or F."""
    return deployment.network.gives_up, deployment.network.gives_up


def _exactly(ms: Callable[[Deployment], int]) -> Takes:
    return lambda deployment: (ms(deployment), ms(deployment))


def _within(ms: Callable[[Deployment], int]) -> Takes:
    return lambda deployment: (0, ms(deployment))


def _replication(deployment: Deployment) -> Bounds:
    lags = deployment.sip_server.replication == "lagging"
    return (0, deployment.sip_server.replication_lag) if lags else AT_ONCE


def _unsaved(deployment: Deployment) -> Bounds:
    """Return how long before its failure that begins which a recorder had not saved.  A-UNSAVED."""
    return 0, max(group.unsaved for group in deployment.recorder_group)


def in_turn(deployment: Deployment) -> Bounds:
    """
    Return when SIP Server asks for another Media Server, if so many calls a second are joined.

    Of n calls the last waits n/r; n is at most what the failed one had room for.  A-REJOIN.
    """
    its, most = deployment.media_server, deployment.sip_server.reacts
    if its.rejoin_rate is None:
        return 0, most
    return 0, most - (-1_000 * its.capacity // its.rejoin_rate)


def restarts(deployment: Deployment) -> Bounds:
    """Return when a Media Server that is down is there again: at any time, if nothing is said."""
    restart = deployment.media_server.restart
    return UNTIMED if restart is None else (restart, restart)


def _unit_detection(deployment: Deployment) -> Bounds:
    return 0, max(group.detects for group in deployment.recorder_group)


def _ping(deployment: Deployment) -> Bounds:
    client = deployment.t_lib_client
    return missed(client.ping.interval, client.ping.misses) if client else AT_ONCE


def _t_lib_takeover(deployment: Deployment) -> Bounds:
    client = deployment.t_lib_client
    return (client.takeover, client.takeover) if client else AT_ONCE


TAKES: Mapping[str, Takes] = MappingProxyType(
    {
        # SIP Server, and what watches it.
        "management_layer_notices_failure": _switchover,
        "management_layer_decides_switchover": _exactly(lambda d: d.management_layer.decides),
        "sip_server_address_moves": _exactly(lambda d: d.sip_server.vip_move),
        "hot_standby_becomes_synchronised": _exactly(lambda d: d.sip_server.ha_ready_delay),
        "primary_copies_call": _replication,
        "sip_server_asks_for_media_server": _within(lambda d: d.sip_server.reacts),
        "sip_server_asks_in_turn": in_turn,
        "sip_server_joins_endpoint_a": _exchange,
        "sip_server_joins_endpoint_b": _exchange,
        "sip_server_tries_next_resource_manager": given_up,
        # Resource Manager, and what watches it.
        "standby_notices_peer_failed": lambda d: missed(
            d.resource_manager.peer_heartbeat, d.resource_manager.peer_misses
        ),
        "standby_takes_address": _exactly(lambda d: d.resource_manager.takeover),
        "load_balancer_gives_up": _within(lambda d: d.resource_manager.lb_probe),
        "load_balancer_sees_again": _within(lambda d: d.resource_manager.lb_probe),
        "resource_manager_places_call": _exchange,
        "resource_manager_tries_next": times_out,
        "resource_manager_tries_next_recorder": times_out,
        "resource_manager_finds_recorder": _exchange,
        "resource_manager_notifies": _exchange,
        # Media Servers and recorders.
        "resource_manager_notices_failure": lambda d: detection(d.resource_manager.monitor),
        "resource_manager_sees_again": _within(lambda d: d.resource_manager.monitor.interval),
        "recorder_is_silent": times_out,
        "recording_session_is_established": _exchange,
        "bye_of_recording_gets_no_answer": given_up,
        "recorder_notices_media_unit_failed": _unit_detection,
        "backup_notices_signaling_failed": _unit_detection,
        "recorder_reinvites": _exchange,
        "media_server_rebuilds_recording_session": _within(lambda d: d.recording.session_expires),
        "media_server_returns": restarts,
        "recorder_loses_what_is_unsaved": _unsaved,
        # T-lib clients.
        "backup_notices_t_lib_client_failed": _ping,
        "backup_t_lib_client_takes_over": _t_lib_takeover,
        "t_lib_client_notices_recorder_failed": _ping,
    }
)
"""By the family of a rule what it takes."""


def timed(deployment: Deployment, rule: Rule) -> Rule:
    """Return a rule with the bounds of its family; one that has bounds of its own keeps them."""
    takes = TAKES.get(rule.family)
    if takes is None or rule.bounds != (AT_ONCE if rule.kind is Kind.PROTOCOL else UNTIMED):
        return rule
    return replace(rule, takes=takes(deployment))
