"""What was measured with two SIP proxies on loopback lies within the bounds of the model."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hamodel import TRUE, Budget, Expr, System, all_of, always, any_of
from hamodel.cli.losses import Loss, worst_loss
from hamodel.engine import ticks
from hamodel.engine.cone import Influences, sliced
from hamodel.guide import Parts, build, build_parts, load
from hamodel.guide.loss import Lost, failing_over, undetected, unrecorded, with_causes

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "how-to" / "measured-on-loopback.md"
MEASURED = tomllib.loads((HERE / "measured_on_loopback.toml").read_text(encoding="utf-8"))
CALL = "call_1"
KILLED = Budget({"media-server-crash": 1})
EXCHANGE, REACTS, STEP = 10, 20, 63
"""What the deployment says of the machine, in ms: an exchange, a reaction, a step of a clock."""
LIVING = 5 * EXCHANGE
"""From an INVITE at a Media Server that answers to recorded: placing, joining, establishing."""
NEXT = "resource_manager_tries_next"

Setting = Mapping[str, Any]


def of(setting: Setting) -> tuple[str, ...]:
    """Return the changes that make a setting of the lab; what it does not say stays."""
    keys = {
        "interval": ("resource_manager.monitor.interval",),
        "timeout": ("resource_manager.monitor.timeout", "resource_manager.transaction_timeout"),
    }
    changes = [
        f"{key}={setting[name]} ms" for name, its in keys.items() if name in setting for key in its
    ]
    if "failures" in setting:
        changes.append(f"resource_manager.monitor.failures={setting['failures']}")
    return tuple(changes)


@cache
def lab(*changes: str) -> tuple[Parts, System]:
    """Return the lab's parts and model; in no run did a party ask for anything, or hang up."""
    deployment = load("loopback-lab", changes)
    parts = build_parts(deployment)
    system = with_causes(parts, build(deployment))
    quiet = [r for r in system.rules if r.family not in {"party_asks", "party_hangs_up"}]
    return parts, replace(system, rules=tuple(quiet))


def noticed(parts: Parts, name: str) -> Expr:
    """Return the guard that a Resource Manager has noticed that a call's Media Server is down."""
    believed = (each.believes[name].is_(False) for each in parts.resource_managers.values())
    return all_of(
        parts.up(CALL),
        parts.joined(CALL, name),
        ~parts.media_servers[name].answers,
        any_of(*believed),
    )


def stages(parts: Parts) -> dict[str, Lost]:
    """
    Return the stages of a recovery, each a wait.

    `notice`: from the first notice until the INVITE is out at a Media Server. `dead`: from there
    until recorded, if it is out at the one that was killed; `living`, if at another at first.
    """
    over = failing_over(parts, CALL)
    tries, tried = parts.dialogs[CALL].tries, parts.dialogs[CALL].tried
    assert tries is not None
    names = list(parts.media_servers)
    is_out = any_of(*(noticed(parts, name) & tries.is_not(None) for name in names))
    dead = any_of(*(noticed(parts, name) & tries.is_(name) for name in names))
    first = all_of(*(var.is_(False) for var in tried.values()))
    return {
        "notice": replace(over, name="notice", end=over.end | is_out),
        "dead": Lost("dead", "", TRUE, dead, over.end),
        "living": Lost("living", "", TRUE, is_out & ~dead & first, over.end),
    }


@cache
def waited(what: str, *changes: str) -> Loss:
    """Return how long a loss or a stage lasts after one Media Server was killed."""
    parts, system = lab(*changes)
    makers = {"undetected": undetected, "failing_over": failing_over, "unrecorded": unrecorded}
    lost = makers[what](parts, CALL) if what in makers else stages(parts)[what]
    return worst_loss(system, lost, CALL, KILLED)


def bounds(what: str, *changes: str) -> tuple[int, int]:
    """Return the shortest and the longest, in ms; both are attained."""
    its = waited(what, *changes).waits
    assert its.cut is None
    assert its.best is not None
    assert its.worst is not None
    assert its.best.ms is not None
    assert its.worst.ms is not None
    return its.best.ms, its.worst.ms


