"""Which timer a name means: keys, ends of keys, and the names of the literature."""

from __future__ import annotations

import pytest

from hamodel.errors import InputError
from hamodel.guide.deployment import load, parameters
from hamodel.guide.deployment.timer_names import (
    ALSO,
    keys_meant,
    other_names,
    timer_named,
    timers_of,
    whole_key,
)

INTERVAL = "resource_manager.monitor.interval"


@pytest.mark.parametrize(
    "name",
    [
        INTERVAL,
        "resource-manager.monitor.interval",
        "monitor.interval",
        "rm_options_interval",
        "resource_manager.options_interval",
        "RM_options_interval",
    ],
)
def test_one_timer_has_many_names(name: str) -> None:
    """All of them mean the key that `--set` takes."""
    its = timer_named(name, load("reference"))

    assert (INTERVAL, 10_000, True) == (its.key, its.value, its.parameter.is_duration)


def test_every_other_name_is_that_of_a_timer() -> None:
    """In a deployment that has all tables."""
    deployment = load("reference")

    assert set(ALSO.values()) <= {each.key for each in timers_of(deployment)}
    assert all(timer_named(name, deployment).key == key for name, key in ALSO.items())


def test_a_recorder_group_has_its_own() -> None:
    """By its name; without it only where there is one group."""
    deployment = load("reference")

    assert "recorder_group.main.detects" == timer_named("detects", deployment).key
    assert 1_000 == timer_named("recorder_group.main.detects", deployment).value


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("rm_option_interval", "near to it: .*rm_options_interval"),
        ("interval", "can be several timers; write one of .*monitor.interval, .*ping.interval"),
        ("resource_manager.monitor.probing", "is no timer of this deployment"),
    ],
)
def test_what_is_no_timer_is_refused_with_what_is_near(name: str, said: str) -> None:
    """Of several that end so, none is meant; and what takes words is no number."""
    with pytest.raises(InputError, match=f"HA082 .*{said}"):
        timer_named(name, load("reference"))


def test_the_end_of_a_key_is_of_whole_parts_first() -> None:
    """`timeout` is that of a probe, not what ends so; `options_interval` is an end as well."""
    known = ("a.timeout", "a.addp_timeout", "b.options_interval")

    assert ("a.timeout",) == keys_meant("timeout", known)
    assert ("b.options_interval",) == keys_meant("interval", known)


def test_every_other_name_of_a_timer_is_one() -> None:
    """What `hamodel timers` prints below a key means that key, to `--set` as to `--sweep`."""
    deployment = load("reference")
    names = {name: each.key for each in timers_of(deployment) for name in other_names(each.key)}
    groups = [group.name for group in deployment.recorder_group]

    assert {"rm_options_interval", "monitor.interval", "timeout", "exchange"} <= names.keys()
    assert names == {name: timer_named(name, deployment).key for name in names}
    assert names == {name: whole_key(name, groups) for name in names}


def test_no_other_key_is_taken_for_a_timer() -> None:
    """What is no timer, or is one of several groups', is as it was written."""
    others = {each.key for each in parameters()} - {
        each.key for each in timers_of(load("reference"))
    }
    others -= {"recorder_group.detects", "recorder_group.unsaved"}
    others -= {"management_layer.heartbeat_period"}

    assert others == {whole_key(each, ["main"]) for each in others}
    assert "detects" == whole_key("detects", ["a", "b"])
    assert "recorder_group.a.detects" == whole_key("detects", ["a"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("rm_option_interval=1 s", r"no such key; near to it: rm_options_interval"),
        ("monitor.intervall=1 s", r"no such key; near to it: resource_manager\.monitor\.interval"),
        ("takeover=1 s", r"there is resource_manager\.takeover, t_lib_client\.takeover"),
    ],
)
def test_a_change_of_what_is_no_timer_is_told_what_is_near(change: str, said: str) -> None:
    """Whole keys, and what timers are called."""
    with pytest.raises(InputError, match=f"HA063 --set .*{said}"):
        load("reference", [change])


def test_a_timer_is_set_by_another_name() -> None:
    """Once: by two names it is set twice."""
    changed = load("reference", ["rm_options_interval=3 s", "detects=2 s"])

    assert 3_000 == changed.resource_manager.monitor.interval
    assert 2_000 == changed.recorder_group[0].detects
    with pytest.raises(InputError, match="HA071"):
        load("reference", ["rm_options_interval=3 s", f"{INTERVAL}=4 s"])
