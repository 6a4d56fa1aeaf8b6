"""What can happen of a system within a budget, and what is a constant then."""

from __future__ import annotations

import pytest

from hamodel import NO_FAULT, Budget, Component, Kind, Rule, Set, System, Var, next_of
from hamodel.cli.losses import part_of, worst_loss
from hamodel.engine.cone import Influences
from hamodel.engine.explore import explore
from hamodel.engine.limits import Limits
from hamodel.engine.packed.layout import TooWideError
from hamodel.engine.possible import possible
from hamodel.engine.timed.search import Wait, waits
from hamodel.guide import build, build_parts, load
from hamodel.guide.loss import LOSSES, lost_named, unrecorded, with_causes
from tests.stories.telling import SMALL, deployed

KILLED = Budget({"media-server-crash": 1})


@pytest.mark.parametrize("budget", [NO_FAULT, KILLED, Budget({"sip-server-crash": 1}, repairs=1)])
def test_it_has_the_same_runs(budget: Budget) -> None:
    """As many states and steps: only what never happens is left out."""
    system = deployed(*SMALL).system
    less = possible(system, budget)
    before, after = (explore(each, budget.suited(each.fault_classes)) for each in (system, less))

    assert len(less.rules) < len(system.rules)
    assert (len(before.states), before.transitions) == (len(after.states), after.transitions)


@pytest.mark.parametrize(
    ("takes", "left"),
    [((0, 0), ["turns", "idles"]), ((0, 5), ["turns"]), ((5, 5), ["turns"]), (None, ["turns"])],
)
def test_what_can_do_nothing_is_left_out_unless_it_holds_time_still(
    takes: tuple[int, int] | None, left: list[str]
) -> None:
    """Its one effect needs what never is; in no time, it can be taken for ever before any other."""
    lamp, broken = Var("lamp", bool), Var("broken", bool)
    rules = (
        Rule("turns", sets=(Set(lamp, next_of(lamp)),)),
        Rule(
            "idles",
            kind=Kind.PROTOCOL if takes else Kind.FAILURE,
            sets=(Set(lamp, False, broken.is_(True)),),
            takes=takes or (0, None),
        ),
    )
    system = System((Component("box", variables=(lamp, broken)),), rules)

    assert left == [rule.name for rule in possible(system, Budget(None)).rules]


def test_what_it_leaves_out_is_ruled_out_step_by_step() -> None:
    """No Resource Manager fails, so none is missed, and nothing that is sent to one is lost."""
    parts = build_parts(load("reference"))
    families = {
        rule.family for rule in possible(with_causes(parts, build(parts.deployment)), KILLED).rules
    }

    assert "resource_manager_notices_failure" in families
    assert not families & {
        "load_balancer_gives_up",
        "request_gets_lost",
        "request_is_sent_again",
        "lost_request_is_sent_again",
        "request_is_begun_anew",
        "management_layer_notices_failure",
    }


@pytest.mark.parametrize(
    "lost", ["unrecorded", "audio_outage", "uncontrollable", "undetected", "failing_over"]
)
def test_a_loss_is_the_same(lost: str) -> None:
    """In at most as many classes: what cannot change is not in the way of what does."""
    parts = build_parts(load("reference"))
    its = lost_named(lost, parts, "call_1")
    system = its.among(with_causes(parts, build(parts.deployment)))
    wait = its.since, its.begin, its.end
    whole, less = (
        waits(part, its.begin, its.end, budget, since=its.since)
        for part, budget in (
            Influences(system).part(wait, KILLED),
            part_of(system, its, KILLED),
        )
    )

    assert less.classes <= whole.classes
    assert _told(whole.worst) == _told(less.worst)
    assert _told(whole.best) == _told(less.best)


@pytest.mark.parametrize("name", ["reference", "loopback-lab", "small-single-site"])
def test_no_loss_begins_with_a_step_that_changes_nothing(name: str) -> None:
    """For such steps are left out: in no state within a fault does it begin and is not so yet."""
    parts = build_parts(load(name))
    system, budget = with_causes(parts, build(parts.deployment)), Budget({"any": 1})
    found = [its(parts, "call_1") for its in LOSSES.values()]
    losses = [lost for lost in found if not isinstance(lost, str)]
    assert len(losses) >= 5
    begun = {}
    for lost in losses:
        part, within = part_of(system, lost, budget)
        reached = explore(part, within)
        begun[lost.name] = reached.first(lost.begin & ~lost.end) is not None
        assert reached.complete
        assert reached.first(lost.since & lost.begin) is None, lost.name

    assert sum(begun.values()) >= 4, begun


def _told(wait: Wait | None) -> tuple[int | None, str] | None:
    return None if wait is None else (wait.ms, wait.why)


def test_a_loss_of_one_of_two_calls_is_found() -> None:
    """Where all that could happen is too wide for a state."""
    parts = build_parts(load("reference", ["scope.calls=2"]))
    system, lost = with_causes(parts, build(parts.deployment)), unrecorded(parts, "call_1")
    part, budget = Influences(system).part((lost.since, lost.begin, lost.end), NO_FAULT)
    with pytest.raises(TooWideError):
        waits(part, lost.begin, lost.end, budget, since=lost.since)
    found = worst_loss(system, lost, "call_1", limits=Limits(states=20_000))
    assert found.waits.cut is not None
    assert found.waits.classes >= 20_000
