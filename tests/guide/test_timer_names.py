"""Which timer a name means: keys, ends of keys, and the names of the literature."""

from __future__ import annotations

import pytest

from hamodel.errors import InputError
from hamodel.guide.deployment import load
from hamodel.guide.deployment.timer_names import ALSO, timer_named, timers_of

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
        ("interval", "is no timer of this deployment; near to it"),
        ("resource_manager.monitor.probing", "is no timer of this deployment"),
    ],
)
def test_what_is_no_timer_is_refused_with_what_is_near(name: str, said: str) -> None:
    """Of several that end so, none is meant; and what takes words is no number."""
    with pytest.raises(InputError, match=f"HA082 .*{said}"):
        timer_named(name, load("reference"))
