"""A model of something else entirely takes a page: a lift, and no word of telecom."""

from __future__ import annotations

from enum import Enum

import pytest

from hamodel import (
    PROVED,
    REFUTED,
    Arrow,
    Budget,
    Component,
    Kind,
    Message,
    Rule,
    Set,
    System,
    Var,
    always,
    any_of,
    check_all,
    leads_to,
    never,
    sometimes,
    step,
)


class Door(Enum):
    """The lift's door."""

    SHUT = "shut"
    OPEN = "open"


def lift(floors: int) -> System:
    """Return a lift that goes where a button was pressed, and whose brake can fail."""
    at: Var[int] = Var("cage.floor", range(floors))
    brake: Var[bool] = Var("cage.brake_holds", bool, True)
    lit: list[Var[bool]] = [Var(f"buttons.floor_{i}", bool) for i in range(floors)]
    door = Component(
        "door", Door, (Arrow("open", Door.SHUT, Door.OPEN), Arrow("shut", Door.OPEN, Door.SHUT))
    )
    rules = [Rule("door shuts", fires=(door.fires("shut"),))]
    for i, here in enumerate(at.is_(i) for i in range(floors)):
        rules += [
            Rule(
                f"passenger presses {i}",
                Kind.ENVIRONMENT,
                lit[i].is_(False) & ~here,
                sets=(Set(lit[i], True),),
            ),
            Rule(
                f"door opens on {i}",
                when=here & lit[i].is_(True),
                fires=(door.fires("open"),),
                sets=(Set(lit[i], False),),
                says=(Message("bell", "cage", "passenger", (at,)),),
            ),
        ]
        rules += [
            Rule(
                f"cage goes from {i} towards {j}",
                when=here & lit[j].is_(True) & lit[i].is_(False) & door.is_(Door.SHUT),
                sets=(Set(at, step(at, 1 if j > i else -1)),),
                group=f"cage goes towards {j}",
            )
            for j in range(floors)
            if i != j
        ]
    fails = (Set(brake, False),)
    cost = {"brake-crash": 1}
    rules.append(Rule("brake fails", Kind.FAILURE, brake.is_(True), sets=fails, cost=cost))
    components = (Component("cage", variables=(at, brake)), door)
    return System((*components, Component("buttons", variables=tuple(lit))), tuple(rules))


@pytest.mark.parametrize("floors", [2, 3, 4])
def test_the_lift_keeps_its_promises(floors: int) -> None:
    """It never leaves with its door open, reaches the top, and shuts its door in the end."""
    system = lift(floors)
    door, at = system["door"], system.variables["cage.floor"]
    lit = [system.variables[f"buttons.floor_{i}"] for i in range(floors)]
    waiting = any_of(*(at.is_(i) & lit[i].is_(True) for i in range(floors)))
    verdicts = check_all(
        system,
        [
            never("opens_to_those_who_wait", door.is_(Door.OPEN) & waiting),
            always("brake_holds", system.variables["cage.brake_holds"].is_(True)),
            sometimes("top_is_reached", at.is_(floors - 1)),
            leads_to("door_shuts", door.is_(Door.OPEN), door.is_(Door.SHUT)),
        ],
    )

    # floors × buttons × door, without those where the door is open and this floor's button is lit
    assert {3 * floors * 2 ** (floors - 1)} == {verdict.distinct_states for verdict in verdicts}
    assert [PROVED] * 4 == [verdict.kind for verdict in verdicts]


def test_a_lift_can_forget_a_floor() -> None:
    """Between three floors others can keep the cage busy: the refutation is a run without end."""
    system = lift(3)
    top = system.variables["buttons.floor_2"]
    [verdict] = check_all(system, [leads_to("all_are_served", top.is_(True), top.is_(False))])

    assert REFUTED is verdict.kind
    assert verdict.trace is not None
    assert verdict.trace.loop is not None


def test_a_failure_is_told_as_a_story() -> None:
    """Under a budget of one fault the brake fails, in one step."""
    system = lift(2)
    holds = always("brake_holds", system.variables["cage.brake_holds"].is_(True))
    [verdict] = check_all(system, [holds], Budget({"brake": 1}))

    assert REFUTED is verdict.kind
    assert verdict.trace is not None
    assert ("brake fails",) == verdict.trace.rules
