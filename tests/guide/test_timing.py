"""What each family of rules takes: the four readings of probing, and every timer in its place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hamodel import Kind
from hamodel.guide import build, build_parts
from hamodel.guide.deployment import load, parameters, shipped
from hamodel.guide.loss import with_causes
from hamodel.guide.timing import (
    TAKES,
    detection,
    given_up,
    in_turn,
    missed,
    refusal,
    silence,
    timed,
    times_out,
)
from hamodel.rule import AT_ONCE, UNTIMED, Bounds

MONITOR = "resource_manager.monitor"


@pytest.mark.parametrize(
    ("probing", "interval", "timeout", "failures", "expected"),
    [
        ("independent", 10, 5, 3, (25, 35)),
        ("independent", 10, 32, 1, (32, 42)),
        ("independent", 5, 2, 3, (12, 17)),
        ("independent", 2, 1, 3, (5, 7)),
        ("independent", 30, 32, 1, (32, 62)),
        ("independent", 5, 32, 3, (42, 47)),
        ("retry-at-once", 10, 5, 3, (15, 25)),
        ("timeout-then-interval", 10, 5, 3, (35, 45)),
        ("skip-tick", 10, 5, 3, (25, 35)),
        ("skip-tick", 5, 32, 3, (102, 107)),
    ],
)
def test_detection_by_probing(
    probing: str, interval: int, timeout: int, failures: int, expected: tuple[int, int]
) -> None:
    """The figures of the guide's corrections and of the field notes, in seconds."""
    changes = (
        f"{MONITOR}.probing={probing}",
        f"{MONITOR}.interval={interval} s",
        f"{MONITOR}.timeout={timeout} s",
        f"{MONITOR}.failures={failures}",
    )
    earliest, latest = detection(load("reference", changes).resource_manager.monitor)

    assert (1_000 * expected[0], 1_000 * expected[1]) == (earliest, latest)


@pytest.mark.parametrize(("counts", "earliest"), [("one", 20_000), ("all", 0)])
def test_a_refused_connection_is_seen_sooner(counts: str, earliest: int) -> None:
    """Over TCP the earliest is that of refused connections, the latest that of silence."""
    changes = (f"{MONITOR}.transport=tcp", f"{MONITOR}.hard_error_counts={counts}")

    assert (earliest, 35_000) == detection(load("reference", changes).resource_manager.monitor)


@pytest.mark.parametrize(
    ("counts", "probing", "expected"),
    [
        ("one", "independent", (20_000, 30_000)),
        ("all", "independent", (0, 10_000)),
        ("one", "retry-at-once", (0, 10_000)),
    ],
)
def test_a_refusal_needs_no_timeout(counts: str, probing: str, expected: tuple[int, int]) -> None:
    """N·I at most (field notes, section 8); silence takes the timeout as well."""
    changes = (
        f"{MONITOR}.transport=tcp",
        f"{MONITOR}.hard_error_counts={counts}",
        f"{MONITOR}.probing={probing}",
    )
    monitor = load("reference", changes).resource_manager.monitor

    assert expected == refusal(monitor)
    assert refusal(monitor) < silence(monitor)


def test_missed_beats() -> None:
    """Three of a second each: between two and three seconds."""
    assert (2_000, 3_000) == missed(1_000, 3)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ((), (32_000, 32_000)),
        (("network.gives_up=4 s",), (4_000, 4_000)),
        (("network.gives_up=4 s", "resource_manager.transaction_timeout=500 ms"), (500, 500)),
        (("resource_manager.timer_step=63 ms",), (31_937, 32_000)),
        (
            ("resource_manager.timer_step=1 s", "resource_manager.transaction_timeout=500 ms"),
            (0, 500),
        ),
    ],
)
def test_a_transaction_times_out(changes: tuple[str, ...], expected: tuple[int, int]) -> None:
    """As everybody's timers B and F, or at the proxy's own; a step of its clock sooner at most."""
    assert expected == times_out(load("reference", changes))


