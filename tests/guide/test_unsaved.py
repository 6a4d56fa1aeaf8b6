"""What a recorder had not saved when it crashed: the tail of a loss, exactly as long as it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hamodel import Budget, Kind
from hamodel.cli.losses import Loss, with_total, worst_loss
from hamodel.guide import build, build_parts, load
from hamodel.guide.deployment import loads
from hamodel.guide.loss import lost_named, unrecorded, with_causes
from hamodel.guide.unsaved import BEGINS, LOSES, tails
from hamodel.rule import AT_ONCE, UNTIMED, Rule
from tests.agreement.timed_deployments import ALONE

MINUTE = "recorder_group.main.unsaved=60 s"
TWICE = "duplication.requested_by=sip-server"
TWO_VENDORS = """
name = "two vendors"
hosts.both = ["slow", "quick", "quicker"]
recorder_group = [
  { name = "slow", count = 1, unsaved = "30 s" },
  { name = "quick", count = 1, unsaved = "0 s" },
  { name = "quicker", count = 1, unsaved = "10 s", separated = true },
]
"""


def measured(faults: dict[str, int], *changes: str, what: str = "unrecorded") -> Loss:
    """Return a loss of a small `reference`."""
    parts = build_parts(load("reference", (*ALONE, *changes)))
    lost = lost_named(what, parts, "call_1")
    return worst_loss(
        with_causes(parts, build(parts.deployment)), lost, "call_1", Budget(faults), parts=parts
    )


def by_name(text: str) -> dict[str, Rule]:
    """Return the rules of the model with causes of a deployment."""
    parts = build_parts(loads(text))
    return {each.name: each for each in with_causes(parts, build(parts.deployment)).rules}


def test_a_crash_loses_the_tail_too() -> None:
    """The loss begins with what will not have been saved; it is a phase, and all add up."""
    loss = measured({"recorder-media-crash": 1}, MINUTE)
    worst = loss.worst
    assert worst is not None

    assert {"unsaved tail": 60_000, "undetected": 1_000, "establishing": 50} == loss.by_phase
    assert 61_050 == worst.ms == sum(loss.by_phase.values())
    begins, crash = worst.run[worst.begins - 1 : worst.begins + 1]
    assert begins.rule == (
        "recorder_1_media_1 begins to take in what is lost when recorder_1_media_1 crashes"
    )
    assert ("recorder_1_media_1 crashes", 60_000) == (crash.rule, crash.at - begins.at)


def test_a_tail_is_as_long_as_was_recorded_at_most() -> None:
    """A crash just after the recording began loses nothing before it: the shortest has no tail."""
    loss = measured({"recorder-media-crash": 1}, MINUTE)
    assert loss.waits.best is not None

    assert 0 == loss.waits.best.ms


def test_a_total_has_each_tail_once() -> None:
    """Of one crash all of a run is its one loss."""
    total = with_total(measured({"recorder-media-crash": 1}, MINUTE)).total
    assert total is not None
    assert total.worst is not None

    assert 61_050 == total.worst.ms


def test_the_other_copy_has_the_tail() -> None:
    """
    With duplication one crash leaves a single copy from the tail on, and no media is lost by it.

    What is lost is what only the first copy had, before the other was there: as without a tail.
    """
    single = measured({"recorder-media-crash": 1}, MINUTE, TWICE, what="single_copy")
    lost, same = (measured({"recorder-media-crash": 1}, *its, TWICE) for its in ((MINUTE,), ()))

    assert {"unsaved tail": 60_000, "undetected": 1_000, "establishing": 50} == single.by_phase
    assert lost.worst is not None
    assert same.worst is not None
    assert 100 == lost.worst.ms == same.worst.ms


@pytest.mark.parametrize("fault", ["media-server-crash", "recorder-media-hang"])
def test_others_lose_no_tail(fault: str) -> None:
    """A Media Server keeps no recorded media, and what hangs keeps its memory."""
    its, same = measured({fault: 1}, MINUTE), measured({fault: 1})
    assert its.worst is not None
    assert same.worst is not None

    assert (its.worst.ms, its.by_phase) == (same.worst.ms, same.by_phase)


def test_without_a_tail_the_model_is_as_it_was() -> None:
    """No step and no variable is there for 0 s."""
    parts = build_parts(load("reference"))
    system = with_causes(parts, build(parts.deployment))

    assert () == tails(parts)
    assert set() == {BEGINS, LOSES} & {rule.family for rule in system.rules}
    assert not any(each.name == "unsaved" for each in system.components)


def test_the_budget_is_charged_when_the_tail_begins() -> None:
    """What begins it costs what the failure would; the failure then comes within the time."""
    rules = by_name('name = "x"\nrecorder_group = [{ name = "main", unsaved = "60 s" }]')
    begins = rules["recorder_1 begins to take in what is lost when recorder_1 crashes"]
    crash = rules["recorder_1 crashes"]

    assert (Kind.ENVIRONMENT, UNTIMED) == (begins.kind, begins.bounds)
    assert ({"recorder-crash": 1}, {}) == (dict(begins.cost), dict(crash.cost))
    assert (Kind.FAILURE, (0, 60_000)) == (crash.kind, crash.bounds)


def test_recorders_of_one_host_lose_each_their_own() -> None:
    """The longest begins first, a shorter one within the difference, and then the host is lost."""
    rules = by_name(TWO_VENDORS)
    long = rules["recorder_1 begins to take in what is lost when both is lost"]
    short = rules["recorder_3_media_1 begins to take in what is lost when both is lost"]

    assert (UNTIMED, {"host-loss": 1}) == (long.bounds, dict(long.cost))
    assert ((0, 20_000), {}) == (short.bounds, dict(short.cost))
    assert ((0, 10_000), {}) == (rules["both is lost"].bounds, dict(rules["both is lost"].cost))
    assert "recorder_2 crashes" in rules
    assert not any("recorder_2 begins" in name for name in rules)


def test_tails_join_losses() -> None:
    """What the second recorder takes in after the first is lost, if it crashes soon: one loss."""
    parts = build_parts(load("reference", (*ALONE, MINUTE)))
    lost = unrecorded(parts, "call_1")
    system = with_causes(parts, build(parts.deployment))
    soon = [
        replace(rule, takes=AT_ONCE) if rule.family == "recorder_returns" else rule
        for rule in system.rules
    ]
    system, budget = replace(system, rules=tuple(soon)), Budget({"recorder-media-crash": 2}, 2)
    loss = with_total(worst_loss(system, lost, "call_1", budget, parts=parts))
    assert loss.worst is not None
    assert loss.total is not None
    assert loss.total.worst is not None

    assert 2 * 61_050 == loss.worst.ms == loss.total.worst.ms
