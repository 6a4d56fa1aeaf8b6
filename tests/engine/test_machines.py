"""Running machines: real `transitions`, one snapshot a step, all or nothing."""

from __future__ import annotations

from enum import Enum

import pytest
from transitions import Machine

from hamodel import (
    NO_FAULT,
    Arrow,
    Budget,
    Component,
    Expr,
    Kind,
    Rule,
    SearchError,
    Set,
    System,
    Var,
    next_of,
    step,
)
from hamodel.engine.machines import Instance, Machines


class Door(Enum):
    """A door's states."""

    SHUT = "shut"
    OPEN = "open"


FLOOR: Var[int] = Var("floor", range(3))
DOORS = [
    Component(
        f"door_{i}",
        Door,
        (
            Arrow("open", Door.SHUT, Door.OPEN, FLOOR.is_(i)),
            Arrow("shut", Door.OPEN, Door.SHUT),
            Arrow("jam", (Door.SHUT, Door.OPEN), Door.OPEN),
        ),
    )
    for i in range(2)
]
LIFT = System(
    (*DOORS, Component("cage", variables=(FLOOR,))),
    (
        Rule("door 0 opens", fires=(DOORS[0].fires("open"),)),
        Rule("door 1 opens", fires=(DOORS[1].fires("open"),)),
        Rule(
            "both open",
            fires=(DOORS[0].fires("open"), DOORS[1].fires("jam")),
            sets=(Set(FLOOR, next_of(FLOOR)),),
        ),
        Rule("door 0 shuts", fires=(DOORS[0].fires("shut"),)),
        Rule("cage rises", when=DOORS[0].is_(Door.SHUT), sets=(Set(FLOOR, step(FLOOR, 1)),)),
        Rule("door 0 jams", Kind.FAILURE, fires=(DOORS[0].fires("jam"),), cost={"door-jam": 1}),
    ),
)


def test_each_component_with_a_state_has_a_real_machine() -> None:
    """One `transitions.Machine` per instance; a component of variables only has none."""
    running = Machines(LIFT)

    assert ["door_0", "door_1"] == list(running.instances)
    for instance in running.instances.values():
        assert type(instance) is Instance
        assert type(instance.machine) is Machine
        assert not instance.machine.has_queue


def test_the_guard_goes_unchanged_into_the_conditions() -> None:
    """A transition's condition is the arrow's own Expr, not something wrapped around it."""
    instance = Machines(LIFT).instances["door_1"]
    [transition] = instance.machine.get_transitions("open")
    [condition] = transition.conditions

    assert isinstance(condition.func, Expr)
    assert DOORS[1].arrows[0].when is condition.func


def test_there_are_no_automatic_transitions() -> None:
    """A machine has the triggers of its arrows and no `to_…`."""
    instance = Machines(LIFT).instances["door_0"]

    assert ["open", "shut", "jam"] == list(instance.machine.events)


def test_the_snapshot_has_every_variable_counters_last() -> None:
    """The state of the machines is the product's, in its order."""
    running = Machines(LIFT, Budget(2))

    expected = {"door_0": Door.SHUT, "door_1": Door.SHUT, "floor": 0, "faults.any": 0}
    assert list(expected.items()) == list(running.state.items())


def test_a_step_moves_machines_variables_and_counters() -> None:
    """A rule's arrows, effects and cost all happen in one step."""
    running = Machines(LIFT, Budget(1))
    after = running.step("both open")

    assert {"door_0": Door.OPEN, "door_1": Door.OPEN, "floor": 1, "faults.any": 0} == after
    assert after == running.state
    assert 1 == running.step("door 0 jams")["faults.any"]
    assert "door 0 jams" not in running.enabled()


def test_enabled_is_what_the_machines_say() -> None:
    """Enabled rules are those whose guard, triggers and budget allow them, in order."""
    running = Machines(LIFT)

    assert ("door 0 opens", "both open", "cage rises") == running.enabled()
    running.step("cage rises")
    assert ("door 1 opens", "cage rises") == running.enabled()


def test_rules_that_the_budget_rules_out_are_left_out() -> None:
    """Without an allowance for its class a failure is no rule of the running machines."""
    assert 5 == len(Machines(LIFT, NO_FAULT).rules)
    assert 6 == len(Machines(LIFT, Budget({"jam": 1})).rules)