@pytest.mark.parametrize("name", shipped())
def test_every_rule_of_a_family_takes_what_its_family_does(name: str) -> None:
    """Others take no time if they are the protocol's, and any if nobody has to take them."""
    deployment = load(name)
    system = build(deployment)
    families = {rule.family for rule in system.rules}
    timed_families = families & TAKES.keys()

    assert len(timed_families) >= 8
    for rule in system.rules:
        if rule.kind is not Kind.PROTOCOL and rule.family != "media_server_returns":
            assert UNTIMED == rule.bounds
        elif rule.family == "request_is_refused":
            silent = rule.name.endswith("does not answer")
            assert (times_out(deployment) if silent else AT_ONCE) == rule.bounds
        elif rule.family in {"request_fails", "call_ends"}:
            unheard = "gets no answer to" in rule.name
            assert (given_up(deployment) if unheard else AT_ONCE) == rule.bounds
        else:
            takes = TAKES.get(rule.family)
            assert (takes(deployment) if takes else AT_ONCE) == rule.bounds


def test_every_family_is_one() -> None:
    """No family is named that no shipped deployment has, or that its options give it."""
    changes: list[tuple[str, tuple[str, ...]]] = [(name, ()) for name in shipped()]
    changes += [("reference", ("resource_manager.mode=active-hot-standby",))]
    rebuilt = ("duplication.requested_by=sip-server", "duplication.rebuild_leg=true")
    changes += [("reference", rebuilt)]
    changes += [("reference", ("recorder_group.main.retry_on_timeout=false",))]
    found = set()
    for name, its in changes:
        parts = build_parts(load(name, its))
        caused = with_causes(parts, build(parts.deployment))
        found |= {rule.family for rule in caused.rules}

    assert set() == TAKES.keys() - found


@pytest.mark.parametrize(("restart", "expected"), [("never", UNTIMED), ("20 s", (20_000, 20_000))])
def test_a_media_server_is_started_again(restart: str, expected: Bounds) -> None:
    """After `restart`, or at any time; recorders always at any."""
    found = build(load("reference", (f"media_server.restart={restart}",))).rules
    its = {rule.name: rule.bounds for rule in found if rule.kind is Kind.REPAIR}

    assert expected == its["media_server_1 returns"] == its["media_server_2 returns"]
    assert UNTIMED == its["recorder_1_media_1 returns"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ((), 100),
        (("media_server.rejoin_rate=20",), 100 + 5_000),
        (("media_server.rejoin_rate=20", "media_server.capacity=300"), 100 + 15_000),
        (("media_server.rejoin_rate=3", "media_server.capacity=1"), 100 + 334),
    ],
)
def test_calls_are_joined_at_a_rate(changes: tuple[str, ...], expected: int) -> None:
    """Field notes, section 8: n calls at rate r take n/r longer, in whole ms at least that."""
    assert (0, expected) == in_turn(load("reference", changes))


def test_a_rule_with_bounds_of_its_own_keeps_them() -> None:
    """What a rule file says."""
    deployment = load("reference")
    [rule] = [
        rule
        for rule in build(deployment).rules
        if rule.name == "load_balancer gives up resource_manager_1"
    ]
    own = replace(rule, takes=(1, 2))

    assert (1, 2) == timed(deployment, own).bounds
    assert (0, 2_000) == timed(deployment, replace(rule, takes=AT_ONCE)).bounds


VALUES = {
    "probing": "retry-at-once",
    "transport": "tcp",
    "hard_error_counts": "one",
    "session_expires": "90 s",
    "rejoin_rate": "4",
    "trying": "at-once",
}
TCP = {"tcp_setup", "hard_error_counts"}


@pytest.mark.parametrize("key", [each.key for each in parameters() if each.timer])
def test_every_timer_makes_a_difference(key: str) -> None:
    """Changed by a little, it changes what some rule takes, or when it can happen."""
    name = key.rpartition(".")[2]
    base = ["t_lib_client.backup=true", "sip_server.replication=lagging"]
    if name in TCP:
        base += [f"{MONITOR}.transport=tcp", f"{MONITOR}.timeout=9 s"]
    before = load("reference", base)
    value = VALUES.get(name) or ("4" if name in {"failures", "peer_misses", "misses"} else "3 s")
    after = load(
        "reference", [*base, f"{key.replace('recorder_group', 'recorder_group.main')}={value}"]
    )

    first, then = (
        ([takes(its) for takes in TAKES.values()], [(r.bounds, r.when) for r in rules])
        for its in (before, after)
        for rules in [with_causes(build_parts(its), build(its)).rules]
    )
    assert first != then
