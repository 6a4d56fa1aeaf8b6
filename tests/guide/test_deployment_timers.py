"""The durations of a deployment, read and replaced by their keys."""

from __future__ import annotations

from hamodel.guide import load
from hamodel.guide.deployment.timers import duration_shape, durations, with_durations

ALL = {each.key: each for each in durations(load("reference"))}


def test_durations_have_values_and_ranges() -> None:
    """In ms; one that is "never" is not among them."""
    its = ALL["resource_manager.monitor.interval"]

    assert (10_000, 1, 604_800_000) == (its.value, its.low, its.high)
    assert 0 == ALL["network.exchange"].low
    assert "recorder_group.detects" in ALL
    assert "t_lib_client.ping.interval" in ALL
    assert "management_layer.heartbeat_period" not in ALL
    assert not any("failures" in key for key in ALL)


def test_every_duration_can_be_replaced() -> None:
    """By its key, and nothing else changes."""
    changed = with_durations(load("reference"), {key: its.low for key, its in ALL.items()})

    assert {key: its.low for key, its in ALL.items()} == {
        each.key: each.value for each in durations(changed)
    }
    assert load("reference") == with_durations(
        changed, {key: its.value for key, its in ALL.items()}
    )


def test_a_heartbeat_is_a_duration_where_it_is_set() -> None:
    """From 3 s on."""
    its = load("reference", ["management_layer.heartbeat_period=10 s"])
    [found] = [each for each in durations(its) if "heartbeat_period" in each.key]

    assert (10_000, 3_000) == (found.value, found.low)


def test_timers_of_one_group_among_several_have_no_key() -> None:
    """With two recorder groups neither's is listed."""
    its = load("trading-floor")

    assert 2 == len(its.recorder_group)
    assert "recorder_group.detects" not in {each.key for each in durations(its)}


def test_a_key_has_a_shape() -> None:
    """For reading a value of it."""
    assert (0, 604_800_000) == duration_shape("recorder_group.detects").limits