def families(loss: Loss, *, longest: bool) -> set[str]:
    """Return the families of the rules that happen during the longest or the shortest wait."""
    wait = loss.waits.worst if longest else loss.waits.best
    assert wait is not None
    family = {rule.name: rule.family for rule in loss.system.rules}
    return {family[step.rule] for step in wait.run[wait.begins :]}


def modes(timeout: int, *more: str) -> dict[str, tuple[int, int]]:
    """Return the bounds of a recovery by its mode: what comes before the INVITE, and after it."""
    changes = (*of({"timeout": timeout}), *more)
    before = bounds("notice", *changes)
    return {
        mode: (before[0] + after[0], before[1] + after[1])
        for mode, stage in (("at_once", "living"), ("waited", "dead"))
        for after in [bounds(stage, *changes)]
    }


def within(seen: Sequence[int], its: tuple[int, int]) -> bool:
    """Return whether all that was seen lies within bounds."""
    return all(its[0] <= each <= its[1] for each in seen)


@pytest.mark.parametrize("setting", MEASURED["detection"])
def test_detection_is_within_the_bounds(setting: Setting) -> None:
    """(PT − 1)·PI + FR + [0, PI], by the engine, and no wider; every measured value is in it."""
    interval, failures, timeout = setting["interval"], setting["failures"], setting["timeout"]
    its = bounds("undetected", *of(setting))

    assert ((failures - 1) * interval + timeout, failures * interval + timeout) == its
    assert interval == its[1] - its[0]
    assert within(setting["seen"], its)


@pytest.mark.parametrize("setting", MEASURED["detection"])
@pytest.mark.parametrize("more", [-1, 1])
def test_one_miss_more_or_less_is_not_what_was_measured(setting: Setting, more: int) -> None:
    """The bounds are not wide: with another PT no measured value lies within them."""
    failures = setting["failures"] + more
    if failures:
        its = bounds("undetected", *of({**setting, "failures": failures}))
        assert not any(within([each], its) for each in setting["seen"])


@pytest.mark.parametrize("probing", ["retry-at-once", "timeout-then-interval"])
def test_other_readings_of_probing_are_not_what_was_measured(probing: str) -> None:
    """PI 1, PT 3, FR 0.5: two of the four readings are out; `skip-tick` is equal."""
    [setting, *_] = MEASURED["detection"]
    how = "resource_manager.monitor.probing"
    its = bounds("undetected", *of(setting), f"{how}={probing}")

    assert not any(within([each], its) for each in setting["seen"])
    assert bounds("undetected", *of(setting)) == bounds(
        "undetected", *of(setting), f"{how}=skip-tick"
    )


@pytest.mark.parametrize("timeout", [each["timeout"] for each in MEASURED["recovery"]])
def test_recovery_is_within_the_bounds_of_its_mode(timeout: int) -> None:
    """At once, or one further FR; each measured value is in its own mode, and none in the other."""
    [seen] = [each for each in MEASURED["recovery"] if each["timeout"] == timeout]
    its = modes(timeout)

    assert its == {
        "at_once": (0, EXCHANGE + REACTS + LIVING),
        "waited": (timeout - STEP, EXCHANGE + REACTS + timeout + LIVING),
    }
    assert its["at_once"][1] < its["waited"][0]
    for mode, other in (("at_once", "waited"), ("waited", "at_once")):
        assert within(seen[mode], its[mode])
        assert not any(within([each], its[other]) for each in seen[mode])


def test_a_clock_without_steps_does_not_explain_the_least() -> None:
    """0.45 s is less than FR, and 1.98 s, too: without the step they are out of the model."""
    for seen in MEASURED["recovery"]:
        its = modes(seen["timeout"], "resource_manager.timer_step=0 s")
        assert seen["timeout"] == its["waited"][0]
        assert not within(seen["waited"], its["waited"])


@pytest.mark.parametrize("timeout", [each["timeout"] for each in MEASURED["recovery"]])
def test_every_recovery_is_in_one_of_the_two_modes(timeout: int) -> None:
    """From the notice to recorded at most as long as the longer mode, and as short as the other."""
    its = modes(timeout)
    whole = bounds("failing_over", *of({"timeout": timeout}))

    assert (its["at_once"][0], its["waited"][1]) == whole