@pytest.mark.parametrize("rule", ["door 1 opens", "door 0 jams", "lift sings"])
def test_a_rule_that_is_not_enabled_moves_nothing(rule: str) -> None:
    """HA041 names what could happen instead, and the machines stand where they stood."""
    running = Machines(LIFT)
    before = running.state

    with pytest.raises(SearchError) as caught:
        running.step(rule)

    expected = f"HA041 {rule!r} cannot happen here; it can be door 0 opens, both open, cage rises"
    assert expected == str(caught.value)
    assert before == running.state


def test_one_arrow_that_cannot_move_holds_the_others_back() -> None:
    """A rule with one arrow disabled is disabled, and moves none of its machines."""
    running = Machines(LIFT)
    running.state = {"door_0": Door.OPEN, "door_1": Door.SHUT, "floor": 0}

    with pytest.raises(SearchError, match="HA041"):
        running.step("both open")

    assert {"door_0": Door.OPEN, "door_1": Door.SHUT, "floor": 0} == running.state


def test_a_step_beyond_the_range_restores_everything() -> None:
    """After HA040 the machines stand where they stood."""
    running = Machines(LIFT)
    running.state = {"door_0": Door.SHUT, "door_1": Door.OPEN, "floor": 2}

    with pytest.raises(SearchError, match=r"HA040 floor is 2 and cannot step by \+1"):
        running.step("cage rises")

    assert {"door_0": Door.SHUT, "door_1": Door.OPEN, "floor": 2} == running.state


def test_a_machine_that_breaks_in_mid_step_restores_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """When the second machine raises, the first one is put back."""
    running = Machines(LIFT)
    before = running.state

    def breaks(trigger: str, *_: object) -> bool:
        assert Door.OPEN is running.instances["door_0"].main_state
        raise RuntimeError(trigger)

    monkeypatch.setattr(running.instances["door_1"], "trigger", breaks)
    with pytest.raises(RuntimeError, match="jam"):
        running.step("both open")

    assert before == running.state


def test_all_machines_read_the_state_before_the_step() -> None:
    """Two machines whose guards read each other's state both move."""
    one, two = (Component(name, Door) for name in ("one", "two"))
    crossed = [
        Component(a.name, Door, (Arrow("open", Door.SHUT, Door.OPEN, b.is_(Door.SHUT)),))
        for a, b in ((one, two), (two, one))
    ]
    both = Rule("both open", fires=tuple(each.fires("open") for each in crossed))
    running = Machines(System(tuple(crossed), (both,)))

    assert {"one": Door.OPEN, "two": Door.OPEN} == running.step("both open")


def test_successors_leave_the_machines_where_they_stand() -> None:
    """Asking what follows another state moves nothing."""
    running = Machines(LIFT)
    before = running.state
    found = running.successors({"door_0": Door.SHUT, "door_1": Door.SHUT, "floor": 1})

    expected = [
        ("door 1 opens", {"door_0": Door.SHUT, "door_1": Door.OPEN, "floor": 1}),
        ("cage rises", {"door_0": Door.SHUT, "door_1": Door.SHUT, "floor": 2}),
    ]
    assert expected == found
    assert before == running.state


def test_successors_restore_the_machines_after_an_error() -> None:
    """A step beyond a range in the state asked about leaves the machines where they stood."""
    running = Machines(LIFT)
    before = running.state

    with pytest.raises(SearchError, match="HA040"):
        running.successors({"door_0": Door.SHUT, "door_1": Door.SHUT, "floor": 2})

    assert before == running.state


@pytest.mark.parametrize(
    "trigger", ["state", "trigger", "may_trigger", "is_OPEN", "to_OPEN", "a-b"]
)
def test_a_trigger_may_have_any_name(trigger: str) -> None:
    """Names that `transitions` uses itself work as triggers."""
    door = Component("door", Door, (Arrow(trigger, Door.SHUT, Door.OPEN),))
    running = Machines(System((door,), (Rule("it opens", fires=(door.fires(trigger),)),)))

    assert {"door": Door.OPEN} == running.step("it opens")
    assert () == running.enabled()


def test_a_misspelt_budget_is_an_error() -> None:
    """A class that no rule has is refused, as the search refuses it."""
    with pytest.raises(SearchError, match="HA044 the budget names dor"):
        Machines(LIFT, Budget({"dor": 1}))
