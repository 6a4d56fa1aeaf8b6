"""What a mutant leaves out, and that it leaves it out of every instance alike."""

from __future__ import annotations

from enum import Enum

import pytest

from hamodel import (
    FALSE,
    TRUE,
    Arrow,
    Component,
    Message,
    ModelError,
    Rule,
    Set,
    System,
    Var,
    all_of,
    any_of,
)
from tests.benchmarks.mutation import (
    Mutant,
    Part,
    conjuncts,
    mutants_of,
    mutated,
    rules_of,
    shape,
    shape_of,
)


class Lamp(Enum):
    """A lamp's state."""

    OFF = "off"
    ON = "on"
    BROKEN = "broken"


POWER = Var("mains.power", bool)
WARM = {n: Var(f"lamp_{n}.warm", bool) for n in (1, 2)}
LAMPS = {
    n: Component(f"lamp_{n}", Lamp, (Arrow("light", Lamp.OFF, Lamp.ON),), (WARM[n],))
    for n in (1, 2)
}
MAINS = Component("mains", variables=(POWER,))


def lights(n: int) -> Rule:
    """Return the rule that lights a lamp."""
    return Rule(
        f"lamp_{n} goes on",
        when=all_of(POWER.is_(True), WARM[n].is_(False)),
        fires=(LAMPS[n].fires("light"),),
        sets=(Set(WARM[n], True), Set(POWER, False)),
        says=(Message("light", f"lamp_{n}", "room"),),
        family="lamp_lights",
    )


HOUSE = System((MAINS, *LAMPS.values()), (lights(1), lights(2)))
RULE = "lamp_lights", "lamp_N goes on"


def left_out(part: Part, text: str = "") -> tuple[Rule, Rule]:
    """Return the two rules of the mutant that lacks this."""
    one, two = mutated(HOUSE, Mutant(*RULE, part, text)).rules
    return one, two


def test_an_instance_is_named_without_its_number() -> None:
    """Numbers of instances give way to N, other numbers stay."""
    assert "call_N.unsent_call_N" == shape("call_12.unsent_call_1")
    assert "record_N_unsent is 200" == shape("record_1_unsent is 200")
    assert "rm_1st" == shape("rm_1st")


def test_guards_that_differ_in_the_order_of_instances_are_named_alike() -> None:
    """A guard's name depends neither on the order of its parts nor on how many are alike."""
    one = any_of(WARM[1].is_(True) & POWER.is_(True), WARM[2].is_(True))
    two = any_of(WARM[1].is_(True), WARM[2].is_(True) & POWER.is_(True))

    assert shape_of(one) == shape_of(two)
    assert shape_of(WARM[1].is_(True)) == shape_of(any_of(WARM[1].is_(True), WARM[2].is_(True)))
    assert "lamp_N is on or broken" == shape_of(LAMPS[2].in_(Lamp.ON, Lamp.BROKEN))
    assert f"not ({shape_of(one)})" == shape_of(~two)


def test_every_part_of_a_rule_has_one_mutant_for_all_instances() -> None:
    """Two lamps have the mutants of one: the rule, and each thing that it says."""
    expected = [
        (Part.RULE, ""),
        (Part.CONJUNCT, "mains.power is yes"),
        (Part.CONJUNCT, "lamp_N.warm is no"),
        (Part.SOURCE, "lamp_N: light"),
        (Part.EFFECT, "lamp_N.warm := yes"),
        (Part.MOVE, "lamp_N: light"),
        (Part.MESSAGE, "lamp_N → room: light"),
    ]

    assert [Mutant(*RULE, part, text) for part, text in expected] == list(mutants_of(HOUSE))


def test_what_always_holds_has_no_mutant() -> None:
    """Leaving out what is always true, or always so, changes nothing, so it is not tried."""
    either = POWER.is_(True) | ~POWER.is_(True)
    fails = Rule("power fails", when=either, sets=(Set(POWER, False),))
    returns = Rule("power returns", when=either, sets=(Set(POWER, True),))
    alone, both = System((MAINS,), (fails,)), System((MAINS,), (fails, returns))

    assert [Part.RULE] == [mutant.part for mutant in mutants_of(alone)]
    assert [Part.RULE, Part.EFFECT] * 2 == [mutant.part for mutant in mutants_of(both)]
    assert () == conjuncts(TRUE)


def test_a_rule_is_left_out_of_every_instance() -> None:
    """Without the rule no lamp goes on; its name stays, for properties that speak of it."""
    one, two = left_out(Part.RULE)

    assert (FALSE, FALSE) == (one.when, two.when)
    assert ("lamp_1 goes on", "lamp_2 goes on") == (one.name, two.name)
    assert HOUSE.rules == rules_of(HOUSE, Mutant(*RULE, Part.RULE))


def test_a_conjunct_is_left_out_and_the_others_stay() -> None:
    """Without the power only the warmth is asked for."""
    one, two = left_out(Part.CONJUNCT, "mains.power is yes")

    assert (WARM[1].is_(False), WARM[2].is_(False)) == (one.when, two.when)


def test_an_effect_and_a_message_are_left_out() -> None:
    """The other effects, and the other messages, stay."""
    one, two = left_out(Part.EFFECT, "lamp_N.warm := yes")
    silent, _ = left_out(Part.MESSAGE, "lamp_N → room: light")

    assert ((Set(POWER, False),), (Set(POWER, False),)) == (one.sets, two.sets)
    assert ((), one.sets) == (silent.says, silent.sets[1:])


def test_without_its_source_an_arrow_leaves_from_anywhere() -> None:
    """A broken lamp goes on; what other rules fire is as it was."""
    system = mutated(HOUSE, Mutant(*RULE, Part.SOURCE, "lamp_N: light"))
    guard, effects = system.flattened(system.rules[1])
    broken = {**system.initial, "lamp_2": Lamp.BROKEN, POWER.name: True}

    assert guard(broken)
    assert Set(LAMPS[2].main or POWER, Lamp.ON) in effects
    assert Lamp.OFF is next(iter(system["lamp_2"].arrows_for("light"))).sources


def test_without_its_move_a_rule_keeps_the_guard_of_its_arrow() -> None:
    """The lamp stays off, and only one that is off is tried."""
    one, _ = left_out(Part.MOVE, "lamp_N: light")

    assert () == one.fires
    assert LAMPS[1].is_(Lamp.OFF) in conjuncts(one.when)


def test_an_arrow_from_everywhere_has_no_source_to_leave_out() -> None:
    """What can happen in every state, or leads to several, has no mutant of that sort."""
    lamp = Component(
        "lamp_1",
        Lamp,
        (
            Arrow("break", tuple(Lamp), Lamp.BROKEN),
            Arrow("press", Lamp.OFF, Lamp.ON),
            Arrow("press", Lamp.ON, Lamp.OFF),
        ),
    )
    rules = tuple(Rule(f"{t}", fires=(lamp.fires(t),)) for t in ("break", "press"))
    parts = {mutant.part for mutant in mutants_of(System((lamp,), rules))}

    assert {Part.RULE, Part.MOVE} == parts


def test_what_is_left_must_be_a_model() -> None:
    """A rule that does nothing any more is refused with its code."""
    rule = Rule("power fails", sets=(Set(POWER, False),))
    system = System((MAINS,), (rule,))
    mutant = Mutant("power fails", "power fails", Part.EFFECT, "mains.power := no")

    with pytest.raises(ModelError, match="HA018"):
        mutated(system, mutant)