def test_which_rule_makes_the_modes() -> None:
    """The INVITE times out at the dead one and goes to the next; elsewhere it does not time out."""
    for longest in (True, False):
        assert NEXT in families(waited("dead"), longest=longest)
        assert NEXT not in families(waited("living"), longest=longest)


def test_without_the_rule_nothing_recovers() -> None:
    """An INVITE that is out at the dead one and never times out keeps the call waiting for ever."""
    parts, system = lab()
    rules = tuple(rule for rule in system.rules if rule.family != NEXT)
    its = worst_loss(replace(system, rules=rules), stages(parts)["dead"], CALL, KILLED)

    assert its.waits.best is None
    assert its.worst is not None
    assert "stuck" == its.worst.why


def test_with_the_other_reading_the_modes_run_into_one() -> None:
    """on_silence = refuse: what is noticed meanwhile calls the INVITE back at any moment."""
    parts, system = lab("resource_manager.on_silence=refuse")
    dialog = parts.dialogs[CALL]
    held = any_of(
        *(
            all_of(*(noticed(parts, name) & dialog.via.is_(rm), its.believes[name].is_(True)))
            for name in parts.media_servers
            for rm, its in parts.resource_managers.items()
        )
    )
    lost = Lost("held", "", TRUE, held, failing_over(parts, CALL).end)
    its = worst_loss(system, lost, CALL, KILLED).waits

    assert dialog.tries is None
    assert its.best is not None
    assert 0 == its.best.ms


def test_the_two_worsts_do_not_come_together() -> None:
    """MS-5's sum is a bound and is not attained: at PT·PI + FR the other proxy notices, too."""
    detected, over = bounds("undetected")[1], bounds("failing_over")[1]

    assert (3_500, 580) == (detected, over)
    assert 3_500 + 500 + LIVING == bounds("unrecorded")[1] == detected + over - EXCHANGE - REACTS


@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize("what", ["undetected", "failing_over", "notice", "dead", "living"])
def test_the_lab_takes_as_long_as_tick_by_tick(what: str, step: int) -> None:
    """With timers of a few ms the oracle finds the same longest and shortest waits."""
    changes = (
        *of({"interval": 3, "failures": 2, "timeout": 2}),
        "network.exchange=1 ms",
        "sip_server.reacts=1 ms",
        f"resource_manager.timer_step={step} ms",
    )
    loss, (_, system) = waited(what, *changes), lab(*changes)
    lost = loss.lost
    prop = always(lost.name, lost.end | ~lost.begin, given=lost.since)
    part = sliced(system, Influences(system).cone(prop, [var.name for var in KILLED.counters]))
    expected = ticks.waits(part, lost.begin, lost.end, KILLED, since=lost.since)

    assert not expected.endless
    assert (expected.best, expected.worst) == bounds(what, *changes)


def seconds(ms: int) -> str:
    """Return milliseconds as seconds, with as few digits as say them exactly."""
    return f"{ms / 1_000:.3f}".rstrip("0").rstrip(".")


def span(ends: Sequence[int]) -> str:
    """Return two ends as text."""
    return f"{seconds(ends[0])}…{seconds(ends[1])} s"


def test_the_page_shows_these_figures() -> None:
    """The tables of the page are made of what was measured and what the engine finds."""
    page = PAGE.read_text(encoding="utf-8").splitlines()
    rows = [
        f"| {seconds(each['interval'])} s | {each['failures']} | {seconds(each['timeout'])} s "
        f"| {span(bounds('undetected', *of(each)))} | {span(each['seen'])} |"
        for each in MEASURED["detection"]
    ]
    names = {"at_once": "the INVITE goes to a living one", "waited": "it goes to the dead one"}
    rows += [
        f"| {seconds(each['timeout'])} s | {text} | {span(modes(each['timeout'])[mode])} "
        f"| {span(each[mode])} |"
        for each in MEASURED["recovery"]
        for mode, text in names.items()
    ]

    assert [] == [row for row in rows if row not in page]
